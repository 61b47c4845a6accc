"""Estimates turned so that up is good, in the unit a reader sees."""

from __future__ import annotations

import math

from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.readout.document.model import Effect
from pilotlab.release.rounding import decimals_for
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import MetricUse
from pilotlab.spec.threshold import bar_size, margin_size
from pilotlab.wording.effects import Words
from pilotlab.wording.numbers import significant


def effect(
    result: Estimate | NotEstimable, metric: MetricSpec, *, alpha: float | None = None, hidden: str = ""
) -> Effect:
    """Make an oriented effect of an estimate, at its own level or at `alpha`; or of the reason why there is none."""
    if hidden:
        return Effect(reason=hidden)
    if isinstance(result, NotEstimable):
        return Effect(reason=result.reason, would_help=result.would_help)
    scale = metric.words
    low, high = scale.interval(result.ci if alpha is None else result.interval(1 - alpha))
    open_ends = "" if math.isfinite(low) and math.isfinite(high) else _why_open(result)
    return Effect(estimate=scale.orient(result.att), low=low, high=high, reason=open_ends)


def decimals_of(scale: Words, *effects: Effect) -> int:
    """Decimals with which released numbers stand as they are: one more where a number would else stand on its bar."""
    shown = [effect for effect in effects if effect.estimate is not None]
    return decimals_for(
        [end for one in shown for end in (one.estimate or 0.0, one.low, one.high)], scale.decimals
    )


def bar(use: MetricUse, metric: MetricSpec) -> float | None:
    """Place a goal's bar on the oriented axis: above zero, in the shown unit."""
    return None if use.worth_it is None else metric.words.shown_turned(bar_size(use.worth_it, metric))


def limit(use: MetricUse, metric: MetricSpec) -> float | None:
    """Place a limit on the oriented axis: below zero, in the shown unit."""
    return None if use.margin is None else metric.words.shown_turned(-margin_size(use.margin, metric))


def _why_open(result: Estimate) -> str:
    if result.p_min is None:
        return "the interval is open"
    return f"the interval is open: the smallest p this test can reach is {significant(result.p_min, 2)}"
