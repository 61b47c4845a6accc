"""Check: one threat, and what was found when it was looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from pilotlab.estimate.results.effect import Estimate

Outcome = Literal["pass", "fail", "not applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One threat looked at.

    Attributes
    ----------
    label : str
        The threat, as a reader sees it.
    words : str
        What was found; effects are turned so that up is good.
    number : float or None
        The same finding as a number: effects as measured, shares from 0 to 1. Where not applicable usually None.
    """

    name: str
    label: str
    outcome: Outcome
    words: str
    number: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an infinite number is null."""
        finite = self.number is not None and math.isfinite(self.number)
        return {name: getattr(self, name) for name in self.__slots__} | {
            "number": self.number if finite else None
        }


@dataclass(frozen=True, slots=True)
class NamedThreat:
    """A threat by name and label; its methods say what was found."""

    name: str
    label: str

    def found(self, clear: bool, words: str, number: float) -> Check:
        """Report a finding: no alarm where `clear`."""
        outcome: Outcome = "pass" if clear else "fail"
        return Check(name=self.name, label=self.label, outcome=outcome, words=words, number=number)

    def not_applicable(self, why: str, number: float | None = None) -> Check:
        """Report that it can't be looked at, or need not be."""
        return Check(name=self.name, label=self.label, outcome="not applicable", words=why, number=number)


def holds_zero(estimate: Estimate) -> bool:
    """Whether zero lies in the interval."""
    low, high = estimate.ci
    return low <= 0 <= high
