"""Sizes: how the rule's oriented numbers are written in a metric's own unit."""

from __future__ import annotations

from pilotlab.decide.inputs import Level, Metric
from pilotlab.wording import chances
from pilotlab.wording.effects import PER_CENT, Words


def movement(metric: Metric, estimate: float, level: Level, mark: str = "") -> str:
    """Size, unit and interval together: "Cycle time improved by 0.76 days (95 % interval 0.30 to 1.19)".

    `mark` stands on both sides of the size.
    """
    ends = (own(metric, level.low), own(metric, level.high))
    return _words(metric).movement(own(metric, estimate), ends, level.alpha, mark)


def size(metric: Metric, value: float) -> str:
    """Write a bar (above 0) or a limit (below 0) as a size with its unit: "0.50 days"."""
    return _words(metric).size(own(metric, value))


def luck(p_one_sided: float | None) -> str:
    """Write the one-sided p as a natural frequency; "" where there is none.

    Examples
    --------
    >>> luck(0.025)
    'if the policy did nothing, about 1 pilot in 40 this size would look at least this good'
    """
    if p_one_sided is None:
        return ""
    return f"if the policy did nothing, {chances.luck(p_one_sided)} this size would look at least this good"


def own(metric: Metric, oriented: float) -> float:
    """Turn an oriented number into one in the metric's unit in which up is still good."""
    return _words(metric).shown_turned(oriented)


def _words(metric: Metric) -> Words:
    log = metric.transform == "log"
    unit = PER_CENT if log else metric.unit.partition(" (")[0]
    return Words(label=metric.label, unit=unit, decimals=metric.places, better=metric.better, log=log)
