"""Randomisation inference for a rollout: slope, estimate and standard error made anew in every draw of starts.

The statistic is the estimate over its standard error, so that the test is exact where effects are one number and right in
large samples where they differ (Roth & Sant'Anna 2023, section 2.7). Removing an effect e from the treated cells
leaves every ingredient a polynomial in e, whose coefficients are sums over a draw's cohorts: made once, any effect is tested
at the cost of a few products. Intervals are hulls on a grid of hundredths of a standard error, rounded outward.

References
----------
Roth & Sant'Anna (2023); Zhao & Ding (2021), "Covariate-Adjusted Fisher Randomization Tests for the Average Treatment Effect".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pilotlab.stats.arrays import FloatArray, IntArray
from pilotlab.stats.randomization.draws import BLOCK
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.randomization.sharp_null import TIE, Side, Tail
from pilotlab.stats.staggered.rollout import Plan

MOST_ENUMERATED = 20_000  # more draws are sampled, since every effect asked about costs a pass over them
NEAR = np.linspace(-5, 5, 1001)
FAR = np.geomspace(5, 1e6, 40)[1:]
STEPS = np.concatenate([-FAR[::-1], NEAR, FAR])  # of the grid, in standard errors from the estimate
PAIRS = [(a, b) for a in range(4) for b in range(a, 4)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RolloutResult:
    """The studentised test of one additive effect, and its inversion.

    Attributes
    ----------
    att, se : float
        Of the draw that was made.
    sums : ndarray, shape (n_draws, 14)
        Of a draw's cohorts: means of theta's and X's parts in outcome and effect (4), then their covariances (10).
    p_min : float
        Smallest two-sided p these draws can give.
    """

    att: float
    se: float
    sums: FloatArray = field(repr=False)
    curve: FloatArray = field(repr=False)
    p_min: float
    exact: bool

    @property
    def n_draws(self) -> int:
        """Draws counted, the one that was made among them."""
        return len(self.sums)

    @property
    def p_two_sided(self) -> float:
        """Share of draws at least as far from zero."""
        return self.p_at(0.0)

    def p_at(self, effect: float, tail: Tail = "two-sided") -> float:
        """Test that the effect is `effect` for every unit and time."""
        found = _shares(self.sums, self.att, self.se, effect)
        return float(found[("two-sided", "upper", "lower").index(tail)])

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Hull of the effects whose removal gives a two-sided p above alpha."""
        low, high = self.intervals([alpha])[0]
        return float(low), float(high)

    def intervals(self, alphas: Sequence[float]) -> FloatArray:
        """Hulls at many levels, shape (n_alphas, 2)."""
        return np.array([[_end(self, 0, alpha, False), _end(self, 0, alpha, True)] for alpha in alphas])

    def bound(self, side: Side, alpha: float = 0.05) -> float:
        """One-sided bound at level 1 - alpha."""
        return float(self.bounds(side, [alpha])[0])

    def bounds(self, side: Side, alphas: Sequence[float]) -> FloatArray:
        """One-sided bounds at many levels, shape (n_alphas,)."""
        if side not in ("lower", "upper"):
            raise ValueError(f"side {side!r} is not known; one of: lower, upper")
        row = 1 if side == "lower" else 2
        return np.array([_end(self, row, alpha, side == "upper") for alpha in alphas])


def rollout_test(
    y: FloatArray,
    cohort: IntArray,
    times: IntArray,
    start: IntArray,
    plan: Plan,
    rota: Rota,
    *,
    reps: int = 9999,
    seed: int = 0,
) -> list[RolloutResult]:
    """Test the headline and every row of a plan against the draws of starts; the same draws for all.

    Parameters
    ----------
    y, cohort, times, start, plan
        As `stats.rollout.rollout` reads them.
    rota : Rota
        Its codes stand for `start`; units are drawn by themselves.
    reps, seed : int
        Sampled draws beside the one that was made where more than 20,000 are admissible, and their seed.
    """
    treated = (times >= start[cohort][:, None]).astype(float)
    size = np.bincount(cohort, minlength=len(start))
    centred = y - y.mean(axis=0)
    exact = rota.given is not None or rota.count <= MOST_ENUMERATED
    blocks = list(rota.blocks(reps, seed) if exact else _sampled(rota, reps, seed))
    draws = np.concatenate(blocks)
    mirrored = len(start) == 2 and size[0] == size[1]
    same = (draws == cohort).all(axis=1) | (mirrored & (draws == 1 - cohort).all(axis=1))
    found = []
    for effect, before in zip(plan.effect, plan.before, strict=True):
        parts = np.stack([each @ weights.T for each in (centred, treated) for weights in (effect, before)])
        sums = np.concatenate([_sums(block, parts, size) for block in blocks])
        own = _sums(cohort[None], parts, size)
        value, spread = (float(each[0]) for each in _estimate(own, 0.0))
        spread = spread if spread > 0 else 1e-300
        grid = value + spread * STEPS
        curve = np.array([_shares(sums, value, spread, float(each)) for each in grid]).T
        found.append(
            RolloutResult(att=value, se=spread, sums=sums, curve=curve, p_min=float(same.mean()), exact=exact)
        )
    return found


