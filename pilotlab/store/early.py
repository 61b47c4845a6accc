"""Early looks: who saw results before the planned end, when and why."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pilotlab.spec.frozen import digest
from pilotlab.store.database import Database
from pilotlab.store.readings import Release, record_reading

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
