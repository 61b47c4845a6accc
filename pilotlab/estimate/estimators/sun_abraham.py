"""Sun and Abraham's event study: effects by cohort and time, averaged by the cohorts' shares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import nothing_to_compare, refuse_arms
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.estimators.aggregation import Table, event_times, nothing_linked, table
from pilotlab.estimate.estimators.event_study import common_reference, reference, with_reference
from pilotlab.estimate.estimators.fit import Differences, Fitted, FullRows, Linear, of_study
from pilotlab.estimate.estimators.two_way import is_change, not_drawn, with_closed_form, without_covariate
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray, IntArray, SingularDesign
from pilotlab.stats.staggered.sun_abraham import COMPARISON, Interacted, averages, interact, written_out


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Fit, and keep what inference needs."""
    ready = _prepare(study, options)
    if isinstance(ready, NotEstimable):
        return ready
    study, cohorts, found = _interact(ready, options)
    since = event_times(study, cohorts)
    treated = found.identified & (cohorts != NEVER)[:, None]
    att = treated & (since >= options.washin)
    if not att.any():
        return nothing_linked(options)
    rows = table(study, options, cohorts, counted=found.counted, shown=treated, att=att)
    linear = _linear(study, found, rows)
    more: dict[str, Any] = {"key": rows.key, "rows": rows.rows, "skip": rows.skip}
    if options.aggregate == "event_time":
        more["reference"] = common_reference(study, options)
    more["notes"] = _notes(found)
    more["lost"] = cohorts[(cohorts != NEVER) & ~att.any(axis=1)]
    if not is_change(study):
        return of_study(study, linear, not_drawn=not_drawn("sun_abraham"), **more)
    changes = _changes(study, options, rows)
    differences = Differences(changes=changes, treated=study.ever, strata=None)
    return of_study(study, with_closed_form(study, linear, changes), differences=differences, **more)


def _prepare(study: Study, options: Options) -> Study | NotEstimable:
    study = windows.drop_always(study)
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = study.keep_cells(windows.cells(study, options, by_event_time=True))
    study = _with_comparison(with_reference(windows.drop_silent(study), options), options)
    if not len(study.starts) or study.ever.all():
        return nothing_to_compare(study)
    return study


def _with_comparison(study: Study, options: Options) -> Study:
    """Where nobody is never treated, let the last to start stand in, until they do."""
    if not len(study.starts) or not study.ever.all():
        return study
    last = int(study.starts[-1])
    waiting = study.keep_cells(study.times < last - options.anticipation)
    cohort = np.where(waiting.cohort == last, NEVER, waiting.cohort)
    return windows.drop_silent(replace(waiting, cohort=cohort)).note(
        note("last_cohort_compares", start=study.label(last))
    )


def _interact(study: Study, options: Options) -> tuple[Study, IntArray, Interacted]:
    """Fit; a covariate that the effects explain leaves with a note."""
    cohorts, code = np.unique(study.cohort, return_inverse=True)
    at = [COMPARISON if cohort == NEVER else _position(study, int(cohort), options) for cohort in cohorts]
    while True:
        try:
            found = interact(
                study.y,
                code.astype(np.int64),
                np.array(at, dtype=np.int64),
                weights=study.weights,
                covariates=study.covariates,
            )
        except SingularDesign as error:
            study = without_covariate(study, error.columns[-1])
            continue
        return study, cohorts, found


def _position(study: Study, cohort: int, options: Options) -> int:
    at = reference(study, cohort, options)
    assert at is not None  # cohorts without one have left
    return int(np.searchsorted(study.times, at))


def _linear(study: Study, found: Interacted, rows: Table) -> Linear:
    means = averages(found, rows.targets)
    weeks = int((found.counted > 0).any(axis=0).sum())
    params = found.n_coefficients + weeks

    def full() -> FullRows:
        X, residuals, weights, unit, wide = written_out(found, rows.targets)
        return FullRows(X, residuals, study.cluster[unit], rows.contrasts @ wide, weights, unit)

    return Linear(
        coef=means.values,
        contrasts=rows.contrasts,
        bread=means.bread,
        scores=means.scores @ np.linalg.inv(means.bread),
        cluster=study.cluster,
        rss=found.fit.rss,
        n_obs=study.n_obs,
        n_nested=params,
        n_params=params + len(study.units) - 1,
        size=study.n_obs * found.counted.size,
        rows=full,
    )


def _changes(study: Study, options: Options, rows: Table) -> FloatArray:
    """Each unit's change from the reference, in the headline and in every row, where there is one start."""
    start = int(study.starts[0])
    path = study.y - study.y[:, [_position(study, start, options)]]
    own = rows.targets[np.unique(study.cohort).searchsorted(start)]
    return np.asarray(rows.contrasts @ (own / own.sum(axis=0)).T @ path.T)


def _notes(found: Interacted) -> tuple[Note, ...]:
    return (note("effects_without_link", count=int(found.lost)),) if found.lost else ()
