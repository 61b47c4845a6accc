"""One invented pilot as a Readout: two anchor days for product teams, decided "Scale with changes"."""

from __future__ import annotations

from dataclasses import replace

from pilotlab.program import Libraries, MadeWith
from pilotlab.readout.document.model import (
    Adherence,
    AdherencePeriod,
    AdherenceWeek,
    Amendment,
    Appendix,
    Arm,
    ArmMean,
    CellState,
    Completeness,
    DecisionBox,
    Definition,
    Effect,
    EventPoint,
    EventStudy,
    Flow,
    FlowArm,
    FlowBox,
    GateItem,
    GoalResult,
    LeaveOneOut,
    MapGroup,
    MapRow,
    MapWeek,
    MetricLine,
    OtherAnalysis,
    Phase,
    Plan,
    PlanRow,
    Promise,
    Promises,
    Readout,
    RobustnessCard,
    Row,
    Slice,
    Slices,
    Span,
    Threat,
    Trust,
    Unplanned,
)

SPANS = (
    Span(phase="baseline", first=-11, last=-4),
    Span(phase="announced", first=-3, last=-1),
    Span(phase="washin", first=0, last=3),
    Span(phase="counted", first=4, last=10),
    Span(phase="blackout", first=11, last=11, label="freeze"),
    Span(phase="counted", first=12, last=15),
)
START = "2026-09-07"
EVENT = (
    (-11, "W26", -0.07, -0.44, 0.3, -0.59, 0.45, 12),
    (-10, "W27", -0.16, -0.69, 0.37, -0.88, 0.56, 9),
    (-9, "W28", 0.24, -0.24, 0.72, -0.44, 0.91, 12),
    (-8, "W29", -0.11, -0.63, 0.4, -0.84, 0.62, 12),
    (-7, "W30", 0.28, -0.23, 0.8, -0.44, 1.0, 11),
    (-6, "W31", -0.17, -0.79, 0.46, -1.05, 0.72, 12),
    (-5, "W32", -0.15, -0.56, 0.25, -0.71, 0.4, 9),
    (-4, "W33", 0.1, -0.3, 0.51, -0.46, 0.67, 11),
    (-3, "W34", -0.26, -0.94, 0.41, -1.19, 0.67, 10),
    (-2, "W35", -0.14, -0.68, 0.4, -0.87, 0.59, 9),
    (-1, "W36", -0.15, -0.79, 0.5, -1.05, 0.76, 11),
    (0, "W37", 0.33, -0.25, 0.91, -0.48, 1.14, 11),
    (1, "W38", 0.46, -0.34, 1.26, -0.62, 1.54, 9),
    (2, "W39", 0.16, -0.41, 0.72, -0.63, 0.94, 10),
    (3, "W40", 0.68, -0.02, 1.38, -0.31, 1.67, 12),
    (4, "W41", 0.7, 0.26, 1.14, 0.08, 1.33, 12),
    (5, "W42", 1.11, 0.36, 1.86, 0.06, 2.16, 11),
    (6, "W43", 0.89, 0.3, 1.47, 0.08, 1.69, 10),
    (7, "W44", 0.72, 0.08, 1.36, -0.18, 1.62, 11),
    (8, "W45", 1.01, 0.4, 1.63, 0.14, 1.89, 12),
    (9, "W46", 0.83, 0.03, 1.64, -0.29, 1.96, 11),
    (10, "W47", 0.74, 0.26, 1.22, 0.07, 1.41, 11),
    (11, "W48", 1.05, 0.27, 1.83, -0.04, 2.14, 11),
    (12, "W49", 0.84, 0.03, 1.64, -0.26, 1.93, 9),
    (13, "W50", 0.69, 0.07, 1.32, -0.19, 1.57, 11),
    (14, "W51", 0.46, -0.52, 1.44, -0.92, 1.83, 11),
    (15, "W52", -0.82, -1.94, 0.31, None, None, 4),
)
COMPARISON_DAYS = (
    *(0.57, 0.47, 0.52, 0.52, 0.46, 0.45, 0.55, 0.52, 0.49, 0.52, 0.47, 0.58, 0.54, 0.58),
    *(0.61, 0.56, 0.61, 0.52, 0.56, 0.51, 0.57, 0.57, 0.56, 0.56, 0.63, 0.63, 0.29),
)
PILOT_DAYS = (
    *(0.52, 0.58, 0.41, 0.58, 0.5, 0.46, 0.46, 0.45, 0.53, 0.58, 0.57, 1.16, 1.27, 1.42),
    *(1.7, 1.7, 1.76, 1.72, 1.6, 1.72, 1.69, 1.66, 1.52, 1.65, 1.65, 1.7, 1.11),
)
PILOT_MAP = {
    "api": "........ooooooo.......z....",
    "build-tools": "........ooooooo.......z...L",
    "checkout": "........oooFooo.......zN...",
    "data-platform": "......L.oNooooo.......z....",
    "identity": "........ooooooo.FN....z...L",
    "ledger": "......L.ooooFoo.......z...L",
    "maps": "........ooooooo.......z....",
    "messaging": "........ooooooo.......z...L",
    "mobile": "........ooooooo.......z..F.",
    "onboarding": "....L.L.ooooooo.......z...L",
    "partner-apps": "........ooooooo.......z....",
    "search": "........ooooooo.......z....",
}
COMPARISON_MAP = {
    "activation": "........ooooooo.....N.z....",
    "catalogue": ".F......ooooFoo.......zF..H",
    "integrations": "........ooooooo.......z.F..",
    "invoicing": "........ooooFoo.......z....",
    "notifications": "........oooooFo.......z...L",
    "observability": ".F......Foooooo...N..FFN..L",
    "payments": ".F......oFooooo.......z...H",
    "permissions": ".......Looooooo.......z...L",
    "routing": "........oooooFo.......z...L",
    "tax": "........AAAoooo..N....z....",
    "warehouse": "........ooooooo.......z....",
    "web-app": "........ooooooo.......z....",
}
STATES: dict[str, CellState] = {
    ".": "counts",
    "o": "outside",
    "z": "blackout",
    "L": "leave",
    "H": "holiday",
    "N": "no_work",
    "F": "forgotten",
    "A": "not_applicable",
}

