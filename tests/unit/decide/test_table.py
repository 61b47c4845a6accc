"""The table in code is the table on the page that leaders read, cell by cell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from pilotlab.decide.ladder import GoalState, Rung
from pilotlab.decide.verdict_table import NO_HARM, TABLE, Cell, Column

PAGE = Path(__file__).parents[3] / "docs/explanation/decision-rule.md"
RUNGS = {
    "Stop": Rung.STOP,
    "Extend*": Rung.EXTEND_STAR,
    "Scale with changes": Rung.SCALE_WITH_CHANGES,
    "Scale": Rung.SCALE,
}

# product.md section 4, word for word; the page holds the same rows.
PRODUCT = """\
| goal \\ a guardrail | safe | unproven | leaning bad | breached, fixable | breached, stop |
|---|---|---|---|---|---|
| clear yes | **Scale** | Scale with changes (staged, 20 % holdback) | Extend*; if fixable, Scale with changes (named fix first) | Scale with changes (named fix first) | **Stop** |
| open | Extend*; cheap: Scale with changes | Extend* | Extend* | Stop | Stop |
| cannot tell | Extend* | Extend* | Extend* | Stop | Stop |
| too small | Stop; cheap: Scale with changes | Stop; cheap: Extend* | Stop | Stop | Stop |
| ruled out, worse | Stop | Stop | Stop | Stop | Stop |"""


def cells() -> list[tuple[str, str, str]]:
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in PRODUCT.splitlines())
    return [
        (goal, column, text)
        for row in rows
        for goal in row[0].split(", ")
        for column, text in zip(head[1:], row[1:], strict=True)
    ]


def read(text: str) -> tuple[Rung, str]:
    """A part of a cell: its rung, and what it asks for."""
    rung, _, note = re.fullmatch(r"([^(]*?)( \((.*)\))?", text).groups()
    asked = {None: "", "staged, 20 % holdback": "staged", "named fix first": "fix first"}
    return RUNGS[rung.strip()], asked[note]


def expected(text: str, *, cheap: bool, fixable: bool) -> tuple[Rung, str]:
    base, _, rest = text.replace("**", "").partition("; ")
    if rest.startswith("cheap: ") and cheap:
        return read(rest.removeprefix("cheap: "))[0], "cheap"
    if rest.startswith("if fixable, ") and fixable:
        return read(rest.removeprefix("if fixable, "))
    return read(base)


@pytest.mark.parametrize(("goal", "column", "text"), cells())
@pytest.mark.parametrize("cheap", [False, True])
@pytest.mark.parametrize("fixable", [False, True])
def test_every_cell_is_the_one_of_the_product_page(
    goal: GoalState, column: Column, text: str, cheap: bool, fixable: bool
) -> None:
    assert TABLE[goal][column].read(cheap=cheap, fixable=fixable) == expected(
        text, cheap=cheap, fixable=fixable
    )


def test_the_page_for_leaders_holds_the_same_table() -> None:
    assert PRODUCT in PAGE.read_text(encoding="utf-8")


def test_the_table_has_a_cell_for_every_pair_of_states() -> None:
    assert set(TABLE) == set(get_args(GoalState))
    assert all(set(row) == set(get_args(Column)) for row in TABLE.values())
    assert set(NO_HARM) == set(get_args(Column))


def test_do_no_harm_is_the_sentence_of_the_product_page() -> None:
    """ "safe: Scale; unproven or leaning bad: Extend*; fixable breach: Extend* with the fix; stop breach: Stop"."""
    assert dict(NO_HARM) == {
        "safe": Cell(Rung.SCALE),
        "unproven": Cell(Rung.EXTEND_STAR),
        "leaning bad": Cell(Rung.EXTEND_STAR),
        "breached, fixable": Cell(Rung.EXTEND_STAR, "fix first"),
        "breached, stop": Cell(Rung.STOP),
    }
