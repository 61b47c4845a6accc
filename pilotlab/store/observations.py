"""Observations: reads current values and how they came, digests them, and says when the first of them came."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pilotlab.errors import unknown
from pilotlab.store.database import Database
from pilotlab.store.names import called, metric_ids, team_ids
from pilotlab.text.names import tidy
from pilotlab.weeks import Week


class Observation(NamedTuple):
    """The current value of a team, week and metric, or the reason why there is none."""

    team: str
    week: Week
    metric: str  # id@version
    slice: str
    value: float | None
    gap: str | None
    numerator: float | None
    denominator: float | None
    n: int | None
    revision: int


class Revision(NamedTuple):
    """One revision of a cell: what it said, who wrote it, when and why."""

    revision: int
    value: float | None
    gap: str | None
    actor: str
    at: str
    source: str
    why: str


def observations(
    database: Database,
    metrics: str | Iterable[str] | None = None,
    *,
    teams: Iterable[str] | None = None,
    weeks: Iterable[Week] | None = None,
    slices: Iterable[str] | None = ("",),
    through: Week | None = None,
) -> list[Observation]:
    """Return current values by metric, week and team; what was never logged has no row.

    Parameters
    ----------
    metrics : str or iterable of str
        `id@version`; None: all. A metric that nobody logged yet has no rows.
    teams : iterable of str
        None: all. Teams are called as they are called here; else by the name they were first seen under.
    slices : iterable of str
        "" is the whole team; None: whole teams and slices.
    through : Week
        Last week; None: all.
    """
    where, parameters, called = _chosen(database, metrics, teams, weeks, slices, through)
    rows = database.rows(
        "SELECT team, week, metric, slice, value, gap, numerator, denominator, n, revision "
        f"FROM observations WHERE {where} ORDER BY metric, week, team, slice",
        parameters,
    )
    metric_of = {key: name for name, key in metric_ids(database).items()}
    week_of = {code: Week.from_code(code) for code in {row[1] for row in rows}}
    found = [Observation(called[row[0]], week_of[row[1]], metric_of[row[2]], *row[3:]) for row in rows]
    return sorted(found, key=_reading_order)


def data_digest(
    database: Database,
    metrics: str | Iterable[str] | None = None,
    *,
    teams: Iterable[str] | None = None,
    weeks: Iterable[Week] | None = None,
    through: Week | None = None,
) -> str:
    """Digest the observations an analysis used, whatever the order in which they came; names count, keys don't."""
    where, parameters, called = _chosen(database, metrics, teams, weeks, None, through)
    rows = database.rows(
        f"SELECT metric, week, team, slice, value, gap, numerator, denominator, n FROM observations WHERE {where}",
        parameters,
    )
    metric_of = {key: name for name, key in metric_ids(database).items()}
    return rows_digest((metric_of[row[0]], row[1], called[row[2]], *row[3:]) for row in rows)


def first_entry_seq(
    database: Database, metrics: Iterable[str], *, teams: Iterable[str], weeks: Iterable[Week]
) -> int | None:
    """Return the ledger row of the act that wrote the first value or gap of these metrics, teams and weeks; None before any.

    A plan is frozen in time if its own ledger row is smaller: order of acts, not a clock, decides.
    """
    where, parameters, _ = _chosen(database, metrics, teams, weeks, None)
    row = database.one(
        "SELECT ledger_seq FROM submissions WHERE submission = "
        f"(SELECT submission FROM entries WHERE {where} ORDER BY entry_id LIMIT 1)",  # entries, which no working table stands for
        parameters,
    )
    return None if row is None else int(row[0])


def history(database: Database, metric: str, *, team: str, week: Week, slice_: str = "") -> list[Revision]:
    """Return every revision of one cell, oldest first."""
    teams, metrics = team_ids(database), metric_ids(database)
    if team not in teams:
        raise unknown("team", team, teams)
    rows = database.rows(
        "SELECT e.revision, e.value, e.gap, s.actor, s.at, s.source, s.why FROM entries e JOIN submissions s USING (submission) "
        "WHERE e.metric = ? AND e.week = ? AND e.team = ? AND e.slice = ? ORDER BY e.revision",
        (metrics.get(metric, 0), week.code, teams[team], slice_),
    )
    return [Revision._make(row) for row in rows]


