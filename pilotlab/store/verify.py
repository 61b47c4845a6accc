"""Verification: whether the file is whole, the chain holds, and every row is what the ledger says was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pilotlab.spec.frozen import digest
from pilotlab.store import ledger
from pilotlab.store.database import Database
from pilotlab.store.tables import triggers
from pilotlab.store.writing import CELL, KEY, written_digest

SEALED = ("pilots", "draws", "freezes", "amendments", "runs", "decisions", "readouts")
"""Tables whose `content` is named by a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at, and every problem that was found."""

    problems: tuple[str, ...]
    acts: int
    entries: int

    def __bool__(self) -> bool:
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as `db verify --format json` prints it."""
        return {
            "ok": not self.problems,
            "acts": self.acts,
            "entries": self.entries,
            "problems": list(self.problems),
        }


def verify(database: Database) -> Verification:
    """Check integrity, foreign keys, triggers, the hash chain, and the digest of everything that was written."""
    problems = [f"integrity: {row[0]}" for row in database.rows("PRAGMA integrity_check") if row[0] != "ok"]
    if problems:
        return Verification(problems=tuple(problems), acts=0, entries=0)
    acts = ledger.rows(database)
    problems += ledger.broken_links(acts)
    problems += [
        f"foreign key: a row of {row[0]} points at {row[2]}, which lacks it"
        for row in database.rows("PRAGMA foreign_key_check")
    ]
    problems += _lost_triggers(database)
    sealed = {act.seq: act.digest for act in acts}
    problems += _changed_content(database, sealed)
    problems += _changed_names(database, sealed)
    problems += _changed_entries(database, sealed)
    problems += _stale_observations(database)
    count = database.rows("SELECT count(*) FROM entries")[0][0]
    return Verification(problems=tuple(problems), acts=len(acts), entries=count)


def _lost_triggers(database: Database) -> Iterator[str]:
    there = {row[0] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    for name, _ in triggers():
        if name not in there:
            yield f"trigger {name} is gone: rows could be changed without a trace"


def _changed_content(database: Database, sealed: dict[int, str]) -> Iterator[str]:
    for table in SEALED:
        for pilot, content, name, seq in database.rows(
            f"SELECT pilot, content, digest, ledger_seq FROM {table}"
        ):
            if name != _digest_of(content) or sealed.get(seq) != name:
                yield f"{table} of {pilot} (ledger row {seq}) was changed after it was written"


def _digest_of(content: str) -> str:
    try:
        return digest(json.loads(content))
    except ValueError:
        return "not JSON"


def _changed_names(database: Database, sealed: dict[int, str]) -> Iterator[str]:
    for name, team, since, why, seq in database.rows(
        "SELECT name, team_id, valid_from, why, ledger_seq FROM team_names"
    ):
        if sealed.get(seq) != digest([team, name, since, why]):
            yield f"team name {name!r} (ledger row {seq}) was changed after it was written"


def _changed_entries(database: Database, sealed: dict[int, str]) -> Iterator[str]:
    covered = 0
    for number, first, count, seq in database.rows(
        "SELECT submission, first_entry, entries, ledger_seq FROM submissions ORDER BY submission"
    ):
        covered += count
        if sealed.get(seq) != written_digest(database, first, count):
            yield f"entries of submission {number} (ledger row {seq}) were changed after they were written"
    if covered != database.rows("SELECT count(*) FROM entries")[0][0]:
        yield "entries holds rows that no submission wrote, or lacks some that one did"


def _stale_observations(database: Database) -> Iterator[str]:
    """`observations` must be the newest revision of each cell, neither more nor less."""
    listed = ", ".join((*KEY, *CELL, "revision", "submission"))
    newest = (
        f"SELECT {listed} FROM entries e WHERE NOT EXISTS (SELECT 1 FROM entries c WHERE c.revision > 1 AND c.revision > e.revision "
        "AND c.metric = e.metric AND c.week = e.week AND c.team = e.team AND c.slice = e.slice)"
    )
    current = f"SELECT {listed} FROM observations"
    for one, other in ((newest, current), (current, newest)):
        differing = database.rows(f"SELECT count(*) FROM ({one} EXCEPT {other})")[0][0]
        if differing:
            yield f"observations and entries disagree in {differing} rows"
            return
