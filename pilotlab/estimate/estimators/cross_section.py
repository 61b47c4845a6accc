"""Repeated cross-sections: no unit is followed, cohort effects stand in place of unit effects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError
from pilotlab.estimate.data import attributes, windows
from pilotlab.estimate.data.columns import column, floats, row_place
from pilotlab.estimate.data.frame import check_frame, read_times
from pilotlab.estimate.data.study import recode
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.data.usable_rows import Rows, read_rows
from pilotlab.estimate.data.variation import ends, nothing_varies, standardised
from pilotlab.estimate.estimators.counts import wrong_values
from pilotlab.estimate.estimators.fit import Fitted, arm_clusters, linear_of
from pilotlab.estimate.estimators.ratio import SCALE, no_ratio, ratio_note
from pilotlab.estimate.estimators.two_way import treated_compared
from pilotlab.estimate.notes.by_code import because, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.spec import engine
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, SingularDesign
from pilotlab.stats.regression.glm import Family, Separated, glm
from pilotlab.stats.regression.ols import OlsFit, ols
from pilotlab.wording.numbers import typed

_NEEDS_UNITS = ("strata", "pairs", "assignment", "treatment")


def estimator(options: Options) -> str:
    """Name the estimator: `auto` is `twfe`, or `poisson` where an exposure is named."""
    if options.estimator != "auto":
        return options.estimator
    if options.exposure is not None:
        return "poisson"
    return "dose" if options.dose is not None else "triple" if options.group is not None else "twfe"


def check_options(options: Options) -> None:
    """Refuse what needs units that are followed over time.

    Raises
    ------
    UsageError
        Names the argument.
    """
    for name in _NEEDS_UNITS:
        if getattr(options, name) is not None:
            raise UsageError(
                f"{name} is given with unit=None, where no unit is followed",
                fix=f"leave {name} out, or name the unit's column",
            )
    name = estimator(options)
    able = engine.row(name).cross_section
    if not able or options.aggregate != "overall":
        asked = options.aggregate if able else name
        raise UsageError(
            f"{asked!r} needs units that are followed; unit is None",
            fix="estimator 'twfe', aggregate 'overall', or name the unit's column",
        )
    if options.inference == "randomization":
        raise UsageError(
            "inference 'randomization' needs units that were drawn; unit is None",
            fix="one of: iid, hetero, cluster, cr2, jackknife, wild",
        )
    if options.inference in ("cluster", "cr2", "jackknife", "wild") and options.cluster is None:
        raise UsageError(
            f"inference {options.inference!r} with unit=None needs cluster",
            fix="name the column of clusters, or use 'hetero'",
        )


def fit(frame: object, options: Options) -> Fitted | NotEstimable:
    """Regress rows on cohort and time effects, the treated indicator and covariates."""
    check_options(options)
    table = check_frame(frame)
    rows = read_rows(table, options, np.arange(len(table)), pd.RangeIndex(len(table)))
    cohort, cluster, notes = _attributes(table, options, rows)
    starts = np.unique(cohort[(cohort != NEVER) & (cohort > rows.times[0])])
    if (refusal := _refuse_cohorts(rows, cohort, starts, options)) is not None:
        return refusal
    kept = rows.used & _inside(rows, cohort, starts, options)
    if options.exposure is not None:
        kept &= (rows.covariates[0] != 0) | (rows.y != 0)
    if not kept.any():
        return NotEstimable(
            "no row is left in the windows", "values from both sides of the start, or shorter windows"
        )
    cohort, time, cluster = cohort[kept], rows.times[rows.time[kept]], recode(cluster[kept])
    treated = time >= cohort
    weights = None if rows.weights is None else rows.weights[kept]
    names = list(options.covariates)
    exposure, covariates = _split(rows.covariates[:, kept], options)
    while True:
        X = _design(cohort, time, treated, covariates)
        try:
            fitted = _solve(X, rows.y[kept], weights, exposure, options)
        except Separated:
            return no_ratio("events stand on one side only, so the ratio runs off", None, options)
        except SingularDesign as error:
            lost = [position - 1 for position in error.columns if 1 <= position <= len(names)]
            if not lost:
                return NotEstimable(
                    f"the treated indicator can't be told apart from cohort and time effects{because(rows.notes)}",
                    "both cohorts seen before and after the start",
                    notes=rows.notes,
                )
            notes = (*notes, note("covariate_explained", covariate=names.pop(lost[-1]), by="cohort"))
            covariates = np.delete(covariates, lost[-1], axis=1)
            continue
        break
    counted, effects = estimator(options) != "twfe", (recode(cohort), recode(time))
    if counted:
        notes = (ratio_note(float(fitted.coef[0]), SCALE[estimator(options)]), *notes)
    return Fitted(
        linear=linear_of(fitted, effects, cluster),
        unit=SCALE[estimator(options)] if counted else "",
        n_units=fitted.n_obs,
        n_treated=int(treated.sum()),
        clusters=arm_clusters(cluster, treated, cohort > starts[0]),
        not_drawn="no unit is followed",
        notes=(*notes, *treated_compared(starts)),
    )


def ends_of(frame: object, options: Options) -> tuple[float, float]:
    """Smallest and largest outcome of a frame that was read."""
    return ends(floats(check_frame(frame), options.outcome, "outcome", row_place))


def _refuse_cohorts(rows: Rows, cohort: IntArray, starts: IntArray, options: Options) -> NotEstimable | None:
    """Say so where nothing varies, no cohort starts, nothing is compared with it, or a side of the start is empty."""
    if (refusal := nothing_varies(ends(rows.y), options)) is not None:
        return refusal
    first, last = rows.time_labels[0], rows.time_labels[-1]
    if not starts.size:
        never = int((cohort == NEVER).sum())
        return NotEstimable(
            f"no cohort starts after the first {options.time} ({first}) and up to the last ({last}): by {options.cohort!r}, "
            f"{len(cohort) - never} of {len(cohort)} rows are treated throughout and {never} never",
            "rows of a cohort that starts, and of one that does not",
        )
    if not (cohort > starts[0]).any():
        return NotEstimable(
            f"every row is of a cohort treated from {rows.calendar.label(int(starts[0]))} on: there is no comparison",
            "rows of cohorts that are never treated, or start later",
        )
    if len(starts) > 1:
        return None
    excluded = read_times(options.exclude, rows.calendar, "exclude")
    span = windows.spans(rows.times, excluded, options, int(starts[0]))
    return windows.empty_span(span, options, rows.calendar.label(int(starts[0])))


def _split(columns: FloatArray, options: Options) -> tuple[FloatArray | None, FloatArray]:
    """Exposure, which is read as the first of the covariates, and the covariates (n, p), standardised."""
    own = 0 if options.exposure is None else 1
    seen = np.ones(columns.shape[1], dtype=bool)
    covariates = [standardised(each, seen) for each in columns[own:]]
    return (columns[0] if own else None), np.array(covariates).reshape(-1, columns.shape[1]).T


def _solve(
    X: FloatArray, y: FloatArray, weights: FloatArray | None, exposure: FloatArray | None, options: Options
) -> OlsFit:
    name = estimator(options)
    if name == "twfe":
        return ols(X, y, weights)
    family: Family = "poisson" if name == "poisson" else "binomial"
    wrong, should = wrong_values(y, exposure, family)
    if wrong.any():
        raise UsageError(
            f"outcome {options.outcome!r} holds {typed(y[wrong][0])}; {should}",
            fix=f"estimator {family!r} is for counts and shares; 'twfe' takes any number",
        )
    return glm(X, y, family, exposure=exposure, weights=weights)


def _attributes(
    table: pd.DataFrame, options: Options, rows: Rows
) -> tuple[IntArray, IntArray, tuple[Note, ...]]:
    raw = column(table, options.cohort, "cohort")
    cohort = attributes.cohorts(raw, f"cohort {options.cohort!r}", rows.calendar, int(rows.times[0]))
    late = (cohort > rows.times[-1]) & (cohort != NEVER)
    cohort = np.where(late, NEVER, cohort)
    count = int(late.sum())
    after = (note("rows_start_after_last_time", count=count, time=options.time),) if count else ()
    notes = (*rows.notes, *after)
    if options.cluster is None:
        return cohort, np.arange(len(table)), notes
    found, _ = pd.factorize(column(table, options.cluster, "cluster"), sort=True)
    if (found < 0).any():
        raise UsageError(
            f"cluster {options.cluster!r} is missing {row_place(int(np.argmax(found < 0)))}",
            fix="give every row one, or leave it out",
        )
    return cohort, found.astype(np.int64), notes


def _inside(rows: Rows, cohort: IntArray, starts: IntArray, options: Options) -> BoolArray:
    """Rows in the windows: those of the one start for all, else each cohort's own."""
    excluded = read_times(options.exclude, rows.calendar, "exclude")
    kept = np.zeros(len(cohort), dtype=bool)
    for each in np.unique(cohort):
        own = cohort == each
        if len(starts) == 1 or each != NEVER:
            start = int(starts[0]) if len(starts) == 1 else int(each)
            span = windows.spans(rows.times, excluded, options, start)
            inside = span.before | span.after
        else:
            inside = ~np.isin(rows.times, excluded)
        kept[own] = inside[rows.time[own]]
    return kept


def _design(cohort: IntArray, time: IntArray, treated: BoolArray, covariates: FloatArray) -> FloatArray:
    """Columns: treated, covariates, every cohort, every time but the first."""
    cohorts = (cohort[:, None] == np.unique(cohort)).astype(float)
    times = (time[:, None] == np.unique(time)[1:]).astype(float)
    return np.hstack([treated[:, None].astype(float), covariates, cohorts, times])
