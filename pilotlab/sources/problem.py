"""Problems: what is wrong with one cell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A code to look up, and what would do.

    `fault` names what several cells of a column have in common; many of one fault are told at once, with their rows.
    """

    code: str
    what: str
    fix: str
    fault: str = ""


def short(text: str) -> str:
    """A cell as a message quotes it."""
    return text if len(text) <= 40 else text[:37] + "..."
