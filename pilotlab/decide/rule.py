"""The rule `standard@1`: recorded inputs in, one decision out; pure, and the same for the same inputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pilotlab.decide.decision import ArmDecision, Decision, MetricState, Moved, Read, Step, Way
from pilotlab.decide.gate import missing, shares_present
from pilotlab.decide.grade import evidence_words, grade_words, stronger_design
from pilotlab.decide.inputs import ArmInputs, GoalInput, RuleInputs
from pilotlab.decide.judge import Judgement, judge
from pilotlab.decide.ladder import LEADING
from pilotlab.decide.metric_states import metric_states
from pilotlab.decide.refusing import check_inputs
from pilotlab.decide.sizes import luck
from pilotlab.decide.verdict_table import column
from pilotlab.decide.wording import (
    conditions,
    flags,
    headline,
    held,
    lead,
    lowered_by,
    not_made,
    star_words,
    state_name,
    too_weak,
    why_lowered,
)
from pilotlab.decide.would_change import would_change

RULE = "standard@1"


def decide(inputs: RuleInputs) -> Decision:
    """Decide a pilot by `standard@1`.

    Read in this order: grade, gate, states, table, cap, overlays, `*`. Each pilot arm gets its own verdict; the
    decision leads with the highest.

    Parameters
    ----------
    inputs : RuleInputs
        Evidence oriented so that up is good, with intervals at each alpha of `levels.alphas_needed`.

    Returns
    -------
    Decision
        Verdict, grade, states, reasons, and all arms.

    Raises
    ------
    UsageError
        Where inputs contradict each other or an interval is missing; names the argument, its value and the fix.
    """
    check_inputs(inputs)
    arms = tuple(_arm(inputs, arm) for arm in inputs.arms)
    first = min(arms, key=lambda arm: LEADING.index(arm.verdict))
    return Decision(
        pilot=inputs.pilot,
        claim=inputs.claim,
        verdict=first.verdict,
        arm=first.arm,
        grade=first.grade,
        states=first.states,
        reasons=first.reasons,
        alpha=inputs.alpha,
        look=inputs.look,
        sponsor=inputs.sponsor,
        decide_by=inputs.decide_by,
        not_measured=inputs.not_measured,
        arms=arms,
    )


def _arm(inputs: RuleInputs, arm: ArmInputs) -> ArmDecision:
    judged = judge(inputs, arm)
    states, early = metric_states(inputs, arm, judged), inputs.veils(arm)
    steps = _steps(inputs, arm, judged, states)
    asked = conditions(arm, judged)
    deciding = _deciding(arm, judged)
    return ArmDecision(
        arm=arm.arm,
        verdict=judged.verdict,
        headline=headline(judged),
        lead=lead(arm, judged, states, asked),
        lead_marked=lead(arm, judged, states, asked, marked=True),
        grade=judged.grade,
        grade_words=grade_words(arm.design),
        evidence=evidence_words(arm.design),
        stronger_design=stronger_design(arm.design),
        gate=judged.gate,
        gate_shares=shares_present(arm.gate),
        states=states,
        steps=steps,
        path=_way(judged, states),
        read=_read(judged, states),
        rule=f"{RULE}: {_path(judged, states)}",
        reasons=tuple(step.why for step in steps),
        conditions=asked,
        lowered_by=lowered_by(arm, judged),
        not_made=not_made(arm),
        held="" if early else held(arm),
        would_change=would_change(inputs, arm, judged),
        luck="" if deciding.evidence.hidden or early else luck(deciding.evidence.p_one_sided),
        flags=flags(arm, inputs.look),
        pause_and_check=judged.pause_and_check,
        deciding_goal=deciding.metric.key,
    )


def _deciding(arm: ArmInputs, judged: Judgement) -> GoalInput:
    """The goal on which the verdict rests; where it rests on all, the least lucky one."""
    if judged.outcome and judged.outcome.goal is not None:
        return arm.goals[judged.outcome.goal]
    return max(arm.goals, key=lambda goal: goal.evidence.p_one_sided or 0.0)


def _steps(
    inputs: RuleInputs, arm: ArmInputs, judged: Judgement, states: tuple[MetricState, ...]
) -> tuple[Step, ...]:
    verdict = judged.verdict
    match judged.because:
        case "claim":
            return (
                Step(name="claim", verdict=verdict, why="the plan claims to learn, so it recommends nothing"),
            )
        case "grade":
            return (
                Step(
                    name="grade", verdict=verdict, why=f"{grade_words(arm.design)}: describe, never recommend"
                ),
            )
        case "gate":
            gaps = "; ".join(
                f"{item.name}: needed {item.needed}, found {item.found}" for item in missing(judged.gate)
            )
            return (Step(name="gate", verdict=verdict, why=f"missing: {gaps}"),)
        case "harm":
            return (Step(name="harm", verdict=verdict, why=f"stopped for harm: {arm.harm_why}"),)
    return tuple(_down(inputs, arm, judged, states))


def _down(
    inputs: RuleInputs, arm: ArmInputs, judged: Judgement, states: tuple[MetricState, ...]
) -> list[Step]:
    outcome = judged.outcome
    assert outcome is not None
    steps = [
        Step(name="grade", verdict=outcome.table.verdict, why=too_weak(row)) for row in states if row.read_as
    ]
    steps.append(Step(name="table", verdict=outcome.table.verdict, why=_path(judged, states)))
    steps += [
        Step.model_validate(
            {
                "name": move.name,
                "verdict": move.after.verdict,
                "why": why_lowered(arm, judged, move),
                "lowered": True,
            }
        )
        for move in outcome.moves
    ]
    if outcome.stands:
        steps.append(
            Step(name="cap", verdict="Extend", why=f"at grade {judged.grade} an Extend always stands")
        )
    if outcome.starred and outcome.rung.verdict == "Extend":
        steps.append(Step(name="star", verdict="Extend", why=star_words(arm, inputs.extensions_left)))
    return steps


def _way(judged: Judgement, states: tuple[MetricState, ...]) -> Way:
    """Say where a verdict came from: the cells of the table that were read, and every step down from there."""
    lacking = tuple(item.key for item in missing(judged.gate))
    outcome = judged.outcome
    if outcome is None:
        return Way.model_validate({"came_from": judged.because, "missing": lacking})
    return Way(
        came_from="table",
        missing=lacking,
        rows=tuple(map(_read_cell, _rows_read(states, outcome.goal))),
        columns=tuple(_read_cell(row) for row in states if row.role == "guardrail"),
        table=outcome.table.verdict,
        asked=tuple(dict.fromkeys(note for note, _ in outcome.notes if note)),
        moves=tuple(
            Moved.model_validate(
                {"step": move.name, "before": move.before.verdict, "after": move.after.verdict}
            )
            for move in outcome.moves
        ),
        starred=outcome.starred,
    )


def _rows_read(states: Iterable[MetricState], goal: int | None) -> list[MetricState]:
    """Goals whose rows were read: all of them, or the one on which the verdict rests."""
    goals = [row for row in states if row.role == "goal"]
    return goals if goal is None else [goals[goal]]


def _read_cell(row: MetricState) -> Read:
    return Read(metric=row.metric, state=row.read_as or row.state, column=_column(row))


def _column(row: MetricState) -> Literal["", "fixable", "stop"]:
    """What the plan makes of a broken limit; empty where none is broken."""
    if row.state != "breached":
        return ""
    return "fixable" if column("breached", row.if_breached or "stop") == "breached, fixable" else "stop"


def _path(judged: Judgement, states: tuple[MetricState, ...]) -> str:
    """States and what the table makes of them: "goal clear yes × Focus broken, fixable → Scale with changes"."""
    verdict = judged.verdict if judged.outcome is None else judged.outcome.table.verdict
    return f"{' × '.join(_read(judged, states))} → {verdict}"


def _read(judged: Judgement, states: tuple[MetricState, ...]) -> tuple[str, ...]:
    """What the rule read, in words: states of the table, or what ended the rule before it."""
    if judged.outcome is None:
        ended = {"claim": "claim to learn", "grade": f"grade {judged.grade}", "gate": "trust gate not met"}
        return (ended.get(judged.because, "harm stop"),)
    goals = [row for row in states if row.role == "goal"]
    if judged.outcome.goal is not None:
        goals = [goals[judged.outcome.goal]]
    limits = [row for row in states if row.role == "guardrail"]
    return tuple(f"{row.label} {state_name(row)}" for row in (*goals, *limits))
