"""Example sentences: how a metric's results read, whichever way they came out."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pilotlab.spec.metric import MetricSpec

ALPHA = 0.05
_OF_A_SPREAD, _OF_A_RANGE, _OF_A_LOG = 0.3, 0.01, 0.1  # sizes that a pilot may well find


def example_sentences(metric: MetricSpec) -> Mapping[str, str]:
    """Write one sentence for each way in which a result can come out, with an invented size.

    Returns
    -------
    mapping
        By what was found: better and worse (more and less of a context metric), around zero, and with ends open.
    """
    size = metric.better * _size(metric)
    good, bad = ("more", "less") if metric.direction == "context" else ("better", "worse")
    found = {
        good: (size, (0.4 * size, 1.6 * size)),
        bad: (-size, (-1.6 * size, -0.4 * size)),
        "can't tell": (-0.1 * size, (-0.9 * size, 0.7 * size)),
        "exactly zero": (0.0, (-0.8 * size, 0.8 * size)),
        f"{good}, one end open": (size, (0.4 * size, math.copysign(math.inf, size))),
        "can't tell, one end open": (size, (-0.6 * size, math.copysign(math.inf, size))),
        "no interval": (size, (-math.inf, math.inf)),
    }
    return {case: _sentence(metric, value, ends) for case, (value, ends) in found.items()}


def _sentence(metric: MetricSpec, value: float, ends: tuple[float, float]) -> str:
    low, high = sorted(ends)
    said = metric.grammar.sentence(value, (low, high), ALPHA)
    return f"{said[:1].upper()}{said[1:]}."


def _size(metric: MetricSpec) -> float:
    if metric.transform == "log":
        return _OF_A_LOG
    if metric.planning.sd is not None:
        return _OF_A_SPREAD * metric.planning.sd
    return _OF_A_RANGE * (metric.range[1] - metric.range[0]) if metric.range else 1.0
