"""The C-LF test against its definition: linear programs solved one by one, truncation points searched for, draws counted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import linprog

from pilotlab.stats.sensitivity import honest_rm
from pilotlab.stats.sensitivity.honest_rm import accepts, relative_magnitude

ALPHA, KAPPA = 0.05, 0.005
LEVEL = (ALPHA - KAPPA) / (1 - KAPPA)
WEIGHTS = {
    "first": [1.0, 0.0],
    "mean": [0.5, 0.5],
    "last of three": [0.0, 0.0, 1.0],
    "contrast": [-1.0, 0.0, 1.0],
    "mixed": [0.7, -0.4, 0.2, 0.5],
}


def example(n_pre: int, n_post: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    K = n_pre + n_post
    root = rng.normal(size=(K, K + 3))
    return rng.normal(size=K) / 2, root @ root.T / (8 * K)


class Program:
    """One piece of Delta^RM as its inequalities A delta <= 0, the other effects left free, tested by linear programs."""

    def __init__(
        self, sigma: np.ndarray, n_pre: int, l_vec: np.ndarray, mbar: float, s: int, sign: int
    ) -> None:
        K = len(sigma)
        steps = np.diff(np.insert(np.eye(K), n_pre, 0.0, axis=0), axis=0)
        worst = sign * steps[s]
        self.A = np.vstack([steps[n_pre:] - mbar * worst, -steps[n_pre:] - mbar * worst])
        self.effect = self.A[:, n_pre:] @ l_vec / (l_vec @ l_vec)
        self.free = self.A[:, n_pre:] @ np.linalg.svd(l_vec[None])[2][1:].T
        self.variance = self.A @ sigma @ self.A.T
        self.W = np.column_stack([np.sqrt(np.diag(self.variance)), self.free])

    def largest(self, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Dual: max gamma'y with gamma >= 0, gamma'X = 0, gamma'sd = 1; its value, and where it is reached."""
        target = np.eye(1, self.W.shape[1])[0]
        found = linprog(-y, A_eq=self.W.T, b_eq=target, bounds=(0, None), method="highs")
        return -found.fun, found.x

    def accepts(self, betahat: np.ndarray, theta: float, first_stage: float) -> bool:
        y = self.A @ betahat - self.effect * theta
        eta, gamma = self.largest(y)
        if eta > first_stage:
            return False
        sd = np.sqrt(gamma @ self.variance @ gamma)
        if eta <= 0 or sd < 1e-10:
            return eta <= 0
        pull = self.variance @ gamma / sd**2
        rest = y - pull * eta

        def stays(c: float) -> bool:
            return abs(self.largest(rest + pull * c)[0] - c) < 1e-8

        low, high = self._end(stays, eta, -60.0), min(self._end(stays, eta, 60.0), first_stage)
        at, tail = stats.norm.sf(eta / sd), stats.norm.sf([low / sd, high / sd])
        return (at - tail[1]) / (tail[0] - tail[1]) >= LEVEL  # type: ignore[no-any-return]

    @staticmethod
    def _end(stays: object, inside: float, outside: float) -> float:
        if stays(outside):
            return np.inf * np.sign(outside)  # type: ignore[no-any-return]
        for _ in range(26):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if stays(middle) else (inside, middle)
        return inside


