"""Taken: the good values and gaps of a table, by column."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from pilotlab.spec.metric import MetricSpec


class Cell(NamedTuple):
    """What a row says besides its value and n."""

    numerator: float | None = None
    denominator: float | None = None
    slice: str = ""
    gap: str | None = None


BARE = Cell()
PARTS = ("numerator", "denominator", "n", "slice", "gap")


class Taken:
    """Rows by column; `team` and `metric` are positions in `teams` and `metrics`, `week` is a week's code."""

    def __init__(self) -> None:
        self.teams: list[str] = []
        self.metrics: list[MetricSpec] = []
        self.row: list[int] = []
        self.team: list[int] = []
        self.week: list[int] = []
        self.metric: list[int] = []
        self.value: list[float | None] = []
        self.n: list[int | None] = []
        self.cells: dict[int, Cell] = {}  # of the few rows that say more

    def extend(
        self,
        rows: Iterable[int],
        team: Iterable[int],
        week: Iterable[int],
        metric: Iterable[int],
        value: Sequence[float],
        n: Sequence[int | None] | None,
    ) -> None:
        """Take many rows that say a value, and at most n beside it."""
        self.row += rows
        self.team += team
        self.week += week
        self.metric += metric
        self.value += value
        self.n += repeat(None, len(value)) if n is None else n

    def append(
        self, number: int, place: tuple[int, int], metric: int, value: float | None, n: int | None, cell: Cell
    ) -> None:
        """Take one row."""
        if cell != BARE:
            self.cells[len(self.row)] = cell
        self.row.append(number)
        self.team.append(place[0])
        self.week.append(place[1])
        self.metric.append(metric)
        self.value.append(value)
        self.n.append(n)

    def part(self, name: str) -> list[Any] | None:
        """Return a column of PARTS; None where no row says anything in it."""
        if name == "n":
            return None if self.n.count(None) == len(self.n) else list(self.n)
        empty = getattr(BARE, name)
        said = {at: getattr(cell, name) for at, cell in self.cells.items() if getattr(cell, name) != empty}
        if not said:
            return None
        column = list(repeat(empty, len(self.row)))
        for at, part in said.items():
            column[at] = part
        return column

    def keys(self) -> list[Hashable]:
        """Return what tells rows apart: metric, week, team and slice; one whole number where there are no slices."""
        slices = self.part("slice")
        if slices is not None:
            return list(zip(self.metric, self.week, self.team, slices, strict=True))
        teams, span = len(self.teams), 1_000_000  # a week's code has six digits
        places = zip(self.metric, self.week, self.team, strict=True)
        return [(metric * span + week) * teams + team for metric, week, team in places]

    def said(self, at: int) -> tuple[Any, ...]:
        """Return all that a row says of its cell."""
        return self.value[at], self.n[at], self.cells.get(at, BARE)

    def keep(self, good: Sequence[int]) -> None:
        """Keep the rows at these positions alone."""
        self.cells = {new: self.cells[old] for new, old in enumerate(good) if old in self.cells}
        for name in ("row", "team", "week", "metric", "value", "n"):
            column = getattr(self, name)
            setattr(self, name, [column[at] for at in good])
