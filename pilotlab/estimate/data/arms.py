"""Arms: whether there is anything to compare."""

from __future__ import annotations

from typing import Any

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.notes.by_code import about_left_out, because, note
from pilotlab.estimate.options import WHERE_STARTS_DIFFER, Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray
from pilotlab.wording.lists import some


def refuse_arms(study: Study, options: Options) -> NotEstimable | None:
    """Say so where no unit switches within the frame, nobody waits, or no time is left on a side."""
    if not len(study.starts):
        return refuse_starting(study, options)
    if not (study.cohort > study.starts[0]).any():
        return NotEstimable(
            f"every unit is treated from {study.label(int(study.starts[0]))} on: there is no comparison",
            "units that are never treated, or start later",
        )
    return windows.refuse_empty(study, options, int(study.starts[0])) if len(study.starts) == 1 else None


def refuse_starting(study: Study, options: Options) -> NotEstimable:
    """Count the units that are treated throughout and those that never are."""
    column = options.treatment or options.cohort
    first, last = study.label(study.first_time), study.label(study.last_time)
    units, never = len(study.all_units), int((~study.ever).sum())
    reason = (
        f"no unit starts after the first {options.time} ({first}) and up to the last ({last}): by {column!r}, "
        f"{units - never} of {units} are treated throughout and {never} never, so there is no before and after"
    )
    if first == last:
        reason = f"the frame holds one {options.time} alone, {first}: there is no before and after"
    return NotEstimable(reason, "units that start after the first time, with values on both sides")


def refuse_starts(study: Study, options: Options, name: str) -> NotEstimable | None:
    """Say so where starts differ, or there is nothing to compare."""
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    if len(study.starts) == 1:
        return None
    when = some([study.label(int(start)) for start in study.starts])
    return NotEstimable(
        f"units start at {len(study.starts)} different times ({when}); `{name}` needs one start",
        f"estimator {WHERE_STARTS_DIFFER!r}, which 'auto' takes here; or one call a start with its own comparison units",
    )


def strata_hold_both(study: Study) -> BoolArray:
    """Units whose stratum holds a start and something to compare it with, shape (n,)."""
    if not len(study.units):
        return np.zeros(0, dtype=bool)
    strata = np.zeros(len(study.units), dtype=np.int64) if study.strata is None else study.strata
    cohorts, code = np.unique(study.cohort, return_inverse=True)
    stratum, position = np.divmod(np.unique(strata * len(cohorts) + code), len(cohorts))
    cohort = cohorts[position]
    different = np.bincount(stratum) > 1
    starting = np.bincount(stratum, weights=np.isin(cohort, study.starts)) > 0
    return np.asarray((different & starting)[strata])


def needs_both_arms(study: Study) -> Study:
    """Leave out strata of one arm, where strata are named."""
    if study.strata is None:
        return study
    kept = strata_hold_both(study)
    return study.keep_units(kept).note(windows.left_out(study, kept, "units_of_one_arm_strata"))


def nothing_to_compare(study: Study) -> NotEstimable:
    """No stratum holds both arms."""
    where = "no stratum holds" if study.strata is not None else "the frame does not hold"
    dropped = about_left_out(study.notes)
    return NotEstimable(
        f"{where} units of both arms with values before and after the start{because(dropped)}",
        "values for both arms, on both sides of the start",
        notes=dropped,
    )


def counts_nowhere(study: Study, start: int, code: str, **data: Any) -> Note:
    """Write the note about a cohort that has no effect."""
    return note(code, cohort=study.label(start), size=int((study.cohort == start).sum()), **data)
