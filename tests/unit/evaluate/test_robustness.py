"""The robustness card: what each other analysis is, when it agrees, and what is named instead of counted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.evaluate.analysis import MetricResult, analyze_metric
from pilotlab.evaluate.robustness import AGAIN, Robustness, Run, agrees, repeats, same_zero
from pilotlab.spec.pilot import CONTROL, MetricUse, PilotSpec
from pilotlab.spec.public_holidays import holiday_weeks
from pilotlab.weeks import Week, week_range
from tests.pilots import make_assignment, make_metric, make_panel, make_spec, means

pytestmark = pytest.mark.slow  # every test here walks the whole card

NAMES = [f"t{number:02d}" for number in range(16)]
ARMS = {CONTROL: NAMES[:8], "anchor": NAMES[8:]}
USE = MetricUse(use="cycle@1", worth_it=-0.5)
CALENDAR = {"start": "2026-W37", "baseline_weeks": 6, "washin_weeks": 1, "pilot_weeks": 6}
SIXTEEN = (
    *("twfe", "ancova", "imputation", "cr2", "wild", "washin_none", "washin_doubled", "half_baseline"),
    *("anticipation", "no_holidays", "complete", "people", "winsorised", "early", "late", "largest_out"),
)


def value(team: str, at: int) -> float:
    """A level, a wobble, and an effect of one day less."""
    place = NAMES.index(team)
    return 6 + place / 8 + ((place * 7 + (at + 9) * 5) % 11) / 20 - 1.0 * (at >= 0 and team >= "t08")


def gappy(team: str, at: int) -> float | None:
    return None if (team, at) in {("t01", 3), ("t09", 2), ("t09", 4)} else value(team, at)


def people(team: str, at: int) -> float:
    return 6.0 + NAMES.index(team) % 5


def result(
    made: Any = value,
    *,
    spec: PilotSpec | None = None,
    assignment: Any = None,
    metric: Any = None,
    n: Any = people,
) -> MetricResult:
    spec = spec or make_spec(calendar=CALENDAR)
    panel = make_panel(spec, metric or make_metric(), assignment or make_assignment(ARMS), made, n=n)
    return analyze_metric(spec, "goal", USE, panel.contrast("anchor"), "anchor", seed=1)


def card(made: Any = value, **options: Any) -> Robustness:
    found = result(made, **options).robustness
    assert found is not None
    return found


def runs(found: Robustness) -> dict[str, Run]:
    return {run.name: run for run in found.runs}


def by_hand(made: Any, rows: Any = lambda frame: frame, **changes: Any) -> Estimate:
    """The same analysis, asked of `did` in one call."""
    spec = make_spec(calendar=CALENDAR)
    frame = make_panel(spec, make_metric(), make_assignment(ARMS), made, n=people).values
    asked = {
        "outcome": "value",
        "baseline": 6,
        "washin": 1,
        "assignment": make_assignment(ARMS),
        "seed": 1,
        "estimator": "change",
    }
    found = did(rows(frame), cohort="cohort", **{**asked, **changes})
    assert isinstance(found, Estimate)
    return found


BY_HAND: dict[str, Any] = {
    "twfe": {"estimator": "twfe"},
    "ancova": {"estimator": "ancova"},
    "imputation": {"estimator": "imputation"},
    "cr2": {"inference": "cr2"},
    "wild": {"inference": "wild"},
    "washin_none": {"washin": 0},
    "washin_doubled": {"washin": 2},
    "half_baseline": {"baseline": 3},
    "anticipation": {"anticipation": 2},
    "people": {"weights": "n"},
    "early": {"exclude": ["2026-W41", "2026-W42", "2026-W43"]},
    "late": {"exclude": ["2026-W38", "2026-W39", "2026-W40"]},
    "complete": {"rows": lambda frame: frame[~frame["team"].isin(["t01", "t09"])]},
    "largest_out": {"rows": lambda frame: frame[frame["team"] != "t04"]},
    "winsorised": {"rows": lambda frame: clipped(frame)},
}


def clipped(frame: Any) -> Any:
    counted = frame[(frame["event_time"] < 0) | (frame["event_time"] >= 1)]["value"]
    return frame.assign(value=np.clip(frame["value"], np.quantile(counted, 0.05), np.quantile(counted, 0.95)))


def test_the_card_has_sixteen_runs_in_their_order() -> None:
    assert tuple(run.name for run in card().runs) == SIXTEEN


@pytest.mark.parametrize("name", BY_HAND)
def test_a_run_is_what_its_name_says(name: str) -> None:
    expected = by_hand(gappy, **BY_HAND[name])
    found = runs(card(gappy))[name]
    assert found.att == pytest.approx(expected.att, abs=1e-9)
    assert found.ci == pytest.approx(expected.ci, abs=1e-9)


def test_holiday_weeks_are_those_with_two_holidays_on_working_days() -> None:
    weeks = [Week.parse("2025-W51") + step for step in range(3)]
    assert [str(week) for week in holiday_weeks(["DE-BE"], weeks)] == ["2025-W52"]  # 25 and 26 December
    assert holiday_weeks(["FR"], weeks) == ()  # 25 December and 1 January, a week each
    assert holiday_weeks(["FR", "DE-BE"], weeks) == holiday_weeks(["DE-BE"], weeks)


def test_holiday_weeks_are_left_out_for_all() -> None:
    calendar = {**CALENDAR, "pilot_weeks": 18}
    heavy = [str(week) for week in holiday_weeks(["RU"], week_range(Week.parse("2026-W37"), 19))]
    assert heavy
    found = runs(card(spec=make_spec(calendar={**calendar, "holidays": {"far": "RU"}})))["no_holidays"]
    out = result(spec=make_spec(calendar={**calendar, "blackout": heavy})).estimate
    assert found.att == pytest.approx(out.att, abs=1e-12)


def test_without_holidays_there_is_nothing_to_leave_out() -> None:
    spec = make_spec(calendar={**CALENDAR, "holidays": {"berlin": "DE-BE"}})
    assert "two public holidays" in runs(card(spec=spec))["no_holidays"].reason
    assert "no holiday calendar" in runs(card())["no_holidays"].reason


def test_an_unknown_calendar_is_named() -> None:
    spec = make_spec(calendar={**CALENDAR, "holidays": {"moon": "XX"}})
    assert "no public holidays are known for 'XX'" in runs(card(spec=spec))["no_holidays"].reason


# agreement


def estimate(att: float, low: float, high: float) -> Estimate:
    found = result().estimate
    assert isinstance(found, Estimate)
    return replace(found, att=att, ci=(low, high))


@pytest.mark.parametrize(
    ("att", "held"),
    [(0.5, True), (0.1, True), (0.9, True), (0.0999, False), (0.9001, False), (-0.5, False), (0.0, False)],
)
def test_a_run_agrees_with_the_sign_inside_the_interval(att: float, held: bool) -> None:
    assert agrees(estimate(att, -9, 9), estimate(0.5, 0.1, 0.9)) is held


@pytest.mark.parametrize(("att", "held"), [(0.2, True), (-0.05, False), (0.0, False)])
def test_a_sign_that_turns_does_not_agree_though_it_lies_inside(att: float, held: bool) -> None:
    assert agrees(estimate(att, -1, 1), estimate(0.3, -0.1, 0.7)) is held


@pytest.mark.parametrize("ends", [(-np.inf, np.inf), (-np.inf, 0.9), (0.1, np.inf)])
def test_an_open_interval_holds_what_lies_in_it(ends: tuple[float, float]) -> None:
    assert agrees(estimate(0.4, 0, 1), estimate(0.5, *ends))


@pytest.mark.parametrize(
    ("ends", "headline", "held"),
    [
        ((0.1, 1), (0.2, 1), True),
        ((-0.1, 1), (0.2, 1), False),
        ((-0.1, 1), (-1, 1), True),
        ((0.1, 1), (-0.1, 1), False),
    ],
)
def test_an_interval_agrees_where_zero_is_on_the_same_side_of_its_ends(
    ends: Any, headline: Any, held: bool
) -> None:
    assert same_zero(estimate(0.5, *ends), estimate(0.5, *headline)) is held


def test_only_what_ran_counts() -> None:
    found = card()
    assert found.counted == sum(run.ran for run in found.runs)
    assert found.agreed == sum(run.agrees is True for run in found.runs)
    for run in found.runs:
        assert run.ran is (run.reason == "")
        assert run.ran is (run.att is not None)


# what can't be run


def test_the_headline_again_is_no_other_analysis() -> None:
    spec = make_spec(
        calendar=CALENDAR, analysis={"estimator": "twfe", "inference": "cr2", "weights": "people"}
    )
    found = runs(card(spec=spec))
    for name in ("twfe", "cr2", "people", "complete"):
        assert found[name].reason.startswith("it would be the headline again")


def test_what_was_not_declared_can_not_be_changed() -> None:
    spec = make_spec(calendar={"start": "2026-W37", "baseline_weeks": 1, "washin_weeks": 0, "pilot_weeks": 1})
    found = runs(card(spec=spec, n=lambda team, at: None))
    assert {
        name: found[name].reason
        for name in ("washin_none", "washin_doubled", "half_baseline", "early", "late")
    } == {
        "washin_none": "no wash-in was declared",
        "washin_doubled": "no wash-in was declared",
        "half_baseline": "the baseline is one week",
        "early": "there is one counted week",
        "late": "there is one counted week",
    }
    assert "is not known" in found["people"].reason
    assert "is not known" in found["largest_out"].reason
    assert "no week is left before the start" in found["anticipation"].reason


def test_teams_of_one_size_have_no_largest() -> None:
    assert "one size" in runs(card(n=lambda team, at: 7.0))["largest_out"].reason


def test_no_complete_team_leaves_nothing_to_run() -> None:
    found = runs(card(lambda team, at: None if at == 2 + NAMES.index(team) % 3 else value(team, at)))
    assert found["complete"].reason == "no team is complete"


def test_a_fortnightly_metric_is_complete_with_a_value_every_two_weeks() -> None:
    metric = make_metric(cadence_weeks=2)
    found = runs(card(lambda team, at: value(team, at) if (at + 6) % 2 else None, metric=metric))
    assert "every team is complete" in found["complete"].reason


def test_strata_are_kept_where_the_estimator_takes_them() -> None:
    strata = {name: "ab"[place % 2] for place, name in enumerate(NAMES)}
    found = card(gappy, assignment=make_assignment(ARMS, strata=strata))
    assert all(run.ran for run in found.runs if run.name in ("twfe", "ancova", "imputation", "wild"))


def test_none_switches_it_off() -> None:
    assert result(spec=make_spec(calendar=CALENDAR, analysis={"sensitivity": "none"})).robustness is None


def test_only_a_goal_with_a_number_has_a_card() -> None:
    spec = make_spec(calendar=CALENDAR)
    panel = make_panel(spec, make_metric(), make_assignment(ARMS), value).contrast("anchor")
    assert analyze_metric(spec, "watch", USE, panel, "anchor", seed=1).robustness is None
    silent = result(lambda team, at: None)
    assert isinstance(silent.estimate, NotEstimable)
    assert silent.robustness is None


# one left out


def test_each_team_is_left_out_in_turn() -> None:
    panel = make_panel(make_spec(calendar=CALENDAR), make_metric(), make_assignment(ARMS), value)
    change = means(panel, 1, 6) - means(panel, -6, -1)
    without = []
    for name in NAMES:
        left = change.drop(name)
        without.append(left[left.index >= "t08"].mean() - left[left.index < "t08"].mean())
    found = card().left_out
    assert (found.lowest, found.highest) == pytest.approx((min(without), max(without)))
    assert (found.what, found.runs, found.shown, found.flips) == ("team", 16, 16, False)


def test_a_result_that_hangs_on_one_team_flips() -> None:
    found = card(
        lambda team, at: (
            value(team, at) + (0.99 if team >= "t08" and at >= 0 else 0) - 9 * (team == "t15" and at >= 0)
        )
    )
    assert found.left_out.flips
    assert found.sign_flips


def test_what_was_drawn_together_leaves_together() -> None:
    pairs = {name: f"pair {place // 2}" for place, name in enumerate(NAMES)}
    found = card(assignment=make_assignment(ARMS, clusters=pairs)).left_out
    assert (found.what, found.runs) == ("team or group", 8)
    strata = {name: f"p{place % 8}" for place, name in enumerate(NAMES)}
    matched = replace(make_assignment(ARMS, strata=strata), method="matched_pairs")
    found = card(assignment=matched).left_out
    assert (found.what, found.runs) == ("pair", 8)


def test_a_team_of_few_people_is_left_out_unseen() -> None:
    metric = make_metric(level="person", min_group=5)
    small = lambda team, at: 3.0 if team in ("t02", "t12") else 9.0  # noqa: E731
    found = card(metric=metric, n=small)
    assert (found.left_out.runs, found.left_out.shown) == (16, 14)
    assert found.left_out.lowest is not None
    none = card(metric=metric, n=lambda team, at: 4.0).left_out
    assert (none.lowest, none.highest, none.shown) == (None, None, 0)
    assert none.flips is False


def test_a_run_that_leaves_out_few_people_is_judged_and_not_shown() -> None:
    metric = make_metric(level="person", min_group=10)
    found = runs(card(gappy, metric=metric, n=lambda team, at: 12.0 if team == "t03" else 8.0))
    assert found["complete"].ran
    assert found["complete"].att is None
    assert "fewer than 10 people" in found["complete"].reason
    assert found["largest_out"].att is not None


def test_persons_are_never_left_out_one_by_one() -> None:
    spec = make_spec(calendar=CALENDAR, design={"unit": "person"}, data="published")
    found = card(spec=spec)
    assert found.left_out is None
    assert found.sign_flips is None
    assert "persons" in runs(found)["largest_out"].reason


def test_it_is_plain_data() -> None:
    found = card(gappy)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (data["agreed"], data["runs"], data["sign_flips"]) == (found.agreed, found.counted, False)
    assert [row["name"] for row in data["rows"]] == list(SIXTEEN)
    assert repr(found) == f"Robustness: held in {found.agreed} of {found.counted} other analyses"


def test_inputs_are_not_changed() -> None:
    panel = make_panel(make_spec(calendar=CALENDAR), make_metric(), make_assignment(ARMS), gappy, n=people)
    before = panel.values.copy()
    analyze_metric(make_spec(calendar=CALENDAR), "goal", USE, panel, "anchor", seed=1)
    assert panel.values.equals(before)


def test_an_analysis_that_could_not_differ_is_named_and_not_counted() -> None:
    """Without gaps, in one start, two-way fixed effects and imputation are the change of means."""
    found = runs(card())
    for name in ("twfe", "imputation"):
        assert found[name].agrees is None
        assert found[name].reason == AGAIN
    assert found["ancova"].ran
    assert found["cr2"].ran  # the same estimate, and another interval


@pytest.mark.parametrize(("att", "again"), [(0.5, True), (0.5 + 1e-11, True), (0.5001, False), (-0.5, False)])
def test_the_same_number_is_no_other_analysis(att: float, again: bool) -> None:
    assert repeats(estimate(att, -9, 9), estimate(0.5, 0.1, 0.9)) is again
