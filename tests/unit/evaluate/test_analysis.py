"""The analysis of a pilot: the declared method, the scale of the metric, and what may be shown."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.evaluate.analysis import Analysis, MetricResult, analyze, analyze_metric
from pilotlab.panel.panel import Panel
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, MetricUse, PilotSpec
from tests.pilots import make_assignment, make_metric, make_panel, make_spec, means

NAMES = [f"t{number:02d}" for number in range(16)]
USE = MetricUse(use="cycle@1", worth_it=-0.5)
PERSONS = make_metric(level="person", min_group=10)


def arms(control: int, pilot: int) -> dict[str, list[str]]:
    return {CONTROL: NAMES[:control], "anchor": NAMES[control : control + pilot]}


def value(team: str, at: int) -> float:
    place = NAMES.index(team)
    return 5 + place / 4 + ((place * 7 + (at + 4) * 5) % 11) / 10


def result(
    assignment: Any = None,
    metric: MetricSpec | None = None,
    made: Any = value,
    spec: PilotSpec | None = None,
    role: str = "goal",
    **options: Any,
) -> MetricResult:
    spec = spec or make_spec()
    panel = make_panel(
        spec, metric or make_metric(), assignment or make_assignment(arms(6, 6)), made, **options
    )
    return analyze_metric(spec, role, USE, panel.contrast("anchor"), "anchor", seed=1)  # type: ignore[arg-type]


def test_the_headline_is_the_difference_of_the_teams_changes() -> None:
    found = result()
    panel = made_panel()
    change = means(panel, 1, 4) - means(panel, -4, -1)  # event time 0 is the wash-in
    by_hand = change[NAMES[6:12]].mean() - change[NAMES[:6]].mean()
    assert isinstance(found.estimate, Estimate)
    assert found.estimate.att == pytest.approx(by_hand)
    assert (found.estimate.estimator, found.estimate.inference) == ("change", "randomization")
    assert found.means is not None
    assert found.means.pilot_after - found.means.pilot_before - (
        found.means.control_after - found.means.control_before
    ) == pytest.approx(by_hand)
    assert len(found.weeks) == 9


def made_panel() -> Panel:
    return make_panel(make_spec(), make_metric(), make_assignment(arms(6, 6)), value)


def test_arms_that_were_declared_are_read_with_cr2() -> None:
    found = result(make_assignment(arms(6, 6), drawn=False)).estimate
    assert isinstance(found, Estimate)
    assert found.inference == "cr2"


def test_uneven_drawn_arms_are_read_with_cr2_in_every_week_too() -> None:
    found = result(make_assignment(arms(4, 8)))
    assert isinstance(found.estimate, Estimate)
    assert found.estimate.inference == "cr2"
    assert all(math.isfinite(week.low) for week in found.weeks)  # type: ignore[arg-type]


def test_teams_kept_together_count_once() -> None:
    pairs = {name: f"pair {place // 2}" for place, name in enumerate(NAMES)}
    found = result(make_assignment(arms(8, 8), clusters=pairs)).estimate
    assert isinstance(found, Estimate)
    assert (found.n_units, found.n_clusters) == (16, 8)


def test_strata_are_compared_within() -> None:
    strata = {name: "ab"[place % 2] for place, name in enumerate(NAMES)}
    shifted = lambda team, at: value(team, at) + (50.0 if strata[team] == "a" else 0.0)  # noqa: E731
    assignment = make_assignment(arms(6, 6), strata=strata)
    assert result(assignment, made=shifted).estimate.att == pytest.approx(result(assignment).estimate.att)


def test_the_method_is_the_declared_one() -> None:
    spec = make_spec(analysis={"estimator": "twfe", "inference": "cluster", "alpha": 0.1})
    found = result(spec=spec).estimate
    assert isinstance(found, Estimate)
    assert (found.estimator, found.inference, found.alpha) == ("twfe", "cluster", 0.1)


def test_the_blackout_and_the_announced_weeks_do_not_count() -> None:
    spec = make_spec(
        calendar={
            "start": "2026-W37",
            "baseline_weeks": 4,
            "washin_weeks": 1,
            "pilot_weeks": 4,
            "blackout": ["2026-W39"],
        }
    )
    wild = lambda team, at: 1e6 * (team > "t05") if at in (0, 2) else value(team, at)  # noqa: E731
    found = result(spec=spec, made=wild)
    assert abs(found.estimate.att) < 1
    assert abs(found.means.pilot_after) < 20


def test_the_log_scale_gives_shares() -> None:
    metric = make_metric(transform="log")
    found = result(
        metric=metric,
        made=lambda team, at: 10 * (0.9 if team > "t05" and at >= 0 else 1.0) * (1 + NAMES.index(team) / 50),
    )
    assert found.estimate.att == pytest.approx(math.log(0.9))


@pytest.mark.parametrize(
    ("transform", "bad", "words"),
    [("log", 0.0, "1 values of cycle@1 have no log"), ("logit", 1.0, "1 values of cycle@1 have no logit")],
)
def test_a_value_outside_the_scale_is_named(transform: str, bad: float, words: str) -> None:
    made = lambda team, at: bad if (team, at) == ("t03", 2) else 0.2 + NAMES.index(team) / 100 + at / 1000  # noqa: E731
    found = result(metric=make_metric(transform=transform), made=made)
    assert isinstance(found.estimate, NotEstimable)
    assert words in found.estimate.reason
    assert found.weeks == ()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda team, at: None, "no value in any arm"),
        (lambda team, at: value(team, at) if team > "t05" else None, "no value in control"),
        (lambda team, at: value(team, at) if team < "t06" else None, "no value in the pilot arm"),
        (lambda team, at: value(team, at) if at >= 0 else None, "no value in the baseline weeks"),
        (lambda team, at: value(team, at) if at < 1 else None, "no value in the counted weeks"),
    ],
)
def test_what_is_missing_is_said(made: Any, words: str) -> None:
    found = result(made=made)
    assert isinstance(found.estimate, NotEstimable)
    assert words in found.estimate.reason
    assert found.estimate.would_help
    assert found.means is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_weeks_are_made_for_goals_alone() -> None:
    assert result(role="guardrail").weeks == ()


# what may be shown


@pytest.mark.parametrize(
    ("people", "control", "shown"),
    [
        (9.0, 6, True),  # five members in every team, four teams an arm: whatever the metric's least cell
        (5.0, 4, True),
        (4.0, 6, True),  # 24 people an arm: the rule of a mean for the arm
        (2.0, 4, False),  # eight people
        (None, 6, False),  # nobody said how many
    ],
)
def test_an_effect_needs_people_behind_it(people: float | None, control: int, shown: bool) -> None:
    found = result(make_assignment(arms(control, control)), PERSONS, n=lambda team, at: people)
    assert isinstance(found.estimate, Estimate)  # the estimator reads everything
    assert (found.hidden == "") is shown
    if not shown:
        assert found.hidden == "fewer than 10 people in anchor and control"
        assert found.weeks == ()


def test_one_team_of_unknown_size_counts_nobody() -> None:
    found = result(make_assignment(arms(2, 6)), PERSONS, n=lambda team, at: None if team == "t00" else 9.0)
    assert found.hidden == "fewer than 10 people in control"


def test_team_metrics_have_no_respondents_to_count() -> None:
    assert result(make_assignment(arms(3, 3))).hidden == ""


def test_persons_of_a_published_study_are_counted_singly() -> None:
    spec = make_spec(design={"unit": "person"}, data="published")
    assert result(make_assignment(arms(6, 6)), spec=spec).hidden == ""
    assert result(make_assignment(arms(4, 6)), spec=spec).hidden == "fewer than 5 people in control"


def test_a_week_with_few_people_is_left_out_of_the_path() -> None:
    made = lambda team, at: value(team, at) if at != 3 or team in ("t00", "t06", "t07") else None  # noqa: E731
    found = result(metric=PERSONS, made=made, n=lambda team, at: 9.0)
    assert found.hidden == ""
    assert 3 not in {week.event_time for week in found.weeks}
    assert 2 in {week.event_time for week in found.weeks}


def test_a_hidden_result_holds_no_number_in_any_form() -> None:
    found = result(make_assignment(arms(4, 4)), PERSONS, n=lambda team, at: 2.0)
    assert isinstance(found.estimate, Estimate)
    analysis = Analysis(pilot="anchor-days", results=(found,), seed=1)
    data = found.to_dict()
    assert data["hidden"] == "fewer than 10 people in anchor and control"
    assert data["estimate"]["schema"] == "pilotlab/not-estimable@1"
    assert data["estimate"]["reason"] == f"not shown: {data['hidden']}"
    shown = {key for key, part in data.items() if part not in (None, [], "")}
    assert shown == {"schema", "role", "use", "arm", "estimate", "hidden", "metric"}
    row = analysis.to_frame().iloc[0]
    assert np.isnan([row["att"], row["ci_low"], row["ci_high"], row["p_value"]]).all()
    assert row["note"] == found.hidden


def test_every_arm_and_role_has_its_row() -> None:
    spec = make_spec(
        policy={"control": {}, "anchor": {}, "home": {}},
        metrics={"goals": [{"use": "cycle@1", "worth_it": -0.5}], "watch": ["cycle"]},
    )
    assignment = make_assignment({CONTROL: NAMES[:5], "anchor": NAMES[5:10], "home": NAMES[10:15]})
    panel = make_panel(spec, make_metric(), assignment, value)
    analysis = analyze(spec, {"cycle@1": panel, "cycle": panel}, seed=1)
    assert [(row.arm, row.role) for row in analysis.results] == [
        ("anchor", "goal"),
        ("anchor", "watch"),
        ("home", "goal"),
        ("home", "watch"),
    ]
    assert len(analysis.of("home")) == 2
    assert [row.role for row in analysis.of("home", "watch")] == ["watch"]
    assert list(analysis.to_frame().columns) == [
        "arm",
        "role",
        "metric",
        "unit",
        "att",
        "ci_low",
        "ci_high",
        "p_value",
        "note",
    ]
    for row in analysis.results:  # each arm against control alone
        assert row.estimate.n_units == 10
