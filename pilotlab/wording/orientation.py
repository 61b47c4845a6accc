"""Orientation: effects turned so that up is good, and log points shown as per cent; the only place that knows how."""

from __future__ import annotations

import math
from dataclasses import dataclass

Ends = tuple[float, float]


def percent_of(log_points: float) -> float:
    """Turn a change in log points into per cent; an infinite change stays infinite.

    Examples
    --------
    >>> round(percent_of(0.0953), 1), percent_of(-math.inf)
    (10.0, -inf)
    """
    return 100 * math.expm1(log_points) if math.isfinite(log_points) else log_points


def log_points_of(percent: float) -> float:
    """Turn a change in per cent, above -100, into log points.

    Examples
    --------
    >>> round(log_points_of(10), 4), round(log_points_of(-10), 4)
    (0.0953, -0.1054)
    """
    return math.log1p(percent / 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """How the effects of a metric are turned and scaled for a reader.

    Attributes
    ----------
    better : int
        +1 where higher is better, -1 where lower is.
    log : bool
        Effects are log points, shown as per cent.
    """

    better: int = 1
    log: bool = False

    def shown(self, value: float) -> float:
        """Put an effect of the analysis into the shown unit."""
        return percent_of(value) if self.log else value

    def orient(self, value: float) -> float:
        """Turn an effect of the analysis so that up is good, in the shown unit."""
        return self.better * self.shown(value)

    def turned(self, value: float) -> float:
        """Turn an effect so that up is good, on the scale of analysis; turned again it is as before."""
        return self.better * value

    def shown_turned(self, oriented: float) -> float:
        """Put an effect that is turned already into the shown unit, up still being good."""
        return self.orient(self.turned(oriented))

    def interval(self, ends: Ends) -> Ends:
        """Turn both ends, the lower first."""
        low, high = sorted(self.orient(end) for end in ends)
        return low, high

    def worse_first(self, ends: Ends) -> Ends:
        """Put the worse end of an interval of the analysis first, both as they are."""
        return ends if self.better > 0 else (ends[1], ends[0])
