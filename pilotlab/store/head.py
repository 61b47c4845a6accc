"""The head: the newest row of the ledger, noted beside the file, so that a file that lacks it is known."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pilotlab.errors import PilotlabError, StoreError
from pilotlab.whole_file import write_whole

if TYPE_CHECKING:
    from pilotlab.store.database import Database

WHAT_NOW = (
    "put it back with `pilotlab db restore BACKUP`, or, if it is lost for good, begin a new one with "
    '`pilotlab db begin-anew --why "..."`'
)


class Head(NamedTuple):
    """Where a ledger stood: the hash of its first row names it, then its newest row."""

    store: str
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def beside(path: Path) -> Path:
    """Where the head of a file is noted."""
    return path.with_name(f"ledger-head-{path.name}.json")


def noted(path: Path) -> Head | None:
    """Return the head noted beside a file; None where none was.

    Raises
    ------
    StoreError
        Where the note can't be read.
    """
    note = beside(path)
    try:
        plain = json.loads(note.read_text(encoding="utf-8"))
        return Head(str(plain["store"]), int(plain["seq"]), str(plain["hash"]))
    except OSError:  # none yet, or not for this reader's eyes
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{note.name} is damaged, so nobody can tell whether {path.name} is the database it was",
            fix=f"compare it with the last hash you noted elsewhere; where it is right, delete {note.name}: the next record notes it anew",
        ) from error


def was_begun(path: Path) -> bool:
    """Whether there is a file, or was one: what is gone is named when it is opened."""
    return path.exists() or beside(path).exists() or remains(path)


def remains(path: Path) -> bool:
    """Whether something is left of a file that is gone: pages that were written and never moved into it."""
    for suffix in ("-wal", "-journal"):
        with suppress(OSError):
            if path.with_name(path.name + suffix).stat().st_size:
                return True
    return False


def note(path: Path, head: Head, *, mode: int) -> None:
    """Note a head; a note that can't be written stays as it is, since the act itself is kept."""
    text = json.dumps(head._asdict(), indent=1) + "\n"
    with suppress(OSError, PilotlabError):
        write_whole(beside(path), text.encode(), mode=mode)


def gone(path: Path, known: Head | None) -> StoreError:
    """Build the error for a file that was there and is not."""
    held = f": it held {known.seq:,} records" if known else ""
    return StoreError(f"the database {path.name} is gone{held}", fix=WHAT_NOW)


def emptied(path: Path, known: Head | None) -> StoreError:
    """Build the error for a file of no bytes: ours is never empty."""
    held = f"; it held {known.seq:,} records" if known else ""
    return StoreError(
        f"the database {path.name} is empty{held}",
        fix=WHAT_NOW if known else f"delete {path.name} if nothing was ever logged; else {WHAT_NOW}",
    )


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
        what = f"{name} is another database than the one used here before, which held {known.seq:,} records"
    elif row is None:
        what = f"{name} is an older copy: it ends at record {newest[0]:,}, and {known.seq:,} were seen here"
    else:
        what = f"record {known.seq:,} of {name} is not the one that was written: its ledger was rewritten"
    raise StoreError(what, fix=WHAT_NOW)


def _replaced(database: Database, known: Head) -> bool:
    """Whether an act of this file says that it took the place of the one noted."""
    if database.one("SELECT 1 FROM sqlite_master WHERE name = 'origins'") is None:
        return False
    return database.one("SELECT 1 FROM origins WHERE replaced_hash = ?", (known.hash,)) is not None
