"""Bars and margins as numbers on the scale of analysis."""

from __future__ import annotations

import math

from pilotlab.errors import PilotlabError
from pilotlab.spec.metric import MetricSpec
from pilotlab.wording.orientation import log_points_of


def bar_size(worth_it: float | str, metric: MetricSpec) -> float:
    """Return the size of a goal's bar on the scale of analysis: "-10%" is abs(log(0.9))."""
    if isinstance(worth_it, int | float):
        return abs(float(worth_it))
    return abs(log_points_of(_percent(worth_it, metric)))


def margin_size(margin: float | str, metric: MetricSpec) -> float:
    """Return the size of a margin on the scale of analysis: "10%" where lower is better is log(1.1), else abs(log(0.9))."""
    if isinstance(margin, int | float):
        return abs(float(margin))
    return abs(log_points_of(-metric.better * abs(_percent(margin, metric))))


def _percent(written: str, metric: MetricSpec) -> float:
    """Read a percentage.

    Raises
    ------
    PilotlabError
        For text that is no percentage, or a metric that is not analysed on the log scale.
    """
    number, sign, rest = written.strip().partition("%")
    try:
        percent = float(number)
    except ValueError:
        percent = math.nan
    if not sign or rest or not math.isfinite(percent) or abs(percent) >= 100:
        raise PilotlabError(
            f"{written!r} is neither a number nor a percentage below 100", fix="write -0.5 or -10%"
        )
    if metric.transform != "log":
        raise PilotlabError(
            f"{written!r}: a percentage needs `transform: log`, and {metric.key} has {metric.transform!r}",
            fix=f"write it in {metric.unit}",
        )
    return percent
