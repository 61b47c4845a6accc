"""Checks: the table of what else could have made the headline; each is a module of `threats`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.before.anticipation import anticipation
from pilotlab.evaluate.threats.before.breakdown import parting
from pilotlab.evaluate.threats.before.imbalance import baseline_imbalance
from pilotlab.evaluate.threats.before.placebo_in_time import placebo_in_time
from pilotlab.evaluate.threats.before.pre_trend import pre_trend
from pilotlab.evaluate.threats.before.regression_to_the_mean import return_to_usual
from pilotlab.evaluate.threats.check import Check, Outcome
from pilotlab.evaluate.threats.during.compliance import compliance
from pilotlab.evaluate.threats.during.novelty import early_against_late
from pilotlab.evaluate.threats.during.placebo_in_space import placebo_in_space
from pilotlab.evaluate.threats.during.spillover import spillover
from pilotlab.evaluate.threats.lost.attrition import attrition
from pilotlab.evaluate.threats.lost.missing_weeks import missing_weeks
from pilotlab.evaluate.threats.lost.nonresponse import answers

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
