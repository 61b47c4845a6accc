"""Typical results: evidence that has a state at every level, for asking the rule what it would have said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pilotlab.decide.inputs import Evidence, GoalInput, GuardrailInput, Level, RuleInputs
from pilotlab.decide.ladder import GoalState, GuardrailState
from pilotlab.decide.levels import alphas_needed
from pilotlab.spec.standard import HARM_MARGINS

# Worst to best; how far two states lie apart is how much would have to be different.
GOAL_ORDER: tuple[GoalState, ...] = ("worse", "ruled out", "too small", "cannot tell", "open", "clear yes")
LIMIT_ORDER: tuple[GuardrailState, ...] = ("breached", "leaning bad", "unproven", "safe")

# low, estimate and high in bars, and whether zero lies outside.
_GOALS: Mapping[GoalState, tuple[float, float, float]] = MappingProxyType(
    {
        "clear yes": (0.5, 1.5, 2.5),
        "open": (0.25, 0.75, 1.25),
        "too small": (0.25, 0.5, 0.75),
        "cannot tell": (-0.5, 0.5, 1.5),
        "ruled out": (-0.25, 0.25, 0.75),
        "worse": (-0.75, -0.5, -0.25),
    }
)
# low, one-sided bound, estimate and high in margins.
_LIMITS: Mapping[GuardrailState, tuple[float, float, float, float]] = MappingProxyType(
    {
        "safe": (-0.75, -0.5, 0.0, 0.75),
        "unproven": (-1.5, -1.25, -0.25, 1.0),
        "leaning bad": (-2.0, -1.5, -0.75, 0.5),
        "breached": (-2.0, -1.75, -1.5, -1.0),
    }
)


def goal_evidence(goal: GoalInput, state: GoalState, inputs: RuleInputs) -> Evidence:
    """Return a result in which the goal has this state, at every level at which it may be judged."""
    bar = goal.bar or 1.0
    low, estimate, high = (bar * number for number in _GOALS[state])
    return _evidence(inputs, low, low, estimate, high)


def limit_evidence(
    use: GoalInput | GuardrailInput, state: GuardrailState, inputs: RuleInputs, *, harm_open: bool = False
) -> Evidence:
    """Return a result in which the limit has this state; `harm_open`: harm of several limits is not excluded, unless safe."""
    margin = use.margin or 1.0
    low, lower, estimate, high = (margin * number for number in _LIMITS[state])
    if harm_open and state != "safe":
        low, lower = -(HARM_MARGINS + 2) * margin, -(HARM_MARGINS + 1) * margin
    return _evidence(inputs, low, lower, estimate, high)


def _evidence(inputs: RuleInputs, low: float, lower: float, estimate: float, high: float) -> Evidence:
    alphas = alphas_needed(
        alpha=inputs.alpha,
        arms=len(inputs.arms),
        goals=max(len(arm.goals) for arm in inputs.arms),
        mode=inputs.mode,
        look=inputs.look,
    )
    beyond_zero = low > 0 or high < 0
    p = alphas[0] / 2 if beyond_zero else 0.5
    return Evidence(
        estimate=estimate,
        levels=tuple(Level(alpha=alpha, low=low, high=high, lower=lower) for alpha in alphas),
        p_value=p,
        p_one_sided=p / 2 if estimate > 0 else 1 - p / 2,
    )
