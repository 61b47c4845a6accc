"""Faults: why a file is no table, which rows of one are no data, and how the rows that share a fault are listed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pilotlab.tables.headings import folded
from pilotlab.tables.marks import written
from pilotlab.wording import numbers
from pilotlab.wording.lists import some

Kind = Literal["unreadable", "too large", "not text", "empty"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a file as a whole, or from one row on; the first row is row 1."""

    kind: Kind
    what: str
    fix: str
    row: int = 0


class TableError(Exception):
    """A file that is no table; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.what)
        self.trouble = trouble


def no(kind: Kind, what: str, fix: str, row: int = 0) -> TableError:
    """Build the error of a file that is no table."""
    return TableError(Trouble(kind, what, fix, row))


TOTALS = frozenset(
    [
        "total",
        "totals",
        "grand total",
        "sub total",
        "subtotal",
        "sum",
        "overall",
        "average",
        "avg",
        "mean",
        "median",
        "all",
        "all teams",
        "total teams",
        "total all teams",
        "summe",
        "gesamt",
        "gesamtsumme",
        "gesamtergebnis",
        "insgesamt",
        "zwischensumme",
        "durchschnitt",
        "mittelwert",
        "alle teams",
        "summe gesamt",
        "somme",
        "total general",
        "totaux",
        "moyenne",
        "sous total",
        "toutes les equipes",
        "totale",
    ]
)


class Stray(NamedTuple):
    """What a row is, and the word for its kind."""

    what: str
    kind: str


def is_total(name: str) -> bool:
    """Whether a name is what sheets call a row of totals."""
    return folded(name) in TOTALS


def stray(
    cells: Sequence[str], header: Sequence[str], team: str, known: Collection[str], *, top: bool
) -> Stray | None:
    """Say what a row is that names no known team: the header again, labels, a totals row, a note; None for anything else.

    Parameters
    ----------
    top : bool
        Whether the row follows the header, or another row of labels below it.
    """
    if team in known:
        return None
    filled = [cell.strip() for cell in cells if cell.strip()]
    if [cell.strip().lower() for cell in cells[: len(header)]] == [name.lower() for name in header]:
        return Stray("the row is the header again", "header again")
    if is_total(team) or (not team and filled and is_total(filled[0])):
        return Stray(f"the row {_short(team or filled[0])!r} is a totals row, no team", "totals")
    if any(cell.startswith('{"ImportId"') for cell in filled):
        return Stray("the row is a survey tool's third header, with its import ids", "import ids")
    if top and len(filled) > 1 and not any(written(cell) or cell[0].isdigit() for cell in filled):
        what = f"the row is a second header, with labels or questions ({_short(filled[0])!r}, {_short(filled[1])!r})"
        return Stray(what, "labels")
    if len(filled) == 1 and len(header) > 2:
        return Stray(f"the row holds one cell, {_short(filled[0])!r}: a title or a note", "note")
    return None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


EACH = 3  # rows of one fault that are told one by one
LISTED = 8


def listed(rows: Collection[int]) -> str:
    """Write rows: `4 rows: 2 to 5`, or the first of them.

    Examples
    --------
    >>> listed([5, 2, 3, 4]), listed([2, 9])
    ('4 rows: 2 to 5', '2 rows: 2, 9')
    """
    count, ordered = f"{numbers.count(len(rows))} rows", sorted(set(rows))
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{count}: {ordered[0]} to {ordered[-1]}"
    return f"{count}: {some(ordered, LISTED)}"
