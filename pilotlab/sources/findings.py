"""Findings of a table: all are counted, the same fault in many rows is told once, the first are kept to be shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pilotlab.errors import Finding, Level, Span
from pilotlab.sources.codes import CODES
from pilotlab.sources.problem import Problem
from pilotlab.tables.rows import EACH, listed

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
