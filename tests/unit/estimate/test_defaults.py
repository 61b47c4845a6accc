"""What `auto` stands for, and what few clusters allow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.weeks import Week
from tests.panels import simulate


def _assignment(frame: pd.DataFrame, method: str = "complete", **rest: Any) -> Assignment:
    first = frame.groupby("team")["first_week"].first()
    teams = tuple(
        AssignedTeam(
            team,  # type: ignore[arg-type]
            "hybrid" if start else "control",
            Week(0) if start else None,
            rest.get("strata", {}).get(team, ""),
        )
        for team, start in first.items()
    )
    return Assignment(pilot="p", method=method, teams=teams, drawn_by=rest.get("drawn_by", ""))  # type: ignore[arg-type]


def test_a_drawn_design_is_tested_by_its_draws() -> None:
    est = did(simulate(teams=8), assignment="complete")
    assert (est.estimator, est.inference, est.df) == ("change", "randomization", None)
    assert est.p_min == pytest.approx(2 / 70)
    assert est.p_value * 70 == pytest.approx(round(est.p_value * 70))


def test_without_an_assignment_cr2() -> None:
    est = did(simulate(teams=8))
    assert (est.estimator, est.inference, est.p_min) == ("change", "cr2", None)


def test_uneven_arms_lead_with_cr2_and_show_the_randomisation_p() -> None:
    frame = simulate(teams=14, treated=5)
    est = did(frame, assignment="complete")
    beside = did(frame, assignment="complete", inference="randomization")
    assert est.inference == "cr2"
    assert (
        f"5 against 9), so CR2 leads; the randomisation p over 2,002 draws is {beside.p_value:.4f}"
        in est.notes[-1].text
    )
    assert did(simulate(teams=15, treated=6), assignment="complete").inference == "randomization"


def test_the_note_beside_uneven_arms_walks_no_more_draws_than_it_needs() -> None:
    frame = simulate(teams=24, treated=8)  # 735,471 draws
    beside = did(frame, assignment="complete").notes[-1].text
    exact = did(frame, assignment="complete", inference="randomization").p_value
    assert "over 10,000 draws is" in beside
    assert float(beside.rsplit(" ", 1)[1]) == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("name", ["change", "ancova", "synthetic_did"])
def test_one_start_wanted_and_several_given_says_what_auto_would_take(name: str) -> None:
    frame = simulate(teams=20, weeks=12, starts=(5, 8), treated=10)
    answer = did(frame, estimator=name)
    assert f"estimator '{did(frame).estimator}', which 'auto' takes here" in answer.would_help


@pytest.mark.parametrize("treated", [1, 2, 3, 9, 10, 11])
def test_few_clusters_give_no_number_by_themselves(treated: int) -> None:
    frame = simulate(teams=12, treated=treated).assign(region="one")
    for assignment in (None, "complete"):
        answer = did(frame, assignment=assignment, strata="region")  # strata rule placebos out
        assert not answer
        assert f"{treated} treated cluster" in answer.reason
    named = did(frame, inference="cr2")
    assert named.notes[0].code == ("few_clusters" if min(treated, 12 - treated) == 1 else "few_clusters_wide")
    assert (
        did(frame, inference="randomization", assignment="complete")
        .notes[0]
        .text.startswith(f"{treated} treated")
    )


@pytest.mark.parametrize("treated", [1, 2, 3])
def test_few_treated_are_held_against_placebos(treated: int) -> None:
    frame = simulate(teams=12, treated=treated)
    for assignment in (None, "complete"):
        est = did(frame, assignment=assignment)
        assert (est.estimator, est.inference) == ("synthetic_did", "placebo")
        assert est.p_min == (1 / math.comb(12, treated) if treated < 3 else pytest.approx(1 / 201, rel=0.05))
        assert est.notes[0].text.startswith(f"{treated} treated cluster")
        assert f"the smallest p they can give is {est.p_min:.3g}" in est.notes[1].text
    assert did(frame, inference="cr2").estimator == "change"
    assert did(frame, inference="placebo").estimator == "synthetic_did"
    assert did(simulate(teams=treated + 3, treated=treated)).__class__ is NotEstimable


def test_clusters_are_counted_not_units() -> None:
    frame = simulate(teams=24)
    frame["block"] = frame["team"].str[-2:].astype(int) // 4  # three blocks an arm
    assert "3 treated clusters and 3 comparison clusters" in did(frame, cluster="block").reason


def test_two_clusters_never() -> None:
    frame = simulate(teams=2)
    for rule in ("cr2", "cluster", "randomization"):
        assert "fewer than 3" in did(frame, inference=rule).reason


def test_open_interval_of_few_draws() -> None:
    est = did(simulate(teams=10), pairs="pair", assignment="complete")
    assert est.ci == (-np.inf, np.inf)
    assert est.p_min == 2 / 32
    assert any("the interval is open" in note.text for note in est.notes)
    assert est.to_dict()["ci"] == [None, None]


def test_named_randomization_without_an_assignment_says_what_it_takes_for_granted() -> None:
    est = did(simulate(), inference="randomization")
    assert any("nothing says how arms were drawn" in note.text for note in est.notes)
    pairs = did(simulate(), inference="randomization", pairs="pair")
    assert any("drawn by lot within pairs" in note.text for note in pairs.notes)


def test_an_assignment_of_the_pilot() -> None:
    frame = simulate(teams=10)
    drawn, plain = did(frame, assignment=_assignment(frame)), did(frame, assignment="complete")
    assert (drawn.p_value, drawn.ci) == (plain.p_value, plain.ci)
    declared = did(frame, assignment=_assignment(frame, "declared"))
    assert declared.inference == "cr2"
    assert (
        did(frame, assignment=_assignment(frame, "declared", drawn_by="birthdays")).inference
        == "randomization"
    )


def test_a_stratified_assignment_restricts_the_draws() -> None:
    frame = simulate(teams=12, seed=4)
    frame["floor"] = np.where(frame["team"].str[-2:].astype(int) % 2, "odd", "even")
    floors = frame.groupby("team")["floor"].first().to_dict()
    est = did(frame, strata="floor", assignment=_assignment(frame, "stratified", strata=floors))
    assert any("400 draws" in note.text for note in est.notes)  # 20 ways on each floor
    assert est.p_value == did(frame, strata="floor", assignment="complete").p_value


def test_an_assignment_that_contradicts_the_frame() -> None:
    frame = simulate(teams=10)
    assignment = _assignment(frame)
    crossed = frame.assign(first_week=frame["first_week"].where(frame["team"] != "team 09", 7))
    with pytest.raises(UsageError, match="puts team 09 in 'control'"):
        did(crossed, assignment=assignment)
    with pytest.raises(UsageError, match="does not hold Z"):
        did(frame.replace({"team": {"team 09": "Z"}}), assignment=assignment)


def test_strata_and_clusters_of_the_assignment_are_used_where_none_are_named() -> None:
    frame = simulate(teams=12, seed=4)
    frame["floor"] = np.where(frame["team"].str[-2:].astype(int) % 2, "odd", "even")
    floors = frame.groupby("team")["floor"].first().to_dict()
    taken = did(frame, assignment=_assignment(frame, "stratified", strata=floors))
    named = did(frame, strata="floor", assignment=_assignment(frame, "stratified", strata=floors))
    assert (taken.att, taken.ci, taken.p_value) == (named.att, named.ci, named.p_value)
    pairs = frame.groupby("team")["pair"].first().astype(str).to_dict()
    paired = did(frame, assignment=_assignment(frame, "matched_pairs", strata=pairs), inference="cr2")
    assert (paired.df, paired.n_clusters) == (pytest.approx(5), 6)
    assert did(frame, assignment=_assignment(frame, "matched_pairs", strata=pairs)).p_min == 2 / 64


def test_several_arms_are_compared_one_by_one() -> None:
    frame = simulate(teams=12)
    one = _assignment(frame)
    teams = tuple(
        AssignedTeam(t.team, "three days" if t.team == "team 00" else t.arm, t.start) for t in one.teams
    )
    several = Assignment(pilot="p", method="complete", teams=teams)
    with pytest.raises(UsageError, match="of several arms \\(hybrid, three days\\)"):
        did(frame, assignment=several)
    assert did(frame[frame["team"] != "team 00"], assignment=several).n_treated == 5


def test_listed_draws_without_a_team_keep_its_numbers() -> None:
    frame = simulate(teams=9, treated=4, seed=2)
    rng = np.random.default_rng(1)
    made = np.arange(9) < 4
    draws = np.array([made, *(rng.permutation(made) for _ in range(60))]).astype(int)
    short = frame[~((frame["team"] == "team 08") & (frame["week"] < 7))]
    est = did(short, assignment=draws, inference="randomization")
    kept = int((draws[:, :8].sum(axis=1) == 4).sum())
    assert est.n_units == 8
    assert any(note.text.startswith(f"{kept} draws") for note in est.notes)


def test_listed_draws_may_differ_in_size() -> None:
    frame = simulate(teams=8, seed=2)
    made = np.arange(8) < 4
    draws = np.array([made, np.arange(8) < 5, np.arange(8) > 4, np.arange(8) % 2 == 0])
    est = did(frame, assignment=draws, inference="randomization")
    assert any(note.text.startswith("4 draws") for note in est.notes)


def test_an_array_of_draws() -> None:
    frame = simulate(teams=8, seed=2)
    made = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    rng = np.random.default_rng(0)
    draws = np.array([made, 1 - made, *(rng.permutation(made) for _ in range(30))])
    est = did(frame, assignment=draws)
    named = pd.DataFrame(draws, columns=[f"team 0{i}" for i in range(8)])[
        [f"team 0{i}" for i in (3, 1, 2, 0, 7, 5, 6, 4)]
    ]
    assert est.inference == "randomization"
    assert did(frame, assignment=named) == est
    cohorts = np.where(draws == 1, 7.0, np.nan)
    assert did(frame, assignment=cohorts) == est


@pytest.mark.parametrize(
    ("draws", "words"),
    [
        (np.ones((5, 3)), "array of 5 x 3, the frame has 8 units"),
        (np.tile([0, 0, 0, 0, 1, 1, 1, 1], (3, 1)), "none of the draws is the one that was made"),
        (pd.DataFrame(np.eye(8)), "no column for team 00"),
    ],
)
def test_an_array_that_does_not_fit(draws: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        did(simulate(teams=8), assignment=draws)


def test_what_can_not_be_drawn_again_is_refused_with_what_can() -> None:
    frame = simulate(teams=20, starts=(5, 8))
    for estimator in ("twfe", "event_study"):
        with pytest.raises(UsageError, match="only with one start") as caught:
            did(frame, estimator=estimator, inference="randomization", assignment="complete")
        assert "'group_time' or 'rollout'" in caught.value.fix


def test_regressions_follow_the_number_of_clusters() -> None:
    few, many = simulate(teams=20, starts=(5, 8)), simulate(teams=60, starts=(5, 8))
    assert did(few, estimator="twfe").inference == "cr2"
    assert did(many, estimator="twfe").inference == "cluster"


def test_a_cluster_with_both_arms_was_not_drawn_whole() -> None:
    frame = simulate(teams=12)
    with pytest.raises(UsageError, match="both arms"):
        did(frame, cluster="site", inference="randomization")


def test_a_change_adjusted_for_covariates_is_drawn_again() -> None:
    est = did(simulate(teams=16), covariates="skill", assignment="complete")
    assert est.inference == "randomization"
