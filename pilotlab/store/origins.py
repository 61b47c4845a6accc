"""Origins: how a file came to be, as acts of its own ledger."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pilotlab.store import ledger
from pilotlab.store.database import Database
from pilotlab.store.head import Head
from pilotlab.store.ledger import LedgerRow
from pilotlab.store.seals import snapshot_digest
from pilotlab.store.tables import SCHEMA_VERSION

Kind = Literal["begin", "upgrade", "restore", "anew"]
PROGRAM = "pilotlab"  # acts on its own where nobody is named


class Origin(NamedTuple):
    """One way the file came to be; `replaced` is the ledger row of the file whose place it took."""

    kind: str
    source: str
    replaced_seq: int | None
    replaced_hash: str | None
    why: str
    at: str
    actor: str
    seq: int


def record_origin(
    database: Database,
    kind: Kind,
    *,
    source: str = "",
    replaced: Head | None = None,
    why: str = "",
    actor: str = PROGRAM,
) -> LedgerRow:
    """Record how the file came to be; call inside `writing`."""
    at, seq = database.clock(), ledger.next_seq(database)
    snapshot = snapshot_digest(database, seq) if kind == "upgrade" else None
    before = (replaced.seq, replaced.hash) if replaced else (None, None)
    database.run(
        "INSERT INTO origins (kind, source, replaced_seq, replaced_hash, snapshot, why, at, actor, ledger_seq) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (kind, source, *before, snapshot, why, at, actor, seq),
    )
    object_ = f"schema {SCHEMA_VERSION}" if kind in ("begin", "upgrade") else source or "database"
    return ledger.append(database, actor=actor, verb=kind, object_=object_, at=at)


def origins(database: Database) -> list[Origin]:
    """Return how the file came to be, oldest first."""
    rows = database.rows(
        "SELECT kind, source, replaced_seq, replaced_hash, why, at, actor, ledger_seq FROM origins ORDER BY origin"
    )
    return [Origin._make(row) for row in rows]
