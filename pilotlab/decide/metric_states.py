"""Metric states: each goal and deciding guardrail with its state, as it may be seen; the rule reads the numbers themselves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

from pilotlab.decide.decision import MetricState, StateName
from pilotlab.decide.inputs import (
    ArmInputs,
    Evidence,
    GateFacts,
    GoalInput,
    GuardrailInput,
    Level,
    RuleInputs,
)
from pilotlab.decide.judge import Judgement
from pilotlab.decide.sizes import own
from pilotlab.decide.state_sentences import state_words
from pilotlab.release.rounding import Rounding, decimals_for, probability
from pilotlab.wording.dates import not_yet

MARK = "**"  # on both sides of a size
NOT_YET = "not shown yet"
Use = TypeVar("Use", GoalInput, GuardrailInput)


def metric_states(inputs: RuleInputs, arm: ArmInputs, judged: Judgement) -> tuple[MetricState, ...]:
    """State every goal and deciding guardrail; before the planned end goals are kept back, for harm alone is seen at once."""
    states = _states(inputs, arm, judged)
    return _before_end(states, arm.gate) if inputs.veils(arm) else states


def _states(inputs: RuleInputs, arm: ArmInputs, judged: Judgement) -> tuple[MetricState, ...]:
    return (
        *(
            _state(inputs, _as_shown(row, judged.goals[i][1]), *judged.goals[i], judged.read_as(i))
            for i, row in enumerate(arm.goals)
        ),
        *(
            _state(inputs, _as_shown(row, judged.guardrails[i][1]), *judged.guardrails[i])
            for i, row in enumerate(arm.guardrails)
        ),
    )


def _state(
    inputs: RuleInputs,
    use: GoalInput | GuardrailInput,
    state: StateName,
    alpha: float,
    read_as: StateName | None = None,
) -> MetricState:
    goal, metric, evidence = isinstance(use, GoalInput), use.metric, use.evidence
    limited = not isinstance(use, GoalInput) or inputs.claim == "do_no_harm"
    shown = evidence.estimable and not evidence.hidden
    level = evidence.at(alpha) if shown else None
    return MetricState(
        role="goal" if goal else "guardrail",
        metric=metric.key,
        label=metric.label,
        unit=metric.unit,
        decimals=metric.decimals + metric.more,
        better=metric.better,
        transform=metric.transform,
        state=state,
        read_as=read_as,
        alpha=alpha,
        estimate=evidence.estimate if shown else None,
        low=_end(level.low) if level else None,
        high=_end(level.high) if level else None,
        lower=_end(level.lower) if level and limited else None,
        limit=use.margin if limited or not isinstance(use, GoalInput) else use.bar,
        if_breached=use.if_breached if limited else None,
        fix=use.fix,
        p_one_sided=evidence.p_one_sided if shown else None,
        reason="" if evidence.estimable else evidence.reason or "no estimate",
        hidden=evidence.hidden,
        words=state_words(use, state, alpha),
        marked=state_words(use, state, alpha, MARK),
    )


def _end(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _before_end(states: tuple[MetricState, ...], facts: GateFacts) -> tuple[MetricState, ...]:
    """Keep the goals back; guardrails stay, for harm is seen at once."""
    why = not_yet(facts.planned_end)
    return tuple(_kept_back(state, why) if state.role == "goal" else state for state in states)


def _kept_back(state: MetricState, why: str) -> MetricState:
    if state.state == "not estimable":
        return state
    numbers = dict.fromkeys(("estimate", "low", "high", "lower", "p_one_sided"))
    words = f"{state.label} is not shown yet: {why}"
    return state.model_copy(update={**numbers, "state": NOT_YET, "hidden": why, "words": words})


def _as_shown(use: Use, alpha: float) -> Use:
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
