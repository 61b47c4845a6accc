"""Estimates turned so that up is good, in the unit a reader sees."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.readout.document.model import Effect
from pilotlab.release.rounding import decimals_for
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import MetricUse
from pilotlab.spec.threshold import bar_size, margin_size


@dataclass(frozen=True, slots=True)
class Scale:
    """How a metric's effects are shown: direction, unit, decimals, and percentages for the log scale."""

    better: int
    unit: str
    decimals: int
    log: bool = False

    @classmethod
    def of(cls, metric: MetricSpec) -> Scale:
        """Read the scale from the metric."""
        log = metric.transform == "log"
        return cls(metric.better, "%" if log else metric.unit_word, 1 if log else metric.decimals, log)

    def orient(self, value: float) -> float:
        """Turn a value of the analysis so that up is good, in the shown unit."""
        return self.better * self.shown(value)

    def shown(self, value: float) -> float:
        """Put a value of the analysis into the shown unit: log points become per cent."""
        return 100 * math.expm1(value) if self.log and math.isfinite(value) else value

    def interval(self, ends: tuple[float, float]) -> tuple[float, float]:
        """Turn both ends, the lower first."""
        low, high = sorted(self.orient(end) for end in ends)
        return low, high


def effect(
    result: Estimate | NotEstimable, metric: MetricSpec, *, alpha: float | None = None, hidden: str = ""
) -> Effect:
    """Make an oriented effect of an estimate, at its own level or at `alpha`; or of the reason why there is none."""
    if hidden:
        return Effect(reason=hidden)
    if isinstance(result, NotEstimable):
        return Effect(reason=result.reason, would_help=result.would_help)
    scale = Scale.of(metric)
    low, high = scale.interval(result.ci if alpha is None else result.interval(1 - alpha))
    open_ends = "" if math.isfinite(low) and math.isfinite(high) else _why_open(result)
    return Effect(estimate=scale.orient(result.att), low=low, high=high, reason=open_ends)


def decimals_of(scale: Scale, *effects: Effect) -> int:
    """Decimals with which released numbers stand as they are: one more where a number would else stand on its bar."""
    shown = [effect for effect in effects if effect.estimate is not None]
    return decimals_for(
        [end for one in shown for end in (one.estimate or 0.0, one.low, one.high)], scale.decimals
    )


def bar(use: MetricUse, metric: MetricSpec) -> float | None:
    """Place a goal's bar on the oriented axis: above zero, in the shown unit."""
    return (
        None
        if use.worth_it is None
        else Scale.of(metric).orient(metric.better * bar_size(use.worth_it, metric))
    )


def limit(use: MetricUse, metric: MetricSpec) -> float | None:
    """Place a limit on the oriented axis: below zero, in the shown unit."""
    return (
        None
        if use.margin is None
        else Scale.of(metric).orient(-metric.better * margin_size(use.margin, metric))
    )


def _why_open(result: Estimate) -> str:
    if result.p_min is None:
        return "the interval is open"
    return f"the interval is open: the smallest p this design can reach is {result.p_min:.2g}"
