"""Ratios of events: their law given the margins, and how they are read."""

from __future__ import annotations

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray
from pilotlab.stats.randomization.exact_counts import (
    MOST_EVENTS,
    ConditionalCounts,
    conditional_binomial,
    conditional_poisson,
)
from pilotlab.stats.regression.glm import Family
from pilotlab.wording.chances import p_value
from pilotlab.wording.intervals import level_of
from pilotlab.wording.numbers import significant

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
