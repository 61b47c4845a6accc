"""The database: opens the SQLite file, wraps every change in one transaction, words its failures."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pilotlab.errors import NotFound, StoreError
from pilotlab.store.tables import APPLICATION_ID, SCHEMA_VERSION

BUSY_SECONDS = 30.0  # longer than the import of a million rows holds the file
Clock = Callable[[], str]


def utc_now() -> str:
    """Return the time of an act, UTC, in seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Database:
    """One open SQLite file; every change goes through `writing`."""

    path: Path
    connection: sqlite3.Connection
    readonly: bool
    clock: Clock = utc_now
    wait_seconds: float = BUSY_SECONDS

    @classmethod
    def open(
        cls, path: Path, *, readonly: bool = False, clock: Clock = utc_now, wait_seconds: float = BUSY_SECONDS
    ) -> Database:
        """Open the file; a writer makes what is missing, folder, file and tables.

        Raises
        ------
        NotFound
            Where a reader finds no file.
        StoreError
            Where the file is no database of ours, damaged, locked, can't be written, or newer than this program.
        """
        with failures(path):
            if readonly:
                connection = _reader(path)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None)
            database = cls(path, connection, readonly, clock, wait_seconds)
            try:
                database._prepare()
            except BaseException:
                connection.close()
                raise
        return database

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def rows(self, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with failures(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Any = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        with failures(self.path):
            row: tuple[Any, ...] | None = self.connection.execute(sql, parameters).fetchone()
        return row

    def run(self, sql: str, parameters: Any = ()) -> int:
        """Run one statement of an open transaction and return the rows it changed."""
        return self.connection.execute(sql, parameters).rowcount

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing. Inside another one it joins in."""
        if self.connection.in_transaction:
            yield
            return
        if self.readonly:
            raise StoreError(
                f"{self.path.name} was opened for reading", fix="open the store with readonly=False"
            )
        with failures(self.path), lock(self.path, self.wait_seconds):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def _prepare(self) -> None:
        execute = self.connection.execute
        execute(f"PRAGMA busy_timeout = {int(self.wait_seconds * 1000)}")
        execute("PRAGMA foreign_keys = ON")
        execute(
            "PRAGMA recursive_triggers = ON"
        )  # INSERT OR REPLACE deletes; with this it asks the triggers first
        version = self._version()
        if version < SCHEMA_VERSION:
            self._upgrade()
        if not self.readonly:
            execute("PRAGMA journal_mode = WAL")
            execute("PRAGMA synchronous = FULL")  # what was acknowledged outlives a power cut
        execute("PRAGMA temp_store = MEMORY")

    def _version(self) -> int:
        """Schema version of the file; 0 for an empty one."""
        version: int = self.connection.execute("PRAGMA user_version").fetchone()[0]
        mark: int = self.connection.execute("PRAGMA application_id").fetchone()[0]
        tables: int = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and mark != APPLICATION_ID:
            raise StoreError(
                f"{self.path.name} is a SQLite file of another program",
                fix="name another file with PILOTLAB_DB, or move this one away",
            )
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path.name} has schema {version}, written by a newer pilotlab; this one knows up to {SCHEMA_VERSION}",
                fix="pip install --upgrade pilotlab",
            )
        return version

    def _upgrade(self) -> None:
        from pilotlab.store.migrations import migrate

        if self.readonly:
            with Database.open(self.path, clock=self.clock, wait_seconds=self.wait_seconds).closing():
                return
        with lock(self.path, self.wait_seconds):
            if self._version() < SCHEMA_VERSION:  # another process may have done it while we waited
                migrate(self.connection)

    @contextmanager
    def closing(self) -> Iterator[Database]:
        """Close at the end of a block."""
        try:
            yield self
        finally:
            self.close()


def _reader(path: Path) -> sqlite3.Connection:
    """Open for reading, also where the folder can't be written."""
    if not path.exists():
        raise NotFound(f"no database at {path}", fix="`pilotlab log` or `pilotlab import` makes it")
    address = f"file:{quote(str(path))}?mode=ro"
    if not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        address += "&immutable=1"  # a WAL file needs a neighbour that can't be made here; nobody can be writing either
    return sqlite3.connect(address, uri=True, isolation_level=None)


@contextmanager
def lock(path: Path, wait_seconds: float) -> Iterator[None]:
    """Let one process write at a time; the others wait, in place of starving on SQLite's own lock."""
    from filelock import FileLock, Timeout

    try:
        held = FileLock(f"{path}.lock").acquire(timeout=wait_seconds)
    except Timeout:
        raise _locked(path) from None
    with held:
        yield


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """Turn SQLite's and the disk's failures into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _worded(path, error) from error
    except OSError as error:
        raise StoreError(
            f"{path.name} can't be written: {error.strerror or error}",
            fix=f"check the rights on {path.parent}, or name another file with PILOTLAB_DB",
        ) from error


def _locked(path: Path) -> StoreError:
    return StoreError(
        f"{path.name} is in use: another command is writing", fix="wait until it is done and run this again"
    )


def _worded(path: Path, error: sqlite3.Error) -> StoreError:
    name = getattr(error, "sqlite_errorname", None) or ""
    file = path.name
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _locked(path)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(
            f"{file} is damaged or no SQLite database ({error})",
            fix=f"put the last backup in its place; keep the damaged file ({path}) for a rescue with `sqlite3 .recover`",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(
            f"{file} can't be opened for writing ({error})",
            fix=f"check the rights on {path.parent}, or name another file with PILOTLAB_DB",
        )
    if name.startswith("SQLITE_FULL"):
        return StoreError(
            f"no room left on the disk of {file}; nothing was written",
            fix="free some space and run this again",
        )
    if name.startswith("SQLITE_IOERR"):
        return StoreError(
            f"{file}: the disk reported an error ({error})",
            fix="check the disk; `pilotlab db verify` tells whether the file is whole",
        )
    return StoreError(
        f"{file} refused a change: {error}", fix="`pilotlab db verify` tells whether the file is whole"
    )
