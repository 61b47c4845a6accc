"""Exact conditional test of a ratio of rates or odds: events before and after, by unit and arm.

Each unit has a level of its own and all share one change over time. Given every unit's total and the total of events after,
neither matters any more: what is left is how many of the events after fell on treated units, and its law depends on the
ratio alone. Units multiply generating functions, so the law is one convolution an arm.

References
----------
Fisher (1935); Przyborowski & Wilenski (1940) for two Poisson rates; Cox (1970), "The Analysis of Binary Data", for odds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray

FEW_EVENTS = 5  # in the emptiest of the four cells of arm by period: fewer, and a standard error says little
MOST_EVENTS = 1_000  # beyond, tails leave the range of floats, and approximations are good
FAR = 50.0  # log ratios are searched within plus and minus this


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalCounts:
    """The law of the treated units' events after, given all margins.

    Attributes
    ----------
    observed : int
        Events after on treated units.
    first : int
        Fewest that the margins allow.
    log_weights : ndarray, shape (support,)
        Of first, first + 1, ... under a ratio of 1; under a log ratio b, k b is added.
    smallest_cell : int
        Events in the emptiest of the four cells of arm by period.
    """

    observed: int
    first: int
    log_weights: FloatArray
    smallest_cell: int = 0

    @property
    def support(self) -> FloatArray:
        """Possible numbers of events."""
        return self.first + np.arange(len(self.log_weights), dtype=float)

    @property
    def informative(self) -> bool:
        """Whether the margins leave anything open."""
        return len(self.log_weights) > 1

    @property
    def estimate(self) -> float:
        """Conditional maximum likelihood: the log ratio at which the mean is what was observed; infinite at an end."""
        support = self.support
        if self.observed >= support[-1]:
            return np.inf
        if self.observed <= support[0]:
            return -np.inf
        return float(optimize.brentq(lambda b: self._mean(b) - self.observed, -FAR, FAR, xtol=1e-12))

    @property
    def few(self) -> bool:
        """Whether a standard error would say little, though there is an estimate."""
        return self.smallest_cell < FEW_EVENTS and bool(np.isfinite(self.estimate))

    @property
    def se(self) -> float:
        """One over the root of the conditional information at the estimate."""
        chance, support = self._chance(self.estimate), self.support
        mean = float(chance @ support)
        return float(1 / np.sqrt(chance @ (support - mean) ** 2))

    @property
    def p_min(self) -> float:
        """Smallest two-sided p of no effect these margins can give."""
        chance = self._chance(0.0)
        return float(min(1.0, 2 * min(chance[0], chance[-1])))

    def tail(self, log_ratio: float, side: Literal["upper", "lower"]) -> float:
        """Chance of at least (upper) or at most (lower) the observed number under a log ratio."""
        chance, at = self._chance(log_ratio), self.observed - self.first
        return float(min(1.0, chance[at:].sum() if side == "upper" else chance[: at + 1].sum()))

    def p_two_sided(self, log_ratio: float = 0.0) -> float:
        """Twice the smaller tail, at most 1; `interval` inverts it."""
        return min(1.0, 2 * min(self.tail(log_ratio, "upper"), self.tail(log_ratio, "lower")))

    def bound(self, side: Literal["lower", "upper"], alpha: float) -> float:
        """One-sided bound of the log ratio at level 1 - alpha; infinite where no data could close it."""
        tail: Literal["upper", "lower"] = "upper" if side == "lower" else "lower"
        edge = self.first if side == "lower" else self.first + len(self.log_weights) - 1
        if self.observed == edge:
            return -np.inf if side == "lower" else np.inf
        return float(optimize.brentq(lambda b: self.tail(b, tail) - alpha, -FAR, FAR, xtol=1e-12))

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval of the log ratio, alpha / 2 on a side."""
        return self.bound("lower", alpha / 2), self.bound("upper", alpha / 2)

    def _chance(self, log_ratio: float) -> FloatArray:
        weights = self.log_weights + log_ratio * np.arange(len(self.log_weights))
        return np.asarray(np.exp(weights - special.logsumexp(weights)))

    def _mean(self, log_ratio: float) -> float:
        return float(self._chance(log_ratio) @ self.support)


