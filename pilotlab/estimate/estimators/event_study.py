"""Event study: a coefficient for each time since start, measured from the last time before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import needs_both_arms, nothing_to_compare, refuse_arms, strata_hold_both
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.estimators.fit import Differences, Fitted, of_study
from pilotlab.estimate.estimators.two_way import (
    is_change,
    not_drawn,
    redrawn,
    regress,
    treated_compared,
    with_closed_form,
)
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.regression_draws import DrawnRegression


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Fit, and keep what inference needs."""
    study = windows.drop_always(study)
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = study.keep_cells(windows.cells(study, options, by_event_time=True))
    study = needs_both_arms(with_reference(windows.drop_silent(study), options))
    if not strata_hold_both(study).any() or not len(study.starts):
        return nothing_to_compare(study)
    cohorts, code = np.unique(study.cohort, return_inverse=True)
    event, regressors = indicators(study, cohorts, options)
    after = event >= options.washin
    if not after.any():
        return NotEstimable(f"no event time is left after a wash-in of {options.washin}", "a shorter wash-in")
    contrasts = np.vstack([after / after.sum(), np.eye(len(event))])
    terms = [f"event time {each}" for each in event]
    found = regress(study, regressors, code.astype(np.int64), contrasts, terms)
    if isinstance(found, NotEstimable):
        return found
    study, linear = found
    rows = tuple(int(each) for each in event)
    table: dict[str, Any] = {
        "key": "event_time",
        "rows": rows,
        "skip": 1,
        "reference": common_reference(study, options),
    }
    notes = treated_compared(study.starts)
    if not is_change(study):
        again = _redrawn(study, event, contrasts, options)
        why = not_drawn("event_study", gaps=True)
        return of_study(study, linear, regression=again, not_drawn=why, notes=notes, **table)
    changes = _changes(study, event, after, options)
    differences = Differences(changes=changes, treated=study.ever, strata=study.strata)
    return of_study(
        study, with_closed_form(study, linear, changes), differences=differences, notes=notes, **table
    )


def reference(study: Study, cohort: int, options: Options) -> int | None:
    """Last time before a cohort's start, less anticipation, at which it has a value."""
    seen = np.isfinite(study.y[study.cohort == cohort]).any(axis=0)
    before = study.times[seen & (study.times < cohort - options.anticipation)]
    return int(before[-1]) if before.size else None


def common_reference(study: Study, options: Options) -> int | None:
    """Event time of the reference, where all cohorts share it."""
    found = ((int(start), reference(study, int(start), options)) for start in study.starts)
    own = {at - start for start, at in found if at is not None}
    return own.pop() if len(own) == 1 else None


def with_reference(study: Study, options: Options) -> Study:
    """Leave out cohorts without a value before their start."""
    without = [int(start) for start in study.starts if reference(study, int(start), options) is None]
    if not without:
        return study
    kept = ~np.isin(study.cohort, without)
    when = [study.label(start) for start in without]
    return study.keep_units(kept).note(
        windows.left_out(study, kept, "cohorts_without_reference", starts=when)
    )


def indicators(study: Study, cohorts: IntArray, options: Options) -> tuple[IntArray, FloatArray]:
    """Event times, and an indicator of each by cohort and time: (k,), (cohorts, T, k)."""
    references = {
        int(cohort): reference(study, int(cohort), options) for cohort in cohorts if cohort != NEVER
    }
    own = np.array([[_event(int(t), int(g), references.get(int(g))) for t in study.times] for g in cohorts])
    event = np.unique(own[own != NEVER])
    shape = (len(cohorts), len(study.times))
    observed = np.zeros(shape, dtype=bool)
    for row, cohort in enumerate(cohorts):
        observed[row] = np.isfinite(study.y[study.cohort == cohort]).any(axis=0)
    indicators = ((own[:, :, None] == event) & observed[:, :, None]).astype(float)
    held = indicators.any(axis=(0, 1))
    return event[held], indicators[:, :, held]


def _event(time: int, cohort: int, at: int | None) -> int:
    return NEVER if at is None or time == at else time - cohort


def _redrawn(
    study: Study, event: IntArray, contrasts: FloatArray, options: Options
) -> Callable[[], DrawnRegression] | None:
    """Draw it again, where reference and event times are the frame's own and so the same in every draw."""
    start = int(study.starts[0])
    term = np.searchsorted(event, study.times - start)
    term[study.times == reference(study, start, options)] = -1
    before = study.times[study.times < start - options.anticipation]
    if len(event) != len(study.times) - 1 or term[study.times == before[-1]] != [-1]:
        return None
    return redrawn(study, term, contrasts)


def _changes(study: Study, event: IntArray, after: BoolArray, options: Options) -> FloatArray:
    start = int(study.starts[0])
    at = reference(study, start, options)
    base = study.y[:, study.times == at]
    path = study.y[:, np.searchsorted(study.times, event + start)] - base
    return np.vstack([path[:, after].mean(axis=1), path.T])
