"""What is constant in a unit: cohort, stratum or pair, cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError
from pilotlab.estimate.data.columns import column, factorized, floats, rows_said, shown, strips
from pilotlab.estimate.data.study import recode
from pilotlab.estimate.data.times import NEVER, Calendar, refuse_codes
from pilotlab.estimate.data.usable_rows import Rows
from pilotlab.estimate.notes.by_code import names, note
from pilotlab.estimate.options import Options
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, IntArray
from pilotlab.stats.variance.cluster import nested
from pilotlab.wording.lists import some
from pilotlab.wording.numbers import typed


@dataclass(frozen=True, slots=True, eq=False)
class Attributes:
    """Codes by unit, shape (n,) each."""

    cohort: IntArray
    strata: IntArray | None
    lot: IntArray
    cluster: IntArray
    notes: tuple[Note, ...]


def read(table: pd.DataFrame, options: Options, rows: Rows) -> Attributes:
    """Read what the arguments name.

    Raises
    ------
    UsageError
        Where something changes within a unit that may not, pairs are no pairs, or clusters and pairs cross.
    """
    cohort, notes = _cohort(table, options, rows)
    ever = cohort != NEVER
    strata = pair = None
    if options.strata is not None:
        strata = _codes(table, options.strata, "strata", rows, options)
    if options.pairs is not None:
        strata = pair = _codes(table, options.pairs, "pairs", rows, options)
        _refuse_no_pairs(pair, ever, rows, options)
    if options.group is not None:
        strata = _affected(table, options, rows)
    own = np.arange(len(rows.units))
    drawn = own if options.cluster is None else _clusters(table, options, rows)
    return Attributes(cohort, strata, drawn, _coarser(drawn, pair, options), notes)


def cohorts(values: pd.Series, argument: str, calendar: Calendar, first_time: int) -> IntArray:
    """Read a column of first treated times; NaN, None, inf and 0 (where every time is above 0) mean never."""
    found, distinct = factorized(values)
    never = np.array([_means_never(value) for value in distinct], dtype=bool)
    zero = np.array([_is_zero(value) for value in distinct], dtype=bool)
    if zero.any() and calendar.kind == "whole numbers" and first_time <= 0:
        raise UsageError(
            f"{argument}: 0 can mean never or time 0, for {calendar.name!r} starts at {first_time}",
            fix="leave never-treated units empty (NaN), or number the times from 1",
        )
    periods = np.full(
        len(distinct) + 1, NEVER, dtype=np.int64
    )  # the last place is for missing values, coded -1
    if calendar.kind == "whole numbers" and first_time > 0:
        _refuse_negative(values, distinct, argument)
    starts = ~(never | zero)
    if starts.any():
        kept = pd.Index(np.asarray(distinct, dtype=object)[starts]).infer_objects()
        periods[:-1][starts] = calendar.read(kept, argument)
        refuse_codes(np.append(periods[:-1][starts], first_time), argument, calendar.kind)
    return np.asarray(periods[found])


def _refuse_negative(values: pd.Series, distinct: pd.Index, argument: str) -> None:
    """A start below zero, where every time is above, is a code for never."""
    below = [value for value in distinct if isinstance(value, int | float | np.number) and value < 0]
    if below:
        count = int(values.isin(below).sum())
        raise UsageError(
            f"{argument} is {typed(float(below[0]))} in {rows_said(count)}, and every time is above 0",
            fix="leave never-treated units empty (NaN), or write 0",
        )


def _cohort(table: pd.DataFrame, options: Options, rows: Rows) -> tuple[IntArray, tuple[Note, ...]]:
    if options.treatment is not None:
        cohort = _from_treatment(table, options.treatment, rows)
    elif options.cohort_left_out and options.cohort not in table.columns:
        return np.full(len(rows.units), NEVER, dtype=np.int64), ()
    else:
        argument = f"cohort {options.cohort!r}"
        raw, first = column(table, options.cohort, "cohort"), int(rows.times[0])
        if (own := _number_of_units(raw, rows)) is not None:
            cohort = cohorts(own, argument, rows.calendar, first)
        else:
            cohort = _constant(
                cohorts(raw, argument, rows.calendar, first),
                rows,
                options,
                argument,
                lambda value: "never" if value == NEVER else rows.calendar.label(int(value)),
            )
    notes = _between_times(cohort, rows, options)
    late = (cohort != NEVER) & (cohort > rows.times[-1])
    if not late.any():
        return cohort, notes
    after = note(
        "starts_after_last_time", count=int(late.sum()), time=options.time, units=names(rows.units[late])
    )
    return np.where(late, NEVER, cohort), (*notes, after)


def _number_of_units(raw: pd.Series, rows: Rows) -> pd.Series | None:
    """Each unit's number, where all its rows hold the same one, 0 or above or missing; None where not all do.

    Most frames do, and reading a number a unit is far less work than reading one a row.
    """
    if not (isinstance(raw.dtype, np.dtype) and raw.dtype in (np.int64, np.float64)):
        return None
    bits = raw.to_numpy().view(np.int64)  # missing numbers are alike in bits
    own, known = np.empty(len(rows.units), dtype=np.int64), np.zeros(len(rows.units), dtype=bool)
    for strip in strips(len(bits)):
        own[rows.unit[strip]] = bits[strip]
        known[rows.unit[strip]] = True
        if known.all():  # shuffled rows show every unit soon
            break
    if any((own[rows.unit[strip]] != bits[strip]).any() for strip in strips(len(bits))):
        return None
    found = pd.Series(own.view(raw.dtype))
    return None if (found < 0).any() else found


def _between_times(cohort: IntArray, rows: Rows, options: Options) -> tuple[Note, ...]:
    """Say of starts that are no time of the frame which time is the first after them."""
    inside = (cohort > rows.times[0]) & (cohort <= rows.times[-1])
    starts = np.unique(cohort[inside])
    place = np.searchsorted(rows.times, starts)
    label = rows.calendar.label
    return tuple(
        note(
            "start_between_times",
            start=label(int(start)),
            time=options.time,
            first=label(int(rows.times[at])),
        )
        for start, at in zip(starts, place, strict=True)
        if rows.times[at] != start
    )


def _from_treatment(table: pd.DataFrame, name: str, rows: Rows) -> IntArray:
    treated = floats(table, name, "treatment", rows.place)
    wrong = ~np.isin(treated, (0.0, 1.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        missing = bool(np.isnan(treated[row]))
        raise UsageError(
            f"treatment {name!r} is {'missing' if missing else typed(treated[row])} {rows.place(row)} "
            f"({rows_said(int(wrong.sum()))} such); it must be 0 or 1 in every row",
            fix="fill it in, or leave the rows out"
            if missing
            else "write 0 and 1; how much of a treatment is a `dose`, an argument of its own",
        )
    cohort = np.full(len(rows.units), NEVER, dtype=np.int64)
    on = treated == 1
    np.minimum.at(cohort, rows.unit[on], rows.times[rows.time[on]])
    off = ~on & (rows.times[rows.time] > cohort[rows.unit])
    if off.any():
        raise UsageError(
            f"treatment {name!r} is switched off {rows.place(int(np.argmax(off)))}; it was on before "
            f"({len(np.unique(rows.unit[off]))} of {len(cohort)} units switch off)",
            fix="estimators here are for treatments that stay on; leave out the times after, and say so",
        )
    return cohort


def _constant(values: IntArray, rows: Rows, options: Options, what: str, show: Any) -> IntArray:
    """Take each unit's value, refusing one that changes."""
    own = np.empty(len(rows.units), dtype=np.int64)
    own[rows.unit] = values
    if (values != own[rows.unit]).any():
        own[rows.unit[::-1]] = values[::-1]  # a unit's first value
        row = int(np.argmax(values != own[rows.unit]))
        unit = rows.unit[row]
        raise UsageError(
            f"{what} changes within {options.unit} {shown(rows.units[unit])}: {show(own[unit])} and {show(values[row])}",
            fix=f"give every row of a {options.unit} the same value",
        )
    return np.asarray(own)


