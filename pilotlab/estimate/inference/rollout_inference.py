"""Uncertainty of a rollout: Neyman's variance, or the starts that could have been drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pilotlab.estimate.data.assigned import is_drawn
from pilotlab.estimate.data.possible_draws import how_drawn, rota_of
from pilotlab.estimate.estimators.rollout import RolloutFitted
from pilotlab.estimate.inference.uncertainty import Ends, Uncertainty
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws, Law, Student
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.randomization.rollout_draws import rollout_test
from pilotlab.stats.variance.bands import sup_t_critical

DRAWS, BAND_DRAWS, MANY = 9_999, 999, 50


def with_neyman(fitted: RolloutFitted, options: Options) -> Uncertainty | NotEstimable:
    """Take Neyman's variance, narrowed where cohorts are large; t below 50 units."""
    se, few = _standard_errors(fitted), len(fitted.study.units) < MANY
    df = _degrees(fitted)
    laws = [
        Student(float(value), float(own), float(each))
        for value, own, each in zip(fitted.values, se, df, strict=True)
    ]
    notes = (note("neyman_of_few"),) if few else () if fitted.refined else (note("neyman"),)
    said = () if is_drawn(options.assignment) else (note("starts_not_said_drawn"),)
    return _uncertainty(fitted, options, laws, se, df, notes, said)


def with_starts_drawn_again(fitted: RolloutFitted, options: Options) -> Uncertainty | NotEstimable:
    """Test against the starts that could have been drawn."""
    laws, notes = _drawn(fitted, options)
    return _uncertainty(fitted, options, laws, _standard_errors(fitted), _degrees(fitted), notes, ())


def _degrees(fitted: RolloutFitted) -> FloatArray:
    if len(fitted.study.units) < MANY:
        return np.maximum(fitted.found.df - 1, 1.0)
    return np.full(len(fitted.values), np.inf)


def _uncertainty(
    fitted: RolloutFitted,
    options: Options,
    laws: Sequence[Law],
    se: FloatArray,
    df: FloatArray,
    notes: tuple[Note, ...],
    said: tuple[Note, ...],
) -> Uncertainty | NotEstimable:
    if not math.isfinite(se[0]) or (options.inference != "randomization" and not df[0] > 0):
        return NotEstimable("too few units for the spread to be measured", "more units at each start")
    slope = note("slope_before", slope=float(fitted.found.slopes[0]))
    bands = _bands(fitted, options, laws, se, df)
    return Uncertainty(laws=laws, se=se, df=df, bands=bands, warnings=said, notes=(slope, *notes))


def _bands(
    fitted: RolloutFitted, options: Options, laws: Sequence[Law], se: FloatArray, df: FloatArray
) -> tuple[Ends, ...] | None:
    """The band over all rows, never inside a row's own interval; None for a single row and under draws of starts."""
    rows = slice(fitted.skip, None)
    variance = fitted.found.variance[rows, rows]
    if len(fitted.rows) < 2 or isinstance(laws[0], Draws) or not np.diag(variance).any():
        return None
    draws = BAND_DRAWS if options.reps is None else options.reps
    reach = sup_t_critical(
        variance, float(np.min(df[rows])), alpha=options.alpha, draws=draws, seed=options.seed
    )
    found = []
    for value, own, law in zip(fitted.values[rows].tolist(), se[rows].tolist(), laws[rows], strict=True):
        low, high = law.interval(options.alpha)
        found.append((min(value - reach * own, low), max(value + reach * own, high)))
    return tuple(found)


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
