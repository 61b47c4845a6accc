"""`group_time` through `did`: what is chosen, what is said, what is left out, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from tests.panels import simulate, with_gaps

STARTS = (5, 8)


def estimate(frame: pd.DataFrame, **arguments: Any) -> Estimate:
    est = did(frame, **{"estimator": "group_time", **arguments})
    assert isinstance(est, Estimate), est
    return est


def notes(est: Estimate) -> str:
    return " | ".join(map(str, est.notes))


@pytest.mark.parametrize("aggregate", ["overall", "event_time", "cohort", "week"])
def test_auto_takes_it_where_starts_differ(aggregate: str) -> None:
    est = estimate(simulate(teams=24, starts=STARTS), estimator="auto", aggregate=aggregate)
    assert (est.estimator, est.inference) == ("group_time", "cluster")
    assert "never compares with units already treated" in notes(est)


@pytest.mark.parametrize(
    "arguments",
    [{"aggregate": "week"}, {"comparison": "not_yet_treated"}, {"adjust": "reg", "covariates": "skill"}],
)
def test_auto_takes_it_where_only_it_reads_an_argument(arguments: dict[str, Any]) -> None:
    assert estimate(simulate(teams=24), estimator="auto", **arguments).estimator == "group_time"


def test_with_one_start_and_one_week_before_it_is_the_change_and_its_cr2() -> None:
    frame = simulate(teams=13, treated=5, seed=2)
    near = frame[frame["week"] >= 6]
    group, change = estimate(near), did(near, estimator="change", inference="cr2")
    assert isinstance(change, Estimate)
    assert (group.att, group.se, group.df) == pytest.approx((change.att, change.se, change.df))
    assert group.ci == pytest.approx(change.ci)
    assert "13 units, fewer than 20" in group.notes[0].text


def test_the_number_of_clusters_sets_the_rule() -> None:
    small, middle, many = (estimate(simulate(teams=n, starts=STARTS, seed=3)) for n in (16, 30, 60))
    assert "times n/(n-1)" in small.notes[0].text
    assert small.df is not None
    assert small.df < 16
    assert middle.df is not None, "t below 50 clusters"
    assert not any("fewer than 20" in note.text for note in middle.notes)
    assert many.df is None, "normal from 50 on"
    corrected = estimate(simulate(teams=30, starts=STARTS, seed=3), inference="cr2")
    assert corrected.df == pytest.approx(middle.df)
    assert 1.01 < corrected.se / middle.se < 1.12


def test_clusters_are_counted_and_summed() -> None:
    frame = simulate(teams=60, starts=STARTS, seed=4)
    twice = pd.concat([frame, frame.assign(team=frame["team"] + "b")])
    pairs = twice.assign(twin=twice["team"].str.removesuffix("b"))
    once, doubled = estimate(frame), estimate(pairs, cluster="twin")
    assert doubled.n_clusters == 60
    assert (doubled.att, doubled.se) == pytest.approx((once.att, once.se))
    assert estimate(pairs).se == pytest.approx(once.se / np.sqrt(2))


def test_clusters_that_hold_several_cohorts() -> None:
    frame = simulate(teams=24, starts=STARTS, seed=4)
    crossed = frame.assign(floor=frame["team"].str[-1])
    est = estimate(crossed, cluster="floor")
    assert (est.n_clusters, est.df) == (10, 9)


@pytest.mark.parametrize("aggregate", ["event_time", "cohort", "week"])
@pytest.mark.parametrize("teams", [16, 60])
def test_bands_are_never_inside_a_rows_own_interval(aggregate: str, teams: int) -> None:
    frame = estimate(simulate(teams=teams, starts=STARTS), aggregate=aggregate).to_frame()
    assert (frame["band_low"] <= frame["ci_low"]).all()
    assert (frame["band_high"] >= frame["ci_high"]).all()
    assert np.isfinite(frame.select_dtypes(float)).all().all()


def test_bootstrap_tests_by_its_draws() -> None:
    est = estimate(simulate(teams=60, starts=STARTS, att=0.4), inference="bootstrap", reps=1999)
    analytic = estimate(simulate(teams=60, starts=STARTS, att=0.4))
    assert est.se == analytic.se
    assert (est.df, est.p_min) == (None, pytest.approx(1 / 2000))
    assert est.ci == pytest.approx(analytic.ci, abs=0.15 * est.se)
    assert est == Estimate.from_dict(est.to_dict())


def test_nobody_is_never_treated() -> None:
    frame = simulate(teams=24, starts=(5, 8, 10), treated=24, seed=1)
    est = estimate(frame)
    assert "no unit is never treated" in notes(est)
    assert est.n_treated == 24
    early = frame[frame["week"] < 10]
    by_hand = estimate(
        early.assign(first_week=early["first_week"].where(early["first_week"] < 10, 0)),
        comparison="not_yet_treated",
    )
    assert (est.att, est.se) == pytest.approx((by_hand.att, by_hand.se))


def test_anticipation_moves_the_base() -> None:
    frame = simulate(teams=60, starts=STARTS, att=2.0, noise=0.0)
    early = frame.assign(y=frame["y"] + (frame["week"] == frame["first_week"] - 1))
    assert estimate(early).att == pytest.approx(1.0)
    assert estimate(early, anticipation=1).att == pytest.approx(2.0)


def test_baseline_and_excluded_times_and_washin() -> None:
    frame = simulate(teams=60, starts=STARTS, att=2.0, noise=0.0)
    shaken = frame.assign(y=frame["y"] + 9 * ((frame["week"] == 7) & (frame["first_week"] > 0)))
    assert estimate(shaken, exclude=[7]).att == pytest.approx(2.0)
    slow = frame.assign(y=frame["y"] - 2 * (frame["week"] == frame["first_week"]))
    assert estimate(slow, washin=1).att == pytest.approx(2.0)
    path = estimate(slow, washin=1, aggregate="event_time", baseline=2)
    table = path.to_frame().set_index("event_time")["att"]
    assert table.index.min() == -2
    assert table[0] == pytest.approx(0.0, abs=1e-9)
    assert path.att == pytest.approx(2.0)


def test_gaps_are_answered_by_rule() -> None:
    frame = simulate(teams=24, starts=STARTS, att=1.0, seed=6)
    gone = ~((frame["team"] == "team 00") & (frame["week"] == 4))
    est = estimate(frame[gone])
    assert "among the units with a value then and at the base time" in notes(est)
    assert "1 treated unit has no value at its base time and counts nowhere after it: team 00" in notes(est)
    without = frame[frame["team"] != "team 00"]
    same = estimate(without, aggregate="cohort").to_frame()
    assert estimate(frame[gone], aggregate="cohort").to_frame()["att"].tolist() == pytest.approx(
        same["att"].tolist()
    )


def test_cohorts_of_one_are_named() -> None:
    frame = simulate(teams=24, starts=(5, 8), seed=2)
    alone = frame.assign(first_week=frame["first_week"].where(frame["team"] != "team 00", 6))
    assert "cohort 6: one unit or cluster only" in notes(estimate(alone))


def test_always_treated_and_baseless_units_leave_with_a_note() -> None:
    frame = simulate(teams=24, starts=(5, 8))
    odd = frame.assign(
        first_week=frame["first_week"].mask(frame["team"] == "team 00", 1).mask(frame["team"] == "team 01", 2)
    )
    est = estimate(odd, anticipation=1)
    assert "treated from the first time on: team 00" in notes(est)
    assert "no time before their start at 2" in notes(est)


def test_weights_of_one_size_change_nothing_and_others_do() -> None:
    frame = simulate(teams=24, starts=STARTS)
    plain, same = estimate(frame), estimate(frame.assign(w=3.0), weights="w")
    assert (same.att, same.se) == pytest.approx((plain.att, plain.se))
    assert estimate(frame, weights="people").att != pytest.approx(plain.att)


def test_covariates_take_their_base_value() -> None:
    frame = simulate(teams=60, starts=STARTS, seed=9)
    fixed = frame.assign(skill=frame.groupby("team")["skill"].transform("first"))
    later = fixed.assign(skill=fixed["skill"].where((fixed["week"] < 8) | (fixed["first_week"] == 5), 99.0))
    assert estimate(later, covariates="skill").att == pytest.approx(estimate(fixed, covariates="skill").att)


def test_covariates_that_separate_are_an_answer() -> None:
    frame = simulate(teams=40, starts=STARTS)
    answer = did(
        frame.assign(z=(frame["first_week"] > 0) * 5.0 + frame["skill"] * 0.001),
        estimator="group_time",
        covariates="z",
    )
    assert isinstance(answer, NotEstimable)
    assert "covariates z tell the arms apart" in answer.reason


def test_dates_and_their_labels() -> None:
    frame = simulate(teams=24, starts=STARTS)
    day = pd.Timestamp("2026-01-05")
    dated = frame.assign(
        week=day + pd.to_timedelta(frame["week"] * 7, "D"),
        first_week=(day + pd.to_timedelta(frame["first_week"] * 7, "D")).where(frame["first_week"] > 0),
    )
    est = estimate(dated, aggregate="cohort")
    assert est.att == estimate(frame, aggregate="cohort").att
    assert [term.at for term in est.terms] == ["2026-02-09", "2026-03-02"]
    assert Estimate.from_dict(est.to_dict()) == est


def test_the_path_is_kept_from_one_base() -> None:
    frame = simulate(teams=60, starts=STARTS)
    varying = estimate(frame, aggregate="event_time")
    universal = estimate(frame, aggregate="event_time", base_period="universal")
    assert varying.path is not None
    assert universal.path is not None
    assert varying.path.event_time == universal.path.event_time
    assert varying.path.att == pytest.approx(universal.path.att)
    assert np.array(varying.path.variance) == pytest.approx(np.array(universal.path.variance))
    weights = np.array(universal.path.weights)
    assert weights @ np.array(universal.path.att) == pytest.approx(universal.att)
    assert weights @ np.array(universal.path.variance) @ weights == pytest.approx(universal.se**2)


# Drawn starts


def test_drawn_starts_are_drawn_again() -> None:
    frame = simulate(teams=12, starts=STARTS, seed=1)
    est = estimate(frame, assignment="complete", estimator="auto")
    assert est.inference == "randomization"
    assert "18,480 draws of starts, all of them" in notes(est)
    assert est.p_min is not None
    assert (est.p_value <= 0.05) == (not est.ci[0] <= 0 <= est.ci[1])
    assert "nothing says how starts were drawn" in notes(estimate(frame, inference="randomization"))


def test_listed_rotas() -> None:
    frame = simulate(teams=12, starts=STARTS, treated=8, seed=1)
    units = sorted(frame["team"].unique())
    made = frame.groupby("team")["first_week"].first()[units].to_numpy()
    rng = np.random.default_rng(0)
    rotas = np.vstack([made, *[rng.permutation(made) for _ in range(98)]])
    est = estimate(frame, assignment=rotas)
    assert "99 draws of starts, all of them" in notes(est)
    named = pd.DataFrame(rotas, columns=units).iloc[:, ::-1]
    assert estimate(frame, assignment=named).to_dict() == est.to_dict()
    with pytest.raises(UsageError, match="none of the draws is the one that was made"):
        did(frame, estimator="group_time", assignment=rotas[1:, ::-1])
    with pytest.raises(UsageError, match="array of 99 x 5"):
        did(frame, estimator="group_time", assignment=rotas[:, :5])
    with pytest.raises(UsageError, match="no column for team 00"):
        did(frame, estimator="group_time", assignment=named.drop(columns="team 00"))


def test_one_start_may_be_listed_as_zero_and_one() -> None:
    frame = simulate(teams=10, seed=1)
    made = (frame.groupby("team")["first_week"].first().sort_index() > 0).astype(int).to_numpy()
    rng = np.random.default_rng(0)
    draws = np.vstack([made, *[rng.permutation(made) for _ in range(59)]])
    assert "60 draws of starts" in notes(estimate(frame, assignment=draws))


def test_a_stepped_wedge_is_drawn_in_whole_clusters() -> None:
    frame = simulate(teams=16, starts=(5, 5, 8, 8, 10, 10, 12, 12), treated=16, seed=1)
    houses = frame.assign(house=frame["team"].str[-2:].astype(int) // 2)
    est = estimate(houses, cluster="house", assignment="complete")
    assert "2,520 draws of starts, all of them" in notes(est)
    assert est.n_clusters == 8
    with pytest.raises(UsageError, match="starts at two times"):
        did(
            houses.assign(house=houses["team"].str[-2:].astype(int) // 5),
            estimator="group_time",
            cluster="house",
            inference="randomization",
        )


def test_drawn_with_covariates_falls_to_cluster_and_is_refused_by_name() -> None:
    frame = simulate(teams=30, starts=STARTS)
    assert estimate(frame, assignment="complete", covariates="skill").inference == "cluster"
    with pytest.raises(UsageError, match="adjusted for covariates"):
        did(frame, estimator="group_time", inference="randomization", covariates="skill")


# What can't be had


def test_too_few_on_a_side() -> None:
    few = did(simulate(teams=12, starts=STARTS, treated=3), estimator="group_time")
    assert isinstance(few, NotEstimable)
    assert "3 treated clusters and 9 comparison clusters" in few.reason
    named = estimate(simulate(teams=12, starts=STARTS, treated=3), inference="cluster")
    assert named.notes[0].code == "few_clusters_wide"


def test_two_clusters_give_no_interval() -> None:
    frame = simulate(teams=12, starts=STARTS)
    answer = did(
        frame.assign(half=frame["first_week"] > 0),
        estimator="group_time",
        inference="cluster",
        cluster="half",
    )
    assert isinstance(answer, NotEstimable)
    assert "2 clusters" in answer.reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"balance": 2}, "balance=2 is about event times"),
        ({"inference": "wild"}, "'wild' does not go with estimator 'group_time'"),
        ({"strata": "site"}, "does not compare within strata"),
        ({"estimator": "twfe", "adjust": "reg"}, "adjust 'reg' is not read by estimator 'twfe'"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        did(simulate(starts=STARTS), **{"estimator": "group_time", **arguments})
    assert words in str(caught.value)


def test_an_inference_it_does_not_take_is_an_answer_under_auto() -> None:
    answer = did(simulate(teams=24, starts=STARTS), inference="wild")
    assert isinstance(answer, NotEstimable)
    assert "takes no `wild`" in answer.reason


@pytest.mark.parametrize(
    ("columns", "arguments", "words"),
    [
        ({"first_week": 0}, {}, "no unit starts"),
        ({"first_week": 7}, {}, "no comparison"),
        ({"y": 4.0}, {}, "y is 4 in every row"),
        ({}, {"washin": 9}, "wash-in of 9"),
        ({}, {"balance": 11, "aggregate": "event_time"}, "anything to compare"),
    ],
)
def test_the_impossible_is_an_answer(columns: dict[str, Any], arguments: dict[str, Any], words: str) -> None:
    answer = did(simulate(starts=STARTS).assign(**columns), estimator="group_time", **arguments)
    assert isinstance(answer, NotEstimable)
    assert words in answer.reason
    assert answer.would_help


# What holds for every panel


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("inference", ["cluster", "cr2", "bootstrap", "randomization"])
@pytest.mark.parametrize("comparison", ["never_treated", "not_yet_treated"])
def test_levels_shocks_names_scale_and_effects(gaps: bool, inference: str, comparison: str) -> None:
    frame = simulate(teams=12, starts=STARTS, seed=5)
    frame = with_gaps(frame) if gaps else frame
    ask = {"inference": inference, "comparison": comparison, "reps": 199}
    one = estimate(frame, **ask)
    rng = np.random.default_rng(0)
    level, shock = rng.normal(0, 9, 12), rng.normal(0, 9, 13)
    code = frame["team"].str[-2:].astype(int)
    moved = estimate(frame.assign(y=frame["y"] + level[code] + shock[frame["week"]]), **ask)
    scaled = estimate(frame.assign(y=-4 * frame["y"]).sample(frac=1, random_state=1), **ask)
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    added = estimate(frame.assign(y=frame["y"] + 2.5 * on), **ask)
    for other, shift, scale in ((moved, 0.0, 1.0), (scaled, 0.0, -4.0), (added, 2.5, 1.0)):
        assert other.att == pytest.approx(scale * one.att + shift, abs=1e-9)
        assert other.se == pytest.approx(abs(scale) * one.se, abs=1e-9)
        assert other.ci == pytest.approx(sorted(scale * end + shift for end in one.ci), abs=1e-8)
    assert moved.p_value == pytest.approx(one.p_value, abs=1e-9)
    assert scaled.p_value == pytest.approx(one.p_value, abs=1e-9)
