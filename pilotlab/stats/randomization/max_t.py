"""Max-T: several outcomes, or weeks of one, held against the same draws by the largest of them.

Each draw moves all outcomes together, so the draws know how they hang together: outcomes that say the same thing cost
little. The chance of any false alarm is at most alpha for the outcomes that did not move, whichever they are.

References
----------
Westfall & Young (1993), "Resampling-Based Multiple Testing", algorithm 4.1; Romano & Wolf (2005), "Exact and
Approximate Stepdown Methods for Multiple Hypothesis Testing".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.drawn_statistic import centred_within, drawn_statistic, observed_statistic
from pilotlab.stats.randomization.draws import Design, count, draw_blocks, enumerate_draws, sample_draws
from pilotlab.stats.randomization.sharp_null import ROUNDING, TIE, Tail


@dataclass(frozen=True, slots=True, eq=False)
class MaxT:
    """Adjusted and single p of m outcomes, in the order given.

    Attributes
    ----------
    att, p_value, p_adjusted : ndarray, shape (m,)
    n_draws : int
        The one that was made among them.
    """

    att: FloatArray
    p_value: FloatArray
    p_adjusted: FloatArray
    n_draws: int


def max_t(
    changes: FloatArray, design: Design, *, tail: Tail = "two-sided", reps: int = 9_999, seed: int = 0
) -> MaxT:
    """Test m outcomes of one design at once by the largest of their standardised differences.

    T(z) of an outcome is as in `randomization_test`, over its standard deviation across the draws. A unit without a
    change in one outcome leaves that outcome alone, in every draw.

    Parameters
    ----------
    changes : ndarray, shape (m, n_units)
        nan where a unit has no change.
    design : Design
        What could have been drawn. At most 1,000,000 draws are enumerated, more are sampled.
    tail : {"two-sided", "upper", "lower"}
        One for all: turn the sign of an outcome that improves by falling.

    Raises
    ------
    ValueError
        Where shapes differ, a change is infinite, or an outcome has no stratum with both arms.
    """
    if changes.ndim != 2 or changes.shape[1] != design.units or np.isinf(changes).any():
        raise ValueError(
            f"changes must be outcomes x {design.units} units and finite or nan; shape {changes.shape}"
        )
    columns = changes.T
    if np.isfinite(columns).all():
        centred = centred_within(columns, design.strata)
        att = observed_statistic(design.z, design.strata, centred)
        drawn = drawn_statistic(design, design.strata, None, reps, seed)(centred)
    else:
        seen = np.isfinite(columns)
        means = np.where(seen, columns, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
        centred = np.where(seen, columns - means, 0.0)
        att = _with_gaps(design.z[None], design.strata, centred, seen)[0]
        blocks = draw_blocks(design, reps, seed)
        drawn = np.concatenate([_with_gaps(block, design.strata, centred, seen) for block in blocks])
    if np.isnan(att).any():
        lost = ", ".join(map(str, np.flatnonzero(np.isnan(att))))
        raise ValueError(f"outcomes {lost} have no stratum with changes in both arms")
    drawn = np.where(np.isnan(drawn), att, drawn)  # a draw that can't be estimated counts against the effect
    rounding = ROUNDING * np.abs(centred).max(axis=0)
    single, adjusted = step_down(*_turned(att, drawn, tail), rounding)
    return MaxT(att, single, adjusted, len(drawn))


def step_down(
    observed: FloatArray, drawn: FloatArray, rounding: FloatArray | float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Return single and adjusted p of statistics that are large where the null is false.

    Parameters
    ----------
    observed : ndarray, shape (m,)
    drawn : ndarray, shape (B, m)
        Draws of all statistics together, the observed ones among them.
    rounding : ndarray or float
        Differences below it are arithmetic, not data.
    """
    scale = np.sqrt(np.mean(drawn**2, axis=0))
    still = scale <= rounding
    unit = np.where(still, 1.0, scale)
    z, draws = np.where(still, 0.0, observed / unit), np.where(still, 0.0, drawn / unit)
    tie = np.maximum(TIE * np.abs(z), np.where(still, 0.0, rounding / unit))
    single = np.mean(draws >= z - tie, axis=0)
    order = np.argsort(-z, kind="stable")
    # The k-th strongest is held against the largest of itself and all weaker ones.
    largest = np.maximum.accumulate(draws[:, order[::-1]], axis=1)[:, ::-1]
    beaten = np.mean(largest >= (z - tie)[order], axis=0)
    adjusted = np.empty(len(z))
    adjusted[order] = np.maximum.accumulate(beaten)
    return np.asarray(single), adjusted


