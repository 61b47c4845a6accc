"""Multiplier bootstrap: influence functions turned round by random signs, all estimates by the same signs.

References
----------
Callaway & Sant'Anna (2021), section 4.2, algorithm 1; signs (Rademacher) as in the R package did.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special, stats

from pilotlab.stats.arrays import FloatArray

DRAWS = 1024  # taken at once
CLUSTERS = 1024  # summed at once, so that their influence stays near the processor; a multiple of 8
MOST_DF = 1e6  # a t of more is a normal
NORMAL_QUARTILES = float(2 * stats.norm.ppf(0.75))  # distance between the quartiles of a standard normal
Side = Literal["lower", "upper"]
Tail = Literal["two-sided", "upper", "lower"]


def multiplied(sums: FloatArray, *, draws: int, seed: int) -> FloatArray:
    """Sum influence of clusters (G, K) under random signs: (draws, K). The same draws whatever the size of a strip."""
    rng = np.random.default_rng(seed)
    width = 4 * ((len(sums) + 31) // 32)  # the generator gives bytes in fours
    found = np.zeros((draws, sums.shape[1]))
    for start in range(0, draws, DRAWS):
        rows = found[start : start + DRAWS]
        packed = np.frombuffer(rng.bytes(len(rows) * width), dtype=np.uint8).reshape(len(rows), width)
        for first in range(0, len(sums), CLUSTERS):
            strip = sums[first : first + CLUSTERS]
            signs = packed[:, first // 8 : (first + CLUSTERS) // 8]
            rows += np.unpackbits(signs, axis=1, count=len(strip)).astype(float) @ strip
    return np.asarray(2 * found - sums.sum(axis=0))


def uniform_critical(drawn: FloatArray, *, alpha: float) -> float:
    """Value that the largest of K absolute t statistics exceeds with probability alpha.

    Each estimate's draws are measured in their own scale, the distance between their quartiles over that of a normal.

    Parameters
    ----------
    drawn : ndarray, shape (draws, K)
        Columns that do not move are left out.
    """
    low, high = np.quantile(drawn, [0.25, 0.75], axis=0)
    scale = (high - low) / NORMAL_QUARTILES
    moving = scale > 0
    if not moving.any():
        return float(stats.norm.isf(alpha / 2))
    return _quantile(np.abs(drawn[:, moving] / scale[moving]).max(axis=1), alpha)


def uniform_criticals_of_few(
    drawn: FloatArray, se: FloatArray, df: FloatArray, *, alpha: float, seed: int
) -> FloatArray:
    """Critical values (K,) of a band where clusters are few: one level for all, each t at its own degrees of freedom.

    Quartiles of few signs are coarse, so draws are measured in standard errors; and a scale measured on few degrees of
    freedom is itself uncertain, so each draw divides by such a scale, in the same place of its law for all estimates.

    Parameters
    ----------
    drawn : ndarray, shape (draws, K)
    se : ndarray, shape (K,)
        Standard errors on the scale of the draws; estimates that do not move, or whose spread is not known, are left out.
    df : ndarray, shape (K,)
    """
    df = np.where(df > 0, df, np.inf)
    moving = (se > 0) & np.isfinite(se)
    if not moving.any():
        return np.asarray(stats.t.isf(alpha / 2, df))
    place = np.random.default_rng(seed).random((len(drawn), 1))
    far = np.abs(drawn[:, moving]) / se[moving]
    own, alike = np.unique(np.minimum(np.round(df[moving], 6), MOST_DF), return_inverse=True)
    largest = np.stack([far[:, alike == k].max(axis=1) for k in range(len(own))], axis=1)
    scale = np.sqrt(special.gammaincinv(own / 2, place) * 2 / own)
    tail = 2 * special.stdtr(own, -largest / scale)
    level = np.quantile(tail.min(axis=1), alpha, method="inverted_cdf")
    return np.asarray(stats.t.isf(level / 2, df))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MultiplierResult:
    """A t test whose distribution is that of the draws; signs are symmetric, so one side is half of two.

    Attributes
    ----------
    att, se : float
    largest : ndarray, shape (draws,)
        Absolute t statistics of the draws, ascending.
    """

    att: float
    se: float
    largest: FloatArray
    exact: bool = False

    @property
    def n_draws(self) -> int:
        """Draws counted, the observed one among them."""
        return len(self.largest) + 1

    @property
    def p_two_sided(self) -> float:
        """Share of draws at least as far from zero."""
        return self.p_at(0.0)

    @property
    def p_min(self) -> float:
        """Smallest two-sided p so many draws can give."""
        return 1 / self.n_draws

    def p_at(self, effect: float, tail: Tail = "two-sided") -> float:
        """Test that the effect is `effect`; `upper` is small where the truth looks larger.

        Raises
        ------
        ValueError
            For a tail that is none of "two-sided", "upper", "lower".
        """
        if tail not in ("two-sided", "upper", "lower"):
            raise ValueError(f"tail {tail!r} is not known; one of: two-sided, upper, lower")
        distance = self.att - effect
        t = distance / self.se if self.se > 0 else math.copysign(math.inf, distance) if distance else 0.0
        two = float(len(self.largest) - np.searchsorted(self.largest, abs(t)) + 1) / self.n_draws
        if tail == "two-sided":
            return two
        return two / 2 if (t > 0) == (tail == "upper") else 1 - two / 2

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Effects whose two-sided p is above `alpha`."""
        low, high = self.intervals([alpha])[0]
        return float(low), float(high)

    def intervals(self, alphas: Sequence[float]) -> FloatArray:
        """Intervals at many levels, shape (n_alphas, 2)."""
        reach = np.array([self._reach(alpha) for alpha in alphas])
        return np.column_stack([self.att - reach, self.att + reach])

    def bound(self, side: Side, alpha: float = 0.05) -> float:
        """One-sided bound at level 1 - alpha."""
        return float(self.bounds(side, [alpha])[0])

    def bounds(self, side: Side, alphas: Sequence[float]) -> FloatArray:
        """One-sided bounds at many levels, shape (n_alphas,).

        Raises
        ------
        ValueError
            For a side that is neither "lower" nor "upper".
        """
        if side not in ("lower", "upper"):
            raise ValueError(f"side {side!r} is not known; one of: lower, upper")
        reach = np.array(
            [self._reach(2 * alpha) if alpha <= 0.5 else -self._reach(2 - 2 * alpha) for alpha in alphas]
        )
        return np.asarray(self.att - reach if side == "lower" else self.att + reach)

    def _reach(self, alpha: float) -> float:
        """Half-width at which the two-sided p falls to `alpha`; infinite where so few draws can't."""
        order = math.floor(alpha * self.n_draws + 1e-9)
        if order >= self.n_draws:
            return 0.0
        return math.inf if order < 1 else float(self.largest[-order]) * self.se


def multiplier_test(att: float, se: float, drawn: FloatArray, own: float) -> MultiplierResult:
    """Hold an estimate against its draws (draws,), whose standard error is `own` on their scale."""
    scaled = np.abs(drawn) / own if own > 0 else np.zeros(len(drawn))
    return MultiplierResult(att=att, se=se, largest=np.sort(scaled))


def _quantile(values: FloatArray, alpha: float) -> float:
    return float(np.quantile(values, 1 - alpha, method="inverted_cdf"))
