"""Least squares: the band and the path that every inference of a regression has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pilotlab.estimate.estimators.fit import Fitted
from pilotlab.estimate.inference.uncertainty import Ends, Uncertainty, settle
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws, Law, Student
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.event_path import EventPath, event_path
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.variance.bands import sup_t_critical

BAND_DRAWS = 999


@dataclass(frozen=True, slots=True, eq=False)
class Variance:
    """Standard errors and degrees of freedom of m contrasts (m,), and their variance (m, m) where it is known."""

    se: FloatArray
    df: FloatArray
    full: FloatArray | None = None


def least_squares(
    fitted: Fitted,
    laws: Sequence[Law],
    spread: Variance,
    options: Options,
    notes: tuple[Note, ...] = (),
    instead: Fitted | None = None,
) -> Uncertainty | NotEstimable:
    """Add band and path to the laws of a regression's values."""
    finite = math.isfinite(spread.se[0]) and spread.df[0] > 0
    if options.inference != "randomization" and not finite:
        return NotEstimable("too few units for the spread to be measured", "more units in each arm")
    return Uncertainty(
        laws=laws,
        se=spread.se,
        df=spread.df,
        bands=_bands(fitted, options, laws, spread),
        path=_path(fitted, spread),
        notes=notes,
        instead=instead,
    )


def by_variance(
    fitted: Fitted, spread: Variance | NotEstimable, options: Options
) -> Uncertainty | NotEstimable:
    """Take t distributions with a variance's standard errors and degrees of freedom."""
    if isinstance(spread, NotEstimable):
        return spread
    return least_squares(fitted, _students(fitted.values, spread), spread, options)


def _students(values: FloatArray, spread: Variance) -> list[Law]:
    return [
        Student(float(value), settle(value, se), float(df))
        for value, se, df in zip(values, spread.se, spread.df, strict=True)
    ]


def _bands(
    fitted: Fitted, options: Options, laws: Sequence[Law], spread: Variance
) -> tuple[Ends, ...] | None:
    reach = _band_reach(fitted, options, laws, spread)
    if reach is None:
        return None
    rows = zip(fitted.values[fitted.skip :], spread.se[fitted.skip :], strict=True)
    return tuple((float(value - reach * own), float(value + reach * own)) for value, own in rows)


def _band_reach(fitted: Fitted, options: Options, laws: Sequence[Law], spread: Variance) -> float | None:
    """Critical value of the simultaneous band; None for a single row, and under draws."""
    if len(fitted.rows) < 2 or isinstance(laws[0], Draws):
        return None
    full = spread.full if spread.full is not None else _full(fitted)
    df = float(np.nanmin(spread.df[fitted.skip :]))
    draws = BAND_DRAWS if options.reps is None else options.reps
    return sup_t_critical(
        full[fitted.skip :, fitted.skip :], df, alpha=options.alpha, draws=draws, seed=options.seed
    )


def _path(fitted: Fitted, spread: Variance) -> EventPath | None:
    """Coefficients by event time with their covariance, the headline as weights on them."""
    if fitted.reference is None:
        return None
    rows = slice(fitted.skip, None)
    full = spread.full if spread.full is not None else _scaled(_full(fitted), spread.se)
    contrasts = fitted.linear.contrasts
    weights = np.linalg.lstsq(contrasts[rows].T, contrasts[0], rcond=None)[0]
    return event_path(
        [int(at) for at in fitted.rows],
        fitted.linear.values[rows],
        full[rows, rows],
        weights,
        reference=fitted.reference,
        df=float(np.nanmin(spread.df[rows])),
        drift=fitted.drift,
    )


def _scaled(full: FloatArray, se: FloatArray) -> FloatArray:
    """Bring a covariance to given standard errors, its correlation kept."""
    own = np.sqrt(np.diag(full))
    scale = np.divide(se, own, out=np.zeros_like(se), where=own > 0)
    return np.asarray(full * np.outer(scale, scale))


def _full(fitted: Fitted) -> FloatArray:
    """Correlate contrasts by their cluster scores, where the closed form gives standard errors alone."""
    scores = fitted.linear.scores @ fitted.linear.bread @ fitted.linear.contrasts.T
    return np.asarray(scores.T @ scores)
