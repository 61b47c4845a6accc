"""Drawing: what the `assignment` argument says about how arms came about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pilotlab.design.admissible import admissible
from pilotlab.design.assignment import Assignment
from pilotlab.errors import PilotlabError, UsageError, unknown
from pilotlab.estimate.data.study import Study, recode
from pilotlab.estimate.options import Options
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.arrays import BoolArray
from pilotlab.stats.randomization.draws import Design
from pilotlab.wording.lists import some


def is_drawn(assignment: Any) -> bool:
    """Whether an `assignment` argument says that chance decided.

    Raises
    ------
    UsageError
        For what is none of None, "complete", an Assignment and an array of draws.
    """
    if assignment is None:
        return False
    if isinstance(assignment, str):
        if assignment != "complete":
            raise unknown("assignment", assignment, ("complete",))
        return True
    if isinstance(assignment, Assignment):
        return assignment.drawn
    if isinstance(assignment, np.ndarray | pd.DataFrame | list | tuple):
        return True
    raise UsageError(
        f"assignment is a {type(assignment).__name__}",
        fix="give 'complete', an Assignment, or an array of draws (draws x units)",
    )


def with_assignment(study: Study, options: Options, *, strata: bool) -> Study:
    """Check a recorded assignment against the frame, and take clusters, and `strata` if wanted, from it where none are named.

    Raises
    ------
    UsageError
        Where a unit is not in it, or stands in another arm.
    """
    assignment = options.assignment
    if not isinstance(assignment, Assignment):
        return study
    contrast = _contrast(assignment, study)
    place = {row.team: row for row in contrast.teams}
    rows = [place[str(unit)] for unit in study.units]
    groups, lot, cluster, paired = study.strata, study.lot, study.cluster, study.paired
    if contrast.drawn and strata and groups is None and any(row.stratum for row in rows):
        groups = np.unique([row.stratum for row in rows], return_inverse=True)[1].astype(np.int64)
        paired = contrast.method == "matched_pairs"
    if contrast.drawn and options.cluster is None and any(row.cluster for row in rows):
        names = [f"cluster {row.cluster}" if row.cluster else f"team {row.team}" for row in rows]
        lot = cluster = recode(np.unique(names, return_inverse=True)[1])
    if paired and not study.paired and groups is not None:
        cluster = groups
    return replace(study, strata=groups, lot=lot, cluster=cluster, paired=paired)


def design_of(study: Study, options: Options) -> Design:
    """Say which draws could have been made of the units that are left; numbers by arm and stratum as observed.

    Raises
    ------
    UsageError
        Where the draws given do not hold the one that was made, or a cluster holds both arms.
    """
    treated, assignment = study.ever, options.assignment
    try:
        if isinstance(assignment, Assignment) and assignment.drawn:
            return admissible(_contrast(assignment, study), tuple(str(unit) for unit in study.units))
        if assignment is not None and not isinstance(assignment, str | Assignment):
            return _explicit(assignment, treated, study)
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


def _contrast(assignment: Assignment, study: Study) -> Assignment:
    """Check an assignment against the frame's arms, and keep the one arm that is compared."""
    place = {row.team: row.arm for row in assignment.teams}
    names = [str(unit) for unit in study.units]
    strangers = [name for name in names if name not in place]
    if strangers:
        raise UsageError(
            f"assignment of {assignment.pilot!r} does not hold {some(strangers)}",
            fix="leave out units that were not assigned, or give their assignment",
        )
    treated = study.ever
    crossed = [name for name, on in zip(names, treated, strict=True) if on == (place[name] == CONTROL)]
    if crossed:
        raise UsageError(
            f"assignment puts {some(crossed)} in {place[crossed[0]]!r}, the frame's cohort says otherwise",
            fix="give each unit the cohort of the arm it was drawn into, whatever it did later",
        )
    arms = {place[name] for name, on in zip(names, treated, strict=True) if on}
    if len(arms) > 1:
        raise UsageError(
            f"the frame's treated units are of several arms ({some(sorted(arms))})",
            fix="one call an arm, with that arm and control",
        )
    return assignment.contrast(next(iter(arms))) if arms else assignment


def _explicit(assignment: Any, treated: BoolArray, study: Study) -> Design:
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


def given(assignment: Any, study: Study) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Cut draws given as a table to the units that are left: draws x units.

    Raises
    ------
    UsageError
        Where a unit has no column, or an array has other than a column for each unit of the frame.
    """
    if isinstance(assignment, pd.DataFrame):
        missing = [unit for unit in study.units if unit not in assignment.columns]
        if missing:
            raise UsageError(
                f"assignment has no column for {some(missing)}",
                fix="one column a unit, named as in the frame",
            )
        return assignment[list(study.units)].to_numpy(dtype=object)
    draws = np.asarray(assignment, dtype=object)
    if draws.ndim != 2 or draws.shape[1] != len(study.all_units):
        shape = " x ".join(str(size) for size in draws.shape)
        raise UsageError(
            f"assignment is an array of {shape}, the frame has {len(study.all_units)} units",
            fix="give draws x units with the units in sorted order, or a DataFrame whose columns are the units",
        )
    return np.asarray(draws[:, study.all_units.get_indexer(study.units)])


def _treated(draws: np.ndarray[Any, np.dtype[np.object_]]) -> BoolArray:
    """Cohorts or 0/1: missing, 0 and infinity are never."""
    numbers = pd.to_numeric(pd.Series(draws.ravel(), dtype=object), errors="coerce").to_numpy(dtype=float)
    known = ~pd.isna(draws.ravel())
    never = (numbers == 0) | np.isinf(numbers) | ~known
    return np.asarray(~never.reshape(draws.shape))
