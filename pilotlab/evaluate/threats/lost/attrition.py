"""Attrition: what an arm lost may be what would have spoken against it."""

from __future__ import annotations

import numpy as np

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.changes import changes
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.bounds.partial import lee_bounds

LOOK = Look("attrition", "Teams lost from one arm")
APART = 0.05  # difference of the arms' shares of units lost


def attrition(headline: Headline) -> Check:
    """Compare the arms' shares of units that lack values on one side of the start; where they differ, bound the effect."""
    there = changes(headline.frame, headline.panel.windows)["change"]
    teams = headline.panel.assignment.teams
    treated = np.array([row.arm != CONTROL for row in teams])
    seen = np.array([row.team in there.index for row in teams])
    lost, count = (
        [int((each & arm).sum()) for arm in (treated, ~treated)] for each in (~seen, np.ones_like(seen))
    )
    apart = lost[0] / count[0] - lost[1] / count[1]
    unit = headline.unit_word
    words = f"{lost[0]} of {count[0]} pilot and {lost[1]} of {count[1]} comparison {unit}s have no value before or after"
    if lost[0] / count[0] != lost[1] / count[1] and (seen & treated).any() and (seen & ~treated).any():
        change = np.array([there.get(row.team, np.nan) for row in teams])
        words += f"; {_bounded(headline, change, treated, seen)}"
    return LOOK.found(abs(apart) <= APART, words, apart)


def _bounded(headline: Headline, change: np.ndarray, treated: np.ndarray, seen: np.ndarray) -> str:
    """Lee's bounds: the arm that kept more is trimmed to the other's share, from either end."""
    found = lee_bounds(change, treated, seen)
    ends = headline.words.ends_with_unit((found.lower, found.upper))
    return f"with as many trimmed from the other arm, worst or best, {ends}"
