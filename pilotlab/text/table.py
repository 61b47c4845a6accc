"""Tables: rows of text in columns that narrow with the page; no word is cut, no cell left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilotlab.text.width import columns, longest_word, pad, pad_left, wrap

GAP = 2
_Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is set.

    Attributes
    ----------
    head : str
        Its heading; where rows are stacked, what stands before the cell.
    right : bool
        Numbers stand to the right.
    breaks : bool
        Its cells may go on in a further line, between words.
    least : int
        Columns it takes where there is room, so that tables below each other stand in line.
    """

    head: str = ""
    right: bool = False
    breaks: bool = False
    least: int = 0


def table(
    shape: Sequence[Column],
    rows: Sequence[_Row],
    width: int,
    *,
    head: bool = True,
    under: Sequence[str] = (),
    gap: int = GAP,
) -> list[str]:
    """Lay rows out within `width` columns: side by side where that goes, else each row as a stack of its cells.

    The last cell of a row with fewer cells than columns takes the room of those that are left out.

    Parameters
    ----------
    under : sequence of str
        Lines below the headings; rows that are stacked carry their headings along.
    """
    heads = [[column.head for column in shape]] if head else []
    sizes = _fitted(shape, [*heads, *rows], width - gap * (len(shape) - 1))
    if sizes is None:
        return [line for row in rows for line in _stacked(shape, row, width)]
    top, body = (
        [line for row in part for line in _beside(shape, row, sizes, gap, width)] for part in (heads, rows)
    )
    return [*top, *under, *body]


def beside(left: str, right: str, width: int) -> list[str]:
    """Set two texts at the ends of a line; below each other where both don't fit."""
    room = width - GAP - columns(right)
    if columns(left) <= room:
        return [(pad(left, room) + " " * GAP + right).rstrip()]
    return [*wrap(left, width), *wrap(right, width)]


def _fitted(shape: Sequence[Column], rows: Sequence[_Row], room: int) -> list[int] | None:
    """Return the width of each column; None where even the narrowest are too wide together."""
    cells = [_cells_of(rows, place, len(shape)) for place in range(len(shape))]
    least = [_least(column, texts) for column, texts in zip(shape, cells, strict=True)]
    sizes = [max(map(columns, texts), default=0) for texts in cells]
    if sum(least) > room:
        return None
    for _ in range(sum(sizes) - room):
        widest = max(range(len(shape)), key=lambda at: (sizes[at] > least[at], sizes[at]))
        sizes[widest] -= 1
    for at, column in enumerate(shape):
        sizes[at] += max(0, min(column.least - sizes[at], room - sum(sizes)))
    return sizes


def _cells_of(rows: Sequence[_Row], place: int, count: int) -> list[str]:
    """Texts that a column must hold: not those that take the room of several."""
    return [row[place] for row in rows if place < (len(row) if len(row) == count else len(row) - 1)]


def _least(column: Column, texts: Sequence[str]) -> int:
    return max(map(longest_word if column.breaks else columns, texts), default=0)


def _beside(shape: Sequence[Column], row: _Row, sizes: Sequence[int], gap: int, width: int) -> list[str]:
    whole = len(row) == len(shape)
    if not whole:
        kept = sizes[: len(row) - 1]
        shape, sizes = (
            [*shape[: len(kept)], Column(breaks=True)],
            [*kept, width - sum(kept) - gap * len(kept)],
        )
    cells = [
        wrap(text, size) if column.breaks and columns(text) > size else [text]
        for column, text, size in zip(shape, row, sizes, strict=True)
    ]
    lines = []
    for at in range(max(map(len, cells))):
        parts = [
            (pad_left if column.right else pad)(texts[at] if at < len(texts) else "", size)
            for column, texts, size in zip(shape, cells, sizes, strict=True)
        ]
        lines.append((" " * gap).join(parts).rstrip())
    return lines


def _stacked(shape: Sequence[Column], row: _Row, width: int) -> list[str]:
    """Set the first cell as a line, the others below it behind their headings."""
    label = max((columns(column.head) for column in shape[1:]), default=0)
    named = shape[1:] if len(row) == len(shape) else [*shape[1 : len(row) - 1], shape[-1]]
    lines = wrap(row[0], width)
    for column, text in zip(named, row[1:], strict=True):
        if text.strip():
            lines += wrap(
                text.strip(), width, first=pad(f"  {column.head}", label + 2) + " " * (GAP if label else 0)
            )
    return lines
