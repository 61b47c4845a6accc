"""Codes: every finding that `import` and `log` can make, with its level. docs/reference/findings-import.md has an entry for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pilotlab.errors import Level


class Code(NamedTuple):
    """What a code stands for."""

    level: Level
    title: str


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "PL401": Code("error", "the table can't be read"),
        "PL402": Code("error", "the table is no text, or in an encoding that can't be told"),
        "PL403": Code("error", "the table has no rows"),
        "PL404": Code("error", "a column is missing"),
        "PL405": Code("error", "a column without a name, or named twice"),
        "PL406": Code("error", "a column that is neither known nor a metric"),
        "PL407": Code("error", "a row with too few or too many cells"),
        "PL408": Code("error", "a team that is not known"),
        "PL409": Code("error", "a metric that is not known"),
        "PL410": Code("error", "neither an ISO week nor a Monday"),
        "PL411": Code("error", "a date whose order of day and month must be guessed"),
        "PL412": Code("error", "a spreadsheet's day number"),
        "PL413": Code("error", "a week that has not begun"),
        "PL414": Code("error", "not a number"),
        "PL415": Code("error", "a number with text beside it"),
        "PL416": Code("error", "a mark in a number: for decimals or for thousands?"),
        "PL417": Code("error", "a value out of range"),
        "PL418": Code("error", "not a finite, plausible number"),
        "PL419": Code("error", "a value beside a reason for a gap"),
        "PL420": Code("error", "a reason for a gap that is not on the list"),
        "PL421": Code("error", "numerator and denominator don't fit"),
        "PL422": Code("error", "a count of people or events that is no whole number"),
        "PL423": Code("error", "two rows that contradict each other"),
        "PL424": Code("note", "the same row twice, counted once"),
        "PL425": Code("note", "rows without a value: nothing is logged"),
        "PL426": Code("error", "a stored value would change, and nobody said why"),
        "PL427": Code("note", "shares without numerator and denominator"),
        "PL428": Code("error", "a slice that names no group"),
        "PL429": Code("note", "how the table was read"),
        "PL430": Code("error", "a row that is no team's week"),
    }
)
