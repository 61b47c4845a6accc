"""Group-time effects: each cohort against units that are not treated, averaged as asked; Callaway & Sant'Anna."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import counts_nowhere, refuse_arms
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.estimators.aggregation import row_names
from pilotlab.estimate.estimators.fit import ArmClusters, arm_clusters
from pilotlab.estimate.notes.by_code import names, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.synthetic_comparison import Synthetic
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, n_distinct
from pilotlab.stats.staggered.group_cells import Cells, CohortPanel, cells_of
from pilotlab.stats.staggered.group_rows import Averages, average, rebased
from pilotlab.wording.lists import some

KEYS = {"overall": "term", "event_time": "event_time", "cohort": "cohort", "week": "week"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupTimeFitted:
    """Averages of group-time effects before their uncertainty.

    Attributes
    ----------
    study : Study
        What was used; where no unit is never treated, the last cohort counts as never treated and times end before it.
    path : Averages or None
        By event time from one base, for sensitivity and pre-trend tests.
    """

    study: Study
    panel: CohortPanel
    averages: Averages
    clusters: ArmClusters
    n_treated: int
    path: Averages | None
    notes: tuple[Note, ...]

    key: str
    rows: tuple[str | int, ...]
    unit: str = ""

    @property
    def values(self) -> FloatArray:
        """The headline, then the rows."""
        return self.averages.values

    @property
    def skip(self) -> int:
        """Values before those of the rows."""
        return len(self.averages.values) - max(len(self.averages.labels), 1)

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
        """Clusters of units."""
        return int(self.study.cluster.max()) + 1

    @property
    def synthetic(self) -> Synthetic | None:
        """No synthetic comparison."""
        return None


def fit(study: Study, options: Options) -> GroupTimeFitted | NotEstimable:
    """Estimate, and keep what inference needs.

    Raises
    ------
    UsageError
        For a `balance` without event times.
    """
    if options.balance is not None and options.aggregate != "event_time":
        raise UsageError(
            f"balance={options.balance!r} is about event times, and aggregate is {options.aggregate!r}",
            fix="aggregate='event_time', or leave balance out",
        )
    study = windows.drop_always(study)
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    treated = study.units[study.ever]
    study = windows.drop_silent(study.keep_cells(~np.isin(study.times, study.excluded)))
    study, options = _with_comparison(study, options)
    study = _with_base(study, options)
    if not len(study.starts) or study.ever.all():
        return _nothing(study, options)
    panel = _panel(study)
    cells = _cells(panel, options, options.base_period)
    averages = _averages(panel, cells, options, options.aggregate)
    if averages is None:
        return _nothing(study, options)
    counted = study.ever & ~np.isin(study.cohort, _lost_starts(averages))
    return GroupTimeFitted(
        study=study,
        panel=panel,
        averages=averages,
        clusters=_clusters(study, options, counted),
        n_treated=int(study.units[~study.ever | counted].isin(treated).sum()),
        path=_path(panel, averages, options),
        key=KEYS[options.aggregate],
        rows=row_names(study, options, averages.labels),
        notes=(
            *_lost_cohorts(study, averages, options),
            *_gaps(study, averages),
            *_lost(averages, options),
            *_alone(study),
        ),
    )


def _with_comparison(study: Study, options: Options) -> tuple[Study, Options]:
    """Where no unit is never treated, the last cohort serves as such before it starts."""
    if not study.ever.all() or not len(study.starts):
        return study, options
    last = int(study.starts[-1])
    inside = study.times < last - options.anticipation
    if not inside.any():
        return study, options
    label = study.label(int(study.times[inside][-1]))
    cohort = np.where(study.cohort == last, NEVER, study.cohort)
    study = windows.drop_silent(replace(study.keep_cells(inside), cohort=cohort))
    return study.note(note("none_never_treated", last=label)), replace(options, comparison="not_yet_treated")


def _with_base(study: Study, options: Options) -> Study:
    """Leave out cohorts without a time before their start less anticipation."""
    ends = study.starts - options.anticipation
    without = study.starts[~(study.times[:, None] < ends).any(axis=0)]
    kept: BoolArray = np.asarray(~np.isin(study.cohort, without))
    when = [study.label(int(start)) for start in without]
    return study.keep_units(kept).note(windows.left_out(study, kept, "cohorts_without_base", starts=when))


def _panel(study: Study) -> CohortPanel:
    return CohortPanel(study.y, study.cohort, study.times, study.weights, study.covariates)


def _cells(panel: CohortPanel, options: Options, base_period: str) -> Cells:
    return cells_of(
        panel.start,
        panel.times,
        comparison=options.comparison,  # type: ignore[arg-type]
        base_period=base_period,  # type: ignore[arg-type]
        anticipation=options.anticipation,
        baseline=options.baseline,
    )


def _averages(panel: CohortPanel, cells: Cells, options: Options, aggregate: str) -> Averages | None:
    if not len(cells):
        return None
    return average(
        panel,
        cells,
        aggregate,  # type: ignore[arg-type]
        washin=options.washin,
        balance=options.balance,
        adjust=None if panel.covariates is None else options.adjust,  # type: ignore[arg-type]
    )


def _path(panel: CohortPanel, averages: Averages, options: Options) -> Averages | None:
    """Event times from one base, -1 less anticipation, for all cohorts; None where gaps in time give them others."""
    if options.aggregate != "event_time":
        return None
    cells = averages.cells
    after = cells.event_time >= 0
    base = panel.times[cells.base[after]] - cells.starts[cells.cohort[after]]
    if (base != -1 - options.anticipation).any():
        return None
    if options.base_period == "universal":
        return averages
    return rebased(panel, averages, _cells(panel, options, "universal"))


def _clusters(study: Study, options: Options, counted: BoolArray) -> ArmClusters:
    """Drawn clusters that start and count, and that serve as comparison for the first that do."""
    never = ~study.ever
    waiting = study.cohort > study.starts[0] if options.comparison == "not_yet_treated" else never
    return arm_clusters(study.lot, counted, waiting)


def _nothing(study: Study, options: Options) -> NotEstimable:
    if study.covariates is not None:
        return NotEstimable(
            f"covariates {some(list(study.covariate_names))} tell the arms apart: no start has comparison units of like covariates, or enough of them, with values on both sides",
            "fewer covariates, adjust='reg', or more comparison units",
        )
    return NotEstimable(
        f"no cohort has a {options.time} before its start and, after a wash-in of {options.washin}, one with anything to compare",
        "values on both sides of the starts, and units that start later or never",
    )


def _gaps(study: Study, averages: Averages) -> tuple[Note, ...]:
    """Say how gaps are answered, and whose base time is missing."""
    known = np.isfinite(study.y)
    if known.all():
        return ()
    cells = averages.cells
    after = np.flatnonzero(cells.event_time >= 0)
    lost: BoolArray = np.zeros(len(study.units), dtype=bool)
    for cell in after:
        lost |= (study.cohort == cells.starts[cells.cohort[cell]]) & ~known[:, cells.base[cell]]
    if not lost.any():
        return (note("gaps"),)
    who = names(study.units[lost])
    return note("gaps"), note("units_without_base_value", count=int(lost.sum()), units=who)


def _lost_starts(averages: Averages) -> IntArray:
    """Starts whose cohort has no effect after it that can be had."""
    cells = averages.cells
    own = np.unique(cells.cohort[cells.event_time >= 0])
    had = cells.cohort[(cells.event_time >= 0) & np.isfinite(averages.found.att)]
    return np.asarray(cells.starts[own[~np.isin(own, had)]])


def _lost_cohorts(study: Study, averages: Averages, options: Options) -> tuple[Note, ...]:
    """Name each cohort that counts nowhere, and why."""
    known, cells = np.isfinite(study.y), averages.cells
    notes = []
    for start in _lost_starts(averages):
        inside = study.cohort == start
        first = np.flatnonzero((cells.starts[cells.cohort] == start) & (cells.event_time >= 0))[0]
        base, serves = cells.base[first], cells.comparison[first][np.searchsorted(cells.starts, study.cohort)]
        at = {"base": study.label(int(study.times[base]))}
        if not known[serves, base].any():
            notes.append(counts_nowhere(study, int(start), "cohort_without_comparison_base", **at))
        elif not known[inside, base].any():
            notes.append(counts_nowhere(study, int(start), "cohort_without_own_base", **at))
        else:
            alike = {"covariates": bool(options.covariates)}
            notes.append(counts_nowhere(study, int(start), "cohort_without_pairs", **alike))
    return tuple(notes)


def _lost(averages: Averages, options: Options) -> tuple[Note, ...]:
    lost = int((~np.isfinite(averages.found.att)).sum())
    if not lost:
        return ()
    of = {"count": lost, "of": len(averages.cells), "time": options.time}
    return (note("pairs_without_comparison", **of, covariates=bool(options.covariates)),)


def _alone(study: Study) -> tuple[Note, ...]:
    """Name cohorts of one cluster."""
    alone = [
        study.label(int(start))
        for start in study.starts
        if n_distinct(study.cluster[study.cohort == start]) == 1
    ]
    return (note("cohorts_of_one_cluster", alone=len(alone), cohorts=alone),) if alone else ()
