"""Intervals: how two ends are written, with the level at which they hold."""

from __future__ import annotations

import math

from pilotlab.wording.numbers import in_full, number


def interval(low: float, high: float, decimals: int, *, sign: bool = False) -> str:
    """Write both ends; an open end is said in words.

    Examples
    --------
    >>> interval(0.3, 1.19, 2), interval(-math.inf, 1.19, 2), interval(-math.inf, math.inf, 2)
    ('0.30 to 1.19', 'up to 1.19', 'open both ways')
    """
    if math.isinf(low) and math.isinf(high):
        return "open both ways"
    if math.isinf(low):
        return f"up to {number(high, decimals, sign=sign)}"
    if math.isinf(high):
        return f"{number(low, decimals, sign=sign)} or more"
    return f"{number(low, decimals, sign=sign)} to {number(high, decimals, sign=sign)}"


def bracketed(low: float, high: float, decimals: int) -> str:
    """Write both ends with their signs in brackets, every digit of what is large, as analysts do.

    Examples
    --------
    >>> bracketed(-0.3, 1.19, 2), bracketed(0.3, math.inf, 1)
    ('[−0.30, +1.19]', '[+0.3, +∞]')
    """
    return f"[{in_full(low, decimals, sign=True)}, {in_full(high, decimals, sign=True)}]"


def level(share: float) -> str:
    """Write a confidence level; digits only as far as they go.

    Examples
    --------
    >>> level(0.95), level(0.975), level(1 - 0.05 / 3)
    ('95 %', '97.5 %', '98.33 %')
    """
    return f"{round(100 * share, 2):g} %"


def level_of(alpha: float) -> str:
    """Write the confidence level of an interval that misses with chance `alpha`: "95 %" for 0.05."""
    return level(1 - alpha)
