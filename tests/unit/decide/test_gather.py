"""What the rule reads, gathered from an analysis and the records."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pilotlab.decide.decision import Decision
from pilotlab.decide.gather import Records, gather
from pilotlab.decide.inputs import Evidence, RuleInputs
from pilotlab.decide.rule import decide
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.analysis import analyze
from pilotlab.panel.presence import WINDOWS
from pilotlab.spec.pilot import CONTROL, PilotSpec
from tests.pilots import make_assignment, make_metric, make_panel, make_spec
from tests.unit.decide import make

pytestmark = pytest.mark.slow  # every test here analyses a whole pilot

NAMES = [f"t{number:02d}" for number in range(12)]
GOAL = {"use": "cycle@1", "worth_it": -0.5}
LIMIT = {"use": "mood@1", "margin": 0.5, "if_breached": "fixable", "fix": "a quiet morning"}
METRICS = {
    "cycle@1": make_metric(),
    "mood@1": make_metric(
        id="mood",
        label="Mood",
        unit="points (1-5)",
        direction="higher",
        family="quality_of_life",
        level="person",
        min_group=10,
    ),
    "days@1": make_metric(
        id="days", label="Office days", unit="days/week", direction="context", family="adherence"
    ),
    "speed@1": make_metric(id="speed", label="Speed", unit="items", transform="log", direction="higher"),
}
EFFECT = {"cycle@1": -1.0, "mood@1": 0.2, "days@1": 1.4, "speed@1": 0.4}


def value(key: str, team: str, at: int) -> float:
    place = NAMES.index(team)
    return round(
        3 + place % 6 / 10 + ((place * 7 + at * 5) % 11) / 20 + EFFECT[key] * (at >= 0 and place >= 6), 4
    )


def gathered(
    *,
    n: float | None = 9.0,
    silent: tuple[str, ...] = (),
    records: dict[str, Any] | None = None,
    **spec: Any,
) -> RuleInputs:
    declared = {"goals": [GOAL], "guardrails": [LIMIT], "adherence": {"use": "days@1", "planned_gap": 1.5}}
    pilot = make_spec(**{"metrics": declared, **spec})
    assignment = make_assignment(
        {CONTROL: NAMES[:6], "anchor": NAMES[6:]}
        if len(pilot.arms) == 1
        else {CONTROL: NAMES[:4], "anchor": NAMES[4:8], "home": NAMES[8:]}
    )
    panels = {
        use.use: make_panel(
            pilot,
            METRICS[use.use],
            assignment,
            lambda team, at, key=use.use: None if key in silent else value(key, team, at),  # type: ignore[misc]
            n=lambda team, at: n,
        )
        for _, use in pilot.uses
    }
    return gather(pilot, analyze(pilot, panels, seed=1), assignment, known(pilot, **(records or {})))


def known(pilot: PilotSpec, **changed: Any) -> Records:
    keys = [use.use for _, use in pilot.uses]
    facts = {
        "frozen_at": datetime(2026, 8, 1, tzinfo=UTC),
        "frozen_first": True,
        "first_pilot_row_at": datetime(2026, 9, 14, tzinfo=UTC),
        "digests_match": True,
        "store_verified": True,
        "shares": {
            (key, arm, window): 1.0 for key in keys for arm in (*pilot.arms, CONTROL) for window in WINDOWS
        },
        "baseline_weeks": dict.fromkeys(keys, 8),
        "today": date(2026, 12, 1),
    }
    return Records(**{**facts, **changed})


def test_effects_are_turned_so_that_up_is_good() -> None:
    arm = gathered().arms[0]
    (goal,), (limit,) = arm.goals, arm.guardrails
    assert goal.evidence.estimate == pytest.approx(1.0, abs=0.15)  # a day sooner
    assert (goal.bar, limit.margin, limit.if_breached, limit.fix) == (0.5, 0.5, "fixable", "a quiet morning")
    assert limit.evidence.estimate == pytest.approx(0.2, abs=0.1)
    for use in (goal, limit):
        level = use.evidence.at(0.05)
        assert level.low <= level.lower <= use.evidence.estimate <= level.high
        assert use.evidence.p_one_sided < 0.05


def test_alpha_is_split_over_arms_and_goals_and_never_over_limits() -> None:
    two = {"control": {}, "anchor": {}, "home": {}}  # type: ignore[var-annotated]
    goals = [GOAL, {"use": "speed@1", "worth_it": "+10%"}]
    made = gathered(policy=two, metrics={"goals": goals, "guardrails": [LIMIT]})
    assert [arm.arm for arm in made.arms] == ["anchor", "home"]
    for arm in made.arms:
        assert [level.alpha for level in arm.goals[0].evidence.levels] == [0.0125, 0.025, 0.05]
        assert arm.design.units_arm == arm.design.units_control == 4


def test_the_card_of_a_goal_reaches_the_rule() -> None:
    (goal,) = gathered().arms[0].goals
    assert goal.sign_flips is False
    assert goal.agreed is not None
    assert goal.runs is not None
    assert 0 < goal.agreed <= goal.runs <= 16
    decided = decide(gathered()).leading
    assert not {"robustness card", "leave one team out"} & set(decided.not_made)
    assert decided.held == f"no sign flip, held in {goal.agreed} of {goal.runs} other analyses"


def test_a_card_that_is_switched_off_is_named_as_not_made() -> None:
    made = gathered(analysis={"sensitivity": "none"})
    (goal,) = made.arms[0].goals
    assert (goal.sign_flips, goal.agreed, goal.runs) == (None, None, None)
    decided = decide(made).leading
    assert {"robustness card", "leave one team out"} <= set(decided.not_made)
    assert decided.held == ""


def test_log_points_stand_beside_a_bar_in_log_points() -> None:
    import math

    made = gathered(metrics={"goals": [{"use": "speed@1", "worth_it": "+10%"}], "guardrails": [LIMIT]})
    goal = made.arms[0].goals[0]
    assert goal.bar == pytest.approx(math.log(1.1))
    assert 0.08 < goal.evidence.estimate < 0.2
    words = decide(made).states[0].words
    assert "%" in words
    assert "the bar of 10.0 %" in words


def test_two_goals_any_and_all() -> None:
    goals = [GOAL, {"use": "speed@1", "worth_it": "+50%"}]
    verdicts = {
        mode: decide(gathered(metrics={"goals": goals, "guardrails": [LIMIT]}, decide={"goals": mode}))
        .leading.steps[0]
        .verdict
        for mode in ("any", "all")
    }
    assert verdicts == {"any": "Scale", "all": "Stop"}  # speed is better, and by less than half


def test_do_no_harm_and_learn() -> None:
    harmless = gathered(
        claim="do_no_harm", metrics={"goals": [{"use": "cycle@1", "margin": 0.5}], "guardrails": [LIMIT]}
    )
    assert harmless.arms[0].goals[0].margin == 0.5
    decision = decide(harmless)
    assert {state.state for state in decision.states} == {"safe"}
    assert decision.leading.steps[0].verdict == "Scale"
    learnt = decide(gathered(claim="learn", metrics={"goals": ["cycle@1"], "guardrails": [LIMIT]}))
    assert (learnt.verdict, learnt.states[0].state) == ("Learn", "no bar")


@pytest.mark.parametrize(
    ("planned", "minimum", "effect", "met"),
    [
        (1.5, None, 1.4, True),
        (1.5, 1.45, 1.4, False),
        (-2.0, None, -1.3, True),
        (-2.0, -1.5, -1.3, False),
        (-2.0, None, 1.3, False),
    ],
)
def test_the_gap_in_office_days_has_a_direction(
    planned: Any, minimum: Any, effect: Any, met: Any, monkeypatch: Any
) -> None:
    monkeypatch.setitem(EFFECT, "days@1", effect)
    use = {"use": "days@1", "planned_gap": planned, "minimum_gap": minimum}
    made = gathered(metrics={"goals": [GOAL], "guardrails": [LIMIT], "adherence": use})
    fact = made.arms[0].gate.adherence
    assert fact.minimum_gap == (planned / 2 if minimum is None else minimum)
    item = next(item for item in decide(made).leading.gate if item.key == "adherence")
    assert item.met is met


def test_what_was_not_declared_is_not_listed_as_not_made() -> None:
    plain = gathered().arms[0]
    assert (plain.equity_breached, plain.watch_alarms) == ((), ())
    assert not {"equity slices", "watch alarms"} & set(decide(gathered()).leading.not_made)
    more = gathered(
        slices={"equity": ["site"]}, metrics={"goals": [GOAL], "guardrails": [LIMIT], "watch": ["speed@1"]}
    )
    assert {"equity slices", "watch alarms"} <= set(decide(more).leading.not_made)


def test_a_metric_that_nobody_logged_is_missing_by_name() -> None:
    made = gathered(silent=("mood@1",))
    evidence = made.arms[0].guardrails[0].evidence
    assert not evidence.estimable
    assert evidence.reason == "no value in any arm"
    decision = decide(made)
    assert decision.verdict == "Not decision-ready"
    item = next(item for item in decision.leading.gate if item.key == "estimable")
    assert (item.met, item.found) == (False, "Mood: no value in any arm")
    assert "quality of life" in made.not_measured


def test_the_end_is_reached_on_the_day_after_it() -> None:
    for today, reached in ((date(2026, 10, 11), False), (date(2026, 10, 12), True)):
        assert gathered(records={"today": today}).arms[0].gate.end_reached is reached


# what may not be shown


def hidden_goal() -> RuleInputs:
    declared = {"goals": [{"use": "mood@1", "worth_it": 0.1}], "guardrails": [{**LIMIT, "use": "cycle@1"}]}
    return gathered(n=1.0, metrics=declared)


def test_the_rule_reads_what_may_not_be_shown() -> None:
    shown, hidden = gathered(), gathered(n=1.0)
    evidence = hidden.arms[0].guardrails[0].evidence
    assert evidence.hidden == "fewer than 10 people in anchor and control"
    assert evidence.levels == shown.arms[0].guardrails[0].evidence.levels
    assert decide(hidden).verdict == decide(shown).verdict


def test_a_hidden_metric_has_a_state_and_no_number() -> None:
    inputs = hidden_goal()
    decision = decide(inputs)
    state = decision.states[0]
    assert state.state in ("clear yes", "open")
    assert [state.estimate, state.low, state.high, state.lower, state.p_one_sided] == [None] * 5
    assert (
        state.words
        == f"Mood: {state.state}; its size is not shown, fewer than 10 people in anchor and control"
    )
    assert decision.leading.luck == ""
    assert isinstance(inputs.arms[0].goals[0].evidence.estimate, float)


def test_no_number_of_a_hidden_metric_is_in_the_decision() -> None:
    inputs = hidden_goal()
    evidence = inputs.arms[0].goals[0].evidence
    data = decide(inputs).to_dict()
    assert Decision.from_dict(json.loads(json.dumps(data))) == decide(inputs)
    secret = [
        evidence.estimate,
        evidence.p_one_sided,
        evidence.p_value,
        *(end for level in evidence.levels for end in (level.low, level.high, level.lower)),
    ]
    numbers = [part for part in walk(data["arms"][0]["states"][0]) if isinstance(part, float)]
    assert not {round(abs(one), 9) for one in secret} & {round(abs(one), 9) for one in numbers}  # type: ignore[arg-type]
    assert f"{evidence.estimate:.2f}" not in data["arms"][0]["lead"]


def walk(data: object) -> Any:
    if isinstance(data, dict):
        for item in data.values():
            yield from walk(item)
    elif isinstance(data, list):
        for item in data:
            yield from walk(item)
    else:
        yield data


def test_under_learn_a_hidden_goal_says_so() -> None:
    goal = make.goal(
        Evidence(estimate=0.76, levels=make.CLEAR_YES.levels, hidden="too few people"),
        bar=None,
    )
    decision = decide(make.inputs(make.arm(goals=(goal,)), claim="learn"))
    assert decision.states[0].words == "Cycle time: its size is not shown, too few people"


def test_a_hidden_gap_is_judged_and_not_printed() -> None:
    adherence = make.Adherence(planned_gap=1.5, minimum_gap=0.75, observed_gap=1.234, hidden="too few people")  # type: ignore[attr-defined]
    decision = decide(make.inputs(make.arm(gate=make.gate_facts(adherence=adherence))))
    item = next(item for item in decision.leading.gate if item.key == "adherence")
    assert (item.met, item.found) == (True, "enough; not shown, too few people")
    assert "1.23" not in json.dumps(decision.to_dict())


def test_estimates_are_real() -> None:
    """The fixture's effects are found, so that the tests above rest on something."""
    pilot = make_spec()
    assignment = make_assignment({CONTROL: NAMES[:6], "anchor": NAMES[6:]})
    panel = make_panel(pilot, METRICS["cycle@1"], assignment, lambda team, at: value("cycle@1", team, at))
    estimate = analyze(pilot, {"cycle@1": panel}, seed=1).results[0].estimate
    assert isinstance(estimate, Estimate)
    assert estimate.att == pytest.approx(-1.0, abs=0.15)
