"""The wild bootstrap's answer: p of any effect, and the effects whose p stays above a level.

References
----------
Roodman, MacKinnon, Nielsen & Webb (2019), section 3 on inverting the test with fixed draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.sharp_null import TIE, Side, Tail

# Observed t values at which draws are looked at: every change between two of them is then found by bisection.
_HALF = np.concatenate([np.arange(0.0, 6.0, 0.125), np.geomspace(6.0, 1e6, 24)])
LINE = np.concatenate([-_HALF[:0:-1], _HALF])
HALVINGS = 46


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WildResult:
    """The bootstrapped t of one contrast, as a function of the effect that is tested.

    Attributes
    ----------
    att : float
        The estimate.
    spread : float
        Root of the summed squares of the clusters' scores: its standard error before small-sample factors, which
        cancel.
    parts : ndarray, shape (5, B)
        a, b, c, d, e of each draw: where the observed t is t, the draw's is (a + bt) / sqrt(c + 2dt + et^2).
    made : int
        1 where the observed sample counts as a draw beside B sampled ones, 0 where all B were gone through.
    least : int
        Draws that are as extreme as the observed one whatever the data.
    """

    att: float
    spread: float
    parts: FloatArray
    made: int
    least: int

    @property
    def n_draws(self) -> int:
        """Draws counted."""
        return int(self.parts.shape[1]) + self.made

    @property
    def exact(self) -> bool:
        """Every draw is there; False where draws were sampled."""
        return not self.made

    @property
    def t_statistic(self) -> float:
        """Estimate over spread: the t statistic but for its small-sample factor."""
        return self.att / self.spread

    @property
    def p_two_sided(self) -> float:
        """Share of draws whose t is at least as far from zero."""
        return self.p_at(0.0)

    @property
    def p_min(self) -> float:
        """Smallest two-sided p these draws can give, whatever the data."""
        return self.least / self.n_draws

    def p_at(self, effect: float, tail: Tail = "two-sided") -> float:
        """Test that the contrast is `effect`; `upper` is small where the truth looks larger.

        Raises
        ------
        ValueError
            For a tail that is none of "two-sided", "upper", "lower".
        """
        return float(self._counts(np.array([self._t(effect)]), tail)[0]) / self.n_draws

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Effects whose two-sided p is above `alpha`, or the hull of them; an end is infinite where no draw closes it."""
        low, high = self.intervals([alpha])[0]
        return float(low), float(high)

    def intervals(self, alphas: Sequence[float]) -> FloatArray:
        """Intervals at many levels, shape (n_alphas, 2)."""
        return np.column_stack([self._ends(alphas, "two-sided", side) for side in (1, -1)])

    def bound(self, side: Side, alpha: float = 0.05) -> float:
        """One-sided bound at level 1 - alpha."""
        return float(self.bounds(side, [alpha])[0])

    def bounds(self, side: Side, alphas: Sequence[float]) -> FloatArray:
        """One-sided bounds at many levels, shape (n_alphas,).

        Raises
        ------
        ValueError
            For a side that is neither "lower" nor "upper", or a level that is not between 0 and 1.
        """
        if side == "lower":
            return self._ends(alphas, "upper", 1)
        if side == "upper":
            return self._ends(alphas, "lower", -1)
        raise ValueError(f"side {side!r} is not known; one of: lower, upper")

    def _t(self, effect: float) -> float:
        return (self.att - effect) / self.spread

    def _at_least(self, t: FloatArray | float, tail: Tail, parts: FloatArray | None = None) -> BoolArray:
        """Whether draws are at least as extreme as an observed t."""
        a, b, c, d, e = self.parts if parts is None else parts
        top, norm = a + b * t, np.sqrt(np.maximum(c + t * (2 * d + e * t), 0.0))
        if tail == "two-sided":
            return np.asarray(np.abs(top) >= np.abs(t) * norm * (1 - TIE))
        sign = 1.0 if tail == "upper" else -1.0
        return np.asarray(sign * top >= (sign * t - TIE * np.abs(t)) * norm)

    def _counts(self, line: FloatArray, tail: Tail) -> IntArray:
        if tail not in ("two-sided", "upper", "lower"):
            raise ValueError(f"tail {tail!r} is not known; one of: two-sided, upper, lower")
        inside = [np.count_nonzero(self._at_least(float(t), tail)) for t in line]
        return np.array(inside, dtype=np.int64) + self.made

    def _ends(self, alphas: Sequence[float], tail: Tail, side: int) -> FloatArray:
        """Effect furthest out whose p is above each level: below the estimate for side 1, above it for side -1."""
        wanted = np.array([self._limit(alpha) for alpha in alphas])
        # The null stands on the line, so that the interval holds 0 just where its p is above alpha.
        line = side * np.unique(np.append(LINE, side * np.clip(self._t(0.0), LINE[0], LINE[-1])))
        if tail == "two-sided":
            line = line[side * line >= 0]
        counts = self._counts(line, tail)
        ends = np.full(len(wanted), -side * np.inf)
        cells = np.array([np.flatnonzero(counts > limit)[-1] for limit in wanted])
        for cell in np.unique(cells[cells < len(line) - 1]):
            here = cells == cell
            found = self._crossings(line[cell], line[cell + 1], int(counts[cell]), tail, wanted[here])
            ends[here] = self.att - self.spread * found
        return ends

    def _limit(self, alpha: float) -> float:
        if not 0 < alpha < 1:
            raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
        return alpha * self.n_draws + TIE

    def _crossings(self, near: float, far: float, count: int, tail: Tail, limits: FloatArray) -> FloatArray:
        """Where, on the way from one t to the next, the count of draws last is above each limit."""
        first, last = self._at_least(near, tail), self._at_least(far, tail)
        moving = first != last
        parts, first = self.parts[:, moving], first[moving]
        low, high = np.full(len(first), near), np.full(len(first), far)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            same = self._at_least(middle, tail, parts) == first
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        place = np.where(first, low, high)  # where the draw still, or first, counts
        order = np.argsort(np.abs(place - near), kind="stable")
        before = count + np.concatenate([[0], np.cumsum(np.where(first, -1, 1)[order])])
        return np.array([place[order[np.flatnonzero(before > limit)[-1]]] for limit in limits])
