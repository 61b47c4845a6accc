"""Possible draws: arms and starts that chance could have dealt in place of those it did, as `assignment` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pilotlab.errors import PilotlabError, UsageError
from pilotlab.estimate.data import attributes
from pilotlab.estimate.data.assigned import TABLES, contrast_of, given, is_drawn, recorded
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, IntArray
from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.rollout_draws import RolloutResult
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.randomization.sharp_null import RandomizationResult

if TYPE_CHECKING:
    from pilotlab.design.assignment import Assignment


def design_of(study: Study, options: Options) -> Design:
    """Say which draws could have been made of the units that are left; numbers by arm and stratum as observed.

    Raises
    ------
    UsageError
        Where the draws given do not hold the one that was made, or a cluster holds both arms.
    """
    treated, record = study.ever, recorded(options.assignment)
    try:
        if record is not None and record.drawn:
            return _arms_of(record, study)
        if isinstance(options.assignment, TABLES):
            return _listed_arms(options.assignment, treated, study)
        if study.strata is None:
            return Design.complete(treated, cluster=study.lot)
        return Design.stratified(treated, study.strata, cluster=study.lot)
    except ValueError as error:
        what = "clusters cross arms or strata" if options.cluster else "assignment"
        raise UsageError(
            f"{what}: {error}", fix="name as cluster what was drawn together, within strata"
        ) from None
    except PilotlabError as error:
        raise UsageError(f"assignment: {error.what}", fix=error.fix) from None


def rota_of(study: Study, options: Options) -> Rota:
    """Say which starts could have been drawn for the units that are left; numbers by start and stratum as observed.

    Raises
    ------
    UsageError
        Where the draws given do not hold the one that was made, or a cluster starts at two times.
    """
    record = recorded(options.assignment)
    try:
        if record is not None and record.drawn:
            return _starts_of(record, study)
        if isinstance(options.assignment, TABLES):
            return _listed_starts(options.assignment, study)
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


def _arms_of(record: Assignment, study: Study) -> Design:
    from pilotlab.design.admissible import admissible

    return admissible(contrast_of(record, study), tuple(str(unit) for unit in study.units))


def _listed_arms(assignment: Any, treated: BoolArray, study: Study) -> Design:
    """Read draws x units; columns are the frame's units in sorted order, or named."""
    chosen = _treated(given(assignment, study))
    if len(study.units) < len(study.all_units):
        for stratum in (
            [np.ones_like(treated)]
            if study.strata is None
            else study.strata == np.unique(study.strata)[:, None]
        ):
            chosen = chosen[chosen[:, stratum].sum(axis=1) == treated[stratum].sum()]
    if not (chosen == treated).all(axis=1).any():
        raise UsageError(
            "assignment: none of the draws is the one that was made",
            fix="order the columns as the units sort, or use a DataFrame whose columns are the units",
        )
    return Design.explicit(treated, chosen)


def _treated(draws: np.ndarray[Any, np.dtype[np.object_]]) -> BoolArray:
    """Cohorts or 0/1: missing, 0 and infinity are never."""
    numbers = pd.to_numeric(pd.Series(draws.ravel(), dtype=object), errors="coerce").to_numpy(dtype=float)
    known = ~pd.isna(draws.ravel())
    never = (numbers == 0) | np.isinf(numbers) | ~known
    return np.asarray(~never.reshape(draws.shape))


def _starts_of(record: Assignment, study: Study) -> Rota:
    place = {row.team: row for row in record.teams}
    rows = [place[str(unit)] for unit in study.units]
    return Rota.drawn(study.cohort, strata=[row.stratum for row in rows], cluster=study.lot)


def _listed_starts(assignment: Any, study: Study) -> Rota:
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
