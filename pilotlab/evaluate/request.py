"""Asked: what a declaration asks of `did` for one metric: frame, windows, draw, method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.wording.numbers import typed


def outcome(panel: Panel) -> tuple[pd.DataFrame, NotEstimable | None]:
    """Put the outcome on the scale it is analysed on."""
    frame, transform = panel.values, panel.metric.transform
    arms = frame["arm"].nunique()
    if arms < 2:
        missing = (
            "any arm" if arms == 0 else "control" if CONTROL not in set(frame["arm"]) else "the pilot arm"
        )
        return frame, NotEstimable(f"no value in {missing}", "log or import this metric for both arms")
    seen = set(frame["week"])
    for name, weeks in (("baseline", panel.windows.baseline), ("counted", panel.windows.counted)):
        if seen.isdisjoint(map(str, weeks)):
            return frame, NotEstimable(f"no value in the {name} weeks", "log or import these weeks")
    if transform == "none":
        return frame, None
    low, high = (0.0, np.inf) if transform == "log" else (0.0, 1.0)
    outside = ~frame["value"].between(low, high, inclusive="neither")
    if outside.any():
        reason = f"{int(outside.sum())} values of {panel.metric.key} have no {transform}: they are not between {typed(low)} and {typed(high)}"
        return frame, NotEstimable(reason, "declare the metric with `transform: none`")
    return scaled(frame, transform), None


def scaled(frame: pd.DataFrame, transform: str) -> pd.DataFrame:
    """Put values on a scale; they must be between its ends."""
    if transform == "none":
        return frame
    value = frame["value"]
    return frame.assign(value=np.log(value) if transform == "log" else np.log(value / (1 - value)))


def design(spec: PilotSpec, panel: Panel) -> dict[str, Any]:
    """Name the windows and the draw of a panel in the words of `did`."""
    calendar, assignment = spec.calendar, panel.assignment
    stratified = any(row.stratum for row in assignment.teams)
    clustered = any(row.cluster for row in assignment.teams)
    return {
        "outcome": "value",
        "unit": "team",
        "time": "week",
        "cohort": "cohort",
        "baseline": calendar.baseline_weeks,
        "washin": calendar.washin_weeks,
        "anticipation": len(panel.windows.announced),
        "exclude": tuple(str(week) for week in panel.windows.blackout),
        "strata": "stratum" if stratified else None,
        "cluster": "cluster" if clustered else None,
        "assignment": assignment if assignment.drawn else None,
        "weights": "people" if spec.analysis.weights == "people" else None,
        "outcome_unit": panel.metric.unit,
    }


def method(spec: PilotSpec, seed: int) -> dict[str, Any]:
    """Name the declared method in the words of `did`."""
    chosen = spec.analysis
    return {"estimator": chosen.estimator, "inference": chosen.inference, "alpha": chosen.alpha, "seed": seed}
