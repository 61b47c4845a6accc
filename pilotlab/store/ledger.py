"""The ledger: a hash chain over every act, one row an act."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pilotlab.store.database import Database
from pilotlab.store.head import Head
from pilotlab.store.seals import RULE, act_digest, exact

READINGS = ("analyze", "decide", "readout")
"""Acts that read results; those of `record_reading` begin with `read`."""


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
    login: str
    rule: int


def sealed(row: LedgerRow) -> str:
    """Return the hash of a row: SHA-256 over its other columns. Rule 1 knew no login."""
    cells: tuple[object, ...] = row[:7] if row.rule == 1 else (*row[:7], row.login, row.rule)
    return hashlib.sha256(exact(cells)).hexdigest()


def next_seq(database: Database) -> int:
    """Return the number of the act under way; ask inside `writing`."""
    row = database.one("SELECT ifnull(max(seq), 0) + 1 FROM ledger")
    assert row is not None
    return int(row[0])


def append(database: Database, *, actor: str, verb: str, object_: str, at: str) -> LedgerRow:
    """Add an act to the chain, with the digest of what it wrote; call last in the transaction of the act."""
    last = database.one("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1") or (0, "")
    seq = int(last[0]) + 1
    open_ = LedgerRow(
        seq, at, actor, verb, object_, act_digest(database, seq), str(last[1]), "", database.login, RULE
    )
    row = open_._replace(hash=sealed(open_))
    database.run(f"INSERT INTO ledger ({', '.join(row._fields)}) VALUES ({', '.join('?' * len(row))})", row)
    database.newest = Head(database.first_hash() or row.hash, row.seq, row.hash)
    return row


def rows(database: Database) -> list[LedgerRow]:
    """Return all acts, oldest first."""
    found = database.rows(f"SELECT {', '.join(LedgerRow._fields)} FROM ledger ORDER BY seq")
    return [LedgerRow._make(row) for row in found]


def settled(database: Database) -> Head | None:
    """Return the newest act that is no reading: reading the same store twice leaves it where it is."""
    row = database.one(
        "SELECT seq, hash FROM ledger WHERE verb NOT IN (SELECT value FROM json_each(?)) AND verb NOT LIKE 'read %' ORDER BY seq DESC LIMIT 1",
        ('["' + '", "'.join(READINGS) + '"]',),
    )
    return None if row is None else Head(str(database.first_hash()), int(row[0]), str(row[1]))


def broken_links(acts: Iterable[LedgerRow]) -> list[str]:
    """Say where the chain does not hold; an empty list where it does."""
    problems: list[str] = []
    previous, rule = "", 1
    for number, row in enumerate(acts, start=1):
        if row.seq != number:
            return [*problems, f"ledger row {number} is missing: the next one is {row.seq}"]
        problems += _broken(row, previous, rule)
        previous, rule = row.hash, row.rule
    return problems


def _broken(row: LedgerRow, previous: str, rule: int) -> Iterator[str]:
    if row.previous != previous or row.rule not in (rule, RULE) or row.hash != sealed(row):
        yield f"ledger row {row.seq} ({row.verb} {row.object}) was changed after it was written"
