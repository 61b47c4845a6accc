"""The panel: one metric of one pilot, team by week, as it is analysed, and what of it may be handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pandas as pd

from pilotlab.design.assignment import Assignment
from pilotlab.plain import plain, rebuilt
from pilotlab.release.shown import Cell, Hidden, banded, release
from pilotlab.release.suppression import BESIDE, release_table
from pilotlab.release.thresholds import WINDOW, counts_people
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, Windows
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html
from pilotlab.wording.numbers import count

SCHEMA = "pilotlab/panel@1"


SHOWN = ["team", "arm", "stratum", "week", "cohort", "event_time", "treated", "value", "n"]
COLUMNS = [*SHOWN, "weeks", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What may be handed out of a panel, as it is written and read."""

    pilot: str
    metric: str
    unit: str
    min_group: int
    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    definition: MetricSpec
    windows: Windows
    assignment: Assignment
    person_units: bool
    published: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Panel:
    """Values of one metric by team and week, with where each week and team stands in the design.

    Attributes
    ----------
    values : DataFrame
        What estimators read: a row a team and week that has a value, with the columns of `frame`. Never shown.
    min_group : int
        Fewest respondents behind a value that may be shown.
    members : mapping
        Team to its members, as the plan counts them: what an effect asks for, and never who answered.
    counts : mapping
        (team, week) to the persons that a value counts, of a metric that counts some.
    published : bool
        True for the data of a published study, whose numbers everybody has.
    person_units : bool
        True where units are the persons of a published study: none is shown singly.
    buffer : DataFrame
        Values of the buffer teams, which are in no arm: read by the spillover check alone, never shown.
    exposure : mapping
        Team to the share of its meetings it spends with pilot teams (column `exposure` of teams.csv); nan where the
        text is no share.
    released : DataFrame or None
        Of a panel rebuilt from `to_dict`: what was handed out.

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("acme")
    >>> _ = workspace.assign("anchor-days")
    >>> panel = workspace.panel("anchor-days", "job_satisfaction")
    >>> panel
    Panel anchor-days job_satisfaction@1: 0 teams, 0 weeks, 0 values
    """

    pilot: str
    metric: MetricSpec
    windows: Windows
    assignment: Assignment
    values: pd.DataFrame
    min_group: int = 5
    person_units: bool = False
    notes: tuple[str, ...] = ()
    buffer: pd.DataFrame = field(default_factory=pd.DataFrame)
    exposure: Mapping[str, float] = field(default_factory=dict)
    members: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], float | None] = field(default_factory=dict)
    published: bool = False
    released: pd.DataFrame | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """Return the tidy frame that may be handed out.

        Columns: `team, arm, stratum, week, cohort, event_time, treated, value, n, weeks, hidden`. `week` and `cohort` are
        ISO weeks as text (`cohort` is missing in control), `event_time` whole weeks since the pilot's start, `value` in
        the metric's unit. A survey value stands for `weeks` weeks, of which `week` is the first, and its `n` is a band.
        `hidden` says why a value is missing: too few answers, or it would give such a one away.
        """
        if self.released is not None:
            return self.released.copy()
        if self.published:
            rows = self.values[SHOWN].assign(weeks=1, hidden="one person" if self.person_units else "")
            off = pd.Series(self.person_units, index=rows.index, dtype=bool)
            return rows.assign(value=rows["value"].mask(off), n=rows["n"].mask(off))
        start = self.windows.start
        before = [week.since(start) for week in self.windows.baseline]
        planned = (*before, *range(self.windows.end.since(start) + 1))
        return released_frame(
            self.values, self.metric, min_group=self.min_group, counts=self.counts, planned=planned
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data of what may be handed out; a value that may not be is null, with its `n`. Persons are not listed."""
        rows = [
            {str(name): None if pd.isna(value) else value for name, value in row.items()}
            for row in self.frame.to_dict("records")
        ]
        arms = replace(self.assignment, teams=()) if self.person_units else self.assignment
        released = Released(
            pilot=self.pilot,
            metric=self.metric.key,
            unit=self.metric.unit,
            min_group=self.min_group,
            rows=() if self.person_units else tuple(rows),
            notes=self.notes,
            definition=self.metric,
            windows=self.windows,
            assignment=arms,
            person_units=self.person_units,
            published=self.published,
        )
        return plain(released, SCHEMA)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Panel:
        """Rebuild from `to_dict`: a panel of what was handed out, and of nothing that was held back.

        Raises
        ------
        PilotlabError
            For another schema, or a field that is missing or unknown.
        """
        told = rebuilt(Released, data, SCHEMA, name="Panel")
        frame = pd.DataFrame(told.rows, columns=COLUMNS, dtype=object).infer_objects()
        return cls(
            pilot=told.pilot,
            metric=told.definition,
            windows=told.windows,
            assignment=told.assignment,
            values=frame.loc[frame["value"].notna(), SHOWN],
            min_group=told.min_group,
            person_units=told.person_units,
            notes=told.notes,
            published=told.published,
            released=frame,
        )

    def __eq__(self, other: object) -> bool:
        """Whether the same may be handed out of both."""
        return self.to_dict() == other.to_dict() if isinstance(other, Panel) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it holds frames

    def to_frame(self) -> pd.DataFrame:
        """Return `frame`, as every result has it."""
        return self.frame

    def summary(self) -> str:
        """Return as text how many values of each arm may be shown, and the notes."""
        return in_ascii(
            "\n".join([repr(self), *(f"  {name}: {said}" for name, said in self._facts()), *self.notes])
        )

    def _repr_html_(self) -> str:
        return as_html(repr(self), self._facts(), self.notes)

    def _facts(self) -> list[tuple[str, str]]:
        """Count of each arm what may be shown, and what is hidden."""
        shown = self.frame
        found = []
        for arm, rows in shown.groupby("arm", sort=False):
            there = int(rows["value"].notna().sum())
            found.append((str(arm), f"{count(there)} values shown, {count(len(rows) - there)} hidden"))
        return found

    def contrast(self, arm: str) -> Panel:
        """Return the part that compares one pilot arm with control."""
        kept = self.values[self.values["arm"].isin((arm, CONTROL))]
        shown = None if self.released is None else self.released[self.released["arm"].isin((arm, CONTROL))]
        return replace(self, assignment=self.assignment.contrast(arm), values=kept, released=shown)

    def __repr__(self) -> str:
        teams, weeks = self.values["team"].nunique(), self.values["week"].nunique()
        return (
            f"Panel {self.pilot} {self.metric.key}: {teams} teams, {weeks} weeks, {len(self.values)} values"
        )


NOT_OVER = "its weeks are not over"
ALONE = "one week alone"


def released_frame(
    values: pd.DataFrame,
    metric: MetricSpec,
    *,
    min_group: int,
    counts: Mapping[tuple[str, str], float | None],
    planned: Iterable[int],
) -> pd.DataFrame:
    """Return rows of `SHOWN` with `weeks`, how many a row stands for, and `hidden`, why its value is missing.

    A metric that no person answers keeps a row a week. A survey value stands for a window of four weeks, in which the
    same people answer; `n` is then a band.

    Parameters
    ----------
    planned : iterable of int
        Event times of the baseline and from the start on, which the windows divide whatever has come in: they never move.
    """
    if metric.level == "person":
        return _surveyed(values, metric, min_group, windows(planned))
    rows = values[SHOWN].assign(weeks=1, hidden="")
    if not counts_people(metric):
        return rows
    cells = (
        Cell(value, count=counts.get((team, week)))
        for team, week, value in rows[["team", "week", "value"]].itertuples(index=False)
    )
    found = [release(cell, metric, privacy=min_group) for cell in cells]
    own = [place for place, said in zip(_places(rows), found, strict=True) if isinstance(said, Hidden)]
    reasons = {
        place: said.reason
        for place, said in zip(_places(rows), found, strict=True)
        if isinstance(said, Hidden)
    }
    people = {place: float(counts.get((team, week)) or 0.0) for place, (team, week) in _keys(rows)}
    off = _beside(rows, people, own, fewest=0)
    return _without(rows, {place: reasons.get(place, BESIDE) for place in off})


def windows(times: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return the window, first and last event time, of each week: four weeks, counted from the start both ways.

    What is left over at an end joins the window beside it.

    Examples
    --------
    >>> found = windows(range(-6, 8))
    >>> found[-6], found[-1], found[0], found[7]
    ((-6, -1), (-6, -1), (0, 3), (4, 7))
    """
    there = sorted(set(times))
    before, after = [time for time in there if time < 0], [time for time in there if time >= 0]
    return {**_side(before, backwards=True), **_side(after, backwards=False)}


def _side(times: Sequence[int], *, backwards: bool) -> dict[int, tuple[int, int]]:
    if not times:
        return {}
    low, high = times[0], times[-1]
    edges = list(range(high + 1, low, -WINDOW))[::-1] if backwards else list(range(low, high + 1, WINDOW))
    edges = [low, *[edge for edge in edges if edge > low]] if backwards else [*edges, high + 1]
    spans = [(first, last - 1) for first, last in pairwise(edges)]
    short = 0 if backwards else -1
    if len(spans) > 1 and spans[short][1] - spans[short][0] + 1 < WINDOW:
        one, other = (0, 1) if backwards else (-2, -1)
        joined = (spans[one][0], spans[other][1])
        spans = [joined, *spans[2:]] if backwards else [*spans[:-2], joined]
    return {time: span for span in spans for time in range(span[0], span[1] + 1)}


def _surveyed(
    values: pd.DataFrame, metric: MetricSpec, min_group: int, span_of: Mapping[int, tuple[int, int]]
) -> pd.DataFrame:
    if values.empty:
        return values[SHOWN].assign(n="", weeks=0, hidden="")
    span = values["event_time"].map(span_of)
    rows = values.assign(n=values["n"].fillna(-1.0), first=span.str[0], last=span.str[1])
    grouped = rows.groupby(["team", "first", "last"], sort=True, as_index=False)
    kept = {name: (name, "first") for name in ("arm", "stratum", "week", "cohort", "treated")}
    table = grouped.agg(
        **kept, event_time=("first", "min"), value=("value", "mean"), n=("n", "min"), weeks=("week", "size")
    ).sort_values(["team", "event_time"], ignore_index=True)
    found = [
        release(Cell(value, n=None if n < 0 else n), metric, privacy=min_group)
        for value, n in table[["value", "n"]].itertuples(index=False)
    ]
    reasons = {
        place: said.reason
        for place, said in zip(_places(table), found, strict=True)
        if isinstance(said, Hidden)
    }
    over = table["last"] <= values["event_time"].max()
    reasons |= {place: NOT_OVER for place, whole in zip(_places(table), over, strict=True) if not whole}
    single = table["weeks"] * metric.cadence_weeks < 2
    reasons |= {place: ALONE for place, alone in zip(_places(table), single, strict=True) if alone}
    people = {place: max(n, 1.0) for place, n in zip(_places(table), table["n"], strict=True)}
    off = _beside(table, people, reasons, fewest=min_group)
    shown = table.assign(
        value=[getattr(said, "value", float("nan")) for said in found],
        n=[banded(n) if n >= 0 else "" for n in table["n"]],
        hidden="",
    )
    return _without(shown, {place: reasons.get(place, BESIDE) for place in off})[[*SHOWN, "weeks", "hidden"]]


def _places(rows: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(rows["team"].map(str), rows["event_time"].map(int), strict=True))


def _keys(rows: pd.DataFrame) -> list[tuple[tuple[str, int], tuple[str, str]]]:
    return list(zip(_places(rows), zip(rows["team"], rows["week"], strict=True), strict=True))


def _beside(
    rows: pd.DataFrame,
    people: Mapping[tuple[str, int], float],
    own: Iterable[tuple[str, int]],
    *,
    fewest: int,
) -> set[tuple[str, int]]:
    """Hidden cells with those beside them: each arm is a table of its own, for its means are shown."""
    arm = dict(zip(rows["team"].map(str), rows["arm"], strict=True))
    off: set[tuple[str, int]] = set()
    hidden = set(own)
    for name in sorted(set(arm.values())):
        inside = {place: count for place, count in people.items() if arm[place[0]] == name}
        found = release_table(inside, hidden & set(inside), fewest=fewest)
        off |= found
    return off


def _without(rows: pd.DataFrame, reasons: Mapping[tuple[str, int], str]) -> pd.DataFrame:
    said = [reasons.get(place, "") for place in _places(rows)]
    off = pd.Series([bool(words) for words in said], index=rows.index, dtype=bool)
    return rows.assign(
        value=rows["value"].mask(off),
        n=rows["n"].mask(off),
        hidden=pd.Series(said, index=rows.index, dtype=object),
    ).reset_index(drop=True)
