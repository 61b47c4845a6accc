"""Before the planned end: a goal has no state and no size yet, whatever the rule read of it."""

from __future__ import annotations

from pilotlab.decide.decision import MetricState
from pilotlab.decide.inputs import ArmInputs, GateFacts, RuleInputs
from pilotlab.wording.planned_end import not_yet

NOT_YET = "not shown yet"


def veiled(inputs: RuleInputs, arm: ArmInputs) -> bool:
    """Whether goals are kept back: the planned end is not reached, and nobody put on record why to look."""
    return not arm.gate.end_reached and not inputs.early


def before_end(states: tuple[MetricState, ...], facts: GateFacts) -> tuple[MetricState, ...]:
    """Keep the goals back; guardrails stay, for harm is seen at once."""
    why = not_yet(facts.planned_end)
    return tuple(_kept_back(state, why) if state.role == "goal" else state for state in states)


def _kept_back(state: MetricState, why: str) -> MetricState:
    if state.state == "not estimable":
        return state
    numbers = dict.fromkeys(("estimate", "low", "high", "lower", "p_one_sided"))
    words = f"{state.label} is not shown yet: {why}"
    return state.model_copy(update={**numbers, "state": NOT_YET, "hidden": why, "words": words})
