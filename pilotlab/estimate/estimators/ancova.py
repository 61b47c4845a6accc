"""ANCOVA: each unit's mean after, compared between the arms at the same mean before."""

from __future__ import annotations

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.change import baseline_covariates, compare, prepare, unit_weights
from pilotlab.estimate.estimators.fit import Fitted
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.regression.change import unit_mean

FLAT = 1e-9  # of the baseline's scale: less spread than this is arithmetic


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Regress the means after on arms within strata, the means before, and covariates."""
    ready = prepare(study, options, "ancova")
    if isinstance(ready, NotEstimable):
        return ready
    study, before = ready
    baseline = unit_mean(study.y[:, before])
    flat, columns = _flat(baseline), baseline_covariates(study, before)
    if not flat:
        columns = np.column_stack([baseline - baseline.mean(), columns])
    notes = (note("flat_baseline"),) if flat else ()
    return compare(study, unit_mean(study.y[:, ~before]), columns, unit_weights(study, before), *notes)


def _flat(baseline: FloatArray) -> bool:
    """Whether the baseline is one number in all units."""
    return float(np.ptp(baseline)) <= FLAT * float(np.abs(baseline).max(initial=1e-300))
