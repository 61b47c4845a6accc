"""What would change a verdict: each sentence is what the rule answers, asked with exactly that change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pilotlab.decide.decision import Change
from pilotlab.decide.inputs import Answers, ArmInputs
from pilotlab.decide.rule import decide
from tests.unit.decide import make

OPEN_HARM = make.guardrail(make.HARM_OPEN)


def changes(arm: ArmInputs) -> dict[str, str]:
    return {row.verdict: row.what for row in decide(make.inputs(arm)).leading.would_change}


def test_harm_that_is_not_excluded_is_named_and_excluding_it_gives_what_is_said() -> None:
    decision = decide(make.inputs(make.arm(guardrails=(OPEN_HARM,))))
    assert decision.verdict == "Extend"
    assert decision.leading.steps[1].name == "harm open"
    said = changes(make.arm(guardrails=(OPEN_HARM,)))
    assert said["Scale with changes"] == "Focus time with harm of 3.0 h/week excluded"
    assert (
        decide(make.inputs(make.arm(guardrails=(make.guardrail(make.UNPROVEN),)))).verdict
        == "Scale with changes"
    )


def test_where_harm_must_be_excluded_for_a_change_to_hold_that_is_said() -> None:
    said = changes(make.arm())
    assert said["Scale with changes"] == (
        "Focus time less than half way to its limit of 1.0 h/week, though not shown to stay inside, "
        "with harm of 3.0 h/week excluded"
    )


def test_a_stronger_design_is_not_promised_where_the_rule_would_not_give_more() -> None:
    few = make.design(units_arm=5, units_control=5)
    assert changes(make.arm(design=few))["Scale"].startswith("a stronger design: at least 8 teams")
    capped = make.arm(design=few, equity_breached=("carers",))
    assert "Scale" not in changes(capped)


@pytest.mark.parametrize(("breached", "most"), [((), "Scale"), (("carers",), "Scale with changes")])
def test_what_a_gate_would_let_through_at_most_is_asked(breached: tuple[str, ...], most: str) -> None:
    arm = make.arm(gate=make.gate_facts(end_reached=False), equity_breached=breached)
    (row,) = decide(make.inputs(arm)).leading.would_change
    assert row == Change(verdict=most, what="at most, once the gate is met: planned end reached")
    best = replace(arm, gate=make.gate_facts())
    assert decide(make.inputs(best)).verdict == most


def test_grade_d_names_the_design_and_what_the_gate_lacks() -> None:
    arm = make.arm(design=make.design(units_arm=3), gate=make.gate_facts(end_reached=False))
    (row,) = decide(make.inputs(arm)).leading.would_change
    assert row.verdict == "Scale"
    assert row.what == (
        "at most, from at least 8 teams in each arm, drawn by lot, once the gate is met: planned end reached"
    )


def test_at_grade_c_no_better_result_is_promised_to_change_what_the_grade_caps() -> None:
    said = changes(make.arm(design=make.design(drawn=False, recruitment="volunteer")))
    assert set(said) == {"Scale", "Stop"}
    assert said["Scale"].startswith("a stronger design: arms drawn by lot")
    assert said["Stop"] == "Focus time breaking its limit of 1.0 h/week"


def test_the_gate_never_hides_harm() -> None:
    short = make.gate_facts(digests_match=True, end_reached=False)
    broken = make.guardrail(make.BREACHED)
    said = decide(make.inputs(make.arm(guardrails=(broken,), gate=short))).leading
    assert (said.verdict, said.headline) == ("Not decision-ready", "Not decision-ready: pause and check")
    assert "Focus time was lower (by 1.3 h/week;" in said.lead
    assert said.conditions == ("pause and check before anything else is done",)
    untrusted = make.gate_facts(store_verified=False)
    said = decide(make.inputs(make.arm(guardrails=(broken,), gate=untrusted))).leading
    assert said.headline == "Not decision-ready"


def test_answers_lost_in_the_pilot_arm_cap_a_goal_of_people_unless_its_roster_is_fixed() -> None:
    lost = make.goal(of_people=True, answers=Answers(ratio=0.88, p=0.1))
    said = decide(make.inputs(make.arm(goals=(lost,)))).leading
    assert said.verdict == "Extend"
    assert said.lowered_by == (
        "Cycle time: pilot teams kept 88 answers for every 100 that comparison teams kept, "
        "and who stops answering moves a mean: at most Extend",
    )
    for other in (
        replace(lost, roster_fixed=True),
        replace(lost, of_people=False),
        replace(lost, answers=Answers(ratio=0.88, p=0.11)),
    ):
        assert decide(make.inputs(make.arm(goals=(other,)))).verdict == "Scale"
    unknown = decide(make.inputs(make.arm(goals=(replace(lost, answers=None),)))).leading
    assert "answers lost" in unknown.not_made
