"""Readouts at the edges: long, empty, open-ended, undecided, of persons, of several arms."""

from __future__ import annotations

import math
from dataclasses import replace

from pilotlab.readout.document.model import (
    Arm,
    Completeness,
    DecisionBox,
    Effect,
    EventPoint,
    GateItem,
    MapGroup,
    MapRow,
    MapWeek,
    Promise,
    Readout,
    RobustnessCard,
    Row,
    Span,
)
from tests.unit.readout.fixture import anchor_days, phase_of, robustness_card, without_slices

WICKED = '<script>alert("x")</script> & | [a](javascript:b)'


def with_arm(readout: Readout, **changes: object) -> Readout:
    """Return the readout with its leading arm changed."""
    return replace(readout, arms=(replace(readout.lead, **changes), *readout.arms[1:]))  # type: ignore[arg-type]


def wicked() -> Readout:
    """Names that try to be markup."""
    readout = without_slices()
    group = readout.trust.completeness.groups[0]
    rows = (replace(group.rows[0], name=WICKED), *group.rows[1:])
    completeness = replace(
        readout.trust.completeness, groups=(replace(group, rows=rows), readout.trust.completeness.groups[1])
    )
    goal = replace(readout.lead.goals[0], label=WICKED, unit=WICKED, finding=WICKED)
    changed = with_arm(
        readout,
        goals=(goal,),
        label=WICKED,
        decision=replace(readout.lead.decision, lead=WICKED, evidence=WICKED),
        robustness=(wicked_card(),),
    )
    return replace(
        changed, title=WICKED, question=WICKED, trust=replace(readout.trust, completeness=completeness)
    )


def wicked_card() -> RobustnessCard:
    """Labels and reasons that try to be markup."""
    card = robustness_card()
    run = replace(card.runs[7], label=WICKED, why=WICKED)
    not_run = replace(card.runs[11], effect=Effect(reason=WICKED))
    threat = replace(card.threats[0], label=WICKED, found=WICKED)
    return replace(card, label=WICKED, unit=WICKED, runs=(run, not_run), threats=(threat,))


def long_words() -> Readout:
    """Everything at the length that careful people write, and more watched metrics than the page was drawn for."""
    readout = anchor_days()
    arm = readout.lead
    assert arm.promises is not None
    watched = [row for row in arm.promises.rows if not row.deciding]
    many = tuple(
        replace(row, metric=f"m{k}@1", label=f"{row.label} in the whole group")
        for k in range(2)
        for row in watched
    )
    decision = replace(
        arm.decision,
        lead=arm.decision.lead
        + " Two sites had a holiday in the counted weeks; they were left out for both arms, as planned.",
        not_made=("forecast", "robustness card", "pre-trend check", "placebo check"),
        facts=(
            *arm.decision.facts,
            Row(label="Also", text="Tell the comparison teams what was found, by 22 January 2027"),
        ),
    )
    changed = with_arm(
        readout, decision=decision, promises=replace(arm.promises, rows=(*arm.promises.rows[:2], *many))
    )
    title = "Two anchor days for product, engineering, design and research teams at the three sites in Berlin, Lyon and Leeds"
    return replace(
        changed, title=title, notice="A simulated company: every number on these pages is invented."
    )


def learn() -> Readout:
    """Before-after only: described, never recommended."""
    readout = without_slices()
    decision = DecisionBox(
        verdict="Learn",
        decided=False,
        lead="Teams with anchor days finished work **0.4 days sooner** than before. Nobody was compared, so this may be the season.",
        rule="Rule standard@1: grade D, described and not judged.",
        grade="D",
        evidence="before and after only, 3 teams",
        not_made=("forecast", "slices"),
    )
    goal = replace(readout.lead.goals[0], bar=None, finding="0.40 days sooner: described, not judged")
    return with_arm(readout, decision=decision, goals=(goal,))


