"""Judge: one pilot arm taken through the rule, in its order, without a word of prose."""

from __future__ import annotations

from dataclasses import dataclass

from pilotlab.decide.decision import GateItem, StateName
from pilotlab.decide.gate import gate, missing
from pilotlab.decide.grade import grade
from pilotlab.decide.inputs import ArmInputs, GoalInput, GuardrailInput, RuleInputs
from pilotlab.decide.ladder import GoalState, Verdict
from pilotlab.decide.levels import guardrail_alpha
from pilotlab.decide.refusing import levels_of_goals
from pilotlab.decide.settle import Case, Limit, Outcome, settle, table_rung
from pilotlab.decide.states import goal_state_at, guardrail_state_at, harm_open, is_worse
from pilotlab.spec.standard import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rule found of one arm.

    Attributes
    ----------
    goals, guardrails : tuple of (StateName, float)
        State and the alpha at which it was judged, in declared order.
    case, outcome : Case, Outcome or None
        None where the rule ended before the table.
    because : {"claim", "grade", "gate", "harm", "table"}
        Where the verdict came from.
    """

    verdict: Verdict
    because: str
    grade: Grade
    gate: tuple[GateItem, ...]
    goals: tuple[tuple[StateName, float], ...]
    guardrails: tuple[tuple[StateName, float], ...]
    case: Case | None = None
    outcome: Outcome | None = None
    pause_and_check: bool = False

    def read_as(self, goal: int) -> GoalState | None:
        """State as which a goal was read, where the grade lets it be read as another than its own."""
        if self.case is None or not self.case.bars or self.case.bars[goal] == self.goals[goal][0]:
            return None
        return self.case.bars[goal]


def judge(inputs: RuleInputs, arm: ArmInputs, items: tuple[GateItem, ...] | None = None) -> Judgement:
    """Judge one arm: grade, gate, states, table, cap, overlays, `*`; `items` is the gate, where it is known."""
    given, items = grade(arm.design), gate(arm) if items is None else items
    guardrails = _guardrail_states(inputs, arm)
    goals = _goal_states(inputs, arm, guardrails)

    harmed = _harm(arm, () if inputs.veils(arm) else goals, guardrails)

    def said(verdict: Verdict, because: str, pause: bool = False) -> Judgement:
        return Judgement(
            verdict=verdict,
            because=because,
            grade=given,
            gate=items,
            goals=goals,
            guardrails=guardrails,
            pause_and_check=pause,
        )

    if inputs.claim == "learn" or given == "D":
        return said("Learn", "claim" if inputs.claim == "learn" else "grade", harmed)
    if arm.harm_stop and items[0].met:
        return said("Stop", "harm")
    if (items[0].met is False) if arm.harm_stop else missing(items):
        return said("Not decision-ready", "gate", bool(items[0].met) and harmed)
    case = _case(inputs, arm, given, goals, guardrails)
    outcome = settle(case)
    return Judgement(
        verdict=outcome.rung.verdict,
        because="table",
        grade=given,
        gate=items,
        goals=goals,
        guardrails=guardrails,
        case=case,
        outcome=outcome,
    )


FAILED: tuple[GoalState, ...] = ("too small", "ruled out", "worse")
States = tuple[tuple[StateName, float], ...]


def _guardrail_states(inputs: RuleInputs, arm: ArmInputs) -> States:
    alpha = guardrail_alpha(alpha=inputs.alpha, look=inputs.look)
    return tuple(
        (guardrail_state_at(row.evidence, alpha, row.margin) or "not estimable", alpha)
        for row in arm.guardrails
    )


def _goal_states(inputs: RuleInputs, arm: ArmInputs, guardrails: States) -> States:
    alphas = levels_of_goals(inputs, len(arm.goals))
    if inputs.claim == "improve" and len(alphas) == 2 and all(goal.evidence.estimable for goal in arm.goals):
        limits = _limits(arm, guardrails)
        if limits is not None:
            return _holm(arm.goals, alphas[0], alphas[1], limits, cheap=inputs.cheap_and_reversible)
    return tuple((_goal_state(inputs, goal, alphas[0]), alphas[0]) for goal in arm.goals)


def _goal_state(inputs: RuleInputs, goal: GoalInput, alpha: float) -> StateName:
    if not goal.evidence.estimable:
        return "not estimable"
    if inputs.claim == "do_no_harm":
        return guardrail_state_at(goal.evidence, alpha, goal.margin or 0.0) or "not estimable"
    if goal.bar is None:
        return "worse" if is_worse(goal.evidence, alpha) else "no bar"
    return goal_state_at(goal, alpha) or "not estimable"


def _holm(
    goals: tuple[GoalInput, ...], half: float, whole: float, limits: tuple[Limit, ...], *, cheap: bool
) -> States:
    """Two goals of which one is enough: the smaller p at alpha/2, the other at alpha if the first then has low > 0.

    Holm gives the second goal the right to claim at alpha; it takes nothing away. An interval that is only narrower
    could turn "cannot tell" into "ruled out", so that a better first goal would end in a lower verdict. The second
    goal therefore keeps what it had at alpha/2 where that is more.
    """
    first, second = sorted(range(2), key=lambda i: (_p(goals[i]), i))
    found: dict[int, tuple[StateName, float]] = {}
    found[first] = goal_state_at(goals[first], half) or "not estimable", half
    alphas = (whole, half) if goals[first].evidence.at(half).low > 0 else (half,)
    states = [(state, alpha) for alpha in alphas if (state := goal_state_at(goals[second], alpha))]
    found[second] = max(states, key=lambda row: table_rung(row[0], limits, cheap=cheap))
    return found[0], found[1]


def _p(goal: GoalInput) -> float:
    """Two-sided p, as the interval is; one-sided where a caller has no other."""
    evidence = goal.evidence
    p = evidence.p_one_sided if evidence.p_value is None else evidence.p_value
    return 1.0 if p is None else p


def _limits(arm: ArmInputs, guardrails: States) -> tuple[Limit, ...] | None:
    rows = [_limit(*found, row) for found, row in zip(guardrails, arm.guardrails, strict=True)]
    found = tuple(row for row in rows if row is not None)
    return found if len(found) == len(rows) else None


def _limit(state: StateName, alpha: float, use: GoalInput | GuardrailInput) -> Limit | None:
    match state:
        case "safe" | "unproven" | "leaning bad" | "breached":
            return Limit(state, use.if_breached, harm_open(use.evidence, alpha, use.margin or 0.0))
        case _:
            return None


def _case(inputs: RuleInputs, arm: ArmInputs, given: Grade, goals: States, guardrails: States) -> Case:
    limits = _limits(arm, guardrails)
    harmless = inputs.claim == "do_no_harm"
    of_goals = tuple(_limit(*found, row) for found, row in zip(goals, arm.goals, strict=True))
    assert limits is not None  # the gate holds: everything is estimable
    return Case(
        bars=() if harmless else tuple(read_at(given, _bar(state)) for state, _ in goals),
        limits=(*(row for row in of_goals if row is not None), *limits) if harmless else limits,
        doubts=tuple(goal.doubted for goal in arm.goals),
        lost=tuple(goal.answers_lost for goal in arm.goals),
        mode=inputs.mode,
        cheap=inputs.cheap_and_reversible,
        grade=given,
        equity=arm.equity_breached or (),
        extensions_left=inputs.extensions_left,
        chance=arm.forecast_chance,
    )


def read_at(given: Grade, state: GoalState) -> GoalState:
    """State as the grade lets it be read: a comparison too weak to say that a policy works can't say that it fails."""
    return "cannot tell" if given == "C" and state in FAILED else state


def _bar(state: StateName) -> GoalState:
    match state:
        case "clear yes" | "open" | "cannot tell" | "too small" | "ruled out" | "worse":
            return state
        case _:
            raise AssertionError(f"{state} is no state of a goal with a bar")


def _harm(arm: ArmInputs, goals: States, guardrails: States) -> bool:
    """Whether there is reason to pause though there is no verdict: a goal worse, a limit broken, a harm stop.

    `goals` is empty where they are not shown yet: a limit alone is seen before the planned end.
    """
    worse = any(
        is_worse(goal.evidence, alpha) for goal, (_, alpha) in zip(arm.goals, goals, strict=bool(goals))
    )
    broken = any(state == "breached" for state, _ in (*goals, *guardrails))
    return bool(arm.harm_stop) or worse or broken
