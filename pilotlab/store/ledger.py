"""The ledger: a hash chain over every act, one row an act."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from pilotlab.spec.frozen import canonical
from pilotlab.store.database import Database


class LedgerRow(NamedTuple):
    """One act: who did what to what, and the seal over it and all before."""

    seq: int
    at: str
    actor: str
    verb: str
    object: str
    digest: str
    previous: str
    hash: str


def seal(seq: int, at: str, actor: str, verb: str, object_: str, digest: str, previous: str) -> str:
    """Return the hash of a row: SHA-256 over its other columns."""
    return hashlib.sha256(canonical([seq, at, actor, verb, object_, digest, previous]).encode()).hexdigest()


def next_seq(database: Database) -> int:
    """Return the number of the act under way; ask inside `writing`."""
    row = database.one("SELECT ifnull(max(seq), 0) + 1 FROM ledger")
    assert row is not None
    return int(row[0])


def append(database: Database, *, actor: str, verb: str, object_: str, digest: str, at: str) -> LedgerRow:
    """Add an act to the chain; call inside the transaction of the act itself."""
    last = database.one("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1") or (0, "")
    seq, previous = int(last[0]) + 1, str(last[1])
    row = LedgerRow(
        seq, at, actor, verb, object_, digest, previous, seal(seq, at, actor, verb, object_, digest, previous)
    )
    database.run("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return row


def rows(database: Database) -> list[LedgerRow]:
    """Return all acts, oldest first."""
    found = database.rows(
        "SELECT seq, at, actor, verb, object, digest, previous, hash FROM ledger ORDER BY seq"
    )
    return [LedgerRow._make(row) for row in found]


def broken_links(acts: Iterable[LedgerRow]) -> list[str]:
    """Say where the chain does not hold; an empty list where it does."""
    problems: list[str] = []
    previous = ""
    for number, row in enumerate(acts, start=1):
        if row.seq != number:
            return [*problems, f"ledger row {number} is missing: the next one is {row.seq}"]
        if row.previous != previous or row.hash != seal(*row[:7]):
            problems.append(
                f"ledger row {row.seq} ({row.verb} {row.object}) was changed after it was written"
            )
        previous = row.hash
    return problems