def pieces_of(n_pre: int) -> list[tuple[int, int]]:
    return [(s, sign) for sign in (1, -1) for s in range(n_pre)]


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize("mbar", [0.0, 0.6, 2.0])
def test_vertices_are_those_of_the_linear_program(weights: list[float], mbar: float) -> None:
    l_vec = np.array(weights)
    betahat, sigma = example(3, len(l_vec))
    pieces = honest_rm._pieces(sigma, 3, l_vec, mbar, KAPPA)
    for (s, sign), vectors, slope in zip(pieces_of(3), pieces.vectors, pieces.slope, strict=True):
        program = Program(sigma, 3, l_vec, mbar, s, sign)
        for theta in (-2.0, -0.3, 0.1, 1.5):
            eta, _ = program.largest(program.A @ betahat - program.effect * theta)
            assert (vectors @ betahat - slope * theta).max() == pytest.approx(eta, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("weights", [WEIGHTS["first"], WEIGHTS["contrast"]], ids=["first", "contrast"])
def test_the_test_is_that_of_the_linear_program(weights: list[float]) -> None:
    l_vec = np.array(weights)
    betahat, sigma = example(2, len(l_vec), seed=4)
    pieces = honest_rm._pieces(sigma, 2, l_vec, 0.8, KAPPA)
    low, high = relative_magnitude(betahat, sigma, 2, l_vec, 0.8)
    theta = np.array([low - 0.1, low + 0.1, high - 0.3, high - 0.05, high + 0.1])
    constant = pieces.vectors @ betahat
    means = constant[:, :, None] - pieces.slope[:, :, None] * theta
    covariance = pieces.vectors @ sigma @ np.swapaxes(pieces.vectors, 1, 2)
    found = accepts(means, covariance, pieces.first_stage, LEVEL)
    assert found.any()
    assert not found.all()
    for row, (s, sign), limit in zip(found, pieces_of(2), pieces.first_stage, strict=True):
        program = Program(sigma, 2, l_vec, 0.8, s, sign)
        assert row.tolist() == [program.accepts(betahat, each, limit) for each in theta]


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize("mbar", [0.0, 0.5, 3.0])
def test_first_stage_against_draws(weights: list[float], mbar: float) -> None:
    l_vec = np.array(weights)
    _, sigma = example(3, len(l_vec), seed=2)
    pieces = honest_rm._pieces(sigma, 3, l_vec, mbar, KAPPA)
    draws = np.random.default_rng(0).multivariate_normal(np.zeros(len(sigma)), sigma, size=200_000)
    for vectors, critical in zip(pieces.vectors, pieces.first_stage, strict=True):
        share = ((draws @ vectors.T).max(axis=1) > critical).mean()
        assert share == pytest.approx(KAPPA, abs=4 * np.sqrt(KAPPA / 200_000))


@pytest.mark.parametrize(
    ("low", "high"), [(-np.inf, 2.0), (0.5, np.inf), (-1.0, 3.0), (6.0, 9.0), (30.0, 31.0)]
)
def test_tail_of_a_truncated_normal(low: float, high: float) -> None:
    at = (max(low, -1) + min(high, max(low, 0) + 0.5)) / 2
    found = honest_rm._truncated_p(np.array(at), np.array(low), np.array(high))
    assert float(found) == pytest.approx(stats.truncnorm.sf(at, low, high), rel=1e-6)


def one_period_by_hand(
    betahat: np.ndarray, sigma: np.ndarray, n_pre: int, mbar: float, theta: float, limits: np.ndarray
) -> bool:
    """With one period after start no effect is left free, and the two inequalities of its step are the moments; loop over pieces."""
    K = len(betahat)
    steps = np.diff(np.insert(np.eye(K), n_pre, 0.0, axis=0), axis=0)
    moved = betahat - theta * np.eye(K)[-1]
    for (s, sign), limit in zip(pieces_of(n_pre), limits, strict=True):
        rows = [side * steps[-1] - mbar * sign * steps[s] for side in (1, -1)]
        rows = [row / np.sqrt(row @ sigma @ row) for row in rows]
        top = max(rows, key=lambda row: row @ moved)
        eta = top @ moved
        if eta > limit:
            continue
        low, high = -np.inf, limit
        for row in rows:
            ratio = row @ sigma @ top
            if ratio < 1 - 1e-9:
                low = max(low, (row @ moved - ratio * eta) / (1 - ratio))
        if eta <= 0 or stats.truncnorm.sf(eta, low, high) >= LEVEL:
            return True
    return False


@pytest.mark.parametrize("mbar", [0.5, 1.0, 2.0])
def test_one_period_after_start(mbar: float) -> None:
    betahat, sigma = example(3, 1, seed=6)
    limits = honest_rm._pieces(sigma, 3, np.ones(1), mbar, KAPPA).first_stage
    low, high = relative_magnitude(betahat, sigma, 3, np.ones(1), mbar)
    inside = [low + 1e-6, betahat[-1], high - 1e-6]
    assert all(one_period_by_hand(betahat, sigma, 3, mbar, theta, limits) for theta in inside)
    outside = [low - 1e-6, low - 0.1, high + 1e-6, high + 0.1]
    assert not any(one_period_by_hand(betahat, sigma, 3, mbar, theta, limits) for theta in outside)


@pytest.mark.parametrize("seed", range(8))
def test_one_period_after_start_grows_with_m_from_the_usual_interval(seed: int) -> None:
    betahat, sigma = example(3, 1, seed=seed)
    found = np.array([relative_magnitude(betahat, sigma, 3, np.ones(1), m) for m in np.linspace(0, 2, 21)])
    half = stats.norm.isf(0.025) * np.sqrt(sigma[-1, -1])
    assert found[0] == pytest.approx([betahat[-1] - half, betahat[-1] + half], abs=1e-9)
    assert (np.diff(found[:, 0]) <= 1e-9).all()
    assert (np.diff(found[:, 1]) >= -1e-9).all()


def test_ends_are_where_the_test_turns() -> None:
    betahat, sigma = example(4, 3, seed=8)
    l_vec = np.array([0.2, 0.3, 0.5])
    low, high = relative_magnitude(betahat, sigma, 4, l_vec, 1.0)
    pieces = honest_rm._pieces(sigma, 4, l_vec, 1.0, KAPPA)
    theta = np.array([low - 1e-7, low + 1e-7, high - 1e-7, high + 1e-7])
    means = (pieces.vectors @ betahat)[:, :, None] - pieces.slope[:, :, None] * theta
    covariance = pieces.vectors @ sigma @ np.swapaxes(pieces.vectors, 1, 2)
    found = accepts(means, covariance, pieces.first_stage, LEVEL)
    assert found.any(axis=0).tolist() == [False, True, True, False]


def test_without_violations_it_is_the_usual_interval() -> None:
    betahat, sigma = example(3, 2)
    half = 1.959964 * np.sqrt(sigma[3, 3])
    low, high = relative_magnitude(betahat, sigma, 3, np.array([1.0, 0.0]), 0.0)
    assert (low, high) == pytest.approx((betahat[3] - half, betahat[3] + half), abs=1e-3 * half)


def test_turns_with_the_sign_scales_with_the_unit_and_moves_with_the_effect() -> None:
    betahat, sigma = example(4, 3, seed=1)
    l_vec = np.ones(3) / 3
    low, high = relative_magnitude(betahat, sigma, 4, l_vec, 1.2)
    assert relative_magnitude(-betahat, sigma, 4, l_vec, 1.2) == pytest.approx((-high, -low), rel=1e-8)
    for unit in (60, 1e-9):
        ends = relative_magnitude(unit * betahat, unit**2 * sigma, 4, l_vec, 1.2)
        assert ends == pytest.approx((unit * low, unit * high), rel=1e-8)
    moved = betahat + np.array([0, 0, 0, 0, 1.0, 2.0, 3.0])
    assert relative_magnitude(moved, sigma, 4, l_vec, 1.2) == pytest.approx((low + 2, high + 2), abs=1e-8)
    assert relative_magnitude(betahat, sigma, 4, 2 * l_vec, 1.2) == pytest.approx(
        (2 * low, 2 * high), rel=1e-8
    )


@pytest.mark.parametrize("seed", range(4))
def test_wider_violations_give_wider_intervals(seed: int) -> None:
    betahat, sigma = example(3, 3, seed=seed)
    ends = [relative_magnitude(betahat, sigma, 3, np.ones(3) / 3, m) for m in (0, 0.5, 1, 2, 4)]
    for narrow, wide in pairwise(ends):
        assert wide[0] < narrow[0]
        assert wide[1] > narrow[1]


@pytest.mark.parametrize(("n_post", "mbar"), [(2, 1.0), (3, 0.5), (1, 1.0)])
def test_holds_the_truth_as_often_as_it_says(n_post: int, mbar: float) -> None:
    """Least favourable: one clear step before start, and trends part as fast as it allows after; 4,000 draws."""
    _, sigma = example(3, n_post, seed=5)
    worst = 10 * np.sqrt(np.diag(sigma).max())
    deviation = np.concatenate([[worst, 0.0, 0.0], mbar * worst * np.arange(1, n_post + 1)])
    l_vec = np.ones(n_post) / n_post
    truth = 0.4
    effect = truth * np.concatenate([np.zeros(3), np.ones(n_post)])
    draws = np.random.default_rng(1).multivariate_normal(deviation + effect, sigma, size=4_000)
    pieces = honest_rm._pieces(sigma, 3, l_vec, mbar, KAPPA)
    covariance = pieces.vectors @ sigma @ np.swapaxes(pieces.vectors, 1, 2)
    means = np.einsum("pjk,nk->pjn", pieces.vectors, draws) - pieces.slope[:, :, None] * truth
    held = accepts(means, covariance, pieces.first_stage, LEVEL).any(axis=0).mean()
    assert held == pytest.approx(0.95, abs=3.5 * np.sqrt(0.05 * 0.95 / 4_000))


def test_the_least_violated_effect_is_always_tried() -> None:
    """Moments 3 - x and x - 1 can't both be negative; their largest is least at 2, which no even step meets."""
    found = honest_rm._candidates(
        np.array([[3.0, -1.0]]), np.array([[1.0, -1.0]]), np.array([0.0]), np.array([7.1])
    )
    assert 2.0 in found[0].tolist()
    assert found[0].tolist() == sorted(found[0])
