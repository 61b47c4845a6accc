"""Reading any long DataFrame into a study, with errors that name the column, the unit and the time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError
from pilotlab.estimate.data import attributes
from pilotlab.estimate.data.columns import (
    codes,
    column,
    row_place,
    rows_said,
    shown,
    strips,
)
from pilotlab.estimate.data.incoming import TAKEN
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import Calendar
from pilotlab.estimate.data.usable_rows import Rows, read_rows
from pilotlab.estimate.options import Options
from pilotlab.stats.arrays import FloatArray, IntArray
from pilotlab.wording import numbers

MOST_CELLS = 400_000_000  # units x times held at once


def read_study(frame: object, options: Options) -> Study:
    """Read a panel.

    Raises
    ------
    UsageError
        Where the frame can't mean what the arguments say; names the column, the place and the fix.
    """
    table = check_frame(frame)
    assert options.unit is not None
    unit, units = codes(column(table, options.unit, "unit"), "unit", row_place)
    rows = read_rows(table, options, unit, units)
    in_order, y = _outcomes(rows, options)
    known = attributes.read(table, options, rows)
    excluded = read_times(options.exclude, rows.calendar, "exclude")
    weights = None if rows.weights is None else _grid(rows.weights, rows, in_order)
    names = tuple(name for _, name in options.row_columns)
    covariates = np.stack([_grid(each, rows, in_order) for each in rows.covariates]) if names else None
    return Study(
        y=y,
        weights=weights,
        covariates=covariates,
        covariate_names=names,
        units=units,
        all_units=units,
        times=rows.times,
        time_labels=rows.time_labels,
        calendar=rows.calendar,
        cohort=known.cohort,
        first_time=int(rows.times[0]),
        last_time=int(rows.times[-1]),
        strata=known.strata,
        paired=options.pairs is not None,
        lot=known.lot,
        cluster=known.cluster,
        excluded=excluded,
        notes=(*rows.notes, *known.notes),
    )


def check_frame(frame: object) -> pd.DataFrame:
    """Refuse what is no DataFrame, or an empty one."""
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(
            f"frame is a {type(frame).__name__}, not a DataFrame",
            fix=f"give {TAKEN}, one row a unit and time",
        )
    if frame.empty:
        raise UsageError("frame has no rows", fix="give one row a unit and time")
    return frame


def read_times(values: tuple[Any, ...], calendar: Calendar, argument: str) -> IntArray:
    """Read times given as an argument."""
    if not values:
        return np.array([], dtype=np.int64)
    return calendar.read(pd.Index(list(values)), argument)


def _outcomes(rows: Rows, options: Options) -> tuple[bool, FloatArray]:
    """Whether rows fill the grid in order, and the outcomes that count, placed; a second row of a unit at a time is refused."""
    cells = len(rows.units) * len(rows.times)
    if cells > MOST_CELLS:
        raise UsageError(
            f"{numbers.count(len(rows.units))} units at {numbers.count(len(rows.times))} times are more cells than fit in memory",
            fix="sum the frame to longer periods, or leave units out",
        )
    in_order, all_count = rows.in_order(), bool(rows.used.all())
    y = _grid(rows.y if all_count else np.where(rows.used, rows.y, np.nan), rows, in_order)
    # As many values as rows: none has taken another's place. Rows without a value leave no trace, and are placed by themselves.
    placed = y if in_order or all_count else _grid(np.zeros(len(rows.y)), rows, in_order)
    if not in_order and np.count_nonzero(np.isfinite(placed)) < len(rows.unit):
        _refuse_repeats(rows, options)
    return in_order, y


def _refuse_repeats(rows: Rows, options: Options) -> None:
    repeated = pd.Series(rows.cells()).duplicated().to_numpy()
    row = int(np.argmax(repeated))
    raise UsageError(
        f"{options.unit} {shown(rows.units[rows.unit[row]])} has more than one row at {options.time} "
        f"{rows.time_labels[rows.time[row]]} ({rows_said(int(repeated.sum()))} too many in all)",
        fix="keep one row a unit and time, or average them first; rows of different people each time need unit=None",
    )


def _grid(values: FloatArray, rows: Rows, in_order: bool) -> FloatArray:
    shape = (len(rows.units), len(rows.times))
    if in_order:
        own = values.reshape(shape)
        own.flags.writeable = False  # it may be the user's memory
        return own
    grid = np.full(shape[0] * shape[1], np.nan)
    for strip in strips(len(values)):
        grid[rows.cells(strip)] = values[strip]
    return grid.reshape(shape)
