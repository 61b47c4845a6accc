"""Randomisation inference: the effect held against every draw that could have been made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.drawn_statistic import centred_within, drawn_statistic, observed_statistic
from pilotlab.stats.randomization.draws import LIMIT, Design, count

Side = Literal["lower", "upper"]
Tail = Literal["two-sided", "upper", "lower"]
TIE = 1e-9  # relative: draws this close to the observed one count as equal
ROUNDING = 1e-12  # of the changes' scale: what arithmetic alone can produce
CELLS = 8_000_000  # statistics held at once by `p_values`


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What the draws do without.

    Attributes
    ----------
    draws : int
        Draws that can't be estimated, for a stratum or an adjustment they break; they count against the effect.
    units, of_units : int
        Units without change or weight, of how many.
    strata, units_of_strata : int
        Strata of one arm only, and the units in them.
    """

    draws: int = 0
    units: int = 0
    of_units: int = 0
    strata: int = 0
    units_of_strata: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RandomizationResult:
    """The test of the sharp null, its inversion, and how far the design can reach.

    Attributes
    ----------
    att : float
        T of the draw that was made, in the outcome's unit.
    statistics : ndarray, shape (n_draws,)
        T(z) of every draw, the one that was made among them.
    indicator : ndarray, shape (n_draws,)
        a(z): T(z) of the treatment indicator itself, between -1 and 1.
    exact : bool
        Every admissible draw is there; False where draws were sampled.
    rounding : float
        Differences below it are arithmetic, not data.
    """

    att: float
    statistics: FloatArray
    indicator: FloatArray
    exact: bool
    rounding: float = 0.0
    lost: Lost = Lost()

    @property
    def n_draws(self) -> int:
        """Draws counted, the observed one among them."""
        return len(self.statistics)

    @property
    def p_two_sided(self) -> float:
        """Share of draws at least as far from zero."""
        return self.p_at(0.0)

    @property
    def p_upper(self) -> float:
        """Share of draws with T >= T_obs."""
        return self.p_at(0.0, "upper")

    @property
    def p_lower(self) -> float:
        """Share of draws with T <= T_obs."""
        return self.p_at(0.0, "lower")

    @property
    def p_min(self) -> float:
        """Smallest two-sided p these draws can give, whatever the data: the observed draw and its mirror always tie."""
        return float(np.mean(np.abs(self.indicator) >= 1 - TIE))

    @property
    def p_min_one_sided(self) -> float:
        """Smallest one-sided p these draws can give, whatever the data."""
        return float(np.mean(self.indicator >= 1 - TIE))

    def p_at(self, effect: float, tail: Tail = "two-sided") -> float:
        """Test that the effect is `effect` for every unit; `upper` is small where the truth looks larger.

        Raises
        ------
        ValueError
            For a tail that is none of "two-sided", "upper", "lower".
        """
        drawn, observed = self.statistics - effect * self.indicator, self.att - effect
        if tail == "two-sided":
            drawn, observed = np.abs(drawn), abs(observed)
        elif tail == "lower":
            drawn, observed = -drawn, -observed
        elif tail != "upper":
            raise ValueError(f"tail {tail!r} is not known; one of: two-sided, upper, lower")
        return float(np.mean(drawn >= observed - self._tie(observed, effect)))

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Effects whose removal gives a two-sided p above `alpha`; an end is infinite where no draw closes it.

        Notes
        -----
        Removing an effect e leaves a draw at least as extreme as the observed one just where e lies between
        (T_obs - T) / (1 - a) and (T_obs + T) / (1 + a), so that the interval's ends are order statistics of these.
        """
        low, high = self.intervals([alpha])[0]
        return float(low), float(high)

    def intervals(self, alphas: Sequence[float]) -> FloatArray:
        """Intervals at many levels in one pass over the draws, shape (n_alphas, 2)."""
        first, second = self._toward(), self._mirrored()
        low = np.minimum(_or(first, -np.inf), _or(second, -np.inf))
        high = np.maximum(_or(first, np.inf), _or(second, np.inf))
        orders = [self._order(alpha) for alpha in alphas]
        return np.column_stack([_smallest(low, orders), -_smallest(-high, orders)])

    def bound(self, side: Side, alpha: float = 0.05) -> float:
        """One-sided bound at level 1 - alpha.

        Raises
        ------
        ValueError
            For a side that is neither "lower" nor "upper".
        """
        return float(self.bounds(side, [alpha])[0])

    def bounds(self, side: Side, alphas: Sequence[float]) -> FloatArray:
        """One-sided bounds at many levels in one pass over the draws, shape (n_alphas,)."""
        orders = [self._order(alpha) for alpha in alphas]
        if side == "lower":
            return _smallest(_or(self._toward(), -np.inf), orders)
        if side == "upper":
            return -_smallest(-_or(self._toward(), np.inf), orders)
        raise ValueError(f"side {side!r} is not known; one of: lower, upper")

    def _order(self, alpha: float) -> int:
        if not 0 < alpha < 1:
            raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
        return math.floor(alpha * self.n_draws + TIE) + 1  # .29 * 100 is 28.999999999999996

    def _toward(self) -> FloatArray:
        """r1, nan where its denominator is zero."""
        return self._threshold(self.att - self.statistics, 1 - self.indicator)

    def _mirrored(self) -> FloatArray:
        """r2, nan where its denominator is zero."""
        return self._threshold(self.att + self.statistics, 1 + self.indicator)

    def _threshold(self, distance: FloatArray, room: FloatArray) -> FloatArray:
        # A tie stands at exactly 0, so that the interval holds 0 just where p is above alpha.
        distance = np.where(np.abs(distance) <= self._tie(self.att), 0.0, distance)
        return np.asarray(np.divide(distance, room, out=np.full(len(room), np.nan), where=room > TIE))

    def _tie(self, observed: float, effect: float = 0.0) -> float:
        return max(TIE * abs(observed), self.rounding, ROUNDING * abs(effect))


def randomization_test(
    change: ArrayLike,
    z: ArrayLike,
    design: Design,
    *,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    reps: int = 9999,
    seed: int = 0,
) -> RandomizationResult:
    """Compare one change a unit between the arms, within strata, over the admissible draws.

    T(z) is the sum over strata of n_s / n times (mean change of the treated minus mean change of the others).

    Parameters
    ----------
    change : array_like, shape (n_units,)
        Each unit's change, in the outcome's unit; nan where it has none: the unit leaves the draws.
    z : array_like of 0/1, shape (n_units,)
        The draw that was made.
    design : Design
        What could have been drawn. At most 1,000,000 draws are enumerated, more are sampled.
    strata : array_like, optional
        Strata of the estimate; those of the design where left out.
    weights : array_like, optional
        Weight of each unit in its arm's mean, and of its stratum; units of weight 0 leave the draws.
    reps, seed : int
        Sampled draws beside the observed one, and their seed.

    Raises
    ------
    ValueError
        Where shapes differ, `z` is not the design's draw, a change is infinite, a weight is negative, or no stratum
        holds both arms.

    References
    ----------
    Imbens, G. W. and Rubin, D. B. (2015). Causal Inference for Statistics, Social, and Biomedical Sciences, chapter 5.
    Rosenbaum, P. R. (2002). Observational Studies, sections 2.4 and 2.6.

    Examples
    --------
    >>> z = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> result = randomization_test([10, 5, 16, 3, 5, 7, 8, 10], z, Design.complete(z))
    >>> result.att, result.n_draws, round(result.p_two_sided, 3), result.interval(alpha=0.1)
    (1.0, 70, 0.857, (-5.0, 8.0))
    """
    _check_draw(z, design)
    values = _column("change", change, design.units)
    groups = _groups(strata, design)
    weight = None if weights is None else _column("weights", weights, design.units)
    kept, lost = _usable(values, weight, groups, design.z)
    design, values, groups = design.subset(kept, groups), values[kept], groups[kept]
    weight = None if weight is None else weight[kept]
    statistic = drawn_statistic(design, groups, weight, reps, seed)
    centred = centred_within(values[:, None], groups)
    own = design.z.astype(float)[:, None]
    drawn = statistic(np.hstack([centred, own]))
    att = float(observed_statistic(design.z, groups, centred, weight)[0])
    return _result(att, drawn, design, lost, rounding=ROUNDING * float(np.abs(centred).max(initial=0.0)))


def p_values(
    changes: FloatArray, design: Design, *, tail: Tail = "two-sided", reps: int = 9999, seed: int = 0
) -> FloatArray:
    """Test many outcomes of one design at once: the p of `randomization_test`, row by row.

    Parameters
    ----------
    changes : ndarray, shape (n_outcomes, n_units)
        Complete: nan is refused, since each gap is a design of its own.

    Raises
    ------
    ValueError
        Where a change is missing, or the design can't be estimated.
    """
    if changes.ndim != 2 or changes.shape[1] != design.units or not np.isfinite(changes).all():
        raise ValueError(
            f"changes must be complete, outcomes x {design.units} units; it has shape {changes.shape}"
        )
    kept, _ = _usable(changes[0], None, design.strata, design.z)
    design, changes = design.subset(kept), changes[:, kept]
    statistic = drawn_statistic(design, design.strata, None, reps, seed)
    step = max(1, CELLS // (count(design) if _is_exact(design) else reps + 1))
    found = []
    for start in range(0, len(changes), step):
        centred = centred_within(changes[start : start + step].T, design.strata)
        att = observed_statistic(design.z, design.strata, centred)
        tie = np.maximum(TIE * np.abs(att), ROUNDING * np.abs(centred).max(axis=0))
        found.append(_at_least(statistic(centred), att, tie, tail))
    return np.concatenate(found)


def _at_least(drawn: FloatArray, att: FloatArray, tie: FloatArray, tail: Tail) -> FloatArray:
    """Share of draws at least as extreme, by column; a draw that can't be estimated counts."""
    if tail == "two-sided":
        drawn, att = np.abs(drawn), np.abs(att)
    elif tail == "lower":
        drawn, att = -drawn, -att
    with np.errstate(invalid="ignore"):
        short = drawn < att - tie
    return np.asarray((len(drawn) - np.count_nonzero(short, axis=0)) / len(drawn))


