"""Tables: a CSV file to a header and rows of text, or the reason why it is none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pilotlab.sources.values import Problem
from pilotlab.text.names import tidy

LIMIT = 2_000_000_000  # bytes
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Misread:
    """A problem of the file as a whole or of one row, counted as a person sees it: the header is row 1."""

    problem: Problem
    row: int = 0


class TableError(Exception):
    """A file that is no table; `misread` says why."""

    def __init__(self, misread: Misread) -> None:
        super().__init__(misread.problem.what)
        self.misread = misread


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and rows as `(row number, cells)`; blank rows are left out, but counted."""

    header: tuple[str, ...]
    header_row: int
    delimiter: str
    rows: Iterator[tuple[int, list[str]]]


def read_table(path: Path) -> Table:
    """Open a CSV file: UTF-8 with or without a byte order mark, any line ends, comma, semicolon, tab or bar.

    Raises
    ------
    TableError
        Where there is no table: missing, empty, binary, in another encoding. Rows raise it while they are read.
    """
    text = _text(path)
    delimiter = _delimiter(text)
    rows = _rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    first = next(rows, None)
    if first is None:
        raise _no(
            "PL403", "the file is empty", "write a header such as team,week,metric,value and a row a value"
        )
    header_row, header = first
    return Table(tuple(cell.strip() for cell in header), header_row, delimiter, rows)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size if path.is_file() else -1
        if size < 0:
            what = (
                "is a folder"
                if path.is_dir()
                else "is not there"
                if not path.exists()
                else "is not a plain file"
            )
            raise _no("PL401", f"the file {what}", "name a CSV file")
        if size > LIMIT:
            raise _no(
                "PL401",
                f"the file has {size:,} bytes; at most {LIMIT:,} are read at once",
                "split it by weeks",
            )
        return _decoded(path.read_bytes())
    except OSError as error:
        raise _no("PL401", f"the file can't be read: {error.strerror or error}", "check its rights") from None


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _no("PL402", "the file is UTF-16", "save it as CSV UTF-8")
    if raw.startswith(b"PK\x03\x04"):
        raise _no(
            "PL402",
            "the file is a workbook or archive, not a CSV file",
            "open it and save the sheet as CSV UTF-8",
        )
    if (at := raw.find(b"\0")) >= 0:
        raise _no(
            "PL402",
            "the file is not text: it holds a zero byte",
            "is this the right file? save it as CSV UTF-8",
            _line(raw, at),
        )
    try:
        return tidy(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        byte = raw[error.start]
        what = f"the file is not UTF-8: byte 0x{byte:02x}, which in Latin-1 is {chr(byte)!r}"
        raise _no("PL402", what, "save it as CSV UTF-8", _line(raw, error.start)) from None


def _line(raw: bytes, offset: int) -> int:
    return raw[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1


def _delimiter(text: str) -> str:
    """Return the mark that divides the header; a comma where none does."""
    header = next((line for line in io.StringIO(text[:100_000]) if line.strip()), "")
    return max(DELIMITERS, key=header.count)


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cells) and (len(cells) > 1 or cells[0].strip()):  # ",,," is a blank row of a spreadsheet
                yield number, cells
    except csv.Error as error:
        what = (
            "a quote is opened and never closed"
            if "unexpected end" in str(error)
            else f"the row can't be read: {error}"
        )
        raise _no(
            "PL401", what, 'close the quote; a quote inside a quoted cell is written twice: ""', number + 1
        ) from None


def _no(code: str, what: str, fix: str, row: int = 0) -> TableError:
    return TableError(Misread(Problem(code, what, fix), row))
