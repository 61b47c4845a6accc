"""Showing: a goal or guardrail as it may be seen, its numbers rounded; the rule reads the numbers themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pilotlab.decide.inputs import Evidence, GoalInput, GuardrailInput, Level
from pilotlab.decide.sizes import own
from pilotlab.release.rounding import Rounding, decimals_for, probability

Use = TypeVar("Use", GoalInput, GuardrailInput)


def as_shown(use: Use, alpha: float) -> Use:
    """Round the evidence at one level, and write as many decimals as the rounded numbers have."""
    evidence, rounding = use.evidence, use.evidence.rounding
    if rounding is None or evidence.estimate is None:
        return use
    shown = _evidence(evidence, rounding, use.metric.better, alpha)
    level = shown.at(alpha)
    numbers = [own(use.metric, end) for end in (shown.estimate or 0.0, level.low, level.high)]
    metric = use.metric
    more = decimals_for(numbers, metric.places) - metric.places
    return replace(use, evidence=shown, metric=replace(metric, more=more))


def _evidence(evidence: Evidence, rounding: Rounding, better: int, alpha: float) -> Evidence:
    def rounded(oriented: float) -> float:
        return better * rounding.number(better * oriented)

    level = evidence.at(alpha)
    ends = Level(
        alpha=level.alpha, low=rounded(level.low), high=rounded(level.high), lower=rounded(level.lower)
    )
    return replace(
        evidence,
        estimate=rounded(evidence.estimate or 0.0),
        levels=(ends,),
        p_one_sided=None if evidence.p_one_sided is None else probability(evidence.p_one_sided),
        p_value=None if evidence.p_value is None else probability(evidence.p_value),
    )
