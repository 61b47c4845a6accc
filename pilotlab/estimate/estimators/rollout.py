"""Rollout: starts drawn by lot, estimated as precisely as the draw allows; Roth & Sant'Anna."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import refuse_arms
from pilotlab.estimate.data.assigned import is_drawn
from pilotlab.estimate.data.rotas import how_drawn, rota_of
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.estimators.cells import row_names
from pilotlab.estimate.estimators.fit import FEWEST, ArmClusters, arm_clusters, few_clusters
from pilotlab.estimate.notes.table import about_left_out, because, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws, Law, Student
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.estimate.results.term import Term
from pilotlab.note import Note
from pilotlab.spec import engine
from pilotlab.stats.arrays import BoolArray, FloatArray, sum_by
from pilotlab.stats.randomization.rollout_draws import rollout_test
from pilotlab.stats.staggered.rollout import Plan, plan_of, rollout
from pilotlab.stats.staggered.rollout import Rollout as Found
from pilotlab.stats.variance.sup_t import sup_t_critical
from pilotlab.wording.lists import some

KEYS = {"overall": "term", "event_time": "event_time", "cohort": "cohort", "week": "week"}
DRAWS, BAND_DRAWS, MANY = 9_999, 999, 50


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

    def answer(self, options: Options, estimator: str) -> Estimate | NotEstimable:
        """Apply the inference asked for, or what `auto` stands for."""
        name = _inference(self, options)
        if isinstance(name, NotEstimable):
            return name
        se = _standard_errors(self)
        few = len(self.study.units) < MANY
        df = np.maximum(self.found.df - 1, 1.0) if few else np.full(len(se), np.inf)
        if name == "randomization":
            laws, notes = _drawn(self, options)
        else:
            laws = [
                Student(float(value), float(own), float(each))
                for value, own, each in zip(self.found.values, se, df, strict=True)
            ]
            notes = (note("neyman_of_few"),) if few else () if self.refined else (note("neyman"),)
        return _estimate(self, options, estimator, name, laws, se, df, notes)


class Rollout:
    """Efficient where starts were drawn; the headline follows `aggregate`."""

    @staticmethod
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
            clusters=arm_clusters(study.drawn, study.ever, waiting),
            n_obs=n_obs,
            n_units=n_units,
            n_treated=treated,
            refined=bool(np.bincount(cohort).min() >= 2 * (early + 1)),
            notes=notes,
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
    clusters = int(study.drawn.max(initial=-1)) + 1
    if clusters == len(study.units):
        return study, ()
    first = np.unique(study.drawn, return_index=True)[1]
    crossed = study.cohort != study.cohort[first][study.drawn]
    if crossed.any():
        together = some(list(study.units[study.drawn == study.drawn[int(np.argmax(crossed))]]))
        raise UsageError(
            f"cluster {options.cluster!r}: units of one cluster ({together}) start at different times",
            fix="name as cluster what was drawn together, with one start each",
        )
    means = sum_by(study.y, study.drawn, clusters) / np.bincount(study.drawn)[:, None]
    order = np.arange(clusters)
    return replace(
        study,
        y=means,
        units=study.units[first],
        cohort=study.cohort[first],
        drawn=order,
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


def _inference(fitted: RolloutFitted, options: Options) -> str | NotEstimable:
    if options.inference != "auto":
        return options.inference
    if fitted.clusters.few:
        return NotEstimable(
            f"{fitted.clusters}: below {FEWEST} on a side no interval here can be trusted",
            "more units in the smaller arm; or `inference='randomization'` with `assignment`, which says how small p can get",
            code="too_few_clusters",
        )
    return "randomization" if is_drawn(options.assignment) else "cluster"


def _standard_errors(fitted: RolloutFitted) -> FloatArray:
    variance = fitted.found.refined if fitted.refined else np.diag(fitted.found.variance)
    if len(fitted.study.units) < MANY:
        variance = fitted.found.few
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _drawn(fitted: RolloutFitted, options: Options) -> tuple[Sequence[Law], tuple[Note, ...]]:
    start, cohort = np.unique(fitted.study.cohort, return_inverse=True)
    found = rollout_test(
        fitted.study.y,
        cohort.astype(np.int64),
        fitted.study.times,
        start,
        fitted.plan,
        rota_of(fitted.study, options),
        reps=DRAWS if options.reps is None else options.reps,
        seed=options.seed,
    )
    notes = how_drawn(found[0], options)
    if not all(map(math.isfinite, found[0].interval(options.alpha))):
        notes = (*notes, note("interval_open_on_side", alpha=options.alpha))
    return [Draws(result) for result in found], notes


def _estimate(
    fitted: RolloutFitted,
    options: Options,
    estimator: str,
    name: str,
    laws: Sequence[Law],
    se: FloatArray,
    df: FloatArray,
    notes: tuple[Note, ...],
) -> Estimate | NotEstimable:
    law, study = laws[0], fitted.study
    if not math.isfinite(se[0]) or (name != "randomization" and not df[0] > 0):
        return NotEstimable("too few units for the spread to be measured", "more units at each start")
    drawn = isinstance(law, Draws)
    said = () if is_drawn(options.assignment) or drawn else (note("starts_not_said_drawn"),)
    return Estimate(
        att=float(fitted.found.values[0]),
        se=float(se[0]),
        ci=law.interval(options.alpha),
        p_value=law.p_value,
        p_min=law.result.p_min if isinstance(law, Draws) else None,
        df=None if drawn or math.isinf(df[0]) else float(df[0]),
        n_obs=fitted.n_obs,
        n_units=fitted.n_units,
        n_treated=fitted.n_treated,
        n_clusters=len(study.units),
        estimator=estimator,
        inference=name,
        alpha=options.alpha,
        unit=options.outcome_unit,
        estimand=engine.ESTIMATORS[estimator].estimand,
        key=KEYS[options.aggregate],
        terms=_terms(fitted, options, laws, se, df),
        notes=(*_few(fitted, name), *said, *fitted.notes, *study.notes, _slope(fitted), *notes),
        law=law,
    )


def _terms(
    fitted: RolloutFitted, options: Options, laws: Sequence[Law], se: FloatArray, df: FloatArray
) -> tuple[Term, ...]:
    names = row_names(fitted.study, options, fitted.plan.labels)
    skip = len(laws) - len(names)
    rows, reach = slice(skip, None), None
    variance = fitted.found.variance[rows, rows]
    if len(names) > 1 and not isinstance(laws[0], Draws) and np.diag(variance).any():
        draws = BAND_DRAWS if options.reps is None else options.reps
        reach = sup_t_critical(
            variance, float(np.min(df[rows])), alpha=options.alpha, draws=draws, seed=options.seed
        )
    found = []
    for k, at in enumerate(names, start=skip):
        value, own, (low, high) = float(fitted.found.values[k]), float(se[k]), laws[k].interval(options.alpha)
        band = None if reach is None else (min(value - reach * own, low), max(value + reach * own, high))
        found.append(Term(at, value, own, (low, high), laws[k].p_value, band))
    return tuple(found)


def _slope(fitted: RolloutFitted) -> Note:
    return note("slope_before", slope=float(fitted.found.slopes[0]))


def _few(fitted: RolloutFitted, name: str) -> tuple[Note, ...]:
    return (few_clusters(fitted.clusters, name),) if fitted.clusters.few else ()
