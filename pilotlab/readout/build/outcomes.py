"""Page one's panels from the analysis: the bar, the promises, the timing, the policy."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pilotlab.decide.decision import ArmDecision, MetricState
from pilotlab.evaluate.analysis import ArmMeans, MetricResult
from pilotlab.evaluate.by_week import WeekEffect
from pilotlab.readout.build.phases import phase_of, spans_of
from pilotlab.readout.build.turned_effects import bar, decimals_of, effect, limit
from pilotlab.readout.document.model import (
    Adherence,
    AdherencePeriod,
    AdherenceWeek,
    ArmMean,
    EventPoint,
    EventStudy,
    GoalResult,
    Promise,
    Promises,
    PromiseState,
)
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.standard import least_gap
from pilotlab.wording.effects import Words
from pilotlab.wording.lists import listed
from pilotlab.wording.numbers import number, percent, signed

GOAL_FINDINGS = {
    "clear yes": "Clear yes: better, and by at least the bar",
    "open": "Better, but perhaps not by the bar",
    "too small": "Better, but by less than the bar",
    "cannot tell": "Can’t tell: it may be worth it, or nothing",
    "ruled out": "Not by the bar: the whole interval lies below it",
    "worse": "Worse: the whole interval is below zero",
    "not shown yet": "Too early to judge",
}
_PROMISES: dict[str, PromiseState] = {"safe": "safe", "unproven": "unproven", "leaning bad": "leaning bad"}


def goal_result(spec: PilotSpec, result: MetricResult, decision: ArmDecision) -> GoalResult:
    """Hold a goal beside its bar."""
    metric, scale = result.metric, result.metric.words
    judged = state_of(decision, metric.key)
    shown = effect(result.estimate, metric, alpha=judged.alpha, hidden=result.hidden)
    no_harm = spec.claim == "do_no_harm"
    finding = (
        f"Its limit: {judged.state}"
        if no_harm and judged.estimate is not None
        else GOAL_FINDINGS.get(judged.state, "")
    )
    return GoalResult(
        metric=metric.key,
        label=metric.label,
        effect=shown,
        unit=scale.unit,
        decimals=decimals_of(scale, shown),
        bar=None if no_harm else bar(result.use, metric),
        limit=limit(result.use, metric) if no_harm else None,
        state=judged.state,
        finding=finding or _described(result, shown.estimate),
        means=_means(spec, result),
        means_unit=metric.unit_word,
        means_decimals=metric.decimals,
        lower_is_better=metric.direction == "lower",
        note=_means_note(spec, result),
        level=1 - judged.alpha,
    )


def _means_note(spec: PilotSpec, result: MetricResult) -> str:
    """Say what the means weigh, and where the estimate weighs otherwise."""
    unit = "person" if spec.design.unit == "person" else "team"
    means = f"Means of {unit} means; every {unit} weighs the same."
    if getattr(result.estimate, "estimator", "") != "twfe":
        return means
    return f"{means} The estimate is by `twfe`: every {unit}-week weighs the same."


def state_of(decision: ArmDecision, metric: str) -> MetricState:
    """Find what the rule said of a goal or a guardrail."""
    return next(state for state in decision.states if state.metric == metric)


def promises(results: Sequence[MetricResult], decision: ArmDecision, *, level: float) -> Promises | None:
    """Hold guardrails and watched metrics beside their limits."""
    rows = tuple(_promise(result, decision) for result in results if result.role in ("guardrail", "watch"))
    if not rows:
        return None
    return Promises(finding=_promises_finding(rows), rows=rows, note=_promises_note(rows), level=level)


def _promises_note(rows: Sequence[Promise]) -> str:
    if all(row.limit is None for row in rows):
        return "Watched, not deciding."
    return "Each row is scaled to its limit." + (
        "" if all(row.deciding for row in rows) else " Hollow: watched, not deciding."
    )


def _promise(result: MetricResult, decision: ArmDecision) -> Promise:
    metric, scale = result.metric, result.metric.words
    shown = effect(result.estimate, metric, hidden=result.hidden)
    state, reason = _promise_state(result, decision)
    return Promise(
        metric=metric.key,
        label=metric.label,
        effect=shown,
        unit=scale.unit,
        decimals=decimals_of(scale, shown),
        limit=limit(result.use, metric),
        deciding=result.role == "guardrail",
        state=state,
        reason=reason,
    )


def _promise_state(result: MetricResult, decision: ArmDecision) -> tuple[PromiseState, str]:
    if result.hidden:
        return "hidden", result.hidden
    if not result.estimate:
        return "not estimable", getattr(result.estimate, "reason", "")
    if result.role == "watch":
        return "watched", ""
    state = state_of(decision, result.metric.key).state
    if state == "breached":
        return ("broken, fixable" if result.use.if_breached == "fixable" else "broken"), ""
    return _PROMISES.get(state, "unproven"), ""


def _promises_finding(rows: Sequence[Promise]) -> str:
    deciding = [row for row in rows if row.deciding]
    if not deciding:
        return "No limit was declared; these were watched"
    broken = [row.label for row in deciding if row.broken]
    kept = [row.label for row in deciding if row.state == "safe"]
    hidden = [row.label for row in deciding if row.state == "hidden"]
    unsure = [row.label for row in deciding if not row.broken and row.state not in ("safe", "hidden")]
    parts = [
        f"{listed(broken)} broke {'its limit' if len(broken) == 1 else 'their limits'}" if broken else "",
        f"{listed(kept)} kept to {'its limit' if len(kept) == 1 else 'their limits'}" if kept else "",
        f"{listed(unsure)}: not shown to be safe" if unsure else "",
        f"{listed(hidden)}: too few people to show" if hidden else "",
    ]
    return "; ".join(part for part in parts if part)


def event_study(spec: PilotSpec, result: MetricResult) -> EventStudy | None:
    """Show when it happened."""
    if not result.weeks:
        return None
    metric, scale = result.metric, result.metric.words
    points = tuple(_point(spec, row, scale) for row in result.weeks)
    worth = bar(result.use, metric)
    return EventStudy(
        label=metric.label,
        finding=_timing_finding(spec, result, scale),
        points=points,
        spans=spans_of(spec),
        unit=scale.unit,
        decimals=scale.decimals,
        bar=worth,
        start=spec.calendar.start.monday.isoformat(),
        n_of="people" if spec.design.unit == "person" else "teams",
        note=_timing_note(spec, points, bar_shown=worth is not None, decimals=scale.decimals),
    )


def _point(spec: PilotSpec, row: WeekEffect, scale: Words) -> EventPoint:
    def ends(low: float | None, high: float | None) -> tuple[float | None, float | None]:
        return (None, None) if low is None or high is None else scale.interval((low, high))

    (low, high), (band_low, band_high) = ends(row.low, row.high), ends(row.band_low, row.band_high)
    return EventPoint(
        event_time=row.event_time,
        week=row.week.short,
        estimate=scale.orient(row.att),
        low=low,
        high=high,
        band_low=band_low,
        band_high=band_high,
        n=row.n_pilot + row.n_control,
        phase=phase_of(spec, row.week),
        few=row.hollow,
    )


def _timing_finding(spec: PilotSpec, result: MetricResult, scale: Words) -> str:
    counted = [row for row in result.weeks if row.week in spec.windows.counted]
    if not counted:
        return "No counted week has both arms"
    early, late = _halves_of_card(result, scale) or _halves_of_weeks(spec, counted, scale)
    return f"{signed(early, scale.decimals)} in the first half of the counted weeks, {signed(late, scale.decimals)} in the second"


def _halves_of_card(result: MetricResult, scale: Words) -> tuple[float, float] | None:
    """Take both halves as the robustness card has them, so that heading and card show the same numbers."""
    runs = {run.name: run.att for run in result.robustness.runs} if result.robustness else {}
    early, late = runs.get("early"), runs.get("late")
    return None if early is None or late is None else (scale.orient(early), scale.orient(late))


def _halves_of_weeks(spec: PilotSpec, counted: Sequence[WeekEffect], scale: Words) -> tuple[float, float]:
    """Average the weeks of both halves of the counted weeks, whichever of them have both arms."""
    weeks = spec.windows.counted
    half = weeks[len(weeks) // 2]
    early, late = [row for row in counted if row.week < half], [row for row in counted if row.week >= half]
    return _mean(early or counted, scale), _mean(late or counted, scale)


def _timing_note(spec: PilotSpec, points: Sequence[EventPoint], *, bar_shown: bool, decimals: int) -> str:
    wander = [
        abs(point.estimate) for point in points if point.phase == "baseline" and point.estimate is not None
    ]
    unit = "people" if spec.design.unit == "person" else "teams"
    parts = [
        "Zero: baseline mean.",
        "Dashes: the bar." if bar_shown else "",
        f"Baseline weeks wander by up to {number(max(wander), decimals)}." if wander else "",
        f"Hollow: too few {unit}." if any(point.few for point in points) else "",
    ]
    return " ".join(part for part in parts if part)


def _mean(rows: Sequence[WeekEffect], scale: Words) -> float:
    return math.fsum(scale.orient(row.att) for row in rows) / len(rows)


def adherence(spec: PilotSpec, result: MetricResult, weekly: Sequence[AdherenceWeek]) -> Adherence:
    """Hold the observed difference of the arms beside the planned one."""
    use, metric, means = result.use, result.metric, None if result.hidden else result.means
    observed = None if means is None else means.gap
    plan = spec.policy[result.arm].office_days
    planned = float(plan) if isinstance(plan, int | float) else None
    minimum = use.minimum_gap if use.planned_gap is None else least_gap(use.planned_gap, use.minimum_gap)
    return Adherence(
        finding=f"Not shown: {result.hidden}"
        if result.hidden
        else _adherence_finding(observed, use.planned_gap, minimum, metric.decimals),
        label=f"{metric.label.lower()}, {metric.unit_word}",
        weeks=() if result.hidden else tuple(weekly),
        periods=_periods(spec, means, planned),
        spans=spans_of(spec),
        decimals=metric.decimals,
        planned_gap=use.planned_gap,
        minimum_gap=minimum,
        observed_gap=observed,
        start=spec.calendar.start.monday.isoformat(),
        note=f"A gap of at least {number(abs(minimum), metric.decimals)} was needed."
        if minimum is not None
        else "",
    )


def _periods(spec: PilotSpec, means: ArmMeans | None, planned: float | None) -> tuple[AdherencePeriod, ...]:
    windows = spec.windows
    if means is None:
        return ()
    before, after = (means.pilot_before, means.control_before), (means.pilot_after, means.control_after)
    weeks = len(windows.counted)
    return (
        AdherencePeriod(
            label="Baseline", planned=None, pilot=before[0], comparison=before[1], gap=before[0] - before[1]
        ),
        AdherencePeriod(
            label=f"Counted, {weeks} weeks",
            planned=planned,
            pilot=after[0],
            comparison=after[1],
            gap=after[0] - after[1],
        ),
    )


def _adherence_finding(
    observed: float | None, planned: float | None, minimum: float | None, decimals: int
) -> str:
    if observed is None:
        return "Not measured in both arms"
    if planned is None or minimum is None:
        return f"A gap of {signed(observed, decimals)}; none was planned"
    sign = 1 if planned >= 0 else -1
    enough = sign * observed >= abs(minimum)
    share = f"{percent(observed / planned)} of the planned gap" if planned else "no gap was planned"
    return f"{'Yes' if enough else 'Hardly'}: {share}"


def _means(spec: PilotSpec, result: MetricResult) -> tuple[ArmMean, ...]:
    means, unit = result.means, "persons" if spec.design.unit == "person" else "teams"
    if means is None or result.hidden:
        return ()
    estimate = result.estimate
    treated = getattr(estimate, "n_treated", None)
    units = getattr(estimate, "n_units", None)
    comparison = units - treated if units is not None and treated is not None else None
    return (
        ArmMean(
            label=f"Pilot {unit}",
            baseline=means.pilot_before,
            counted=means.pilot_after,
            pilot=True,
            n=treated,
        ),
        ArmMean(
            label=f"Comparison {unit}",
            baseline=means.control_before,
            counted=means.control_after,
            n=comparison,
        ),
    )


def _described(result: MetricResult, estimate: float | None) -> str:
    if estimate is None:
        return "No number can be given"
    scale = result.metric.words
    return f"{signed(estimate, scale.decimals)} {scale.unit}: described, not judged"
