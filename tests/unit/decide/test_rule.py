"""The rule's sentences one by one, through its door."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pilotlab.decide.decision import Decision
from pilotlab.decide.inputs import Evidence, RuleInputs
from pilotlab.decide.levels import alphas_needed
from pilotlab.decide.rule import decide
from pilotlab.errors import UsageError
from tests.unit.decide import make


def verdict(*arms: Any, **change: Any) -> str:
    return decide(make.inputs(*arms, **change)).verdict


# Levels


@pytest.mark.parametrize(
    ("asked", "alphas"),
    [
        ({}, (0.05,)),
        ({"goals": 2}, (0.025, 0.05)),
        ({"goals": 2, "mode": "all"}, (0.05,)),
        ({"arms": 2}, (0.025, 0.05)),
        ({"arms": 2, "goals": 2}, (0.0125, 0.025, 0.05)),
        ({"look": 2}, (0.02,)),
        ({"look": 2, "goals": 2}, (0.01, 0.02)),
    ],
)
def test_levels_that_the_rule_may_ask_for(asked: dict[str, Any], alphas: tuple[float, ...]) -> None:
    assert alphas_needed(alpha=0.05, **asked) == alphas


def test_goals_share_alpha_between_arms_and_guardrails_do_not() -> None:
    second = make.arm(arm="second")
    states = decide(make.inputs(make.arm(), second)).states
    assert [(state.role, state.alpha) for state in states] == [("goal", 0.025), ("guardrail", 0.05)]


def test_a_goal_that_is_clear_at_alpha_alone_is_not_scaled_with_two_arms() -> None:
    found = make.evidence(0.7, 0.1, 1.3, at_0_025=(-0.1, 1.5))
    arm = make.arm(goals=(make.goal(found),))
    assert verdict(arm) == "Scale"
    assert verdict(arm, make.arm(arm="second", goals=(make.goal(make.WORSE),))) == "Extend"


def test_the_look_after_the_extension_uses_two_fifths_of_alpha() -> None:
    found = make.evidence(0.7, 0.1, 1.3, at_0_02=(-0.1, 1.5))
    decision = decide(make.inputs(make.arm(goals=(make.goal(found),)), look=2, extensions_left=0))
    assert {state.alpha for state in decision.states} == {0.02}
    assert decision.leading.headline == "Stop: too small to answer"
    assert "98 % interval" in decision.leading.lead


# Two goals


LATE = make.evidence(0.7, 0.1, 1.3, at_0_025=(-0.1, 1.5), p=0.02)


def test_holm_judges_the_second_goal_at_alpha_once_the_first_has_held() -> None:
    first = make.goal(make.evidence(0.3, 0.05, 0.7, p=0.001))
    second = make.goal(LATE, metric=make.BELONGING)
    decision = decide(make.inputs(make.arm(goals=(second, first))))  # the order is that of p, not of the plan
    assert [(state.state, state.alpha) for state in decision.leading.goals] == [
        ("clear yes", 0.05),
        ("open", 0.025),
    ]
    assert (decision.verdict, decision.leading.deciding_goal) == ("Scale", "belonging@1")


def test_holm_keeps_the_second_goal_at_half_alpha_where_the_first_has_not() -> None:
    first = make.goal(make.evidence(0.3, -0.05, 0.7, p=0.001))
    decision = decide(make.inputs(make.arm(goals=(first, make.goal(LATE, metric=make.BELONGING)))))
    assert [(state.state, state.alpha) for state in decision.leading.goals] == [("cannot tell", 0.025)] * 2
    assert decision.verdict == "Extend"


def test_a_better_first_goal_does_not_take_the_second_goals_extension() -> None:
    """Judged at alpha alone the second goal would turn from "cannot tell" to "ruled out" as the first gets better."""
    second = make.goal(make.evidence(0.1, -0.2, 0.4, at_0_025=(-0.4, 0.6), p=0.3), metric=make.BELONGING)
    ruled_out = make.goal(make.evidence(0.1, -0.01, 0.3, p=0.02))
    too_small = make.goal(make.evidence(0.12, 0.01, 0.32, p=0.01))
    assert verdict(make.arm(goals=(ruled_out, second))) == "Extend"
    assert verdict(make.arm(goals=(too_small, second))) == "Extend"


def test_any_takes_the_higher_verdict_and_a_worse_goal_keeps_it_from_plain_scale() -> None:
    worse = make.goal(make.WORSE, metric=make.BELONGING)
    decision = decide(make.inputs(make.arm(goals=(make.goal(), worse))))
    assert decision.verdict == "Scale with changes"
    assert decision.leading.lowered_by == ("Belonging got worse: at most Scale with changes",)
    assert "Belonging was lower (by 0.40 points;" in decision.leading.lead


def test_all_takes_the_lower_verdict() -> None:
    other = make.goal(make.RULED_OUT, metric=make.BELONGING)
    assert verdict(make.arm(goals=(make.goal(), other)), mode="all") == "Stop"
    assert verdict(make.arm(goals=(make.goal(), other)), mode="any") == "Scale"


# Claims, gate, harm


def test_do_no_harm_judges_goals_as_limits() -> None:
    safe = make.goal(make.SAFE, margin=1.0)
    assert verdict(make.arm(goals=(safe,)), claim="do_no_harm") == "Scale"
    broken = make.goal(make.BREACHED, margin=1.0)
    assert verdict(make.arm(goals=(broken,)), claim="do_no_harm") == "Stop"  # `if_breached` defaults to stop
    fixable = make.goal(make.BREACHED, margin=1.0, if_breached="fixable", fix="quiet mornings")
    decision = decide(make.inputs(make.arm(goals=(fixable,)), claim="do_no_harm"))
    assert (decision.verdict, decision.leading.conditions) == ("Extend", ("first quiet mornings",))
    assert (
        verdict(make.arm(goals=(safe,), guardrails=(make.guardrail(make.LEANING),)), claim="do_no_harm")
        == "Extend"
    )


def test_learn_recommends_nothing_and_needs_no_bar() -> None:
    decision = decide(make.inputs(make.arm(goals=(make.goal(bar=None),)), claim="learn"))
    assert (decision.verdict, decision.states[0].state) == ("Learn", "no bar")
    assert decision.leading.gate_met
    worse = decide(make.inputs(make.arm(goals=(make.goal(make.WORSE, bar=None),)), claim="learn"))
    assert worse.leading.headline == "Learn: pause and check"


@pytest.mark.parametrize(
    "change",
    [
        {"goals": (make.goal(make.WORSE),)},
        {"guardrails": (make.guardrail(make.BREACHED),)},
        {"harm_stop": True, "harm_why": "burnout rose two weeks running"},
    ],
)
def test_grade_d_with_harm_says_pause_and_check(change: dict[str, Any]) -> None:
    few = make.design(units_arm=3)
    assert decide(make.inputs(make.arm(design=few, **change))).leading.headline == "Learn: pause and check"
    assert decide(make.inputs(make.arm(design=few))).leading.headline == "Learn"


def test_grade_d_comes_before_the_gate() -> None:
    arm = make.arm(design=make.design(units_arm=3), gate=make.gate_facts(end_reached=False))
    decision = decide(make.inputs(arm))
    assert decision.verdict == "Learn"
    assert not decision.leading.gate_met


def test_a_missing_gate_item_is_named() -> None:
    lost = make.guardrail(Evidence(reason="2 pilot teams have values"))
    decision = decide(make.inputs(make.arm(guardrails=(lost,))))
    assert decision.verdict == "Not decision-ready"
    assert "2 pilot teams have values" in decision.reasons[0]
    assert decision.states[1].state == "not estimable"


def test_a_harm_stop_needs_the_frozen_plan_alone() -> None:
    early = make.gate_facts(end_reached=False, metrics=())
    assert verdict(make.arm(harm_stop=True, gate=early)) == "Stop"
    unfrozen = make.gate_facts(frozen_at=None)
    assert verdict(make.arm(harm_stop=True, gate=unfrozen)) == "Not decision-ready"


# Cap, overlays, star


@pytest.mark.parametrize(
    ("change", "said", "why"),
    [
        ({"design": make.design(units_arm=5)}, "Scale with changes", "grade B: at most Scale with changes"),
        ({"design": make.design(drawn=False)}, "Extend", "grade C: at most Extend"),
        ({"equity_breached": ("carers",)}, "Scale with changes", "limit broken for carers"),
        (
            {"goals": (make.goal(sign_flips=True),)},
            "Scale with changes",
            "Cycle time: the sign flips when one team is left out",
        ),
        (
            {"goals": (make.goal(agreed=11, runs=16, sign_flips=False),)},
            "Scale with changes",
            "Cycle time: held in 11 of 16 other analyses, under three quarters",
        ),
        ({"goals": (make.goal(agreed=12, runs=16),)}, "Scale", ""),
        ({"goals": (make.goal(agreed=0, runs=0),)}, "Scale", ""),
    ],
)
def test_each_overlay_lowers_and_says_so(change: dict[str, Any], said: str, why: str) -> None:
    decision = decide(make.inputs(make.arm(**change, forecast_chance=0.0), extensions_left=0))
    assert (decision.verdict, "; ".join(decision.leading.lowered_by)) == (said, why)


def test_two_doubts_lower_once() -> None:
    goal = make.goal(sign_flips=True, agreed=2, runs=16)
    assert verdict(make.arm(goals=(goal,))) == "Scale with changes"


def test_a_doubt_about_a_goal_that_does_not_decide_lowers_nothing() -> None:
    other = make.goal(make.RULED_OUT, metric=make.BELONGING, sign_flips=True)
    arm = make.arm(goals=(make.goal(), other))
    assert (
        verdict(arm, mode="any"),
        verdict(make.arm(goals=(make.goal(), make.goal(metric=make.BELONGING, sign_flips=True))), mode="all"),
    ) == (
        "Scale",
        "Scale with changes",
    )


@pytest.mark.parametrize(
    ("left", "chance", "said"),
    [
        (1, None, "Extend"),
        (1, 0.5, "Extend"),
        (1, 0.499, "Stop: too small to answer"),
        (0, None, "Stop: too small to answer"),
        (0, 1.0, "Stop: too small to answer"),
    ],
)
def test_an_extend_of_the_table_has_to_earn_its_place(left: int, chance: float | None, said: str) -> None:
    arm = make.arm(goals=(make.goal(make.OPEN),), forecast_chance=chance)
    assert decide(make.inputs(arm, extensions_left=left)).leading.headline == said


def test_without_a_forecast_the_page_says_that_extend_stands() -> None:
    decision = decide(make.inputs(make.arm(goals=(make.goal(make.OPEN),))))
    assert "no forecast was made, so Extend stands" in decision.reasons
    assert "forecast" in decision.leading.not_made


def test_an_extend_from_the_cap_names_the_stronger_design() -> None:
    decision = decide(make.inputs(make.arm(design=make.design(drawn=False)), extensions_left=0))
    assert decision.verdict == "Extend"
    assert "arms drawn by lot, at least 8 teams in each" in decision.leading.lead


def test_undrawn_checks_that_did_not_run_are_named() -> None:
    drawn, undrawn = (
        decide(make.inputs(make.arm(design=make.design(drawn=drawn)))).leading.not_made
        for drawn in (True, False)
    )
    assert set(undrawn) - set(drawn) == {"pre-trend check", "placebo check", "breakdown value"}


def test_alarms_and_drift_are_flags() -> None:
    decision = decide(make.inputs(make.arm(watch_alarms=("Belonging",), roster_drift=0.15)))
    assert decision.verdict == "Scale"
    assert decision.leading.flags == (
        "alarm on Belonging: the sponsor must answer it in writing",
        "15 % of an arm left or moved; teams are analysed as assigned",
    )


# The value


def test_a_decision_is_rebuilt_from_its_json() -> None:
    wide = make.evidence(0.2, -make.INF, make.INF, -make.INF)
    decision = decide(make.inputs(make.arm(goals=(make.goal(wide),))))
    data = json.loads(json.dumps(decision.to_dict(), allow_nan=False))
    assert data["schema"] == "pilotlab/decision@1"
    assert (data["states"][0]["low"], data["states"][0]["high"]) == (None, None)
    assert Decision.from_dict(data) == decision
    assert repr(decision) == "Decision 'Extend' (grade A)"


def test_what_would_change_the_verdict_does_so() -> None:
    broken = make.guardrail(make.BREACHED, if_breached="fixable")
    said = {
        change.verdict: change.what
        for change in decide(make.inputs(make.arm(guardrails=(broken,)))).leading.would_change
    }
    assert said["Scale"] == "Focus time shown to stay inside its limit of 1.0 h/week"
    assert verdict(make.arm(guardrails=(make.guardrail(make.SAFE, if_breached="fixable"),))) == "Scale"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: make.inputs(alpha=0.0), "alpha 0.0 is not between 0 and 0.5"),
        (lambda: RuleInputs(arms=()), "arms is empty"),
        (lambda: make.inputs(make.arm(), make.arm()), "arm 'anchor' is given twice"),
        (lambda: make.inputs(claim="prove"), "claim 'prove' is not known"),
        (lambda: make.inputs(make.arm(goals=())), "has 0 goals"),
        (lambda: make.inputs(make.arm(guardrails=(make.guardrail(),) * 3)), "3 deciding guardrails"),
        (
            lambda: make.inputs(make.arm(goals=(make.goal(bar=None),))),
            "bar None of 'cycle_time_p50@1' is not above 0",
        ),
        (lambda: make.inputs(make.arm(goals=(make.goal(bar=-0.5),))), "bar -0.5"),
        (lambda: make.inputs(claim="do_no_harm"), "margin None"),
        (
            lambda: make.inputs(make.arm(guardrails=(make.guardrail(margin=0.0),))),
            "margin 0.0 of 'focus_hours@1'",
        ),
        (lambda: make.inputs(make.arm(forecast_chance=1.2)), "forecast_chance 1.2 is not a chance"),
        (lambda: make.inputs(make.arm(goals=(make.goal(agreed=17, runs=16),))), "agreed 17 of 16 runs"),
        (lambda: make.inputs(extensions_left=-1), "extensions_left -1"),
        (lambda: make.inputs(alpha=0.1), "no interval at alpha 0.1; there are 0.005, 0.01"),
        (
            lambda: make.inputs(make.arm(goals=(make.goal(make.evidence(9.0, 0.3, 1.2)),))),
            "estimate 9 lies outside its interval",
        ),
        (
            lambda: make.inputs(make.arm(goals=(make.goal(make.evidence(0.5, 0.3, 1.2, 0.6)),))),
            "one-sided lower bound 0.6",
        ),
        (
            lambda: make.inputs(make.arm(goals=(make.goal(make.evidence(float("nan"), 0.3, 1.2)),))),
            "estimate nan",
        ),
        (
            lambda: make.inputs(make.arm(goals=(make.goal(make.evidence(0.5, float("nan"), 1.2)),))),
            "is not a number",
        ),
        (
            lambda: make.inputs(make.arm(goals=(make.goal(make.evidence(0.5, 0.3, 1.2, p=1.5)),))),
            "p_one_sided 1.5",
        ),
    ],
)
def test_inputs_that_no_pilot_can_have_are_refused(wrong: Any, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        decide(wrong())
    assert words in str(caught.value)
    assert "fix:" in str(caught.value)
