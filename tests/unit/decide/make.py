"""Inputs of the rule for tests: a sound pilot, of which a test changes one thing."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

from pilotlab.decide.inputs import (
    Adherence,
    ArmInputs,
    DesignFacts,
    Evidence,
    GateFacts,
    GoalInput,
    GuardrailInput,
    Level,
    Metric,
    MetricFacts,
    RuleInputs,
)

INF = math.inf
ALPHAS = (0.005, 0.01, 0.0125, 0.02, 0.025, 0.05)

CYCLE = Metric(key="cycle_time_p50@1", label="Cycle time", unit="days", decimals=2, better=-1)
FOCUS = Metric(key="focus_hours@1", label="Focus time", unit="h/week", decimals=1, better=1)
BURNOUT = Metric(key="burnout_level@1", label="Burnout", unit="points (1-5)", decimals=2, better=-1)
BELONGING = Metric(key="belonging@1", label="Belonging", unit="points", decimals=2, better=1)


def evidence(
    estimate: float,
    low: float,
    high: float,
    lower: float | None = None,
    *,
    p: float = 0.003,
    **levels: tuple[float, float],
) -> Evidence:
    """One interval at every level, unless a level (`at_0_025=(low, high)`) says otherwise."""
    bound = (low if math.isinf(low) else (low + estimate) / 2) if lower is None else lower
    ends = {float(name.removeprefix("at_").replace("_", ".", 1)): ends for name, ends in levels.items()}
    made = tuple(
        Level(
            alpha=alpha,
            low=ends.get(alpha, (low, high))[0],
            high=ends.get(alpha, (low, high))[1],
            lower=bound,
        )
        for alpha in ALPHAS
    )
    return Evidence(estimate=estimate, levels=made, p_one_sided=p, p_value=min(1.0, 2 * p))


CLEAR_YES = evidence(0.76, 0.30, 1.19)
OPEN = evidence(0.30, 0.05, 0.70)
CANNOT_TELL = evidence(0.20, -0.30, 0.70)
TOO_SMALL = evidence(0.20, 0.05, 0.40)
RULED_OUT = evidence(0.10, -0.20, 0.40)
WORSE = evidence(-0.40, -0.70, -0.10, p=0.99)

SAFE = evidence(0.04, -0.10, 0.19)
HARM_OPEN = evidence(-0.2, -5.0, 4.6, lower=-4.2)
UNPROVEN = evidence(-0.2, -1.8, 1.4)
LEANING = evidence(-0.6, -1.8, 0.6)
BREACHED = evidence(-1.3, -1.9, -0.6, p=0.999)


def goal(found: Evidence = CLEAR_YES, **change: Any) -> GoalInput:
    """A goal with a bar of 0.5."""
    return GoalInput(**{"metric": CYCLE, "evidence": found, "bar": 0.5, **change})


def guardrail(found: Evidence = SAFE, **change: Any) -> GuardrailInput:
    """A guardrail with a margin of 1."""
    return GuardrailInput(**{"metric": FOCUS, "margin": 1.0, "evidence": found, **change})


def design(**change: Any) -> DesignFacts:
    """Twelve against twelve teams, drawn by lot."""
    return DesignFacts(
        **{"drawn": True, "recruitment": "lottery", "units_arm": 12, "units_control": 12, **change}
    )


def gate_facts(**change: Any) -> GateFacts:
    """A gate that is met in every item."""
    metrics = tuple(
        MetricFacts(
            metric=metric.key,
            baseline_arm=0.97,
            baseline_control=0.96,
            counted_arm=0.94,
            counted_control=0.93,
            baseline_weeks=8,
        )
        for metric in (CYCLE, FOCUS)
    )
    facts: dict[str, Any] = {
        "store_verified": True,
        "frozen_at": datetime(2026, 9, 1, 10, 12, tzinfo=UTC),
        "frozen_first": True,
        "first_pilot_row_at": datetime(2026, 9, 10, 9, 0, tzinfo=UTC),
        "digests_match": True,
        "metrics": metrics,
        "adherence": Adherence(planned_gap=1.5, minimum_gap=0.75, observed_gap=1.1),
        "planned_end": date(2026, 12, 27),
        "end_reached": True,
    }
    return GateFacts(**{**facts, **change})


def arm(**change: Any) -> ArmInputs:
    """One arm with a clear goal and a safe guardrail."""
    made: dict[str, Any] = {
        "arm": "anchor",
        "goals": (goal(),),
        "guardrails": (guardrail(),),
        "design": design(),
        "gate": gate_facts(),
    }
    return ArmInputs(**{**made, **change})


def inputs(*arms: ArmInputs, **change: Any) -> RuleInputs:
    """A pilot of these arms; of one sound arm where none is given."""
    return RuleInputs(**{"arms": arms or (arm(),), "pilot": "anchor-days", "sponsor": "coo", **change})
