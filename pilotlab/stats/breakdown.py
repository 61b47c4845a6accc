"""Breakdown value: how far an assumption can be loosened before an interval holds zero."""

from __future__ import annotations

import math
from collections.abc import Callable

DOUBLINGS = 14


def breakdown(
    interval: Callable[[float], tuple[float, float]], *, step: float, digits: float = 1e-4
) -> float:
    """Smallest m whose interval holds zero; 0 where that of m = 0 does, infinite where none up to step * 2^14 does.

    Parameters
    ----------
    interval : callable
        Of m, the violation allowed; grows with it.
    step : float
        Positive: where the search starts.
    digits : float
        Relative error.
    """

    def holds(m: float) -> bool:
        low, high = interval(m)
        return low <= 0 <= high

    if holds(0.0):
        return 0.0
    low, high = 0.0, step
    for _ in range(DOUBLINGS):
        if holds(high):
            break
        low, high = high, 2 * high
    else:
        return math.inf
    while high - low > digits * high:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
