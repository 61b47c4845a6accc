"""Notebooks: how a result is shown in one."""

from __future__ import annotations

import html
from collections.abc import Iterable


def as_html(headline: str, facts: list[tuple[str, str]], notes: Iterable[object]) -> str:
    """A headline, a table of facts and a list of notes, as a notebook shows them."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in facts
    )
    items = "".join(f"<li>{html.escape(str(note))}</li>" for note in notes)
    return f"<p><b>{html.escape(headline)}</b></p><table>{rows}</table>" + (
        f"<ul>{items}</ul>" if items else ""
    )
