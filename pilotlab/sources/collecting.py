"""Collecting: rows of text to columns of values, with a finding for each cell that can't be taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from itertools import islice, repeat
from operator import le
from typing import Any, NamedTuple

from pilotlab.errors import PilotlabError
from pilotlab.sources.findings import Findings
from pilotlab.sources.tables import Table
from pilotlab.sources.values import (
    Problem,
    bounds,
    check_parts,
    check_value,
    read_count,
    read_gap,
    read_number,
    read_slice,
    read_week,
    unknown_name,
)
from pilotlab.spec.metric import MetricSpec

CHUNK = 10_000
LONG = ("team", "week", "metric", "value", "numerator", "denominator", "n", "slice", "gap")
PARTS = ("numerator", "denominator", "n", "slice", "gap")
_PLAIN = frozenset("0123456789.+-eE ")
Find = Callable[[str], MetricSpec | None]


class Cell(NamedTuple):
    """What a row says besides its value."""

    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    slice: str = ""
    gap: str | None = None


class Collector:
    """Takes rows in and keeps what is good, by column; whole chunks at once where nothing is odd.

    `find` looks a metric up; `teams` are the names that are known.
    """

    def __init__(
        self, findings: Findings, *, teams: Collection[str], metrics: Sequence[str], find: Find, today: date
    ) -> None:
        self.findings = findings
        self.teams: list[str] = []
        self.metrics: list[MetricSpec] = []
        self.row: list[int] = []
        self.team: list[int] = []
        self.week: list[int] = []
        self.metric: list[int] = []
        self.value: list[float | None] = []
        self.cells: dict[int, Cell] = {}  # of the few rows that say more than a value
        self.blank = 0
        self.read = 0
        self._known, self._metric_names, self._find, self._today = frozenset(teams), metrics, find, today
        self._team_at: dict[str, int] = {}
        self._week_at: dict[str, int] = {}
        self._metric_at: dict[str, int] = {}
        self._problems: dict[tuple[str, str], Problem] = {}
        self._bounds: list[tuple[float, float]] = []

    @property
    def metric_names(self) -> Sequence[str]:
        """Names of the catalogue."""
        return self._metric_names

    def is_metric(self, text: str) -> bool:
        """Whether a column's name is a metric's."""
        return self._find(text) is not None

    def take(self, table: Table) -> None:
        """Read a table to its end, long or wide by its header."""
        at = {name: position for position, name in enumerate(table.header)}
        chunk_of = self._long if "metric" in at else self._wide
        while chunk := list(islice(table.rows, CHUNK)):
            self.read += len(chunk)
            chunk_of(self._whole(chunk, len(table.header)), at)

    def _whole(self, chunk: list[tuple[int, list[str]]], width: int) -> list[tuple[int, list[str]]]:
        """Drop rows with too few or too many cells."""
        if set(map(len, (cells for _, cells in chunk))) == {width}:
            return chunk
        for number, cells in chunk:
            if len(cells) != width:
                fix = 'quote a cell that holds the mark between columns: "a, b"'
                self.findings.add(
                    Problem("PL407", f"the row has {len(cells)} cells, the header {width}", fix), number
                )
        return [(number, cells) for number, cells in chunk if len(cells) == width]

    # long: a row a value

    def _long(self, chunk: list[tuple[int, list[str]]], at: Mapping[str, int]) -> None:
        if not chunk:
            return
        columns = list(zip(*(cells for _, cells in chunk), strict=True))
        odd = any(any(columns[at[name]]) for name in PARTS if name in at)
        if odd or not self._long_at_once(chunk, columns, at):
            for number, cells in chunk:
                self._long_row(number, {name: cells[place].strip() for name, place in at.items()})

    def _long_at_once(
        self, chunk: Sequence[tuple[int, Any]], columns: Sequence[Sequence[str]], at: Mapping[str, int]
    ) -> bool:
        """Take a chunk without looking at its rows one by one; False, and nothing taken, where a cell needs a look."""
        names = columns[at["metric"]]
        for name in set(names) - self._metric_at.keys():
            self._learn_metric(name)
        metric = list(map(self._metric_at.get, names))
        placed = self._placed(columns[at["team"]], columns[at["week"]])
        if placed is None or None in metric:
            return False
        values = self._numbers(columns[at["value"]], metric)  # type: ignore[arg-type]
        if values is None:
            return False
        self._extend([number for number, _ in chunk], *placed, metric, values)  # type: ignore[arg-type]
        return True

    def _long_row(self, number: int, row: Mapping[str, str]) -> None:
        place = self._place(number, row)
        metric = self._metric(number, row["metric"])
        cell = self._cell(number, row)
        value = self._value(number, "value", row["value"], metric, cell.gap if cell else None)
        if place is None or metric is None or cell is None or isinstance(value, Problem):
            return
        spec = self.metrics[metric]
        if value is None and cell.gap is None and cell.numerator is None and cell.denominator is None:
            self.blank += 1
        elif problem := check_parts(value, cell.numerator, cell.denominator, spec):
            self.findings.add(problem, number, column="numerator", value=row.get("numerator"))
        else:
            self._append(number, place, metric, value, cell)

    def _cell(self, number: int, row: Mapping[str, str]) -> Cell | None:
        """Read what stands beside the value; None where some of it can't be read."""
        readers: dict[str, Callable[[str], Any]] = {
            "numerator": read_number,
            "denominator": read_number,
            "n": read_count,
            "gap": read_gap,
            "slice": read_slice,
        }
        read: dict[str, Any] = {}
        for name, reader in readers.items():
            if text := row.get(name, ""):
                read[name] = reader(text)
                if isinstance(read[name], Problem):
                    self.findings.add(read[name], number, column=name, value=text)
        if any(isinstance(part, Problem) for part in read.values()):
            return None
        if read.get("gap") and any(row.get(name) for name in ("value", "numerator", "denominator")):
            what = f"a value {row['value']!r} beside the reason {read['gap']!r}"
            self.findings.add(
                Problem("PL419", what, "keep one of the two"), number, column="gap", value=row["gap"]
            )
            return None
        return Cell(**read)

    # wide: a column a metric

    def _wide(self, chunk: list[tuple[int, list[str]]], at: Mapping[str, int]) -> None:
        if not chunk:
            return
        columns = list(zip(*(cells for _, cells in chunk), strict=True))
        rows = [number for number, _ in chunk]
        names = [name for name in at if name not in ("team", "week")]
        for name in names:
            self._learn_metric(name)
        placed = self._placed(columns[at["team"]], columns[at["week"]])
        for name in names:
            metric, texts = self._metric_at[name], columns[at[name]]
            values = self._numbers(texts, [metric] * len(texts)) if placed else None
            if placed and values is not None:
                self._extend(rows, *placed, [metric] * len(texts), values)
            else:
                self._wide_cells(chunk, at, name, metric)
        if placed is None:
            self._report_places(chunk, at)

    def _wide_cells(
        self, chunk: Sequence[tuple[int, list[str]]], at: Mapping[str, int], name: str, metric: int
    ) -> None:
        for number, cells in chunk:
            text = cells[at[name]].strip()
            place = self._place(number, {key: cells[at[key]].strip() for key in ("team", "week")}, quiet=True)
            gap = read_gap(text) if text and text[0].isalpha() else None
            if isinstance(gap, str):
                if place:
                    self._append(number, place, metric, None, Cell(gap=gap))
                continue
            value = self._value(number, name, text, metric, None)
            if not text:
                self.blank += 1
            elif place and not isinstance(value, Problem):
                self._append(number, place, metric, value, Cell())

    def _report_places(self, chunk: Sequence[tuple[int, list[str]]], at: Mapping[str, int]) -> None:
        for number, cells in chunk:
            self._place(number, {key: cells[at[key]].strip() for key in ("team", "week")})

    # cells

    def _placed(self, teams: Sequence[str], weeks: Sequence[str]) -> tuple[list[int], list[int]] | None:
        """Positions of teams and codes of weeks; None where one is not known."""
        for text in set(teams) - self._team_at.keys():
            self._learn_team(text)
        for text in set(weeks) - self._week_at.keys():
            self._learn_week(text)
        team, week = list(map(self._team_at.get, teams)), list(map(self._week_at.get, weeks))
        return None if None in team or None in week else (team, week)  # type: ignore[return-value]

    def _place(self, number: int, row: Mapping[str, str], *, quiet: bool = False) -> tuple[int, int] | None:
        team = self._team_at.get(row["team"], self._learn_team(row["team"]))
        week = self._week_at.get(row["week"], self._learn_week(row["week"]))
        for name, found in (("team", team), ("week", week)):
            if found is None and not quiet:
                self.findings.add(self._problems[name, row[name]], number, column=name, value=row[name])
        return None if team is None or week is None else (team, week)

    def _learn_team(self, text: str) -> int | None:
        if text in self._known and text not in self._team_at:
            self._team_at[text] = len(self.teams)
            self.teams.append(text)
        elif text not in self._known:
            self._remember("team", text, lambda: unknown_name("team", text, self._known))
        return self._team_at.get(text)

    def _learn_week(self, text: str) -> int | None:
        if text not in self._week_at and ("week", text) not in self._problems:
            week = read_week(text.strip(), self._today)
            if isinstance(week, Problem):
                self._problems["week", text] = week
            else:
                self._week_at[text] = week.code
        return self._week_at.get(text)

    def _learn_metric(self, text: str) -> int | None:
        if text in self._metric_at:
            return self._metric_at[text]
        spec = self._find(text)
        if spec is None:
            self._remember("metric", text, lambda: unknown_name("metric", text, self._metric_names))
            return None
        if spec not in self.metrics:
            self.metrics.append(spec)
            self._bounds.append(bounds(spec))
        self._metric_at[text] = self.metrics.index(spec)
        return self._metric_at[text]

    def _remember(self, kind: str, text: str, problem: Callable[[], Problem]) -> None:
        if (kind, text) not in self._problems:
            self._problems[kind, text] = problem()

    def _metric(self, number: int, text: str) -> int | None:
        found = self._learn_metric(text)
        if found is None:
            self.findings.add(self._problems["metric", text], number, column="metric", value=text)
        return found

    def _value(
        self, number: int, column: str, text: str, metric: int | None, gap: str | None
    ) -> float | Problem | None:
        if not text or gap:
            return None
        value = read_number(text)
        problem = (
            value
            if isinstance(value, Problem)
            else check_value(value, self.metrics[metric])
            if metric is not None
            else None
        )
        if problem:
            self.findings.add(problem, number, column=column, value=text)
        return problem or value

    def _numbers(self, texts: Sequence[str], metric: Sequence[int]) -> list[float] | None:
        """Read a column of plain numbers within their bounds; None where any cell is not one."""
        if not _PLAIN.issuperset("".join(texts)):
            return None
        try:
            values = [number + 0.0 for number in map(float, texts)]
        except ValueError:
            return None
        low, high = ([bound[side] for bound in self._bounds] for side in (0, 1))
        inside = all(map(le, map(low.__getitem__, metric), values)) and all(
            map(le, values, map(high.__getitem__, metric))
        )
        return values if inside else None

    # what was taken

    def _extend(
        self, rows: Sequence[int], team: list[int], week: list[int], metric: list[int], value: Sequence[float]
    ) -> None:
        self.row += rows
        self.team += team
        self.week += week
        self.metric += metric
        self.value += value

    def _append(
        self, number: int, place: tuple[int, int], metric: int, value: float | None, cell: Cell
    ) -> None:
        if cell != Cell():
            self.cells[len(self.row)] = cell
        self.row.append(number)
        self.team.append(place[0])
        self.week.append(place[1])
        self.metric.append(metric)
        self.value.append(value)

    def part(self, name: str) -> list[Any] | None:
        """Return a column of `Cell`; None where no row says anything in it."""
        empty = getattr(Cell(), name)
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

    def keep(self, good: Sequence[int]) -> None:
        """Keep the rows at these positions alone."""
        self.cells = {new: self.cells[old] for new, old in enumerate(good) if old in self.cells}
        for name in ("row", "team", "week", "metric", "value"):
            column = getattr(self, name)
            setattr(self, name, [column[at] for at in good])


def finder(catalogue: Any) -> Find:
    """Look metrics up in a catalogue; None for a name it doesn't have."""

    def find(text: str) -> MetricSpec | None:
        try:
            found: MetricSpec = catalogue.get(text.strip())
        except PilotlabError:
            return None
        return found

    return find
