"""Sizes: how the rule's oriented numbers are written in a metric's own unit."""

from __future__ import annotations

from pilotlab.decide.inputs import Level, Metric
from pilotlab.wording import chances


def sentence(metric: Metric, estimate: float, level: Level, mark: str = "") -> str:
    """What the estimate says: "teams finished a typical item 0.76 days sooner (95 % interval 0.30 to 1.19)".

    `mark` stands on both sides of the size.
    """
    value, ends = _stored(metric, estimate, level)
    return metric.told.sentence(value, ends, level.alpha, more=metric.more, mark=mark)


def best(metric: Metric, estimate: float, level: Level, mark: str = "") -> str:
    """Write the best estimate with its side: "0.04 points lower"."""
    value, ends = _stored(metric, estimate, level)
    return metric.told.best(value, ends, level.alpha, more=metric.more, mark=mark)


def sides(metric: Metric, estimate: float, level: Level) -> str:
    """Write the interval with its sides: "95 % interval 0.38 lower to 0.29 higher"."""
    value, ends = _stored(metric, estimate, level)
    return metric.told.sides(value, ends, level.alpha, more=metric.more)


def size(metric: Metric, value: float) -> str:
    """Write a bar (above 0) or a limit (below 0) as a size with its unit: "0.50 days"."""
    return metric.told.size(metric.told.turned(value), more=metric.more)


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
    return metric.told.shown_turned(oriented)


def _stored(metric: Metric, estimate: float, level: Level) -> tuple[float, tuple[float, float]]:
    """Turn oriented numbers back to the stored direction, the lower end first."""
    turned = metric.told.turned
    low, high = sorted((turned(level.low), turned(level.high)))
    return turned(estimate), (low, high)
