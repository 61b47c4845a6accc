"""The table of `standard@1`: goal state by guardrail state, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pilotlab.decide.ladder import GoalState, GuardrailState, IfBreached, Rung

Column = Literal["safe", "unproven", "leaning bad", "breached, fixable", "breached, stop"]
Ask = Literal["", "staged", "fix first", "cheap"]

STOP, EXTEND, CHANGES, SCALE = Rung.STOP, Rung.EXTEND_STAR, Rung.SCALE_WITH_CHANGES, Rung.SCALE


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a rung, and another where the policy is cheap and reversible or the guardrail fixable."""

    rung: Rung
    note: Ask = ""
    cheap: Rung | None = None
    fixable: Rung | None = None

    def read(self, *, cheap: bool, fixable: bool) -> tuple[Rung, Ask]:
        """Return the rung that holds here, and what it asks for."""
        if cheap and self.cheap is not None:
            return self.cheap, "cheap"
        if fixable and self.fixable is not None:
            return self.fixable, "fix first"
        return self.rung, self.note


_ALWAYS_STOP: Mapping[Column, Cell] = {
    "safe": Cell(STOP),
    "unproven": Cell(STOP),
    "leaning bad": Cell(STOP),
    "breached, fixable": Cell(STOP),
    "breached, stop": Cell(STOP),
}

TABLE: Mapping[GoalState, Mapping[Column, Cell]] = MappingProxyType(
    {
        "clear yes": {
            "safe": Cell(SCALE),
            "unproven": Cell(CHANGES, "staged"),
            "leaning bad": Cell(EXTEND, fixable=CHANGES),
            "breached, fixable": Cell(CHANGES, "fix first"),
            "breached, stop": Cell(STOP),
        },
        "open": {
            "safe": Cell(EXTEND, cheap=CHANGES),
            "unproven": Cell(EXTEND),
            "leaning bad": Cell(EXTEND),
            "breached, fixable": Cell(STOP),
            "breached, stop": Cell(STOP),
        },
        "cannot tell": {
            "safe": Cell(EXTEND),
            "unproven": Cell(EXTEND),
            "leaning bad": Cell(EXTEND),
            "breached, fixable": Cell(STOP),
            "breached, stop": Cell(STOP),
        },
        "too small": {
            "safe": Cell(STOP, cheap=CHANGES),
            "unproven": Cell(STOP, cheap=EXTEND),
            "leaning bad": Cell(STOP),
            "breached, fixable": Cell(STOP),
            "breached, stop": Cell(STOP),
        },
        "ruled out": _ALWAYS_STOP,
        "worse": _ALWAYS_STOP,
    }
)

# `do_no_harm`: goals and guardrails alike; the lowest over all of them holds.
NO_HARM: Mapping[Column, Cell] = MappingProxyType(
    {
        "safe": Cell(SCALE),
        "unproven": Cell(EXTEND),
        "leaning bad": Cell(EXTEND),
        "breached, fixable": Cell(EXTEND, "fix first"),
        "breached, stop": Cell(STOP),
    }
)


def column(state: GuardrailState, if_breached: IfBreached) -> Column:
    """Column of a guardrail: a breach is parted by what the plan says of it."""
    if state != "breached":
        return state
    return "breached, fixable" if if_breached == "fixable" else "breached, stop"
