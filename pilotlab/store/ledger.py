"""The ledger: a hash chain over every act, one row an act, each sealing everything that its act wrote."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pilotlab.store.database import Database
from pilotlab.store.head import Head
from pilotlab.store.tables import BY_ACT, SCHEMA_VERSION, TABLES, Table

RULE = SCHEMA_VERSION
"""How acts are sealed now: every column that a table has since this schema or longer."""

_DERIVED = {("team_names", "valid_to")}  # changes with the next name; rebuilt and compared instead
_KEYS = {
    "assignments": "draw, team",
    "amendments": "number",
    "pilots": "pilot",
    "freezes": "pilot",
    "team_names": "name",
}
Written = dict[str, list[tuple[Any, ...]]]


def act_digest(database: Database, seq: int) -> str:
    """Digest the rows that an act wrote; its entries count by the digest in its submission."""
    return digest_of({name: [row[1:] for row in rows] for name, rows in _rows(database, "= ?", seq).items()})


def written_by_act(database: Database, rule: int = RULE) -> dict[int | None, Written]:
    """Return every act's rows by table; under None stand rows that name no act."""
    found: dict[int | None, Written] = defaultdict(dict)
    for name, rows in _rows(database, "", rule=rule).items():
        for seq, *row in rows:
            found[seq].setdefault(name, []).append(tuple(row))
    return found


def snapshot_digest(database: Database, seq: int, rule: int = RULE) -> str:
    """Digest every row that was there before an act, with the act that wrote it."""
    older = _rows(database, "< ?", seq, rule=rule)
    for name, rows in _rows(database, "IS NULL", rule=rule).items():
        older[name] = [*older.get(name, []), *rows]
    return digest_of(older)


def digest_of(written: Written) -> str:
    """Digest rows by table, in the order of the list of tables."""
    ordered = [[table.name, written[table.name]] for table in TABLES if written.get(table.name)]
    return hashlib.sha256(exact(ordered)).hexdigest()


def exact(value: object) -> bytes:
    """Write cells as JSON; what somebody else put there, as a blob, is written too and does not break the check."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=repr).encode(
        "utf-8", "surrogatepass"
    )


def _rows(database: Database, which: str, *parameters: int, rule: int = RULE) -> Written:
    """Return the sealed columns of the rows whose act is chosen by a condition, each behind the number of its act."""
    found = {}
    for table in TABLES:
        by_act = table.name in BY_ACT or table.name == "assignments"
        if by_act and (rows := database.rows(_query(table, which, rule), parameters)):
            found[table.name] = rows
    return found


def _query(table: Table, which: str, rule: int) -> str:
    names = [
        column.name
        for column in table.columns
        if column.since <= rule and column.name != "ledger_seq" and (table.name, column.name) not in _DERIVED
    ]
    key = _KEYS.get(table.name, table.columns[0].name)
    act, source = "ledger_seq", table.name
    if table.name == "assignments":
        act, source = "d.ledger_seq", "assignments JOIN (SELECT draw, ledger_seq FROM draws) d USING (draw)"
    where = f"WHERE {act} {which} " if which else ""
    return f"SELECT {act}, {', '.join(names)} FROM {source} {where}ORDER BY {act}, {key}"


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
