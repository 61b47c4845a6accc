"""The head: the newest row of the ledger, noted beside the file, so that a file that lacks it is known."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pilotlab.errors import PilotlabError, StoreError
from pilotlab.whole_file import write_whole
from pilotlab.wording.numbers import count

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
    held = f": it held {count(known.seq)} records" if known else ""
    return StoreError(f"the database {path.name} is gone{held}", fix=WHAT_NOW)


def emptied(path: Path, known: Head | None) -> StoreError:
    """Build the error for a file of no bytes: ours is never empty."""
    held = f"; it held {count(known.seq)} records" if known else ""
    return StoreError(
        f"the database {path.name} is empty{held}",
        fix=WHAT_NOW if known else f"delete {path.name} if nothing was ever logged; else {WHAT_NOW}",
    )
