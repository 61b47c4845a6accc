"""Threats of what was lost: teams, answers, weeks."""

from __future__ import annotations

from typing import Any

import pytest

from pilotlab.evaluate.threats.lost import answers, attrition, missing_weeks
from pilotlab.evaluate.threats.stretches import changes
from tests.unit.evaluate.threats.make import PILOT, effect, headline

GONE = ("t12", "t13", "t14")


def without(teams: tuple[str, ...]) -> Any:
    return lambda team, at: None if team in teams and at >= 1 else effect(2.0)(team, at)


def test_teams_lost_from_one_arm_fail_with_lees_bounds() -> None:
    made = headline(without(GONE))
    found = attrition(made)
    change = changes(made.frame, made.panel.windows)["change"]
    pilot, comparison = change[change.index.isin(PILOT)], change[~change.index.isin(PILOT)].sort_values()
    low = (
        pilot.mean() - comparison[-9:].mean()
    )  # a quarter of the comparison teams is trimmed, from either end
    high = pilot.mean() - comparison[:9].mean()
    assert found.outcome == "fail"
    assert found.number == pytest.approx(3 / 12)
    assert f"{low:+.2f} to {high:+.2f} points" in found.words


def test_as_many_lost_from_both_arms_pass_without_bounds() -> None:
    found = attrition(headline(without(("t12", "t01"))))
    assert (found.outcome, found.number) == ("pass", 0.0)
    assert "trimmed" not in found.words


PERSONS = {"level": "person"}


def test_answers_that_dry_up_in_one_arm_fail() -> None:
    fewer = lambda team, at: 5.0 if team in PILOT and at >= 0 else 10.0  # noqa: E731
    found = answers(headline(people=fewer, metric=PERSONS))
    assert found.outcome == "fail"
    assert found.number == pytest.approx(0.5)
    assert (
        found.words
        == "50 % fewer answers in pilot and as many answers in comparison teams than before the start"
    )


def test_answers_that_dry_up_everywhere_pass() -> None:
    fewer = lambda team, at: 8.0 if at >= 0 else 10.0  # noqa: E731
    found = answers(headline(people=fewer, metric=PERSONS))
    assert (found.outcome, found.number) == ("pass", pytest.approx(0.0))


def test_teams_own_figures_have_no_answers() -> None:
    assert answers(headline()).outcome == "not applicable"


def test_missing_weeks_name_what_any_value_could_do() -> None:
    holes = lambda team, at: None if team in GONE and at in (4, 5) else effect(2.0)(team, at)  # noqa: E731
    found = missing_weeks(headline(holes, metric={"range": (0, 100)}))
    assert found.outcome == "pass"
    assert "6 missing team-weeks" in found.words
    _, _, anything = found.words.partition("whatever they hid from 0 to 100: ")
    low, high = (float(word.replace("−", "-")) for word in anything.removesuffix(" points").split(" to "))
    # 6 of 96 counted pilot team-weeks: from 0 to 100 each moves the mean of its team by 100 / 8, that of 12 teams by a 12th
    assert high - low == pytest.approx(6 * 100 / 8 / 12, abs=0.02)
    assert low < found.number < high


def test_without_ends_nothing_is_said_of_any_value() -> None:
    holes = lambda team, at: None if team in GONE and at in (4, 5) else effect(2.0)(team, at)  # noqa: E731
    assert "whatever" not in missing_weeks(headline(holes)).words
    assert missing_weeks(headline()).outcome == "not applicable"
