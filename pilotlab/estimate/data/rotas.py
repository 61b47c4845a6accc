"""Rotas: what the `assignment` argument says about the starts that could have been drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pilotlab.design.assignment import Assignment
from pilotlab.errors import UsageError
from pilotlab.estimate.data import attributes
from pilotlab.estimate.data.assigned import given, is_drawn
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.notes.table import note
from pilotlab.estimate.options import Options
from pilotlab.note import Note
from pilotlab.stats.arrays import IntArray
from pilotlab.stats.randomization.rollout_draws import RolloutResult
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.randomization.sharp_null import RandomizationResult


def rota_of(study: Study, options: Options) -> Rota:
    """Say which starts could have been drawn for the units that are left; numbers by start and stratum as observed.

    Raises
    ------
    UsageError
        Where the draws given do not hold the one that was made, or a cluster starts at two times.
    """
    assignment = options.assignment
    try:
        if isinstance(assignment, Assignment) and assignment.drawn:
            return _of_assignment(assignment, study)
        if assignment is not None and not isinstance(assignment, str | Assignment):
            return _listed(assignment, study)
        return Rota.drawn(study.cohort, cluster=study.lot)
    except ValueError as error:
        raise UsageError(
            f"{'clusters cross starts' if options.cluster else 'assignment'}: {error}",
            fix="name as cluster what was drawn together, with one start each",
        ) from None


def how_drawn(result: RandomizationResult | RolloutResult, options: Options) -> tuple[Note, ...]:
    """How many draws there are, and what was assumed about them."""
    count = note("draws_of_starts", draws=result.n_draws, exact=result.exact, p_min=result.p_min)
    if is_drawn(options.assignment):
        return (count,)
    return note("starts_taken_as_drawn", clusters=options.cluster is not None), count


def _of_assignment(assignment: Assignment, study: Study) -> Rota:
    place = {row.team: row for row in assignment.teams}
    rows = [place[str(unit)] for unit in study.units]
    return Rota.drawn(study.cohort, strata=[row.stratum for row in rows], cluster=study.lot)


def _listed(assignment: Any, study: Study) -> Rota:
    """Read draws x units of first treated times; columns are the frame's units in sorted order, or named."""
    table = given(assignment, study)
    if len(study.starts) == 1 and _only_zero_one(table):
        starts = np.where(_is_one(table), study.starts[0], NEVER)
    else:
        starts = _starts(table, study)
    known = np.isin(starts, study.cohort).all(axis=1)
    same = (np.sort(starts, axis=1) == np.sort(study.cohort)).all(axis=1)
    kept = starts[known & same] if len(study.units) < len(study.all_units) else starts[known]
    if not len(kept) or not (kept == study.cohort).all(axis=1).any():
        raise UsageError(
            "assignment: none of the draws is the one that was made",
            fix="order the columns as the units sort, or use a DataFrame whose columns are the units; write first treated times",
        )
    return Rota.explicit(study.cohort, kept)


def _starts(table: np.ndarray[Any, np.dtype[np.object_]], study: Study) -> IntArray:
    """Read starts as the cohort column is read; those after the times that count, and of the comparison, are never."""
    flat = pd.Series(table.ravel(), dtype=object).infer_objects()
    starts = attributes.cohorts(flat, "assignment", study.calendar, study.first_time)
    last = study.starts[-1]
    return np.asarray(np.where(starts > last, NEVER, starts).reshape(table.shape))


def _only_zero_one(table: np.ndarray[Any, np.dtype[np.object_]]) -> bool:
    return bool(pd.Series(table.ravel(), dtype=object).isin([0, 1]).all())


def _is_one(table: np.ndarray[Any, np.dtype[np.object_]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(table == 1, dtype=bool)
