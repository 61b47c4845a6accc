"""State sentences: what was found of a goal or guardrail, and how that stands to its bar or limit."""

from __future__ import annotations

from pilotlab.decide.decision import StateName
from pilotlab.decide.inputs import GoalInput, GuardrailInput, Level
from pilotlab.decide.sizes import best, sentence, sides, size


def state_words(use: GoalInput | GuardrailInput, state: StateName, alpha: float, mark: str = "") -> str:
    """Size, unit, interval, and how they stand to the bar or limit, without the last full stop; `mark` beside the size."""
    words = _words(use, state, alpha, mark)
    return words[:1].upper() + words[1:]


def kept(use: GuardrailInput) -> str:
    """Say of one limit that it was kept."""
    return f"The limit {_on(use)} was kept"


def _words(use: GoalInput | GuardrailInput, state: StateName, alpha: float, mark: str) -> str:
    evidence, name = use.evidence, use.metric.told.name
    if evidence.estimate is None:
        return f"{name} can't be estimated: {evidence.reason or 'no estimate'}"
    if evidence.hidden:
        found = "" if state == "no bar" else f"{state}; "
        return f"{name}: {found}its size is not shown, {evidence.hidden}"
    level = evidence.at(alpha)
    if use.margin is not None and state in _LIMITED:
        return _against_limit(use, state, evidence.estimate, level, mark)
    said = sentence(use.metric, evidence.estimate, level, mark)
    bar = use.bar if isinstance(use, GoalInput) else None
    return said if bar is None else f"{said}. {_against_bar(state, level, bar, size(use.metric, bar))}"


_LIMITED = ("safe", "unproven", "leaning bad", "breached")


def _against_bar(state: StateName, level: Level, bar: float, written: str) -> str:
    match state:
        case "clear yes" if level.low >= bar:
            return f"The whole interval is at or above the bar of {written}"
        case "clear yes":
            return f"The best estimate reaches the bar of {written}; the true gain may be smaller"
        case "open":
            return f"The best estimate is below the bar of {written}, but the interval includes it"
        case "cannot tell":
            other = "a loss" if level.low < 0 else "no gain"
            return f"A gain as large as the bar of {written} is possible; so is {other}"
        case "too small":
            return f"Even the upper end of the interval is below the bar of {written}"
        case "ruled out":
            return f"The interval ends below the bar of {written}"
    return f"The bar was a gain of {written}"


def _against_limit(
    use: GoalInput | GuardrailInput, state: StateName, estimate: float, level: Level, mark: str
) -> str:
    metric, margin = use.metric, use.margin or 0.0
    said = sentence(metric, estimate, level, mark)
    found, around = best(metric, estimate, level, mark), sides(metric, estimate, level)
    limit = size(metric, -margin)
    match state:
        case "breached":
            which = "whole interval" if level.high <= -margin else "best estimate"
            return f"{said}. The {which} is at or past the limit of {limit}"
        case "leaning bad" if estimate <= -margin:
            return f"the limit {_on(use)} is at risk: the best estimate, {found}, is at or past it, though no loss at all is still possible ({around})"
        case "leaning bad":
            return f"the limit {_on(use)} is at risk: the best estimate, {found} ({around}), is at least half-way to it"
        case "unproven":
            return f"the limit {_on(use)} is not shown to be kept: a change for the worse of that size is not ruled out (best estimate {found}, {around})"
        case "safe" if level.high < 0:
            return f"{said}, within the limit of {limit} that was accepted"
    return f"the limit {_on(use)} was kept (best estimate {found}, {around})"


def _on(use: GoalInput | GuardrailInput) -> str:
    return f"of {size(use.metric, -(use.margin or 0.0))} on {use.metric.told.name}"
