"""Grades at and beside each count, and what keeps a comparison from a better one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotlab.decide.grade import grade, grade_words, stronger_design
from pilotlab.design.lateness import Late
from tests.unit.decide.make import design

MATCHED: dict[str, Any] = {
    "design": "matched",
    "drawn": False,
    "recruitment": "mandated",
    "units_arm": 8,
    "pretrend": "clear",
    "placebo": "clear",
    "breakdown": 1.0,
}
LATE = Late(days=451, on=date(2027, 12, 8))
WEDGE: dict[str, Any] = {"design": "stepped_wedge", "units_arm": 1, "units_control": 1, "steps": 3}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"units_arm": 8, "units_control": 30}, "A"),
        ({"units_arm": 7}, "B"),
        ({"units_control": 4}, "B"),
        ({"units_control": 3}, "D"),
        ({"recruitment": "volunteer"}, "A"),  # volunteers who are then drawn are randomised
        ({"drawn": False, "recruitment": "mandated"}, "C"),
        ({"drawn": False, "recruitment": "volunteer"}, "C"),
        ({"drawn": False, "units_arm": 4}, "C"),
        ({"drawn": False, "units_arm": 3}, "D"),
        ({"design": "before_after"}, "D"),
        (MATCHED, "B"),
        (MATCHED | {"units_arm": 7}, "C"),
        (MATCHED | {"units_arm": 4}, "C"),
        (MATCHED | {"units_arm": 3}, "D"),
        (MATCHED | {"recruitment": "volunteer"}, "C"),
        (MATCHED | {"pretrend": None}, "C"),
        (MATCHED | {"pretrend": "alarmed"}, "C"),
        (MATCHED | {"placebo": None}, "C"),
        (MATCHED | {"placebo": "alarmed"}, "C"),
        (MATCHED | {"breakdown": None}, "C"),
        (MATCHED | {"breakdown": 0.999}, "C"),
        (MATCHED | {"drawn": True}, "A"),
        (WEDGE | {"units_in_all": 16}, "A"),
        (WEDGE | {"units_in_all": 16, "steps": 2}, "C"),
        (WEDGE | {"units_in_all": 15}, "B"),
        (WEDGE | {"units_in_all": 8}, "B"),
        (WEDGE | {"units_in_all": 7}, "D"),
        (WEDGE | {"units_in_all": 16, "drawn": False}, "C"),
        ({"late": LATE}, "C"),
        ({"late": LATE, "units_arm": 5}, "C"),
        (MATCHED | {"late": LATE}, "C"),
        (WEDGE | {"units_in_all": 16, "late": LATE}, "C"),
        ({"late": LATE, "units_arm": 3}, "D"),
    ],
)
def test_grade(change: dict[str, Any], expected: str) -> None:
    assert grade(design(**change)) == expected


def test_words_name_the_design_and_what_it_lacks() -> None:
    assert grade_words(design(paired=True)) == "Grade A: lottery, 12 and 12 teams in matched pairs"
    words = grade_words(design(**MATCHED | {"placebo": None}))
    assert words == "Grade C: matched, not drawn, 8 and 12 teams (placebo check did not run)"


def test_words_say_how_late_a_plan_was_fixed() -> None:
    late = "plan frozen 451 days after the first pilot week had ended"
    assert grade_words(design(late=LATE)) == f"Grade C: lottery, 12 and 12 teams ({late})"
    words = grade_words(design(**MATCHED | {"placebo": None, "late": LATE}))
    assert words.endswith(f"(placebo check did not run, {late})")
    assert grade_words(design(units_arm=3, late=LATE)).endswith(f"(fewer than 4 in an arm, {late})")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"units_arm": 5}, "at least 8 teams in each arm, drawn by lot"),
        ({"drawn": False}, "arms drawn by lot, at least 8 teams in each"),
        ({"late": LATE}, "the same comparison under a plan fixed before the first pilot week"),
        (
            {"late": LATE, "units_arm": 5},
            "at least 8 teams in each arm, drawn by lot, under a plan fixed before the first pilot week",
        ),
        (
            WEDGE | {"units_in_all": 9},
            "at least 16 teams in all, starting in 3 or more steps, in drawn order",
        ),
    ],
)
def test_a_stronger_design_is_named(change: dict[str, Any], words: str) -> None:
    assert stronger_design(design(**change)) == words
