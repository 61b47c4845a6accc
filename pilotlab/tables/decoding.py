"""Decoding: the bytes of a table to text, in the encoding they were written in; what can't be told is refused."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from pilotlab.tables.faults import TableError, no

AS_CSV = "save the sheet as CSV UTF-8 (comma delimited) and name that file"


class Decoded(NamedTuple):
    """Text, and what there is to tell of its encoding: nothing for plain UTF-8."""

    text: str
    told: str = ""
    marked: bool = False  # UTF-8 that begins with a byte order mark, as spreadsheets write it


_MARKS = (  # the longer first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 text"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 text"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8 text"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 text"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 text"),
)
_OTHERS = (  # what a file is that begins like this
    (b"PK\x03\x04", "an Excel workbook or archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel 97 workbook"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a rich-text document"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_MARKUP = (
    ("<?xml", "an XML file, such as Excel's XML spreadsheet"),
    ("<!doctype html", "a web page (HTML)"),
    ("<html", "a web page (HTML)"),
    ("<table", "a web page (HTML)"),
    ("<meta", "a web page (HTML)"),
    ("<style", "a web page (HTML)"),
    ("<div", "a web page (HTML)"),
)
OLD = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp850": "DOS (code page 850)"}
_WITHIN = frozenset("äöüßéèêëàâáåçîïíìñôóòõøûùúœæãýÿ")
_FIRST = {**dict.fromkeys("ÄÖÜÉ", 2.0), **dict.fromkeys("ÈÊÀÂÁÅÇÎÍÑÔÓØÛÚŒÆ", 1.0)}
_BESIDE = frozenset("\u00a0€£–—’‘“”„«»°§²·…")
_SAMPLE = 4000


def decode(raw: bytes, known: Iterable[str] = ()) -> Decoded:
    """Decode a table: Unicode in any form, else the one old encoding in which its letters make words.

    Parameters
    ----------
    known : iterable of str
        Names that the table may hold; where two encodings would do, the one that gives such a name is taken.

    Raises
    ------
    TableError
        For a workbook, a document, a picture; for text whose encoding can't be told.
    """
    for begin, what in _OTHERS:
        if raw.startswith(begin):
            raise no("not text", f"the file is not text: it is {what}, no CSV file", f"open it and {AS_CSV}")
    decoded = _unicode(raw) or _old(raw, known)
    head = decoded.text[:200].lstrip().lower()
    for tag, what in _MARKUP:
        if head.startswith(tag):
            raise no(
                "not text", f"the file is {what}, not a CSV file", f"open it in a spreadsheet and {AS_CSV}"
            )
    if head.startswith(("{", "[{")):
        raise no(
            "not text", "the file is JSON, not a CSV file", "write it as CSV: a header, and a row a value"
        )
    return decoded


def _unicode(raw: bytes) -> Decoded | None:
    """Decode UTF-8, UTF-16 or UTF-32; None where it is none of them."""
    for mark, name, told in _MARKS:
        if raw.startswith(mark):
            marked = mark == codecs.BOM_UTF8
            return Decoded(_strict(raw[len(mark) :], name, told), "" if marked else told, marked)
    if silent := _without_mark(raw):
        return Decoded(_strict(raw, silent, "UTF-16 text"), "UTF-16 text")
    _refuse_binary(raw)
    try:
        return Decoded(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _strict(raw: bytes, name: str, told: str) -> str:
    try:
        text = raw.decode(name)
    except UnicodeDecodeError as error:
        row = _row(raw, error.start) if name == "utf-8" else 0
        what = f"the file begins as {told}, but not all of it is: {error.reason}"
        raise no("not text", what, f"it may be damaged or cut off; {AS_CSV}", row) from None
    if (at := text.find("\0")) >= 0:
        raise _zero(text.count("\n", 0, at) + 1)
    return text


def _without_mark(raw: bytes) -> str:
    """UTF-16 that does not say so: every other byte of its first letters is zero."""
    head = raw[:400]
    for name, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(head) > 3 and zeros.count(0) > 0.8 * len(zeros) and not letters.count(0):
            return name
    return ""


def _refuse_binary(raw: bytes) -> None:
    if (at := raw.find(b"\0")) >= 0:
        raise _zero(_row(raw, at))
    odd = raw[:_SAMPLE].translate(None, bytes(range(32, 256)) + b"\t\n\r\f\v\x1a\x1b")
    if len(odd) > 2:
        raise no(
            "not text",
            "the file is not text: it holds control characters",
            f"is this the right file? {AS_CSV}",
        )


def _zero(row: int) -> TableError:
    what = "the file is not text: it holds a zero byte"
    return no("not text", what, f"is this the right file? {AS_CSV}", row)


def _old(raw: bytes, known: Iterable[str]) -> Decoded:
    """Decode one byte a letter: the encoding in which the letters outside ASCII stand where letters do."""
    first = next(at for at, byte in enumerate(raw) if byte > 127)
    texts = {name: text for name in OLD if (text := _or_none(raw, name)) is not None}
    judged = {name: _likeness(text) for name, text in texts.items()}
    best = max(judged.values(), default=-1.0)
    names = [name for name, score in judged.items() if score == best > 0]
    if len({texts[name] for name in names}) > 1:
        wanted = [word for word in known if not word.isascii()]
        names = [name for name in names if any(_holds(texts[name], word) for word in wanted)]
    if len({texts[name] for name in names}) != 1:
        raise _unclear(raw, first)
    name = names[0]
    letter = raw[first : first + 1].decode(name)
    return Decoded(
        texts[name], f"{OLD[name]} text (byte 0x{raw[first]:02x} in row {_row(raw, first)} is {letter!r})"
    )


def _unclear(raw: bytes, at: int) -> TableError:
    byte = raw[at : at + 1]
    could = ", ".join(f"{byte.decode(name, 'replace')!r} in {called}" for name, called in OLD.items())
    what = f"the file is not UTF-8, and its encoding can't be told: byte 0x{raw[at]:02x} is {could}"
    return no("not text", what, AS_CSV, _row(raw, at))


def _or_none(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except UnicodeDecodeError:
        return None


def _likeness(text: str) -> float:
    """How far the letters outside ASCII stand where letters do: small ones within words, capitals before them."""
    score, seen = 0.0, 0
    for at, letter in enumerate(text):
        if letter.isascii():
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        score += _fit(letter, before, after)
        if (seen := seen + 1) >= _SAMPLE:
            break
    return score


def _fit(letter: str, before: str, after: str) -> float:
    if letter in _WITHIN:
        return 3.0 if before.isalpha() or after.isalpha() else -1.0
    if letter in _FIRST:
        inside = before.isalpha() and before.islower()
        shouted = before.isupper() or after.isupper()
        return -3.0 if inside else _FIRST[letter] if after.isalpha() or shouted else -1.0
    if letter in _BESIDE:
        return 0.5 if not (before.isalpha() and after.isalpha()) or letter == "’" else -3.0
    return -3.0


def _holds(text: str, word: str) -> bool:
    return unicodedata.normalize("NFC", word) in text


def _row(raw: bytes, offset: int) -> int:
    return raw[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