def _reading_order(row: Observation) -> tuple[str, Week, str, str]:
    return row.metric, row.week, row.team, row.slice


def _chosen(
    database: Database,
    metrics: str | Iterable[str] | None,
    teams: Iterable[str] | None,
    weeks: Iterable[Week] | None,
    slices: Iterable[str] | None,
    through: Week | None = None,
) -> tuple[str, list[Any], dict[int, str]]:
    """Return the condition, its parameters, and how each team is called."""
    tests: list[str] = []
    parameters: list[Any] = []

    def among(column: str, values: Sequence[Any]) -> None:
        tests.append(f"{column} IN (SELECT value FROM json_each(?))")
        parameters.append(json.dumps(values))

    if metrics is not None:
        known = metric_ids(database)
        asked = [metrics] if isinstance(metrics, str) else list(metrics)
        among("metric", [known[key] for key in asked if key in known])
    if weeks is not None:
        among("week", [week.code for week in weeks])
    if through is not None:
        tests.append("week <= ?")
        parameters.append(through.code)
    if slices is not None:
        among("slice", list(slices))
    names = called(database)
    if teams is not None:
        keys = team_ids(database)
        asked_teams = {keys[tidy(name)]: name for name in teams if tidy(name) in keys}
        among("team", list(asked_teams))
        names |= asked_teams
    return " AND ".join(tests) or "true", parameters, names


_NOTHING = float("nan")  # a stored value is never nan, so it can stand for null


def rows_digest(rows: Iterable[Sequence[Any]]) -> str:
    """Digest rows of `(metric, week, team, slice, value, gap, numerator, denominator, n)`, whatever their order.

    Hashed by column, a million rows in about a second.
    """
    ordered = sorted(rows, key=_place)
    return columns_digest(list(zip(*ordered, strict=True)))


def columns_digest(columns: Sequence[Sequence[Any]], *extra: object) -> str:
    """Digest columns in the order they have; texts, numbers and nulls keep apart."""
    sha = hashlib.sha256(repr((len(columns), extra)).encode())
    for column in columns:
        sha.update(f"|{len(column)}|".encode())
        sha.update(_bytes(column))
    return sha.hexdigest()


def _place(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(row[:4])


def _bytes(column: Sequence[Any]) -> bytes:
    if column.count(column[0]) == len(column):
        same = column[0]
        return f"all {same if same is None or isinstance(same, str) else float(same)!r}".encode()
    kinds = set(map(type, column))
    if str in kinds:
        return "\x1f".join(["\x00" if cell is None else cell for cell in column]).encode()
    if type(None) in kinds:
        return array("d", [_NOTHING if cell is None else cell for cell in column]).tobytes()
    return array("d", column).tobytes()


class Entered(NamedTuple):
    """One revision of a cell, and the act that wrote it."""

    submission: int
    row: Observation


def entered(database: Database, metric: str, *, teams: Iterable[str]) -> list[Entered]:
    """Return every revision of a metric's cells, oldest first; teams are called as they are called here."""
    keys = team_ids(database)
    called = {keys[name]: name for name in teams if name in keys}
    key = metric_ids(database).get(metric)
    if key is None or not called:
        return []
    rows = database.rows(
        "SELECT submission, team, week, slice, value, gap, numerator, denominator, n, revision "
        "FROM entries WHERE metric = ? ORDER BY entry_id",
        (key,),
    )
    weeks = {code: Week.from_code(code) for code in {row[2] for row in rows}}
    return [
        Entered(row[0], Observation(called[row[1]], weeks[row[2]], metric, *row[3:]))
        for row in rows
        if row[1] in called
    ]


def last_submission(database: Database) -> int:
    """Return the newest act that wrote values; 0 before any."""
    row = database.one("SELECT ifnull(max(submission), 0) FROM submissions")
    return int(row[0]) if row else 0
