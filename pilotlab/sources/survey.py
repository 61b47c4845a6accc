"""Survey: what the cells of a column say of how its numbers and dates are written, before any of them is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pilotlab.errors import UsageError
from pilotlab.sources.layout import Layout
from pilotlab.sources.number_cells import marks_said
from pilotlab.sources.week_cells import Habits
from pilotlab.tables.dates import numbers_are_weeks, order_of
from pilotlab.tables.delimited import Table
from pilotlab.tables.marks import COMMA, Marks
from pilotlab.tables.marks import Survey as Column

_COMMA_IN_QUOTES = re.compile(r'"[^"\n]{0,30}\d?,\d')
_POINT_AND_THREE = re.compile(r"\d\.\d{3}(?!\d)")
_SPECKLED = frozenset(".,")


@dataclass(frozen=True, slots=True)
class Said:
    """What the options of a command say of the file.

    Attributes
    ----------
    marks : Marks or None
        As `--decimal` and `--thousands` say.
    habits : Habits or None
        As `--dayfirst` or `--monthfirst` says.
    """

    marks: Marks | None = None
    habits: Habits | None = None


def how_written(order: str = "", decimal: str = "", thousands: str = "") -> Said:
    """What `--dayfirst`, `--monthfirst`, `--decimal` and `--thousands` say.

    Raises
    ------
    UsageError
        Where one mark can't stand for both.
    """
    marks = marks_said(decimal, thousands)
    if marks is not None and marks.at_odds_with_itself:
        raise UsageError(
            f"--decimal and --thousands are both {decimal}", fix="name two marks, or decimals alone"
        )
    habits = Habits("day" if order == "day" else "month", said=True) if order else None
    return Said(marks, habits)


def marks_of(table: Table, layout: Layout, said: Said) -> Mapping[int, Marks]:
    """Return what is known of the marks in each column of numbers, by position."""
    if said.marks is not None:
        return dict.fromkeys(layout.numbers, said.marks)
    doubted = table.delimiter != ","
    if not _needs_a_look(table):
        return dict.fromkeys(layout.numbers, Marks(doubted=doubted))
    columns = {place: Column() for place in layout.numbers}
    for _, cells in table.rows():
        for place, column in columns.items():
            if place < len(cells) and not _SPECKLED.isdisjoint(cells[place]):
                column.look((cells[place],))
    commas = {place for place, column in columns.items() if (COMMA, "decimal") in column.roles}
    return {
        place: column.marks(doubted=doubted, elsewhere=bool(commas - {place}))
        for place, column in columns.items()
    }


def _needs_a_look(table: Table) -> bool:
    """Whether any number of the file may hold a mark that is no decimal point."""
    text = table.text
    if table.delimiter == ",":
        return '"' in text and _COMMA_IN_QUOTES.search(text) is not None
    return "," in text or _POINT_AND_THREE.search(text) is not None


def habits_of(table: Table, layout: Layout, said: Said) -> Habits:
    """Return how the weeks of the table are written."""
    place = layout.at["week"]
    texts = {cells[place] for _, cells in table.rows() if place < len(cells)}
    by_number = numbers_are_weeks(texts)
    if said.habits is not None:
        return Habits(said.habits.order, said=True, by_number=by_number)
    return Habits(order_of(texts), by_number=by_number)
