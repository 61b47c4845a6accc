"""Planned against done, line by line from the frozen plan."""

from __future__ import annotations

from collections.abc import Iterator

from pilotlab.decide.course import Course
from pilotlab.design.difference import shown
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.analysis import MetricResult
from pilotlab.evaluate.reruns import RERUNS
from pilotlab.readout.document.model import Amendment, Plan, PlanRow
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL
from pilotlab.spec.standard import AGREEMENT_NEEDED
from pilotlab.weeks import Week
from pilotlab.wording.numbers import number, ordinal

EDITS = 8  # rows of edits on the page; more are counted


def plan(course: Course) -> Plan:
    """Hold every line of the plan beside what was done."""
    rows = tuple(_rows(course))
    amendments = tuple(
        Amendment(
            version=change.version,
            on=change.at[:10],
            by=change.author,
            what="; ".join(f"{item.path}: {item.before} to {item.after}" for item in change.changes),
            reason=change.reason,
            saw_data=change.seen_data,
        )
        for change in course.plan.amendments
    )
    return Plan(finding=_finding(rows, amendments), rows=rows, amendments=amendments)


def _rows(course: Course) -> Iterator[PlanRow]:
    yield _frozen(course)
    yield from _edits(course)
    yield _teams(course)
    yield from _draws(course)
    yield from _early_looks(course)
    for result in course.analysis.results:
        if result.role == "goal":
            yield from _goal(course, result)
    yield _weeks(course, "Baseline", course.spec.windows.baseline, course.spec.calendar.baseline_weeks)
    yield _weeks(course, "Counted weeks", course.spec.windows.counted, course.spec.calendar.pilot_weeks)
    for result in course.analysis.results:
        if result.role == "adherence":
            yield _adherence(result)
    yield from _groups(course)
    if course.spec.analysis.sensitivity != "none":
        yield _robustness(course)


def _frozen(course: Course) -> PlanRow:
    if course.plan.freeze is None:
        return PlanRow(
            item="Plan",
            planned="frozen before the first pilot week",
            done="never frozen",
            bearing="nothing here was promised beforehand",
        )
    gate = next(item for item in course.decision.leading.gate if item.key == "plan")
    bearing = "none" if gate.met else "not decision-ready"
    if gate.met and course.late:
        bearing = f"evidence grade C at most: {course.late}"
    return PlanRow(
        item="Plan", planned="frozen before the first pilot week", done=gate.found, bearing=bearing
    )


def _teams(course: Course) -> PlanRow:
    used = {
        str(team)
        for result in course.analysis.results
        if result.role == "goal"
        for team in course.panels[result.use.use].values["team"].unique()
    }
    planned = len(course.plan.assigned.teams)
    unit = "persons" if course.spec.design.unit == "person" else "teams"
    arms = ", ".join(f"{len(course.plan.assigned.of(arm))} {arm}" for arm in (*course.spec.arms, CONTROL))
    missing = planned - len(used)
    bearing = "none" if not missing else f"{missing} {unit} logged no goal"
    return PlanRow(
        item=unit.capitalize(),
        planned=f"{planned}: {arms}",
        done=f"{len(used)} with values of the goal",
        bearing=bearing,
    )


def _edits(course: Course) -> Iterator[PlanRow]:
    """Name every edit of the files that was never amended, and a list of teams that was not frozen."""
    for change in course.plan.edited[:EDITS]:
        yield PlanRow(
            item=change.path,
            planned=shown(change.before),
            done=f"{shown(change.after)}, edited after the freeze and not amended",
            bearing="not decision-ready",
        )
    if (more := len(course.plan.edited) - EDITS) > 0:
        rest = f"{more} more edits after the freeze"
        yield PlanRow(item="Edits", planned="as frozen", done=rest, bearing="not decision-ready")
    if course.plan.freeze is not None and not course.plan.teams_frozen:
        yield PlanRow(
            item="List of teams",
            planned="frozen with the plan",
            done="teams not frozen: an earlier version froze the plan",
            bearing="sizes and attributes are as the file has them now",
        )


def _draws(course: Course) -> Iterator[PlanRow]:
    """Say how often arms were drawn, and how uneven the draw that holds is among those that could have been made."""
    drawn, draws = course.plan.assigned, course.draws
    if not drawn.drawn or not draws:
        return
    repeated = f"{len(draws)} draws; the {ordinal(len(draws))} holds: " + "; ".join(map(str, draws))
    yield PlanRow(
        item="Draw",
        planned="one draw by lot",
        done="drawn once" if len(draws) == 1 else repeated,
        bearing="none" if len(draws) == 1 else "chance was given more than one go",
    )
    if found := drawn.imbalance:
        yield PlanRow(
            item="Balance before the start",
            planned="as even as chance makes it",
            done=str(found),
            bearing="a rare draw: see whether other analyses agree" if found.rare else "none",
        )


def _early_looks(course: Course) -> Iterator[PlanRow]:
    """Say who saw results before the planned end, when and why."""
    for look in course.looks:
        yield PlanRow(
            item="Early look",
            planned="no result before the planned end",
            done=f"{look.actor} looked on {look.at[:10]}, with values to {look.week}: {look.why}",
            bearing="results were seen early",
        )


