"""Frames by group: any long frame read as one row a unit, time and group, for each slice that is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from inspect import signature
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.data.columns import column, sort_order
from pilotlab.estimate.did import did
from pilotlab.estimate.options import Options, names, values
from pilotlab.stats.arrays import IntArray

LEVEL = "__level__"
CROSS = " x "


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One slice.

    Attributes
    ----------
    frame : DataFrame
        One row a unit, time and group; the column `LEVEL` holds the group's place in `levels`.
    levels : tuple of str
        In the order of their names.
    lines : tuple of ndarray
        Places in `levels` that add up to something that is shown.
    """

    name: str
    frame: pd.DataFrame
    levels: tuple[str, ...]
    lines: tuple[IntArray, ...]


def options_of(asked: dict[str, Any]) -> Options:
    """Read arguments of `did`; those that are not named have its defaults.

    Raises
    ------
    UsageError
        For a name that is none of `did`'s.
    """
    known = {name: each.default for name, each in signature(did).parameters.items() if name != "frame"}
    for name in asked:
        if name not in known:
            raise unknown("argument", name, ["by", "people", "min_group", *known])
    full = {**known, **asked}
    given = {"covariates": names(full["covariates"]), "exclude": values(full["exclude"])}
    options = Options(**{**full, **given})
    if options.unit is None:
        raise UsageError("unit=None: groups are compared unit by unit", fix="name the column of units")
    options.check()
    return options


def asked_for(by: Any, options: Options) -> tuple[tuple[str, ...], ...]:
    """Read `by`: a column, a list of them, tuples in it for intersections.

    Raises
    ------
    UsageError
        Where nothing is named, something twice, or a column that has another meaning already.
    """
    entries: Iterable[Any] = (by,) if isinstance(by, str | tuple) else by
    try:
        found = tuple((entry,) if isinstance(entry, str) else tuple(entry) for entry in entries)
    except TypeError:
        raise UsageError(
            f"by {by!r} is no column", fix="by='site', or by=['site', ('carer', 'level')]"
        ) from None
    if not found or not all(found) or len(set(found)) < len(found):
        raise UsageError(f"by {by!r} names no slice, or one twice", fix="name each column once")
    taken = {options.outcome, options.time, LEVEL} | (
        {options.unit, options.cohort} if len(found) > 1 else set()
    )
    for name in (name for entry in found for name in entry):
        if name in taken:
            raise UsageError(f"by {name!r} has another meaning in this call", fix="name a column of groups")
    return found


def questions(
    table: pd.DataFrame, wanted: tuple[tuple[str, ...], ...], options: Options, people: str | None
) -> tuple[pd.DataFrame, tuple[Question, ...]]:
    """Return the frame of whole units, and one question a slice.

    Raises
    ------
    UsageError
        Where a column is missing, or rows repeat a unit, time and all groups.
    """
    columns = list(dict.fromkeys(name for entry in wanted for name in entry))
    for name in columns:
        column(table, name, "by")
    table = table[table[options.outcome].notna()] if options.outcome in table.columns else table
    _refuse_repeats(table, [options.unit, options.time, *columns], options)
    whole = _collapsed(table, [], options, people)
    return whole, tuple(_question(table, entry, options, people) for entry in wanted)


def one_question(table: pd.DataFrame, name: str, options: Options, people: str | None) -> Question:
    """Return the question of one column of groups."""
    return _question(table, (name,), options, people)


def _refuse_repeats(table: pd.DataFrame, keys: list[Any], options: Options) -> None:
    kept = [key for key in keys if key in table.columns]
    repeated = table.duplicated(kept)
    if len(kept) == len(keys) and repeated.any():
        row = table.loc[repeated].iloc[0]
        groups = ", ".join(f"{key} {row[key]!s}" for key in keys[2:])
        raise UsageError(
            f"{options.unit} {row[keys[0]]!r} has more than one row at {options.time} {row[keys[1]]!s} for {groups} "
            f"({int(repeated.sum())} such rows in all)",
            fix="keep one row a unit, time and group, or average them first",
        )


def _question(table: pd.DataFrame, entry: tuple[str, ...], options: Options, people: str | None) -> Question:
    parts = [_coded(column(table, name, "by")) for name in entry]
    named = np.all([codes >= 0 for codes, _ in parts], axis=0)
    shape = tuple(len(levels) for _, levels in parts)
    place = np.ravel_multi_index([np.where(named, codes, 0) for codes, _ in parts], shape)
    frame = table.assign(**{LEVEL: place})[named]
    cells = [CROSS.join(labels) for labels in product(*(levels for _, levels in parts))]
    there = np.unique(place[named])
    frame = frame.assign(**{LEVEL: np.searchsorted(there, frame[LEVEL].to_numpy())})
    return Question(
        name=CROSS.join(entry),
        frame=_collapsed(frame, [LEVEL], options, people),
        levels=tuple(cells[each] for each in there),
        lines=_lines(np.array(np.unravel_index(there, shape)).T),
    )


def _coded(raw: pd.Series) -> tuple[IntArray, list[str]]:
    """Codes and labels of a column's groups, ordered by name; -1 where a row names none."""
    found, distinct = pd.factorize(raw.mask(raw.astype(object) == ""), sort=False)
    order = sort_order(pd.Index(distinct))
    rank = np.full(len(order) + 1, -1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[found], [str(distinct[each]) for each in order]


def _lines(cells: IntArray) -> tuple[IntArray, ...]:
    """Cells (n, attributes) that agree in all attributes but one: their sum is a margin."""
    found = []
    for varied in range(cells.shape[1]):
        rest = np.delete(cells, varied, axis=1)
        line = (
            np.unique(rest, axis=0, return_inverse=True)[1].ravel() if rest.shape[1] else np.zeros(len(cells))
        )
        found += [np.flatnonzero(line == each) for each in np.unique(line)]
    return tuple(found)


def _collapsed(table: pd.DataFrame, more: list[str], options: Options, people: str | None) -> pd.DataFrame:
    """Average rows to one a unit, time (and group), by people where they are known; counts and exposures are added up."""
    keys = [str(options.unit), options.time, *more]
    if set(keys) - set(table.columns) or not table.duplicated(keys).any():
        return table
    weight = table[people].fillna(0.0) if people else pd.Series(1.0, index=table.index)
    summed = [name for name in (people, options.weights, options.exposure) if name]
    averaged = [] if options.exposure else [options.outcome]
    averaged += [name for _, name in options.row_columns if name not in summed]
    summed += [options.outcome] if options.exposure else []
    rows = table.assign(**{name: table[name] * weight for name in averaged}).assign(__weight__=weight)
    how = {
        name: "sum" if name in {*averaged, *summed, "__weight__"} else "first"
        for name in rows.columns
        if name not in keys
    }
    found = rows.groupby(keys, observed=True, sort=True, as_index=False).agg(how)
    for name in averaged:
        found[name] = found[name] / found["__weight__"].where(found["__weight__"] > 0)
    return found.drop(columns="__weight__")
