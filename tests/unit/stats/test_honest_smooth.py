"""Fixed-length intervals against what they claim: worst bias by linear programming, shortest by general minimisation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import linprog, minimize

from pilotlab.stats.sensitivity import honest_smooth
from pilotlab.stats.sensitivity.breakdown_value import breakdown
from pilotlab.stats.sensitivity.honest_smooth import folded_normal_quantile, smoothness


def example(n_pre: int, n_post: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    K = n_pre + n_post
    root = rng.normal(size=(K, K + 3))
    return rng.normal(size=K), root @ root.T / K, rng.normal(size=n_post)


def bends(n_pre: int, n_post: int) -> np.ndarray:
    """Second differences of the path, the reference's zero written in."""
    return np.diff(np.insert(np.eye(n_pre + n_post), n_pre, 0.0, axis=0), n=2, axis=0)


def offsets(n_pre: int, n_post: int) -> np.ndarray:
    return np.concatenate([np.arange(-n_pre, 0), np.arange(1, n_post + 1)]).astype(float)


@pytest.mark.parametrize("seed", range(6))
def test_worst_bias_is_that_of_the_linear_program(seed: int) -> None:
    n_pre, n_post = 1 + seed, 1 + seed % 3
    betahat, sigma, l_vec = example(n_pre, n_post, seed)
    found = smoothness(betahat, sigma, n_pre, l_vec, 0.3)
    second = bends(n_pre, n_post)
    program = linprog(
        -found.weights,
        A_ub=np.vstack([second, -second]),
        b_ub=np.full(2 * len(second), 0.3),
        bounds=(None, None),
        method="highs",
    )
    assert found.worst_bias == pytest.approx(-program.fun, rel=1e-8)
    assert found.weights @ offsets(n_pre, n_post) == pytest.approx(0, abs=1e-9)
    assert found.weights[n_pre:] == pytest.approx(l_vec)
    assert found.sd == pytest.approx(np.sqrt(found.weights @ sigma @ found.weights))
    assert found.centre == pytest.approx(found.weights @ betahat)


@pytest.mark.parametrize("m", [0.0, 0.02, 0.2, 2.0])
@pytest.mark.parametrize("seed", range(8))
def test_no_estimator_gives_a_shorter_interval(m: float, seed: int) -> None:
    n_pre, n_post = 2 + seed % 6, 1 + seed % 4
    betahat, sigma, l_vec = example(n_pre, n_post, seed)
    second = bends(n_pre, n_post)
    # The loadings on a trend and on the bends, from the weights: weights = trend and bends, solved back.
    t = offsets(n_pre, n_post)

    def loadings(free: np.ndarray) -> tuple[np.ndarray, float]:
        """Weights of all but the last period before start are free; that one keeps the trend out."""
        q = np.concatenate([free, [0.0], l_vec])
        q[n_pre - 1] = (q @ t) / 1.0
        on_bends = np.linalg.lstsq(second.T, q, rcond=None)[0]
        return q, float(np.abs(on_bends).sum())

    def half(free: np.ndarray) -> float:
        q, bias = loadings(free)
        sd = np.sqrt(q @ sigma @ q)
        return sd * folded_normal_quantile(m * bias / sd, 0.05)  # type: ignore[no-any-return]

    found = smoothness(betahat, sigma, n_pre, l_vec, m)
    assert half(found.weights[: n_pre - 1]) == pytest.approx(found.half_length, rel=1e-9)
    start = found.weights[: n_pre - 1]
    rng = np.random.default_rng(seed)
    for size in (1e-4, 1e-2, 1.0):
        for _ in range(60):
            assert half(start + size * rng.normal(size=n_pre - 1)) >= found.half_length * (1 - 1e-9)
    best = minimize(half, np.zeros(n_pre - 1), method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-9})
    assert best.fun >= found.half_length * (1 - 1e-9)


@pytest.mark.parametrize("shift", [0.0, 1e-6, 0.3, 1.0, 4.0, 12.0, 80.0])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_quantile_of_the_folded_normal(shift: float, alpha: float) -> None:
    c = folded_normal_quantile(shift, alpha)
    assert stats.norm.cdf(c - shift) - stats.norm.cdf(-c - shift) == pytest.approx(1 - alpha, abs=1e-12)


