"""Dose: two-way fixed effects on how much of a treatment a unit had, in place of whether it had it."""

from __future__ import annotations

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import refuse_arms
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import ArmClusters, Fitted
from pilotlab.estimate.estimators.two_way import regress
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.arrays import FloatArray, sum_by

NOT_DRAWN = "a dose is not drawn again here: what was drawn is the arm, and the dose is what units made of it"


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Fit, and keep what inference needs; cohorts serve the windows alone."""
    if not len(study.starts):
        _refuse_windows(options)
    elif (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = windows.drop_silent(study.keep_cells(windows.cells(study, options, by_event_time=False)))
    flat = np.zeros((1, len(study.times), 0)), np.zeros(len(study.units), dtype=np.int64)
    found = regress(study, *flat, np.ones((1, 1)), (f"dose {options.dose!r}",), leading=1)
    if isinstance(found, NotEstimable):
        return found
    study, linear = found
    assert study.covariates is not None
    dose = np.where(np.isfinite(study.y), study.covariates[0], np.nan)
    moves: FloatArray = np.nanmax(dose, axis=1) > np.nanmin(dose, axis=1)
    return Fitted(
        linear=linear,
        n_units=len(study.units),
        n_treated=int(moves.sum()),
        clusters=_sides(study, dose, moves),
        study=study,
        not_drawn=NOT_DRAWN,
        notes=(note("dose_was_chosen"),),
    )


def _refuse_windows(options: Options) -> None:
    for name, default in (("baseline", None), ("washin", 0), ("anticipation", 0)):
        if getattr(options, name) != default:
            raise UsageError(
                f"{name} {getattr(options, name)!r} counts from a start, and no unit has one here",
                fix=f"leave {name} out, or name the column of starts as cohort",
            )


def _sides(study: Study, dose: FloatArray, moves: FloatArray) -> ArmClusters:
    """Clusters whose dose moves, and the number of equal clusters that would carry as much of what is left of it."""
    filled = np.where(np.isfinite(dose), dose, np.nanmean(dose, axis=1, keepdims=True))
    left = filled - filled.mean(axis=1, keepdims=True)
    left = left - left.mean(axis=0)
    clusters = int(study.lot.max()) + 1
    carried = sum_by((left**2).sum(axis=1)[:, None], study.lot, clusters)[:, 0]
    total = float(carried.sum())
    alike = total**2 / float((carried**2).sum()) if total > 0 else 0.0
    return ArmClusters(len(np.unique(study.lot[moves])), round(alike), by_dose=True)
