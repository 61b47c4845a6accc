"""Exact inference for few events: what the margins leave open, in place of a standard error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotlab.estimate.estimators.fit import Fitted
from pilotlab.estimate.estimators.ratio import ratio_note
from pilotlab.estimate.inference.least_squares import Variance, least_squares
from pilotlab.estimate.inference.uncertainty import Uncertainty
from pilotlab.estimate.notes.by_code import note, without
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Conditional
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.randomization.exact_counts import (
    MOST_EVENTS,
)
from pilotlab.wording.numbers import count, number


def with_exact(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Hand over the conditional law and its estimate; the standard error is its information's, for scale."""
    again = _with_conditional_estimate(fitted)
    if isinstance(again, NotEstimable):
        return again
    assert again.exact is not None
    law = Conditional(again.exact)
    about = note("exact" if again.exact.few else "exact_of_many", p_min=law.p_min)
    spread = Variance(np.array([again.exact.se]), np.array([np.inf]))
    return least_squares(again, [law], spread, options, (about,), instead=again)


def _with_conditional_estimate(fitted: Fitted) -> Fitted | NotEstimable:
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
