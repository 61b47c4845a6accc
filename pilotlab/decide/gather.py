"""What the rule reads, gathered from the analysis, the assignment and the records of the pilot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from pilotlab.decide.inputs import (
    Adherence,
    Answers,
    ArmInputs,
    Check,
    DesignFacts,
    Evidence,
    GateFacts,
    GoalInput,
    GuardrailInput,
    Level,
    Metric,
    MetricFacts,
    RuleInputs,
)
from pilotlab.decide.levels import Look, alphas_needed
from pilotlab.design.assignment import Assignment
from pilotlab.design.lateness import Late
from pilotlab.panel.presence import Window
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.standard import least_gap
from pilotlab.spec.threshold import bar_size, margin_size

if TYPE_CHECKING:
    from pilotlab.evaluate.analysis import Analysis, MetricResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What the store knows of a pilot's course.

    Attributes
    ----------
    store_verified : bool
        Whether every row of the store is what was written.
    shares : mapping
        (metric, arm, window) to the share of due team-weeks that are there, None where nothing was due.
    baseline_weeks : mapping
        Metric to the number of baseline weeks in which both arms have values.
    places : mapping
        Arm to the attribute that tells its teams from those of control; arms without one are left out.
    look : {1, 2}
        2 where the planned end was moved later after results could be seen: the look after the extension.
    """

    store_verified: bool
    frozen_at: datetime | None
    frozen_first: bool
    first_pilot_row_at: datetime | None
    digests_match: bool
    shares: Mapping[tuple[str, str, Window], float | None]
    baseline_weeks: Mapping[str, int]
    today: date
    early: bool = False
    late: Late | None = None
    edited: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    look: Look = 1


def gather(spec: PilotSpec, analysis: Analysis, assignment: Assignment, records: Records) -> RuleInputs:
    """Gather the rule's inputs for every pilot arm.

    Watch alarms, harm bounds, the roster and the forecast have no record yet: they are left as not made, and so listed.
    """
    goals = max(len(spec.metrics.goals), 1)
    alphas = alphas_needed(
        alpha=spec.analysis.alpha, arms=len(spec.arms), goals=goals, mode=spec.decide.goals, look=records.look
    )
    arms = tuple(_arm(spec, arm, analysis, assignment, records, alphas) for arm in spec.arms)
    return RuleInputs(
        claim=spec.claim,
        arms=arms,
        alpha=spec.analysis.alpha,
        mode=spec.decide.goals,
        cheap_and_reversible=spec.decide.cheap_and_reversible,
        look=records.look,
        extensions_left=max(0, spec.decide.max_extensions - (records.look - 1)),
        pilot=spec.id,
        sponsor=spec.people.sponsor,
        decide_by=spec.calendar.decide_by,
        not_measured=_not_measured(spec, analysis),
        early=records.early,
    )


def _arm(
    spec: PilotSpec,
    arm: str,
    analysis: Analysis,
    assignment: Assignment,
    records: Records,
    alphas: tuple[float, ...],
) -> ArmInputs:
    return ArmInputs(
        arm=arm,
        goals=tuple(_goal(spec, result, alphas) for result in analysis.of(arm, "goal")),
        guardrails=tuple(
            _guardrail(result, alphas, exact=_exact(spec)) for result in analysis.of(arm, "guardrail")
        ),
        design=_design(spec, arm, assignment, analysis, records),
        gate=_gate(spec, arm, analysis, records),
        equity_breached=_equity(spec, arm, analysis),
        watch_alarms=None if spec.metrics.watch else (),
    )


def _exact(spec: PilotSpec) -> bool:
    """Whether numbers are shown as they are: those of a published study everybody has."""
    return spec.data == "published"


def _equity(spec: PilotSpec, arm: str, analysis: Analysis) -> tuple[str, ...] | None:
    """Name the equity groups whose limit is broken; None where some are declared and none could be looked at."""
    from pilotlab.evaluate.equity import breached

    if not spec.slices.equity:
        return ()
    found = breached(spec, analysis.of(arm))
    return None if found is None else tuple(breach.words for breach in found)


def _goal(spec: PilotSpec, result: MetricResult, alphas: tuple[float, ...]) -> GoalInput:
    use, metric, card = result.use, result.metric, result.robustness
    return GoalInput(
        metric=_metric(metric),
        evidence=_evidence(result, alphas, exact=_exact(spec)),
        bar=None if use.worth_it is None else bar_size(use.worth_it, metric),
        margin=None if use.margin is None else margin_size(use.margin, metric),
        if_breached=use.if_breached or "stop",
        fix=use.fix,
        sign_flips=card.sign_flips if card else None,
        agreed=card.agreed if card and card.counted else None,
        runs=card.counted if card and card.counted else None,
        of_people=metric.of_people and spec.design.unit == "team",
        answers=Answers(ratio=result.answers.ratio, p=result.answers.p) if result.answers else None,
    )


def _guardrail(result: MetricResult, alphas: tuple[float, ...], *, exact: bool) -> GuardrailInput:
    use, metric = result.use, result.metric
    margin = margin_size(use.margin or 0.0, metric)
    return GuardrailInput(
        metric=_metric(metric),
        margin=margin,
        evidence=_evidence(result, alphas, exact=exact),
        if_breached=use.if_breached or "stop",
        fix=use.fix,
    )


