"""Counts and shares through `did`, beside statsmodels with dummies."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.tools.sm_exceptions import SpecificationWarning

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable

START = 7


def _panel(
    seed: int = 1, *, teams: int = 20, level: float = 2.0, effect: float = -0.4, gaps: bool = False
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team, week = np.repeat(np.arange(teams), 12), np.tile(np.arange(1, 13), teams)
    on = ((team < teams // 2) & (week >= START)).astype(float)
    people = 10 + team % 5 + week % 3
    rate = level / 10 * np.exp(rng.normal(0, 0.3, teams)[team] + 0.1 * np.sin(week) + effect * on)
    frame = pd.DataFrame(
        {
            "team": [f"team {i:02d}" for i in team],
            "week": week,
            "first_week": np.where(team < teams // 2, START, 0),
            "people": people,
            "y": np.minimum(rng.poisson(rate * people), people),
            "on": on,
            "x": rng.normal(size=len(team)),
        }
    )
    return frame[rng.random(len(frame)) > 0.15].reset_index(drop=True) if gaps else frame


def _ask(frame: pd.DataFrame, **more: Any) -> Estimate:
    est = did(frame, **{"estimator": "poisson", "exposure": "people", **more})
    assert isinstance(est, Estimate)
    return est


def _ours(se: float, n: int, all_params: int, teams: int) -> float:
    """statsmodels counts every dummy; here those of the teams, nested in the clusters, are not counted."""
    return float(se * np.sqrt((n - all_params) / (n - (all_params - teams + 1))))


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("covariates", [None, "x"])
def test_poisson_is_statsmodels_with_dummies(gaps: bool, covariates: str | None) -> None:
    frame = _panel(gaps=gaps)
    formula = "y ~ on + C(team) + C(week)" + (" + x" if covariates else "")
    fit = smf.glm(formula, frame, family=sm.families.Poisson(), offset=np.log(frame["people"])).fit(
        cov_type="cluster", cov_kwds={"groups": frame["team"]}, tol=1e-12
    )
    est = _ask(frame, covariates=covariates, inference="cluster")
    assert est.att == pytest.approx(fit.params["on"], rel=1e-8)
    assert est.se == pytest.approx(_ours(fit.bse["on"], len(frame), len(fit.params), 20), rel=1e-7)
    assert (est.df, est.unit, est.n_obs) == (19, "log rate ratio", len(frame))


def test_binomial_is_statsmodels_with_dummies() -> None:
    frame = _panel(gaps=True)
    model = smf.glm(
        "share ~ on + C(team) + C(week)",
        frame.assign(share=frame["y"] / frame["people"]),
        family=sm.families.Binomial(),
        var_weights=frame["people"],
    )
    with pytest.warns(SpecificationWarning):
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": frame["team"]}, tol=1e-12)
    est = _ask(frame, estimator="binomial", inference="cluster")
    assert est.att == pytest.approx(fit.params["on"], rel=1e-8)
    assert est.se == pytest.approx(_ours(fit.bse["on"], len(frame), len(fit.params), 20), rel=1e-7)
    shares = frame.assign(y=frame["y"] / frame["people"])
    by_weight = _ask(shares, estimator="binomial", exposure=None, weights="people", inference="cluster")
    assert (by_weight.att, by_weight.se) == pytest.approx((est.att, est.se), rel=1e-9)
    assert est.unit == "log odds ratio"


def test_without_noise_the_ratio_comes_back() -> None:
    frame = _panel()
    team = frame["team"].str[-2:].astype(int)
    frame["y"] = frame["people"] * np.exp(0.1 * team + 0.2 * np.sin(frame["week"]) - 0.4 * frame["on"])
    assert _ask(frame).att == pytest.approx(-0.4, abs=1e-9)


def test_in_a_complete_panel_it_is_the_ratio_of_four_sums() -> None:
    """Without exposure unit and time effects cancel: sums by arm and period, as with two groups and two periods."""
    frame = _panel()
    sums = frame.groupby([frame["first_week"] > 0, frame["week"] >= START])["y"].sum().unstack()
    expected = np.log(
        sums.loc[True, True] * sums.loc[False, False] / (sums.loc[True, False] * sums.loc[False, True])  # type: ignore[arg-type, misc]
    )
    assert _ask(frame, exposure=None).att == pytest.approx(expected, abs=1e-9)


def test_cr2_is_near_the_jackknife_and_above_cr1_without_factor() -> None:
    frame = _panel(teams=12)
    est = _ask(frame, inference="cr2")
    left_out = [
        _ask(frame[frame["team"] != team], inference="cluster").att for team in frame["team"].unique()
    ]
    jackknife = np.sqrt(11 / 12 * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))
    assert est.se == pytest.approx(jackknife, rel=0.15)
    assert est.df is not None
    assert 5 < est.df < 11


def test_cohort_effects_where_no_unit_is_followed() -> None:
    frame = _panel().assign(cohort=lambda f: (f["first_week"] > 0).astype(int))
    fit = smf.glm(
        "y ~ on + C(cohort) + C(week)", frame, family=sm.families.Poisson(), offset=np.log(frame["people"])
    ).fit(cov_type="HC1", tol=1e-12)
    est = _ask(frame, unit=None)
    assert est.att == pytest.approx(fit.params["on"], rel=1e-8)
    factor = np.sqrt(
        len(frame) / (len(frame) - len(fit.params))
    )  # statsmodels leaves HC1's factor out of GLMs
    assert est.se == pytest.approx(fit.bse["on"] * factor, rel=1e-6)
    clustered = _ask(frame, unit=None, cluster="team", inference="cluster")
    assert clustered.n_clusters == 20
    assert did(frame, unit=None, exposure="people") == est
    assert did(frame, unit=None, estimator="binomial", exposure="people").unit == "log odds ratio"


def test_auto_reads_an_exposure_and_takes_cr2() -> None:
    est = did(_panel(), exposure="people")
    assert (est.estimator, est.inference) == ("poisson", "cr2")
    assert "times what would have been" in est.notes[0].text


def test_few_events_are_answered_exactly() -> None:
    frame = _panel(3, teams=24, level=0.06, effect=0.0)
    est = _ask(frame)
    assert est.inference == "exact"
    assert est.df is None
    assert est.p_min is not None
    assert est.ci[0] < est.att < est.ci[1]
    assert (est.p_value > 0.05) == (est.ci[0] < 0 < est.ci[1])
    again = Estimate.from_dict(json.loads(json.dumps(est.to_dict(), allow_nan=False)))
    assert again == est
    assert again.bound("upper", level=0.9) == est.bound("upper", level=0.9)
    assert again.p_one_sided("less", null=0.2) == est.p_one_sided("less", null=0.2)


def test_the_exact_answer_is_near_the_fit_where_events_are_many() -> None:
    frame = _panel(2, level=1.0)
    exact, fit = _ask(frame, inference="exact"), _ask(frame, inference="cluster")
    assert exact.att == pytest.approx(fit.att, abs=0.03)
    assert exact.p_value == pytest.approx(2 * exact.p_one_sided("less"), abs=1e-12)
    assert any("does not see what moves whole teams" in note.text for note in exact.notes)


def test_no_event_after_the_start_gives_a_bound_and_no_number() -> None:
    frame = _panel(level=0.5)
    frame["y"] = np.where(frame["on"] == 1, 0, frame["y"])
    refusal = did(frame, estimator="poisson", exposure="people")
    assert isinstance(refusal, NotEstimable)
    assert "one side" in refusal.reason
    assert "interval of the ratio is below" in refusal.reason
    frame["y"] = 0
    frame.loc[0, "y"] = 1
    assert isinstance(did(frame, estimator="poisson", exposure="people"), NotEstimable)


def test_units_and_times_without_events_leave_with_a_note() -> None:
    frame = _panel()
    frame["y"] = np.where((frame["team"] == "team 03") | (frame["week"] == 9), 0, frame["y"])
    frame["people"] = np.where(
        (frame["team"] == "team 04") & (frame["week"] == 2) & (frame["y"] >= 0), 0, frame["people"]
    )
    frame.loc[frame["people"] == 0, "y"] = 0
    est = _ask(frame)
    assert est.n_units == 19
    assert "1 time left out, no event" in map(str, est.notes)
    assert "1 row with an exposure of 0 left out" in map(str, est.notes)
    assert any("1 unit left out, no event: team 03" in note.text for note in est.notes)


def test_a_unit_that_had_nothing_but_events_leaves_binomial() -> None:
    frame = _panel()
    frame["y"] = np.where(frame["team"] == "team 03", frame["people"], frame["y"])
    assert _ask(frame, estimator="binomial").n_units == 19


def test_a_covariate_that_the_effects_explain_leaves() -> None:
    frame = _panel().assign(size=lambda f: f["team"].str[-2:].astype(float))
    est = _ask(frame, covariates=["size", "x"])
    assert any("covariate size left out" in note.text for note in est.notes)
    assert est.att == pytest.approx(_ask(frame, covariates="x").att)


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        (
            {"y": -1},
            {},
            "outcome 'y' is -1, people 12 at week 2 of team 'team 00'; counts are from 0 to 1e+15",
        ),
        ({"y": 99}, {"estimator": "binomial"}, "events are between 0 and the exposure"),
        ({"y": 2}, {"estimator": "binomial", "exposure": None}, "a share between 0 and 1"),
        ({"people": 0, "y": 1}, {}, "exposure is positive wherever there are events"),
        ({"people": -3}, {}, "exposure is positive"),
        ({}, {"exposure": "persons"}, "exposure: there is no column 'persons'"),
        ({}, {"estimator": "twfe"}, "does not belong to estimator 'twfe'"),
        ({}, {"inference": "randomization"}, "'randomization' does not go with estimator 'poisson'"),
        ({}, {"strata": "first_week"}, "does not compare within strata"),
        ({"y": -1}, {"unit": None}, "holds -1; counts are from 0 to 1e+15"),
    ],
)
def test_bad_input_is_named(change: dict[str, float], arguments: dict[str, Any], words: str) -> None:
    frame = _panel()
    for column, value in change.items():
        frame.loc[1, column] = value
    if "estimator" not in arguments:
        arguments = {**arguments, "estimator": "poisson"}
    if arguments.get("exposure", "people") is None:
        frame["y"] = frame["y"].clip(0, 2)
    with pytest.raises(UsageError) as caught:
        did(frame, **{"exposure": "people", **arguments})
    assert words in str(caught.value)


def test_the_order_of_rows_does_not_matter() -> None:
    frame = _panel(gaps=True)
    assert _ask(frame.sample(frac=1, random_state=3)).to_dict() == _ask(frame).to_dict()


def test_many_units_are_concentrated_out_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = _panel(gaps=True)
    for estimator in ("poisson", "binomial"):
        small = _ask(frame, estimator=estimator, covariates="x", inference="cluster")
        with monkeypatch.context() as patch:
            patch.setattr("pilotlab.estimate.estimators.counts.MOST_CELLS", 0)
            large = _ask(frame, estimator=estimator, covariates="x", inference="cluster")
            refusal = did(frame, estimator=estimator, exposure="people", inference="cr2")
        assert (large.att, large.se, *large.ci) == pytest.approx((small.att, small.se, *small.ci), rel=1e-6)
        assert (large.n_obs, large.df) == (small.n_obs, small.df)
        assert isinstance(refusal, NotEstimable)


@pytest.mark.parametrize("estimator", ["poisson", "binomial"])
@pytest.mark.parametrize("concentrated", [False, True])
def test_a_covariate_that_foretells_rows_without_events_takes_nothing_else_along(
    estimator: str, concentrated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = _panel()
    shut = np.random.default_rng(9).random(len(frame)) < 0.2
    frame = frame.assign(shut=shut.astype(float), y=frame["y"].mask(shut, 0.0))
    known = _ask(frame[~shut], estimator=estimator, covariates="x", inference="cluster")
    if concentrated:
        monkeypatch.setattr("pilotlab.estimate.estimators.counts.MOST_CELLS", 0)
    found = _ask(frame, estimator=estimator, covariates=["x", "shut"], inference="cluster")
    assert found.att == pytest.approx(known.att, abs=1e-6)
    if not concentrated:
        assert found.se == pytest.approx(known.se, rel=1e-6)
        assert any("covariate shut foretells them wholly" in note.text for note in found.notes)
