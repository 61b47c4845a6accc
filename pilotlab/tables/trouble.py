"""Trouble: why a file is no table, in words that each reader puts its own code to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["unreadable", "too large", "not text", "empty"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a file as a whole, or from one row on; the first row is row 1."""

    kind: Kind
    what: str
    fix: str
    row: int = 0


class TableError(Exception):
    """A file that is no table; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.what)
        self.trouble = trouble


def no(kind: Kind, what: str, fix: str, row: int = 0) -> TableError:
    """Build the error of a file that is no table."""
    return TableError(Trouble(kind, what, fix, row))
