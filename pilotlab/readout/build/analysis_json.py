"""What `analyze` tells a program: the numbers of the page, with its sign, unit and level."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pilotlab.decide.course import Course
from pilotlab.decide.decision import ArmDecision
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.analysis import MEANS, MetricResult
from pilotlab.wording.effects import Words

SCHEMA = "pilotlab/analysis@2"
ORIENTATION = "up is good"
KEPT = ("p_value", "p_min", "estimator", "inference", "n_obs", "n_units", "n_treated", "n_clusters", "notes")
LEFT_OUT = ("se", "df", "number")  # in the unit of analysis, which is not the page's
PAIRS = (("low", "high"), ("band_low", "band_high"), ("lowest", "highest"))


def told(course: Course) -> dict[str, Any]:
    """Return every declared metric of every arm as plain data; an open end is null."""
    return {
        "schema": SCHEMA,
        "pilot": course.spec.id,
        "seed": course.analysis.seed,
        "orientation": ORIENTATION,
        "made_with": course.made_with.to_dict(),
        "results": [_result(result, course.decision_of(result.arm)) for result in course.analysis.results],
    }


def _result(result: MetricResult, decision: ArmDecision) -> dict[str, Any]:
    scale, plain = result.metric.words, _as_measured(result)
    state = next((row for row in decision.states if row.metric == result.metric.key), None)
    head = {**plain, "label": result.metric.label, "unit": scale.unit, "better": result.metric.direction}
    if state:
        head["state"] = state.state
    if result.hidden or not isinstance(result.estimate, Estimate):
        return head
    parts: dict[str, Any] = {
        name: _turned(plain[name], scale) for name in ("weeks", "robustness", "slices") if name in plain
    }
    level = 1 - (state.alpha if state and result.role == "goal" else result.estimate.alpha)
    return {**head, **parts, "estimate": _estimate(result.estimate, level, scale)}


def _as_measured(result: MetricResult) -> dict[str, Any]:
    """A result signed as measured; a hidden one says why and holds no number."""
    head = {"role": result.role, "metric": result.metric.key, "arm": result.arm, "unit": result.metric.unit}
    if result.hidden:
        return {**head, "hidden": result.hidden}
    means = result.means
    return {
        **head,
        "estimate": result.estimate.to_dict(),
        "means": {name: getattr(means, name) for name in MEANS} if means else None,
        "weeks": [week.to_dict() for week in result.weeks],
        **({"robustness": result.robustness.to_dict()} if result.robustness else {}),
        **({"slices": result.slices.parts()} if result.slices else {}),
    }


def _estimate(estimate: Estimate, level: float, scale: Words) -> dict[str, Any]:
    plain = estimate.to_dict()
    return {
        "att": _number(estimate.att, scale),
        "ci": list(_ends(*estimate.interval(level), scale)),
        "level": round(level, 6),
        **{name: plain[name] for name in KEPT},
    }


def _turned(value: Any, scale: Words) -> Any:
    """Turn every effect inside some plain data; counts, shares, p and notes stay, errors are left out."""
    if isinstance(value, list):
        return [_turned(each, scale) for each in value]
    if not isinstance(value, Mapping):
        return value
    found = {
        name: each if name == "notes" else _turned(each, scale)
        for name, each in value.items()
        if name not in LEFT_OUT
    }
    for name in ("att", "shrunken"):
        if found.get(name) is not None:
            found[name] = _number(found[name], scale)
    for name in ("ci", "shrunken_ci"):
        if found.get(name) is not None:
            found[name] = list(_ends(found[name][0], found[name][1], scale))
    for low, high in PAIRS:
        if low in found and (found[low] is not None or found[high] is not None):
            found[low], found[high] = _ends(found[low], found[high], scale)
    return found


def _ends(low: float | None, high: float | None, scale: Words) -> tuple[float | None, float | None]:
    """Turn an interval whose open ends are missing or infinite."""
    first, last = (None if end is None or math.isinf(end) else _number(end, scale) for end in (low, high))
    return (first, last) if scale.better > 0 else (last, first)


def _number(value: float, scale: Words) -> float:
    return float(f"{scale.orient(value):.10g}") + 0.0  # no minus zero