def _result(
    att: float, drawn: FloatArray, design: Design, without: Lost, *, rounding: float
) -> RandomizationResult:
    lost = np.isnan(drawn[:, 0])
    return RandomizationResult(
        att=att,
        statistics=np.where(lost, att, drawn[:, 0]),
        indicator=np.where(lost, 1.0, drawn[:, 1]),
        exact=_is_exact(design),
        rounding=rounding,
        lost=replace(without, draws=int(lost.sum())),
    )


def _is_exact(design: Design) -> bool:
    return design.given is not None or count(design) <= LIMIT


def _usable(
    change: FloatArray, weight: FloatArray | None, groups: IntArray, z: BoolArray
) -> tuple[BoolArray, Lost]:
    """Find the units that count: those with a change, in strata that hold both arms."""
    kept = np.isfinite(change)
    if weight is not None:
        kept &= weight > 0
    treated, held = (np.bincount(groups[part], minlength=groups.max() + 1) for part in (kept & z, kept))
    whole = (treated > 0) & (treated < held)
    if not whole.any():
        raise ValueError("no stratum holds a change in both arms; there is nothing to compare")
    return kept & whole[groups], Lost(
        units=int((~kept).sum()),
        of_units=len(kept),
        strata=int(((held > 0) & ~whole).sum()),
        units_of_strata=int((kept & ~whole[groups]).sum()),
    )


