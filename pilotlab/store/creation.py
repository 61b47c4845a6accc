"""Creation: how a file comes to be, made whole in one transaction or brought up to the newest schema, as an act of its own ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple

from pilotlab.store import head, ledger
from pilotlab.store.database import Clock, Database, lock, login_of
from pilotlab.store.head import Head
from pilotlab.store.ledger import LedgerRow, snapshot_digest
from pilotlab.store.tables import APPLICATION_ID, SCHEMA_VERSION, TABLES, Table, statements
from pilotlab.whole_file import replacing


def create(path: Path, *, clock: Clock, wait_seconds: float, mode: int) -> None:
    """Make the file with its tables and the first row of its ledger, unless another process was faster.

    A kill at any instant leaves no file, or all of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock(path, wait_seconds, mode):
        if path.exists():
            return
        if head.remains(path):
            raise head.gone(path, None)
        sweep(path)
        with replacing(path, mode=mode) as beside, one_transaction(beside, clock) as database:
            create_tables(database)
            record_origin(database, "begin")
        if database.newest:
            head.note(path, database.newest, mode=mode)


@contextmanager
def one_transaction(path: Path, clock: Clock) -> Iterator[Database]:
    """Write a file that has no name yet, in one transaction; a kill leaves it under a name that nobody reads."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("BEGIN IMMEDIATE")
        yield Database(path, connection, readonly=False, clock=clock, login=login_of(clock))
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def sweep(path: Path) -> None:
    """Take away what a killed creation left; call under the lock, where nobody else is making one."""
    for left in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):
            left.unlink()


GONE = ("_sqlite_migrations",)  # what older schemas had; the ledger records an upgrade now


def create_tables(database: Database) -> None:
    """Make every table in an empty file; call inside its transaction."""
    for statement in statements().values():
        database.run(statement)
    _mark(database)


def bring_up(database: Database) -> None:
    """Bring a file of an older schema to the newest; call inside its transaction, with foreign keys off.

    A table whose columns changed is made anew and filled with its rows; views, triggers and indexes are made anew.
    """
    version = database.version()
    if version == SCHEMA_VERSION:
        return  # another process was faster
    _drop_all(database, "view", "trigger", "index")
    for table in TABLES:
        _bring_up_table(database, table)
    for name in GONE:
        database.run(f"DROP TABLE IF EXISTS {name}")
    for (kind, _), statement in statements().items():
        if kind != "table":
            database.run(statement)
    _mark(database)
    record_origin(database, "upgrade", source=f"schema {version}")


def _drop_all(database: Database, *kinds: str) -> None:
    for kind, name in database.rows(
        "SELECT type, name FROM sqlite_master WHERE type IN (SELECT value FROM json_each(?)) AND sql IS NOT NULL",
        ('["' + '", "'.join(kinds) + '"]',),
    ):
        database.run(f'DROP {kind} IF EXISTS "{name}"')


def _bring_up_table(database: Database, table: Table) -> None:
    found = database.one("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table.name,))
    if found is None:
        database.run(table.create())
        return
    if found[0] == table.create():
        return
    kept = ", ".join(row[1] for row in database.rows(f"PRAGMA table_info({table.name})"))
    database.run(f"CREATE TEMP TABLE brought AS SELECT * FROM {table.name}")
    database.run(f"DROP TABLE {table.name}")
    database.run(table.create())
    database.run(f"INSERT INTO {table.name} ({kept}) SELECT {kept} FROM temp.brought")
    database.run("DROP TABLE temp.brought")


def _mark(database: Database) -> None:
    database.run(f"PRAGMA application_id = {APPLICATION_ID}")
    database.run(f"PRAGMA user_version = {SCHEMA_VERSION}")


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
