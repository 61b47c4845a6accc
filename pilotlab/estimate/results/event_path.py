"""The path of effects by event time with its covariance: what sensitivity and pre-trend tests read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pilotlab.stats.arrays import FloatArray
from pilotlab.stored import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPath:
    """Coefficients of m event times, all measured from one reference.

    Attributes
    ----------
    event_time : tuple of int
        Ascending, without the reference.
    att : tuple of float
    variance : tuple of tuple of float, shape (m, m)
    weights : tuple of float
        The headline is the sum of weights times coefficients.
    reference : int
        Event time whose coefficient is zero.
    df : float
        Degrees of freedom behind `variance`; infinite for a normal.
    drift : tuple of float or None
        What trends that part by one unit a period do to each coefficient; None: event time less reference, as where all
        of them are measured from the reference.
    """

    event_time: tuple[int, ...]
    att: tuple[float, ...]
    variance: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]
    reference: int
    df: float = math.inf
    drift: tuple[float, ...] | None = None

    @property
    def one_base(self) -> bool:
        """Whether coefficients before and after start are measured from the same reference."""
        return self.drift is None

    @property
    def drifts(self) -> FloatArray:
        """What a straight drift of one unit a period does to each coefficient."""
        plain = np.array(self.event_time, dtype=float) - self.reference
        return plain if self.drift is None else np.array(self.drift)

    @property
    def n_pre(self) -> int:
        """Coefficients before the reference."""
        return sum(each < self.reference for each in self.event_time)

    @property
    def consecutive(self) -> bool:
        """Whether event times and reference follow each other without a gap."""
        steps = np.diff(sorted((*self.event_time, self.reference)))
        return bool((steps == 1).all())

    def arrays(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Coefficients, covariance and weights as arrays."""
        return np.array(self.att), np.array(self.variance), np.array(self.weights)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; infinite degrees of freedom are null."""
        return {
            "event_time": list(self.event_time),
            "att": list(self.att),
            "variance": [list(row) for row in self.variance],
            "weights": list(self.weights),
            "reference": self.reference,
            "df": self.df if math.isfinite(self.df) else None,
            **({} if self.drift is None else {"drift": list(self.drift)}),
        }

    @classmethod
    @reading("EventPath")
    def from_dict(cls, data: Mapping[str, Any]) -> EventPath:
        """Rebuild from `to_dict`."""
        return cls(
            event_time=tuple(data["event_time"]),
            att=tuple(data["att"]),
            variance=tuple(tuple(row) for row in data["variance"]),
            weights=tuple(data["weights"]),
            reference=data["reference"],
            df=math.inf if data["df"] is None else data["df"],
            drift=tuple(data["drift"]) if "drift" in data else None,
        )


def event_path(
    event_time: Sequence[int],
    att: FloatArray,
    variance: FloatArray,
    weights: FloatArray,
    *,
    reference: int,
    df: float,
    drift: FloatArray | None = None,
) -> EventPath:
    """Make a path of arrays; the covariance is made symmetric to the last bit."""
    even = (variance + variance.T) / 2
    return EventPath(
        event_time=tuple(int(each) for each in event_time),
        att=tuple(float(each) for each in att),
        variance=tuple(map(tuple, even.tolist())),
        weights=tuple(float(each) for each in weights),
        reference=int(reference),
        df=float(df),
        drift=None if drift is None else tuple(float(each) for each in drift),
    )
