"""Imputation against statsmodels with a dummy for everything, and against its own weights written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pilotlab.stats.arrays import SingularDesign
from pilotlab.stats.staggered.imputation import impute, left_out, means, residual_square, weigh_rows
from pilotlab.stats.variance.jackknife import Inestimable

UNITS, WEEKS = 18, 8
STARTS = np.array([99, 3, 5, 6])
TREATED = np.arange(WEEKS) >= STARTS[:, None]
COHORT = np.arange(UNITS) % 4
SINCE = np.arange(WEEKS) - STARTS[:, None]
CASES = [
    (gaps, weighted, extra) for gaps in (False, True) for weighted in (False, True) for extra in (False, True)
]


def _panel(
    gaps: bool = False, weighted: bool = False, extra: bool = False, level: float = 0.0
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    rng = np.random.default_rng(5)
    y = level + rng.normal(size=(UNITS, 1)) * 3 + rng.normal(size=(UNITS, WEEKS)) + TREATED[COHORT] * 2.0
    if gaps:
        gone = rng.random(y.shape) < 0.15
        gone[:, 0] = False  # so that every unit has an untreated value
        y[gone] = np.nan
    weights = rng.uniform(0.5, 4, y.shape) if weighted else None
    return y, weights, rng.normal(size=(2, UNITS, WEEKS)) if extra else None  # type: ignore[return-value]


def _targets() -> np.ndarray:
    """Overall, and event times 0 to 2."""
    return np.stack([TREATED, *(event == SINCE for event in range(3))], axis=2).astype(float)


def _by_dummies(
    y: np.ndarray, weights: np.ndarray | None, extra: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and unit scores, with v as the solution of dense normal equations."""
    unit, week = np.nonzero(np.isfinite(y))
    treated = TREATED[COHORT[unit], week]
    w = np.ones(len(unit)) if weights is None else weights[unit, week]
    dummies = pd.get_dummies(pd.DataFrame({"unit": unit, "week": week}).astype(str), dtype=float)
    Z = dummies.drop(columns="week_0").to_numpy()
    if extra is not None:
        Z = np.hstack([Z, extra[:, unit, week].T])
    value = y[unit, week]
    fit = sm.WLS(value[~treated], Z[~treated], weights=w[~treated]).fit()
    effect = value - Z @ fit.params
    out, scores = [], []
    for target in np.moveaxis(_targets(), 2, 0):
        share = np.where(treated, w * target[COHORT[unit], week], 0.0)
        share /= share.sum()
        W0 = np.diag(w[~treated])
        before = (
            -W0
            @ Z[~treated]
            @ np.linalg.pinv(Z[~treated].T @ W0 @ Z[~treated])
            @ Z[treated].T
            @ share[treated]
        )
        v = share.copy()
        v[~treated] = before
        error = effect.copy()
        for cohort in range(1, 4):
            for at in range(WEEKS):
                cell = treated & (COHORT[unit] == cohort) & (week == at)
                if cell.any() and (v[cell] ** 2).sum() > 0:
                    error[cell] -= (v[cell] ** 2 @ effect[cell]) / (v[cell] ** 2).sum()
        out.append(share @ effect)
        scores.append(np.bincount(unit, weights=v * error, minlength=UNITS))
    return np.array(out), np.array(scores).T


@pytest.mark.parametrize(("gaps", "weighted", "extra"), CASES)
def test_equals_dense_least_squares(gaps: bool, weighted: bool, extra: bool) -> None:
    y, weights, covariates = _panel(gaps, weighted, extra)
    found = means(impute(y, COHORT, TREATED, weights=weights, covariates=covariates), _targets())
    values, scores = _by_dummies(y, weights, covariates)
    assert found.values == pytest.approx(values, rel=1e-9)
    assert found.scores == pytest.approx(scores, abs=1e-10)


@pytest.mark.parametrize(("gaps", "weighted", "extra"), CASES)
def test_the_weights_written_out_give_the_estimate(gaps: bool, weighted: bool, extra: bool) -> None:
    y, weights, covariates = _panel(gaps, weighted, extra)
    imputed = impute(y, COHORT, TREATED, weights=weights, covariates=covariates)
    v = weigh_rows(imputed, _targets(), y.shape)
    found = means(imputed, _targets())
    assert np.einsum("itm,it->m", v, np.nan_to_num(y)) == pytest.approx(found.values, rel=1e-9)
    assert v.sum(axis=1) == pytest.approx(np.zeros((UNITS, 4)), abs=1e-12)
    plain = np.ones(y.shape) if weights is None else weights
    assert np.einsum("itm,itl,it->ml", v, v, 1 / plain) == pytest.approx(found.bread, rel=1e-9)


