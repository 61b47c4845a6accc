"""Readings: who looked at which results, early or not, and what was shown to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pilotlab.spec.frozen import canonical, digest
from pilotlab.store import ledger
from pilotlab.store.database import Database
from pilotlab.store.ledger import LedgerRow

_COLUMNS = ("pilot", "object", "metric", "part", "period", "audience", "behind", "content")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One thing that was shown: of what, to whom, and the digest of the people behind it."""

    pilot: str
    object: str  # mean, effect, count, ...
    content: Mapping[str, Any]
    behind: str
    audience: str
    metric: str = ""  # id@version
    part: str = ""  # arm, team or slice; empty: the whole pilot
    period: str = ""  # 2027-W01..2027-W04; empty: all weeks


def record_reading(
    database: Database, pilot: str, verb: str, what: str, *, actor: str, released: Sequence[Release] = ()
) -> LedgerRow:
    """Record that results were read: one row of the ledger, with what was newly shown of them."""
    with database.writing():
        at, seq = database.clock(), ledger.next_seq(database)
        rows = [_row(release) for release in released]
        names = (*_COLUMNS, "digest", "at", "actor", "ledger_seq")
        database.connection.executemany(
            f"INSERT INTO releases ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [
                (*row, digest(release.content), at, actor, seq)
                for row, release in zip(rows, released, strict=True)
            ],
        )
        object_ = f"{pilot}: {what}" if what else pilot
        return ledger.append(database, actor=actor, verb=f"read {verb}", object_=object_, at=at)


def releases(database: Database, pilot: str, *, objects: Iterable[str] | None = None) -> list[Release]:
    """Return what was shown of a pilot, oldest first."""
    wanted = None if objects is None else json.dumps(list(objects))
    rows = database.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM releases WHERE pilot = ? "
        "AND (? IS NULL OR object IN (SELECT value FROM json_each(?))) ORDER BY release",
        (pilot, wanted, wanted),
    )
    return [_release(row) for row in rows]


def _row(release: Release) -> list[Any]:
    return [
        canonical(getattr(release, name)) if name == "content" else getattr(release, name)
        for name in _COLUMNS
    ]


def _release(row: Sequence[Any]) -> Release:
    plain = dict(zip(_COLUMNS, row, strict=True))
    return Release(**{**plain, "content": json.loads(plain["content"])})


OBJECT = "early look"  # its kind among what was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyLook:
    """One look, by whom and why; `week` is the last whose values were in it."""

    at: str
    actor: str
    week: str
    why: str


def look_early(database: Database, pilot: str, *, actor: str, week: str, why: str) -> None:
    """Put on record that somebody is about to see results early, before they are shown."""
    content = {"week": week, "why": why}
    release = Release(
        pilot=pilot, object=OBJECT, content=content, behind=digest(content), audience="analyze", period=week
    )
    record_reading(database, pilot, "early", f"through {week}: {why}", actor=actor, released=(release,))


def early_looks(database: Database, pilot: str) -> list[EarlyLook]:
    """Return every look at a pilot before its planned end, oldest first."""
    rows = database.rows(
        "SELECT at, actor, content FROM releases WHERE pilot = ? AND object = ? ORDER BY release",
        (pilot, OBJECT),
    )
    return [EarlyLook(at=at, actor=actor, **json.loads(content)) for at, actor, content in rows]