def _turned(att: FloatArray, drawn: FloatArray, tail: Tail) -> tuple[FloatArray, FloatArray]:
    if tail == "two-sided":
        return np.abs(att), np.abs(drawn)
    if tail not in ("upper", "lower"):
        raise ValueError(f"tail {tail!r} is not known; one of: two-sided, upper, lower")
    return (att, drawn) if tail == "upper" else (-att, -drawn)


def _with_gaps(block: BoolArray, strata: IntArray, columns: FloatArray, seen: BoolArray) -> FloatArray:
    """T of a block of draws (B, n) for columns (n, m) that miss some units; nan where no stratum holds both arms."""
    total, used = np.zeros((len(block), columns.shape[1])), np.zeros((len(block), columns.shape[1]))
    for stratum in range(strata.max() + 1):
        inside = strata == stratum
        z, own, here = block[:, inside].astype(float), columns[inside], seen[inside].astype(float)
        treated, held = z @ here, here.sum(axis=0)
        whole = (treated > 0) & (treated < held)
        sums = z @ own
        with np.errstate(invalid="ignore", divide="ignore"):
            difference = sums / treated - (own.sum(axis=0) - sums) / (held - treated)
        total += np.where(whole, held * difference, 0.0)
        used += held * whole
    return np.asarray(np.divide(total, used, out=np.full(total.shape, np.nan), where=used > 0))


def max_t_half_widths(
    changes: FloatArray, design: Design, *, alpha: float = 0.05, reps: int = 9999, seed: int = 0
) -> FloatArray:
    """Half-widths of a band that holds all weeks together, from the draws that could have been made.

    Each week's effect is measured in its own standard deviation over the draws; the band is as many of these wide as
    the 1 - alpha quantile, over the draws, of the largest of any week.

    Parameters
    ----------
    changes : ndarray, shape (n_units, n_weeks)
        Changes with the estimated effects removed; nan where a unit has no value.

    Returns
    -------
    ndarray, shape (n_weeks,)
        nan in a week whose effect no draw moves.

    References
    ----------
    Westfall, P. H. and Young, S. S. (1993). Resampling-Based Multiple Testing, section 2.6.
    """
    few = count(design) <= reps
    draws = enumerate_draws(design) if few else sample_draws(design, reps, np.random.default_rng(seed))
    effects = _effects(changes, draws, np.asarray(design.strata))
    spread = effects.std(axis=0)
    moved = spread > 0
    largest = np.max(np.abs(effects[:, moved]) / spread[moved], axis=1, initial=0.0)
    return np.where(moved, spread * np.quantile(largest, 1 - alpha, method="higher"), np.nan)


def _effects(changes: FloatArray, draws: BoolArray, strata: IntArray) -> FloatArray:
    """Effect of every draw and week, within strata weighted by their units; shape (n_draws, n_weeks)."""
    known = np.isfinite(changes)
    filled = np.where(known, changes, 0.0)
    total, units = np.zeros((len(draws), changes.shape[1])), np.zeros((len(draws), changes.shape[1]))
    for stratum in np.unique(strata):
        inside = strata == stratum
        z, present = draws[:, inside].astype(float), known[inside].astype(float)
        treated, comparison = z @ present, (1 - z) @ present
        both = (treated > 0) & (comparison > 0)
        mean = np.divide(z @ filled[inside], treated, out=np.zeros_like(total), where=both)
        mean -= np.divide((1 - z) @ filled[inside], comparison, out=np.zeros_like(total), where=both)
        share = both * present.sum(axis=0)
        total += mean * share
        units += share
    return np.divide(total, units, out=np.zeros_like(total), where=units > 0)