def _sampled(rota: Rota, reps: int, seed: int) -> Iterator[IntArray]:
    """The draw that was made, and `reps` more within strata."""
    yield rota.start[None]
    rng, step = np.random.default_rng(seed), max(1, BLOCK // len(rota.start))
    for at in range(0, reps, step):
        rows = np.tile(rota.start, (min(step, reps - at), 1))
        for stratum in np.unique(rota.strata):
            inside = np.flatnonzero(rota.strata == stratum)
            rows[:, inside] = rng.permuted(rows[:, inside], axis=1)
        yield rows


def _sums(draws: IntArray, parts: FloatArray, size: IntArray) -> FloatArray:
    """Means (4) and covariances over size (10) of theta(y), X(y), theta(D), X(D), summed over cohorts.

    `parts` is (4, n, C): what a unit adds were it in each cohort.
    """
    total = np.zeros((len(draws), 4 + len(PAIRS)))
    for g, n in enumerate(size):
        inside = (draws == g).astype(float)
        own = parts[:, :, g]
        first = inside @ own.T
        second = inside @ np.stack([own[a] * own[b] for a, b in PAIRS]).T
        cross = np.stack([first[:, a] * first[:, b] for a, b in PAIRS], axis=1)
        total[:, :4] += first / n
        total[:, 4:] += (second - cross / n) / (n - 1) / n
    return total


def _estimate(sums: FloatArray, effect: float) -> tuple[FloatArray, FloatArray]:
    """Estimates and standard errors of draws once an effect is removed from the treated cells."""
    mean, cov = sums[:, :4], {pair: sums[:, 4 + at] for at, pair in enumerate(PAIRS)}
    theta, x = mean[:, 0] - effect * mean[:, 2], mean[:, 1] - effect * mean[:, 3]
    v_theta = cov[0, 0] - 2 * effect * cov[0, 2] + effect**2 * cov[2, 2]
    v_x = cov[1, 1] - 2 * effect * cov[1, 3] + effect**2 * cov[3, 3]
    v_both = cov[0, 1] - effect * (cov[0, 3] + cov[1, 2]) + effect**2 * cov[2, 3]
    slope = np.divide(v_both, v_x, out=np.zeros_like(v_x), where=v_x > 1e-13 * np.abs(v_theta))
    variance = np.maximum(v_theta - slope * v_both, 0.0)
    return theta - slope * x, np.sqrt(variance)


def _shares(sums: FloatArray, att: float, se: float, effect: float) -> tuple[float, float, float]:
    """Shares two-sided, upper and lower, for one effect."""
    value, spread = _estimate(sums, effect)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(value == 0, 0.0, value / spread)
    observed = (att - effect) / se
    tie = TIE * max(abs(observed), 1e-3)
    return (
        float(np.mean(np.abs(t) >= abs(observed) - tie)),
        float(np.mean(t >= observed - tie)),
        float(np.mean(t <= observed + tie)),
    )


def _end(result: RolloutResult, row: int, alpha: float, upper: bool) -> float:
    """Outermost point of the grid that is not rejected, moved one point out; infinite where the last is kept."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
    kept = np.flatnonzero(result.curve[row] > alpha + 1e-12)
    place = int(kept[-1]) + 1 if upper else int(kept[0]) - 1
    if not 0 <= place < len(STEPS):
        return np.inf if upper else -np.inf
    return float(result.att + result.se * STEPS[place])
