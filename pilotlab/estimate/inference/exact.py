"""Exact inference for few events: what the margins leave open, in place of a standard error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import Fitted
from pilotlab.estimate.inference.analytic import Variance
from pilotlab.estimate.notes.table import note, without
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Conditional, Law
from pilotlab.estimate.results.estimate import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray
from pilotlab.stats.randomization.exact_counts import (
    FEW_EVENTS,
    MOST_EVENTS,
    ConditionalCounts,
    conditional_binomial,
    conditional_poisson,
)
from pilotlab.stats.regression.glm import Family
from pilotlab.wording.chances import p_value
from pilotlab.wording.intervals import level_of
from pilotlab.wording.numbers import count, number, significant

SCALE = {"poisson": "log rate ratio", "binomial": "log odds ratio"}


def conditional(study: Study, options: Options, family: Family) -> ConditionalCounts | None:
    """Condition a study with one start on its margins; None where counts, windows or covariates do not allow it."""
    exposure = None if options.exposure is None or study.covariates is None else study.covariates[0]
    plain = len(study.starts) == 1 and not study.always.any() and study.weights is None
    if not plain or options.covariates or (family == "binomial" and exposure is None):
        return None
    seen, after = np.isfinite(study.y), study.times >= study.starts[0]
    size = np.where(seen, 1.0 if exposure is None else exposure, 0.0)
    events, sizes = (_by_side(np.where(seen, values, 0.0), after) for values in (study.y, size))
    both = (sizes > 0).all(axis=0)
    arm, events, sizes = study.ever[both], events[:, both], sizes[:, both]
    whole = (events % 1 == 0).all() and (family == "poisson" or (sizes % 1 == 0).all())
    if not whole or not 0 < events.sum() <= MOST_EVENTS or arm.all() or not arm.any():
        return None
    if family == "poisson":
        found = conditional_poisson(events[0], events[1], arm, sizes[1] / sizes[0])
    else:
        found = conditional_binomial(events[0], events[1], arm, sizes[0], sizes[1])
    return found if found.informative else None


def few(exact: ConditionalCounts | None) -> bool:
    """Whether events are too few for a standard error."""
    return exact is not None and exact.smallest_cell < FEW_EVENTS and np.isfinite(exact.estimate)


def with_conditional_estimate(fitted: Fitted) -> Fitted | NotEstimable:
    """Put the conditional estimate in the place of the fit's, so that number, interval and p are of one kind."""
    exact = fitted.exact
    if exact is None:
        events = 0.0 if fitted.study is None else float(np.nansum(fitted.study.y))
        if events > MOST_EVENTS:
            return NotEstimable(
                f"`exact` takes at most {count(MOST_EVENTS)} events, and there are {number(events, 0)}",
                "inference 'cluster' or 'cr2'",
            )
        return NotEstimable(
            "`exact` needs whole counts (binomial: with their trials) of one start, without covariates or weights, at most "
            f"{count(MOST_EVENTS)} events",
            "inference 'cluster' or 'cr2'",
        )
    if not np.isfinite(exact.estimate):
        return NotEstimable("the events stand at the edge of what their totals allow", "more events")
    coef = fitted.linear.coef.copy()
    coef[0] = exact.estimate
    notes = (ratio_note(exact.estimate, fitted.unit), *without(fitted.notes, "ratio"))
    return replace(fitted, linear=replace(fitted.linear, coef=coef), notes=notes)


def with_exact(fitted: Fitted, options: Options) -> tuple[list[Law], Variance, tuple[Note, ...]]:
    """Hand over the conditional law; the standard error is its information's, for scale."""
    del options
    assert fitted.exact is not None
    law = Conditional(fitted.exact)
    about = note("exact" if few(fitted.exact) else "exact_of_many", p_min=law.p_min)
    return [law], Variance(np.array([fitted.exact.se]), np.array([np.inf])), (about,)


def ratio_note(coef: float, scale: str) -> Note:
    """Say what a log ratio means."""
    return note("ratio", scale=scale, of_rates=scale == SCALE["poisson"], ratio=float(np.exp(coef)))


def no_ratio(why: str, exact: ConditionalCounts | None, options: Options) -> NotEstimable:
    """Refuse a ratio, with what an exact interval still says."""
    bound = ""
    if exact is not None:
        low, high = (np.exp(end) for end in exact.interval(options.alpha))
        said = (
            f"above {significant(low)}"
            if np.isinf(high)
            else f"below {significant(high)}"
            if low == 0
            else f"{significant(low)} to {significant(high)}"
        )
        bound = f"; the exact {level_of(options.alpha)} interval of the ratio is {said} (p {p_value(exact.p_two_sided())})"
    return NotEstimable(f"{why}{bound}", "more events: longer windows, or more units")


def _by_side(values: FloatArray, after: BoolArray) -> FloatArray:
    """Sums before and after by unit, shape (2, n)."""
    return np.stack([values[:, ~after].sum(axis=1), values[:, after].sum(axis=1)])