def _check_draw(z: ArrayLike, design: Design) -> None:
    drawn = np.asarray(z)
    if drawn.shape != design.z.shape:
        raise ValueError(f"z has shape {drawn.shape}; the design has {design.units} units")
    if not np.array_equal(drawn.astype(bool), design.z):
        raise ValueError("z is not the draw the design was made from; make the design from the same z")


def _groups(strata: ArrayLike | None, design: Design) -> IntArray:
    if strata is None:
        return design.strata
    labels = np.asarray(strata)
    if labels.shape != (design.units,):
        raise ValueError(f"strata has shape {labels.shape}; the design has {design.units} units")
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def _column(name: str, values: ArrayLike, units: int) -> FloatArray:
    column = np.asarray(values, dtype=float)
    if column.shape != (units,):
        raise ValueError(f"{name} has shape {column.shape}; the design has {units} units")
    if np.isinf(column).any() or (name == "weights" and not (column >= 0).all()):
        raise ValueError(
            f"{name} must be finite" + (" and at least 0" if name == "weights" else "; leave a gap as nan")
        )
    return column


def _or(values: FloatArray, missing: float) -> FloatArray:
    return np.where(np.isnan(values), missing, values)


def _smallest(values: FloatArray, orders: Sequence[int]) -> FloatArray:
    """Return the k-th smallest value of each k in `orders`."""
    places = np.asarray(orders) - 1
    return np.asarray(np.partition(values, np.unique(places))[places])