def test_a_straight_drift_changes_nothing() -> None:
    betahat, sigma, l_vec = example(5, 3)
    drifting = betahat + 7.0 * offsets(5, 3)
    first, second = (smoothness(b, sigma, 5, l_vec, 0.1).interval for b in (betahat, drifting))
    assert second == pytest.approx(first, abs=1e-9)


def test_turns_with_the_sign_and_scales_with_the_unit() -> None:
    betahat, sigma, l_vec = example(5, 3)
    low, high = smoothness(betahat, sigma, 5, l_vec, 0.1).interval
    assert smoothness(-betahat, sigma, 5, l_vec, 0.1).interval == pytest.approx((-high, -low), rel=1e-9)
    assert smoothness(betahat, sigma, 5, -l_vec, 0.1).interval == pytest.approx((-high, -low), rel=1e-9)
    scaled = smoothness(60 * betahat, 3600 * sigma, 5, l_vec, 6.0).interval
    assert scaled == pytest.approx((60 * low, 60 * high), rel=1e-9)


def test_no_violation_gives_least_variance_without_trend() -> None:
    """M = 0 in closed form: generalised least squares with a linear trend."""
    betahat, sigma, l_vec = example(5, 2)
    t = offsets(5, 2)
    found = smoothness(betahat, sigma, 5, l_vec, 0.0)
    columns = np.column_stack([t, np.vstack([np.zeros((5, 2)), np.eye(2)])])
    precision = np.linalg.inv(sigma)
    spread = np.linalg.inv(columns.T @ precision @ columns)
    coef = spread @ columns.T @ precision @ betahat
    contrast = np.concatenate([[0.0], l_vec])
    assert found.centre == pytest.approx(contrast @ coef)
    assert found.sd == pytest.approx(np.sqrt(contrast @ spread @ contrast))


def test_half_length_grows_with_the_violation() -> None:
    betahat, sigma, l_vec = example(6, 3)
    halves = [smoothness(betahat, sigma, 6, l_vec, m).half_length for m in np.linspace(0, 3, 30)]
    assert (np.diff(halves) > 0).all()


def test_path_runs_from_least_bias_to_least_variance() -> None:
    _, sigma, l_vec = example(8, 3, seed=4)
    frontier = honest_smooth._frontier(sigma, 8, l_vec)
    points = [frontier.at(penalty) for penalty in frontier.penalty]
    assert (np.diff(frontier.penalty) <= 0).all()
    assert frontier.penalty[-1] == 0
    assert (np.diff([bias for _, bias, _ in points]) >= -1e-12).all()
    assert (np.diff([sd for _, _, sd in points]) <= 1e-12).all()
    assert points[0][1] == pytest.approx(frontier.constant)


def test_holds_the_truth_as_often_as_it_says() -> None:
    """Bias at its worst: every bend is m, in the direction of the estimator's loading."""
    n_pre, n_post, m = 4, 2, 0.4
    betahat, sigma, l_vec = example(n_pre, n_post, seed=3)
    found = smoothness(betahat, sigma, n_pre, l_vec, m)
    second = bends(n_pre, n_post)
    loading = np.linalg.lstsq(second.T, found.weights, rcond=None)[0]
    deviation = np.linalg.lstsq(second, m * np.sign(loading), rcond=None)[0]
    assert found.weights @ deviation == pytest.approx(found.worst_bias)
    draws = np.random.default_rng(0).multivariate_normal(deviation, sigma, size=40_000) @ found.weights
    assert (np.abs(draws) <= found.half_length).mean() == pytest.approx(
        0.95, abs=4 * np.sqrt(0.0475 / 40_000)
    )


def test_breakdown_by_hand() -> None:
    assert breakdown(lambda m: (1 - m, 1 + m), step=0.01) == pytest.approx(1, rel=2e-6)
    assert breakdown(lambda m: (-2 - m, -0.3 + m), step=10.0) == pytest.approx(0.3, rel=2e-6)
    assert breakdown(lambda m: (-1.0, 1.0), step=1.0) == 0
    assert breakdown(lambda m: (1.0, 2.0), step=1.0) == np.inf
    assert breakdown(lambda m: (3e-5 - m, 1.0), step=1e-4) == pytest.approx(3e-5, rel=5e-6)
    assert breakdown(lambda m: (16_000 - m, 1e6), step=1.0) == pytest.approx(16_000)
    assert breakdown(lambda m: (17_000 - m, 1e6), step=1.0) == np.inf
