"""Synthetic difference-in-differences: comparison units and times before the start are weighted, levels taken out."""

from __future__ import annotations

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.synthetic_fit import SyntheticFitted, fit_synthetic
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.estimate import NotEstimable


def fit(study: Study, options: Options) -> SyntheticFitted | NotEstimable:
    """Weigh units and times, and keep what inference needs."""
    return fit_synthetic(study, options, "did", "synthetic_did")
