"""Cells of group-time effects: which cohort at which time is measured from when, and against whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray

NEVER = int(np.iinfo(np.int64).max)
Comparison = Literal["never_treated", "not_yet_treated"]
BasePeriod = Literal["varying", "universal"]


@dataclass(frozen=True, slots=True, eq=False)
class CohortPanel:
    """A panel of n units and T times.

    Attributes
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value.
    start : ndarray, shape (n,)
        First treated time, NEVER for none.
    times : ndarray, shape (T,)
        Ascending.
    weights : ndarray, shape (n, T), optional
        Positive wherever `y` is finite; a cell weighs a unit by its base time.
    covariates : ndarray, shape (p, n, T), optional
        Finite wherever `y` is; a cell reads their base time.
    """

    y: FloatArray
    start: IntArray
    times: IntArray
    weights: FloatArray | None = None
    covariates: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The m pairs of cohort and time that can be compared; a universal base time, zero by itself, is none.

    References
    ----------
    Callaway & Sant'Anna (2021), "Difference-in-Differences with Multiple Time Periods", theorem 1.

    Attributes
    ----------
    starts : ndarray, shape (C,)
        Cohorts, ascending; NEVER last where there is one.
    cohort, time, base : ndarray, shape (m,)
        Places in `starts` and in the panel's times.
    event_time : ndarray, shape (m,)
        Time less start.
    comparison : ndarray, shape (m, C)
        Cohorts that serve as comparison.
    """

    starts: IntArray
    cohort: IntArray
    time: IntArray
    base: IntArray
    event_time: IntArray
    comparison: BoolArray

    def __len__(self) -> int:
        return len(self.cohort)

    def keep(self, kept: BoolArray) -> Cells:
        """Leave cells out."""
        return Cells(
            self.starts,
            self.cohort[kept],
            self.time[kept],
            self.base[kept],
            self.event_time[kept],
            self.comparison[kept],
        )


def cells_of(
    start: IntArray,
    times: IntArray,
    *,
    comparison: Comparison = "never_treated",
    base_period: BasePeriod = "varying",
    anticipation: int = 0,
    baseline: int | None = None,
) -> Cells:
    """List the cells that can be compared.

    Parameters
    ----------
    baseline : int, optional
        Times before start less anticipation that get a cell; None for all.

    Notes
    -----
    From start less anticipation on the base is the last time before that; before it the same (`universal`) or the time
    before (`varying`). Not yet treated at a cell are cohorts that start after both of its times and anticipation.
    """
    starts = np.unique(start)
    found: list[tuple[int, int, int]] = []
    for place, own in enumerate(starts):
        before = np.flatnonzero(times < own - anticipation) if own != NEVER else np.array([], dtype=np.int64)
        if before.size:
            found += _of_cohort(place, int(own), int(before[-1]), times, base_period, anticipation, baseline)
    cohort, time, base = np.array(found, dtype=np.int64).reshape(-1, 3).T
    latest = times[np.maximum(time, base)]
    waiting = starts[None] == NEVER
    if comparison == "not_yet_treated":
        waiting = waiting | (starts[None] - anticipation > latest[:, None])
    serves = np.broadcast_to(waiting, (len(cohort), len(starts))) & (starts[cohort][:, None] != starts)
    cells = Cells(starts, cohort, time, base, times[time] - starts[cohort], serves)
    return cells.keep(serves.any(axis=1))


def single_cells(cells: Cells) -> IntArray:
    """Make every cell a row of its own."""
    return np.arange(len(cells))


def _of_cohort(
    place: int,
    own: int,
    last: int,
    times: IntArray,
    base_period: BasePeriod,
    anticipation: int,
    baseline: int | None,
) -> Iterator[tuple[int, int, int]]:
    """Yield cohort, time and base of each cell."""
    earliest = -np.inf if baseline is None else own - anticipation - baseline
    for time in range(len(times)):
        base = last if times[time] >= own - anticipation or base_period == "universal" else time - 1
        if base >= 0 and base != time and times[time] >= earliest:
            yield place, time, base
