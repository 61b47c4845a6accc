"""Findings of a table: what is wrong with a cell, under which code; all are counted, the same fault in many rows is told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from pilotlab.errors import Finding, Level, Span
from pilotlab.tables.faults import EACH, listed
from pilotlab.tables.marks import plainly
from pilotlab.weeks import Week
from pilotlab.wording.numbers import count


@dataclass(frozen=True, slots=True)
class Problem:
    """A code to look up, and what would do.

    `fault` names what several cells of a column have in common; many of one fault are told at once, with their rows.
    """

    code: str
    what: str
    fix: str
    fault: str = ""


def short(text: str) -> str:
    """A cell as a message quotes it."""
    return text if len(text) <= 40 else text[:37] + "..."


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


SHOWN = 50  # findings


@dataclass(slots=True)
class _Fault:
    """One fault of one column: the first cells that have it, and every row."""

    column: str
    level: Level
    first: list[tuple[Problem, int, object]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class Findings:
    """Collects what is wrong with a table, by row, and what there is to tell of it."""

    def __init__(self, shown: str) -> None:
        self.file = shown
        self.counts: Counter[str] = Counter()
        self.bad_rows: set[int] = set()
        self._faults: dict[tuple[str, str, str], _Fault] = {}
        self._told: list[Finding] = []

    def add(self, problem: Problem, row: int = 0, *, column: str = "", value: object = None) -> None:
        """Note a problem of a row, or of the whole file where `row` is 0."""
        self.counts[problem.code] += 1
        level = CODES[problem.code].level
        if row and level == "error":
            self.bad_rows.add(row)
        key = (problem.code, column, problem.fault or problem.what)
        fault = self._faults.setdefault(key, _Fault(column, level))
        fault.rows.append(row)
        if len(fault.first) < EACH:
            fault.first.append((problem, row, value))

    def tell(self, code: str, what: str, row: int = 0, *, fix: str = "") -> None:
        """Tell what was recognised and read as it was meant: a note that counts as nothing wrong."""
        self._told.append(Finding(code, "note", what, Span(self.file, row), fix=fix))

    @property
    def errors(self) -> int:
        """How many errors there are, shown or not."""
        return sum(count for code, count in self.counts.items() if CODES[code].level == "error")

    def shown(self) -> tuple[Finding, ...]:
        """What was recognised, then the first errors in row order, then the notes."""
        every = [finding for fault in self._faults.values() for finding in self._findings(fault)]
        return (*self._told, *_in_order(every, "error")[:SHOWN], *_in_order(every, "note")[:SHOWN])

    def _findings(self, fault: _Fault) -> list[Finding]:
        if len(fault.rows) <= EACH:
            return [self._finding(fault, *cell) for cell in fault.first]
        problem, row, value = fault.first[0]
        what = f"{problem.what}; the same in {listed(fault.rows)}"
        return [self._finding(fault, Problem(problem.code, what, problem.fix), row, value, tuple(fault.rows))]

    def _finding(
        self, fault: _Fault, problem: Problem, row: int, value: object, rows: tuple[int, ...] = ()
    ) -> Finding:
        what = f"column {fault.column}: {problem.what}" if fault.column else problem.what
        return Finding(problem.code, fault.level, what, Span(self.file, row), value, problem.fix, rows)


def _in_order(findings: list[Finding], level: Level) -> list[Finding]:
    chosen = [finding for finding in findings if finding.level == level]
    return sorted(chosen, key=lambda finding: finding.where.line if finding.where else 0)


_SHOWN = 6  # columns that a note names


class Told:
    """Collects ways of writing, each with its columns and its first cell."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[str, float, dict[str, int]]] = {}
        self._weeks: dict[str, tuple[str, Week]] = {}

    def number(self, column: str, text: str, value: float, how: tuple[str, ...]) -> None:
        """Note how a number was written."""
        for way in how:
            _, _, columns = self._numbers.setdefault(way, (text, value, {}))
            columns[column] = columns.get(column, 0) + 1

    def week(self, text: str, week: Week, how: str) -> None:
        """Note how a week was written."""
        if how:
            self._weeks.setdefault(how, (text.strip(), week))

    def tell(self, findings: Findings) -> None:
        """Tell each way once."""
        for how, (text, week) in self._weeks.items():
            code = "PL411" if how in ("day first", "month first") else "PL410"
            what = f"column week: {text!r} is read as {week}: {how}"
            findings.tell(code, what, fix=f"nothing, where {week} is meant; else write the week that is")
        for how, (text, value, columns) in self._numbers.items():
            names = [*list(columns)[:_SHOWN], *(["..."] if len(columns) > _SHOWN else [])]
            cells = sum(columns.values())
            many = f" ({count(cells)} cells)" if cells > 1 else ""
            label = "column" if len(columns) == 1 else "columns"
            what = f"{label} {', '.join(names)}: {text!r} is read as {plainly(value)}: {how}{many}"
            fix = f"nothing, where {plainly(value)} is meant; else --decimal and --thousands say what is"
            findings.tell("PL416", what, fix=fix)
