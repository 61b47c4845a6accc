"""Place confounding: one attribute with few levels that tells the arm."""

from __future__ import annotations

import pytest

from pilotlab.design.strength import place_of, strength
from pilotlab.spec.pilot import CONTROL
from pilotlab.spec.team import Team
from tests.pilots import make_assignment, make_spec

NAMES = [f"t{number:02d}" for number in range(12)]
ARMS = {CONTROL: NAMES[:8], "anchor": NAMES[8:]}


def place(levels: list[str], column: str = "country", **more: object) -> str:
    teams = [
        Team(
            name=name,
            attributes={column: level},
            site=level if column == "site" else "",
            function=level if column == "function" else "",
        )
        for name, level in zip(NAMES, levels, strict=True)
    ]
    return place_of(make_spec(**more), "anchor", make_assignment(ARMS), teams)


@pytest.mark.parametrize("column", ["site", "function", "country", "plant"])
def test_one_site_of_three_is_the_pilot(column: str) -> None:
    assert place(["Rome"] * 4 + ["Oslo"] * 4 + ["Bonn"] * 4, column) == column


def test_a_site_in_both_arms_tells_nothing() -> None:
    assert place(["Rome"] * 4 + ["Oslo"] * 5 + ["Bonn"] * 3) == ""


def test_more_levels_than_a_third_of_the_teams_are_names_and_no_places() -> None:
    assert place(["a", "b", "c", "d"] * 2 + ["e"] * 4) == ""
    assert place(["a", "b", "c"] * 2 + ["a", "b"] + ["e"] * 4) == "country"


def test_an_attribute_that_is_not_known_everywhere_tells_nothing() -> None:
    assert place(["Rome"] * 7 + [""] + ["Bonn"] * 4) == ""


@pytest.mark.parametrize("levels", [("control", "anchor"), ("no", "yes"), ("0", "1")])
def test_a_column_that_says_who_is_in_the_pilot_is_no_place(levels: tuple[str, str]) -> None:
    assert place([levels[0]] * 8 + [levels[1]] * 4, "pilot") == ""


def test_place_is_told_before_launch() -> None:
    teams = [
        Team(
            name=name, attributes={"arm": "anchor" if at < 4 else CONTROL}, site="Rome" if at < 4 else "Oslo"
        )
        for at, name in enumerate(NAMES)
    ]
    design = {"type": "matched", "assign": {"method": "declared", "column": "arm"}}
    told = strength(make_spec(design=design), teams)
    assert (told.grade, told.place, told.given_checks) == ("D", "site", False)
    assert str(told).endswith(
        "strongest verdict Learn (site tells the arm: policy and place can't be told apart)"
    )
    drawn = {"type": "parallel", "assign": {"method": "declared", "column": "arm", "drawn_by": "a notary"}}
    assert strength(make_spec(design=drawn), teams).place == ""


def test_the_column_of_the_arms_is_no_place() -> None:
    declared = {"design": {"assign": {"method": "declared", "column": "who"}}}
    assert place(["rest"] * 8 + ["first"] * 4, "who") == "who"
    assert place(["rest"] * 8 + ["first"] * 4, "who", **declared) == ""
