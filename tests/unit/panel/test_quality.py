"""What is due, what is there, and why the rest is not."""

from __future__ import annotations

import pytest

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.panel.quality import completeness, together
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import Windows
from pilotlab.weeks import Week, week_range

START = Week.parse("2026-W20")
WINDOWS = Windows(
    start=START,
    end=START + 5,
    baseline=week_range(START - 4, 4),
    announced=(),
    washin=week_range(START, 2),
    counted=(START + 2, START + 3, START + 5),
    blackout=(START + 4,),
)
TEAMS = Assignment(
    "p",
    "complete",
    (AssignedTeam("b", "anchor", START), AssignedTeam("a", "control"), AssignedTeam("c", "control")),
)
ALL = [*week_range(START - 4, 10)]


def metric(cadence: int = 1, name: str = "m") -> MetricSpec:
    return MetricSpec.model_validate(
        {
            "id": name,
            "label": "m",
            "family": "outcome",
            "unit": "h",
            "direction": "higher",
            "kind": "continuous",
            "roles": ["goal"],
            "cadence_weeks": cadence,
        }
    )


def rows(
    team: str, weeks: list[Week], gap: str | None = None
) -> list[tuple[str, Week, float | None, str | None]]:
    return [(team, week, None if gap else 1.0, gap) for week in weeks]


def test_only_baseline_and_counted_weeks_are_expected() -> None:
    full = completeness(WINDOWS, TEAMS, rows("a", ALL) + rows("b", ALL), metric=metric())
    assert list(full.states) == ["a", "b", "c"]
    assert (full.of_team("a"), full.of_team("c")) == ((7, 7), (0, 7))
    assert (full.of_arm("anchor"), full.of_arm("control"), full.of_arm()) == ((7, 7), (7, 14), (14, 21))
    assert full.share("control") == pytest.approx(0.5)
    assert full.state("a", START + 4) == "blackout"


@pytest.mark.parametrize("gap", ["leave", "holiday", "no_work", "forgot"])
def test_a_gap_is_due_and_not_there_whatever_its_reason(gap: str) -> None:
    found = completeness(WINDOWS, TEAMS, rows("a", ALL[1:]) + rows("a", ALL[:1], gap), metric=metric())
    assert (found.of_team("a"), found.state("a", ALL[0])) == ((6, 7), gap)


def test_not_applicable_is_not_due() -> None:
    found = completeness(
        WINDOWS, TEAMS, rows("a", ALL[1:]) + rows("a", ALL[:1], "not_applicable"), metric=metric()
    )
    assert (found.of_team("a"), found.state("a", ALL[0])) == ((6, 6), "not_applicable")


def test_a_team_to_which_nothing_applies_has_no_share() -> None:
    found = completeness(WINDOWS, TEAMS, rows("b", ALL, "not_applicable"), metric=metric())
    assert found.share("anchor") is None


def test_a_fortnightly_metric_is_due_once_in_two_weeks() -> None:
    found = completeness(WINDOWS, TEAMS, rows("a", [START - 4, START - 1, START + 2]), metric=metric(2))
    # blocks from the start: two in the baseline, one in the wash-in, W22 or W23, then W25 alone (W24 is a blackout)
    assert found.of_team("a") == (3, 4)
    assert found.states["a"] == (
        "logged",
        "not_due",
        "not_due",
        "logged",
        "not_due",
        "missing",
        "logged",
        "not_due",
        "blackout",
        "missing",
    )


def test_two_values_in_one_fortnight_count_once() -> None:
    found = completeness(WINDOWS, TEAMS, rows("a", ALL), metric=metric(2))
    assert found.of_team("a") == (4, 4)


def test_weeks_that_are_not_over_are_not_missing() -> None:
    found = completeness(
        WINDOWS, TEAMS, rows("a", ALL[:6]), metric=metric(), until=START + 2, open_week=START + 2
    )
    assert (found.weeks[-1], found.state("a", START + 2), found.of_team("a")) == (START + 2, "open", (4, 4))


def test_usable_baseline_weeks_have_a_value_in_every_arm() -> None:
    found = completeness(WINDOWS, TEAMS, rows("a", ALL[:3]) + rows("b", ALL[1:4]), metric=metric())
    assert (found.baseline_weeks(["anchor", "control"]), found.baseline_weeks(["control"])) == (2, 3)


def test_metrics_together_show_the_worst() -> None:
    one = completeness(WINDOWS, TEAMS, rows("a", ALL), metric=metric())
    two = completeness(
        WINDOWS, TEAMS, rows("a", ALL[2:]) + rows("a", ALL[1:2], "leave"), metric=metric(name="n")
    )
    assert together([one, two]).states["a"][:3] == ("missing", "leave", "logged")


def test_shares_by_week_name_no_unit() -> None:
    found = completeness(WINDOWS, TEAMS, rows("a", ALL[:2]) + rows("c", ALL[:1]), metric=metric())
    assert found.week_shares("control")[:3] == (1.0, 0.5, 0.0)
    assert found.week_shares("control")[8] is None
