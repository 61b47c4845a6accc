"""`standard@1` on every combination of inputs: one verdict each, and no better interval ever lowers it.

The verdicts stand on a ladder: Stop < Extend < Scale with changes < Scale. *Learn* and *Not decision-ready* are not
on it: they follow from claim, design and gate, which no interval moves. The walk has three parts, because the rule
reads intervals only through states:

1. states: a better interval never gives a lower state, on and beside every boundary of the inequalities;
2. states to verdict: every combination of states, kinds of breach, grade, extension, forecast, overlays, claim and one
   or two goals gives the verdict that an independent reading of the product page gives, and no better state lowers it;
3. two goals of which one is enough: the level of one depends on the interval of the other, so this part walks
   intervals themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import combinations_with_replacement, pairwise, product
from typing import Any, Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotlab.decide.grade import grade
from pilotlab.decide.inputs import Adherence, ArmInputs, Evidence, GoalInput, Level, MetricFacts
from pilotlab.decide.judge import judge
from pilotlab.decide.ladder import GoalState, GuardrailState, IfBreached
from pilotlab.decide.rule import decide
from pilotlab.decide.settle import Case, Limit, Outcome, settle
from pilotlab.decide.states import goal_state, guardrail_state
from pilotlab.decide.verdict_table import column
from pilotlab.design.lateness import Late
from pilotlab.spec.standard import Grade
from tests.unit.decide import make
from tests.unit.decide.test_table import cells

INF = math.inf
BESIDE = 1e-6
LADDER = ["Stop", "Extend", "Scale with changes", "Scale"]

GOAL_UP: dict[GoalState, tuple[GoalState, ...]] = {
    "worse": ("ruled out",),
    "ruled out": ("too small", "cannot tell"),
    "too small": ("open",),
    "cannot tell": ("open",),
    "open": ("clear yes",),
    "clear yes": (),
}
LIMIT_UP: dict[GuardrailState, tuple[GuardrailState, ...]] = {
    "breached": ("leaning bad",),
    "leaning bad": ("unproven",),
    "unproven": ("safe",),
    "safe": (),
}
GOALS: tuple[GoalState, ...] = get_args(GoalState)
# From breached to safe, harm of several limits open before excluded; what is safe excludes it.
LIMITS = tuple(
    Limit(state, kind, harm)
    for state in ("breached", "leaning bad", "unproven", "safe")
    for kind in get_args(IfBreached)
    for harm in ((False,) if state == "safe" else (True, False))
)
UP_TO_ONE = [limits for n in range(2) for limits in combinations_with_replacement(LIMITS, n)]
UP_TO_TWO_SURE = [
    limits
    for n in range(3)
    for limits in combinations_with_replacement([row for row in LIMITS if not row.harm_open], n)
]
UP_TO_TWO = [limits for n in range(3) for limits in combinations_with_replacement(LIMITS, n)]
GRADES: tuple[Grade, ...] = ("A", "B", "C")
STARS = [(0, None), (0, 1.0), (1, None), (1, 0.0), (1, 0.5 - BESIDE), (1, 0.5), (1, 1.0)]
GROUPS = [(), ("carers",)]


# 1. States


def around(*bounds: float) -> list[float]:
    finite = sorted({value + step for value in bounds for step in (-BESIDE, 0.0, BESIDE)})
    return [-INF, *finite, INF]


def reachable(up: dict[str, tuple[str, ...]], state: str) -> set[str]:
    return {state}.union(*(reachable(up, better) for better in up[state]))


def intervals(bounds: Sequence[float]) -> Iterator[tuple[float, float, float]]:
    for low, estimate, high in product(bounds, repeat=3):
        if low <= estimate <= high and math.isfinite(estimate) and low < INF and high > -INF:
            yield low, estimate, high


def not_lower(better: Sequence[float], than: Sequence[float]) -> bool:
    return all(a >= b for a, b in zip(better, than, strict=True))


def test_a_better_interval_never_gives_a_goal_a_lower_state() -> None:
    """Every pair of intervals on and beside 0 and s."""
    rows = list(intervals(around(0.0, 1.0)))
    states = {
        row: goal_state(row[1], Level(alpha=0.05, low=row[0], high=row[2], lower=-INF), 1.0) for row in rows
    }
    assert set(states.values()) == set(GOALS)
    up = {state: reachable(GOAL_UP, state) for state in GOALS}  # type: ignore[arg-type]
    assert all(states[b] in up[states[a]] for a in rows for b in rows if not_lower(b, a))


def test_a_better_interval_never_gives_a_guardrail_a_lower_state() -> None:
    """Every pair of intervals and bounds on and beside -m, -m/2 and 0."""
    rows = [
        (low, lower, estimate, high)
        for low, estimate, high in intervals(
            [-INF, -1 - BESIDE, -1, -1 + BESIDE, -0.5 - BESIDE, -0.5, -0.5 + BESIDE, -BESIDE, 0, INF]
        )
        for lower in (-INF, -1 - BESIDE, -1, -1 + BESIDE)
        if lower <= estimate
    ]
    states = {r: guardrail_state(r[2], Level(alpha=0.05, low=r[0], high=r[3], lower=r[1]), 1.0) for r in rows}
    assert set(states.values()) == set(LIMIT_UP)
    up = {state: reachable(LIMIT_UP, state) for state in LIMIT_UP}  # type: ignore[arg-type]
    assert all(states[b] in up[states[a]] for a in rows for b in rows if not_lower(b, a))


# 2. States to verdict: a second reading of the product page, in its own words


RUNGS = ["Stop", "Extend*", "Extend", "Scale with changes", "Scale"]
PAGE = {(goal, column): text.replace("**", "") for goal, column, text in cells()}
HARMLESS = {
    "safe": "Scale",
    "unproven": "Extend*",
    "leaning bad": "Extend*",
    "breached, fixable": "Extend*",
    "breached, stop": "Stop",
}


def lowest(*rungs: str) -> str:
    return min(rungs, key=RUNGS.index)


def highest(*rungs: str) -> str:
    return max(rungs, key=RUNGS.index)


@cache
def page_cell(goal: str, limit: Limit, cheap: bool) -> str:
    base, _, rest = PAGE[goal, column(limit.state, limit.if_breached)].partition("; ")
    if rest.startswith("cheap: ") and cheap:
        base = rest.removeprefix("cheap: ")
    if rest.startswith("if fixable, ") and limit.if_breached == "fixable":
        base = rest.removeprefix("if fixable, ")
    return base.partition(" (")[0]


def page_verdict(case: Case) -> str:
    """What product.md section 4 says of a case."""
    limits = case.limits or (Limit("safe"),)
    if not case.bars:
        lowest_of_all = lowest(*(HARMLESS[column(x.state, x.if_breached)] for x in limits))
        return page_star(case, page_lower(case, lowest_of_all, any(case.doubts), any(case.lost)))
    rows = [lowest(*(page_cell(goal, limit, case.cheap) for limit in limits)) for goal in case.bars]
    if len(rows) == 2 and case.mode == "any":
        held = [
            page_lower(
                case, lowest(row, "Scale with changes") if other == "worse" else row, bool(doubt), bool(lost)
            )
            for row, other, doubt, lost in zip(
                rows, reversed(case.bars), case.doubts, case.lost or (False, False), strict=True
            )
        ]
        return page_star(case, highest(*held))
    return page_star(case, page_lower(case, lowest(*rows), any(case.doubts), any(case.lost)))


def page_lower(case: Case, rung: str, doubted: bool, lost: bool) -> str:
    rung = lowest(rung, {"A": "Scale", "B": "Scale with changes", "C": "Extend"}[case.grade])
    if lost or any(limit.harm_open for limit in case.limits):
        rung = lowest(rung, "Extend")
    if case.equity and rung == "Scale":
        rung = "Scale with changes"
    if doubted:
        rung = {"Scale": "Scale with changes", "Scale with changes": "Extend"}.get(rung, rung)
    return rung


def page_star(case: Case, rung: str) -> str:
    if rung != "Extend*":
        return rung
    if case.grade == "C":
        return "Extend"
    even = case.chance is None or case.chance >= 0.5
    return "Extend" if case.extensions_left and even else "Stop"


def better_states(
    bars: tuple[GoalState, ...], limits: tuple[Limit, ...]
) -> Iterator[tuple[tuple[GoalState, ...], tuple[Limit, ...]]]:
    for i, state in enumerate(bars):
        for up in GOAL_UP[state]:
            yield (*bars[:i], up, *bars[i + 1 :]), limits
    for i, limit in enumerate(limits):
        for better in better_limits(limit):
            yield bars, tuple(sorted([*limits[:i], better, *limits[i + 1 :]], key=LIMITS.index))


def better_limits(limit: Limit) -> Iterator[Limit]:
    """A better state, or harm of several limits excluded."""
    if limit.harm_open:
        yield replace(limit, harm_open=False)
    for better in LIMIT_UP[limit.state]:
        yield replace(limit, state=better, harm_open=limit.harm_open and better != "safe")


def walk(
    context: Case, bars: Sequence[tuple[GoalState, ...]], all_limits: Sequence[tuple[Limit, ...]]
) -> None:
    """Settle every combination of states in one context; hold it against the page and against its betters."""
    verdicts = {}
    for key in product(bars, all_limits):
        case = replace(context, bars=key[0], limits=key[1])
        verdicts[key] = settle(case).rung.verdict
        assert verdicts[key] == page_verdict(case), case
    rank = {key: LADDER.index(verdict) for key, verdict in verdicts.items()}
    for key, here in rank.items():
        for better in better_states(*key):
            assert rank[better] >= here, (
                f"{key} is {verdicts[key]}, the better {better} is {verdicts[better]}: {context}"
            )


CONTEXTS = [
    Case(
        bars=(),
        limits=(),
        doubts=(),
        cheap=cheap,
        grade=grade,
        equity=equity,
        extensions_left=left,
        chance=chance,
    )
    for cheap, grade, equity, (left, chance) in product([False, True], GRADES, GROUPS, STARS)
]
DOUBTS = (False, True)


def test_the_ladder_of_limits_keeps_its_order() -> None:
    """The walk sorts guardrails; every limit tuple it makes by improving one must be among those it settled."""
    assert all(tuple(sorted(limits, key=LIMITS.index)) == limits for limits in UP_TO_TWO)


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize(("lost", "limits"), [(False, UP_TO_TWO), (True, UP_TO_ONE)])
def test_one_goal_every_combination(doubt: bool, lost: bool, limits: list[tuple[Limit, ...]]) -> None:
    for context in CONTEXTS:
        walk(replace(context, doubts=(doubt,), lost=(lost,)), [(goal,) for goal in GOALS], limits)


NONE = (False, False)
OF_TWO_GOALS = [
    *((doubts, NONE, UP_TO_TWO_SURE) for doubts in product(DOUBTS, repeat=2)),
    *(
        (doubts, lost, UP_TO_ONE)
        for doubts in [(False, False), (False, True)]
        for lost in product([False, True], repeat=2)
    ),
]


@pytest.mark.parametrize("mode", ["any", "all"])
@pytest.mark.parametrize(("doubts", "lost", "limits"), OF_TWO_GOALS)
def test_two_goals_every_combination(
    mode: Literal["any", "all"],
    doubts: tuple[bool, ...],
    lost: tuple[bool, ...],
    limits: list[tuple[Limit, ...]],
) -> None:
    """Two guardrails in every state whose harm is excluded, and one in every state that there is."""
    for context in CONTEXTS:
        if context.chance in (None, 0.5 - BESIDE):
            walk(
                replace(context, doubts=doubts, lost=lost, mode=mode), list(product(GOALS, repeat=2)), limits
            )


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize(("lost", "most"), [(False, 3), (True, 2)])
def test_do_no_harm_every_combination(doubt: bool, lost: bool, most: int) -> None:
    """Goals and guardrails, all judged alike: what two of three say, a fourth can only lower."""
    together = [limits for n in range(1, most + 1) for limits in combinations_with_replacement(LIMITS, n)]
    for context in CONTEXTS:
        if not context.cheap:
            walk(replace(context, doubts=(doubt,), lost=(lost,)), [()], together)


def test_an_extension_that_comes_from_lowering_always_stands() -> None:
    context = Case(bars=("clear yes",), limits=(), doubts=(False,), grade="C", extensions_left=0, chance=0.0)
    assert settle(replace(context, bars=("open",))).rung.verdict == "Extend"
    assert settle(replace(context, grade="A", lost=(True,))).rung.verdict == "Extend"
    open_harm = (Limit("unproven", "stop", harm_open=True),)
    assert settle(replace(context, grade="A", limits=open_harm)).rung.verdict == "Extend"
    assert settle(context).rung.verdict == "Extend"
    assert settle(replace(context, grade="B", doubts=(True,))).rung.verdict == "Extend"
    assert settle(replace(context, grade="A", bars=("open",))).rung.verdict == "Stop"


# Claim, grade, gate and harm: what is read before the table


DESIGNS = {
    "A": make.design(),
    "B": make.design(units_arm=4, units_control=4),
    "C": make.design(drawn=False, recruitment="volunteer"),
    "C, late": make.design(late=Late(days=12, on=date(2026, 9, 25))),
    "D, few": make.design(units_arm=3),
    "D, place": make.design(drawn=False, place="site"),
}
SHORT = MetricFacts(
    metric="cycle_time_p50@1",
    baseline_arm=0.79,
    baseline_control=1.0,
    counted_arm=1.0,
    counted_control=1.0,
    baseline_weeks=8,
)
GATES: dict[str, dict[str, object]] = {
    "store": {"store_verified": False},
    "order": {"frozen_first": False},
    "digests": {"digests_match": False},
    "complete": {"metrics": (SHORT,)},
    "baseline": {"metrics": (replace(SHORT, baseline_arm=1.0, baseline_weeks=5),)},
    "gap": {"adherence": Adherence(planned_gap=1.5, minimum_gap=0.75, observed_gap=0.5)},
    "end": {"end_reached": False},
}
RESULTS: dict[str, dict[str, object]] = {
    "good": {},
    "goal worse": {"goals": (make.goal(make.WORSE, margin=0.3),)},
    "goal too small": {"goals": (make.goal(make.TOO_SMALL, margin=0.3),)},
    "goal ruled out": {"goals": (make.goal(make.RULED_OUT, margin=0.3),)},
    "guardrail breached": {"guardrails": (make.guardrail(make.BREACHED),)},
}


def missing_items() -> Iterator[set[str]]:
    """Every one, two and all of them; those that share a fact are never both missing."""
    yield set()
    yield from ({name} for name in GATES)
    yield from (
        {one, other}
        for one in GATES
        for other in GATES
        if one < other and {one, other} != {"complete", "baseline"}
    )
    yield {*GATES} - {"baseline"}


@pytest.mark.parametrize("claim", ["improve", "do_no_harm", "learn"])
@pytest.mark.parametrize("stopped", [None, False, True])
def test_what_comes_before_the_table_every_combination(claim: str, stopped: bool | None) -> None:
    for (name, design), lacking, (found, results) in product(
        DESIGNS.items(), missing_items(), RESULTS.items()
    ):
        facts = make.gate_facts(**{key: value for item in lacking for key, value in GATES[item].items()})
        asked = make.arm(
            **{"goals": (make.goal(margin=0.3),), **results}, design=design, gate=facts, harm_stop=stopped
        )
        said = judge(make.inputs(asked, claim=claim), asked)
        trusted = not lacking & {"store", "order", "digests"}
        seen = ("guardrail breached",) if "end" in lacking else ("goal worse", "guardrail breached")
        harmed = found in seen  # a goal is not shown before its planned end
        assert (said.verdict, said.pause_and_check) == before_the_table(
            claim, name, bool(lacking), trusted, bool(stopped), harmed, said.verdict
        ), (claim, name, lacking, found)


def before_the_table(
    claim: str, design: str, lacking: bool, trusted: bool, stopped: bool, harmed: bool, table: str
) -> tuple[str, bool]:
    """What product.md section 4 says of grade, gate and harm; `table` where it leaves the verdict to the table."""
    if claim == "learn" or design.startswith("D"):
        return "Learn", stopped or harmed
    if stopped:
        return ("Stop", False) if trusted else ("Not decision-ready", False)
    if lacking:
        return "Not decision-ready", trusted and harmed
    assert table in LADDER
    return table, False


EVERY_GOAL = (make.WORSE, make.RULED_OUT, make.TOO_SMALL, make.CANNOT_TELL, make.OPEN, make.CLEAR_YES)


@pytest.mark.parametrize("design", ["C", "C, late"])
@pytest.mark.parametrize("mode", ["any", "all"])
def test_grade_c_never_says_that_a_policy_failed(design: str, mode: str) -> None:
    for one, other, cheap, (left, chance) in product(EVERY_GOAL, EVERY_GOAL, [False, True], STARS):
        goals = make.goal(one), make.goal(other, metric=make.BELONGING)
        for uses in (goals[:1], goals):
            asked = make.arm(goals=uses, design=DESIGNS[design], forecast_chance=chance)
            inputs = make.inputs(asked, cheap_and_reversible=cheap, extensions_left=left, mode=mode)
            assert judge(inputs, asked).verdict == "Extend"


@pytest.mark.parametrize("found", EVERY_GOAL)
def test_an_extend_of_grade_c_names_the_stronger_design(found: Evidence) -> None:
    said = decide(
        make.inputs(make.arm(goals=(make.goal(found),), design=DESIGNS["C"]), extensions_left=0)
    ).leading
    assert said.stronger_design
    assert f"to settle it, {said.stronger_design}" in said.conditions
    assert said.states[0].read_as == ("cannot tell" if found in EVERY_GOAL[:3] else None)


def test_grade_c_still_stops_where_a_limit_is_broken() -> None:
    asked = make.arm(guardrails=(make.guardrail(make.BREACHED),), design=DESIGNS["C"])
    assert decide(make.inputs(asked)).verdict == "Stop"


# 3. Two goals of which one is enough: intervals at two levels


HALF, WHOLE = 0.025, 0.05
ENDS = (-INF, -0.5, -BESIDE, 0.0, BESIDE, 0.5, 1.0 - BESIDE, 1.0, INF)
Nested = tuple[
    float, float, float, float, float
]  # low and low, estimate, high and high: wide, narrow, narrow, wide


def shape(row: Nested) -> tuple[object, ...]:
    """All that the rule can see of an interval at two levels, except for its order among others."""
    wide, narrow = (
        Level(alpha=a, low=low, high=high, lower=-INF)
        for a, low, high in ((HALF, row[0], row[4]), (WHOLE, row[1], row[3]))
    )
    return goal_state(row[2], wide, 1.0), goal_state(row[2], narrow, 1.0), wide.low > 0, wide.high < 0


def nested() -> list[Nested]:
    """Intervals at two levels, the wider around the narrower: the two extreme ones of each shape, and one between."""
    found: dict[tuple[object, ...], list[Nested]] = {}
    for low, estimate, high in intervals(ENDS):
        for wide_low in (end for end in ENDS if end <= low):
            for wide_high in (end for end in ENDS if end >= high):
                row = (wide_low, low, estimate, high, wide_high)
                found.setdefault(shape(row), []).append(row)
    return [row for rows in found.values() for row in {rows[0], rows[len(rows) // 2], rows[-1]}]


def found_at_two_levels(row: Nested) -> Evidence:
    """Evidence whose p agrees with its intervals, as that of one method does."""
    wide_low, low, estimate, high, wide_high = row
    p = 0.02 if wide_low > 0 or wide_high < 0 else 0.04 if low > 0 or high < 0 else 0.30
    levels = (
        Level(alpha=HALF, low=wide_low, high=wide_high, lower=-INF),
        Level(alpha=WHOLE, low=low, high=high, lower=-INF),
    )
    return Evidence(
        estimate=estimate, levels=levels, p_value=p, p_one_sided=p / 2 if estimate > 0 else 1 - p / 2
    )


@pytest.mark.parametrize("cheap", [False, True])
@pytest.mark.parametrize("limit", [None, make.UNPROVEN, make.BREACHED])
def test_holm_a_better_goal_never_lowers_the_verdict(cheap: bool, limit: Evidence | None) -> None:
    rows = nested()
    guardrails = () if limit is None else (make.guardrail(limit, if_breached="fixable"),)
    goals = {row: make.goal(found_at_two_levels(row), bar=1.0) for row in rows}

    def verdict(first: GoalInput, second: GoalInput) -> int:
        arm = make.arm(goals=(first, replace(second, metric=make.BELONGING)), guardrails=guardrails)
        return LADDER.index(
            judge(make.inputs(arm, cheap_and_reversible=cheap, extensions_left=1), arm).verdict
        )

    rank = {(a, b): verdict(goals[a], goals[b]) for a in rows for b in rows}
    betters = [(a, b) for a in rows for b in rows if a != b and not_lower(b, a)]
    for a, better in betters:
        for other in rows:
            assert rank[better, other] >= rank[a, other], (a, better, other)
            assert rank[other, better] >= rank[other, a], (a, better, other)


# Everything at once


finite = st.sampled_from([-1.5, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5])


@st.composite
def better_pairs(draw: st.DrawFn) -> tuple[Evidence, Evidence]:
    """Evidence at every level, and the same moved up; p follows the interval."""
    estimate, shift = draw(finite), draw(st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    widths = sorted(
        (draw(st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, INF])) for _ in make.ALPHAS), reverse=True
    )

    def at(middle: float) -> Evidence:
        levels = tuple(
            Level(alpha=alpha, low=middle - width, high=middle + width, lower=middle - width / 2)
            for alpha, width in zip(make.ALPHAS, widths, strict=True)
        )
        p = min((level.alpha for level in levels if level.low > 0 or level.high < 0), default=0.5)
        return Evidence(
            estimate=middle, levels=levels, p_value=p, p_one_sided=p / 2 if middle > 0 else 1 - p / 2
        )

    return at(estimate), at(estimate + shift)


@settings(max_examples=400, deadline=None)
@given(
    goals=st.lists(better_pairs(), min_size=1, max_size=2),
    limits=st.lists(st.tuples(better_pairs(), st.sampled_from(["fixable", "stop"])), max_size=2),
    arms=st.integers(1, 2),
    look=st.sampled_from([1, 2]),
    mode=st.sampled_from(["any", "all"]),
    claim=st.sampled_from(["improve", "do_no_harm", "learn"]),
    cheap=st.booleans(),
    units=st.sampled_from([3, 5, 8]),
    drawn=st.booleans(),
    late=st.sampled_from([None, Late(days=12, on=date(2026, 9, 25))]),
    left=st.integers(0, 1),
    chance=st.sampled_from([None, 0.2, 0.5, 0.9]),
    agreed=st.sampled_from([None, 11, 12]),
    equity=st.sampled_from([None, (), ("carers",)]),
)
def test_better_evidence_never_lowers_a_decision(
    goals: Any,
    limits: Any,
    arms: Any,
    look: Any,
    mode: Any,
    claim: Any,
    cheap: bool,
    units: int,
    drawn: bool,
    late: Late | None,
    left: int,
    chance: float | None,
    agreed: int | None,
    equity: tuple[str, ...] | None,
) -> None:
    def decided(which: int) -> str:
        first = make.arm(
            goals=tuple(
                make.goal(pair[which], metric=metric, margin=0.5, agreed=agreed, runs=16)
                for pair, metric in zip(goals, (make.CYCLE, make.BELONGING), strict=False)
            ),
            guardrails=tuple(
                make.guardrail(pair[which], metric=metric, if_breached=kind)
                for (pair, kind), metric in zip(limits, (make.FOCUS, make.BURNOUT), strict=False)
            ),
            design=make.design(units_arm=units, drawn=drawn, late=late),
            forecast_chance=chance,
            equity_breached=equity,
        )
        rest = make.arm(arm="other", goals=(make.goal(make.CANNOT_TELL, margin=0.5),), forecast_chance=chance)
        inputs = make.inputs(
            *(first, rest)[:arms],
            look=look,
            mode=mode,
            claim=claim,
            cheap_and_reversible=cheap,
            extensions_left=left,
        )
        decision = decide(inputs)
        assert decide(inputs) == decision
        if late:
            assert decision.arms[0].verdict not in ("Scale", "Scale with changes")
        return decision.verdict

    before, after = decided(0), decided(1)
    order = ["Not decision-ready", "Learn", *LADDER]
    assert order.index(after) >= order.index(before)


def test_a_plan_fixed_late_is_at_most_c_whatever_its_design() -> None:
    late = Late(days=12, on=date(2026, 9, 25))
    kinds = ("parallel", "stepped_wedge", "matched", "before_after")
    ways = ("lottery", "volunteer", "mandated", "convenience")
    for kind, drawn, way, units, steps, clear in product(
        kinds, (True, False), ways, (1, 3, 4, 7, 8, 16), (1, 3), ("clear", "alarmed", None)
    ):
        facts = make.design(
            design=kind,
            drawn=drawn,
            recruitment=way,
            units_arm=units,
            units_control=units,
            steps=steps,
            pretrend=clear,
            placebo=clear,
            breakdown=1.0,
        )
        assert grade(replace(facts, late=late)) == max(grade(facts), "C")
        said = decide(make.inputs(make.arm(design=replace(facts, late=late))))
        assert said.verdict in ("Extend", "Learn")
        assert str(late) in said.leading.grade_words


def test_the_page_leads_with_the_highest_arm() -> None:
    arms: dict[str, ArmInputs] = {
        "Scale": make.arm(),
        "Scale with changes": make.arm(guardrails=(make.guardrail(make.UNPROVEN),)),
        "Extend": make.arm(goals=(make.goal(make.CANNOT_TELL),)),
        "Stop": make.arm(goals=(make.goal(make.WORSE),)),
        "Learn": make.arm(design=make.design(units_arm=3)),
        "Not decision-ready": make.arm(gate=make.gate_facts(end_reached=False)),
    }
    for high, low in pairwise(arms):
        decision = decide(make.inputs(replace(arms[low], arm="first"), replace(arms[high], arm="second")))
        assert [row.verdict for row in decision.arms] == [low, high]
        assert (decision.verdict, decision.arm) == (high, "second")


def test_an_outcome_is_never_left_starred() -> None:
    outcomes: list[Outcome] = [
        settle(replace(context, bars=("open",), doubts=(False,))) for context in CONTEXTS
    ]
    assert {outcome.rung.name for outcome in outcomes} <= {"STOP", "EXTEND", "SCALE_WITH_CHANGES"}
