"""Randomisation inference for a comparison of arms that is adjusted for covariates in every draw.

The adjusted difference of a draw z is w(z)'y with weights that depend on z and the covariates alone. Removing an effect
e from the treated units therefore still leaves T(z) - e a(z), with a(z) the adjusted difference of the indicator of the
draw that was made; but abs(a) may exceed 1, so that the effects a draw does not reject need not be an interval.

References
----------
Rosenbaum (2002), "Covariance Adjustment in Randomized Experiments and Observational Studies"; Lin (2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.stats.arrays import FloatArray, IntArray
from pilotlab.stats.randomization.draws import LIMIT, Design, count, draw_blocks
from pilotlab.stats.randomization.sharp_null import ROUNDING, TIE, Lost, RandomizationResult, Side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdjustedResult(RandomizationResult):
    """A randomisation test whose statistic is linear in the outcome, with any a(z); intervals are hulls."""

    @property
    def p_min(self) -> float:
        """Smallest two-sided p whatever the data: the draw that was made and its mirror always tie."""
        return float(np.mean(np.abs(np.abs(self.indicator) - 1) <= TIE))

    @property
    def p_min_one_sided(self) -> float:
        """Smallest one-sided p whatever the data."""
        return float(np.mean(np.abs(self.indicator - 1) <= TIE))

    def intervals(self, alphas: Sequence[float]) -> FloatArray:
        """Hulls of the effects whose removal gives a two-sided p above each alpha, shape (n_alphas, 2)."""
        return _hulls(*self._two_sided(), [self._order(alpha) for alpha in alphas])

    def bounds(self, side: Side, alphas: Sequence[float]) -> FloatArray:
        """One-sided bounds at many levels, shape (n_alphas,).

        Raises
        ------
        ValueError
            For a side that is neither "lower" nor "upper".
        """
        orders = [self._order(alpha) for alpha in alphas]
        if side == "lower":
            return _hulls(*self._one_sided(1.0), orders)[:, 0]
        if side == "upper":
            return -_hulls(*self._one_sided(-1.0), orders)[:, 0]
        raise ValueError(f"side {side!r} is not known; one of: lower, upper")

    def _two_sided(self) -> tuple[FloatArray, FloatArray]:
        """Closed intervals of effects at which a draw is at least as extreme; a draw may have two, or a ray."""
        away, against = self._distances()
        a = self.indicator
        with np.errstate(divide="ignore", invalid="ignore"):
            first, second = away / (1 - a), against / (1 + a)
        low, high = np.fmin(first, second), np.fmax(first, second)
        inner, outer = np.abs(a) < 1 - TIE, np.abs(a) > 1 + TIE
        rays = [_ray(away[one], against[one]) for one in (np.abs(a - 1) <= TIE,)]
        rays += [_ray(against[one], away[one]) for one in (np.abs(a + 1) <= TIE,)]
        start = [low[inner], np.full(int(outer.sum()), -np.inf), high[outer], *(ray[0] for ray in rays)]
        stop = [high[inner], low[outer], np.full(int(outer.sum()), np.inf), *(ray[1] for ray in rays)]
        return np.concatenate(start), np.concatenate(stop)

    def _one_sided(self, sign: float) -> tuple[FloatArray, FloatArray]:
        """Rays of (signed) effects at which a draw is at least as large as the observed one."""
        away, _ = self._distances()
        away, room = sign * away, 1 - self.indicator
        with np.errstate(divide="ignore", invalid="ignore"):
            turn = away / room
        always = (np.abs(room) <= TIE) & (away <= 0)
        start = np.where(room > TIE, turn, -np.inf)
        stop = np.where(room < -TIE, turn, np.inf)
        kept = (np.abs(room) > TIE) | always
        return start[kept], stop[kept]

    def _distances(self) -> tuple[FloatArray, FloatArray]:
        """T_obs - T and T_obs + T, with ties at exactly 0."""
        tie = self._tie(self.att)
        pair = (self.att - self.statistics, self.att + self.statistics)
        away, against = (np.where(np.abs(each) <= tie, 0.0, each) for each in pair)
        return away, against


def adjusted_test(
    outcome: ArrayLike,
    covariates: ArrayLike,
    z: ArrayLike,
    design: Design,
    *,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    between: bool = False,
    reps: int = 9999,
    seed: int = 0,
) -> AdjustedResult:
    """Compare one number a unit between the arms within strata, adjusted for covariates anew in every draw.

    Parameters
    ----------
    outcome : array_like, shape (n,)
    covariates : array_like, shape (n, p)
        Known before the draw, such as the baseline mean.
    z : array_like of 0/1, shape (n,)
        The draw that was made.
    strata : array_like, optional
        Strata of the estimate: the slope is common, the arms' means are each stratum's own.
    weights : array_like, optional
        Positive; of each unit in its arm's mean, in the slope, and of its stratum.
    between : bool
        Regress each stratum's difference on its differences in covariates, as with pairs.
    reps, seed : int
        Sampled draws beside the one that was made where more than 1,000,000 are admissible, and their seed.

    Raises
    ------
    ValueError
        Where shapes differ, a value is missing, or `z` is not the design's draw.
    """
    treated = np.asarray(z).astype(bool)
    values = np.column_stack([np.asarray(covariates, dtype=float), np.asarray(outcome, dtype=float)])
    if treated.shape != design.z.shape or not np.array_equal(treated, design.z):
        raise ValueError("z is not the draw the design was made from; make the design from the same z")
    if len(values) != design.units or not np.isfinite(values).all():
        raise ValueError(f"outcome and covariates must be complete, {design.units} rows")
    group = design.strata if strata is None else np.unique(np.asarray(strata), return_inverse=True)[1]
    weight = np.ones(design.units) if weights is None else np.asarray(weights, dtype=float)
    columns = np.column_stack([values, treated.astype(float)])
    columns = columns - _stratum_means(columns, group, weight)[group]
    statistic = _between if between else _within
    blocks = (
        statistic(block.astype(float), columns, group, weight) for block in draw_blocks(design, reps, seed)
    )
    drawn = np.concatenate(list(blocks))
    att = float(statistic(treated[None].astype(float), columns, group, weight)[0, 0])
    lost = ~np.isfinite(drawn).all(axis=1)
    return AdjustedResult(
        att=att,
        statistics=np.where(lost, att, drawn[:, 0]),
        indicator=np.where(lost, 1.0, drawn[:, 1]),
        exact=design.given is not None or count(design) <= LIMIT,
        rounding=ROUNDING * float(np.abs(columns[:, -2]).max(initial=0.0)),
        lost=Lost(draws=int(lost.sum())),
    )


def _within(draws: FloatArray, columns: FloatArray, group: IntArray, weight: FloatArray) -> FloatArray:
    """Adjusted differences (draws, 2) of outcome and observed indicator; the slope is pooled over arms and strata."""
    p = columns.shape[1] - 2
    products = np.zeros((len(draws), p, columns.shape[1]))
    difference = np.zeros((len(draws), columns.shape[1]))
    for stratum in range(int(group.max()) + 1):
        inside = group == stratum
        own, w = columns[inside], weight[inside]
        products += own[:, :p].T @ (own * w[:, None])
        means, sizes = _arm_means(draws[:, inside], own, w)
        for mean, size in zip(means, sizes, strict=True):
            products -= size[:, None, None] * mean[:, :p, None] * mean[:, None, :]
        difference += w.sum() / weight.sum() * (means[0] - means[1])
    return _adjust(difference, products, p)


def _between(draws: FloatArray, columns: FloatArray, group: IntArray, weight: FloatArray) -> FloatArray:
    """Intercepts (draws, 2) of the strata's differences on their differences in covariates."""
    p, strata = columns.shape[1] - 2, int(group.max()) + 1
    differences = np.empty((strata, len(draws), columns.shape[1]))
    share = np.bincount(group, weights=weight) / weight.sum()
    for stratum in range(strata):
        inside = group == stratum
        means, _ = _arm_means(draws[:, inside], columns[inside], weight[inside])
        differences[stratum] = means[0] - means[1]
    mean = np.einsum("s,sbc->bc", share, differences)
    products = np.einsum("s,sbp,sbc->bpc", share, differences[:, :, :p] - mean[:, :p], differences - mean)
    return _adjust(mean, products, p)