MADE_WITH = MadeWith(
    pilotlab="1.4.0",
    program="5ac1" * 16,
    python="3.11.9",
    libraries=Libraries(numpy="2.1.0", scipy="1.14.1", pandas="2.2.3", statsmodels="0.14.4"),
    data="d47a" * 16,
    plan="91a2" * 16,
    run=3,
)


def anchor_days() -> Readout:
    """The pilot whole: one arm, one goal, two guardrails."""
    return Readout(
        pilot="anchor-days",
        title="Two anchor days for product teams",
        question="Do Tue+Thu anchor days speed cross-team delivery without costing focus or wellbeing?",
        date="2027-01-11",
        status="Final",
        arms=(_arm(),),
        trust=_trust(),
        plan=_plan(),
        appendix=_appendix(),
        made_with=MADE_WITH,
        footer="Every number is invented.",
    )


def without_slices() -> Readout:
    """The same pilot as this version makes it: the checks that are not made are named."""
    readout = anchor_days()
    arm = readout.lead
    decision = replace(
        arm.decision,
        rule="Rule standard@1, fixed on 1 September 2026: goal clear yes, focus limit broken but fixable. Nothing lowers it.",
        not_made=("forecast", "slices", "robustness card"),
    )
    return replace(
        readout,
        arms=(replace(arm, decision=decision, slices=None, care=_care()[:1] + _care()[3:], robustness=()),),
    )


def _arm() -> Arm:
    return Arm(
        name="anchor",
        label="Two anchor days",
        decision=_decision(),
        goals=(_goal(),),
        promises=_promises(),
        timing=(_event_study(),),
        adherence=_adherence(),
        slices=_slices(),
        care=_care(),
        gate=_gate(),
        robustness=(robustness_card(),),
    )