def conditional_poisson(
    before: ArrayLike, after: ArrayLike, treated: ArrayLike, exposure_ratio: ArrayLike = 1.0
) -> ConditionalCounts:
    """Law of the treated units' events after, for Poisson counts.

    Parameters
    ----------
    before, after : array_like of whole numbers, shape (n,)
        Events of each unit.
    treated : array_like of 0/1, shape (n,)
    exposure_ratio : array_like, shape (n,)
        Exposure after over exposure before.

    Raises
    ------
    ValueError
        For counts that are negative or not whole, ratios that are not positive, an empty arm, or too many events.

    Examples
    --------
    >>> found = conditional_poisson([8, 9], [1, 9], [1, 0])
    >>> round(found.p_two_sided(), 4), round(found.estimate, 4)
    (0.1141, -2.0085)
    """
    counts = _whole(before=before, after=after)
    _refuse_many(counts)
    arm = _arms(treated, len(counts[0]))
    ratio = np.broadcast_to(np.asarray(exposure_ratio, dtype=float), arm.shape)
    if not (np.isfinite(ratio) & (ratio > 0)).all():
        raise ValueError("exposure_ratio must be positive")
    total, late = counts.sum(axis=0), int(counts[1].sum())
    tilt = _tilt(lambda c: float((total * ratio * c / (1 + ratio * c)).sum()), late, int(total.sum()))
    share = ratio * tilt / (1 + ratio * tilt)
    units = [stats.binom.pmf(np.arange(n + 1), n, p) for n, p in zip(total, share, strict=True)]
    return _law(units, counts, arm)


def conditional_binomial(
    before: ArrayLike, after: ArrayLike, treated: ArrayLike, trials_before: ArrayLike, trials_after: ArrayLike
) -> ConditionalCounts:
    """Law of the treated units' events after, for events out of a number of trials.

    Raises
    ------
    ValueError
        As `conditional_poisson`, and for more events than trials.
    """
    counts, trials = _whole(before=before, after=after), _whole(before=trials_before, after=trials_after)
    _refuse_many(counts)
    arm = _arms(treated, len(counts[0]))
    if (counts > trials).any():
        raise ValueError("a unit has more events than trials")
    late = int(counts[1].sum())
    odds = (late + 0.5) / (trials[1].sum() - late + 0.5)
    odds /= (counts[0].sum() + 0.5) / (trials[0].sum() - counts[0].sum() + 0.5)
    units = [
        _hypergeometric(int(n0), int(n1), int(s), np.log(odds))
        for n0, n1, s in zip(*trials, counts.sum(axis=0), strict=True)
    ]
    return _law(units, counts, arm)


def _refuse_many(counts: IntArray) -> None:
    if counts.sum() > MOST_EVENTS:
        raise ValueError(
            f"{int(counts.sum()):,} events are more than {MOST_EVENTS:,}: an approximation will do"
        )


def _law(units: list[FloatArray], counts: IntArray, arm: BoolArray) -> ConditionalCounts:
    of_treated = _product([unit for unit, on in zip(units, arm, strict=True) if on])
    of_others = _product([unit for unit, on in zip(units, arm, strict=True) if not on])
    late = int(counts[1].sum())
    first, last = max(0, late - len(of_others) + 1), min(late, len(of_treated) - 1)
    k = np.arange(first, last + 1)
    with np.errstate(divide="ignore"):
        log_weights = np.log(of_treated[k]) + np.log(of_others[late - k])
    good = np.flatnonzero(np.isfinite(log_weights))  # margins may forbid more at the ends, as with few trials
    cells = [int(counts[period][side].sum()) for period in (0, 1) for side in (arm, ~arm)]
    low, high = int(good[0]), int(good[-1])
    return ConditionalCounts(
        int(counts[1][arm].sum()), first + low, log_weights[low : high + 1], smallest_cell=min(cells)
    )


def _product(units: list[FloatArray]) -> FloatArray:
    return reduce(np.convolve, units)


def _hypergeometric(n0: int, n1: int, events: int, log_odds: float) -> FloatArray:
    """Chance of j events after, j = 0 .. events, given their total."""
    j = np.arange(events + 1)
    possible = (j <= n1) & (events - j <= n0)
    weight = np.where(
        possible, _log_choose(n1, np.minimum(j, n1)) + _log_choose(n0, np.minimum(events - j, n0)), -np.inf
    )
    weight = weight + j * log_odds
    return np.asarray(np.exp(weight - special.logsumexp(weight)))


def _log_choose(n: int, k: IntArray) -> FloatArray:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _tilt(expected: Callable[[float], float], late: int, total: int) -> float:
    """A common change over time that makes the observed number of events after a likely one; its size drops out."""
    if late in (0, total):
        return 1.0
    return float(np.exp(optimize.brentq(lambda c: expected(np.exp(c)) - late, -FAR, FAR)))


def _whole(**columns: ArrayLike) -> IntArray:
    values = np.array([np.asarray(column, dtype=float) for column in columns.values()])
    if values.ndim != 2 or not np.isfinite(values).all() or (values < 0).any() or (values % 1 != 0).any():
        raise ValueError(f"{' and '.join(columns)} must be whole numbers of at least 0, one a unit")
    return values.astype(np.int64)


def _arms(treated: ArrayLike, units: int) -> BoolArray:
    arm = np.asarray(treated).astype(bool)
    if arm.shape != (units,) or arm.all() or not arm.any():
        raise ValueError(f"treated must hold both arms of {units} units")
    return arm
