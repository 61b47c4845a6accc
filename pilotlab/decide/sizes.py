"""Sizes: how the rule's oriented numbers are written in a metric's own unit."""

from __future__ import annotations

import math

from pilotlab.decide.inputs import Level, Metric

MINUS = "−"
_SMALL_ODDS, _TENTHS = 0.01, 0.2


def movement(metric: Metric, estimate: float, level: Level, mark: str = "") -> str:
    """Size, unit and interval together: "Cycle time improved by 0.76 days (95 % interval 0.30 to 1.19)".

    An interval that holds zero names the side of each end: "(95 % interval 0.38 worse to 0.29 better)". `mark` stands on
    both sides of the size.
    """
    size = own(metric, estimate)
    if float(_digits(metric, abs(size))) == 0:
        verb, sign = "moved by", 1.0
    else:
        verb, sign = ("improved by", 1.0) if estimate > 0 else ("worsened by", -1.0)
    percent = f"{round(100 * (1 - level.alpha), 2):g} %"
    if -math.inf < level.low < 0 < level.high < math.inf:
        ends = f"{percent} interval {_side(metric, level.low)} to {_side(metric, level.high)}"
    else:
        low, high = sorted((sign * own(metric, level.low), sign * own(metric, level.high)))
        ends = _interval(metric, low, high, percent)
    amount = f"{_digits(metric, abs(size))} {unit(metric)}".rstrip()
    return f"{metric.label} {verb} {mark}{amount}{mark} ({ends})"


def _side(metric: Metric, end: float) -> str:
    """Write one end of an interval that holds zero: "0.38 worse"."""
    side = "better" if end > 0 else "worse"
    return f"{_digits(metric, abs(own(metric, end)))} {side}"


def size(metric: Metric, value: float) -> str:
    """Write a bar (above 0) or a limit (below 0) as a size with its unit: "0.50 days"."""
    return f"{_digits(metric, abs(own(metric, value)))} {unit(metric)}".rstrip()


def unit(metric: Metric) -> str:
    """Unit as printed: a percentage under `transform: log`, without the scale in brackets."""
    return "%" if metric.transform == "log" else metric.unit.partition(" (")[0]


def luck(p_one_sided: float | None) -> str:
    """Write the one-sided p as a natural frequency; "" where there is none.

    Examples
    --------
    >>> luck(0.025)
    'if the policy did nothing, about 1 pilot in 40 this size would look at least this good'
    >>> luck(0.003)
    'if the policy did nothing, about 3 pilots in 1,000 this size would look at least this good'
    """
    if p_one_sided is None:
        return ""
    return f"if the policy did nothing, {_frequency(p_one_sided)} this size would look at least this good"


def _frequency(p: float) -> str:
    if p < 0.0005:
        return "fewer than 1 pilot in 1,000"
    if p < _SMALL_ODDS:
        pilots = round(1000 * p)
        return f"about {pilots} pilot{'s' if pilots > 1 else ''} in 1,000"
    if p < _TENTHS:
        ratio = 1 / p
        return f"about 1 pilot in {round(ratio) if ratio < 20 else 5 * round(ratio / 5)}"
    tenths = round(10 * p)
    return "nearly every pilot" if tenths >= 10 else f"about {tenths} pilots in 10"


def own(metric: Metric, oriented: float) -> float:
    """Turn an oriented number into one in the metric's unit in which up is still good."""
    if math.isinf(oriented) or metric.transform != "log":
        return oriented
    return metric.better * 100 * math.expm1(metric.better * oriented)


def _digits(metric: Metric, value: float) -> str:
    return f"{value:.{metric.places}f}"


def _signed(metric: Metric, value: float) -> str:
    digits = _digits(metric, abs(value))
    return MINUS + digits if value < 0 and float(digits) else digits


def _interval(metric: Metric, low: float, high: float, percent: str) -> str:
    if math.isinf(low) and math.isinf(high):
        return f"no {percent} interval exists at this size"
    if math.isinf(low):
        return f"{percent} interval up to {_signed(metric, high)}, open below"
    if math.isinf(high):
        return f"{percent} interval {_signed(metric, low)} or more, open above"
    return f"{percent} interval {_signed(metric, low)} to {_signed(metric, high)}"
