"""Cells of cohort and week: which of them make each row of a table, and the headline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray

NOT_TREATED = NEVER


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of an estimate's table as means over cells; G cohorts, T weeks, m rows.

    Attributes
    ----------
    key : str
        What names the rows.
    targets : ndarray, shape (G, T, m)
        1 where a cell is in a row.
    contrasts : ndarray, shape (m, m) or (1 + m, m)
        The headline first; it is a row itself where `skip` is 0.
    """

    key: str
    rows: tuple[str | int, ...]
    targets: FloatArray
    contrasts: FloatArray
    skip: int


def event_times(study: Study, cohorts: IntArray) -> IntArray:
    """Time since start by cohort and week, shape (G, T); NOT_TREATED for the comparison cohort."""
    since = study.times - np.where(cohorts == NEVER, 0, cohorts)[:, None]
    return np.asarray(np.where((cohorts == NEVER)[:, None], NOT_TREATED, since))


def table(
    study: Study,
    options: Options,
    cohorts: IntArray,
    *,
    counted: FloatArray,
    shown: BoolArray,
    att: BoolArray,
) -> Table:
    """Lay out the table that `aggregate` asks for.

    Parameters
    ----------
    counted : ndarray, shape (G, T)
        Weight of each cell in the headline.
    shown : ndarray, shape (G, T)
        Cells with an effect, shown by event time.
    att : ndarray, shape (G, T)
        Those that the headline is a mean of; at least one.
    """
    if options.aggregate == "overall":
        return Table("term", ("att",), att[:, :, None].astype(float), np.ones((1, 1)), 0)
    if options.aggregate == "event_time":
        since = event_times(study, cohorts)
        rows = np.unique(since[shown])
        targets = (since[:, :, None] == rows) & shown[:, :, None]
        names: tuple[str | int, ...] = tuple(int(row) for row in rows)
    elif options.aggregate == "cohort":
        held = np.flatnonzero(att.any(axis=1))
        targets = (np.arange(len(cohorts))[:, None, None] == held) & att[:, :, None]
        names = tuple(study.name(int(cohorts[row])) for row in held)
    else:
        held = np.flatnonzero(att.any(axis=0))
        targets = (np.arange(len(study.times))[None, :, None] == held) & att[:, :, None]
        names = tuple(study.name(int(study.times[row])) for row in held)
    mass = np.einsum("gt,gtm->m", np.where(att, counted, 0.0), targets)
    contrasts = np.vstack([mass / mass.sum(), np.eye(len(names))])
    return Table(options.aggregate, names, targets.astype(float), contrasts, 1)


def row_names(study: Study, options: Options, labels: IntArray) -> tuple[str | int, ...]:
    """Name the rows of an average by event time, cohort or week from their numbers."""
    if options.aggregate == "overall":
        return ("att",)
    if options.aggregate == "event_time":
        return tuple(labels.tolist())
    return tuple(study.name(label) for label in labels.tolist())


def nothing_linked(options: Options) -> NotEstimable:
    """Say that no treated value can be held against anything."""
    after = f" after a wash-in of {options.washin}" if options.washin else ""
    return NotEstimable(
        f"no treated value{after} can be compared: no comparison units are seen both then and before the start",
        "comparison units with values on both sides of the start"
        + (", or a shorter wash-in" if after else ""),
    )
