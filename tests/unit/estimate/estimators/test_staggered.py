"""Imputation and Sun-Abraham on frames: windows, rows, what is left out and said, what can't be had."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.options import Aggregate, InferenceName
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from tests.panels import simulate, with_gaps

BOTH = ("imputation", "sun_abraham")


def _frame(**more: object) -> pd.DataFrame:
    return simulate(**{"teams": 24, "weeks": 14, "starts": (5, 8, 11), "treated": 18, "seed": 2, **more})  # type: ignore[arg-type]


def _growing(frame: pd.DataFrame, *, until: int = 0) -> pd.DataFrame:
    """No noise; the effect is the weeks since start plus one, times the cohort."""
    since = frame["week"] - frame["first_week"]
    on = (frame["first_week"] > 0) & (since >= until)
    return frame.assign(y=frame["y"] + np.where(on, (since + 1) * frame["first_week"], 0.0))


def _truth(frame: pd.DataFrame, by: str) -> pd.Series:
    since = frame["week"] - frame["first_week"]
    on = frame[(frame["first_week"] > 0) & (since >= 0)].assign(since=since)
    effect = (on["since"] + 1) * on["first_week"]
    return effect.groupby(on[by]).mean()


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("aggregate", "by"), [("event_time", "since"), ("cohort", "first_week"), ("week", "week")]
)
@pytest.mark.parametrize("gaps", [False, True])
def test_effects_that_grow_and_differ_are_recovered_exactly(
    name: str, aggregate: Aggregate, by: str, gaps: bool
) -> None:
    frame = _growing(_frame(noise=0.0))
    frame = with_gaps(frame, 0.1) if gaps else frame
    est = did(frame, estimator=name, aggregate=aggregate, inference="cluster")
    known = _truth(frame, by)
    rows = est.to_frame().set_index(aggregate)["att"]
    after = rows[rows.index >= 0] if aggregate == "event_time" else rows
    assert list(after.index) == list(known.index)
    assert after.to_numpy() == pytest.approx(known.to_numpy(), abs=1e-9)
    if aggregate == "event_time":
        assert rows[rows.index < 0].to_numpy() == pytest.approx(0.0, abs=1e-9)
    overall = _truth(frame.assign(all=1), "all").iloc[0]
    assert est.att == pytest.approx(overall, abs=1e-9)


@pytest.mark.parametrize("name", BOTH)
def test_the_headline_is_the_same_whatever_the_rows(name: str) -> None:
    frame = with_gaps(_frame())
    found = [
        did(frame, estimator=name, aggregate=rows, inference="cluster")
        for rows in ("overall", "event_time", "cohort", "week")
    ]
    for est in found[1:]:
        assert (est.att, est.se) == pytest.approx((found[0].att, found[0].se), rel=1e-9)


@pytest.mark.parametrize("name", BOTH)
def test_one_start_on_a_complete_panel_is_a_change(name: str) -> None:
    """Imputation holds the mean after against the mean before; Sun-Abraham against the last week before."""
    frame = simulate(seed=4)
    baseline = None if name == "imputation" else 1
    est, plain = did(frame, estimator=name), did(frame, estimator="change", baseline=baseline)
    assert (est.att, est.se, est.df) == pytest.approx((plain.att, plain.se, plain.df), rel=1e-9)
    drawn = [
        did(frame, estimator=each, baseline=base, assignment="complete", inference="randomization")
        for each, base in ((name, None), ("change", baseline))
    ]
    assert drawn[0].p_value == drawn[1].p_value
    assert drawn[0].ci == pytest.approx(drawn[1].ci, rel=1e-9)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("aggregate", ["overall", "event_time"])
@pytest.mark.parametrize("rule", ["cr2", "jackknife"])
def test_closed_forms_equal_the_rows_written_out(
    name: str, aggregate: Aggregate, rule: InferenceName
) -> None:
    """A pointless weight of 1 takes the long way; imputation then has no regression and brings its own weights."""
    frame = simulate(seed=4).assign(one=1.0)
    short = did(frame, estimator=name, aggregate=aggregate, inference=rule)
    long = did(frame, estimator=name, aggregate=aggregate, inference=rule, weights="one")
    if name == "imputation" and aggregate == "event_time" and rule == "jackknife":
        assert isinstance(short, NotEstimable)
        assert isinstance(long, NotEstimable)
        return
    assert (long.att, long.se) == pytest.approx((short.att, short.se), rel=1e-8)
    assert long.df == pytest.approx(short.df, rel=1e-6)


@pytest.mark.parametrize("rule", ["cr2", "jackknife"])
def test_staggered_imputation_with_weights_of_one_equals_that_without(rule: InferenceName) -> None:
    frame = _frame().assign(one=1.0)
    short = did(frame, estimator="imputation", inference=rule)
    long = did(frame, estimator="imputation", inference=rule, weights="one")
    assert (long.se, long.df) == pytest.approx((short.se, short.df), rel=1e-6)


@pytest.mark.parametrize("name", BOTH)
def test_washin_is_shown_and_left_out_of_the_headline(name: str) -> None:
    frame = _growing(_frame(noise=0.0))
    est = did(frame, estimator=name, aggregate="event_time", washin=2, inference="cluster")
    rows = est.to_frame().set_index("event_time")["att"]
    assert rows[0] == pytest.approx(_truth(frame, "since")[0], abs=1e-9)
    since = frame["week"] - frame["first_week"]
    late = frame[(frame["first_week"] > 0) & (since >= 2)]
    assert est.att == pytest.approx(
        ((late["week"] - late["first_week"] + 1) * late["first_week"]).mean(), abs=1e-9
    )


@pytest.mark.parametrize("name", BOTH)
def test_anticipation_is_shown_and_does_not_spoil_the_base(name: str) -> None:
    frame = _growing(_frame(noise=0.0), until=-1).assign(
        y=lambda each: each["y"] + 7.0 * ((each["first_week"] > 0) & (each["week"] == each["first_week"] - 1))
    )
    est = did(frame, estimator=name, aggregate="event_time", anticipation=1, inference="cluster")
    rows = est.to_frame().set_index("event_time")["att"]
    assert rows[-1] == pytest.approx(7.0, abs=1e-9)
    assert rows[0] == pytest.approx(_truth(frame, "since")[0], abs=1e-9)
    assert est.att == pytest.approx(_truth(frame.assign(all=1), "all").iloc[0], abs=1e-9)
    assert did(frame, estimator=name, inference="cluster").att != pytest.approx(est.att, abs=1e-3)


def test_imputation_without_never_treated_units_stops_where_nobody_waits() -> None:
    frame = _growing(_frame(noise=0.0, treated=24))
    est = did(frame, estimator="imputation", aggregate="event_time", inference="cluster")
    assert any("values of treated units left out" in note.text for note in est.notes)
    assert any("event times before start are not shown" in note.text for note in est.notes)
    rows = est.to_frame().set_index("event_time")["att"]
    assert list(rows.index) == list(range(6))
    early = frame[(frame["week"] < 11) & (frame["week"] >= frame["first_week"])]
    assert est.n_obs == len(frame) - 24 * 4
    assert est.att == pytest.approx(((early["week"] - early["first_week"] + 1) * early["first_week"]).mean())


def test_sun_abraham_without_never_treated_units_compares_with_the_last_to_start() -> None:
    frame = _growing(_frame(noise=0.0, treated=24))
    est = did(frame, estimator="sun_abraham", aggregate="cohort", inference="cluster")
    assert any("those that start at 11 are the comparison" in note.text for note in est.notes)
    rows = est.to_frame().set_index("cohort")["att"]
    assert list(rows.index) == [5, 8]
    assert rows[5] == pytest.approx(5 * np.mean(range(1, 7)))
    assert est.n_treated == 16


@pytest.mark.parametrize("name", BOTH)
def test_units_treated_throughout_and_units_without_a_start_value_leave_with_a_note(name: str) -> None:
    frame = _frame()
    frame = frame.assign(first_week=frame["first_week"].where(frame["team"] != "team 00", 1))
    frame = frame[(frame["team"] != "team 01") | (frame["week"] >= frame["first_week"])]
    est = did(frame, estimator=name, inference="cluster")
    assert est.n_units == 22 if name == "imputation" else est.n_units in (22, 23)
    assert any("team 00" in note.text and "treated from the first time" in note.text for note in est.notes)


def test_imputation_names_units_without_a_value_before_their_start() -> None:
    frame = _frame()
    frame = frame[(frame["team"] != "team 01") | (frame["week"] >= frame["first_week"])]
    est = did(frame, estimator="imputation")
    assert any("no value before their start: team 01" in note.text for note in est.notes)


def test_a_start_with_a_single_unit_is_named() -> None:
    frame = _frame()
    frame = frame.assign(first_week=frame["first_week"].where(frame["team"] != "team 00", 3))
    assert any("1 start has a single unit" in note.text for note in did(frame, estimator="imputation").notes)


@pytest.mark.parametrize("name", BOTH)
def test_a_covariate_that_effects_explain_leaves_with_a_note(name: str) -> None:
    frame = _frame().assign(size=lambda each: each["people"])
    est = did(frame, estimator=name, covariates=["size", "skill"], inference="cluster")
    assert any("covariate size left out" in note.text for note in est.notes)
    alone = did(frame, estimator=name, covariates="skill", inference="cluster")
    assert (est.att, est.se) == pytest.approx((alone.att, alone.se), rel=1e-9)


@pytest.mark.parametrize("name", BOTH)
def test_a_covariate_takes_out_what_it_drives(name: str) -> None:
    frame = _growing(_frame(noise=0.0)).assign(x=lambda each: np.sin(each.index * 1.7))
    driven = frame.assign(y=frame["y"] + 50 * frame["x"])
    est = did(driven, estimator=name, covariates="x", inference="cluster")
    assert est.att == pytest.approx(did(frame, estimator=name, inference="cluster").att, abs=1e-8)


@pytest.mark.parametrize("name", BOTH)
def test_whole_weights_are_repeated_clusters(name: str) -> None:
    frame = _frame(teams=12, treated=8)
    twice = frame.assign(w=np.where(frame["team"] < "team 04", 2.0, 1.0))
    copies = pd.concat(
        [frame, frame[frame["team"] < "team 04"].assign(team=lambda each: each["team"] + " again")]
    )
    weighed = did(twice, estimator=name, weights="w", inference="cluster")
    assert weighed.att == pytest.approx(did(copies, estimator=name, inference="cluster").att, rel=1e-9)


def test_normal_quantiles_from_fifty_clusters_on() -> None:
    small = did(_frame(), estimator="imputation", inference="cluster")
    assert small.df == 23
    large = did(_frame(teams=60, treated=40), estimator="imputation")
    assert (large.inference, large.df) == ("cluster", None)
    assert (large.ci[1] - large.att) / large.se == pytest.approx(1.959964, abs=1e-6)
    assert large.to_dict()["df"] is None
    assert Estimate.from_dict(large.to_dict()) == large


def test_named_clusters_move_together() -> None:
    frame = with_gaps(_frame())
    by_team = did(frame, estimator="imputation", inference="cluster")
    by_site = did(frame, estimator="imputation", inference="cluster", cluster="site")
    assert (by_site.n_clusters, by_site.att) == (8, pytest.approx(by_team.att))
    assert by_site.se != pytest.approx(by_team.se, rel=1e-6)


@pytest.mark.parametrize("rule", ["wild", "iid", "hetero"])
def test_what_needs_rows_of_a_regression_says_so(rule: InferenceName) -> None:
    for frame, more in ((with_gaps(_frame()), {}), (_frame(), {"aggregate": "event_time"})):
        found = did(frame, estimator="imputation", inference=rule, **more)  # type: ignore[arg-type]
        assert isinstance(found, NotEstimable)
        assert f"`{rule}` works on the rows of a regression" in found.reason
    assert did(_frame(), estimator="imputation", inference=rule)


@pytest.mark.parametrize("name", BOTH)
def test_gaps_that_leave_nothing_to_compare(name: str) -> None:
    frame = simulate(teams=10, weeks=6, start=4)
    frame = frame[(frame["first_week"] > 0) | (frame["week"] < 4)]
    found = did(frame, estimator=name)
    assert isinstance(found, NotEstimable)
    assert "no comparison units are seen both then and before the start" in found.reason
    assert "both sides" in found.would_help


@pytest.mark.parametrize("name", BOTH)
def test_gaps_that_cut_off_some_weeks(name: str) -> None:
    frame = simulate(teams=10, weeks=8, start=4)
    frame = frame[(frame["first_week"] > 0) | (frame["week"] < 7)]
    est = did(frame, estimator=name, aggregate="week", inference="cluster")
    assert list(est.to_frame()["week"]) == [4, 5, 6]
    assert any("left out" in note.text for note in est.notes)


@pytest.mark.parametrize("name", BOTH)
def test_rows_carry_the_frame_s_own_times(name: str) -> None:
    frame = _frame().assign(
        week=lambda each: pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * each["week"], "D")
    )
    start = {0: None, 5: "2026-02-09", 8: "2026-03-02", 11: "2026-03-23"}
    frame = frame.assign(first_week=pd.to_datetime(frame["first_week"].map(start)))
    est = did(frame, estimator=name, aggregate="cohort", inference="cluster")
    assert list(est.to_frame()["cohort"]) == ["2026-02-09", "2026-03-02", "2026-03-23"]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("argument", [{"strata": "site"}, {"exposure": "people"}, {"dose": "skill"}])
def test_arguments_of_other_estimators_are_refused(name: str, argument: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=next(iter(argument))):
        did(_frame(), estimator=name, **argument)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", BOTH)
def test_every_door_opens(name: str) -> None:
    est = did(with_gaps(_frame()), estimator=name, aggregate="event_time", outcome_unit="h/week")
    frame = est.to_frame()
    assert np.isfinite(frame[["att", "se", "ci_low", "ci_high", "p_value"]].to_numpy()).all()
    assert (frame["band_low"] <= frame["ci_low"] + 1e-12).all()
    assert "h/week" in est.summary()
    assert est.plot().get_xlabel() == "periods since start"
    assert all(math.isfinite(end) for end in est.interval(0.9))


@pytest.mark.parametrize("name", BOTH)
def test_the_frame_is_left_alone(name: str) -> None:
    frame = with_gaps(_frame()).assign(w=2.0)
    before = frame.copy(deep=True)
    did(frame, estimator=name, weights="w", covariates="skill", aggregate="event_time", washin=1)
    pd.testing.assert_frame_equal(frame, before)


def _two_cohorts() -> pd.DataFrame:
    """Forty units that start at 4 or 5, twenty that never do."""
    return simulate(teams=60, weeks=6, starts=(4, 5), treated=40, noise=0.3, seed=1)


GONE = {
    "comparison without the base": (
        lambda frame: (frame["first_week"] == 0) & (frame["week"] == 3),
        "no comparison unit has a value at its base time 3",
    ),
    "cohort without the base": (
        lambda frame: (frame["first_week"] == 4) & (frame["week"] == 3),
        "none of its units has a value at its base time 3",
    ),
    "cohort without a value after": (
        lambda frame: (frame["first_week"] == 4) & (frame["week"] >= 4),
        "no time after its start has values on both sides",
    ),
}


@pytest.mark.parametrize("case", GONE)
def test_a_cohort_without_an_effect_is_named_and_not_counted(case: str) -> None:
    frame = _two_cohorts()
    lost = int((frame.groupby("team")["first_week"].first() == 4).sum())
    gone, why = GONE[case]
    found = did(frame[~gone(frame)], estimator="group_time", inference="cluster")  # type: ignore[no-untyped-call]
    assert found.notes[0].text == f"cohort 4 ({lost} units) counts nowhere: {why}"
    assert found.n_treated == 40 - lost


@pytest.mark.parametrize("name", ["twfe", "event_study", "sun_abraham", "imputation"])
def test_a_cohort_without_a_value_after_its_start_is_named_and_not_counted(name: str) -> None:
    frame = _two_cohorts()
    lost = int((frame.groupby("team")["first_week"].first() == 4).sum())
    found = did(
        frame[~((frame["first_week"] == 4) & (frame["week"] >= 4))], estimator=name, inference="cluster"
    )
    assert f"cohort 4 ({lost} units) counts nowhere: no value after its start can be compared" in map(
        str, found.notes
    )
    assert found.n_treated == 40 - lost
