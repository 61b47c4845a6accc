"""Whole files: written beside under a name nobody can foresee, then put in place at once."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pilotlab.errors import UsageError

OWN, SHARED = 0o600, 0o660  # who may read: the owner alone, or the group as well
_ANYBODY = 0o666  # less what the umask takes away: what a plain `open` gives
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)


def write_whole(target: Path, content: bytes, *, mode: int = _ANYBODY) -> None:
    """Write a file whole or not at all: readers see what stood there before, or all of the new.

    Raises
    ------
    UsageError
        Where the target is a folder or a device.
    OSError
        Where it can't be written; nothing is left behind.
    """
    with replacing(target, mode=mode) as beside:
        beside.write_bytes(content)


@contextmanager
def replacing(target: Path, *, mode: int = _ANYBODY, overwrite: bool = True) -> Iterator[Path]:
    """Give an empty file beside the target to be filled; at the end of the block it takes the target's place.

    A failure on the way takes it away again, with whatever SQLite put beside it. A link at the target is replaced, never followed.
    """
    refuse_special(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    os.close(os.open(beside, _NEW, mode))
    try:
        if mode != _ANYBODY:
            beside.chmod(mode)  # a group's file whatever the umask
        yield beside
        sync(beside)
        _put(beside, target, overwrite=overwrite)
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                beside.with_name(beside.name + suffix).unlink(missing_ok=True)
    with suppress(OSError):  # some file systems can't flush a folder
        sync(target.parent)


def refuse_special(path: Path) -> None:
    """Refuse what can't be a file of ours: a folder, a device, a pipe."""
    with suppress(OSError, ValueError):
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):
            what = "a folder" if stat.S_ISDIR(kind) else "a device, not a file"
            raise UsageError(f"{path.as_posix()} is {what}", fix="name a file")


def sync(path: Path) -> None:
    """Have the disk keep what was written."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put(beside: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        beside.replace(target)
        return
    try:
        os.link(beside, target)
    except FileExistsError:
        raise UsageError(f"{target.as_posix()} exists", fix="name a new file") from None
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise UsageError(f"{target.as_posix()} exists", fix="name a new file") from None
        beside.replace(target)