def not_ready() -> Readout:
    """A gate item missed; the goal can't be estimated."""
    readout = without_slices()
    gate = (
        *readout.lead.gate[1:],
        GateItem(
            condition="Plan frozen before the first pilot week",
            needed="before 7 Sep",
            found="12 Sep 2026",
            state="not met",
        ),
    )
    decision = DecisionBox(
        verdict="Not decision-ready",
        decided=False,
        lead="The plan was frozen after the first pilot week had begun.",
        grade="",
    )
    reason = "2 treated clusters: a cluster-robust interval would be far too narrow"
    goal = replace(
        readout.lead.goals[0],
        effect=Effect(reason=reason, would_help="assign by team"),
        finding="No number can be given",
    )
    return with_arm(readout, decision=decision, goals=(goal,), gate=gate)


def open_ends() -> Readout:
    """Intervals without an end, on every side."""
    readout = without_slices()
    goal = replace(
        readout.lead.goals[0],
        effect=Effect(estimate=0.76, low=-math.inf, high=math.inf, reason="3 against 3"),
    )
    assert readout.lead.promises is not None
    rows = tuple(
        replace(row, effect=replace(row.effect, low=low, high=high)) if row.shown else row
        for row, (low, high) in zip(
            readout.lead.promises.rows,
            [(-math.inf, 0.2), (-0.1, math.inf), (-math.inf, math.inf), (-9.0, 9.0), (-4e9, 3e9), (0.0, 0.0)],
            strict=True,
        )
    )
    card = robustness_card()
    runs = tuple(
        replace(run, effect=replace(run.effect, low=low, high=high))
        if run.effect.estimate is not None
        else run
        for run, (low, high) in zip(
            card.runs,
            [(-math.inf, math.inf), (-math.inf, 0.9), (0.1, math.inf), (-4e9, 3e9), *[(-9.0, 9.0)] * 12],
            strict=True,
        )
    )
    return with_arm(
        readout,
        goals=(goal,),
        promises=replace(readout.lead.promises, rows=rows),
        robustness=(replace(card, headline=goal.effect, runs=runs),),
    )


def do_no_harm() -> Readout:
    """A limit in the bar's place."""
    readout = without_slices()
    goal = replace(
        readout.lead.goals[0], bar=None, limit=-0.5, state="safe", finding="Safe: no worse than the limit"
    )
    return with_arm(readout, goals=(goal,), robustness=(replace(robustness_card(), bar=None, limit=-0.5),))


def two_goals_two_arms() -> Readout:
    """Two goals each, and a second arm that stopped."""
    readout = without_slices()
    first = readout.lead.goals[0]
    second = replace(
        first,
        metric="lead_time@1",
        label="Lead time",
        effect=Effect(estimate=-0.02, low=-0.11, high=0.06),
        bar=0.05,
        finding="Can’t tell",
    )
    timing = (readout.lead.timing[0], replace(readout.lead.timing[0], label="Lead time"))
    card = robustness_card()
    unseen = replace(card.left_out, flips=True, shown=0, low=None, high=None) if card.left_out else None
    other_card = replace(
        card,
        label="Lead time",
        headline=second.effect,
        bar=0.05,
        runs=card.runs[11:12],
        left_out=unseen,
        threats=(),
    )
    lead = replace(readout.lead, goals=(first, second), timing=timing, robustness=(card, other_card))
    other: Arm = replace(
        lead,
        name="four",
        label="Four office days",
        decision=DecisionBox(verdict="Stop", lead="Worse.", grade="B"),
    )
    return replace(readout, arms=(lead, other))


def persons(weeks: int = 60) -> Readout:
    """Units that nobody may see singly, over many weeks."""
    readout = many_weeks(weeks)
    shares = tuple(None if k == 9 else 1 - (k % 7) / 40 for k in range(weeks))
    groups = (
        MapGroup(label="Home", present=6800, expected=7000, shares=shares),
        MapGroup(label="Office", present=6100, expected=6300, shares=tuple(0.9 for _ in range(weeks))),
    )
    map_weeks = readout.trust.completeness.weeks
    trust = replace(readout.trust, completeness=Completeness(weeks=map_weeks, groups=groups, unit="person"))
    return replace(readout, trust=trust)


