"""Triple difference: affected units against unaffected ones of the same cohort, beside other cohorts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import refuse_arms, strata_hold_both
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import Fitted, of_study
from pilotlab.estimate.estimators.two_way import regress, treated_compared
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.arrays import FloatArray, IntArray, SingularDesign
from pilotlab.stats.regression.twfe import TwoWayPanel, two_way
from pilotlab.wording.lists import some

NOT_DRAWN = "a triple difference is not drawn again here; `change` on affected units alone can be"


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Fit, and keep what inference needs; the group stands in the study's strata, 1 where affected."""
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = windows.drop_silent(study.keep_cells(windows.cells(study, options, by_event_time=False)))
    assert study.strata is not None
    both = strata_hold_both(study)
    if not len(study.starts) or len(np.unique(study.strata)) < 2 or not both.all():
        return _one_group(study, options)
    regressors, code = _regressors(study)
    kept = _independent(study, regressors, code)
    if kept is None:
        return NotEstimable(
            "the treated indicator can't be told apart from effects of cohort by time and group by time in this frame",
            "affected and unaffected units in a cohort that starts and in one that does not, before and after",
        )
    regressors = regressors[:, :, kept]
    terms = ["the treated indicator", *(["an effect of cohort by time"] * (regressors.shape[2] - 1))]
    found = regress(study, regressors, code, np.eye(1, regressors.shape[2]), terms)
    if isinstance(found, NotEstimable):
        return found
    study, linear = found
    notes = treated_compared(study.starts)
    fitted = of_study(study, linear, not_drawn=NOT_DRAWN, notes=notes)
    return replace(fitted, n_treated=int((study.ever & (study.strata == 1)).sum()))


def _regressors(study: Study) -> tuple[FloatArray, IntArray]:
    """Treated indicator of affected units, and a dummy for each cohort but the last and each time but the first."""
    assert study.strata is not None
    kinds, code = np.unique(np.stack([study.cohort, study.strata]), axis=1, return_inverse=True)
    cohort, group = kinds
    treated = (study.times >= cohort[:, None]) & (group[:, None] == 1)
    own = cohort[:, None] == np.unique(cohort)[:-1]
    later = np.arange(len(study.times))[:, None] == np.arange(1, len(study.times))
    dummies = own[:, None, :, None] & later[None, :, None, :]
    flat = dummies.reshape(len(cohort), len(study.times), -1).astype(float)
    return np.concatenate([treated[:, :, None].astype(float), flat], axis=2), code.astype(np.int64)


def _independent(study: Study, regressors: FloatArray, code: IntArray) -> IntArray | None:
    """Regressors that the frame can tell apart, the first among them; None where that one can't be."""
    kept = np.arange(regressors.shape[2])
    while True:
        panel = TwoWayPanel(study.y, code, regressors[:, :, kept], None, study.weights, study.strata)
        try:
            two_way(panel)
        except SingularDesign as error:
            lost = [column for column in error.columns if column > 0]
            if not lost:
                return None
            kept = np.delete(kept, lost[-1])
            continue
        return kept


def _one_group(study: Study, options: Options) -> NotEstimable:
    assert study.strata is not None
    present = some([f"{options.group} = {value}" for value in np.unique(study.strata)])
    return NotEstimable(
        f"a triple difference needs units of a cohort that starts and of one that does not in both groups; the frame has {present}",
        "both groups in cohorts that start and in cohorts that do not",
    )
