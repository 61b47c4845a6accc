"""Cells: CSV that a spreadsheet opens as text and numbers, never as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from pilotlab.text.characters import visible

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile('[\\s"\u00a0]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]')
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def csv_of(frame: pd.DataFrame) -> str:
    """Return a frame as CSV, headings first; numbers stay numbers, text that a spreadsheet would run is quoted (`'=A1`)."""
    safe = frame.rename(columns=lambda name: safe_cell(str(name)))
    for place, kind in enumerate(frame.dtypes):
        if kind.kind not in "biufM":
            safe.isetitem(place, list(map(safe_cell, frame.iloc[:, place])))
    return safe.to_csv(index=False, lineterminator="\n")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write rows as CSV, headings first; text that a spreadsheet would run is quoted."""
    written = StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(map(safe_cell, columns))
    table.writerows([list(map(safe_cell, row)) for row in rows])
    return written.getvalue()


def safe_cell(cell: Any) -> Any:
    """Return a cell as it may stand in a CSV file; what is no text stays."""
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    shown = "\n".join(map(visible, cell.split("\n")))
    return f"'{shown}" if _FORMULA.match(cell) else shown
