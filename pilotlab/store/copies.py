"""Copies: a backup made while others write, and a file put in the place of another."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pilotlab.errors import NotFound, PilotlabError, StoreError, UsageError
from pilotlab.store import head
from pilotlab.store.creation import bring_up, create_tables, one_transaction, record_origin, sweep
from pilotlab.store.database import BUSY_SECONDS, Clock, Database, connect, failures, lock, mode_of, utc_now
from pilotlab.store.head import Head
from pilotlab.store.opening import refuse_other
from pilotlab.whole_file import OWN, SHARED, refuse_special, replacing

if TYPE_CHECKING:
    from pilotlab.store.verify import Verification

_ENDS = ("-wal", "-shm", "-journal", ".lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What was put in place: what it holds, and where the file lies that stood there before."""

    verified: Verification
    aside: Path | None


def back_up(database: Database, target: Path) -> Verification:
    """Copy the file while others go on reading and writing; the copy is checked before it gets its name.

    Raises
    ------
    UsageError
        Where the target exists.
    StoreError
        Where the disk is full, or what was copied was changed outside pilotlab; no file is left.
    """
    if target.is_symlink() or target.exists():
        raise UsageError(f"{target.as_posix()} exists", fix="name a new file; a backup overwrites nothing")
    with failures(target), replacing(target, mode=mode_of(database.path), overwrite=False) as beside:
        copy_into(database.connection, beside)
        return require_whole(beside, database.path.name, "nothing was copied")


