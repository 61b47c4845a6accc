"""Bands: one critical value for all weeks together."""

from __future__ import annotations

import numpy as np
from scipy import stats

from pilotlab.stats.randomization.draws import (
    BoolArray,
    Design,
    FloatArray,
    IntArray,
    count,
    enumerate_draws,
    sample_draws,
)


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


def sidak_t_critical(weeks: int, *, df: float, alpha: float = 0.05) -> float:
    """Return Sidak's critical value for `weeks` t statistics; it holds whatever their correlation.

    References
    ----------
    Sidak, Z. (1967). Rectangular confidence regions for the means of multivariate normal distributions.
    """
    each = 1 - (1 - alpha) ** (1 / weeks)
    return float(stats.t.ppf(1 - each / 2, df))
