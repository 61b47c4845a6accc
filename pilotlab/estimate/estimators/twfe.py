"""Two-way fixed effects on a treated indicator; strata have time effects of their own."""

from __future__ import annotations

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import needs_both_arms, nothing_to_compare, refuse_arms, strata_hold_both
from pilotlab.estimate.data.study import Study
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
from pilotlab.stats.regression.change import unit_change


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Fit, and keep what inference needs."""
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = study.keep_cells(windows.cells(study, options, by_event_time=False))
    study = needs_both_arms(windows.drop_silent(study))
    if not strata_hold_both(study).any() or not len(study.starts):
        return nothing_to_compare(study)
    cohorts, code = np.unique(study.cohort, return_inverse=True)
    regressors = (study.times >= cohorts[:, None]).astype(float)[:, :, None]
    found = regress(study, regressors, code.astype(np.int64), np.ones((1, 1)), ("the treated indicator",))
    if isinstance(found, NotEstimable):
        return found
    study, linear = found
    notes = treated_compared(study.starts)
    if not is_change(study):
        term = np.where(study.times >= study.starts[0], 0, -1)
        again = redrawn(study, term, linear.contrasts[:, :1])
        return of_study(study, linear, regression=again, not_drawn=not_drawn("twfe", gaps=True), notes=notes)
    start = int(study.starts[0])
    changes = unit_change(study.y, study.times < start, study.times >= start)[None]
    differences = Differences(changes=changes, treated=study.ever, strata=study.strata)
    return of_study(study, with_closed_form(study, linear, changes), differences=differences, notes=notes)
