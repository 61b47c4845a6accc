"""Putting an estimate together: coefficients, their uncertainty, counts and notes."""

from __future__ import annotations

import math

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate import defaults
from pilotlab.estimate.data.assigned import is_drawn
from pilotlab.estimate.estimators.fit import Fitted
from pilotlab.estimate.inference.analytic import Variance, with_cr1, with_cr2
from pilotlab.estimate.inference.exact import with_conditional_estimate
from pilotlab.estimate.inference.randomization import beside, randomize
from pilotlab.estimate.notes.table import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Conditional, Draws, Law, Student
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.estimate.results.event_path import EventPath, event_path
from pilotlab.estimate.results.term import Term
from pilotlab.note import Note
from pilotlab.spec import engine
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.variance.sup_t import sup_t_critical

BAND_DRAWS = 999


def estimate(fitted: Fitted, options: Options, estimator: str, inference: str) -> Estimate | NotEstimable:
    """Apply the named inference to a fit.

    Raises
    ------
    UsageError
        Where the estimate can't be drawn again and randomisation was asked for.
    """
    if inference == "exact":
        conditional = with_conditional_estimate(fitted)
        if isinstance(conditional, NotEstimable):
            return conditional
        fitted = conditional
    if inference == "randomization":
        laws, spread, notes = _drawn(fitted, options, estimator)
    elif inference in ("wild", "exact"):
        signed = engine.inference(inference)(fitted, options)
        if isinstance(signed, NotEstimable):
            return signed
        laws, spread, notes = signed
        notes = (*notes, *_open_end(laws[0], options))
    else:
        found = engine.inference(inference)(fitted.linear)
        if isinstance(found, NotEstimable):
            return found
        laws, spread = _students(fitted.linear.values, found), found
        notes = _beside(fitted, options, inference)
    headline, se, df = laws[0], spread.se[0], spread.df[0]
    if (refusal := _not_finite(inference, se, df)) is not None:
        return refusal
    low, high = headline.interval(options.alpha)
    return Estimate(
        att=float(fitted.linear.values[0]),
        se=float(se),
        ci=(low, high),
        p_value=headline.p_value,
        p_min=_p_min(headline),
        df=None if isinstance(headline, Draws) or math.isinf(df) else float(df),
        n_obs=fitted.study.n_obs if fitted.study else fitted.linear.n_obs,
        n_units=fitted.n_units,
        n_treated=fitted.n_treated,
        n_clusters=fitted.linear.n_clusters,
        estimator=estimator,
        inference=inference,
        alpha=options.alpha,
        unit=fitted.unit or options.outcome_unit,
        estimand=engine.row(estimator).estimand,
        key=fitted.key,
        terms=_terms(fitted, options, laws, spread),
        notes=(
            *defaults.warnings(fitted, inference),
            *_no_noise(float(se)),
            *fitted.notes,
            *(fitted.study.notes if fitted.study else ()),
            *notes,
        ),
        law=headline,
        path=_path(fitted, spread),
    )


def _drawn(fitted: Fitted, options: Options, estimator: str) -> tuple[list[Law], Variance, tuple[Note, ...]]:
    if fitted.study is None or (fitted.drawn is None and fitted.redrawn is None):
        staggered = fitted.study is not None and len(fitted.study.starts) > 1
        able = "'group_time' or 'rollout'" if staggered else "'change'"
        raise UsageError(
            f"inference 'randomization' with estimator {estimator!r}: {fitted.not_drawn}",
            fix=f"estimator {able}, or inference 'cr2' or 'cluster'",
        )
    how = fitted.drawn if fitted.drawn is not None else fitted.redrawn()  # type: ignore[misc]
    laws, notes = randomize(how, fitted.study, options)
    scale = with_cr2(fitted.linear)
    if isinstance(scale, NotEstimable):
        scale, notes = with_cr1(fitted.linear), (*notes, note("cr1_of_large_design"))
    if isinstance(scale, NotEstimable):
        scale = Variance(np.zeros(len(laws)), np.ones(len(laws)))
    return list(laws), scale, (*notes, *_open_end(laws[0], options))


def _p_min(law: Law) -> float | None:
    if isinstance(law, Draws):
        return law.result.p_min
    return law.p_min if isinstance(law, Conditional) else None


def _open_end(law: Law, options: Options) -> tuple[Note, ...]:
    if not isinstance(law, Draws) or all(map(math.isfinite, law.interval(options.alpha))):
        return ()
    return (note("interval_open", alpha=options.alpha, p_min=law.result.p_min),)


def _students(values: FloatArray, spread: Variance) -> list[Law]:
    return [
        Student(float(value), _settle(value, se), float(df))
        for value, se, df in zip(values, spread.se, spread.df, strict=True)
    ]


def _settle(value: float, se: float) -> float:
    """Take a standard error that is arithmetic alone as zero."""
    return 0.0 if se <= 1e-13 * max(abs(value), 1e-300) else float(se)


def _beside(fitted: Fitted, options: Options, inference: str) -> tuple[Note, ...]:
    """Give the randomisation p where arms were drawn but too uneven for it to lead."""
    chosen = options.inference == "auto" and inference == "cr2"
    if not chosen or not is_drawn(options.assignment) or fitted.drawn is None or fitted.study is None:
        return ()
    result = beside(fitted.drawn, fitted.study, options)
    arms = {"treated": fitted.clusters.treated, "comparison": fitted.clusters.comparison}
    return (note("uneven_arms", **arms, draws=result.n_draws, p=result.p_two_sided),)


def _not_finite(inference: str, se: float, df: float) -> NotEstimable | None:
    if inference == "randomization" or (math.isfinite(se) and df > 0):
        return None
    return NotEstimable("too few units for the spread to be measured", "more units in each arm")


def _no_noise(se: float) -> tuple[Note, ...]:
    return (note("no_noise"),) if se == 0 else ()


def _terms(fitted: Fitted, options: Options, laws: list[Law], spread: Variance) -> tuple[Term, ...]:
    values = fitted.linear.values[fitted.skip :]
    se, df = spread.se[fitted.skip :], spread.df[fitted.skip :]
    reach = _band_reach(fitted, options, laws, spread)
    rows = []
    for at, value, own, law in zip(fitted.rows, values, se, laws[fitted.skip :], strict=True):
        band = (float(value - reach * own), float(value + reach * own)) if reach is not None else None
        rows.append(Term(at, float(value), float(own), law.interval(options.alpha), law.p_value, band))
    return tuple(rows) if len(df) else ()


def _band_reach(fitted: Fitted, options: Options, laws: list[Law], spread: Variance) -> float | None:
    """Critical value of the simultaneous band; None for a single row, and under draws."""
    if len(fitted.rows) < 2 or isinstance(laws[0], Draws):
        return None
    full = spread.full if spread.full is not None else with_full(fitted)
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
    full = spread.full if spread.full is not None else _scaled(with_full(fitted), spread.se)
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


def with_full(fitted: Fitted) -> FloatArray:
    """Correlate contrasts by their cluster scores, where the closed form gives standard errors alone."""
    scores = fitted.linear.scores @ fitted.linear.bread @ fitted.linear.contrasts.T
    return np.asarray(scores.T @ scores)