def copy_into(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database into an empty file, as one file without a WAL beside it."""
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def require_whole(path: Path, name: str, otherwise: str) -> Verification:
    """Verify a file that nobody else writes, and refuse one that is not what was written."""
    from pilotlab.store.verify import verify

    with closing(connect(path, readonly=True)) as connection:
        result = verify(Database(path, connection, readonly=True))
    if not result:
        raise changed_outside(result, f"{name} was changed outside pilotlab, {otherwise}")
    return result


def changed_outside(result: Verification, what: str) -> StoreError:
    """Build the error for a file that is not what was written."""
    more = f" (and {len(result.problems) - 1} more)" if len(result.problems) > 1 else ""
    return StoreError(
        f"{what}: {result.problems[0]}{more}",
        fix="`pilotlab db verify` lists every change; `pilotlab db restore BACKUP` puts a backup from before it in its place",
    )


def restore(
    path: Path,
    backup: Path,
    *,
    actor: str,
    why: str = "",
    clock: Clock = utc_now,
    wait_seconds: float = BUSY_SECONDS,
    shared: bool = False,
) -> Replaced:
    """Put a backup in the place of the file, as an act of its own ledger; the file that was there is kept beside it.

    Raises
    ------
    NotFound
        Where there is no such backup.
    UsageError
        Where the backup is the file itself.
    StoreError
        Where the backup is no database of ours, or was changed; nothing is replaced.
    """
    refuse_special(backup)
    if not backup.is_file():
        raise NotFound(f"no file {backup.as_posix()}", fix="name a file that `pilotlab db backup` made")
    if path.exists() and backup.samefile(path):
        raise UsageError(f"{backup.as_posix()} is the database itself", fix="name a backup of it")
    with _swapping(path, wait_seconds, shared, clock) as swap:
        with failures(backup), closing(connect(backup, readonly=True)) as source:
            Database(backup, source, readonly=True).version()  # says what it is, where it is none of ours
            copy_into(source, swap.beside)
        with one_transaction(swap.beside, clock) as database:
            bring_up(database)
            record_origin(
                database, "restore", source=backup.name, replaced=swap.known, why=why.strip(), actor=actor
            )
        swap.newest = database.newest
        verified = require_whole(swap.beside, backup.name, "nothing was restored")
    return Replaced(verified=verified, aside=swap.aside)


def begin_anew(
    path: Path,
    *,
    actor: str,
    why: str,
    clock: Clock = utc_now,
    wait_seconds: float = BUSY_SECONDS,
    shared: bool = False,
) -> Replaced:
    """Begin a new file in the place of one that is lost, as its first act; what is left of the old one is kept beside it.

    Raises
    ------
    UsageError
        Without a reason, or where nothing was ever begun.
    """
    if not why.strip():
        raise UsageError("a new beginning needs a reason", fix='--why "..."')
    if not head.was_begun(path):
        raise UsageError(f"there was no {path.name} yet", fix="`pilotlab log` or `pilotlab import` makes it")
    with _swapping(path, wait_seconds, shared, clock) as swap:
        with one_transaction(swap.beside, clock) as database:
            create_tables(database)
            record_origin(database, "anew", replaced=swap.known, why=why.strip(), actor=actor)
        swap.newest = database.newest
        verified = require_whole(swap.beside, path.name, "nothing was begun")
    return Replaced(verified=verified, aside=swap.aside)


def set_rights(path: Path, *, shared: bool) -> None:
    """Give the group the right to read and write a file and what lies beside it, or take it away.

    Raises
    ------
    NotFound
        Where there is no file.
    """
    if not path.exists():
        raise NotFound(f"no database at {path}", fix="`pilotlab log` or `pilotlab import` makes it")
    mode = SHARED if shared else OWN
    with failures(path):
        for file in (path, head.beside(path), *(path.with_name(path.name + end) for end in _ENDS)):
            if file.exists():
                file.chmod(mode)


@dataclass(slots=True)
class _Swap:
    """A file that takes the place of another: what was seen of that one, and where it went."""

    beside: Path
    known: Head | None
    newest: Head | None = None
    aside: Path | None = None


@contextmanager
def _swapping(path: Path, wait_seconds: float, shared: bool, clock: Clock) -> Iterator[_Swap]:
    """Give a file to be filled; at the end the one that stands there is moved aside, and the new one takes its place."""
    refuse_special(path)
    mode = mode_of(path) if path.exists() else SHARED if shared else OWN
    path.parent.mkdir(parents=True, exist_ok=True)
    with failures(path), lock(path, wait_seconds, mode):
        sweep(path)
        _forget_second_names(path)
        with replacing(path, mode=mode) as beside:
            swap = _Swap(beside, _last_seen(path))
            yield swap
            swap.aside = _move_aside(path, clock())
        if swap.newest:
            head.note(path, swap.newest, mode=mode)


def _last_seen(path: Path) -> Head | None:
    """Newest row of the file as it stands, where it is the one noted; else as it was noted; None where nothing tells."""
    noted = None
    with suppress(PilotlabError):
        noted = head.noted(path)
    with suppress(PilotlabError, sqlite3.Error), closing(connect(path, readonly=True)) as connection:
        database = Database(path, connection, readonly=True)
        if noted:
            refuse_other(database, noted)
        row = database.one("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1")
        if row:
            return Head(str(database.first_hash()), int(row[0]), str(row[1]))
    return noted


def _move_aside(path: Path, at: str) -> Path | None:
    """Give the file that stands there another name, with what SQLite keeps beside it: a WAL would be read into the new one.

    Where nothing of it lies in a WAL, it keeps its own name as well until the new one takes it: a kill leaves one or the other.
    """
    if not path.exists():
        _rename(path, _free_name(path, at), "-wal", "-shm", "-journal")
        return None
    aside = _free_name(path, at)
    with suppress(PilotlabError, sqlite3.Error):
        _empty_wal(path)
    if head.remains(path):
        _rename(path, aside, "", "-wal", "-shm", "-journal")
        return aside
    _rename(path, aside, "-wal", "-shm", "-journal")
    try:
        os.link(path, aside)
    except OSError:  # a file system without hard links
        path.rename(aside)
    return aside


def _free_name(path: Path, at: str) -> Path:
    stamp, number = at[:19].replace(":", "").replace("-", ""), 1
    aside = path.with_name(f"{path.name}.replaced-{stamp}")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.replaced-{stamp}-{number}")
    return aside


def _empty_wal(path: Path) -> None:
    with closing(connect(path, readonly=False)) as connection:
        Database(path, connection, readonly=False).version()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rename(path: Path, aside: Path, *ends: str) -> None:
    for end in ends:
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))


def _forget_second_names(path: Path) -> None:
    """Take away what a killed swap left: a second name of the file that still stands in its place."""
    for aside in path.parent.glob(f"{path.name}.replaced-*"):
        if path.exists() and aside.samefile(path):
            aside.unlink()
