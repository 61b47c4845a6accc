"""Counts and shares: with dummies in statsmodels, with units concentrated out, and where nothing can be said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pilotlab.stats.arrays import SingularDesign
from pilotlab.stats.regression.glm import Family, Separated, glm, glm_panel


def _panel(seed: int, family: Family, gaps: bool) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    n, weeks = 20, 9
    cohort = np.repeat([0, 1], 10)
    regressors = np.zeros((2, weeks, 1))
    regressors[0, 5:, 0] = 1.0
    eta = rng.normal(size=(n, 1)) * 0.3 + 0.1 * np.arange(weeks) + 0.4 * regressors[cohort][:, :, 0] - 1
    size = rng.integers(8, 20, (n, weeks)).astype(float)
    y = (
        rng.poisson(0.3 * size * np.exp(eta))
        if family == "poisson"
        else rng.binomial(size.astype(int), 1 / (1 + np.exp(-eta)))
    ).astype(float)
    if gaps:
        y[rng.random(y.shape) < 0.15] = np.nan
    x = rng.normal(size=(1, n, weeks))
    return {
        "y": y, "cohort": cohort, "regressors": regressors, "exposure": size,
        "covariates": x, "weights": rng.uniform(0.5, 2, (n, weeks)),
    }  # fmt: skip


@pytest.mark.parametrize("family", ["poisson", "binomial"])
@pytest.mark.parametrize("gaps", [False, True])
def test_units_concentrated_out_are_units_as_dummies(family: Family, gaps: bool) -> None:
    made = _panel(1, family, gaps)
    fit = glm_panel(family=family, **made)
    y, cohort, weights = made["y"], made["cohort"], made["weights"]
    unit, week = np.nonzero(np.isfinite(y))
    X = np.column_stack(
        [
            made["regressors"][cohort[unit], week],
            made["covariates"][:, unit, week].T,
            unit[:, None] == np.arange(20),
            week[:, None] == np.arange(1, 9),
        ]
    ).astype(float)
    known = glm(X, y[unit, week], family, exposure=made["exposure"][unit, week], weights=weights[unit, week])
    assert fit.coef == pytest.approx(known.coef[:2], rel=1e-7)
    assert fit.bread == pytest.approx(known.bread[:2, :2], rel=1e-5)
    # Scores of the two, once the others are taken out: bread times summed scores is the influence of a unit.
    whole = np.stack([np.bincount(unit, weights=column) for column in known.scores.T], axis=1)
    assert fit.scores @ fit.bread == pytest.approx((whole @ known.bread)[:, :2], abs=1e-6)


def test_what_runs_off_is_said() -> None:
    made = _panel(2, "poisson", False)
    on = made["regressors"][made["cohort"]][:, :, 0] == 1
    made["y"] = np.where(on, 0.0, made["y"])
    with pytest.raises(Separated):
        glm_panel(family="poisson", **made)


@pytest.mark.parametrize("family", ["poisson", "binomial"])
@pytest.mark.parametrize("size", [30.0, 1e4, 1e8])
def test_large_counts_do_not_hide_that_treated_cells_are_empty(family: Family, size: float) -> None:
    """Half of `size` everywhere, nothing where treated: the ratio is 0, its logarithm has no maximum."""
    y = size / 2 + np.random.default_rng(0).integers(-9, 9, (6, 6))
    y[:2, 3:] = 0
    regressors = np.zeros((2, 6, 1))
    regressors[0, 3:] = 1
    cohort, exposure = np.array([0, 0, 1, 1, 1, 1]), np.full((6, 6), size)
    with pytest.raises(Separated):
        glm_panel(y, cohort, regressors, family, exposure=exposure)  # type: ignore[arg-type]
    if family == "binomial":  # and nothing but events, the other way round
        with pytest.raises(Separated):
            glm_panel(size - y, cohort, regressors, family, exposure=exposure)  # type: ignore[arg-type]


@pytest.mark.parametrize("weeks", [2, 4])
def test_one_event_is_enough(weeks: int) -> None:
    """Two arms before and after: the log ratio of ratios, its variance the sum of 1 / events (here 1 + 1/6 + 1/8 + 1/9)."""
    sums = np.array([[6.0, 1.0], [8.0, 9.0]])
    y = np.repeat(sums, weeks // 2, axis=1) / (weeks // 2)
    regressors = np.zeros((2, weeks, 1))
    regressors[0, weeks // 2 :] = 1
    fit = glm_panel(y, np.array([0, 1]), regressors, "poisson")
    assert fit.coef[0] == pytest.approx(np.log((1 / 6) / (9 / 8)), rel=1e-8)
    assert fit.bread[0, 0] == pytest.approx((1 / sums).sum(), rel=1e-6)
    X = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0], [1, 0, 1, 0]], dtype=float)
    rows = glm(X[:, [3, 0, 1, 2]], sums.ravel(), "poisson")
    assert (rows.coef[0], rows.bread[0, 0]) == pytest.approx((fit.coef[0], fit.bread[0, 0]))


@pytest.mark.parametrize("family", ["poisson", "binomial"])
def test_a_perfect_fit_settles(family: Family) -> None:
    unit, week = np.array([0.1, 0.3, 0.2, 0.15]), np.array([1.0, 1.5, 0.8, 1.2])
    on = np.outer([1, 1, 0, 0], [0, 0, 1, 1])
    odds = np.outer(unit, week) * 1.25**on
    y = 1e9 * (odds if family == "poisson" else odds / (1 + odds))
    regressors = np.stack([on[0], on[2]])[:, :, None].astype(float)
    fit = glm_panel(y, np.array([0, 0, 1, 1]), regressors, family, exposure=np.full((4, 4), 1e9))
    assert fit.coef[0] == pytest.approx(np.log(1.25), rel=1e-9)


def test_a_covariate_that_effects_explain_is_named() -> None:
    made = _panel(3, "poisson", False)
    made["covariates"] = np.stack([made["covariates"][0], np.repeat(np.arange(20.0)[:, None], 9, axis=1)])
    with pytest.raises(SingularDesign) as caught:
        glm_panel(family="poisson", **made)
    assert caught.value.columns == (2,)


def test_columns_that_others_explain_are_named() -> None:
    X = np.column_stack([np.arange(10.0), np.ones(10), 2 * np.ones(10)])
    with pytest.raises(SingularDesign):
        glm(X, np.arange(10.0), "poisson")


@pytest.mark.parametrize("family", ["poisson", "binomial"])
def test_events_of_any_unit_say_as_much(family: Family) -> None:
    made = _panel(2, family, gaps=False)
    whole = glm_panel(family=family, **made)
    small = {**made, "y": made["y"] * 1e-6, "exposure": made["exposure"] * 1e-6}
    assert glm_panel(family=family, **small).coef == pytest.approx(whole.coef, rel=1e-6)
    unit, week = np.nonzero(np.isfinite(made["y"]))
    X = np.column_stack([made["regressors"][made["cohort"][unit], week], np.ones(len(unit))])
    one = glm(X, made["y"][unit, week], family, exposure=made["exposure"][unit, week])
    two = glm(X, small["y"][unit, week], family, exposure=small["exposure"][unit, week])
    assert two.coef == pytest.approx(one.coef, rel=1e-6)
    assert two.bread * 1e-6 == pytest.approx(one.bread, rel=1e-5)
