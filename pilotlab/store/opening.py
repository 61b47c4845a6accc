"""Opening: the file found, made where there never was one, brought up to date, refused where it is another."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pilotlab.errors import NotFound, StoreError
from pilotlab.store import head
from pilotlab.store.database import (
    BUSY_SECONDS,
    Clock,
    Database,
    connect,
    failures,
    identity,
    login_of,
    utc_now,
)
from pilotlab.store.head import WHAT_NOW, Head
from pilotlab.store.tables import SCHEMA_VERSION
from pilotlab.whole_file import OWN, SHARED, refuse_special
from pilotlab.wording.numbers import count


def open_database(
    path: Path,
    *,
    readonly: bool = False,
    clock: Clock = utc_now,
    wait_seconds: float = BUSY_SECONDS,
    shared: bool = False,
) -> Database:
    """Open the file; a writer makes it where there never was one.

    Raises
    ------
    NotFound
        Where a reader finds no file, and never was one.
    UsageError
        Where the path is a folder or a device.
    StoreError
        Where the file is gone, empty, another one or older than what was seen here; no database of ours, damaged, locked,
        can't be written, or newer than this program.
    """
    path = path.resolve()  # lock, note and WAL lie beside the file itself, not beside a link to it
    refuse_special(path)
    known = head.noted(path)
    with failures(path):
        if not path.exists():
            _make(path, known, readonly=readonly, clock=clock, wait_seconds=wait_seconds, shared=shared)
        elif path.stat().st_size == 0:
            raise head.emptied(path, known)
        database = Database(path, connect(path, readonly), readonly, clock, login_of(clock), wait_seconds)
        try:
            _prepare(database, known)
        except BaseException:
            database.close()
            raise
    return database


def _make(
    path: Path, known: Head | None, *, readonly: bool, clock: Clock, wait_seconds: float, shared: bool
) -> None:
    """Make the file where there never was one; what was there and is gone is named."""
    from pilotlab.store.creation import create

    if known or head.remains(path):
        raise head.gone(path, known)
    if readonly:
        raise NotFound(f"no database at {path}", fix="`pilotlab log` or `pilotlab import` makes it")
    create(path, clock=clock, wait_seconds=wait_seconds, mode=SHARED if shared else OWN)


def _prepare(database: Database, known: Head | None) -> None:
    execute = database.connection.execute
    execute(f"PRAGMA busy_timeout = {int(database.wait_seconds * 1000)}")
    database.file = identity(database.path)
    if database.version() < SCHEMA_VERSION:
        _upgrade(database, known)
    if known:
        refuse_other(database, known)
    execute("PRAGMA foreign_keys = ON")
    execute(
        "PRAGMA recursive_triggers = ON"
    )  # INSERT OR REPLACE deletes; with this it asks the triggers first
    if not database.readonly:
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")  # what was acknowledged outlives a power cut
    execute("PRAGMA temp_store = MEMORY")


def _upgrade(database: Database, known: Head | None) -> None:
    from pilotlab.store.creation import bring_up

    if known:
        refuse_other(database, known)  # before anything of it is changed
    if database.readonly:
        open_database(database.path, clock=database.clock, wait_seconds=database.wait_seconds).close()
        return
    database.connection.execute("PRAGMA foreign_keys = OFF")  # a table made anew is dropped first
    with database.writing():
        bring_up(database)
    with suppress(OSError):
        database.path.chmod(database.path.stat().st_mode & SHARED)  # older ones were open to everybody


def refuse_other(database: Database, known: Head) -> None:
    """Refuse a file that lacks the row noted as its newest, unless the ledger says by what it was replaced.

    Raises
    ------
    StoreError
        Where another file, an older copy or a rewritten ledger stands in its place.
    """
    row = database.one("SELECT hash FROM ledger WHERE seq = ?", (known.seq,))
    if (row and row[0] == known.hash) or _replaced(database, known):
        return
    newest = database.one("SELECT ifnull(max(seq), 0) FROM ledger") or (0,)
    name = database.path.name
    if database.first_hash() != known.store:
        what = (
            f"{name} is another database than the one used here before, which held {count(known.seq)} records"
        )
    elif row is None:
        what = f"{name} is an older copy: it ends at record {count(newest[0])}, and {count(known.seq)} were seen here"
    else:
        what = (
            f"record {count(known.seq)} of {name} is not the one that was written: its ledger was rewritten"
        )
    raise StoreError(what, fix=WHAT_NOW)


def _replaced(database: Database, known: Head) -> bool:
    """Whether an act of this file says that it took the place of the one noted."""
    if database.one("SELECT 1 FROM sqlite_master WHERE name = 'origins'") is None:
        return False
    return database.one("SELECT 1 FROM origins WHERE replaced_hash = ?", (known.hash,)) is not None
