"""Randomisation inference for an estimate that is one change a unit, over the draws of the declared assignment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pilotlab.design.admissible import admissible
from pilotlab.design.assignment import Assignment
from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.columns import listed
from pilotlab.estimate.fitted import Differences
from pilotlab.estimate.law import Draws
from pilotlab.estimate.options import Options
from pilotlab.estimate.study import Study
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.arrays import BoolArray
from pilotlab.stats.draws import Design
from pilotlab.stats.randomization import randomization_test

REPS = 9_999
ASSUMED_NOTE = "no assignment was given: arms are taken as drawn by lot{within}, as many as observed"


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


def randomize(
    differences: Differences, study: Study, options: Options
) -> tuple[list[Draws], tuple[str, ...]]:
    """Test every contrast against the admissible draws; the same draws for all.

    Raises
    ------
    UsageError
        Where the assignment and the frame say different things.
    """
    design = design_of(study, options)
    laws = []
    for change in differences.changes:
        result = randomization_test(
            change,
            differences.treated,
            design,
            strata=np.zeros(len(study.units), dtype=np.int64)
            if differences.strata is None
            else differences.strata,
            weights=differences.weights,
            reps=REPS if options.reps is None else options.reps,
            seed=options.seed,
        )
        laws.append(Draws(result))
    return laws, (*_about(options), *laws[0].result.notes, _how_many(laws[0]))


def design_of(study: Study, options: Options) -> Design:
    """Say which draws could have been made of the units that are left; numbers by arm and stratum as observed."""
    treated, assignment = study.ever, options.assignment
    if isinstance(assignment, Assignment) and assignment.drawn:
        contrast = _contrast(assignment, study)
        return admissible(contrast, tuple(str(unit) for unit in study.units))
    if assignment is not None and not isinstance(assignment, str | Assignment):
        return _explicit(assignment, treated, study)
    try:
        if study.strata is None:
            return Design.complete(treated, cluster=study.drawn)
        return Design.stratified(treated, study.strata, cluster=study.drawn)
    except ValueError as error:
        raise UsageError(
            f"cluster {options.cluster!r}: {_words(error, study)}",
            fix="name as cluster what was drawn together, within strata",
        ) from None


def _contrast(assignment: Assignment, study: Study) -> Assignment:
    """Check an assignment against the frame's arms."""
    place = {row.team: row.arm for row in assignment.teams}
    names = [str(unit) for unit in study.units]
    strangers = [name for name in names if name not in place]
    if strangers:
        raise UsageError(
            f"assignment of {assignment.pilot!r} does not hold {listed(strangers)}",
            fix="leave out units that were not assigned, or give their assignment",
        )
    arms = {place[name] for name, treated in zip(names, study.ever, strict=True) if treated}
    crossed = [
        name for name, treated in zip(names, study.ever, strict=True) if treated == (place[name] == CONTROL)
    ]
    if crossed:
        raise UsageError(
            f"assignment puts {listed(crossed)} in {place[crossed[0]]!r}, the frame's cohort says otherwise",
            fix="give each unit the cohort of the arm it was drawn into, whatever it did later",
        )
    if len(arms) > 1:
        raise UsageError(
            f"the frame's treated units are of several arms ({listed(sorted(arms))})",
            fix="one call an arm, with that arm and control",
        )
    return assignment.contrast(next(iter(arms)))


def _explicit(assignment: Any, treated: BoolArray, study: Study) -> Design:
    """Read draws x units; columns are the frame's units in sorted order, or named."""
    draws = _columns(assignment, study)
    drawn = np.asarray(pd.DataFrame(draws).apply(pd.to_numeric, errors="coerce"), dtype=float)
    chosen = np.isfinite(drawn) & (drawn != 0)
    if drawn.shape[1] != len(treated):
        raise UsageError(
            f"assignment has {drawn.shape[1]} columns, the estimate {len(treated)} units",
            fix="give draws x units with the units in sorted order, or a DataFrame whose columns are the units",
        )
    kept = chosen[chosen.sum(axis=1) == treated.sum()]
    if not (kept == treated).all(axis=1).any():
        raise UsageError(
            "assignment: none of the draws is the one that was made",
            fix="order the columns as the units sort, or use a DataFrame whose columns are the units; the made draw is one of them",
        )
    return Design.explicit(treated, kept)


def _columns(assignment: Any, study: Study) -> Any:
    if not isinstance(assignment, pd.DataFrame):
        return np.asarray(assignment, dtype=object)
    missing = [unit for unit in study.units if unit not in assignment.columns]
    if missing:
        raise UsageError(
            f"assignment has no column for {listed(missing)}", fix="one column a unit, named as in the frame"
        )
    return assignment[list(study.units)].to_numpy(dtype=object)


def _about(options: Options) -> tuple[str, ...]:
    if is_drawn(options.assignment):
        return ()
    within = " within pairs" if options.pairs else " within strata" if options.strata else ""
    return (ASSUMED_NOTE.format(within=within + (", whole clusters" if options.cluster else "")),)


def _how_many(law: Draws) -> str:
    result = law.result
    how = "all of them" if result.exact else "sampled, the one that was made among them"
    return f"{result.n_draws:,} draws, {how}; the smallest p they can give is {result.p_min:.3g}"


def _words(error: ValueError, study: Study) -> str:
    text = str(error)
    return text if study.units.empty else text.replace("cluster ", "cluster number ", 1)
