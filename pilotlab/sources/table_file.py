"""Table files for `import`: a file by the shared reader, its troubles under the codes of an import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from pilotlab import plugins
from pilotlab.sources.findings import Findings, Problem
from pilotlab.tables.delimited import Table, parse_table
from pilotlab.tables.delimited import read_table as read
from pilotlab.tables.faults import TableError, Trouble, no

LIMIT = 2_000_000_000  # bytes
WANTED = ("team", "week")  # by which a header is known
_CODES = {"unreadable": "PL401", "too large": "PL401", "not text": "PL402", "empty": "PL403"}


OWN = ("csv", "tsv", "txt")  # endings of files that need no plug-in


def read_table(path: Path, teams: Iterable[str] = (), *, source: str = "") -> Table:
    """Open a table of team-weeks; of a format that a package adds by its own reader.

    Parameters
    ----------
    source : str
        Name of the format; the ending of the file's name where left out.

    Raises
    ------
    TableError
        Where there is none.
    """
    name = source or path.suffix.removeprefix(".").lower()
    if (source and source not in OWN) or name in plugins.added("source"):
        added = plugins.plugin("source", name, OWN if source else ())
        if source or (added and name not in OWN):
            return _added(added or plugins.require("source", name, OWN), path)
    return read(path, limit=LIMIT, wanted=WANTED, known=teams)


def _added(plugin: plugins.Plugin, path: Path) -> Table:
    """Read a file by a package's reader, which gives rows of cells, the header first."""
    if not path.is_file():
        raise no("unreadable", "the file is not there" if not path.exists() else "is no file", "name a file")
    rows = plugin.running(lambda: [[str(cell) for cell in row] for row in plugin.load()(path)])
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return parse_table(text.getvalue(), wanted=WANTED, told=(f"the {plugin}",))


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
