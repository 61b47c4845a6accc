"""The appendix: method, all metrics, definitions, digests."""

from __future__ import annotations

from pilotlab.decide.course import Course
from pilotlab.decide.decision import ArmDecision, MetricState
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.analysis import MetricResult
from pilotlab.readout.build.turned_effects import decimals_of, effect
from pilotlab.readout.document.model import Appendix, Definition, MetricLine, Row
from pilotlab.spec.metric import MetricSpec
from pilotlab.wording.chances import p_value
from pilotlab.wording.numbers import number, significant, typed

WINDOW = {1: "one week"}
DIRECTION = {
    "higher": "higher is better",
    "lower": "lower is better",
    "context": "neither way is better by itself",
}


def appendix(course: Course) -> Appendix:
    """Show every number, and how it was made."""
    return Appendix(
        method=_method(course),
        metrics=tuple(_line(course, result) for result in course.analysis.results),
        definitions=tuple(_definition(course.metrics[use.use]) for _, use in course.spec.uses),
        digests=tuple(Row(label=name, text=digest) for name, digest in _digests(course).items()),
        seed=str(course.analysis.seed),
    )


def _method(course: Course) -> tuple[Row, ...]:
    rows: list[Row] = []
    for arm in course.spec.arms:
        prefix = f"{arm}: " if len(course.spec.arms) > 1 else ""
        for result in course.analysis.of(arm, "goal"):
            rows += _method_of(course, result, prefix)
    return tuple(rows)


def _method_of(course: Course, result: MetricResult, prefix: str) -> list[Row]:
    from pilotlab.spec import engine

    estimate, name = result.estimate, f"{prefix}{result.metric.label}: "
    if result.hidden:
        return [Row(label=f"{name}not shown", text=result.hidden)]
    if not isinstance(estimate, Estimate):
        return [Row(label=f"{name}no estimate", text=f"{estimate.reason}; {estimate.would_help}")]
    units = "persons" if course.spec.design.unit == "person" else "teams"
    windows = course.spec.windows
    estimator, inference = engine.row(estimate.estimator), engine.INFERENCES[estimate.inference]
    return [
        Row(
            label=f"{name}estimand",
            text=f"effect of being assigned to {result.arm}, mean over {estimate.n_units} {units} and {len(windows.counted)} counted weeks: {estimator.estimand}",
        ),
        Row(label=f"{name}estimator", text=f"`{estimate.estimator}`: {estimator.formula}"),
        Row(label=f"{name}interval", text=f"`{estimate.inference}`: {inference.formula}"),
        Row(label=f"{name}p, two-sided", text=_p(estimate)),
        *(Row(label=f"{name}note", text=str(note)) for note in estimate.notes),
    ]


def _p(estimate: Estimate) -> str:
    smallest = (
        f"; the smallest this test can reach is {significant(estimate.p_min, 2)}"
        if estimate.p_min is not None
        else ""
    )
    df = f", {number(estimate.df, 1)} degrees of freedom" if estimate.df is not None else ""
    return f"{p_value(estimate.p_value)}{df}{smallest}"


def _line(course: Course, result: MetricResult) -> MetricLine:
    metric, scale, means = result.metric, result.metric.words, result.means
    estimate = result.estimate if isinstance(result.estimate, Estimate) else None
    baseline = (
        ""
        if means is None or result.hidden
        else f"{number(means.pilot_before, metric.decimals)} pilot, {number(means.control_before, metric.decimals)} comparison"
    )
    state = _state(course.decision_of(result.arm), metric.key)
    alpha = (
        state.alpha if state and state.role == "goal" else None
    )  # a goal at the level at which it is judged
    shown = effect(result.estimate, metric, alpha=alpha, hidden=result.hidden)
    return MetricLine(
        arm=result.arm,
        metric=metric.key,
        label=metric.label,
        role=result.role,
        effect=shown,
        unit=scale.unit,
        decimals=decimals_of(scale, shown),
        baseline=baseline,
        state=state.state if state else "",
        p_value=estimate.p_value if estimate and not result.hidden else None,
        rows=f"{estimate.n_obs} {'person' if course.spec.design.unit == 'person' else 'team'}-weeks"
        if estimate and not result.hidden
        else "",
        source=metric.source,
    )


def _state(decision: ArmDecision, metric: str) -> MetricState | None:
    return next((state for state in decision.states if state.metric == metric), None)


def _definition(metric: MetricSpec) -> Definition:
    ends = f"{typed(metric.range[0])} to {typed(metric.range[1])}" if metric.range else "any number"
    weeks = WINDOW.get(metric.window_weeks, f"{metric.window_weeks} weeks")
    rows = [
        Row(label="Question", text=metric.question),
        Row(label="Unit, range", text=f"{metric.unit}, {ends}"),
        Row(label="Direction", text=DIRECTION[metric.direction]),
        Row(label="Window", text=weeks),
        Row(label="Fewest people shown", text=str(metric.min_group)),
        Row(label="How it could be gamed", text=metric.gaming),
        Row(label="Source", text=metric.source),
    ]
    return Definition(metric=metric.key, label=metric.label, rows=tuple(row for row in rows if row.text))


def _digests(course: Course) -> dict[str, str]:
    frozen = course.plan.freeze
    names = {
        "teams": "teams",
        "spec": "plan",
        "metrics": "metrics",
        "assignment": "assignment",
        "rule": "rule",
    }
    fixed = {names[part]: value for part, value in frozen.digests.items()} if frozen else {}
    return {**fixed, "data": course.data_digest, **({"ledger": course.ledger} if course.ledger else {})}
