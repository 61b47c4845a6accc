"""Two-way fixed effects against statsmodels with a dummy for everything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pilotlab.stats.arrays import SingularDesign
from pilotlab.stats.regression.twfe import TwoWayPanel, rows, two_way
from pilotlab.stats.variance.cluster import cr1

UNITS, WEEKS = 14, 9


def _panel(*, gaps: bool, weighted: bool, strata: bool, covariates: bool, level: float = 0.0) -> TwoWayPanel:
    rng = np.random.default_rng(11)
    cohort = np.arange(UNITS) % 3
    starts = np.array([99, 4, 6])
    regressors = (np.arange(WEEKS) >= starts[:, None]).astype(float)[:, :, None]
    y = (
        level
        + rng.normal(size=(UNITS, 1)) * 3
        + rng.normal(size=(UNITS, WEEKS))
        + regressors[cohort][:, :, 0]
    )
    if gaps:
        y[rng.random(y.shape) < 0.2] = np.nan
    weights = rng.uniform(0.5, 4, y.shape) if weighted else None
    extra = rng.normal(size=(2, UNITS, WEEKS)) if covariates else None
    groups = np.repeat([0, 1], UNITS // 2) if strata else None
    return TwoWayPanel(y, cohort, regressors, extra, weights, groups)


def _by_dummies(panel: TwoWayPanel) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficient and cluster variance of regressors and covariates (all dummies counted), residual sum of squares."""
    unit, week = np.nonzero(np.isfinite(panel.y))
    stratum = np.zeros(len(unit), int) if panel.strata is None else panel.strata[unit]
    columns = [panel.regressors[panel.cohort[unit], week]]
    if panel.covariates is not None:
        columns.append(panel.covariates[:, unit, week].T)
    k = sum(each.shape[1] for each in columns)
    frame = pd.DataFrame({"unit": unit, "cell": stratum * 100 + week})
    first = frame.groupby(stratum)["cell"].min()
    dummies = pd.get_dummies(frame.astype(str), dtype=float)
    dummies = dummies.drop(columns=[f"cell_{cell}" for cell in first]).to_numpy()  # type: ignore[assignment]
    X = np.hstack([*columns, dummies])
    weights = np.ones(len(unit)) if panel.weights is None else panel.weights[unit, week]
    fit = sm.WLS(panel.y[unit, week], X, weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    return fit.params[:k], np.asarray(fit.cov_params())[:k, :k], float(fit.ssr)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("strata", [False, True])
@pytest.mark.parametrize("covariates", [False, True])
def test_equals_least_squares_on_dummies(gaps: bool, weighted: bool, strata: bool, covariates: bool) -> None:
    panel = _panel(gaps=gaps, weighted=weighted, strata=strata, covariates=covariates)
    fit = two_way(panel)
    coef, variance, rss = _by_dummies(panel)
    bare = (
        cr1(fit.scores, np.arange(UNITS), fit.bread, n_obs=fit.n_obs, n_params=1).variance
        * (UNITS - 1)
        / UNITS
    )
    assert fit.coef == pytest.approx(coef, rel=1e-8)
    assert bare == pytest.approx(variance, rel=1e-7)
    assert fit.rss == pytest.approx(rss, rel=1e-9)


@pytest.mark.parametrize("strata", [False, True])
def test_rows_write_the_same_regression_out(strata: bool) -> None:
    panel = _panel(gaps=True, weighted=True, strata=strata, covariates=True)
    fit = two_way(panel)
    X, residuals, weights, unit = rows(panel, fit)
    assert weights is not None
    assert float(weights @ residuals**2) == pytest.approx(fit.rss)
    assert np.bincount(unit, weights=weights * residuals) == pytest.approx(np.zeros(UNITS), abs=1e-9)
    assert X.T @ (weights * residuals) == pytest.approx(np.zeros(X.shape[1]), abs=1e-9)


@pytest.mark.parametrize("strata", [False, True])
def test_rows_hold_a_column_for_each_week_but_the_first(strata: bool) -> None:
    panel = _panel(gaps=True, weighted=False, strata=strata, covariates=False)
    X, _, _, unit = rows(panel, two_way(panel))
    week = np.nonzero(panel.observed)[1]
    stratum = np.zeros(len(unit), int) if panel.strata is None else panel.strata[unit]
    columns = [(stratum == s) & (week == t) for s in range(1 + strata) for t in range(1, WEEKS)]
    np.testing.assert_array_equal(X[:, 1:], np.column_stack(columns))


def test_levels_far_above_differences_lose_no_digits() -> None:
    low = two_way(_panel(gaps=True, weighted=True, strata=False, covariates=False))
    high = two_way(_panel(gaps=True, weighted=True, strata=False, covariates=False, level=1e7))
    assert high.coef == pytest.approx(low.coef, abs=1e-7)


def test_inputs_are_left_alone() -> None:
    panel = _panel(gaps=True, weighted=True, strata=True, covariates=True)
    before = [panel.y.copy(), panel.regressors.copy(), panel.weights.copy(), panel.covariates.copy()]
    two_way(panel)
    for old, new in zip(before, [panel.y, panel.regressors, panel.weights, panel.covariates], strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_regressor_the_effects_explain_is_named() -> None:
    panel = _panel(gaps=False, weighted=False, strata=False, covariates=False)
    always = np.concatenate([panel.regressors, np.ones_like(panel.regressors)], axis=2)
    with pytest.raises(SingularDesign) as caught:
        two_way(TwoWayPanel(panel.y, panel.cohort, always))
    assert caught.value.columns == (1,)


@pytest.mark.parametrize("weight", [None, 0.3, 40.0])
def test_a_covariate_constant_in_units_is_named(weight: float | None) -> None:
    panel = _panel(gaps=True, weighted=False, strata=False, covariates=False)
    constant = np.repeat(np.linspace(1, 2, UNITS)[:, None], WEEKS, axis=1)[None] / 3
    weights = None if weight is None else np.full(panel.y.shape, weight)
    with pytest.raises(SingularDesign) as caught:
        two_way(TwoWayPanel(panel.y, panel.cohort, panel.regressors, constant, weights))
    assert caught.value.columns == (1,)


def test_many_units_need_no_dummies() -> None:
    """20,000 units by 52 weeks: a column for each unit would not fit."""
    rng = np.random.default_rng(0)
    cohort = rng.integers(0, 4, 20_000)
    starts = np.array([10, 20, 30, 99])
    regressors = (np.arange(52) >= starts[:, None]).astype(float)[:, :, None]
    fit = two_way(
        TwoWayPanel(rng.normal(size=(20_000, 52)) + 2 * regressors[cohort][:, :, 0], cohort, regressors)
    )
    assert fit.coef[0] == pytest.approx(2, abs=0.01)
    assert fit.scores.shape == (20_000, 1)


def test_strips_of_units_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(11)
    cohort = rng.integers(0, 3, 40)
    treated = np.arange(9) >= np.array([99, 4, 6])[:, None]
    y = rng.normal(size=(40, 9)) + treated[cohort]
    y[rng.random(y.shape) < 0.1] = np.nan
    for values in (y, np.nan_to_num(y)):
        panel = TwoWayPanel(values, cohort, treated[:, :, None].astype(float))
        monkeypatch.setattr("pilotlab.stats.arrays.STRIP", 1024)
        whole = two_way(panel)
        monkeypatch.setattr("pilotlab.stats.arrays.STRIP", 7)
        parts = two_way(panel)
        assert parts.coef == pytest.approx(whole.coef, abs=1e-13)
        assert parts.scores == pytest.approx(whole.scores, abs=1e-13)
        assert parts.rss == pytest.approx(whole.rss, rel=1e-13)
        assert parts.n_obs == whole.n_obs
