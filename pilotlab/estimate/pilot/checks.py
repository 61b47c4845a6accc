"""Checks: the table of what else could have made the headline; each is a module of `threats`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pilotlab.estimate.pilot.headline import Headline
from pilotlab.estimate.pilot.threats.answers import answers
from pilotlab.estimate.pilot.threats.anticipation import anticipation
from pilotlab.estimate.pilot.threats.attrition import attrition
from pilotlab.estimate.pilot.threats.compliance import compliance
from pilotlab.estimate.pilot.threats.fading import early_against_late
from pilotlab.estimate.pilot.threats.imbalance import baseline_imbalance
from pilotlab.estimate.pilot.threats.look import Check, Outcome
from pilotlab.estimate.pilot.threats.missing import missing_weeks
from pilotlab.estimate.pilot.threats.parting import parting
from pilotlab.estimate.pilot.threats.placebo_space import placebo_in_space
from pilotlab.estimate.pilot.threats.placebo_time import placebo_in_time
from pilotlab.estimate.pilot.threats.pre_trend import pre_trend
from pilotlab.estimate.pilot.threats.return_to_usual import return_to_usual
from pilotlab.estimate.pilot.threats.spillover import spillover

__all__ = ["CHECKS", "Check", "Outcome"]

# In the order of the page: before the start, at the start, after it, and who was lost on the way.
CHECKS: Mapping[str, Callable[[Headline], Check]] = MappingProxyType(
    {
        "pre_trend": pre_trend,
        "placebo_in_time": placebo_in_time,
        "anticipation": anticipation,
        "baseline_imbalance": baseline_imbalance,
        "regression_to_the_mean": return_to_usual,
        "breakdown": parting,
        "placebo_in_space": placebo_in_space,
        "early_against_late": early_against_late,
        "compliance": compliance,
        "spillover": spillover,
        "attrition": attrition,
        "answers": answers,
        "missing_weeks": missing_weeks,
    }
)
