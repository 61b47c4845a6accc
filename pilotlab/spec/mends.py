"""Mends: for a text that YAML can't read, the small changes that would let it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pilotlab.spec import mends_lines, mends_values
from pilotlab.spec.trouble import Mend, Trouble


def mends(trouble: Trouble) -> Iterator[Mend]:
    """Propose changes, the likeliest first; none is sure until the text has been read again with it."""
    for propose in _PROPOSALS:
        yield from propose(trouble)


_PROPOSALS: tuple[Callable[[Trouble], Iterator[Mend]], ...] = (
    mends_lines.tabs,
    mends_lines.documents,
    mends_lines.foreign,
    mends_lines.lookalikes,
    mends_lines.dashes,
    mends_lines.blocks,
    mends_lines.colons,
    mends_values.commas,
    mends_values.brackets,
    mends_values.quotes,
    mends_values.values,
    mends_lines.indents,
)
