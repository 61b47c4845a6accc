"""Told: how cells were written that were read as they were meant, one note a way."""

from __future__ import annotations

from pilotlab.sources.findings import Findings
from pilotlab.tables.marks import plainly
from pilotlab.weeks import Week
from pilotlab.wording.numbers import count

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
