"""Equity: the declared groups that got worse past their limit, after Holm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilotlab.estimate.results.slice_effects import Group
from pilotlab.evaluate.analysis import JUDGED, MetricResult
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.threshold import margin_size
from pilotlab.stats.randomization.multiplicity import holm


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A declared equity group that got worse past the limit, after Holm."""

    result: MetricResult
    group: Group

    @property
    def words(self) -> str:
        """Name the group and the metric: "carer yes (Burnout)"."""
        return f"{self.group.slice} {self.group.level} ({self.result.metric.label})"


def breached(spec: PilotSpec, results: Sequence[MetricResult]) -> tuple[Breach, ...] | None:
    """Find the equity groups that are worse than the limit allows; None where no group has an estimate.

    A group is breached where its two-sided interval lies below zero after Holm over every equity group of every goal and
    guardrail of the arm, and its own estimate is at the limit or past it. A goal without a limit has zero for one.

    Parameters
    ----------
    results : sequence of MetricResult
        Of one arm.
    """
    judged = [
        (result, group)
        for result in results
        if result.slices is not None and result.role in JUDGED
        for group in result.slices.groups
        if group.slice in spec.slices.equity and group.p_value is not None
    ]
    if not judged:
        return None
    after = holm([group.p_value or 0.0 for _, group in judged])
    return tuple(
        Breach(result=result, group=group)
        for (result, group), p in zip(judged, after, strict=True)
        if p <= spec.analysis.alpha and _past_limit(result, group)
    )


def _past_limit(result: MetricResult, group: Group) -> bool:
    effect = result.metric.better * (group.att or 0.0)
    margin = 0.0 if result.use.margin is None else margin_size(result.use.margin, result.metric)
    return effect < 0 and effect <= -margin
