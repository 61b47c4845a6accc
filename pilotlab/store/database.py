"""The database: wraps every change of the SQLite file in one transaction, and words its failures."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pilotlab.errors import StoreError
from pilotlab.store import head
from pilotlab.store.head import Head
from pilotlab.store.tables import APPLICATION_ID, SCHEMA_VERSION
from pilotlab.whole_file import OWN, SHARED

BUSY_SECONDS = 30.0  # longer than the import of a million rows holds the file
Clock = Callable[[], str]
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


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
    login: str = ""
    wait_seconds: float = BUSY_SECONDS
    newest: Head | None = None  # the ledger's newest row, once this connection has written one
    file: tuple[int, int] | None = None  # which one was opened

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
            cursor = self.connection.execute(sql, parameters)
            row: tuple[Any, ...] | None = cursor.fetchone()
            cursor.close()
        return row

    def run(self, sql: str, parameters: Any = ()) -> int:
        """Run one statement of an open transaction and return the rows it changed."""
        return self.connection.execute(sql, parameters).rowcount

    def first_hash(self) -> str | None:
        """Hash of the ledger's first row, which names the store for good."""
        row = self.one("SELECT hash FROM ledger WHERE seq = 1")
        return None if row is None else str(row[0])

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
        with failures(self.path), lock(self.path, self.wait_seconds, mode_of(self.path)):
            self._same_file()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            if self.newest:
                head.note(self.path, self.newest, mode=mode_of(self.path))

    def _same_file(self) -> None:
        """Refuse to write into a file that another one has replaced: nobody would read it again."""
        if self.file != identity(self.path):
            raise StoreError(
                f"{self.path.name} was replaced or taken away while this command ran; nothing was written",
                fix="run this again",
            )

    def version(self) -> int:
        """Schema version of the file."""
        version: int = self.connection.execute("PRAGMA user_version").fetchone()[0]
        mark: int = self.connection.execute("PRAGMA application_id").fetchone()[0]
        if mark != APPLICATION_ID or version < 1:
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


def mode_of(path: Path) -> int:
    """Rights for what lies beside the file: its own, so that a group that shares it shares all of it."""
    with suppress(OSError):
        return path.stat().st_mode & SHARED | OWN
    return OWN


def login_of(clock: Clock) -> str:
    """Return the login name for the ledger; none where the clock is handed in, as what is played has no login."""
    from pilotlab.workspace import login

    return login() if clock is utc_now else ""


def identity(path: Path) -> tuple[int, int] | None:
    """Which file this is, whatever its name."""
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def connect(path: Path, readonly: bool) -> sqlite3.Connection:
    """Open a file that is there; what a crash left half done is rolled back, by a reader too."""
    if not readonly:
        return _address(path, "mode=rw")
    may_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    wal, index, journal = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))
    if not may_write and (_holds(journal) or (_holds(wal) and not index.exists())):
        raise StoreError(
            f"{path.name} was left in the middle of a write, and you may not write in {path.parent.as_posix()} to put it right",
            fix="have somebody who may write there run `pilotlab db verify` once, or copy the folder with all its files to a place of your own",
        )
    if _holds(journal):
        with closing(_address(path, "mode=rw")) as writer:
            writer.execute("SELECT count(*) FROM sqlite_master").fetchone()
    alone = (
        not may_write and not wal.exists()
    )  # a WAL needs a neighbour that can't be made here; nobody can be writing either
    return _address(path, "mode=ro&immutable=1" if alone else "mode=ro")


def _holds(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _address(path: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?{options}", uri=True, isolation_level=None)


@contextmanager
def lock(path: Path, wait_seconds: float, mode: int = OWN) -> Iterator[None]:
    """Let one process write at a time; the others wait, in place of starving on SQLite's own lock."""
    from filelock import FileLock, Timeout

    try:
        held = FileLock(f"{path}.lock", mode=mode).acquire(timeout=wait_seconds)
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
        if error.errno in _NO_ROOM:
            raise _full(path) from error
        raise StoreError(
            f"{path.name} can't be written: {error.strerror or error}",
            fix=f"check the rights on {path.parent}, or name another file with PILOTLAB_DB",
        ) from error


def _locked(path: Path) -> StoreError:
    return StoreError(
        f"{path.name} is in use: another command is writing", fix="wait until it is done and run this again"
    )


def _full(path: Path) -> StoreError:
    return StoreError(
        f"no room left on the disk of {path.name}; nothing was written",
        fix="free some space and run this again",
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
        return _full(path)
    if name.startswith("SQLITE_IOERR"):
        return StoreError(
            f"{file}: the disk reported an error ({error})",
            fix="check the disk; `pilotlab db verify` tells whether the file is whole",
        )
    return StoreError(
        f"{file} refused a change: {error}", fix="`pilotlab db verify` tells whether the file is whole"
    )
