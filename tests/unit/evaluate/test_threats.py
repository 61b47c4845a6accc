"""Checks of what could have made the headline look like this without the policy."""

from __future__ import annotations

from typing import Any

import pytest

from pilotlab.evaluate.threats.table import CHECKS, Check
from tests.pilots import make_assignment, make_metric, make_spec
from tests.unit.evaluate.test_robustness import ARMS, CALENDAR, NAMES, card, gappy, value

pytestmark = pytest.mark.slow  # every test here analyses a whole pilot


def checks(made: Any = value, **options: Any) -> dict[str, Check]:
    return {check.name: check for check in card(made, **options).checks}


def test_each_check_says_a_sentence_and_a_number() -> None:
    found = checks(gappy)
    assert tuple(found) == tuple(CHECKS)
    for check in found.values():
        assert check.outcome in ("pass", "fail", "not applicable")
        assert check.words
        assert isinstance(check.number, float) or check.outcome == "not applicable"


def test_a_quiet_pilot_raises_no_alarm() -> None:
    found = checks(even)
    assert {check.outcome for check in found.values()} == {"pass", "not applicable"}
    assert found["missing_weeks"].outcome == "not applicable"


def even(team: str, at: int) -> float:
    """Both arms at the same levels."""
    place = NAMES.index(team)
    return 5 + place % 8 / 4 + (place * 3 + at * 2) % 5 / 9 - (at >= 0 and place >= 8)


def test_a_drift_before_the_start_fails_the_start_that_never_was() -> None:
    early = lambda team, at: value(team, at) - 2.0 * (team >= "t08" and at >= -3)  # noqa: E731
    check = checks(early)["placebo_in_time"]
    assert check.outcome == "fail"
    assert check.number == pytest.approx(-2.0, abs=0.2)
    assert check.words.startswith("pretended 3 weeks before the baseline ended")
    assert "+2.0" in check.words  # fewer days are better: up is good


@pytest.mark.parametrize(
    ("extra", "outcome", "said"), [(0.9, "fail", "fades"), (-0.9, "pass", "still grows"), (0.0, "pass", "")]
)
def test_an_effect_that_goes_away_fails(extra: float, outcome: str, said: str) -> None:
    made = lambda team, at: value(team, at) + extra * (team >= "t08" and at >= 4)  # noqa: E731
    check = checks(made)["early_against_late"]
    assert check.outcome == outcome
    assert said in check.words
    assert check.number == pytest.approx(extra, abs=0.2)


def test_missing_weeks_are_taken_for_the_worst() -> None:
    def made(team: str, at: int) -> float | None:
        if team == "t09" and at == 2:
            return None
        return 50.0 if (team, at) == ("t09", 5) else value(team, at)

    usual, worst = checks(gappy)["missing_weeks"], checks(made)["missing_weeks"]
    assert usual.outcome == "pass"
    assert "3 missing team-weeks" in usual.words
    assert worst.outcome == "fail"  # one team's worst week, taken twice, turns the sign
    assert checks()["missing_weeks"].words == "no counted team-week is missing"


def test_arms_that_began_apart_fail_where_no_lot_put_them_there() -> None:
    apart = lambda team, at: value(team, at) + 3.0 * (team >= "t08")  # noqa: E731
    drawn, declared = checks()["baseline_imbalance"], make_assignment(ARMS, drawn=False)
    assert drawn.outcome == "fail"  # levels of the teams rise from t00 to t15
    found = checks(apart, assignment=declared)["baseline_imbalance"]
    assert found.outcome == "fail"
    assert found.number > 1
    assert "0.25" in found.words


def test_teams_lost_from_one_arm_fail() -> None:
    check = checks(lambda team, at: None if team in ("t08", "t09") and at >= 1 else value(team, at))[
        "attrition"
    ]
    assert check.outcome == "fail"
    assert check.number == pytest.approx(2 / 8)
    assert check.words.startswith("2 of 8 pilot and 0 of 8 comparison teams have no value before or after; ")
    both = checks(lambda team, at: None if team in ("t00", "t09") and at >= 1 else value(team, at))[
        "attrition"
    ]
    assert both.outcome == "pass"


def test_a_short_pilot_has_no_halves() -> None:
    spec = make_spec(calendar={**CALENDAR, "baseline_weeks": 3, "pilot_weeks": 1})
    found = checks(spec=spec)
    assert found["placebo_in_time"].outcome == found["early_against_late"].outcome == "not applicable"
    assert found["placebo_in_time"].number is None


def test_a_log_metric_speaks_in_per_cent() -> None:
    found = checks(lambda team, at: 10 + value(team, at), metric=make_metric(transform="log"))
    assert " % (" in found["early_against_late"].words
