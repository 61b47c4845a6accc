"""Columns of a user's frame, read with errors that name the column, the value and its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotlab.errors import UsageError, nearest
from pilotlab.stats.arrays import FloatArray, IntArray
from pilotlab.wording.lists import plural
from pilotlab.wording.numbers import typed

LARGEST = 1e150  # squares of larger numbers do not fit a float
SMALLEST = 1e-140  # squares of smaller ones vanish
TABLE = 50_000_000  # places of a table that whole numbers are looked up in
STRIP = 1 << 16  # rows worked on at once, few enough to stay near the processor
Place = Callable[[int], str]


def column(frame: pd.DataFrame, name: object, argument: str) -> pd.Series:
    """Return one column; categories come out as what they stand for.

    Raises
    ------
    UsageError
        Where the column is missing, or there twice.
    """
    known = list(frame.columns)
    if not _holds(known, name):
        if name in frame.index.names:
            raise UsageError(
                f"{argument}: {name!r} is a level of the frame's index, not a column",
                fix="give frame.reset_index()",
            )
        listed = ", ".join(str(each) for each in known[:12]) + (", ..." if len(known) > 12 else "")
        raise UsageError(
            f"{argument}: there is no column {name!r}{nearest(name, known)}",
            fix=f"give the name of a column; the frame has {listed or 'none'}",
        )
    found = frame[name]
    if isinstance(found, pd.DataFrame):
        raise UsageError(
            f"{argument}: column {name!r} is there {found.shape[1]} times",
            fix="give each column a name of its own",
        )
    if isinstance(found.dtype, pd.CategoricalDtype):
        return found.astype(found.cat.categories.dtype)
    return found


def floats(frame: pd.DataFrame, name: str, argument: str, place: Place) -> FloatArray:
    """Read numbers; missing values become nan.

    Raises
    ------
    UsageError
        For text, dates, infinite or absurdly large numbers, and where all are absurdly small; names the value and its place.
    """
    raw = column(frame, name, argument)
    values = _as_floats(raw, name, argument, place)
    largest = max(np.fmax.reduce(values, initial=0.0), -np.fmin.reduce(values, initial=0.0))
    if 0 < largest < SMALLEST:
        raise UsageError(
            f"{argument} {name!r} holds nothing larger than {typed(largest)}: too small to be squared",
            fix="rescale it, for example by its mean",
        )
    if largest > LARGEST:
        row = int(np.argmax(np.abs(values) > LARGEST))
        what = "infinite" if np.isinf(values[row]) else "too large to be meant"
        raise UsageError(
            f"{argument} {name!r} is {what} ({float(values[row])!r}) {place(row)}",
            fix="correct it, or leave it empty",
        )
    return values


def codes(raw: pd.Series, argument: str, place: Place) -> tuple[IntArray, pd.Index]:
    """Read labels as codes into their sorted distinct values.

    Raises
    ------
    UsageError
        Where a label is missing.
    """
    found, distinct = factorized(raw)
    if (found < 0).any():
        row = int(np.argmax(found < 0))
        missing = int((found < 0).sum())
        raise UsageError(
            f"{argument} {raw.name!r} is missing in {rows_said(missing)}, first {place(row)}",
            fix="fill it in or leave the rows out",
        )
    order = sort_order(distinct)
    if (order == np.arange(len(order))).all():
        return found, distinct
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[found], distinct[order]


def factorized(raw: pd.Series) -> tuple[IntArray, pd.Index]:
    """Codes of values and the distinct values, in any order; -1 where missing.

    Whole numbers that lie close together are looked up in a table, which takes a fraction of what hashing does.
    """
    if isinstance(raw.dtype, np.dtype) and raw.dtype.kind in "iu" and len(raw):
        values = raw.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < min(len(values), TABLE) and high <= np.iinfo(np.int64).max:
            return _looked_up(values, low, high)
    found, distinct = pd.factorize(raw, sort=False)
    return found, pd.Index(distinct)


def _looked_up(values: NDArray[Any], low: int, high: int) -> tuple[IntArray, pd.Index]:
    place = values.astype(np.int64, copy=False)
    place = place - low if low else place  # a copy is made only where one is needed: nobody writes to it
    there = np.zeros(high - low + 1, dtype=bool)
    for strip in strips(len(place)):
        there[place[strip]] = True
        if there.all():  # shuffled rows show every label soon
            break
    distinct = np.flatnonzero(there)
    if len(distinct) < len(there):
        place = (np.cumsum(there) - 1)[place]
    return place, pd.Index((distinct + low).astype(values.dtype))


def sort_order(labels: pd.Index) -> IntArray:
    """Order of labels that does not depend on the order of rows, whatever they are."""
    try:
        return np.asarray(labels.argsort(), dtype=np.int64)
    except TypeError:
        keys = [(type(label).__name__, str(label)) for label in labels]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def strips(rows: int) -> Iterator[slice]:
    """Cut rows into strips, so that what is made on the way never takes a place for every row."""
    return (slice(first, first + STRIP) for first in range(0, rows, STRIP))


def row_place(row: int) -> str:
    """Where a row is, before units and times are known."""
    return f"in row {row + 1}"


def rows_said(count: int) -> str:
    """A number of rows, in words."""
    return plural(count, "row")


def shown(label: Any) -> str:
    """A label as a reader knows it."""
    return (
        repr(label.item() if isinstance(label, np.generic) else label)
        if not isinstance(label, str)
        else repr(label)
    )


def _holds(known: list[Any], name: object) -> bool:
    return any(type(each) is type(name) and each == name for each in known) or name in known


def _as_floats(raw: pd.Series, name: str, argument: str, place: Place) -> FloatArray:
    kind = raw.dtype
    numeric = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_complex_dtype(kind)
    if isinstance(kind, np.dtype) and kind.kind in "fiu":
        return np.asarray(raw.to_numpy(dtype=float))
    if numeric or pd.api.types.is_bool_dtype(kind):
        return np.asarray(raw.to_numpy(dtype=float, na_value=np.nan))
    present = raw.notna().to_numpy()
    for row in np.flatnonzero(present):
        value = raw.iloc[row]
        if isinstance(value, str | bytes | complex) or not hasattr(value, "__float__"):
            raise UsageError(
                f"{argument} {name!r} holds {value!r} {place(int(row))}, which is no number",
                fix=f"make the column numeric, such as pd.to_numeric(frame[{name!r}])",
            )
    return np.array([float(value) if known else np.nan for value, known in zip(raw, present, strict=True)])
