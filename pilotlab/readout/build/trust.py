"""Whether to trust the result: the flow of teams, who logged which week, and whether another analyst would agree."""

from __future__ import annotations

from collections import Counter

from pilotlab.decide.course import Course
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.analysis import MetricResult
from pilotlab.evaluate.leave_one_out import LeftOut
from pilotlab.evaluate.reruns import INTERVALS
from pilotlab.evaluate.robustness import Run
from pilotlab.evaluate.threats.check import Outcome
from pilotlab.panel.presence import Completeness as Quality
from pilotlab.panel.presence import State
from pilotlab.readout.build.phases import phase_of
from pilotlab.readout.build.turned_effects import bar, decimals_of, effect, limit
from pilotlab.readout.document.model import (
    CellState,
    Completeness,
    Effect,
    Flow,
    FlowArm,
    FlowBox,
    LeaveOneOut,
    MapGroup,
    MapRow,
    MapWeek,
    OtherAnalysis,
    RobustnessCard,
    Threat,
    Trust,
)
from pilotlab.readout.document.page_two import ThreatState
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.standard import SHARE_NEEDED
from pilotlab.wording import lists
from pilotlab.wording.effects import Words
from pilotlab.wording.lists import people
from pilotlab.wording.numbers import count, percent

_CELLS: dict[State, CellState] = {"forgot": "forgotten"}
SHOWN_TEAMS = 60  # more rows than this say less than the arms' shares


def trust(course: Course) -> Trust:
    """Say where teams were lost, and which weeks are missing."""
    quality = course.quality[_lead(course)]
    return Trust(
        finding=_finding(course),
        flow=_flow(course, quality),
        completeness=_completeness(course, quality),
    )


def _lead(course: Course) -> str:
    """Choose the metric of the flow and the map: the first goal, else the first declared."""
    uses = course.spec.uses
    return next((use.use for role, use in uses if role == "goal"), uses[0][1].use)


def arm_label(arm: str, course: Course) -> str:
    """Name an arm as a column of the page."""
    unit = _unit(course)
    if arm == CONTROL:
        return f"Comparison {unit}"
    return f"Pilot {unit}" if len(course.spec.arms) == 1 else f"{arm}, {unit}"


def _unit(course: Course) -> str:
    return "persons" if course.spec.design.unit == "person" else "teams"


def _finding(course: Course) -> str:
    items = [item for item in course.decision.leading.gate if item.met is not None]
    met = sum(item.met is True for item in items)
    kept = (
        f"All {len(items)} conditions met" if met == len(items) else f"{met} of {len(items)} conditions met"
    )
    return f"{kept}{_there(course)}"


def _there(course: Course) -> str:
    """Shares of the counted weeks as the gate read them; before any of these was due, those of the baseline."""
    found = course.decision.leading.gate_shares
    if found is None or found.baseline_arm is None:
        return ""
    counted = found.counted_arm is not None
    shares = (
        (found.counted_arm, found.counted_control)
        if counted
        else (found.baseline_arm, found.baseline_control)
    )
    arm, control = (percent(share, needed=SHARE_NEEDED) for share in shares)
    weeks = f"{_unit(course)[:-1]}-weeks are there in the {'counted weeks' if counted else 'baseline'}"
    return f"; {arm} of the pilot and {control} of the comparison {weeks}"


def _flow(course: Course, quality: Quality) -> Flow:
    spec, assignment, unit = course.spec, course.plan.assigned, _unit(course)
    listed, drawn = len(course.teams.rows), len(assignment.teams)
    arms = (*spec.arms, CONTROL)
    return Flow(
        looked_at=FlowBox(head=f"{listed} {unit} listed", text=_where(course)),
        not_drawn=_not_drawn(course),
        assigned=FlowBox(head=f"{drawn} {unit} in {len(arms)} arms", text=_how(course)),
        how_drawn=_possible(course),
        arms=tuple(FlowArm(label=arm_label(arm, course), boxes=_boxes(course, quality, arm)) for arm in arms),
    )


def _where(course: Course) -> str:
    where = course.spec.teams.where
    return "; ".join(f"{column}: {', '.join(values)}" for column, values in where.items())


def _not_drawn(course: Course) -> str:
    drawn = {row.team for row in course.plan.assigned.teams}
    buffer = set(course.spec.design.buffer)
    left = [team.name for team in course.teams.rows if team.name not in drawn]
    counts = Counter(
        "kept as a buffer: logged, not analysed" if name in buffer else "outside the declared group"
        for name in left
    )
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))
    return f"{len(left)} not in an arm: {reasons}" if left else ""


def _how(course: Course) -> str:
    assignment = course.plan.assigned
    seed = f", seed {assignment.seed}" if assignment.seed is not None else ""
    match assignment.method:
        case "declared":
            return (
                f"Declared; drawn elsewhere by {assignment.drawn_by}"
                if assignment.drawn_by
                else "Declared, not drawn by lot"
            )
        case "stratified":
            return f"Drawn by lot within {', '.join(course.spec.design.assign.on)}{seed}"
        case _:
            return f"Drawn by lot{seed}"