def many_weeks(weeks: int = 60) -> Readout:
    """A pilot of many weeks; 1 makes it as short as it gets."""
    readout = without_slices()
    first = -(weeks // 3)
    times = range(first, first + weeks)
    spans = tuple(
        span
        for span in (
            Span(phase="baseline", first=first, last=-1),
            Span(phase="washin", first=0, last=0),
            Span(phase="blackout", first=1, last=1, label="move"),
            Span(phase="counted", first=2, last=max(2, first + weeks - 1)),
        )
        if span.first <= span.last
    )
    points = tuple(
        EventPoint(
            event_time=time,
            week=f"W{time % 52 + 1:02d}",
            estimate=math.sin(time),
            low=math.sin(time) - 0.4,
            high=math.sin(time) + 0.4,
            n=20,
            few=time % 11 == 5,
        )
        for time in times
    )
    assert readout.lead.adherence is not None
    series = readout.lead.adherence.weeks
    days = tuple(
        replace(series[k % len(series)], event_time=time, week=f"W{time % 52 + 1:02d}")
        for k, time in enumerate(times)
    )
    map_weeks = tuple(
        MapWeek(label=str(time % 52 + 1), phase=phase_of(min(max(time, -11), 15))) for time in times
    )
    groups = tuple(
        replace(
            group,
            rows=tuple(
                MapRow(name=row.name, cells=("counts",) * weeks, present=weeks, expected=weeks)  # type: ignore[arg-type]
                for row in group.rows
            ),
        )
        for group in readout.trust.completeness.groups
    )
    changed = with_arm(
        readout,
        timing=(replace(readout.lead.timing[0], points=points, spans=spans),),
        adherence=replace(readout.lead.adherence, weeks=days, spans=spans),
    )
    return replace(
        changed, trust=replace(readout.trust, completeness=Completeness(weeks=map_weeks, groups=groups))
    )


def bare() -> Readout:
    """Nothing but what a readout must have."""
    readout = without_slices()
    arm = Arm(
        name="anchor",
        label="Anchor days",
        decision=DecisionBox(verdict="Not decision-ready", decided=False, lead="Nothing was logged."),
    )
    return replace(
        readout,
        arms=(arm,),
        plan=replace(readout.plan, amendments=(), unplanned=()),
        appendix=replace(readout.appendix, metrics=()),
    )


def extreme() -> Readout:
    """Numbers nobody expects: huge, tiny, alike."""
    readout = without_slices()
    goal = replace(
        readout.lead.goals[0],
        effect=Effect(estimate=-1e12, low=-3e12, high=1e11),
        bar=1e-9,
        means=tuple(replace(mean, baseline=1e12, counted=1e12) for mean in readout.lead.goals[0].means),
    )
    huge = Promise(
        metric="x@1",
        label="A metric with a name of many words in it",
        effect=Effect(estimate=1e300, low=-1e300, high=1e308),
        unit="h",
        limit=-1e-9,
    )
    nothing = Promise(
        metric="y@1",
        label="Zero",
        effect=Effect(estimate=0.0, low=0.0, high=0.0),
        unit="h",
        limit=None,
        state="alarm",
        deciding=False,
    )
    assert readout.lead.promises is not None
    points = tuple(
        replace(point, estimate=1e9 if point.event_time == 3 else 0.0)
        for point in readout.lead.timing[0].points
    )
    return with_arm(
        readout,
        goals=(goal,),
        promises=replace(readout.lead.promises, rows=(huge, nothing)),
        timing=(replace(readout.lead.timing[0], points=points),),
    )


def no_limits() -> Readout:
    """Watched metrics alone, none with a limit."""
    readout = learn()
    assert readout.lead.promises is not None
    rows = tuple(
        replace(row, deciding=False, limit=None, state="no alarm" if row.shown else row.state)
        for row in readout.lead.promises.rows
    )
    return with_arm(
        readout,
        promises=replace(
            readout.lead.promises, rows=rows, note="", finding="No limit was declared; these were watched"
        ),
    )


CASES = {
    "anchor_days": anchor_days,
    "without_slices": without_slices,
    "wicked": wicked,
    "long_words": long_words,
    "learn": learn,
    "not_ready": not_ready,
    "open_ends": open_ends,
    "do_no_harm": do_no_harm,
    "two_goals_two_arms": two_goals_two_arms,
    "persons": persons,
    "many_weeks": many_weeks,
    "one_week": lambda: many_weeks(1),
    "no_limits": no_limits,
    "bare": bare,
    "extreme": extreme,
}
