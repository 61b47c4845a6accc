"""Breakdown value: how far an assumption can be loosened before an interval holds zero."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize

DOUBLINGS = 14


def breakdown(
    interval: Callable[[float], tuple[float, float]], *, step: float, digits: float = 1e-6
) -> float:
    """Smallest m whose interval holds zero; 0 where that of m = 0 does, infinite where none up to step * 2^14 does.

    Parameters
    ----------
    interval : callable
        Of m, the violation allowed; grows with it.
    step : float
        Positive: where the search starts.
    digits : float
        Error relative to the larger of m and `step`, on the side that holds zero.

    References
    ----------
    Rambachan & Roth (2023), "A More Credible Approach to Parallel Trends"; the root by Brent (1973).
    """
    above = interval(0.0)[0] > 0

    def clear(m: float) -> float:
        """How far the nearer end is from zero; negative or zero where zero is inside."""
        low, high = interval(m)
        return low if above else -high

    if clear(0.0) <= 0:
        return 0.0
    low, high = 0.0, step
    for _ in range(DOUBLINGS + 1):
        if clear(high) <= 0:
            break
        low, high = high, 2 * high
    else:
        return math.inf
    near = digits * high / 4
    found = float(optimize.brentq(clear, low, high, xtol=near, rtol=1e-12))
    while clear(found) > 0:
        found += near
    return found