OTHERS = (
    ("Two-way fixed effects", 0.73, 0.24, 1.22, True, ""),
    ("ANCOVA on the baseline mean", 0.81, 0.32, 1.31, True, ""),
    ("Imputation", 0.74, 0.26, 1.2, True, ""),
    ("Interval by CR2", 0.76, 0.25, 1.27, True, ""),
    ("Interval by wild bootstrap", 0.76, 0.22, 1.31, True, ""),
    ("Wash-in weeks counted", 0.67, 0.27, 1.08, True, ""),
    ("Wash-in of 8 weeks, not 4", 0.73, 0.24, 1.19, True, ""),
    ("Baseline of 4 weeks, not 8", 1.29, 0.13, 2.49, False, "above this readout’s interval"),
    ("Two more weeks of anticipation", 0.82, 0.39, 1.27, True, ""),
    ("Holiday weeks left out", 0.78, 0.33, 1.21, True, ""),
    ("Complete teams only", 0.91, 0.36, 1.48, True, ""),
    (
        "Weighted by people, not teams",
        None,
        0.0,
        0.0,
        None,
        "how many people stand behind 3 of 426 team-weeks is not known",
    ),
    ("Team-weeks winsorised at 5 %", 0.7, 0.31, 1.1, True, ""),
    ("First half of the pilot only", 0.91, 0.5, 1.31, True, ""),
    ("Second half of the pilot only", -0.02, -0.41, 0.34, False, "the sign turns"),
    (
        "Without the largest team",
        None,
        0.0,
        0.0,
        True,
        "not shown: it would tell of fewer than 5 people who are left out",
    ),
)


def robustness_card() -> RobustnessCard:
    """Fifteen that ran, of which thirteen held; one is hidden, one was not run."""
    return RobustnessCard(
        metric="cycle_time_p50@1",
        label="Cycle time",
        headline=Effect(estimate=0.76, low=0.30, high=1.19),
        runs=tuple(
            OtherAnalysis(
                label=label,
                effect=Effect(reason=why) if att is None else Effect(estimate=att, low=low, high=high),
                held=held,
                why="" if att is None else why,
            )
            for label, att, low, high, held, why in OTHERS
        ),
        unit="days",
        bar=0.5,
        better="sooner",
        left_out=LeaveOneOut(what="pair", flips=False, runs=12, shown=12, low=0.68, high=0.89),
        threats=(
            Threat(
                label="A novelty that fades",
                found="Second half less first half: −0.93 days (−1.2 to −0.6); the effect fades.",
                state="alarm",
            ),
            Threat(
                label="Teams lost from one arm",
                found="0 of 12 pilot and 0 of 12 comparison teams have no value before or after.",
                state="no alarm",
            ),
            Threat(
                label="Missing weeks that hide the worst",
                found="No counted team-week is missing.",
                state="not applicable",
            ),
        ),
    )


def _decision() -> DecisionBox:
    return DecisionBox(
        verdict="Scale with changes",
        lead=(
            "With two anchor days, teams finished work **0.76 days sooner** (95 % interval 0.30 to 1.19); the bar was 0.50. "
            "But each person lost **1.3 focus hours a week** (0.6 to 1.9), more than the 1.0 you said you would accept. "
            "Bring in a meeting-free Wednesday first, then scale in steps."
        ),
        rule=(
            "Rule standard@1, fixed on 1 September 2026: goal clear yes, focus limit broken but fixable. "
            "Nothing lowers it: no group’s limit broken, no sign flip, held in 14 of 16 analyses."
        ),
        grade="A",
        evidence="lottery, 12 pilot and 12 comparison teams in matched pairs",
        decides="The COO, by 15 January 2027",
        steps=(
            Row(label="1 First", text="Meeting-free Wednesday in the 12 pilot teams, from 1 February"),
            Row(
                label="2 Then",
                text="If focus is back within its limit: 10 of the 12 comparison teams in two waves, from 5 April; 2 held back",
            ),
        ),
        facts=(Row(label="Costs", text="€ 29 a person and week (travel 17, desks 12; finance)"),),
    )


def _goal() -> GoalResult:
    return GoalResult(
        metric="cycle_time_p50@1",
        label="Cycle time",
        effect=Effect(estimate=0.76, low=0.30, high=1.19),
        unit="days",
        better="sooner",
        worse="slower",
        bar=0.5,
        state="clear yes",
        finding="Clear yes: sooner, and by more than the bar",
        means=(
            ArmMean(label="Pilot teams", baseline=6.92, counted=5.73, pilot=True, n=12),
            ArmMean(label="Comparison teams", baseline=7.07, counted=6.64, n=12),
        ),
        means_unit="days from start to done",
        lower_is_better=True,
        note="Means of team medians; every team weighs the same.",
    )