def _codes(table: pd.DataFrame, name: str, argument: str, rows: Rows, options: Options) -> IntArray:
    raw = column(table, name, argument)
    found, distinct = pd.factorize(raw, sort=True)
    if (found < 0).any():
        row = int(np.argmax(found < 0))
        raise UsageError(
            f"{argument} {name!r} is missing {rows.place(row)}",
            fix=f"give every {options.unit} one, or leave it out of the frame",
        )
    return recode(
        _constant(
            found.astype(np.int64),
            rows,
            options,
            f"{argument} {name!r}",
            lambda value: shown(distinct[value]),
        )
    )


def _affected(table: pd.DataFrame, options: Options, rows: Rows) -> IntArray:
    """Read the group of a triple difference: 1 where a unit is affected, 0 where it is not."""
    assert options.group is not None
    values = floats(table, options.group, "group", rows.place)
    wrong = ~np.isin(values, (0.0, 1.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        shown_value = "missing" if np.isnan(values[row]) else typed(values[row])
        raise UsageError(
            f"group {options.group!r} is {shown_value} {rows.place(row)}; it must be 0 or 1 in every row",
            fix="1 for units that the treatment affects, 0 for those beside them that it does not",
        )
    return _constant(values.astype(np.int64), rows, options, f"group {options.group!r}", str)


def _clusters(table: pd.DataFrame, options: Options, rows: Rows) -> IntArray:
    """Read clusters; a unit whose cluster is empty was drawn by itself."""
    assert options.cluster is not None
    raw = column(table, options.cluster, "cluster")
    blank = (
        raw.isna() | (raw.astype(object) == "")
        if raw.dtype == object or pd.api.types.is_string_dtype(raw.dtype)
        else raw.isna()
    )
    found, distinct = pd.factorize(raw.mask(blank), sort=True)
    own = _constant(
        found.astype(np.int64),
        rows,
        options,
        f"cluster {options.cluster!r}",
        lambda value: shown(distinct[value]) if value >= 0 else "nothing",
    )
    alone = own < 0
    return recode(np.where(alone, len(distinct) + np.arange(len(own)), own))


def _refuse_no_pairs(pair: IntArray, ever: BoolArray, rows: Rows, options: Options) -> None:
    size, treated = np.bincount(pair), np.bincount(pair, weights=ever.astype(float))
    wrong = (size != 2) | (treated != 1)
    if wrong.any():
        first = int(np.argmax(wrong))
        members = some(list(rows.units[pair == first]))
        raise UsageError(
            f"pairs {options.pairs!r}: the pair of {members} has {int(treated[first])} treated of {size[first]} units",
            fix="a pair is one treated and one comparison unit; other groups are strata",
        )


def _coarser(drawn: IntArray, pair: IntArray | None, options: Options) -> IntArray:
    """Take the pair as cluster, unless what was drawn together holds whole pairs."""
    if pair is None or nested(drawn, pair):
        return drawn if pair is None else pair
    if nested(pair, drawn):
        return drawn
    raise UsageError(
        f"cluster {options.cluster!r} and pairs {options.pairs!r} cross: a cluster holds part of a pair and more",
        fix="put both units of a pair in one cluster, or leave cluster out",
    )


def _means_never(value: Any) -> bool:
    return (isinstance(value, str) and value.strip() == "") or (
        isinstance(value, float | np.floating) and value == np.inf
    )


def _is_zero(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and value == 0
