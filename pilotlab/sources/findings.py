"""Findings of a table: all are counted, the first of them are kept to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pilotlab.errors import Finding, Span
from pilotlab.sources.codes import CODES
from pilotlab.sources.values import Problem

SHOWN = 50


class Findings:
    """Collects what is wrong with a table, by row."""

    def __init__(self, shown: str) -> None:
        self.file = shown
        self.counts: Counter[str] = Counter()
        self.bad_rows: set[int] = set()
        self._kept: list[Finding] = []
        self._last: dict[str, int] = {}

    def add(self, problem: Problem, row: int = 0, *, column: str = "", value: object = None) -> None:
        """Note a problem of a row, or of the whole file where `row` is 0."""
        self.counts[problem.code] += 1
        level = CODES[problem.code].level
        if row and level == "error":
            self.bad_rows.add(row)
        if self._kept_of(problem.code) < SHOWN:
            what = f"column {column}: {problem.what}" if column else problem.what
            self._kept.append(Finding(problem.code, level, what, Span(self.file, row), value, problem.fix))
            self._last[problem.code] = self._kept_of(problem.code) + 1

    def _kept_of(self, code: str) -> int:
        return self._last.get(code, 0)

    @property
    def errors(self) -> int:
        """How many errors there are, shown or not."""
        return sum(count for code, count in self.counts.items() if CODES[code].level == "error")

    def shown(self) -> tuple[Finding, ...]:
        """The first errors in row order, then the notes."""
        return (*_in_order(self._kept, "error")[:SHOWN], *_in_order(self._kept, "note")[:SHOWN])


def _in_order(findings: Iterable[Finding], level: str) -> list[Finding]:
    chosen = [finding for finding in findings if finding.level == level]
    return sorted(chosen, key=lambda finding: finding.where.line if finding.where else 0)
