"""Text files: bytes to text, with a finding for what is no UTF-8 text."""

from __future__ import annotations

from pathlib import Path

from pilotlab.errors import Finding, Span
from pilotlab.spec.codes import found
from pilotlab.text.characters import escape
from pilotlab.text.names import CONTROL
from pilotlab.wording.numbers import count

_UTF32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def shown_from(path: Path, root: Path) -> str:
    """Write a path as people know it: from the workspace, with forward slashes."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def read_text(path: Path, *, shown: str, limit: int) -> str | Finding:
    """Read a file as UTF-8, a byte order mark and any line ends allowed.

    Parameters
    ----------
    shown : str
        The path as people know it.
    limit : int
        Largest size in bytes.

    Returns
    -------
    str or Finding
        The text with `\\n` as line ends, or what is wrong with the file.
    """
    here = Span(shown)
    try:
        if not path.is_file():
            what = (
                "is a folder"
                if path.is_dir()
                else "is not there"
                if not path.exists()
                else "is not a plain file"
            )
            return found(
                "PL101", f"the file {what}", where=here, fix=f"write {path.name} in {_folder(shown)}"
            )
        if (size := path.stat().st_size) > limit:
            return found(
                "PL108",
                f"the file has {count(size)} bytes; at most {count(limit)} are read",
                where=here,
                fix="is this the right file?",
            )
        raw = path.read_bytes()
    except OSError as error:
        return found(
            "PL101",
            f"the file can't be read: {(error.strerror or str(error)).lower()}",
            where=here,
            fix="check its permissions",
        )
    return _decode(raw, shown)


def _decode(raw: bytes, shown: str) -> str | Finding:
    if raw.startswith(_UTF32) or raw.startswith(_UTF16) or _is_wide(raw):
        kind = "UTF-32" if raw.startswith(_UTF32) else "UTF-16"
        return found("PL102", f"the file is {kind}", where=Span(shown), fix="save it as UTF-8")
    if (at := raw.find(b"\0")) >= 0:
        return found(
            "PL102",
            "the file is not text: it holds a zero byte",
            where=_span(raw, at, shown),
            fix="is this the right file? save it as UTF-8 text",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte 0x{raw[error.start]:02x} here, which in Latin-1 is {chr(raw[error.start])!r}"
        return found(
            "PL102",
            what,
            where=_span(raw, error.start, shown),
            fix="save the file as UTF-8 (in most editors: Save with encoding)",
        )
    if control := CONTROL.search(text):
        at = len(text[: control.start()].encode()) + (3 if raw.startswith(b"\xef\xbb\xbf") else 0)
        return found(
            "PL102",
            f"the file is not text: it holds {escape(control[0])}, a control character",
            where=_span(raw, at, shown),
            fix="remove it; most editors show it when asked to show invisible characters",
        )
    if not text.strip():
        return found(
            "PL103",
            "the file is empty",
            where=Span(shown, 1, 1),
            fix="`pilotlab init` writes an example to start from",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_wide(raw: bytes) -> bool:
    """Whether every other byte is zero: UTF-16 of Latin text, without its mark."""
    start = raw[:64]
    return len(start) > 3 and (not any(start[::2]) or not any(start[1::2]))


def _span(raw: bytes, offset: int, shown: str) -> Span:
    before = raw[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n").removeprefix(b"\xef\xbb\xbf")
    line = before.rpartition(b"\n")[2]
    return Span(shown, before.count(b"\n") + 1, len(line.decode("utf-8", "replace")) + 1)


def _folder(shown: str) -> str:
    return shown.rpartition("/")[0] or "this folder"
