"""Trouble: where YAML gave up in a text, and a line written anew that may let it read on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST = 400  # characters of a line that is looked at


class Trouble(NamedTuple):
    """Where YAML gave up, and where what it was reading began; lines and columns from 0."""

    lines: Sequence[str]
    line: int
    column: int
    begun: tuple[int, int] | None
    problem: str

    @property
    def reached(self) -> tuple[int, int, int]:
        """How far YAML read: to where it gave up; where a quote or bracket is left open, to where that opens."""
        if self.begun and (
            "quoted" in self.problem or ("flow" in self.problem and self.begun[0] < self.line)
        ):
            return (*self.begun, self.line if "flow" in self.problem else 0)
        return self.line, 0, 0

    @property
    def near(self) -> tuple[int, ...]:
        """Lines that may hold the mistake: where reading began, the last one with text before, the one that failed."""
        before = next((at for at in range(self.line - 1, -1, -1) if content(self.lines[at])), self.line)
        begun = self.begun[0] if self.begun else before
        near = dict.fromkeys(at for at in (begun, before, self.line) if at < len(self.lines))
        return tuple(at for at in near if len(self.lines[at]) <= LONGEST)


class Mend(NamedTuple):
    """A line written anew, what was wrong with it, and at which column (from 0)."""

    line: int
    written: str
    what: str
    fix: str
    column: int
    code: str = "PL106"
    row: int | None = None  # where the mistake stands, if not in the line that is written anew


def content(line: str) -> str:
    """The line without its comment; empty where it says nothing."""
    return re.sub(r"(^|\s+)#.*$", "", line).rstrip()


def indent(line: str) -> int:
    """Spaces that a line begins with."""
    return len(line) - len(line.lstrip(" "))


def short(text: str) -> str:
    """A line as it is quoted in a fix."""
    text = content(text).strip()
    return text if len(text) <= 60 else text[:57] + "…"
