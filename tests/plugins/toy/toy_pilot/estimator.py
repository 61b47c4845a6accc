"""The toy's estimator: the last time before the start against the last time of all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotlab import NotEstimable
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators import change
from pilotlab.estimate.estimators.fit import Fitted
from pilotlab.estimate.options import Options


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Keep two times of every unit, and compare their changes."""
    span = windows.spans(study.times, study.excluded, options, int(study.starts[0]))
    ends = (study.times[span.before].max(), study.times[span.after].max())
    kept = study.keep_cells(np.broadcast_to(np.isin(study.times, ends), study.y.shape))
    return change.fit(kept, replace(options, baseline=None, washin=0))
