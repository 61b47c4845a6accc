"""Released: an analysis as it may be seen: no goal before the planned end, every number rounded to what its own standard error supports."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

from pilotlab.estimate.results.distribution import Released
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.slice_effects import Group, Slices
from pilotlab.estimate.results.term import Term
from pilotlab.evaluate.analysis import MEANS, Analysis, ArmMeans, MetricResult
from pilotlab.evaluate.by_week import WeekEffect
from pilotlab.evaluate.leave_one_out import LeftOut
from pilotlab.evaluate.robustness import Robustness, Run
from pilotlab.evaluate.threats.check import Check
from pilotlab.evaluate.threats.lost import AnswersKept
from pilotlab.release.rounding import Rounding, probability, significant
from pilotlab.release.shown import alike
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import MetricUse, PilotSpec
from pilotlab.spec.threshold import bar_size, margin_size
from pilotlab.wording.dates import not_yet
from pilotlab.wording.effects import LOG_DECIMALS

NORMAL_95 = 1.96  # standard errors from an estimate to the end of its interval, near enough to round by


def released(spec: PilotSpec, analysis: Analysis) -> Analysis:
    """Return what may be seen of an analysis; of a published study everything may.

    The rule reads the analysis itself: whether an estimate reaches its bar is never a matter of rounding.
    """
    if spec.data == "published":
        return analysis
    return replace(analysis, results=tuple(map(_result, analysis.results)))


def without_goals(analysis: Analysis, end: date) -> Analysis:
    """Take every goal's numbers out of an analysis: its effect, means, weeks, groups and other analyses."""
    return replace(analysis, results=tuple(_without(result, end) for result in analysis.results))


def rounding_of(use: MetricUse, metric: MetricSpec, estimate: Estimate) -> Rounding:
    """How the numbers of one metric are rounded: by the headline's standard error, on no other side of zero, bar or limit."""
    log = metric.transform == "log"
    return Rounding.of(
        estimate.se, LOG_DECIMALS if log else metric.decimals, log=log, marks=_marks(use, metric)
    )


def released_gap(result: MetricResult) -> float | None:
    """Difference of the arms in the counted weeks, as it may be seen."""
    means = _means(result.means, result.metric)
    return None if means is None else means.gap


def _marks(use: MetricUse, metric: MetricSpec) -> list[float]:
    turned = metric.words.turned
    bar = [] if use.worth_it is None else [turned(bar_size(use.worth_it, metric))]
    limit = 0.0 if use.margin is None else margin_size(use.margin, metric)
    return [*bar, turned(-limit), turned(-limit / 2)]


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
        answers=None,
        slices=None,
    )


def _result(result: MetricResult) -> MetricResult:
    if result.hidden:
        return result.withheld()
    estimate, metric = result.estimate, result.metric
    means = _means(result.means, metric)
    if isinstance(estimate, NotEstimable):
        return replace(result, means=means, answers=None)
    rounding = rounding_of(result.use, metric, estimate)
    shown = _estimate(estimate, rounding)
    return replace(
        result,
        estimate=shown,
        means=means,
        answers=_answers(result.answers) if result.answers else None,
        weeks=tuple(_week(week, rounding) for week in result.weeks),
        robustness=_card(result.robustness, rounding) if result.robustness else None,
        slices=_slices(result.slices, shown, rounding) if result.slices else None,
    )


def _means(means: ArmMeans | None, metric: MetricSpec) -> ArmMeans | None:
    """Round the arms' means; none is given where everybody of an arm answered alike."""
    if means is None:
        return None
    rounding = replace(Rounding.of(means.se, metric.decimals), marks=())
    found = {name: rounding.number(getattr(means, name)) for name in MEANS}
    if metric.level == "person" and any(alike(value, metric) for value in found.values()):
        return None
    return replace(means, **found, se=significant(means.se))


def _answers(found: AnswersKept) -> AnswersKept:
    return replace(found, ratio=round(found.ratio, 2), p=probability(found.p))


def _estimate(estimate: Estimate, rounding: Rounding) -> Estimate:
    """Coefficients with their covariance, and the paths of single units, stay inside."""
    return replace(
        estimate,
        att=rounding.number(estimate.att),
        se=significant(estimate.se),
        ci=rounding.ends(estimate.ci),
        p_value=probability(estimate.p_value),
        df=None if estimate.df is None else round(estimate.df, 1),
        terms=tuple(_term(term, rounding) for term in estimate.terms),
        law=Released(estimate.law, rounding),
        path=None,
        synthetic=None,
    )


def _term(term: Term, rounding: Rounding) -> Term:
    own = rounding.for_error(term.se)
    return replace(
        term,
        att=own.number(term.att),
        se=significant(term.se),
        ci=own.ends(term.ci),
        p_value=probability(term.p_value),
        band=None if term.band is None else own.ends(term.band),
    )


def _week(week: WeekEffect, rounding: Rounding) -> WeekEffect:
    own = rounding.for_error(_error(week.low, week.high))
    ends = ("low", "high", "band_low", "band_high")
    found: dict[str, Any] = {
        name: None if (end := getattr(week, name)) is None else own.number(end) for name in ends
    }
    return replace(week, att=own.number(week.att), **found)


def _error(low: float | None, high: float | None) -> float:
    """A standard error from an interval; infinite, which coarsens nothing, where an end is open."""
    return math.inf if low is None or high is None else (high - low) / (2 * NORMAL_95)


def _card(card: Robustness, rounding: Rounding) -> Robustness:
    return replace(
        card,
        runs=tuple(_run(run, rounding) for run in card.runs),
        left_out=_left_out(card.left_out, rounding) if card.left_out else None,
        checks=tuple(map(_check, card.checks)),
    )


def _run(run: Run, rounding: Rounding) -> Run:
    if run.att is None or run.ci is None:
        return run
    own = rounding.for_error(_error(*run.ci))
    return replace(run, att=own.number(run.att), ci=own.ends(run.ci))


def _left_out(found: LeftOut, rounding: Rounding) -> LeftOut:
    ends: dict[str, Any] = {
        name: None if (end := getattr(found, name)) is None else rounding.number(end)
        for name in ("lowest", "highest")
    }
    return replace(found, **ends)


def _check(check: Check) -> Check:
    return check if check.number is None else replace(check, number=significant(check.number))


def _slices(slices: Slices, overall: Estimate, rounding: Rounding) -> Slices:
    tests = (
        replace(
            test,
            p_value=None if test.p_value is None else probability(test.p_value),
            p_holm=None if test.p_holm is None else probability(test.p_holm),
            statistic=None if test.statistic is None else significant(test.statistic),
        )
        for test in slices.tests
    )
    groups = tuple(_group(group, rounding) for group in slices.groups)
    return replace(slices, overall=overall, groups=groups, tests=tuple(tests))


def _group(group: Group, rounding: Rounding) -> Group:
    if group.att is None:
        return group
    own = rounding.for_error(group.se or 0.0)
    return replace(
        group,
        att=own.number(group.att),
        ci=None if group.ci is None else own.ends(group.ci),
        p_value=None if group.p_value is None else probability(group.p_value),
        se=None if group.se is None else significant(group.se),
        df=None if group.df is None else round(group.df, 1),
        shrunken=None if group.shrunken is None else own.number(group.shrunken),
        shrunken_ci=None if group.shrunken_ci is None else own.ends(group.shrunken_ci),
    )
