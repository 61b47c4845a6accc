"""States: what an interval says of a goal against its bar, or of a guardrail against its limit."""

from __future__ import annotations

from pilotlab.decide.inputs import Evidence, GoalInput, Level
from pilotlab.decide.ladder import GoalState, GuardrailState
from pilotlab.spec.standard import HARM_MARGINS


def goal_state(estimate: float, level: Level, bar: float) -> GoalState:
    """State of a goal, oriented so that up is good; exactly one holds where low <= estimate <= high.

    Parameters
    ----------
    estimate : float
        In the unit of analysis.
    level : Level
        Two-sided interval at the level at which the goal is judged; ends may be infinite.
    bar : float
        `s`, above 0, in the same unit.
    """
    if level.low > 0:
        if estimate >= bar:
            return "clear yes"
        return "open" if level.high >= bar else "too small"
    if level.high >= bar:
        return "cannot tell"
    return "ruled out" if level.high >= 0 else "worse"


def guardrail_state(estimate: float, level: Level, margin: float) -> GuardrailState:
    """State of a guardrail against its margin `m` above 0: the first that holds."""
    if level.high < 0 and estimate <= -margin:
        return "breached"
    if level.lower > -margin:
        return "safe"
    return "leaning bad" if estimate <= -margin / 2 else "unproven"


def harm_open(evidence: Evidence, alpha: float, margin: float) -> bool:
    """Whether harm of several margins is not excluded; where no interval exists, nothing is."""
    return evidence.estimate is None or evidence.at(alpha).lower <= -HARM_MARGINS * margin


def guardrail_state_at(evidence: Evidence, alpha: float, margin: float) -> GuardrailState | None:
    """State of a guardrail at `alpha`; None where it can't be estimated."""
    if evidence.estimate is None:
        return None
    return guardrail_state(evidence.estimate, evidence.at(alpha), margin)


def goal_state_at(goal: GoalInput, alpha: float) -> GoalState | None:
    """State of a goal that has a bar, at `alpha`; None where it can't be estimated."""
    if goal.evidence.estimate is None or goal.bar is None:
        return None
    return goal_state(goal.evidence.estimate, goal.evidence.at(alpha), goal.bar)


def is_worse(evidence: Evidence, alpha: float) -> bool:
    """Whether the whole interval lies below zero."""
    return evidence.estimable and evidence.at(alpha).high < 0
