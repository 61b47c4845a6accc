"""Refusing: inputs that no pilot can have, before they are judged."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from pilotlab.decide.inputs import ArmInputs, Evidence, GoalInput, GuardrailInput, RuleInputs
from pilotlab.decide.levels import alphas_needed, goal_alphas, guardrail_alpha
from pilotlab.errors import UsageError
from pilotlab.wording.numbers import typed

_DUST = 1e-9


def check_inputs(inputs: RuleInputs) -> None:
    """Refuse inputs that no pilot can have.

    Raises
    ------
    UsageError
        Naming the argument, its value and what would do.
    """
    _general(inputs)
    whole = guardrail_alpha(alpha=inputs.alpha, look=inputs.look)
    for arm in inputs.arms:
        _arm(arm)
        for goal in arm.goals:
            _goal(goal, inputs)
            _evidence(goal, levels_of_goals(inputs, len(arm.goals)), arm.arm)
        for guardrail in arm.guardrails:
            _above_zero("margin", guardrail.margin, guardrail.metric.key)
            _evidence(guardrail, (whole,), arm.arm)


def levels_of_goals(inputs: RuleInputs, goals: int) -> tuple[float, ...]:
    """Alphas at which the goals of an arm are judged; only `improve` chooses between goals, and so only it splits."""
    return goal_alphas(
        alpha=inputs.alpha,
        arms=len(inputs.arms),
        goals=goals,
        mode=inputs.mode,
        split=inputs.claim == "improve",
        look=inputs.look,
    )


def _general(inputs: RuleInputs) -> None:
    if not inputs.arms:
        raise UsageError("arms is empty", fix="give at least one pilot arm")
    twice = [name for name, times in Counter(arm.arm for arm in inputs.arms).items() if times > 1]
    if twice:
        raise UsageError(f"arm {twice[0]!r} is given twice", fix="give each pilot arm once")
    alphas_needed(alpha=inputs.alpha, arms=len(inputs.arms))
    _one_of("claim", inputs.claim, ("improve", "do_no_harm", "learn"))
    _one_of("mode", inputs.mode, ("any", "all"))
    _one_of("look", inputs.look, (1, 2))
    if inputs.extensions_left < 0:
        raise UsageError(f"extensions_left {inputs.extensions_left!r} is below 0", fix="0 or 1")


def _arm(arm: ArmInputs) -> None:
    if not 1 <= len(arm.goals) <= 2:
        raise UsageError(f"arm {arm.arm!r} has {len(arm.goals)} goals", fix="one goal, or two")
    if len(arm.guardrails) > 2:
        raise UsageError(
            f"arm {arm.arm!r} has {len(arm.guardrails)} deciding guardrails",
            fix="at most two; watch the rest",
        )
    chance = arm.forecast_chance
    if chance is not None and not 0 <= chance <= 1:
        raise UsageError(
            f"forecast_chance {chance!r} is not a chance", fix="between 0 and 1, or None where none was made"
        )


def _goal(goal: GoalInput, inputs: RuleInputs) -> None:
    key = goal.metric.key
    if inputs.claim == "improve":
        _above_zero("bar", goal.bar, key)
    elif inputs.claim == "do_no_harm":
        _above_zero("margin", goal.margin, key)
    elif goal.bar is not None:
        _above_zero("bar", goal.bar, key)
    if goal.agreed is not None and goal.runs is not None and not 0 <= goal.agreed <= goal.runs:
        raise UsageError(
            f"agreed {goal.agreed!r} of {goal.runs!r} runs of {key!r}", fix="agreed lies between 0 and runs"
        )


def _evidence(use: GoalInput | GuardrailInput, alphas: tuple[float, ...], arm: str) -> None:
    evidence, key = use.evidence, use.metric.key
    if evidence.estimate is None:
        return
    if not math.isfinite(evidence.estimate):
        raise UsageError(
            f"estimate {evidence.estimate!r} of {key!r} in arm {arm!r} is not a number",
            fix="give a finite number",
        )
    for alpha in alphas:
        evidence.at(alpha)
    for problem in _problems(evidence):
        raise UsageError(
            f"{problem} ({key!r}, arm {arm!r})", fix="take estimate, interval, bound and p from one method"
        )


def _problems(evidence: Evidence) -> Iterator[str]:
    estimate = evidence.estimate or 0.0
    slack = _DUST * max(1.0, abs(estimate))
    for level in evidence.levels:
        if any(math.isnan(end) for end in (level.low, level.high, level.lower)):
            yield f"an end of the interval at alpha {typed(level.alpha)} is not a number"
        elif not level.low - slack <= estimate <= level.high + slack:
            yield f"estimate {typed(estimate)} lies outside its interval {typed(level.low)} to {typed(level.high)}"
        elif level.lower > estimate + slack:
            yield f"one-sided lower bound {typed(level.lower)} lies above the estimate {typed(estimate)}"
    for name, p in (("p_one_sided", evidence.p_one_sided), ("p_value", evidence.p_value)):
        if p is not None and not 0 <= p <= 1:
            yield f"{name} {p!r} is not between 0 and 1"


def _above_zero(name: str, value: float | None, key: str) -> None:
    if value is None or not math.isfinite(value) or value <= 0:
        raise UsageError(
            f"{name} {value!r} of {key!r} is not above 0",
            fix=f"give {name} as a positive size in the unit of analysis",
        )


def _one_of(name: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        raise UsageError(f"{name} {value!r} is not known", fix="one of: " + ", ".join(map(str, known)))
