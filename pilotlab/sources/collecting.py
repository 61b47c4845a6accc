"""Collecting: rows of text to values by column, with a finding for each cell that can't be taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from itertools import islice
from operator import le
from typing import Any

from pilotlab.errors import PilotlabError
from pilotlab.sources.findings import Findings, Problem, Told
from pilotlab.sources.layout import Find, Layout, Measure, Names
from pilotlab.sources.number_cells import number_told
from pilotlab.sources.survey import Said, habits_of, marks_of
from pilotlab.sources.table_file import Table
from pilotlab.sources.taken import PARTS, Cell, Taken
from pilotlab.sources.values import (
    check_value,
    entered_bounds,
    read_count,
    read_gap,
    read_slice,
    unknown_name,
    whole_value,
)
from pilotlab.sources.week_cells import Habits, week_told
from pilotlab.spec.metric import MetricSpec
from pilotlab.tables.faults import stray
from pilotlab.tables.marks import Marks

CHUNK = 10_000
_PLAIN = frozenset("0123456789.+-eE ")
_SLOW = tuple(name for name in PARTS if name != "n")  # parts that are read row by row
Row = tuple[int, list[str]]


class Collector:
    """Takes rows in and keeps what is good; whole chunks at once where nothing is odd."""

    def __init__(
        self, findings: Findings, *, teams: Collection[str], names: Names, today: date, said: Said
    ) -> None:
        self.findings, self.names, self.taken, self.told = findings, names, Taken(), Told()
        self.blank = 0
        self.read = 0
        self._known, self._today, self._said = frozenset(teams), today, said
        self._team_at: dict[str, int] = {}
        self._week_at: dict[str, int] = {}
        self._metric_at: dict[str, int] = {}
        self._n_at: dict[str, int | None] = {"": None}
        self._problems: dict[tuple[str, str], Problem] = {}
        self._bounds: list[tuple[float, float]] = []
        self._rated: set[int] = set()  # metrics whose count is entered, not their value
        self._habits: Habits | None = None
        self._marks: Mapping[int, Marks] = {}
        self._above = ("", 0)  # the last team that was named, and its row
        self._labels = 0  # the last row of the header and of labels below it

    def take(self, table: Table, layout: Layout) -> None:
        """Read a table to its end, long or wide."""
        self._table, self._layout, self._labels = table, layout, table.header_row
        self._marks = marks_of(table, layout, self._said)
        self._habits = habits_of(table, layout, self._said) if self._said.habits else None
        for name in [measure.metric.key for measure in layout.measures]:
            self._learn_metric(name)
        chunk_of, rows = self._long if layout.kind == "long" else self._wide, table.rows()
        while chunk := list(islice(rows, CHUNK)):
            self.read += len(chunk)
            if chunk := self._whole(chunk):
                chunk_of(chunk)
        self.told.tell(self.findings)

    def _whole(self, chunk: list[Row]) -> list[Row]:
        """Drop rows with too few or too many cells, and cells where the header has no name."""
        width, blank = self._layout.width, self._layout.blank
        if set(map(len, (cells for _, cells in chunk))) == {width} and not blank:
            return chunk
        return [(number, cells) for number, cells in chunk if self._fits(number, cells, width, blank)]

    def _fits(self, number: int, cells: list[str], width: int, blank: Sequence[int]) -> bool:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if problem := self._stray(number, cells) if len(cells) != width else None:
            self.findings.add(problem, number)
        elif len(cells) != width:
            fix = 'quote a cell that holds the mark between columns: "a, b"'
            what = f"the row has {len(cells)} cells, the header {width}"
            self.findings.add(Problem("PL407", what, fix, f"{len(cells)} cells"), number)
        elif any(cells[place].strip() for place in blank):
            self.findings.add(
                Problem(
                    "PL405",
                    "a cell stands under a column without a name",
                    "name the column, or remove it",
                    "no name",
                ),
                number,
            )
        else:
            return True
        return False

    # long: a row a value

    def _long(self, chunk: list[Row]) -> None:
        at = self._layout.at
        columns = list(zip(*(cells for _, cells in chunk), strict=True))
        odd = any(any(columns[at[name]]) for name in _SLOW if name in at)
        if odd or not self._long_at_once(chunk, columns):
            for number, cells in self._team_weeks(chunk):
                self._long_row(number, {name: cells[place].strip() for name, place in at.items()})

    def _long_at_once(self, chunk: Sequence[Row], columns: Sequence[Sequence[str]]) -> bool:
        """Take a chunk without looking at its rows one by one; False, and nothing taken, where a cell needs a look."""
        at, names = self._layout.at, columns[self._layout.at["metric"]]
        for name in set(names) - self._metric_at.keys():
            self._learn_metric(name)
        metric = list(map(self._metric_at.get, names))
        placed = self._placed(columns)
        if placed is None or None in metric:
            return False
        values = self._numbers(columns[at["value"]], metric, self._marks[at["value"]])  # type: ignore[arg-type]
        n = self._counts(columns[at["n"]]) if "n" in at else ()
        if values is None or n is None:
            return False
        rows = [number for number, _ in chunk]
        self.taken.extend(rows, *placed, metric, values, n or None)  # type: ignore[arg-type]
        return True

    def _long_row(self, number: int, row: Mapping[str, str]) -> None:
        place = self._place(number, row["team"], row["week"])
        metric = self._metric(number, row["metric"])
        spec = None if metric is None else self.taken.metrics[metric]
        at = self._layout.at
        texts = {
            name: (name, row.get(name, ""), at.get(name, -1))
            for name in ("value", "numerator", "denominator", "n")
        }
        beside = self._beside(number, row)
        if beside and beside.gap:
            read: tuple[Any, ...] | None = (
                (None, None, None, None) if not row.get("n") else self._parts(number, texts, spec)
            )
        else:
            read = self._parts(number, texts, spec)
        if place is None or metric is None or beside is None or read is None:
            return
        value, numerator, denominator, n = read
        if value is None and beside.gap is None:
            self.blank += 1
        else:
            self.taken.append(
                number, place, metric, value, n, Cell(numerator, denominator, beside.slice, beside.gap)
            )

    def _beside(self, number: int, row: Mapping[str, str]) -> Cell | None:
        """Read slice and reason; None where one can't be read, or a reason stands beside a value."""
        readers: dict[str, Callable[[str], str | Problem]] = {"gap": read_gap, "slice": read_slice}
        read = {name: reader(row[name]) for name, reader in readers.items() if row.get(name)}
        for name, part in read.items():
            if isinstance(part, Problem):
                self.findings.add(part, number, column=name, value=row[name])
        if any(isinstance(part, Problem) for part in read.values()):
            return None
        if read.get("gap") and any(row.get(name) for name in ("value", "numerator", "denominator")):
            what = f"a value {row['value']!r} beside the reason {read['gap']!r}"
            problem = Problem("PL419", what, "keep one of the two", "value beside a reason")
            self.findings.add(problem, number, column="gap", value=row["gap"])
            return None
        return Cell(**read)  # type: ignore[arg-type]

    # wide: a column a metric

    def _wide(self, chunk: list[Row]) -> None:
        columns = list(zip(*(cells for _, cells in chunk), strict=True))
        placed = self._placed(columns)
        if placed is None:
            chunk = self._team_weeks(chunk)
            for number, cells in chunk:
                self._place(number, *self._texts(cells))
        rows = [number for number, _ in chunk]
        for measure in self._layout.measures:
            if placed is None or not self._wide_at_once(measure, rows, columns, placed):
                for number, cells in chunk:
                    self._wide_cell(number, cells, measure)

    def _wide_at_once(
        self,
        measure: Measure,
        rows: list[int],
        columns: Sequence[Sequence[str]],
        placed: tuple[list[int], list[int]],
    ) -> bool:
        if measure.value < 0 or measure.numerator >= 0 or measure.denominator >= 0:
            return False
        texts, metric = columns[measure.value], [self._metric_at[measure.metric.key]] * len(rows)
        values = self._numbers(texts, metric, self._marks[measure.value])
        n = self._counts(columns[measure.n]) if measure.n >= 0 else ()
        if values is None or n is None:
            return False
        self.taken.extend(rows, *placed, metric, values, n or None)
        return True

    def _wide_cell(self, number: int, cells: list[str], measure: Measure) -> None:
        place = self._place(number, *self._texts(cells), quiet=True)
        metric = self._metric_at[measure.metric.key]
        text = cells[measure.value].strip() if measure.value >= 0 else ""
        gap = read_gap(text) if text and text[0].isalpha() else None
        if isinstance(gap, str):
            if place:
                self.taken.append(number, place, metric, None, None, Cell(gap=gap))
            return
        texts = {}
        for name in ("value", "numerator", "denominator", "n"):
            at = getattr(measure, name)
            column = measure.name if name == "value" else f"{measure.name}_{name}"
            texts[name] = (column, cells[at].strip() if at >= 0 else "", at)
        read = self._parts(number, texts, measure.metric)
        if read is not None and read[0] is None:
            self.blank += 1
        elif place and read is not None:
            value, numerator, denominator, n = read
            self.taken.append(number, place, metric, value, n, Cell(numerator, denominator))

    # cells

    def _parts(
        self, number: int, texts: Mapping[str, tuple[str, str, int]], spec: MetricSpec | None
    ) -> tuple[float | None, float | None, float | None, int | None] | None:
        """Read a value with its parts and n; None where one of them can't be read, or they don't fit."""
        read: dict[str, Any] = {}
        for name, (column, text, at) in texts.items():
            if text:
                read[name] = (
                    self._count(text, at)
                    if name == "n"
                    else self._number(column, text, at, spec, whole=name == "value")
                )
                if isinstance(read[name], Problem):
                    self.findings.add(read[name], number, column=column, value=text)
        if spec is None or any(isinstance(part, Problem) for part in read.values()):
            return None
        n = read.get("n")
        of = read.get("denominator", n if spec.rate else None)
        found = whole_value(read.get("value"), read.get("numerator"), of, spec)
        if isinstance(found, Problem):
            name = "numerator" if "numerator" in read or "denominator" in read else "value"
            self.findings.add(found, number, column=texts[name][0], value=texts[name][1])
            return None
        return (*found, int(found[2]) if spec.rate and found[2] and n is None else n)

    def _number(
        self, column: str, text: str, at: int, spec: MetricSpec | None, *, whole: bool
    ) -> float | Problem:
        bounds = entered_bounds(spec) if whole and spec else (0.0, 1e12)
        read = number_told(text, self._marks.get(at), bounds, spec)
        if isinstance(read.value, Problem):
            return read.value
        self.told.number(column, text, read.value, read.how)
        outside = check_value(read.value, spec) if whole and spec and not spec.rate else None
        return outside or read.value

    def _count(self, text: str, at: int) -> int | Problem:
        return read_count(text, lambda cell: number_told(cell, self._marks.get(at), (1, 1e6)).value)

    def _counts(self, texts: Sequence[str]) -> list[int | None] | None:
        """Read a column of n, plain whole numbers or nothing; None where any cell is not one."""
        for text in set(texts) - self._n_at.keys():
            if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
                return None
            self._n_at[text] = int(text)
        return list(map(self._n_at.__getitem__, texts))

    def _numbers(self, texts: Sequence[str], metric: Sequence[int], marks: Marks) -> list[float] | None:
        """Read a column of plain numbers within their bounds; None where any cell is not one."""
        if not marks.plain or not _PLAIN.issuperset("".join(texts)) or not self._rated.isdisjoint(metric):
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

    # places

    def _placed(self, columns: Sequence[Sequence[str]]) -> tuple[list[int], list[int]] | None:
        """Positions of teams and codes of weeks; None where one is not known."""
        teams, weeks = columns[self._layout.at["team"]], columns[self._layout.at["week"]]
        for text in set(teams) - self._team_at.keys():
            self._learn_team(text)
        for text in set(weeks) - self._week_at.keys():
            self._learn_week(text)
        team, week = list(map(self._team_at.get, teams)), list(map(self._week_at.get, weeks))
        return None if None in team or None in week else (team, week)  # type: ignore[return-value]

    def _texts(self, cells: Sequence[str]) -> tuple[str, str]:
        return cells[self._layout.at["team"]].strip(), cells[self._layout.at["week"]].strip()

    def _team_weeks(self, chunk: list[Row]) -> list[Row]:
        """Leave out rows that are no team's week, each named for what it is."""
        kept = []
        for number, cells in chunk:
            if problem := self._stray(number, cells):
                self.findings.add(problem, number)
            else:
                kept.append((number, cells))
        return kept

    def _stray(self, number: int, cells: list[str]) -> Problem | None:
        at = self._layout.at["team"]
        team = cells[at].strip() if at < len(cells) else ""
        found = stray(cells, self._table.header, team, self._known, top=number == self._labels + 1)
        if found is None:
            return None
        if found.kind in ("labels", "import ids", "header again"):
            self._labels = number
        return Problem("PL430", found.what, "remove the row; rows of team-weeks alone are read", found.kind)

    def _place(self, number: int, team: str, week: str, *, quiet: bool = False) -> tuple[int, int] | None:
        found = {"team": self._learn_team(team), "week": self._learn_week(week)}
        for (name, at), text in zip(found.items(), (team, week), strict=True):
            if at is None and not quiet:
                problem = self._problems[name, text]
                told = self._merged(problem) if not team and name == "team" else problem
                self.findings.add(told, number, column=name, value=text)
        if team and not quiet:
            self._above = (team, number)
        return None if None in found.values() else (found["team"], found["week"])  # type: ignore[return-value]

    def _merged(self, problem: Problem) -> Problem:
        """Say which team a row may belong to that has none: a merged cell holds its value in its first row alone."""
        above, row = self._above
        if not above:
            return problem
        what = f"the row has no team; {above!r} stands above, in row {row}: a merged cell?"
        return Problem("PL408", what, "write the team in every row", "no team")

    def _learn_team(self, text: str) -> int | None:
        if text in self._known and text not in self._team_at:
            self._team_at[text] = len(self.taken.teams)
            self.taken.teams.append(text)
        elif text not in self._known:
            self._remember("team", text, lambda: unknown_name("team", text, self._known))
        return self._team_at.get(text)

    def _learn_week(self, text: str) -> int | None:
        if text not in self._week_at and ("week", text) not in self._problems:
            week, how = self._week(text.strip())
            if isinstance(week, Problem):
                self._problems["week", text] = week
            else:
                self.told.week(text, week, how)
                self._week_at[text] = week.code
        return self._week_at.get(text)

    def _week(self, text: str) -> Any:
        if not text:
            return Problem(
                "PL410", "the row has no week", "write its ISO week, such as 2026-W37", "no week"
            ), ""
        read = week_told(text, self._today, self._habits)
        if isinstance(read[0], Problem) and self._habits is None:  # the column may settle what one cell can't
            self._habits = habits_of(self._table, self._layout, self._said)
            read = week_told(text, self._today, self._habits)
        return read

    def _learn_metric(self, text: str) -> int | None:
        if text in self._metric_at:
            return self._metric_at[text]
        spec = self.names.find(text)
        if spec is None:
            self._remember("metric", text, lambda: unknown_name("metric", text, self.names.ids))
            return None
        if spec not in self.taken.metrics:
            self.taken.metrics.append(spec)
            self._bounds.append(entered_bounds(spec))
            if spec.rate:
                self._rated.add(len(self._bounds) - 1)
        self._metric_at[text] = self.taken.metrics.index(spec)
        return self._metric_at[text]

    def _remember(self, kind: str, text: str, problem: Callable[[], Problem]) -> None:
        if (kind, text) not in self._problems:
            self._problems[kind, text] = problem()

    def _metric(self, number: int, text: str) -> int | None:
        found = self._learn_metric(text)
        if found is None:
            self.findings.add(self._problems["metric", text], number, column="metric", value=text)
        return found


def finder(catalogue: Any) -> Find:
    """Look metrics up in a catalogue; None for a name it doesn't have."""

    def find(text: str) -> MetricSpec | None:
        try:
            found: MetricSpec = catalogue.get(text.strip())
        except PilotlabError:
            return None
        return found

    return find
