"""The readout as Markdown: the same sections and numbers as the page, charts as their tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from pilotlab.readout.document.model import Readout
from pilotlab.readout.document.page_two import Table
from pilotlab.readout.document.panels import plot_panels
from pilotlab.readout.document.sections import sections_of
from pilotlab.text.characters import visible

if TYPE_CHECKING:
    from jinja2 import Environment

_BLANK = re.compile(r"\n{3,}")
_SPECIAL = re.compile(r"([\\\[\]|])")


def render_markdown(readout: Readout) -> str:
    """Write the sections of the readout's edition; text is escaped, so that no name can become markup."""
    plotted = plot_panels(readout)
    parts = [
        _environment().get_template(f"{section.name}.md").render(readout=readout, plotted=plotted).strip()
        for section in sections_of(readout)
    ]
    footer = [f"---\n\n{md(readout.footer)}"] if readout.footer else []
    return _BLANK.sub("\n\n", visible("\n\n".join([*parts, *footer]))) + "\n"


def md(text: str) -> str:
    """Escape what would be markup, line breaks too; `**bold**` and `` `code` `` stay."""
    one_line = " ".join(text.split("\n"))
    return _SPECIAL.sub(r"\\\1", one_line.replace("&", "&amp;").replace("<", "&lt;"))


def md_table(table: Table, rows: int | None = None) -> str:
    """Write a table, or its first rows; numbers to the right."""
    rules = ["---:" if place in table.numeric else "---" for place in range(len(table.columns))]
    lines = [_row(table.columns), _row(rules, escape=False), *(_row(row) for row in table.rows[:rows])]
    return "\n".join(lines)


def _row(cells: Sequence[str], *, escape: bool = True) -> str:
    return f"| {' | '.join(md(cell) if escape else cell for cell in cells)} |"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from pilotlab.readout.render.filters import WORD_FILTERS

    environment = Environment(
        loader=PackageLoader("pilotlab.readout.render"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(WORD_FILTERS)
    environment.filters.update({"md": md, "md_table": md_table})
    return environment
