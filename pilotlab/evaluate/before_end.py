"""Before the planned end: no goal has a number yet, for whoever looks early stops on a good week; what may do harm is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.evaluate.analysis import Analysis, MetricResult
from pilotlab.wording.planned_end import not_yet


def without_goals(analysis: Analysis, end: date) -> Analysis:
    """Take every goal's numbers out of an analysis: its effect, means, weeks, groups and other analyses."""
    return replace(analysis, results=tuple(_without(result, end) for result in analysis.results))


def _without(result: MetricResult, end: date) -> MetricResult:
    if result.role != "goal" or not isinstance(result.estimate, Estimate):
        return result
    why = not_yet(end)
    return replace(
        result,
        estimate=NotEstimable(why, 'wait for it, or look early: `pilotlab analyze --early --why "..."`'),
        hidden=result.hidden or why,
        means=None,
        weeks=(),
        robustness=None,
        slices=None,
    )
