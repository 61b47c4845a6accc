"""GLS imputation: treated cells less what untreated ones predict, week effects and each unit's own level weighed together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.estimate.data.arms import counts_nowhere
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.estimators.aggregation import event_times, nothing_linked, table
from pilotlab.estimate.estimators.fit import ArmClusters, arm_clusters
from pilotlab.estimate.estimators.imputation import prepare
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.synthetic_comparison import Synthetic
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.staggered.gls_imputation import Design, estimates, parts
from pilotlab.stats.variance.unit_covariance import BETWEEN, UnitCovariance, unit_covariance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlsFitted:
    """Averages of imputed effects before their uncertainty.

    Attributes
    ----------
    code : ndarray, shape (n,)
        Start of each unit, as `design` counts them.
    treatments : ndarray, shape (m, n, T)
        The treatment that each value is about.
    """

    study: Study
    code: IntArray
    design: Design
    treatments: FloatArray
    values: FloatArray
    clusters: ArmClusters
    n_treated: int
    notes: tuple[Note, ...]

    key: str
    rows: tuple[str | int, ...]
    skip: int
    unit: str = ""

    @property
    def n_obs(self) -> int:
        """Values that were used."""
        return self.study.n_obs

    @property
    def n_units(self) -> int:
        """Units that were used."""
        return len(self.study.units)

    @property
    def n_clusters(self) -> int:
        """Clusters that were drawn."""
        return int(self.study.lot.max()) + 1

    @property
    def synthetic(self) -> Synthetic | None:
        """No synthetic comparison."""
        return None


def fit(study: Study, options: Options) -> GlsFitted | NotEstimable:
    """Estimate, and keep what inference needs; weights and covariates are not read."""
    ready = prepare(study, options)
    if isinstance(ready, NotEstimable):
        return ready
    study = ready
    cohorts, code = np.unique(study.cohort, return_inverse=True)
    since = event_times(study, cohorts)
    treated: BoolArray = (since >= -options.anticipation) & (cohorts != NEVER)[:, None]
    counted = _counted(study, code, treated)
    att: BoolArray = (counted > 0) & (since >= options.washin)
    if not att.any():
        return nothing_linked(options)
    rows = table(study, options, cohorts, counted=counted, shown=counted > 0, att=att)
    asked = rows.targets.transpose(2, 0, 1)
    weigh = np.concatenate([att[None].astype(float)] * rows.skip + [asked])
    covariance, notes = _covariance(study, options)
    design = Design(
        untreated=~treated, weigh=weigh, fading=covariance.fading(_steps(study)), tie=covariance.tie
    )
    lost = [int(start) for start in cohorts[~att.any(axis=1)] if start != NEVER]
    named = tuple(counts_nowhere(study, start, "cohort_without_comparison_left") for start in lost)
    counts = study.ever & ~np.isin(study.cohort, lost)
    whole = ((since >= 0) & (cohorts != NEVER)[:, None])[code].astype(float)
    return GlsFitted(
        study=study,
        code=code.astype(np.int64),
        design=design,
        treatments=np.stack([whole] * rows.skip + [whole if len(asked) == 1 else row[code] for row in asked]),
        values=estimates(parts(study.y[None], design), code[None])[0, 0],
        clusters=arm_clusters(study.lot, counts, study.cohort > study.starts[0]),
        n_treated=int(counts.sum()),
        notes=(*named, *notes),
        key=rows.key,
        rows=rows.rows,
        skip=rows.skip,
    )


def _counted(study: Study, code: IntArray, treated: BoolArray) -> FloatArray:
    """Values by cohort and week that can be predicted: untreated units are seen in that week, and untreated weeks of that cohort."""
    there = np.isfinite(study.y)
    values = np.stack([there[code == each].sum(axis=0) for each in range(len(treated))])
    compared = (values * ~treated).sum(axis=0) > 0
    return np.asarray(np.where(treated & compared, values, 0), dtype=float)


def _covariance(study: Study, options: Options) -> tuple[UnitCovariance, tuple[Note, ...]]:
    """Fit how weeks go together on those before any start; few of them say too little."""
    before = study.times < int(study.starts[0]) - options.anticipation
    found = unit_covariance(study.y[:, before], _steps(study)[before])
    taken = BETWEEN if found is None else found
    said = note("unit_covariance", share=taken.share, fade=taken.fade, fitted=found is not None)
    return taken, (said,)


def _steps(study: Study) -> IntArray:
    """Times in steps of the frame: a fortnight is one where there is a row every fortnight."""
    since = study.times - study.times[0]
    return np.asarray(since // max(int(np.gcd.reduce(since)), 1))