def _goal(course: Course, result: MetricResult) -> Iterator[PlanRow]:
    estimate, asked = result.estimate, course.spec.analysis
    use = result.use
    bar = "" if use.worth_it is None else f", worth it at {_amount(use.worth_it, result.metric)}"
    done = (
        "same metric, same version" if isinstance(estimate, Estimate) else f"no estimate: {estimate.reason}"
    )
    if result.hidden:
        done = f"not shown: {result.hidden}"
    yield PlanRow(
        item=f"Goal: {result.metric.label}",
        planned=f"{result.metric.key}{bar}",
        done=done,
        bearing="none" if estimate else "not decision-ready",
    )
    if not isinstance(estimate, Estimate):
        return
    for item, wanted, used in (
        ("Estimator", asked.estimator, estimate.estimator),
        ("Interval", asked.inference, estimate.inference),
    ):
        planned = "auto, by the design" if wanted == "auto" else wanted
        same = wanted in ("auto", used)
        yield PlanRow(
            item=item,
            planned=planned,
            done=used,
            bearing="none" if same else "not as planned: read as exploratory",
        )


def _amount(amount: float | str, metric: MetricSpec) -> str:
    """Write a bar with its unit; a percentage is its own."""
    return amount if isinstance(amount, str) else f"{amount} {metric.unit_word}"


def _weeks(course: Course, item: str, weeks: tuple[Week, ...], declared: int) -> PlanRow:
    left_out = declared - len(weeks)
    planned = f"{declared} weeks" + (f", less {left_out} of blackout" if left_out else "")
    seen = {week for panel in course.panels.values() for week in panel.values["week"].unique()}
    present = [week for week in weeks if str(week) in seen]
    if not present:
        return PlanRow(item=item, planned=planned, done="no value", bearing="not decision-ready")
    ahead = sum(week > course.spec.windows.last_over(course.today) for week in weeks)
    done = f"{len(present)} with values, {present[0]} to {present[-1]}" + (
        f"; {ahead} to come" if ahead else ""
    )
    missing = len(weeks) - ahead - len(present)
    return PlanRow(
        item=item,
        planned=planned,
        done=done,
        bearing=f"{missing} weeks without a value" if missing else "none",
    )


def _adherence(result: MetricResult) -> PlanRow:
    means, gap = result.means, result.use.planned_gap
    decimals = result.metric.decimals
    planned = (
        "no gap was planned" if gap is None else f"gap of {number(gap, decimals)} {result.metric.unit_word}"
    )
    if means is None or result.hidden:
        return PlanRow(
            item="Did the policy happen",
            planned=planned,
            done="not shown" if result.hidden else "not measured",
            bearing="the effect is of what was assigned",
        )
    observed = means.gap
    met = not gap or observed / gap >= 1
    bearing = "none" if met else "the effect is of what people did, not of full adherence"
    return PlanRow(
        item="Did the policy happen",
        planned=planned,
        done=f"gap of {number(observed, decimals)}",
        bearing=bearing,
    )


def _groups(course: Course) -> Iterator[PlanRow]:
    """Say which of the declared groups could be looked at."""
    declared = (*course.spec.slices.equity, *course.spec.slices.other)
    if not declared:
        return
    made = [group for result in course.analysis.results if result.slices for group in result.slices.groups]
    there = {group.slice for group in made}
    missing = [name for name in declared if name not in there]
    shown = sum(group.shown is not None for group in made)
    done = f"{shown} of {len(made)} results of groups have a number" if made else "no value by group"
    bearing = f"not looked at: {', '.join(missing)}" if missing else "none"
    yield PlanRow(item="Groups", planned=", ".join(declared), done=done, bearing=bearing)


def _robustness(course: Course) -> PlanRow:
    """Say how often every goal held; a goal without a number has nothing to hold."""
    planned = f"{course.spec.analysis.sensitivity}: {len(RERUNS)} other analyses of every goal"
    goals = [result for result in course.analysis.results if result.role == "goal"]
    cards = [(result, result.robustness) for result in goals if result.robustness]
    if not cards:
        bearing = "nothing here says whether another analyst would agree"
        return PlanRow(item="Robustness card", planned=planned, done="no goal has a number", bearing=bearing)
    done = "; ".join(
        f"{_whose(course, result)}held in {card.agreed} of the {card.counted} that could be run"
        for result, card in cards
    )
    doubts = any(card.agreed < AGREEMENT_NEEDED * card.counted or card.sign_flips for _, card in cards)
    bearing = "the result leans on single teams or choices of method" if doubts else "none"
    return PlanRow(item="Robustness card", planned=planned, done=done, bearing=bearing)


def _whose(course: Course, result: MetricResult) -> str:
    """Name the goal and the arm where there are several."""
    names = [result.metric.label] if len(course.spec.metrics.goals) > 1 else []
    names += [result.arm] if len(course.spec.arms) > 1 else []
    return f"{', '.join(names)}: " if names else ""


def _finding(rows: tuple[PlanRow, ...], amendments: tuple[Amendment, ...]) -> str:
    apart = sum(row.bearing != "none" for row in rows)
    late = sum(change.saw_data for change in amendments)
    kept = "The plan was kept" if not apart else f"{apart} of {len(rows)} lines differ from the plan"
    if not amendments:
        return f"{kept}; no amendment"
    count = "one amendment" if len(amendments) == 1 else f"{len(amendments)} amendments"
    return f"{kept}; {count}, {'before results' if not late else f'{late} after data had been seen'}"
