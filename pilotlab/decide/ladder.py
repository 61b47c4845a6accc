"""Verdicts: their names, and the ladder on which the rule climbs and is lowered."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

Verdict = Literal["Scale", "Scale with changes", "Extend", "Stop", "Learn", "Not decision-ready"]
GoalState = Literal["clear yes", "open", "cannot tell", "too small", "ruled out", "worse"]
GuardrailState = Literal["safe", "unproven", "leaning bad", "breached"]
IfBreached = Literal["fixable", "stop"]
Claim = Literal["improve", "do_no_harm", "learn"]

# The page leads with the arm that stands first here. The last two say nothing about scaling.
LEADING: tuple[Verdict, ...] = (
    "Scale",
    "Scale with changes",
    "Extend",
    "Stop",
    "Learn",
    "Not decision-ready",
)


class Rung(IntEnum):
    """The ladder. An Extend of the table still has to earn its place (`*`); one made by lowering stands."""

    STOP = 0
    EXTEND_STAR = 1
    EXTEND = 2
    SCALE_WITH_CHANGES = 3
    SCALE = 4

    @property
    def verdict(self) -> Verdict:
        """The rung's name on the page."""
        return _NAMES[self]


_NAMES: dict[Rung, Verdict] = {
    Rung.STOP: "Stop",
    Rung.EXTEND_STAR: "Extend",
    Rung.EXTEND: "Extend",
    Rung.SCALE_WITH_CHANGES: "Scale with changes",
    Rung.SCALE: "Scale",
}
