from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from pilotlab.stats.synthetic.simplex import frank_wolfe, frank_wolfe_many, minimum, sparsify


def _problem(seed: int, rows: int = 9, columns: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, columns)), rng.normal(size=rows)


def _objective(A: np.ndarray, b: np.ndarray, ridge: float, x: np.ndarray) -> float:
    return float(((A @ x - b) ** 2).sum() + ridge * (x @ x))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("ridge", [0.01, 2.0])
def test_minimum_is_that_of_a_general_optimiser(seed: int, ridge: float) -> None:
    A, b = _problem(seed)
    found = minimum(A, b, ridge=ridge)
    other = minimize(
        lambda x: _objective(A, b, ridge, x),
        np.full(6, 1 / 6),
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda x: x.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1_000},
    )
    assert found == pytest.approx(other.x, abs=1e-5)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (found >= 0).all()
    assert _objective(A, b, ridge, found) <= other.fun + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_steps_approach_the_minimum(seed: int) -> None:
    A, b = _problem(seed)
    exact = minimum(A, b, ridge=1.0)
    near = frank_wolfe(A, b, np.full(6, 1 / 6), ridge=1.0, least_decrease=1e-14, most_steps=20_000)
    assert near == pytest.approx(exact, abs=1e-3)


def test_steps_are_those_of_the_book() -> None:
    """Each step by plain formulas: gradient, best vertex, exact line search; stop by difference of objectives."""
    A, b = _problem(3)
    ridge, x, values = 0.5, np.full(6, 1 / 6), []
    for _ in range(500):
        slope = A.T @ (A @ x - b) + ridge * x
        toward = np.eye(6)[slope.argmin()] - x
        x = x + min(1.0, -(slope @ toward) / ((A @ toward) @ (A @ toward) + ridge * toward @ toward)) * toward
        values.append(_objective(A, b, ridge, x))
        if len(values) > 1 and values[-2] - values[-1] <= 1e-5:
            break
    found = frank_wolfe(A, b, np.full(6, 1 / 6), ridge=ridge, least_decrease=1e-5, most_steps=500)
    assert 2 < len(values) < 500
    assert found == pytest.approx(x, abs=1e-12)


def test_many_problems_at_once_are_the_problems_one_by_one() -> None:
    rng = np.random.default_rng(1)
    A, b = rng.normal(size=(7, 10)), rng.normal(size=(5, 7))
    free = rng.random((5, 10)) < 0.7
    start = free / free.sum(axis=1, keepdims=True)
    H, stop = A.T @ A + 0.1 * np.eye(10), np.full(5, 1e-7)
    together = frank_wolfe_many(H, b @ A, start, free, least_decrease=stop, most_steps=3_000)
    each = frank_wolfe_many(np.stack([H] * 5), b @ A, start, free, least_decrease=stop, most_steps=3_000)
    assert (each == together).all()
    assert not together[~free].any()
    for row, target, own in zip(together, b, free, strict=True):
        alone = frank_wolfe(
            A[:, own],
            target,
            np.full(own.sum(), 1 / own.sum()),
            ridge=0.1,
            least_decrease=1e-7,
            most_steps=3_000,
        )
        assert row[own] == pytest.approx(alone, abs=1e-11)


def test_the_number_of_steps_is_a_limit() -> None:
    A, b = _problem(0)
    one = frank_wolfe(A, b, np.full(6, 1 / 6), ridge=0.0, least_decrease=0.0, most_steps=1)
    even, free = np.full((1, 6), 1 / 6), np.ones((1, 6), bool)
    many = frank_wolfe_many(A.T @ A, (A.T @ b)[None], even, free, least_decrease=np.zeros(1), most_steps=1)
    assert (
        np.count_nonzero(np.abs(one - one.min()) > 1e-12) == 1
    )  # one column gained, the others shrank alike
    assert many[0] == pytest.approx(one, abs=1e-14)


def test_a_target_that_is_a_column_gets_all_the_weight() -> None:
    A, _ = _problem(5)
    assert minimum(A, A[:, 2], ridge=1e-9) == pytest.approx(np.eye(6)[2], abs=1e-6)
    steps = frank_wolfe(A, A[:, 2], np.full(6, 1 / 6), ridge=0.0, least_decrease=1e-20, most_steps=5_000)
    assert steps == pytest.approx(np.eye(6)[2], abs=1e-3)


def test_columns_that_say_nothing_keep_their_start() -> None:
    start = np.full(4, 0.25)
    assert (
        frank_wolfe(np.zeros((3, 4)), np.zeros(3), start, ridge=0.0, least_decrease=0.0, most_steps=50)
        == start
    ).all()


def test_a_flat_objective_has_no_one_minimum() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        minimum(np.zeros((2, 3)), np.zeros(2), ridge=0.0)


def test_sparsify_drops_a_quarter_of_the_largest_and_less() -> None:
    weights = np.array([[0.5, 0.125, 0.25, 0.125], [0.25, 0.25, 0.25, 0.25]])
    assert sparsify(weights) == pytest.approx(np.array([[2 / 3, 0, 1 / 3, 0], [0.25, 0.25, 0.25, 0.25]]))
    assert weights[0, 1] == 0.125
