"""Separation: rows that a covariate foretells are found, and a fit without them is the limit of the fit with them."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from pilotlab.stats.regression.glm import Family, Separated, glm
from pilotlab.stats.regression.separation import SeparatedRows, refuse_separated


def _rows(seed: int, family: Family) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Treated, a covariate that closes a quarter of the rows, another one, eight unit columns."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(8), 12)
    treated = (rng.random(96) < 0.5).astype(float)
    shut = (rng.random(96) < 0.25).astype(float)
    X = np.column_stack([treated, shut, rng.normal(size=96), unit[:, None] == np.arange(8)]).astype(float)
    rate = np.exp(0.4 * treated + 0.2 * X[:, 2])
    y = rng.poisson(2 * rate) if family == "poisson" else rng.binomial(6, rate / (1 + rate))
    return X, np.where(shut > 0, 0.0, y), shut > 0


@pytest.mark.parametrize("family", ["poisson", "binomial"])
def test_rows_that_a_covariate_closes_are_found(family: Family) -> None:
    X, y, shut = _rows(1, family)
    with pytest.raises(SeparatedRows) as found:
        glm(X, y, family, exposure=np.full(len(y), 6.0))
    assert (found.value.rows == shut).all()
    assert 1 in found.value.columns
    assert 0 not in found.value.columns


def test_without_them_the_fit_is_the_limit_of_the_fit_with_them() -> None:
    X, y, shut = _rows(2, "poisson")
    known = sm.GLM(y, X, family=sm.families.Poisson()).fit(maxiter=60, tol=1e-14)
    keep = np.delete(np.arange(X.shape[1]), 1)
    assert glm(X[~shut][:, keep], y[~shut], "poisson").coef[:2] == pytest.approx(
        known.params[[0, 2]], abs=1e-6
    )


def test_shares_run_off_upwards_too() -> None:
    X, y, shut = _rows(3, "binomial")
    y = np.where(shut, 6.0, y)
    with pytest.raises(SeparatedRows) as found:
        glm(X, y, "binomial", exposure=np.full(len(y), 6.0))
    assert (found.value.rows == shut).all()


def test_a_covariate_that_pulls_both_ways_separates_nothing() -> None:
    X, y, shut = _rows(4, "poisson")
    X[:, 1] = np.where(shut, np.random.default_rng(4).normal(size=len(y)), 0.0)
    fit = glm(X, y, "poisson")
    assert np.isfinite(fit.coef).all()


def test_a_leading_coefficient_that_runs_off_is_said_by_its_own_name() -> None:
    X, y, _ = _rows(5, "poisson")
    with pytest.raises(Separated):
        glm(X, np.where(X[:, 0] > 0, 0.0, y + 1), "poisson")


def test_two_that_only_together_foretell_are_both_named() -> None:
    rng = np.random.default_rng(6)
    one, two = (rng.random((2, 60)) < 0.5).astype(float)
    X = np.column_stack([np.ones(60), one, two])
    with pytest.raises(SeparatedRows) as found:
        refuse_separated(X, (one + two) == 2, np.zeros(60, dtype=bool) | ((one + two) == 0))
    assert set(found.value.columns) >= {1, 2}
