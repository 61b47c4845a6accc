"""States at and beside each boundary of their inequalities."""

from __future__ import annotations

import math

import pytest

from pilotlab.decide.inputs import Level
from pilotlab.decide.states import goal_state, guardrail_state

INF = math.inf
BESIDE = 1e-9


def level(low: float, high: float, lower: float = -INF) -> Level:
    return Level(alpha=0.05, low=low, high=high, lower=lower)


@pytest.mark.parametrize(
    ("low", "estimate", "high", "state"),
    [
        (BESIDE, 0.5, 1.0, "clear yes"),
        (BESIDE, 0.5 - BESIDE, 1.0, "open"),
        (BESIDE, 0.5 - BESIDE, 0.5, "open"),
        (BESIDE, 0.2, 0.5 - BESIDE, "too small"),
        (0.0, 0.9, 2.0, "cannot tell"),
        (0.0, 0.2, 0.5, "cannot tell"),
        (0.0, 0.2, 0.5 - BESIDE, "ruled out"),
        (-1.0, -0.5, 0.0, "ruled out"),
        (-1.0, -0.5, -BESIDE, "worse"),
        (-INF, 0.9, INF, "cannot tell"),
        (-INF, -0.9, -0.1, "worse"),
        (0.5, 0.5, 0.5, "clear yes"),
    ],
)
def test_goal_states_on_and_beside_their_boundaries(
    low: float, estimate: float, high: float, state: str
) -> None:
    assert goal_state(estimate, level(low, high), 0.5) == state


@pytest.mark.parametrize(
    ("estimate", "high", "lower", "state"),
    [
        (-1.0, -BESIDE, -2.0, "breached"),
        (-1.0, 0.0, -2.0, "leaning bad"),
        (-1.0 + BESIDE, -BESIDE, -2.0, "leaning bad"),
        (-0.5, 0.5, -1.0, "leaning bad"),
        (-0.5 + BESIDE, 0.5, -1.0, "unproven"),
        (-0.5, -0.1, -1.0 + BESIDE, "safe"),
        (0.3, 2.0, -1.0, "unproven"),
        (0.3, INF, -INF, "unproven"),
        (-0.5, INF, -INF, "leaning bad"),
    ],
)
def test_guardrail_states_on_and_beside_their_boundaries(
    estimate: float, high: float, lower: float, state: str
) -> None:
    assert guardrail_state(estimate, level(-9.0, high, lower), 1.0) == state
