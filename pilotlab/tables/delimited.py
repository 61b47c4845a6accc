"""Delimited text: a file to its header and rows of cells, whatever stands between them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pilotlab.tables.decoding import decode
from pilotlab.tables.faults import TableError, no
from pilotlab.tables.headings import offered
from pilotlab.text.names import tidy
from pilotlab.wording.lists import plural
from pilotlab.wording.numbers import count

DELIMITERS = (",", ";", "\t", "|")
CALLED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEP = re.compile(r"\s*\"?sep=(.)\"?[\s,;]*(?:\r\n|\r|\n|$)", re.IGNORECASE)
_LOOKED_AT = 30  # rows in which a header is looked for


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and rows as `(row number, cells)`; blank rows are left out, but counted.

    Attributes
    ----------
    told : tuple of str
        What was recognised beyond plain UTF-8 with commas and a header in row 1.
    """

    header: tuple[str, ...]
    header_row: int
    delimiter: str
    text: str
    told: tuple[str, ...] = ()
    marked: bool = False  # whether the file begins with a byte order mark

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Walk the rows below the header, from the top each time."""
        rows = _rows(self.text, self.delimiter)
        for number, _ in rows:
            if number == self.header_row:
                break
        return rows


def read_table(path: Path, *, limit: int, wanted: Collection[str], known: Iterable[str] = ()) -> Table:
    """Open a delimited file: any encoding that can be told, line ends, comma, semicolon, tab or bar.

    Parameters
    ----------
    limit : int
        Largest size in bytes.
    wanted : collection of str
        Columns by which a header is known where titles stand above it.
    known : iterable of str
        Names the table may hold, which help to tell its encoding.

    Raises
    ------
    TableError
        Where there is no table: missing, empty, binary. Rows raise it while they are read.
    """
    decoded = decode(_bytes(path, limit), known)
    table = parse_table(decoded.text, wanted=wanted, told=(decoded.told,) if decoded.told else ())
    return replace(table, marked=decoded.marked)


def parse_table(text: str, *, wanted: Collection[str], told: tuple[str, ...] = ()) -> Table:
    """Divide text into a table; see `read_table`."""
    notes = list(told)
    text = tidy(text.rstrip("\x1a"))  # DOS wrote the end of a file
    said = _SEP.match(text)
    if said:
        notes.append(f"a first row 'sep={said[1]}'")
    delimiter, row, header = _header(text, wanted, said[1] if said else "", 1 if said else 0)
    if delimiter != "," and len(header) > 1:
        notes.append(f"{CALLED.get(delimiter, repr(delimiter))} between cells")
    above = row - 1 - (1 if said else 0)
    if above and any(cells for number, cells in islice(_rows(text, delimiter), above) if number < row):
        notes.append(f"{plural(above, 'row')} above the header, left out")
    return Table(header, row, delimiter, text, tuple(notes))


def _bytes(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():
            what = (
                "is a folder"
                if path.is_dir()
                else "is not there"
                if not path.exists()
                else "is not a plain file"
            )
            raise no("unreadable", f"the file {what}", "name a CSV file")
        size = path.stat().st_size
        if size > limit:
            what = f"the file has {count(size)} bytes; at most {count(limit)} are read at once"
            raise no("too large", what, "is this the right file? split it by weeks")
        return path.read_bytes()
    except OSError as error:
        what = f"the file can't be read: {(error.strerror or str(error)).lower()}"
        raise no("unreadable", what, "check its permissions") from None


def _header(text: str, wanted: Collection[str], said: str, above: int) -> tuple[str, int, tuple[str, ...]]:
    """Find what stands between cells, and the header: the first row with a wanted column, else the first row."""
    first: tuple[int, list[str]] | None = None
    tops = {mark: _top(text, mark, above) for mark in ((said,) if said else DELIMITERS)}
    for exact in (True, False):
        found = [
            (_count(cells, wanted, exact=exact), -number, len(cells), mark, cells)
            for mark, rows in tops.items()
            for number, cells in rows
        ]
        best = max(found, default=None, key=lambda row: row[:3])
        if best and best[0] >= min(2, len(wanted)):
            return best[3], -best[1], tuple(cell.strip() for cell in best[4])
    mark = max(tops, key=lambda mark: len(tops[mark][0][1]) if tops[mark] else 0)
    first = next(iter(tops[mark]), None)
    if first is None:
        raise no("empty", "the file is empty", "write a header and a row a value")
    return mark, first[0], tuple(cell.strip() for cell in first[1])


def _top(text: str, delimiter: str, above: int) -> list[tuple[int, list[str]]]:
    """Read the first rows as they are; a broken one is found when all are read."""
    found: list[tuple[int, list[str]]] = []
    try:
        for number, cells in _rows(text, delimiter):
            if number > above:
                found.append((number, cells))
            if len(found) == _LOOKED_AT:
                break
    except TableError:
        pass
    return found


def _count(cells: list[str], wanted: Collection[str], *, exact: bool) -> int:
    """How many wanted columns a row names; by other names too where it need not be exact."""
    names = {cell.strip() if exact else offered(cell, wanted) for cell in cells}
    return sum(name in names for name in wanted)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, cells in enumerate(reader, start=1):
            if any(cells) and (len(cells) > 1 or cells[0].strip()):  # ",,," is a blank row of a spreadsheet
                yield number, cells
    except csv.Error as error:
        opened = "unexpected end" in str(error)
        what = "a quote is opened and never closed" if opened else f"the row can't be read: {error}"
        fix = 'close the quote; a quote inside a quoted cell is written twice: ""'
        raise no("unreadable", what, fix, number + 1) from None
