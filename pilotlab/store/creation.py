"""Creation: a new file made whole under another name, then put in its place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pilotlab.store import head
from pilotlab.store.database import Clock, Database, lock, login_of
from pilotlab.store.migrations import create_tables
from pilotlab.store.origins import record_origin
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
