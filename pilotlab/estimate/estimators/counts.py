"""Counts and shares: a ratio of rates or odds, with unit and time effects on the log or logit scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import nothing_to_compare, refuse_arms, strata_hold_both
from pilotlab.estimate.data.columns import shown
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import LARGEST_DESIGN, Fitted, FullRows, Linear, linear_of, of_study
from pilotlab.estimate.estimators.ratio import SCALE, conditional, no_ratio, ratio_note
from pilotlab.estimate.estimators.two_way import treated_compared, without_covariate
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, SingularDesign
from pilotlab.stats.regression.glm import Family, Separated, glm, glm_panel
from pilotlab.stats.regression.separation import SeparatedRows
from pilotlab.stats.regression.twfe import TwoWayPanel, two_way
from pilotlab.wording.lists import some
from pilotlab.wording.numbers import significant, typed

MOST_COUNTED = 1e15  # the last whole numbers that a float tells apart
MOST_CELLS = 20_000_000  # of the design written out, units as columns
NOT_DRAWN = "a ratio is not drawn again here; `change` on the rate (events over exposure) can be"


def fit_poisson(study: Study, options: Options) -> Fitted | NotEstimable:
    """Fit, and keep what inference needs."""
    return _fit(study, options, "poisson")


def fit_binomial(study: Study, options: Options) -> Fitted | NotEstimable:
    """Fit, and keep what inference needs."""
    return _fit(study, options, "binomial")


def wrong_values(y: FloatArray, exposure: FloatArray | None, family: Family) -> tuple[BoolArray, str]:
    """Mark values that are no counts or shares, and say what they should be."""
    with np.errstate(invalid="ignore"):
        if exposure is not None and ((exposure < 0) | ((exposure == 0) & (y > 0))).any():
            return (exposure < 0) | (
                (exposure == 0) & (y > 0)
            ), "exposure is positive wherever there are events"
        if family == "poisson":
            return (y < 0) | (y > MOST_COUNTED), f"counts are from 0 to {significant(MOST_COUNTED, 1)}"
        if exposure is None:
            return (y < 0) | (y > 1), "without exposure the outcome is a share between 0 and 1"
        return (y < 0) | (y > exposure), "events are between 0 and the exposure"


def _fit(study: Study, options: Options, family: Family) -> Fitted | NotEstimable:
    _refuse_values(study, options, family)
    study = _with_exposure(study, options)
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = windows.drop_silent(study.keep_cells(windows.cells(study, options, by_event_time=False)))
    if not len(study.starts) or not strata_hold_both(study).any():
        return nothing_to_compare(study)
    whole, exact = study, conditional(study, options, family)
    speaking = _with_events(study, options, family)
    if not len(speaking.starts) or not strata_hold_both(speaking).any():
        return no_ratio("events happened in one arm only, or on one side of the start", exact, options)
    found = _regress(speaking, options, family)
    if isinstance(found, str):
        return no_ratio(found, exact, options)
    study, linear = found
    notes = (ratio_note(float(linear.coef[0]), SCALE[family]), *treated_compared(study.starts))
    fitted = of_study(study, linear, not_drawn=NOT_DRAWN, notes=notes, unit=SCALE[family], exact=exact)
    return (
        replace(fitted, clusters=of_study(whole, linear).clusters)
        if exact is not None and exact.few
        else fitted
    )


def _refuse_values(study: Study, options: Options, family: Family) -> None:
    wrong, should = wrong_values(study.y, exposure_of(study, options), family)
    wrong = wrong & np.isfinite(study.y)
    if wrong.any():
        unit, time = (int(place[0]) for place in np.nonzero(wrong))
        where = f"at {options.time} {study.time_labels[time]} of {options.unit} {shown(study.units[unit])}"
        exposure = exposure_of(study, options)
        beside = "" if exposure is None else f", {options.exposure} {typed(exposure[unit, time])}"
        raise UsageError(
            f"outcome {options.outcome!r} is {typed(study.y[unit, time])}{beside} {where}; {should}",
            fix=f"estimator {family!r} is for counts and shares; `change` or `twfe` take any number",
        )


def exposure_of(study: Study, options: Options) -> FloatArray | None:
    """Exposure by unit and time, which is read as the first of the covariates."""
    return study.covariates[0] if options.exposure is not None and study.covariates is not None else None


def _with_exposure(study: Study, options: Options) -> Study:
    exposure = exposure_of(study, options)
    if exposure is None:
        return study
    nothing = np.isfinite(study.y) & (exposure == 0)
    if not nothing.any():
        return study
    study = study.note(note("rows_without_exposure", count=int(nothing.sum())))
    return study.keep_cells(~nothing)


def _with_events(study: Study, options: Options, family: Family) -> Study:
    """Leave out units and times that had no event, or nothing but events: their effects run off and say nothing."""
    while True:
        seen = np.isfinite(study.y)
        full = np.ones_like(study.y) if (size := exposure_of(study, options)) is None else size
        some, room = np.where(seen, study.y, 0.0) > 0, np.where(seen, full - study.y, 0.0) > 0
        room = room | (family == "poisson")
        units: BoolArray = np.asarray(some.any(axis=1) & room.any(axis=1))
        times: BoolArray = np.asarray(some.any(axis=0) & room.any(axis=0))
        if units.all() and times.all():
            return study
        what = "without_events" if family == "poisson" else "without_both_outcomes"
        study = study.keep_units(units).note(windows.left_out(study, units, f"units_{what}"))
        if not times.all():
            lost = int((~times).sum())
            study = study.keep_cells(times).note(note(f"times_{what}", count=lost))


def _regress(study: Study, options: Options, family: Family) -> tuple[Study, Linear] | str:
    """Fit; a covariate that the others explain leaves with a note, and so do rows that one foretells. A string says why there is no fit."""
    own = 0 if options.exposure is None else 1
    columns = len(study.units) + len(study.times) + len(study.covariate_names)
    fit = _written_out if study.n_obs * columns <= MOST_CELLS else _concentrated
    while True:
        try:
            return study, fit(study, options, family)
        except SingularDesign as error:
            names = study.covariate_names[own:]
            lost = [column - 1 for column in error.columns if 1 <= column <= len(names)]
            if not lost:
                return "the treated indicator can't be told apart from unit and time effects where there are events"
            if fit is _concentrated and (said := _foretold(study, options)):
                return said
            study = without_covariate(study, own + lost[-1])
        except SeparatedRows as found:
            study = _with_events(_without_rows(study, found, own), options, family)
            if not len(study.starts) or not strata_hold_both(study).any():
                return "events happened in one arm only, or on one side of the start, once rows that a covariate foretells are left out"
        except Separated:
            if fit is _concentrated and (said := _foretold(study, options)):
                return said
            return "events stand on one side only (none in the treated weeks, or none to compare with), so the ratio runs off"


def _without_rows(study: Study, found: SeparatedRows, own: int) -> Study:
    """Leave out rows whose events a covariate foretells wholly: they say nothing of the ratio."""
    unit, time = np.nonzero(np.isfinite(study.y))
    kept = np.ones(study.y.shape, dtype=bool)
    kept[unit[found.rows], time[found.rows]] = False
    names = study.covariate_names[own:]
    who = [names[column - 1] for column in found.columns if 1 <= column <= len(names)]
    return study.keep_cells(kept).note(note("rows_foretold", count=int(found.rows.sum()), covariates=who))


def _foretold(study: Study, options: Options) -> str:
    """Name the covariates that do not vary among rows with events once unit and time effects are out; empty where all do."""
    own = 0 if options.exposure is None else 1
    if study.covariates is None or len(study.covariate_names) == own:
        return ""
    positive = np.where(np.isfinite(study.y) & (study.y > 0), study.y, np.nan)
    one = np.zeros(len(study.y), dtype=np.int64)
    lost = []
    for name, values in zip(study.covariate_names[own:], study.covariates[own:], strict=True):
        try:
            two_way(TwoWayPanel(positive, one, np.zeros((1, len(study.times), 0)), values[None]))
        except SingularDesign:
            lost.append(name)
    if not lost:
        return ""
    return f"covariate {some(lost)} does not vary among rows with events, so that it foretells those without"


def _written_out(study: Study, options: Options, family: Family) -> Linear:
    """Every unit and time as a column, by statsmodels."""
    own = 0 if options.exposure is None else 1
    unit, time = np.nonzero(np.isfinite(study.y))
    size = exposure_of(study, options)
    fit = glm(
        _design(study, unit, time, own),
        study.y[unit, time],
        family,
        exposure=None if size is None else size[unit, time],
        weights=None if study.weights is None else study.weights[unit, time],
    )
    return linear_of(fit, (unit.astype(np.int64), time.astype(np.int64)), study.cluster[unit])


def _concentrated(study: Study, options: Options, family: Family) -> Linear:
    """Too many units for columns: their effects are concentrated out, and the design is never written."""
    own = 0 if options.exposure is None else 1
    cohorts, code = np.unique(study.cohort, return_inverse=True)
    fit = glm_panel(
        study.y,
        code.astype(np.int64),
        (study.times >= cohorts[:, None]).astype(float)[:, :, None],
        family,
        exposure=exposure_of(study, options),
        covariates=None if len(study.covariate_names) == own else study.covariates[own:],  # type: ignore[index]
        weights=study.weights,
    )
    params = len(fit.coef)
    return Linear(
        coef=fit.coef,
        contrasts=np.eye(1, params),
        bread=fit.bread,
        scores=fit.scores,
        cluster=study.cluster,
        rss=fit.rss,
        n_obs=fit.n_obs,
        n_nested=params + fit.n_week_effects,
        n_params=params + fit.n_units + fit.n_week_effects - 1,
        size=max(fit.n_obs * (params + fit.n_units + fit.n_week_effects), LARGEST_DESIGN + 1),
        rows=_no_rows,
    )


def _no_rows() -> FullRows:
    raise AssertionError("a design that is too large is never asked for its rows")


def _design(study: Study, unit: IntArray, time: IntArray, own: int) -> FloatArray:
    """Columns: treated, covariates, every unit, every time but the first."""
    treated = (study.times[time] >= study.cohort[unit]).astype(float)[:, None]
    covariates = (
        np.zeros((len(unit), 0)) if study.covariates is None else study.covariates[own:, unit, time].T
    )
    units = (unit[:, None] == np.arange(len(study.units))).astype(float)
    times = (time[:, None] == np.arange(1, len(study.times))).astype(float)
    return np.hstack([treated, covariates, units, times])
