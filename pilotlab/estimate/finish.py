"""Putting a result together: a fit, its uncertainty, counts and notes; the same for every estimator and inference."""

from __future__ import annotations

import math
from dataclasses import replace

from pilotlab.estimate import defaults
from pilotlab.estimate.estimators.fit import Fit
from pilotlab.estimate.inference.uncertainty import Uncertainty
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Conditional, Draws, Law
from pilotlab.estimate.results.effect import Estimate
from pilotlab.estimate.results.term import Term
from pilotlab.note import Note
from pilotlab.spec import engine


def estimate(fit: Fit, found: Uncertainty, options: Options, estimator: str, inference: str) -> Estimate:
    """Put a fit and its uncertainty together; `options` say what was asked, the names what was taken."""
    fit = fit if found.instead is None else found.instead
    headline, se, df = found.laws[0], float(found.se[0]), float(found.df[0])
    return Estimate(
        att=float(fit.values[0]),
        se=se,
        ci=headline.interval(options.alpha),
        p_value=headline.p_value,
        p_min=_p_min(headline),
        df=None if isinstance(headline, Draws) or math.isinf(df) else df,
        n_obs=fit.n_obs,
        n_units=fit.n_units,
        n_treated=fit.n_treated,
        n_clusters=fit.n_clusters,
        estimator=estimator,
        inference=inference,
        alpha=options.alpha,
        unit=fit.unit or options.outcome_unit,
        estimand=engine.row(estimator).estimand,
        key=fit.key,
        terms=_terms(fit, found, options),
        notes=_notes(fit, found, options, estimator, inference),
        law=headline,
        path=found.path,
        synthetic=None if fit.synthetic is None else replace(fit.synthetic, placebos=found.placebos),
    )


def _terms(fit: Fit, found: Uncertainty, options: Options) -> tuple[Term, ...]:
    rows = []
    for k, at in enumerate(fit.rows):
        place = fit.skip + k
        law, band = found.laws[place], found.bands[k] if found.bands else None
        own = float(found.se[place])
        rows.append(Term(at, float(fit.values[place]), own, law.interval(options.alpha), law.p_value, band))
    return tuple(rows)


def _notes(
    fit: Fit, found: Uncertainty, options: Options, estimator: str, inference: str
) -> tuple[Note, ...]:
    """Order what is to be known: what the number is worth, what was left out, how it was made."""
    return (
        *defaults.warnings(fit, estimator, inference),
        *defaults.chosen(fit, estimator, inference, options),
        *found.warnings,
        *((note("no_noise"),) if found.se[0] == 0 else ()),
        *fit.notes,
        *(fit.study.notes if fit.study else ()),
        *found.notes,
        *defaults.beside(fit, inference, options),
    )


def _p_min(law: Law) -> float | None:
    if isinstance(law, Draws):
        return law.result.p_min
    return law.p_min if isinstance(law, Conditional) else None