def _possible(course: Course) -> str:
    groups = course.spec.design.keep_together
    return "; ".join(f"{lists.listed(group)} were drawn together" for group in groups)


def _boxes(course: Course, quality: Quality, arm: str) -> tuple[FlowBox, ...]:
    rows, unit = course.plan.assigned.of(arm), _unit(course)
    sizes = {team.name: team.size for team in course.teams.rows if team.size}
    members = sum(sizes.get(row.team, 0) for row in rows)
    used = sum(row.both.present > 0 for row in quality.of(arm))
    present, expected = quality.presence(arm)
    lost = len(rows) - used
    return (
        FlowBox(
            head=f"{len(rows)} {unit}",
            text=f"{people(members)} people" if members and unit == "teams" else "",
        ),
        FlowBox(
            head=f"{used} with values, {'none lost' if not lost else f'{lost} lost'}",
            text=f"{count(present)} of {count(expected)} {unit[:-1]}-weeks",
        ),
    )


def _completeness(course: Course, quality: Quality) -> Completeness:
    spec = course.spec
    weeks = tuple(MapWeek(label=f"{week.number:02d}", phase=phase_of(spec, week)) for week in quality.weeks)
    arms = (*spec.arms, CONTROL)
    singly = spec.design.unit == "team" and len(quality.teams) <= SHOWN_TEAMS
    expected = max((row.both.expected for row in quality.teams), default=0)
    return Completeness(
        weeks=weeks,
        groups=tuple(_group(course, quality, arm, singly=singly) for arm in arms),
        note=f"{course.metrics[_lead(course)].label}. A gap is never a zero and never filled. {expected} weeks count.",
        unit=spec.design.unit,
    )


def _group(course: Course, quality: Quality, arm: str, *, singly: bool) -> MapGroup:
    present, expected = quality.presence(arm)
    rows = quality.of(arm)
    return MapGroup(
        label=arm_label(arm, course),
        present=present,
        expected=expected,
        rows=tuple(
            MapRow(
                name=row.team,
                cells=tuple(_CELLS.get(state, state) for state in row.states),  # type: ignore[arg-type]
                present=row.both.present,
                expected=row.both.expected,
            )
            for row in rows
        )
        if singly
        else (),
        shares=() if singly else quality.shares_by_week(arm),
    )


_STATES: dict[Outcome, ThreatState] = {
    "pass": "no alarm",
    "fail": "alarm",
    "not applicable": "not applicable",
}


def robustness_card(spec: PilotSpec, result: MetricResult) -> RobustnessCard | None:
    """Lay the card out; None where there is none, or the goal is hidden."""
    found, estimate = result.robustness, result.estimate
    if found is None or result.hidden or not isinstance(estimate, Estimate):
        return None
    metric, scale, no_harm = result.metric, result.metric.words, spec.claim == "do_no_harm"
    headline = effect(estimate, metric)
    return RobustnessCard(
        metric=metric.key,
        label=metric.label,
        headline=headline,
        runs=tuple(_run(run, headline, scale) for run in found.runs),
        unit=scale.unit,
        decimals=decimals_of(scale, headline),
        bar=None if no_harm else bar(result.use, metric),
        limit=limit(result.use, metric) if no_harm else None,
        level=1 - spec.analysis.alpha,
        left_out=_left_out(found.left_out, scale) if found.left_out else None,
        threats=tuple(
            Threat(label=check.label, found=_sentence(check.words), state=_STATES[check.outcome])
            for check in found.checks
        ),
    )


def _run(run: Run, headline: Effect, scale: Words) -> OtherAnalysis:
    if run.att is None or run.ci is None:
        return OtherAnalysis(label=run.label, effect=Effect(reason=run.reason), held=run.agrees)
    low, high = scale.interval(run.ci)
    shown = Effect(estimate=scale.orient(run.att), low=low, high=high)
    why = "" if run.agrees else _why(run, shown, headline)
    return OtherAnalysis(label=run.label, effect=shown, held=run.agrees, why=why)


def _why(run: Run, shown: Effect, headline: Effect) -> str:
    assert shown.estimate is not None
    assert headline.estimate is not None
    if run.name in INTERVALS:
        inside = shown.low <= 0 <= shown.high
        return f"zero lies {'in' if inside else 'outside'} its interval, and {'outside' if inside else 'in'} this readout’s"
    if shown.estimate * headline.estimate <= 0:
        return "the sign turns"
    return f"{'above' if shown.estimate > headline.high else 'below'} this readout’s interval"


def _left_out(found: LeftOut, scale: Words) -> LeaveOneOut:
    ends: tuple[float | None, float | None] = (None, None)
    if found.lowest is not None and found.highest is not None:
        ends = scale.interval((found.lowest, found.highest))
    return LeaveOneOut(
        what=found.what, flips=found.flips, runs=found.runs, shown=found.shown, low=ends[0], high=ends[1]
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
