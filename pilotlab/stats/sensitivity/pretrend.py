"""Pre-trends: the joint test before start, the drift it would have found, and the bias of what passes it.

The joint test is Hotelling's: T2 = b'S^-1 b with S on df degrees of freedom, (df - k + 1) / (df k) T2 against
F(k, df - k + 1); with infinite df the usual chi-squared. Its power and the mean of estimates that pass are closed forms of
noncentral distributions: with X ~ N(mu, I_k), E[X 1(|X|^2 <= c)] = mu P(chi2_{k+2}(|mu|^2) <= c). The test by single
coefficients ("none is significant"), which most papers use, has a box for its acceptance region; it is read off a fixed
set of normal draws.

References
----------
Roth (2022), "Pretest with Caution: Event-Study Estimates after Testing for Parallel Trends", AER: Insights 4(3);
Pustejovsky & Tipton (2018) for the small-sample joint test; Johnson, Kotz & Balakrishnan (1995), chapters 29 and 30.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import optimize, special, stats

from pilotlab.stats.arrays import BoolArray, FloatArray
from pilotlab.stats.variance.cr2 import JointTest

Criterion = Literal["joint", "single"]
LOG2_DRAWS = 15


def joint_test(pre: FloatArray, sigma: FloatArray, df: float = math.inf) -> JointTest:
    """Test that k coefficients before start are all zero.

    Parameters
    ----------
    pre : ndarray, shape (k,)
    sigma : ndarray, shape (k, k)
        Positive definite.
    df : float
        Degrees of freedom behind `sigma`; more than k - 1.
    """
    k = len(pre)
    wald = float(pre @ np.linalg.solve(sigma, pre))
    if math.isinf(df):
        return JointTest(wald / k, k, math.inf, float(special.chdtrc(k, wald)))
    rest = df - k + 1
    statistic = rest / (df * k) * wald
    return JointTest(statistic, k, rest, float(special.fdtrc(k, rest, statistic)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pretest:
    """A rule that lets an event study pass, and the distribution of its coefficients.

    Attributes
    ----------
    sigma : ndarray, shape (K, K)
        Covariance of the coefficients, those before start first; positive definite in that block.
    n_pre : int
    df : float
        Degrees of freedom behind `sigma`.
    alpha : float
    criterion : {"joint", "single"}
        Passes where the joint test does, or where no single coefficient is beyond its own critical value.
    """

    sigma: FloatArray
    n_pre: int
    df: float = math.inf
    alpha: float = 0.05
    criterion: Criterion = "joint"

    def power(self, deviation: FloatArray) -> float:
        """Probability of not passing where trends part by `deviation` (K,)."""
        return 1 - self._passing(deviation[: self.n_pre], more=0)

    def slope_found(self, power: float, offset: FloatArray) -> float:
        """Slope of a straight drift that does not pass with probability `power`.

        Parameters
        ----------
        power : float
            Above alpha, below 1.
        offset : ndarray, shape (K,)
            Periods from the reference: negative before it.

        Raises
        ------
        ValueError
            Where the rule rejects so often without a drift that no slope has this power.
        """
        unit = 1 / math.sqrt(
            float(offset[: self.n_pre] @ np.linalg.solve(self._before, offset[: self.n_pre]))
        )

        def short(slope: float) -> float:
            return power - self.power(slope * offset)

        if short(0.0) <= 0:
            raise ValueError(f"power {power} is below the size of the test")
        top = unit
        while short(top) > 0:
            top *= 2
        return float(optimize.brentq(short, 0.0, top, xtol=1e-10 * unit, rtol=1e-10))

    def mean_if_passed(self, deviation: FloatArray) -> FloatArray:
        """Mean of all coefficients (K,), effects left out, among event studies that pass."""
        before = deviation[: self.n_pre]
        if self.criterion == "joint":
            shift = before * (self._passing(before, more=2) / self._passing(before, more=0) - 1)
        else:
            shift = self._draws(before)[self._box(before)].mean(axis=0) - before
        regression = np.linalg.solve(self._before, self.sigma[: self.n_pre]).T
        return np.asarray(deviation + regression @ shift)

    @property
    def _before(self) -> FloatArray:
        return self.sigma[: self.n_pre, : self.n_pre]

    def _passing(self, before: FloatArray, *, more: int) -> float:
        """Probability to pass; with `more` = 2 the one by which the mean of those that pass shrinks."""
        if self.criterion == "single":
            return float(self._box(before).mean())
        k = self.n_pre
        away = float(before @ np.linalg.solve(self._before, before))
        if math.isinf(self.df):
            return float(special.chndtr(special.chdtri(k, self.alpha), k + more, away))
        rest = self.df - k + 1
        critical = float(stats.f.isf(self.alpha, k, rest)) * k / (k + more)
        return float(special.ncfdtr(k + more, rest, away, critical))

    def _box(self, before: FloatArray) -> BoolArray:
        """Which draws pass by single coefficients."""
        se = np.sqrt(np.diag(self._before))
        critical = float(stats.t.isf(self.alpha / 2, self.df)) * _scale(self.n_pre, self.df)[:, None]
        return np.asarray((np.abs(self._draws(before)) <= critical * se).all(axis=1))

    def _draws(self, before: FloatArray) -> FloatArray:
        return np.asarray(before + _normals(self.n_pre)[:, :-1] @ np.linalg.cholesky(self._before).T)


@lru_cache(maxsize=4)
def _normals(k: int) -> FloatArray:
    """Quasi-random normal draws, the same every time: shape (n, k + 1)."""
    points = stats.qmc.Sobol(k + 1, rng=np.random.default_rng(0)).random_base2(LOG2_DRAWS)
    return np.asarray(special.ndtri(np.clip(points, 1e-12, 1 - 1e-12)))


@lru_cache(maxsize=4)
def _scale(k: int, df: float) -> FloatArray:
    """What standard errors on df degrees of freedom are multiplied by, draw by draw."""
    if math.isinf(df):
        return np.ones(2**LOG2_DRAWS)
    return np.asarray(np.sqrt(special.chdtri(df, special.ndtr(-_normals(k)[:, -1])) / df))
