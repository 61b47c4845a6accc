"""Seals: the digest over everything an act wrote, read back from the tables."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import Any

from pilotlab.store.database import Database
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
