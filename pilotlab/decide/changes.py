"""Changes: which other states would have given another verdict, found by asking the rule itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import get_args

from pilotlab.decide.inputs import ArmInputs, GoalInput, GuardrailInput, Metric
from pilotlab.decide.ladder import LEADING, GoalState, GuardrailState, Rung, Verdict
from pilotlab.decide.settle import CAPS, Case, settle
from pilotlab.decide.sizes import size

# Worst to best; how far two states lie apart is how much would have to be different.
_GOAL_ORDER: tuple[GoalState, ...] = ("worse", "ruled out", "too small", "cannot tell", "open", "clear yes")
_LIMIT_ORDER: tuple[GuardrailState, ...] = ("breached", "leaning bad", "unproven", "safe")


def other_verdicts(arm: ArmInputs, case: Case, verdict: Verdict) -> tuple[tuple[Verdict, str], ...]:
    """Return each other verdict that other results would have given, highest first, by the smallest change.

    Results alone are varied; the design, the overlays and the forecast stay as they are.
    """
    nearest: dict[Verdict, tuple[tuple[int, int], Case]] = {}
    for other in _variants(case):
        said = settle(other).rung.verdict
        cost = _cost(case, other)
        if said != verdict and (said not in nearest or cost < nearest[said][0]):
            nearest[said] = cost, other
    order = [rung.verdict for rung in sorted(Rung, reverse=True)]
    return tuple(
        (said, _words(arm, case, nearest[said][1])) for said in dict.fromkeys(order) if said in nearest
    )


def _beside_the_point(
    said: Verdict, now: Verdict, nearest: Mapping[Verdict, tuple[tuple[int, int], Case]]
) -> bool:
    """Whether an even higher verdict would take fewer metrics."""
    place = LEADING.index
    return place(said) < place(now) and any(
        place(other) < place(said) and nearest[other][0][0] < nearest[said][0][0] for other in nearest
    )


def capped(case: Case) -> bool:
    """Whether the design keeps better results from a better verdict."""
    return CAPS[case.grade] < Rung.SCALE


def _variants(case: Case) -> Iterator[Case]:
    limits = [[replace(limit, state=state) for state in _LIMIT_ORDER] for limit in case.limits]
    bars = [get_args(GoalState)] * len(case.bars)
    for states in product(*bars, *limits):
        cut = len(case.bars)
        yield replace(case, bars=states[:cut], limits=states[cut:])


def _cost(case: Case, other: Case) -> tuple[int, int]:
    """How many metrics would have to differ, then by how many states."""
    steps = [
        *(
            abs(_GOAL_ORDER.index(a) - _GOAL_ORDER.index(b))
            for a, b in zip(case.bars, other.bars, strict=True)
        ),
        *(
            abs(_LIMIT_ORDER.index(a.state) - _LIMIT_ORDER.index(b.state))
            for a, b in zip(case.limits, other.limits, strict=True)
        ),
    ]
    return sum(step > 0 for step in steps), sum(steps)


def _words(arm: ArmInputs, case: Case, other: Case) -> str:
    uses: tuple[GoalInput | GuardrailInput, ...] = (
        arm.guardrails if case.bars else (*arm.goals, *arm.guardrails)
    )
    bars = [
        _bar_words(goal, new)
        for goal, old, new in zip(arm.goals, case.bars, other.bars, strict=bool(case.bars))
        if old != new
    ]
    limits = [
        _limit_words(use.metric, use.margin or 0.0, new.state)
        for use, old, new in zip(uses, case.limits, other.limits, strict=True)
        if old != new
    ]
    return "; ".join([*bars, *limits])


def _bar_words(goal: GoalInput, state: GoalState) -> str:
    name, bar = goal.metric.label, size(goal.metric, goal.bar or 0.0)
    return {
        "clear yes": f"{name} better by {bar} or more, with its whole interval above zero",
        "open": f"{name} estimated under {bar}, with its whole interval above zero and reaching {bar}",
        "too small": f"{name} with its whole interval above zero and under {bar}",
        "cannot tell": f"{name} with an interval that holds both zero and {bar}",
        "ruled out": f"{name} with an interval that stays under {bar}",
        "worse": f"{name} with its whole interval below zero",
    }[state]


def _limit_words(metric: Metric, margin: float, state: GuardrailState) -> str:
    limit = size(metric, -margin)
    return {
        "safe": f"{metric.label} shown to stay inside its limit of {limit}",
        "unproven": f"{metric.label} less than half way to its limit of {limit}, though not shown to stay inside",
        "leaning bad": f"{metric.label} past half its limit of {limit}",
        "breached": f"{metric.label} breaking its limit of {limit}",
    }[state]