def test_on_a_complete_panel_it_is_the_regression_with_an_effect_a_cohort_and_week() -> None:
    """Wooldridge (2021); the conservative variance is then the regression's without a factor."""
    y, _, _ = _panel()
    unit, week = np.divmod(np.arange(y.size), WEEKS)
    cell = np.where(TREATED[COHORT[unit], week], COHORT[unit] * 100 + week, 0)
    kept = np.unique(cell[cell > 0])
    dummies = pd.get_dummies(pd.DataFrame({"u": unit, "w": week}).astype(str), dtype=float).drop(
        columns="w_0"
    )
    X = np.hstack([(cell[:, None] == kept).astype(float), dummies.to_numpy()])
    fit = sm.OLS(y.ravel(), X).fit(cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False})
    share = np.concatenate(
        [np.bincount(np.searchsorted(kept, cell[cell > 0])) / (cell > 0).sum(), np.zeros(dummies.shape[1])]
    )
    found = means(impute(y, COHORT, TREATED), TREATED[:, :, None].astype(float))
    assert found.values[0] == pytest.approx(share @ fit.params, rel=1e-9)
    assert (found.scores**2).sum() == pytest.approx(share @ fit.cov_params() @ share, rel=1e-8)
    assert residual_square(impute(y, COHORT, TREATED)) == pytest.approx(fit.ssr, rel=1e-9)


def test_levels_far_above_differences_lose_no_digits() -> None:
    low, high = (
        means(impute(_panel(True, True, level=level)[0], COHORT, TREATED), _targets()) for level in (0.0, 1e7)
    )
    assert high.values == pytest.approx(low.values, abs=1e-6)
    assert high.scores == pytest.approx(low.scores, abs=1e-6)


def test_treated_weeks_that_nobody_untreated_sees_are_counted_and_weigh_nothing() -> None:
    y, _, _ = _panel()
    starting = COHORT > 0
    found = impute(y[starting], COHORT[starting] - 1, TREATED[1:])
    assert (found.counted[:, 6:] == 0).all()
    assert found.lost == int(starting.sum()) * 2
    assert (found.counted[0, 3:6] > 0).all()


def test_weeks_without_a_link_are_not_compared() -> None:
    """Half the units are seen in weeks 0 to 3, half in 4 to 7: nothing links the two."""
    y, _, _ = _panel()
    early = np.arange(UNITS) < UNITS // 2
    y[early, 4:], y[~early, :4] = np.nan, np.nan
    starts = np.where(early, 2, 99)
    starts[~early & (np.arange(UNITS) % 2 == 0)] = 6
    starts[early & (np.arange(UNITS) % 3 == 0)] = 99
    groups, code = np.unique(starts, return_inverse=True)
    found = impute(y, code, np.arange(WEEKS) >= groups[:, None])
    assert found.lost == 0
    y[early, 6] = (
        1.0  # treated and untreated units of the first half reach week 6, untreated ones linking the halves
    )
    assert impute(y, code, np.arange(WEEKS) >= groups[:, None]).lost == 0
    y[early & (starts == 99), 6] = np.nan
    found = impute(y, code, np.arange(WEEKS) >= groups[:, None])
    assert found.lost == int((early & (starts == 2)).sum())


def test_a_unit_without_an_untreated_value_is_refused() -> None:
    y, _, _ = _panel()
    y[1, :3] = np.nan
    with pytest.raises(ValueError, match="untreated value"):
        impute(y, COHORT, TREATED)


def test_a_covariate_the_effects_explain_is_named() -> None:
    y, _, _ = _panel()
    constant = np.repeat(np.arange(UNITS, dtype=float)[:, None], WEEKS, axis=1)
    season = np.repeat(np.arange(WEEKS, dtype=float)[None], UNITS, axis=0) ** 2
    for covariate in (constant, season):
        with pytest.raises(SingularDesign) as caught:
            impute(y, COHORT, TREATED, covariates=covariate[None])
        assert caught.value.columns == (0,)


def test_leaving_out_is_imputing_without_at_the_same_shares() -> None:
    y, weights, covariates = _panel(gaps=True, weighted=True, extra=True)
    assert weights is not None
    assert covariates is not None
    cluster, share = np.arange(UNITS) // 2, _targets() * np.random.default_rng(2).uniform(size=(4, WEEKS, 1))
    found = left_out(y, COHORT, TREATED, share, cluster, weights=weights, covariates=covariates)
    kept = cluster != 4
    alone = impute(y[kept], COHORT[kept], TREATED, weights=weights[kept], covariates=covariates[:, kept])
    assert found[4] == pytest.approx(
        np.einsum("gt,gtm->m", alone.sums / np.maximum(alone.counted, 1e-9), share)
    )
    assert found.shape == (9, 4)


def test_leaving_out_names_the_cluster_that_holds_an_effect_alone() -> None:
    y, _, _ = _panel()
    targets = (np.arange(4)[:, None] == 1) & TREATED
    with pytest.raises(Inestimable) as caught:
        left_out(
            y, COHORT, TREATED, targets[:, :, None].astype(float), np.where(COHORT == 1, 99, np.arange(UNITS))
        )
    assert caught.value.clusters == (99,)


def test_inputs_are_left_alone() -> None:
    y, weights, covariates = _panel(True, True, True)
    before = [each.copy() for each in (y, weights, covariates)]
    means(impute(y, COHORT, TREATED, weights=weights, covariates=covariates), _targets())
    for old, new in zip(before, (y, weights, covariates), strict=True):
        np.testing.assert_array_equal(old, new)