def _arm_means(
    draws: FloatArray, own: FloatArray, w: FloatArray
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Weighted means of the treated and of the others in one stratum, with the weight each arm holds."""
    size = draws @ w
    total = draws @ (own * w[:, None])
    rest = w @ own - total
    with np.errstate(divide="ignore", invalid="ignore"):
        return (total / size[:, None], rest / (w.sum() - size)[:, None]), (size, w.sum() - size)


def _adjust(difference: FloatArray, products: FloatArray, p: int) -> FloatArray:
    """Take the slopes' part out of the differences."""
    if p == 0:
        return difference
    with np.errstate(invalid="ignore"):
        good = np.isfinite(products).all(axis=(1, 2))
    adjusted = np.full((len(difference), 2), np.nan)
    slopes = _slopes(products[good][:, :, :p], products[good][:, :, p:])
    adjusted[good] = difference[good][:, p:] - np.einsum("bp,bpc->bc", difference[good][:, :p], slopes)
    return adjusted


def _slopes(squares: FloatArray, cross: FloatArray) -> FloatArray:
    if squares.shape[1] == 1:
        return np.divide(cross, squares, out=np.zeros_like(cross), where=squares > 0)
    return np.linalg.pinv(squares, hermitian=True) @ cross


def _ray(changes: FloatArray, other: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where abs(a) is 1: everything where the draw ties, else the half-line that ends halfway.

    With a = 1 a draw counts where (T - T_obs)(T + T_obs - 2e) >= 0; with a = -1 where (T + T_obs)(T - T_obs + 2e) >= 0.
    """
    half = other / 2
    return np.where(changes > 0, half, -np.inf), np.where(changes < 0, half, np.inf)


def _stratum_means(columns: FloatArray, group: IntArray, weight: FloatArray) -> FloatArray:
    total = np.bincount(group, weights=weight)
    return np.column_stack([np.bincount(group, weights=weight * column) / total for column in columns.T])


def _hulls(start: FloatArray, stop: FloatArray, orders: Sequence[int]) -> FloatArray:
    """Lowest and highest point covered by at least k of the closed intervals, for each k: shape (n_orders, 2).

    A point of nothing (k intervals nowhere meet) gives (inf, -inf), which an observed draw's own interval rules out.
    """
    start, stop = np.sort(start), np.sort(stop)
    at_start = np.searchsorted(start, start, side="right") - np.searchsorted(stop, start, side="left")
    at_stop = np.searchsorted(start, stop, side="right") - np.searchsorted(stop, stop, side="left")
    ends = np.empty((len(orders), 2))
    for row, k in enumerate(orders):
        from_left, from_right = at_start >= k, at_stop[::-1] >= k
        ends[row, 0] = start[np.argmax(from_left)] if from_left.any() else np.inf
        ends[row, 1] = stop[::-1][np.argmax(from_right)] if from_right.any() else -np.inf
    return ends
