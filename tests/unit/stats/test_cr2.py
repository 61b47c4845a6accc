"""CR2 against its definition, written out with N x N matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power

from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cr2 import cells_cr2, cr2, htz


def _by_definition(
    X: np.ndarray, y: np.ndarray, cluster: np.ndarray, contrast: np.ndarray, w: np.ndarray
) -> tuple[float, float]:
    """Bell-McCaffrey with weights W and working model I: A_i = [(I-H)(I-H)']_ii^(-1/2), df from p_i'p_j."""
    M = np.linalg.inv(X.T @ (w[:, None] * X))
    residual_maker = np.eye(len(y)) - X @ M @ X.T * w
    residual = residual_maker @ y
    both = residual_maker @ residual_maker.T
    columns = []
    for group in np.unique(cluster):
        inside = np.flatnonzero(cluster == group)
        adjust = np.real(fractional_matrix_power(both[np.ix_(inside, inside)], -0.5))
        weight = adjust @ (w[inside, None] * X[inside]) @ M @ contrast
        columns.append(residual_maker[inside].T @ weight)
    P = np.column_stack(columns)
    variance = float(np.sum((P.T @ y) ** 2))
    gram = P.T @ P
    del residual
    return np.sqrt(variance), float(np.trace(gram) ** 2 / np.sum(gram**2))


@pytest.fixture
def sample() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(9), [3, 4, 5, 3, 6, 4, 5, 3, 7])
    X = np.column_stack([np.ones(40), rng.normal(size=40), rng.normal(size=9)[cluster], rng.random(40) < 0.4])
    y = X @ [1, 2, 0, 1] + rng.normal(size=9)[cluster] + rng.normal(size=40)
    return {"X": X.astype(float), "y": y, "cluster": cluster, "w": rng.uniform(0.5, 3, 40)}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_is_its_definition(sample: dict[str, np.ndarray], weighted: bool, at: int) -> None:
    w = sample["w"] if weighted else None
    fit = ols(sample["X"], sample["y"], w)
    contrast = np.eye(4)[at]
    found = cr2(sample["X"], fit.residuals, sample["cluster"], contrast[None], weights=w)
    se, df = _by_definition(
        sample["X"], sample["y"], sample["cluster"], contrast, np.ones(40) if w is None else w
    )
    assert np.sqrt(found.variance[0, 0]) == pytest.approx(se, rel=1e-9)
    assert found.df[0] == pytest.approx(df, rel=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
def test_absorbed_effects_are_the_dummies(sample: dict[str, np.ndarray], weighted: bool) -> None:
    """Two units in each cluster: absorbing them is the same as a column for each."""
    unit = sample["cluster"] * 2 + np.arange(40) % 2
    unit = np.unique(unit, return_inverse=True)[1]
    slopes = sample["X"][:, [1, 3]]
    dummies = (unit[:, None] == np.arange(unit.max() + 1)).astype(float)
    w = sample["w"] if weighted else None
    fit = ols(np.hstack([slopes, dummies]), sample["y"], w)
    short = cr2(slopes, fit.residuals, sample["cluster"], np.eye(2), weights=w, absorbed=unit)
    full = cr2(fit.X, fit.residuals, sample["cluster"], np.eye(2, fit.X.shape[1]), weights=w)
    assert short.variance == pytest.approx(full.variance, rel=1e-8)
    assert short.df == pytest.approx(full.df, rel=1e-8)


def test_closed_form_of_two_groups() -> None:
    rng = np.random.default_rng(0)
    groups = [rng.normal(size=5), rng.normal(1, 2, size=8)]
    se, df = cells_cr2(groups, np.array([-1.0, 1.0]))
    X = np.zeros((13, 2))
    X[:5, 0] = X[5:, 1] = 1
    fit = ols(X, np.concatenate(groups))
    found = cr2(X, fit.residuals, np.arange(13), np.array([[-1.0, 1.0]]))
    assert (se, df) == pytest.approx((np.sqrt(found.variance[0, 0]), found.df[0]))
    assert df == pytest.approx((1 / 8 + 1 / 5) ** 2 / (1 / (64 * 7) + 1 / (25 * 4)))


def test_scale_of_columns_does_not_matter(sample: dict[str, np.ndarray]) -> None:
    fit = ols(sample["X"], sample["y"])
    plain = cr2(sample["X"], fit.residuals, sample["cluster"], np.eye(4)[1:2])
    wide = cr2(sample["X"] * [1, 1, 1e7, 1e-6], fit.residuals, sample["cluster"], np.eye(4)[1:2])
    assert wide.df == pytest.approx(plain.df, rel=1e-6)


def test_a_cluster_fitted_wholly_adds_nothing() -> None:
    """One treated cluster: its direction is singular and counts as zero, as in clubSandwich."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=10)
    X = np.column_stack([np.ones(10), np.arange(10) == 0]).astype(float)
    fit = ols(X, values)
    found = cr2(X, fit.residuals, np.arange(10), np.eye(2)[1:])
    assert np.sqrt(found.variance[0, 0]) == pytest.approx(values[1:].std(ddof=1) / 3)
    assert found.df[0] == pytest.approx(8)


def test_joint_test_of_one_contrast_is_t_squared(sample: dict[str, np.ndarray]) -> None:
    fit = ols(sample["X"], sample["y"])
    contrast = np.eye(4)[1:2]
    single = cr2(sample["X"], fit.residuals, sample["cluster"], contrast)
    joint = htz(sample["X"], fit.residuals, sample["cluster"], contrast, fit.coef[1:2])
    assert joint.df_den == pytest.approx(single.df[0])
    assert joint.statistic == pytest.approx(fit.coef[1] ** 2 / single.variance[0, 0])
