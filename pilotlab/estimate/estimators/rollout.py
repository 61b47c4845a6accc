"""Rollout: starts drawn by lot, estimated as precisely as the draw allows; Roth & Sant'Anna."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import refuse_arms
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.estimators.aggregation import row_names
from pilotlab.estimate.estimators.fit import ArmClusters, arm_clusters
from pilotlab.estimate.notes.by_code import about_left_out, because, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.synthetic_comparison import Synthetic
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, sum_by
from pilotlab.stats.staggered.rollout import Plan, plan_of, rollout
from pilotlab.stats.staggered.rollout import Rollout as Found
from pilotlab.wording.lists import some

KEYS = {"overall": "term", "event_time": "event_time", "cohort": "cohort", "week": "week"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RolloutFitted:
    """A rollout before its uncertainty; rows of `study` are what was drawn."""

    study: Study
    plan: Plan
    found: Found
    clusters: ArmClusters
    n_obs: int
    n_units: int
    n_treated: int
    refined: bool
    notes: tuple[Note, ...]

    key: str
    rows: tuple[str | int, ...]
    unit: str = ""

    @property
    def values(self) -> FloatArray:
        """The headline, then the rows."""
        return self.found.values

    @property
    def skip(self) -> int:
        """Values before those of the rows."""
        return len(self.found.values) - len(self.rows)

    @property
    def n_clusters(self) -> int:
        """Units that were drawn."""
        return len(self.study.units)

    @property
    def synthetic(self) -> Synthetic | None:
        """No synthetic comparison."""
        return None


def fit(study: Study, options: Options) -> RolloutFitted | NotEstimable:
    """Estimate, and keep what inference needs; weights and covariates are not read.

    Raises
    ------
    UsageError
        Where units that were drawn together start at different times.
    """
    study = windows.drop_always(study)
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = _with_comparison(study.keep_cells(~np.isin(study.times, study.excluded)), options)
    study = _complete(study)
    n_obs, n_units, treated = study.n_obs, len(study.units), int(study.ever.sum())
    study, notes = _by_cluster(study, options)
    study = _without_lonely(study)
    start, cohort = np.unique(study.cohort, return_inverse=True)
    if len(start) < 2 or not len(study.starts):
        return _too_few_starts(study, options)
    plan = plan_of(
        start,
        np.bincount(cohort).astype(float),
        study.times,
        options.aggregate,  # type: ignore[arg-type]
        anticipation=options.anticipation,
        washin=options.washin,
        base_times=options.baseline or 1,
    )
    if plan is None:
        return NotEstimable(
            f"no {options.time} after a wash-in of {options.washin} has units still waiting to compare with",
            "a shorter wash-in, or units that start later or never",
        )
    early = int((study.times < start[0]).sum())
    waiting = study.cohort > study.starts[0]
    return RolloutFitted(
        study=study,
        plan=plan,
        found=rollout(study.y, cohort.astype(np.int64), study.times, start, plan),
        clusters=arm_clusters(study.lot, study.ever, waiting),
        n_obs=n_obs,
        n_units=n_units,
        n_treated=treated,
        refined=bool(np.bincount(cohort).min() >= 2 * (early + 1)),
        notes=notes,
        key=KEYS[options.aggregate],
        rows=row_names(study, options, plan.labels),
    )


def _with_comparison(study: Study, options: Options) -> Study:
    """Where no unit is never treated, the last cohort serves as such before it starts."""
    if not study.ever.all() or not len(study.starts):
        return study
    last = int(study.starts[-1])
    inside = study.times < last - options.anticipation
    if not inside.any():
        return study
    cohort = np.where(study.cohort == last, NEVER, study.cohort)
    label = study.label(int(study.times[inside][-1]))
    return replace(study.keep_cells(inside), cohort=cohort).note(note("none_never_treated", last=label))


def _complete(study: Study) -> Study:
    kept: BoolArray = np.asarray(np.isfinite(study.y).all(axis=1))
    return study.keep_units(kept).note(windows.left_out(study, kept, "units_without_gapless_values"))


def _by_cluster(study: Study, options: Options) -> tuple[Study, tuple[Note, ...]]:
    """Take what was drawn together as one unit: the mean of its members."""
    clusters = int(study.lot.max(initial=-1)) + 1
    if clusters == len(study.units):
        return study, ()
    first = np.unique(study.lot, return_index=True)[1]
    crossed = study.cohort != study.cohort[first][study.lot]
    if crossed.any():
        together = some(list(study.units[study.lot == study.lot[int(np.argmax(crossed))]]))
        raise UsageError(
            f"cluster {options.cluster!r}: units of one cluster ({together}) start at different times",
            fix="name as cluster what was drawn together, with one start each",
        )
    means = sum_by(study.y, study.lot, clusters) / np.bincount(study.lot)[:, None]
    order = np.arange(clusters)
    return replace(
        study,
        y=means,
        units=study.units[first],
        cohort=study.cohort[first],
        lot=order,
        cluster=order,
    ), (note("clusters_are_means", clusters=clusters),)


def _without_lonely(study: Study) -> Study:
    start, cohort = np.unique(study.cohort, return_inverse=True)
    alone = np.bincount(cohort) < 2
    kept: BoolArray = np.asarray(~alone[cohort])
    when = ["never" if g == NEVER else study.label(int(g)) for g in start[alone]]
    return study.keep_units(kept).note(windows.left_out(study, kept, "units_alone_in_start", starts=when))


def _too_few_starts(study: Study, options: Options) -> NotEstimable:
    """Two starts, or a start and units that wait, have to be left, of two units each."""
    dropped = about_left_out(study.notes)
    what = "clusters" if options.cluster else "units"
    return NotEstimable(
        f"`rollout` compares starts of two {what} or more with complete values, and no two such starts are left{because(dropped)}",
        "values with fewer gaps, or more units at each start; `group_time` takes units with gaps",
        notes=dropped,
    )
