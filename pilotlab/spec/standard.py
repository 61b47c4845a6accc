"""The standard: every threshold, grade, level and default of the rule `standard@1`, read wherever one is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Grade = Literal["A", "B", "C", "D"]
Strongest = Literal["Scale", "Scale with changes", "Extend", "Learn"]

# Evidence grade: the strongest verdict of each, and what earns it.
STRONGEST: Mapping[Grade, Strongest] = MappingProxyType(
    {"A": "Scale", "B": "Scale with changes", "C": "Extend", "D": "Learn"}
)
FULL, FEW = 8, 4  # units in the smaller arm
WEDGE_FULL, WEDGE_FEW, WEDGE_STEPS = 16, 8, 3  # units in all, start weeks
BREAKDOWN_NEEDED = 1.0  # breakdown value by relative magnitudes, of a matched comparison
TEAMS_A_PLACE = 3  # an attribute with at most a third as many levels as teams is a place, and not a name

# Trust gate.
SHARE_NEEDED = 0.80  # of an arm's due team-weeks, in the baseline and in the counted weeks each
POINTS_APART = 0.10  # between the arms, in the counted weeks
BASELINE_WEEKS, BASELINE_ADVISED = 6, 8  # usable weeks: asked by the gate; planned for
GAP_SHARE = 0.5  # of the planned gap in office days, where no `minimum_gap` is declared

# Cap, overlays and flags.
HARM_MARGINS = 3.0  # harm of so many limits must be excluded for more than Extend
LOST_ALPHA = 0.10  # one-sided, of answers lost in the pilot arm beyond the comparison arm
AGREEMENT_NEEDED = 0.75  # of the robustness runs
DRIFT_FLAGGED = 0.15  # of an arm's members left or moved
HOLDBACK = 0.20  # of the teams, where a verdict asks for stages

# Levels, and the star.
EXTENSION_SHARE = (
    0.4  # of alpha, at the look after an extension: two looks at 95 % would raise false alarms to about 7 %
)
EVEN_CHANCE = 0.5  # that after an extension the verdict is no longer Extend


def least_gap(planned: float, declared: float | None) -> float:
    """Return the smallest gap in office days for which the policy counts as having happened.

    Examples
    --------
    >>> least_gap(-2.0, None), least_gap(-2.0, -1.5)
    (-1.0, -1.5)
    """
    return GAP_SHARE * planned if declared is None else declared
