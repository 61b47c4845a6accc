"""A frame's rows: times and numbers as arrays, and which of them can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError
from pilotlab.estimate.data.columns import (
    column,
    factorized,
    floats,
    row_place,
    rows_said,
    shown,
    strips,
)
from pilotlab.estimate.data.times import Calendar, calendar_of, refuse_codes
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.wording.numbers import typed


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A frame's rows: codes of unit and time, and numbers; `used` marks those with all that is needed."""

    unit: IntArray
    units: pd.Index
    time: IntArray
    times: IntArray
    time_labels: tuple[str, ...]
    calendar: Calendar
    y: FloatArray
    weights: FloatArray | None
    covariates: FloatArray  # (p, N)
    used: BoolArray
    notes: tuple[Note, ...]
    unit_name: str | None = None

    def cells(self, strip: slice = slice(None)) -> IntArray:
        """Places of rows in the grid of units by times."""
        return self.unit[strip] * len(self.times) + self.time[strip]

    def in_order(self) -> bool:
        """Whether rows fill the grid one cell after the other, as most frames do."""
        count = len(self.units) * len(self.times)
        return len(self.unit) == count and all(
            (self.cells(strip) == np.arange(strip.start, min(strip.stop, count))).all()
            for strip in strips(count)
        )

    def place(self, row: int) -> str:
        """Where a row is, in the reader's words."""
        unit = "" if self.unit_name is None else f"{self.unit_name} "
        return f"at {self.calendar.name} {self.time_labels[self.time[row]]} of {unit}{shown(self.units[self.unit[row]])}"


def read_rows(table: pd.DataFrame, options: Options, unit: IntArray, units: pd.Index) -> Rows:
    """Read times and numbers of every row; rows without an outcome, a covariate or weight are marked and counted."""
    calendar, time, times, labels = _read_time(table, options)

    def place(row: int) -> str:
        where = f"{options.time} {labels[time[row]]}"
        return (
            f"at {where} of {options.unit} {shown(units[unit[row]])}"
            if options.unit
            else f"at {where}, row {row + 1}"
        )

    y = floats(table, options.outcome, "outcome", place)
    covariates = [floats(table, name, argument, place) for argument, name in options.row_columns]
    weights = _read_weights(table, options, place)
    used, notes = _usable(y, covariates, weights, options)
    return Rows(
        unit=unit,
        units=units,
        time=time,
        times=times,
        time_labels=labels,
        calendar=calendar,
        y=y,
        weights=weights,
        covariates=np.array(covariates).reshape(len(covariates), len(y)),
        used=used,
        notes=notes,
        unit_name=options.unit,
    )


def _read_time(table: pd.DataFrame, options: Options) -> tuple[Calendar, IntArray, IntArray, tuple[str, ...]]:
    raw = column(table, options.time, "time")
    found, distinct = factorized(raw)
    if (found < 0).any():
        raise UsageError(
            f"time {options.time!r} is missing in {rows_said(int((found < 0).sum()))}, first {row_place(int(np.argmax(found < 0)))}",
            fix="fill it in or leave the rows out",
        )
    calendar = calendar_of(distinct, options.time)
    periods = calendar.read(distinct, options.time)
    refuse_codes(periods, f"time {options.time!r}", calendar.kind)
    times, code = np.unique(periods, return_inverse=True)
    return (
        calendar,
        found if (code == np.arange(len(code))).all() else code.astype(np.int64)[found],
        times,
        tuple(calendar.label(period) for period in times.tolist()),
    )


def _read_weights(table: pd.DataFrame, options: Options, place: Any) -> FloatArray | None:
    if options.weights is None:
        return None
    weights = floats(table, options.weights, "weights", place)
    if (weights < 0).any():
        row = int(np.argmax(weights < 0))
        raise UsageError(
            f"weights {options.weights!r} is negative ({typed(weights[row])}) {place(row)}",
            fix="weights are 0 or more; 0 leaves a row out",
        )
    return _near_one(weights)


def _near_one(weights: FloatArray) -> FloatArray:
    """Weights are relative: bring the largest near 1 by a power of two, which rounds nothing."""
    largest = float(np.fmax.reduce(weights, initial=0.0))
    shift = -int(np.frexp(largest)[1]) if largest > 0 else 0
    return weights if abs(shift) <= 1 else np.ldexp(weights, shift)


def _usable(
    y: FloatArray, covariates: list[FloatArray], weights: FloatArray | None, options: Options
) -> tuple[BoolArray, tuple[Note, ...]]:
    used = np.isfinite(y)
    if not used.any():
        raise UsageError(
            f"outcome {options.outcome!r} is empty in every row", fix="give a column with values"
        )
    missing = len(used) - int(np.count_nonzero(used))
    notes = [note("rows_without_value", count=missing, column=options.outcome)] if missing else []
    reasons: list[tuple[str, str, BoolArray]] = [
        ("rows_without_value", name, np.isfinite(values))
        for (_, name), values in zip(options.row_columns, covariates, strict=True)
    ]
    for (argument, name), (*_, good) in zip(options.row_columns, reasons, strict=True):
        _refuse_empty(argument, name, good, "empty")
    if weights is not None and options.weights is not None:
        _refuse_empty("weights", options.weights, np.isfinite(weights), "empty")
        _refuse_empty("weights", options.weights, weights != 0, "0")
        reasons += [
            ("rows_without_value", options.weights, np.isfinite(weights)),
            ("rows_of_weight_zero", options.weights, weights != 0),
        ]
    for code, name, good in reasons:
        lost = int((used & ~good).sum())
        notes += [note(code, count=lost, column=name)] if lost else []
        used = used & good
    return used, tuple(notes)


def _refuse_empty(argument: str, name: str | None, good: BoolArray, what: str) -> None:
    if not good.any():
        raise UsageError(
            f"{argument} {name!r} is {what} in every row",
            fix=f"give a column with values, or leave {argument} out",
        )
