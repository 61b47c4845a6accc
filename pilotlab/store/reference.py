"""The page docs/reference/store.md, written from the list of tables: `python -m pilotlab.store.reference > docs/reference/store.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from pilotlab.store.tables import APPEND_ONLY, GAPS, TABLES, VIEWS

INTRO = """\
# The store

One SQLite file a workspace, `data/pilots.db` (`PILOTLAB_DB` names another). It opens in Datasette, DB Browser or the `sqlite3` shell as it
is: start with the views, `released` first: what is named `raw` is raw. This page is written from `pilotlab/store/tables.py`.

- **Three states.** A value; a gap with a reason ({gaps}); nothing. A gap is never a zero.
- **Nothing is overwritten.** A correction is a newer revision with author and reason. Triggers refuse to change or delete rows of
  {append_only}.
- **One act, one transaction, one row of the ledger.** A row's digest covers every column of what the act wrote, its hash the row before
  it. `pilotlab db verify` goes from the ledger to the rows and back, rebuilds `observations` from `entries`, and compares the SQL of every table, index, view
  and trigger with the program's. [What that proves](../explanation/what-verify-proves.md).
- **Made whole.** The file is written under another name and put in place at once, with its first row of the ledger: a kill leaves
  nothing, or all of it; a restore leaves the old one in its place until the new one takes it. `ledger-head-pilots.db.json` beside it notes the newest row; a file that lacks it is refused by name.
- **For its owner alone** (0600), or for a group as well (0660): `shared = true` in `pilotlab.toml`, `pilotlab db share`.
- **Where it lies.** `database` in `pilotlab.toml` stays inside the workspace, links followed; `PILOTLAB_DB` is a whole path to a file.
- **Weeks** are whole numbers, 202637 for 2026-W37. Teams and metrics have whole-number keys.
- **Names.** A team keeps its key when it is renamed; both names find its values.
"""


def page() -> str:
    """Return the whole page."""
    gaps, kept = (", ".join(f"`{name}`" for name in names) for names in (GAPS, APPEND_ONLY))
    return "\n".join([INTRO.format(gaps=gaps, append_only=kept), *_tables(), *_views()]) + "\n"


def _tables() -> Iterator[str]:
    for table in TABLES:
        yield f"## {table.name}\n\n{table.means[:1].upper()}{table.means[1:]}.\n\n| column | type | holds |\n|---|---|---|"
        for column in table.columns:
            yield f"| `{column.name}` | {column.sql.split()[0].lower()} | {column.means} |"
        yield ""


def _views() -> Iterator[str]:
    yield "## Views\n"
    for name in VIEWS:
        yield f"- `{name}`: {_view(name)}"


def _view(name: str) -> str:
    if name.startswith("raw_"):
        return f"`{name.removeprefix('raw_')}` with names in place of keys, before any threshold of what may be shown"
    return "the newest release of each object: what was shown, of what, to whom"


if __name__ == "__main__":
    sys.stdout.write(page())
