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
- **One act, one transaction, one row of the ledger.** Each row's hash covers the row before it; `pilotlab db verify` recomputes the chain, and the
  digest of everything that was written, and compares `observations` with the newest revisions.
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
