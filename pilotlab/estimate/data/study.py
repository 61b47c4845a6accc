"""The study: a frame as estimators read it, unit by time, with what is known of each unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from pilotlab.estimate.data.times import NEVER, Calendar
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, distinct


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """One outcome of n units at T times; units in sorted order, times ascending.

    Attributes
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value that counts.
    weights : ndarray, shape (n, T), optional
        Positive wherever `y` is finite.
    covariates : ndarray, shape (p, n, T), optional
    units : Index, length n
    all_units : Index
        Of the whole frame, sorted.
    times : ndarray, shape (T,)
        Periods.
    cohort : ndarray, shape (n,)
        First treated period; NEVER for comparison units.
    first_time, last_time : int
        Of the whole frame, before windows.
    strata : ndarray, shape (n,), optional
        Codes; with `paired` each holds one treated and one comparison unit.
    lot : ndarray, shape (n,)
        Codes of what was drawn together.
    cluster : ndarray, shape (n,)
        Codes of what may move together: by lot, or the pair.
    excluded : ndarray
        Periods left out by name.
    """

    y: FloatArray
    weights: FloatArray | None
    covariates: FloatArray | None
    covariate_names: tuple[str, ...]
    units: pd.Index
    all_units: pd.Index
    times: IntArray
    time_labels: tuple[str, ...]
    calendar: Calendar
    cohort: IntArray
    first_time: int
    last_time: int
    strata: IntArray | None
    paired: bool
    lot: IntArray
    cluster: IntArray
    excluded: IntArray
    notes: tuple[Note, ...] = ()
    _starts: list[IntArray] = field(default_factory=list, init=False, repr=False)  # once asked for

    @property
    def ever(self) -> BoolArray:
        """Units treated at some time, shape (n,)."""
        return np.asarray(self.cohort != NEVER)

    @property
    def always(self) -> BoolArray:
        """Units treated at the frame's first time or before, shape (n,)."""
        return np.asarray(self.cohort <= self.first_time)

    @property
    def starts(self) -> IntArray:
        """Distinct starts of the units that switch."""
        if not self._starts:
            self._starts.append(distinct(self.cohort[self.ever & ~self.always]))
        return self._starts[0]

    @property
    def n_obs(self) -> int:
        """Values that count."""
        return int(np.count_nonzero(np.isfinite(self.y)))

    def name(self, period: int) -> str | int:
        """Write a period as a table's rows are named: a number where times are whole numbers."""
        return period if self.calendar.kind == "whole numbers" else self.label(period)

    def label(self, period: int) -> str:
        """A period as the frame writes it."""
        return self.calendar.label(period)

    def note(self, *notes: Note | None) -> Study:
        """Add notes."""
        return replace(self, notes=(*self.notes, *(note for note in notes if note is not None)))

    def keep_units(self, kept: BoolArray) -> Study:
        """Leave units out."""
        if kept.all():
            return self
        return replace(
            self,
            y=self.y[kept],
            weights=None if self.weights is None else self.weights[kept],
            covariates=None if self.covariates is None else self.covariates[:, kept],
            units=self.units[kept],
            cohort=self.cohort[kept],
            strata=None if self.strata is None else recode(self.strata[kept]),
            lot=recode(self.lot[kept]),
            cluster=recode(self.cluster[kept]),
        )

    def keep_cells(self, kept: BoolArray) -> Study:
        """Leave cells out: `kept` is (T,) or (n, T); times without a value go, units stay."""
        y = self.y if kept.all() else np.where(kept, self.y, np.nan)
        if len(y) and np.isfinite(y[0]).all():
            return replace(self, y=y)
        inside: BoolArray = np.asarray(np.isfinite(y).any(axis=0))
        if inside.all():
            return replace(self, y=y)
        return replace(
            self,
            y=y[:, inside],
            weights=None if self.weights is None else self.weights[:, inside],
            covariates=None if self.covariates is None else self.covariates[:, :, inside],
            times=self.times[inside],
            time_labels=tuple(label for label, stays in zip(self.time_labels, inside, strict=True) if stays),
        )


def recode(codes: IntArray) -> IntArray:
    """Renumber codes from 0 without gaps, in the same order."""
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
