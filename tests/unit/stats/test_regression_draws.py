"""Regressions fitted anew in every draw: each draw by statsmodels with dummies, the interval by search over effects."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.regression_draws import DrawnRegression, regression_test
from tests.panels import simulate, with_gaps

START, TREATED = 4, 3
FRAME = with_gaps(simulate(teams=8, weeks=6, start=START, treated=TREATED, seed=2), 0.15, seed=3)
TEAMS = sorted(FRAME["team"].unique())
LATE = range(START, 7)


def _fit(name: str, treated: tuple[str, ...], y: pd.Series, arguments: dict[str, Any]) -> float:
    """One draw, every unit and week a dummy."""
    on = FRAME["team"].isin(treated)
    weeks = ["late"] if name == "twfe" else [f"w{week}" for week in (1, 2, *LATE)]
    terms = {
        week: (on & ((FRAME["week"] >= START) if week == "late" else (FRAME["week"] == int(week[1:])))) * 1.0
        for week in weeks
    }
    rows = FRAME.assign(value=y, **terms)
    more = " + skill" if "covariates" in arguments else ""
    weights = rows["people"] if "weights" in arguments else np.ones(len(rows))
    formula = f"value ~ {' + '.join(weeks)} + C(team) + C(week){more}"
    params = smf.wls(formula, rows, weights=weights).fit().params
    return float(params["late"] if name == "twfe" else params[[f"w{week}" for week in LATE]].mean())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["twfe", "event_study"])
@pytest.mark.parametrize("arguments", [{}, {"weights": "people"}, {"covariates": "skill"}], ids=str)
def test_every_draw_is_the_regression_fitted_anew(name: str, arguments: dict[str, Any]) -> None:
    est = did(FRAME, estimator=name, inference="randomization", assignment="complete", alpha=0.2, **arguments)
    assert isinstance(est, Estimate)
    on = (FRAME["first_week"] > 0) & (FRAME["week"] >= START)
    draws = list(itertools.combinations(TEAMS, TREATED))
    T, a = (np.array([_fit(name, z, y, arguments) for z in draws]) for y in (FRAME["y"], on.astype(float)))
    made = draws.index(tuple(TEAMS[:TREATED]))
    assert est.att == pytest.approx(T[made], abs=1e-9)
    assert a[made] == pytest.approx(1.0)
    assert est.p_value == np.mean(np.abs(T) >= abs(est.att) - 1e-9)
    step = 0.002
    tried = est.att + np.arange(-4, 4, step)
    away, against = np.abs(T[:, None] - tried * a[:, None]), np.abs(est.att - tried)
    kept = tried[(away >= against - 1e-9).mean(axis=0) > 0.2]
    assert est.ci == pytest.approx((kept.min(), kept.max()), abs=1.01 * step)


def test_on_a_complete_panel_it_is_the_test_of_changes() -> None:
    frame = simulate(teams=9, weeks=6, start=4, treated=4, seed=5)
    asked: dict[str, Any] = {"inference": "randomization", "assignment": "complete"}
    for name in ("twfe", "event_study"):
        plain = did(frame, estimator=name, **asked)
        long = did(frame.assign(one=1.0), estimator=name, weights="one", **asked)
        assert long.p_value == plain.p_value
        assert long.ci == pytest.approx(plain.ci, rel=1e-9)


def test_strata_of_unequal_shares_keep_to_their_own_draws() -> None:
    frame = simulate(teams=12, weeks=6, start=4, treated=5, seed=5)
    frame = frame.assign(stratum=frame["team"].isin(["team 00", "team 01", "team 09", "team 10", "team 11"]))
    est = did(frame, estimator="twfe", strata="stratum", inference="randomization", assignment="complete")
    assert isinstance(est, Estimate)
    assert any("350 draws, all of them" in note.text for note in est.notes), "10 in one stratum times 35"


@pytest.mark.parametrize("name", ["twfe", "event_study"])
def test_what_can_t_be_drawn_again_says_why(name: str) -> None:
    with pytest.raises(UsageError, match="only with one start"):
        did(with_gaps(simulate(teams=20, starts=(5, 8))), estimator=name, inference="randomization")


def test_too_many_rows_are_refused_before_they_are_written_out() -> None:
    frame = with_gaps(simulate(teams=600, weeks=60, start=30))
    with pytest.raises(UsageError, match="too many to be fitted in every draw"):
        did(frame, estimator="twfe", inference="randomization", assignment="complete")


def test_draws_that_can_t_be_estimated_count_against_the_effect() -> None:
    """Unit 3 is seen before alone: a draw of it by itself has no treated row."""
    unit, week = np.array([0, 0, 1, 1, 2, 2, 3]), np.array([0, 1, 0, 1, 0, 1, 0])
    regression = DrawnRegression(
        y=np.array([0.0, 5.0, 1.0, 1.5, 2.0, 2.1, 7.0]),
        unit=unit,
        term=np.where(week == 1, 0, -1),
        nuisance=(week[:, None] == np.arange(2)).astype(float),
        weights=None,
        contrasts=np.ones((1, 1)),
    )
    (found,) = regression_test(regression, Design.complete([1, 0, 0, 0]))
    assert found.att == pytest.approx(5 - (0.5 + 0.1) / 2)
    assert found.lost.draws == 1
    assert found.p_two_sided == 2 / 4
