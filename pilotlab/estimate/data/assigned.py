"""Assigned: what the `assignment` argument says about how arms came about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.data.study import Study, recode
from pilotlab.estimate.options import Options
from pilotlab.wording.lists import some

if TYPE_CHECKING:
    from pilotlab.design.assignment import Assignment

TABLES = (np.ndarray, pd.DataFrame, list, tuple)  # of draws


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
    if isinstance(assignment, TABLES):
        return True
    if (record := recorded(assignment)) is not None:
        return record.drawn
    raise UsageError(
        f"assignment is a {type(assignment).__name__}",
        fix="give 'complete', an Assignment, or an array of draws (draws x units)",
    )


def recorded(assignment: Any) -> Assignment | None:
    """Take an `assignment` argument that is a record of a lot; nothing of the design is read for any other."""
    if assignment is None or isinstance(assignment, (str, *TABLES)):
        return None
    from pilotlab.design.assignment import Assignment

    return assignment if isinstance(assignment, Assignment) else None


def with_assignment(study: Study, options: Options, *, strata: bool) -> Study:
    """Check a recorded assignment against the frame, and take clusters, and `strata` if wanted, from it where none are named.

    Raises
    ------
    UsageError
        Where a unit is not in it, or stands in another arm.
    """
    assignment = recorded(options.assignment)
    if assignment is None:
        return study
    contrast = contrast_of(assignment, study)
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


def contrast_of(assignment: Assignment, study: Study) -> Assignment:
    """Check an assignment against the frame's arms, and keep the one arm that is compared."""
    from pilotlab.spec.pilot import CONTROL

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
