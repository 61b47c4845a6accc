"""Width: how many columns of a terminal a text takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"( *)([^ ]+(?: %(?= |$|[.,;:)]))?)")  # a number keeps its per cent
_PRIVATE = 0xF0000  # the private planes: our own marks of style, which print nothing


def columns(text: str) -> int:
    """Count columns: a wide character (CJK, most emoji) takes two, a combining mark none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me") or ord(char) >= _PRIVATE:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, width: int) -> str:
    """Fill up to `width` columns on the right."""
    return text + " " * (width - columns(text))


def pad_left(text: str, width: int) -> str:
    """Fill up to `width` columns on the left."""
    return " " * (width - columns(text)) + text


def wrap(text: str, width: int, *, first: str = "", rest: str | None = None) -> list[str]:
    """Break between words alone: a name, a number or a path stays whole, even where it is too long.

    Parameters
    ----------
    first, rest : str
        What stands before the first line and before the others; else spaces as wide as `first`.
    """
    rest = " " * columns(first) if rest is None else rest
    lines, line, empty = [], first, True
    for gap, word in _WORD.findall(text.replace("\n", " ")):
        if not empty and columns(line) + len(gap) + columns(word) > width:
            lines.append(line)
            line, empty = rest, True
        line, empty = line + ("" if empty else gap) + word, False
    return [*lines, line.rstrip()]


def whole(text: str) -> str:
    """Keep the words of a text together when it is wrapped."""
    return text.replace(" ", "\u00a0")


def longest_word(text: str) -> int:
    """Count the columns of the longest part that is never broken."""
    return max((columns(word) for _, word in _WORD.findall(text)), default=0)


def fold(line: str, width: int) -> list[str]:
    """Break a line that is wider than `width`; what goes on stands under the last column that leaves it room."""
    if columns(line) <= width:
        return [line]
    starts = [at for at in _starts(line) if at <= width // 2]
    at = starts[-1] if starts else 0
    head = line[: _index(line, at)]
    return wrap(line[len(head) :], width, first=head, rest=" " * at)


def _starts(line: str) -> Iterator[int]:
    """Columns at which a cell begins: after a gap of two spaces or more."""
    place = 0
    for index, char in enumerate(line):
        if char != " " and line[:index].endswith("  "):
            yield place
        place += _columns(char)


def _index(line: str, column: int) -> int:
    place = 0
    for index, char in enumerate(line):
        if place >= column:
            return index
        place += _columns(char)
    return len(line)
