"""CR2 of linear estimates that are not least squares, against matrices written out in full."""

from __future__ import annotations

import numpy as np
import pytest

from pilotlab.stats.variance.cr2 import cr2

ROWS, CLUSTERS = 40, 8


def _design(weighted: bool) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(3)
    unit = np.arange(ROWS) // 5
    X = rng.normal(size=(ROWS, 3))
    w = rng.uniform(0.5, 3, ROWS) if weighted else np.ones(ROWS)
    v = rng.normal(size=(ROWS, 2))
    v -= np.stack([np.bincount(unit, weights=column) / 5 for column in v.T], axis=1)[unit]
    return X, w, unit, v, rng.normal(size=ROWS)


def _dense(
    X: np.ndarray, w: np.ndarray, unit: np.ndarray, v: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Variance, and degrees of freedom, with the full I - H of X and unit dummies."""
    Z = np.hstack([X, (unit[:, None] == np.arange(CLUSTERS)).astype(float)])
    M = np.eye(ROWS) - Z @ np.linalg.pinv(Z.T @ (Z * w[:, None])) @ (Z * w[:, None]).T
    left = np.zeros((CLUSTERS, ROWS, v.shape[1]))
    for g in range(CLUSTERS):
        own = unit == g
        values, vectors = np.linalg.eigh(M[own] @ M[own].T)
        power = np.where(values > 1e-10, np.maximum(values, 1e-10) ** -0.5, 0.0)
        left[g] = M[own].T @ (vectors * power) @ vectors.T @ v[own]
    terms = np.einsum("grm,r->gm", left, y)
    spread = np.einsum("grm,hrm->ghm", left, left)
    df = np.einsum("ggm->m", spread) ** 2 / (spread**2).sum(axis=(0, 1))
    return terms.T @ terms, df


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_the_matrices_written_out(weighted: bool) -> None:
    X, w, unit, v, y = _design(weighted)
    Z = np.hstack([X, (unit[:, None] == np.arange(CLUSTERS)).astype(float)])
    residuals = y - Z @ np.linalg.pinv(Z.T @ (Z * w[:, None])) @ (Z * w[:, None]).T @ y
    found = cr2(
        X, residuals, unit, np.zeros((2, 3)), weights=w if weighted else None, absorbed=unit, influence=v
    )
    variance, df = _dense(X, w, unit, v, y)
    assert found.variance == pytest.approx(variance, rel=1e-9)
    assert found.df == pytest.approx(df, rel=1e-8)


def test_least_squares_own_weights_give_its_cr2() -> None:
    X, _, unit, _, y = _design(False)
    within = X - np.stack([np.bincount(unit, weights=column) / 5 for column in X.T], axis=1)[unit]
    v = within @ np.linalg.inv(within.T @ within)
    residuals = y - np.bincount(unit, weights=y)[unit] / 5
    residuals -= within @ (v.T @ residuals)
    plain = cr2(X, residuals, unit, np.eye(3), absorbed=unit)
    given = cr2(X, residuals, unit, np.zeros((3, 3)), absorbed=unit, influence=v)
    assert given.variance == pytest.approx(plain.variance, rel=1e-9)
    assert given.df == pytest.approx(plain.df, rel=1e-9)


def test_it_is_unbiased_under_the_working_model() -> None:
    """E of the variance is v'v when rows are independent with variance 1: the trace of the quadratic form."""
    X, _, unit, v, _ = _design(False)
    Z = np.hstack([X, (unit[:, None] == np.arange(CLUSTERS)).astype(float)])
    M = np.eye(ROWS) - Z @ np.linalg.pinv(Z)
    total = np.zeros((2, 2))
    for row in np.eye(ROWS):  # E of a quadratic form is its sum over unit errors
        total += cr2(X, M @ row, unit, np.zeros((2, 3)), absorbed=unit, influence=v).variance
    assert total == pytest.approx(v.T @ v, rel=1e-9)
