"""Checks: the table of what else could have made the headline; each is a function of `threats`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.before import (
    anticipation,
    baseline_imbalance,
    placebo_in_time,
    return_to_usual,
)
from pilotlab.evaluate.threats.check import Check, Outcome
from pilotlab.evaluate.threats.during import (
    compliance,
    early_against_late,
    other_windows,
    placebo_in_space,
    spillover,
)
from pilotlab.evaluate.threats.lost import answers, attrition, missing_weeks
from pilotlab.evaluate.threats.parallel_trends import parting, pre_trend

__all__ = ["CHECKS", "Check", "Outcome"]

# In the order of the page: before the start, at the start, after it, who was lost on the way, which weeks were chosen.
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
        "other_windows": other_windows,
    }
)
