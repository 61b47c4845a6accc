"""Tables for `import`: a file by the shared reader, its troubles under the codes of an import."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pilotlab.sources.findings import Findings
from pilotlab.sources.problem import Problem
from pilotlab.tables.delimited import Table
from pilotlab.tables.delimited import read_table as read
from pilotlab.tables.trouble import TableError, Trouble

LIMIT = 2_000_000_000  # bytes
WANTED = ("team", "week")  # by which a header is known
_CODES = {"unreadable": "PL401", "too large": "PL401", "not text": "PL402", "empty": "PL403"}


def read_table(path: Path, teams: Iterable[str] = ()) -> Table:
    """Open a table of team-weeks.

    Raises
    ------
    TableError
        Where there is none.
    """
    return read(path, limit=LIMIT, wanted=WANTED, known=teams)


def note_trouble(findings: Findings, trouble: Trouble) -> None:
    """Note why a file is no table."""
    fix = (
        "write a header such as team,week,metric,value and a row a value"
        if trouble.kind == "empty"
        else trouble.fix
    )
    findings.add(Problem(_CODES[trouble.kind], trouble.what, fix), trouble.row)


def tell_reading(findings: Findings, table: Table) -> None:
    """Tell what was recognised of a file beyond plain UTF-8 with commas."""
    told = (*(["a byte order mark"] if table.marked else []), *table.told)
    if told:
        findings.tell("PL429", "read with " + ", ".join(told), table.header_row)


__all__ = ["LIMIT", "WANTED", "Table", "TableError", "note_trouble", "read_table", "tell_reading"]