def _promises() -> Promises:
    def row(
        metric: str,
        label: str,
        centre: float,
        low: float,
        high: float,
        limit: float,
        unit: str,
        decimals: int,
    ) -> Promise:
        return Promise(
            metric=metric,
            label=label,
            effect=Effect(estimate=centre, low=low, high=high),
            unit=unit,
            decimals=decimals,
            limit=limit,
            deciding=False,
            state="no alarm",
        )

    focus = row("focus_hours@1", "Focus hours", -1.3, -1.9, -0.6, -1.0, "h", 1)
    burnout = row("burnout_level@1", "Burnout", 0.04, -0.10, 0.19, -0.30, "points", 2)
    return Promises(
        finding="Focus broke its limit; burnout kept to its own",
        rows=(
            replace(focus, per="a week", deciding=True, state="broken, fixable"),
            replace(burnout, deciding=True, state="safe"),
            row("belonging@1", "Belonging", 0.09, -0.04, 0.24, -0.20, "points", 2),
            row("after_hours@1", "After-hours work", -0.1, -0.4, 0.2, -0.5, "h", 1),
            row("cross_team_share@1", "Time with other teams", 2.1, 0.6, 3.8, -2.0, "pts", 1),
            Promise(
                metric="voluntary_exits@1",
                label="Voluntary exits",
                effect=Effect(reason="under 5 in an arm"),
                unit="",
                deciding=False,
                state="hidden",
                reason="under 5 in an arm",
            ),
        ),
        note="Each row is scaled to its limit. Hollow: watched, not deciding.",
    )


def phase_of(event_time: int) -> Phase:
    """Phase of a week of this pilot."""
    return next(span.phase for span in SPANS if span.first <= event_time <= span.last)


def _event_study() -> EventStudy:
    points = tuple(
        EventPoint(
            event_time=week,
            week=name,
            estimate=estimate,
            low=low,
            high=high,
            band_low=band_low,
            band_high=band_high,
            n=n,
            phase=phase_of(week),
            few=n < 6,
        )
        for week, name, estimate, low, high, band_low, band_high, n in EVENT
    )
    return EventStudy(
        label="Cycle time",
        finding="It came with the wash-in, and was smaller late",
        points=points,
        spans=SPANS,
        unit="days",
        better="sooner",
        bar=0.5,
        start=START,
        n_of="pairs",
        note="Zero: baseline mean. Dashes: the bar. Hollow: freeze, Christmas.",
    )


def _adherence() -> Adherence:
    weeks = tuple(
        AdherenceWeek(
            event_time=week,
            week=row[1],
            pilot=pilot,
            comparison=comparison,
            planned=2.0 if week >= 0 else 0.5,
        )
        for (week, row, pilot, comparison) in zip(
            range(-11, 16), EVENT, PILOT_DAYS, COMPARISON_DAYS, strict=True
        )
    )
    return Adherence(
        finding="Yes, at three quarters of the planned gap",
        label="office days a week",
        weeks=weeks,
        periods=(
            AdherencePeriod(label="Baseline, W26 to W33", planned=0.5, pilot=0.5, comparison=0.5, gap=0.0),
            AdherencePeriod(label="Wash-in, W37 to W40", planned=2.0, pilot=1.4, comparison=0.6, gap=0.8),
            AdherencePeriod(label="Counted, 11 weeks", planned=2.0, pilot=1.6, comparison=0.5, gap=1.1),
        ),
        spans=SPANS,
        planned_gap=1.5,
        minimum_gap=0.75,
        observed_gap=1.1,
        start=START,
        note="At least 0.75 was needed. Reported by teams, not by badges.",
    )


def _slices() -> Slices:
    rows = (
        ("Carers", "yes", "50–74", -0.08, -0.25, 0.09, ""),
        ("Carers", "no", "125–149", 0.09, -0.06, 0.24, ""),
        ("Commute", "under 30 min", "75–99", 0.12, -0.05, 0.29, ""),
        ("Commute", "30 to 60 min", "50–74", 0.06, -0.12, 0.24, ""),
        ("Commute", "over 60 min", "25–49", -0.14, -0.36, 0.08, ""),
        ("Level", "junior", "50–74", 0.15, -0.04, 0.34, ""),
        ("Level", "mid", "75–99", -0.01, -0.17, 0.15, ""),
        ("Level", "senior", "", None, 0.0, 0.0, "hidden with principal"),
        ("Level", "principal", "", None, 0.0, 0.0, "hidden: under 10"),
    )
    return Slices(
        finding="No group’s burnout limit is broken; one is unsure",
        label="burnout",
        rows=tuple(
            Slice(
                attribute=attribute,
                group=group,
                people=people,
                effect=Effect(reason=hidden)
                if estimate is None
                else Effect(estimate=estimate, low=low, high=high),
                hidden=hidden,
            )
            for attribute, group, people, estimate, low, high, hidden in rows
        ),
        unit="points",
        limit=-0.30,
        note="Seven groups judged together (Holm). Counts are banded.",
    )