def _metric(metric: MetricSpec) -> Metric:
    return Metric(
        key=metric.key,
        label=metric.label,
        unit=metric.unit_word,
        decimals=metric.decimals,
        better=metric.better,
        transform=metric.transform,
        grammar=metric.grammar,
    )


def _evidence(result: MetricResult, alphas: tuple[float, ...], *, exact: bool) -> Evidence:
    """Turn an estimate so that up is good, at every level the rule may ask for."""
    from pilotlab.estimate.results.effect import NotEstimable
    from pilotlab.evaluate.released import rounding_of

    estimate, better = result.estimate, result.metric.better
    if isinstance(estimate, NotEstimable):
        return Evidence(reason=estimate.reason, would_help=estimate.would_help)

    def level(alpha: float) -> Level:
        low, high = sorted(better * end for end in estimate.interval(1 - alpha))
        bound = estimate.bound("lower" if better > 0 else "upper", level=1 - alpha)
        return Level(alpha=alpha, low=low, high=high, lower=better * bound)

    return Evidence(
        estimate=better * estimate.att,
        levels=tuple(level(alpha) for alpha in alphas),
        p_one_sided=estimate.p_one_sided("greater" if better > 0 else "less"),
        p_value=estimate.p_value,
        hidden=result.hidden,
        rounding=None if exact else rounding_of(result.use, result.metric, estimate),
    )


def _design(
    spec: PilotSpec, arm: str, assignment: Assignment, analysis: Analysis, records: Records
) -> DesignFacts:
    design, goals = spec.design, analysis.of(arm, "goal")
    return DesignFacts(
        design=design.type,
        drawn=assignment.drawn,
        recruitment=design.recruitment,
        units_arm=assignment.drawn_units(arm),
        units_control=assignment.drawn_units(CONTROL),
        unit=design.unit,
        paired=assignment.method == "matched_pairs",
        pretrend=_alarm(goals, "pre_trend"),
        placebo=_alarm(goals, "placebo_in_time", "placebo_in_space"),
        breakdown=_breakdown(goals),
        late=records.late,
        place=records.places.get(arm, ""),
    )


def _alarm(goals: tuple[MetricResult, ...], needed: str, *more: str) -> Check:
    """Whether a check raised an alarm for some goal; None where it did not run for each. `more` count where they ran."""
    cards = [goal.robustness for goal in goals]
    outcomes = [[card.outcome_of(name) for name in (needed, *more)] if card else [None] for card in cards]
    if any("fail" in found for found in outcomes):
        return "alarmed"
    return "clear" if outcomes and all(found[0] == "pass" for found in outcomes) else None


def _breakdown(goals: tuple[MetricResult, ...]) -> float | None:
    """Smallest breakdown value of the goals; None where it was not made for each."""
    checks = [goal.robustness.check("breakdown") if goal.robustness else None for goal in goals]
    values = [check.number for check in checks if check and check.number is not None]
    return min(values) if values and len(values) == len(goals) else None


def _gate(spec: PilotSpec, arm: str, analysis: Analysis, records: Records) -> GateFacts:
    judged = (*analysis.of(arm, "goal"), *analysis.of(arm, "guardrail"))
    end = spec.windows.end.sunday
    return GateFacts(
        store_verified=records.store_verified,
        frozen_at=records.frozen_at,
        frozen_first=records.frozen_first,
        first_pilot_row_at=records.first_pilot_row_at,
        digests_match=records.digests_match,
        metrics=tuple(
            MetricFacts(
                metric=result.metric.key,
                baseline_arm=records.shares.get((result.metric.key, arm, "baseline")),
                baseline_control=records.shares.get((result.metric.key, CONTROL, "baseline")),
                counted_arm=records.shares.get((result.metric.key, arm, "counted")),
                counted_control=records.shares.get((result.metric.key, CONTROL, "counted")),
                baseline_weeks=records.baseline_weeks.get(result.metric.key, 0),
            )
            for result in judged
        ),
        adherence=_adherence(analysis, arm, exact=_exact(spec)),
        planned_end=end,
        end_reached=records.today > end,
        edited=records.edited,
    )


def _adherence(analysis: Analysis, arm: str, *, exact: bool) -> Adherence | None:
    from pilotlab.evaluate.released import released_gap

    for result in analysis.of(arm, "adherence"):
        use, means = result.use, result.means
        if use.planned_gap is None:
            return None
        observed = None if means is None else means.pilot_after - means.control_after
        return Adherence(
            planned_gap=use.planned_gap,
            minimum_gap=least_gap(use.planned_gap, use.minimum_gap),
            observed_gap=observed,
            shown_gap=None if exact else released_gap(result),
            hidden=result.hidden,
        )
    return None


def _not_measured(spec: PilotSpec, analysis: Analysis) -> tuple[str, ...]:
    """Name what the page can't speak of: families of metrics that no value came in of, and what comes after the end."""
    families = {
        "outcome": "output",
        "collaboration": "collaboration",
        "quality_of_life": "quality of life",
        "retention": "who leaves",
        "cost": "costs",
    }
    measured = {result.metric.family for result in analysis.results if result.means or result.estimate}
    missing = [words for family, words in families.items() if family not in measured]
    return (*missing, f"anything after {spec.windows.end}")
