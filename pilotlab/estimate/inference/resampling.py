"""Jackknife and bootstrap of a synthetic comparison: units left out, or drawn again."""

from __future__ import annotations

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import FEWEST
from pilotlab.estimate.estimators.synthetic_fit import SyntheticFitted
from pilotlab.estimate.inference.placebo import refuse_mixed, reps
from pilotlab.estimate.inference.uncertainty import Uncertainty
from pilotlab.estimate.notes.table import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Student
from pilotlab.estimate.results.estimate import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.synthetic.synthetic_draws import jackknife_se, resampled, spread, two_group_df
from pilotlab.stats.synthetic.weights import Block, SyntheticFit, jackknife_effects, refits

LEAST_OF = 1e-13  # of the estimate: a standard error below is arithmetic alone


def with_jackknife(fitted: SyntheticFitted, options: Options) -> Uncertainty | NotEstimable:
    """Leave out one cluster at a time, weights kept; Arkhangelsky et al. (2021), algorithm 3."""
    study, block, fit = fitted.study, fitted.block, fitted.fit
    if (refusal := _refuse(study, block, fit)) is not None:
        return refusal
    return _student(fitted, jackknife_se(jackknife_effects(block, fit, study.lot)), options)


def with_bootstrap(fitted: SyntheticFitted, options: Options) -> Uncertainty | NotEstimable:
    """Draw clusters with replacement and fit again; Arkhangelsky et al. (2021), algorithm 2."""
    study, block, fit = fitted.study, fitted.block, fitted.fit
    if (refusal := _refuse(study, block, fit)) is not None:
        return refusal
    arms = resampled(block.treated, study.lot, reps=reps(options), seed=options.seed)
    return _student(fitted, spread(refits(block, fitted.kind, fit.penalties, arms).effects), options)


def _student(fitted: SyntheticFitted, se: float, options: Options) -> Uncertainty:
    study, block, fit = fitted.study, fitted.block, fitted.fit
    se = 0.0 if se <= LEAST_OF * max(abs(fit.att), float(np.ptp(block.y))) else se
    arms = block.treated / block.treated.sum(), fit.unit_weights
    treated, comparison = (np.bincount(study.lot, weights=weights).astype(float) for weights in arms)
    df = two_group_df(treated, comparison)
    return Uncertainty(
        laws=[Student(fit.att, se, df)],
        se=np.array([se]),
        df=np.array([df]),
        warnings=_few(study, block, options.inference),
    )


def _refuse(study: Study, block: Block, fit: SyntheticFit) -> NotEstimable | None:
    """Say so where leaving out one cluster leaves nothing of an arm."""
    if (refusal := refuse_mixed(study, block)) is not None:
        return refusal
    help_ = "inference 'placebo'; or more units"
    if len(np.unique(study.lot[block.treated])) < 2:
        return NotEstimable(
            "1 treated cluster: without it nothing is left, so its noise can't be measured", help_
        )
    if np.bincount(study.lot, weights=fit.unit_weights).max() >= 1 - 1e-12:
        return NotEstimable("one comparison cluster carries all the weight", help_)
    return None


def _few(study: Study, block: Block, name: str) -> tuple[Note, ...]:
    count = len(np.unique(study.lot[block.treated]))
    if count >= FEWEST:
        return ()
    return (note("few_treated_clusters", treated=count, fewest=FEWEST, inference=name),)
