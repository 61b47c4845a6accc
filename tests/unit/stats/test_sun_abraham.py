"""Sun and Abraham's averages against statsmodels with an indicator for every cohort and week."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pilotlab.stats.arrays import SingularDesign
from pilotlab.stats.staggered.sun_abraham import COMPARISON, averages, contrasts, interact, written_out
from pilotlab.stats.variance.cluster import cr0

UNITS, WEEKS = 20, 8
STARTS = np.array([99, 3, 5, 6])
REFERENCE = np.array([COMPARISON, 2, 4, 5])
COHORT = np.arange(UNITS) % 4
SINCE = np.where(STARTS[:, None] < 99, np.arange(WEEKS) - STARTS[:, None], -99)
EVENTS = [-3, -2, 0, 1, 2]
CASES = [
    (gaps, weighted, extra) for gaps in (False, True) for weighted in (False, True) for extra in (False, True)
]


def _panel(
    gaps: bool = False, weighted: bool = False, extra: bool = False
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    rng = np.random.default_rng(8)
    y = rng.normal(size=(UNITS, 1)) * 3 + rng.normal(size=(UNITS, WEEKS)) + (SINCE >= 0)[COHORT]
    if gaps:
        y[rng.random(y.shape) < 0.12] = np.nan
    weights = rng.uniform(0.5, 4, y.shape) if weighted else None
    return y, weights, rng.normal(size=(2, UNITS, WEEKS)) if extra else None


def _targets() -> np.ndarray:
    return np.stack([SINCE >= 0, *(event == SINCE for event in EVENTS)], axis=2).astype(float)


def _by_dummies(
    y: np.ndarray, weights: np.ndarray | None, extra: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, float]:
    unit, week = np.nonzero(np.isfinite(y))
    cohort = COHORT[unit]
    cell = np.where((cohort > 0) & (REFERENCE[cohort] != week), cohort * 100 + week, 0)
    kept = np.unique(cell[cell > 0])
    dummies = pd.get_dummies(pd.DataFrame({"u": unit, "w": week}).astype(str), dtype=float).drop(
        columns="w_0"
    )
    columns = [(cell[:, None] == kept).astype(float), dummies.to_numpy()]
    columns += [extra[:, unit, week].T] if extra is not None else []
    X = np.hstack(columns)
    w = np.ones(len(unit)) if weights is None else weights[unit, week]
    fit = sm.WLS(y[unit, week], X, weights=w).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    counts = np.bincount(np.searchsorted(kept, cell[cell > 0]), weights=w[cell > 0])
    share = counts[:, None] * _targets()[kept // 100, kept % 100]
    share = np.vstack([share / share.sum(axis=0), np.zeros((X.shape[1] - len(kept), share.shape[1]))])
    return fit.params @ share, share.T @ fit.cov_params() @ share, float(fit.ssr)


@pytest.mark.parametrize(("gaps", "weighted", "extra"), CASES)
def test_equals_least_squares_on_indicators(gaps: bool, weighted: bool, extra: bool) -> None:
    y, weights, covariates = _panel(gaps, weighted, extra)
    found = interact(y, COHORT, REFERENCE, weights=weights, covariates=covariates)
    means = averages(found, _targets())
    values, variance, ssr = _by_dummies(y, weights, covariates)
    assert means.values == pytest.approx(values, rel=1e-8)
    assert cr0(means.scores, np.arange(UNITS), np.eye(6)).variance == pytest.approx(
        variance, rel=1e-7, abs=1e-12
    )
    assert found.fit.rss == pytest.approx(ssr, rel=1e-9)
    assert found.lost == 0
    cells = {
        (g, t)
        for g, t in zip(COHORT[np.nonzero(np.isfinite(y))[0]], np.nonzero(np.isfinite(y))[1], strict=True)
    }
    own = [(g, t) for g, t in cells if g > 0 and t != REFERENCE[g]]
    assert found.n_coefficients == len(own) + (2 if extra else 0)


@pytest.mark.parametrize(("gaps", "weighted", "extra"), CASES)
def test_rows_write_the_same_regression_out(gaps: bool, weighted: bool, extra: bool) -> None:
    y, weights, covariates = _panel(gaps, weighted, extra)
    found = interact(y, COHORT, REFERENCE, weights=weights, covariates=covariates)
    X, residual, weight, unit, wide = written_out(found, _targets())
    assert (weight is None) == (not weighted)
    w = np.ones(len(unit)) if weight is None else weight
    units = (unit[:, None] == np.arange(UNITS)).astype(float)
    value = y[np.isfinite(y)]
    fit = sm.WLS(value, np.hstack([X, units]), weights=w).fit()
    assert residual == pytest.approx(fit.resid, abs=1e-9)
    assert wide @ fit.params[: X.shape[1]] == pytest.approx(averages(found, _targets()).values, rel=1e-8)
    assert np.linalg.matrix_rank(np.hstack([X, units])) == X.shape[1] + UNITS


def test_on_a_complete_panel_it_is_differences_of_mean_changes() -> None:
    y, _, _ = _panel()
    found = averages(interact(y, COHORT, REFERENCE), (SINCE == 1)[:, :, None].astype(float))
    change = [y[g == COHORT][:, [s + 1]] - y[g == COHORT][:, [s - 1]] for g, s in ((1, 3), (2, 5), (3, 6))]
    base = [y[COHORT == 0][:, s + 1] - y[COHORT == 0][:, s - 1] for s in (3, 5, 6)]
    sizes = np.array([len(each) for each in change])
    by_hand = [one.mean() - other.mean() for one, other in zip(change, base, strict=True)]
    assert found.values[0] == pytest.approx(sizes @ by_hand / sizes.sum())


def test_contrasts_ignore_levels_of_cohorts_and_weeks() -> None:
    found = contrasts(interact(*_panel()[:1], COHORT, REFERENCE), _targets())
    assert found.sum(axis=1) == pytest.approx(np.zeros((4, 6)), abs=1e-12)
    assert found.sum(axis=0) == pytest.approx(np.zeros((WEEKS, 6)), abs=1e-12)


def test_a_week_that_the_comparison_lacks_has_no_effect() -> None:
    y, _, _ = _panel()
    y[COHORT == 0, 7] = np.nan
    found = interact(y, COHORT, REFERENCE)
    assert found.lost == 3
    assert not found.identified[:, 7].any()
    assert np.isfinite(averages(found, _targets()).values).all()


def test_a_covariate_the_effects_explain_is_named() -> None:
    y, _, extra = _panel(extra=True)
    assert extra is not None
    extra[1] = np.repeat(np.arange(UNITS, dtype=float)[:, None], WEEKS, axis=1)
    with pytest.raises(SingularDesign) as caught:
        interact(y, COHORT, REFERENCE, covariates=extra)
    assert caught.value.columns == (1,)
    extra[1] = extra[0] * 2 + SINCE[COHORT] ** 2
    with pytest.raises(SingularDesign) as caught:
        interact(y, COHORT, REFERENCE, covariates=extra)
    assert caught.value.columns == (0, 1)
