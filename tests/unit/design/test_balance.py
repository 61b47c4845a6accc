"""Balance: means, shares and standardised differences by hand."""

from __future__ import annotations

import math

import pytest

from pilotlab.design.assignment import AssignedTeam, BalanceRow
from pilotlab.design.balance import balance
from pilotlab.spec.team import Team
from pilotlab.weeks import Week

START = Week.parse("2026-W37")
PLACES = tuple(
    AssignedTeam(f"t{n}", "anchor" if n < 3 else "control", START if n < 3 else None) for n in range(6)
)


def by_name(teams: list[Team]) -> dict[str, BalanceRow]:
    return {row.attribute: row for row in balance(teams, PLACES)}


def test_numbers_are_compared_by_their_means() -> None:
    sizes = [5, 7, 9, 6, 6, 12]
    rows = by_name([Team(f"t{n}", {"size": str(size)}, size) for n, size in enumerate(sizes)])
    assert rows["size"].mean_arm == 7
    assert rows["size"].mean_control == 8
    assert rows["size"].standardised_difference == pytest.approx(-1 / math.sqrt((4 + 12) / 2))


def test_text_is_compared_level_by_level() -> None:
    sites = ["berlin", "berlin", "lyon", "berlin", "lyon", "lyon"]
    rows = by_name([Team(f"t{n}", {"site": site}) for n, site in enumerate(sites)])
    assert set(rows) == {"site: berlin", "site: lyon"}
    assert rows["site: berlin"].mean_arm == pytest.approx(2 / 3)
    assert rows["site: berlin"].mean_control == pytest.approx(1 / 3)
    assert rows["site: berlin"].standardised_difference == pytest.approx((1 / 3) / math.sqrt(2 / 9))


def test_what_says_nothing_is_left_out() -> None:
    teams = [Team(f"t{n}", {"lead": f"lead {n}", "arm": "anchor" if n < 3 else "control"}) for n in range(6)]
    assert by_name(teams) == {}


def test_no_spread_has_no_standardised_difference() -> None:
    rows = by_name([Team(f"t{n}", {"floors": "2"}) for n in range(6)])
    assert rows["floors"].standardised_difference is None


def test_gaps_are_left_out_and_an_arm_without_values_has_no_row() -> None:
    some = by_name([Team(f"t{n}", {"tenure": "" if n == 0 else str(n)}) for n in range(6)])
    assert some["tenure"].mean_arm == 1.5
    assert by_name([Team(f"t{n}", {"tenure": "" if n < 3 else str(n)}) for n in range(6)]) == {}
