"""The lines of `analyze`: every interval over its own zero and mark."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from pilotlab.cli.analyze import CELLS, ZERO, analysis_text, draw
from pilotlab.cli.output import WIDTH, to_plain
from tests.unit.readout.cases import CASES
from tests.unit.readout.fixture import anchor_days


def test_zero_stands_in_its_place_and_the_mark_in_its_own() -> None:
    line = draw(1.0, 0.5, 1.5, 1.25, filled=True)
    assert len(line) == CELLS
    assert line[ZERO] == "│"
    assert [line.index(sign) - ZERO for sign in "├●┿┤"] == [3, 7, 8, 10]


@pytest.mark.parametrize(
    ("args", "signs"),
    [
        ((0.0, -1.0, 1.0, None), {"●": ZERO}),
        ((0.5, -math.inf, math.inf, 1.0), {"├": 0, "┤": CELLS - 1}),
        ((-2.0, -3.0, -1.0, -1.0), {"│": ZERO}),
        ((0.0, 0.0, 0.0, None), {"●": ZERO}),
        ((1e-12, -1e-12, 3e-12, 1e12), {}),
    ],
)
def test_any_interval_fits(args: tuple[float, float, float, float | None], signs: dict[str, int]) -> None:
    line = draw(*args, filled=True)
    assert len(line) == CELLS
    assert {sign: line.index(sign) for sign in signs} == signs


def test_watched_metrics_are_hollow() -> None:
    line = draw(1.0, 0.5, 1.5, None, filled=False)
    assert "○" in line
    assert "━" not in line


def test_other_analyses_are_counted_and_the_failing_ones_named() -> None:
    assert analysis_text(anchor_days()).splitlines()[-9:-2] == [
        "Held in 13 of 15 other analyses.  Leave one pair out: 0.68 to 0.89 days.",
        "  did not hold   baseline of 4 weeks, not 8           1.29  (0.13 to 2.49)",
        "  did not hold   second half of the pilot only       −0.02  (−0.41 to 0.34)",
        "  not run        weighted by people, not teams",
        "What else could have made it: 2 looked at, 1 with an alarm.",
        "  alarm          a novelty that fades: second half less first half: −0.93 days (−1.2 to −0.6); the",
        "                 effect fades.",
    ]


def test_for_whom_is_a_line_a_metric() -> None:
    assert analysis_text(anchor_days()).splitlines()[-2] == (
        "For whom: No group’s burnout limit is broken; one is unsure"
    )


def test_every_goal_has_its_own_lines_within_the_columns() -> None:
    lines = analysis_text(CASES["two_goals_two_arms"]()).splitlines()
    assert max(map(len, lines)) <= WIDTH + 2  # the line of adherence is the page's own
    assert sum(line.startswith("Cycle time: held in 13 of 15") for line in lines) == 2
    assert "Leave one pair out: the range is not shown, and the sign flips." in lines


@pytest.mark.parametrize("name", CASES)
def test_every_page_has_its_lines_in_the_same_columns(name: str) -> None:
    page = CASES[name]()
    text = analysis_text(page)
    plain = to_plain(text)
    assert plain.isascii()
    rows = [line for line in text.splitlines() if re.match("(goal|guardrail|watch)( |$)", line)]
    count = sum(len(arm.goals) + (len(arm.promises.rows) if arm.promises else 0) for arm in page.arms)
    assert len(rows) == count
    assert text.splitlines()[-1] == f"  next: pilotlab decide {page.pilot}"


def test_a_goal_without_a_number_says_its_state_and_why() -> None:
    page = next(iter(CASES.values()))()
    goal = page.arms[0].goals[0]
    hidden = replace(goal, effect=type(goal.effect)(reason="fewer than 10 people"), state="open")
    arm = replace(page.arms[0], goals=(hidden,))
    assert "open: fewer than 10 people" in analysis_text(replace(page, arms=(arm,)))


def test_a_goal_at_its_own_level_says_so() -> None:
    page = next(iter(CASES.values()))()
    arm = replace(page.arms[0], goals=tuple(replace(goal, level=0.975) for goal in page.arms[0].goals))
    assert "(97.5 %" in analysis_text(replace(page, arms=(arm,)))
