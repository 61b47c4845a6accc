"""Synthetic control: comparison units are weighted to run where the treated ran before the start."""

from __future__ import annotations

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.synthetic_fit import SyntheticFitted, fit_synthetic
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.estimate import NotEstimable


def fit(study: Study, options: Options) -> SyntheticFitted | NotEstimable:
    """Weigh units, and keep what inference needs."""
    return fit_synthetic(study, options, "control", "synthetic_control")
