"""Revisions: a metric's cells as they stood after each act, for what was released then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pilotlab.store.database import Database
from pilotlab.store.names import metric_ids, team_ids
from pilotlab.store.observations import Observation
from pilotlab.weeks import Week


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
