"""Scales: from values to places in a chart, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from `low`..`high` to `start`..`end`; `end` may lie left of or above `start`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value; values beyond the ends stop there."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the scale."""
        return self.low <= value <= self.high


def around(values: Iterable[float], *, pad: float = 0.0) -> tuple[float, float]:
    """Return a range that holds the finite values, `pad` of its length wider on both sides; never empty."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        room = abs(high) / 2 or 1.0
        low, high = low - room, high + room
    margin = pad * (high - low)
    return low - margin, high + margin


def ticks(low: float, high: float, *, most: int = 5) -> tuple[float, ...]:
    """Return at most `most` + 1 round values from `low` to `high`."""
    step = tick_step(low, high, most=most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(k * step for k in range(first, last + 1))


def tick_step(low: float, high: float, *, most: int = 5) -> float:
    """Return the smallest round step that needs no more than `most` steps."""
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in _STEPS if step * power >= raw * (1 - 1e-9))


def tick_decimals(step: float) -> int:
    """Return the decimals that a step's multiples need."""
    return next((k for k in range(7) if abs(step * 10**k - round(step * 10**k)) < 1e-6), 6)


def widened(low: float, high: float, *, most: int = 5) -> tuple[float, float]:
    """Return the range widened to whole steps."""
    step = tick_step(low, high, most=most)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