def _care() -> tuple[Row, ...]:
    return (
        Row(
            label="Luck",
            text="If the policy did nothing, about 3 pilots in 1,000 of this size would look this good.",
        ),
        Row(
            label="Fading?",
            text="Unplanned look: first half of the counted weeks 0.91 days, second half 0.62 (−0.01 to 1.14). The next stage has to show that it lasts.",
        ),
        Row(
            label="Who loses",
            text="On average people lose focus hours. For commutes over 60 minutes, burnout past the limit can’t be excluded: −0.14 (−0.36 to 0.08).",
        ),
        Row(
            label="Not measured",
            text="Customers, quality of the work, anything after week 15, teams outside product and engineering.",
        ),
        Row(
            label="Changes if",
            text="**Scale**: focus stays inside 1.0 hour with its whole interval. **Stop**: burnout breaks its limit.",
        ),
    )


def _gate() -> tuple[GateItem, ...]:
    rows = (
        ("Plan frozen before the first pilot week", "before 7 Sep", "1 Sep 2026, 10:12; digests match"),
        ("Team-weeks present", "80 % in each arm, arms within 10 points", "94 % pilot, 93 % comparison"),
        ("Baseline", "6 weeks", "8 weeks, W26 to W33"),
        ("Gap in office days", "0.75", "1.1 of 1.5 planned"),
        (
            "Goal and guardrails estimable",
            "all three",
            "all three; roster drift 6 % and 8 %, flagged from 15 %",
        ),
        ("Planned end reached", "W52", "W52, 27 Dec 2026"),
    )
    return tuple(
        GateItem(condition=condition, needed=needed, found=found) for condition, needed, found in rows
    )


def _trust() -> Trust:
    return Trust(
        finding="All six conditions met; 94 % and 93 % of the team-weeks are there",
        flow=Flow(
            looked_at=FlowBox(head="29 teams looked at", text="product and engineering, three sites"),
            not_drawn=(
                "5 not drawn: 2 in a reorganisation, 2 with fewer than five people, 1 buffer "
                "(design-ops works with both arms: logged, not analysed)"
            ),
            assigned=FlowBox(
                head="24 teams drawn, 196 people", text="12 matched pairs by lottery, 1 September 2026"
            ),
            how_drawn=(
                "Matched on baseline cycle time, size and site. api and mobile share a sprint and were drawn together: "
                "2,048 possible draws"
            ),
            arms=(
                FlowArm(
                    label="Pilot",
                    boxes=(
                        FlowBox(head="12 teams, 101 people", text="12 started on 7 September"),
                        FlowBox(
                            head="11 kept the plan",
                            text="1 stayed under a gap of 0.75 days; 6 people left or moved",
                        ),
                        FlowBox(head="12 analysed, none lost", text="215 of 228 team-weeks"),
                    ),
                ),
                FlowArm(
                    label="Comparison",
                    boxes=(
                        FlowBox(head="12 teams, 95 people", text="12 carried on as before"),
                        FlowBox(
                            head="11 kept to the old days",
                            text="1 met on anchor days anyway; 8 people left or moved",
                        ),
                        FlowBox(head="12 analysed, none lost", text="211 of 228 team-weeks"),
                    ),
                ),
            ),
        ),
        completeness=Completeness(
            weeks=tuple(MapWeek(label=name[1:], phase=phase_of(week)) for week, name, *_ in EVENT),
            groups=(_group("Pilot teams", PILOT_MAP, 215), _group("Comparison teams", COMPARISON_MAP, 211)),
            note="A gap is never a zero and never filled. 19 weeks count: 8 of baseline, 11 of the pilot.",
        ),
    )


def _group(label: str, teams: dict[str, str], present: int) -> MapGroup:
    rows = tuple(
        MapRow(
            name=name, cells=tuple(STATES[letter] for letter in cells), present=cells.count("."), expected=19
        )
        for name, cells in teams.items()
    )
    return MapGroup(label=label, present=present, expected=228, rows=rows)


def _plan() -> Plan:
    rows = (
        ("Teams", "24, by lottery in matched pairs", "24 drawn, 24 analysed", "none"),
        ("Goal", "cycle time, worth it at 0.50 days", "same metric, same version", "none"),
        ("Estimator", "change, within pairs", "same", "none"),
        ("Interval", "inversion of 2,048 draws", "same", "none"),
        ("Baseline", "W26 to W33", "same", "none"),
        ("Counted weeks", "12, less one release freeze", "11 (W41 to W47, W49 to W52)", "none"),
        ("Office days", "gap 1.5", "gap 1.1", "effect is of what people did, not of full adherence"),
        (
            "Tracker of team tax",
            "no change",
            "moved W34 to W36; reason logged",
            "none: weeks outside the count",
        ),
        ("Slice level", "four groups", "two shown, two hidden", "privacy rule"),
    )
    return Plan(
        finding="The plan was kept; one amendment, before results",
        rows=tuple(
            PlanRow(item=item, planned=planned, done=done, bearing=bearing)
            for item, planned, done, bearing in rows
        ),
        amendments=(
            Amendment(
                version=2,
                on="2026-10-12",
                by="jlee",
                what="Lyon holiday 11 Nov added",
                reason="missed in the calendar",
                saw_data=False,
            ),
        ),
        unplanned=(
            Unplanned(
                label="Second half of the counted weeks alone",
                effect=Effect(estimate=0.62, low=-0.01, high=1.14),
                unit="days",
                text="shown on page one",
            ),
        ),
    )


def _appendix() -> Appendix:
    return Appendix(
        method=(
            Row(
                label="Estimand",
                text="effect of being assigned two anchor days, mean over teams and counted weeks, 24 teams",
            ),
            Row(
                label="Estimator",
                text="`change`: per team, mean of the counted weeks less mean of the baseline; pilot less comparison within each pair; mean over 12 pairs",
            ),
            Row(
                label="Interval",
                text="all values the randomisation test does not reject at 5 %, two-sided, by inversion; one additive effect assumed",
            ),
            Row(
                label="Draws",
                text="2,048 admissible, all enumerated; 14 at least as far from zero: p = 0.0068",
            ),
            Row(
                label="Bands by week",
                text="each week alone: 95 %; all weeks together: max-t over 26 weeks, critical value 2.9",
            ),
            Row(label="Multiplicity", text="one goal: none; slices: Holm over seven"),
        ),
        metrics=(
            MetricLine(
                arm="anchor",
                metric="cycle_time_p50@1",
                label="Cycle time",
                role="goal",
                effect=Effect(estimate=0.76, low=0.30, high=1.19),
                unit="days",
                decimals=2,
                baseline="6.92 pilot, 7.07 comparison",
                state="clear yes",
                p_value=0.0068,
                rows="426 team-weeks",
                source="tracker export",
            ),
            MetricLine(
                arm="anchor",
                metric="focus_hours@1",
                label="Focus hours",
                role="guardrail",
                effect=Effect(estimate=-1.3, low=-1.9, high=-0.6),
                unit="h",
                decimals=1,
                baseline="11.2 pilot, 11.0 comparison",
                state="broken, fixable",
                p_value=0.001,
                rows="426 team-weeks",
                source="typed",
            ),
            MetricLine(
                arm="anchor",
                metric="voluntary_exits@1",
                label="Voluntary exits",
                role="watch",
                effect=Effect(reason="hidden: under 5 in an arm"),
                unit="",
                decimals=0,
                baseline="hidden",
                state="no alarm",
            ),
        ),
        definitions=(
            Definition(
                metric="cycle_time_p50@1",
                label="Cycle time",
                rows=(
                    Row(
                        label="Question",
                        text="Median days from start to done of the items finished this week",
                    ),
                    Row(label="Unit", text="days; lower is better; 0 to 120"),
                    Row(label="Gaming", text="splitting items makes each one shorter"),
                ),
            ),
        ),
        digests=(
            Row(label="Plan", text="4f1c9a20e37b5d18c6a94412f0b7d3358a1e60c95d72bb0436ef1d8827a95c01"),
            Row(label="Metrics", text="77d0b1e4aa0c8be935f15a20c7749d36e2518fbc60934adde1f2078c55b3966e"),
            Row(label="Assignment", text="c2a95f08b81e40d7935caa6d20f37e41886b0f5dc4e2917a033dbf6a9571e204"),
            Row(label="Data", text="b83e51d70c96fa2448e1b35790dd6ac2f7853e019b4cd61a72f80e35c49ab6d8"),
        ),
        seed="20260901",
    )
