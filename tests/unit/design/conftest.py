"""A pilot of twelve teams, to be bent by each test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.team import Team

Make = Callable[..., PilotSpec]


@pytest.fixture
def pilot() -> Make:
    """Make a declaration; keywords replace whole top-level keys."""

    def make(**changed: Any) -> PilotSpec:
        data: dict[str, Any] = {
            "id": "anchor-days",
            "question": "Do anchor days help?",
            "policy": {"control": {}, "anchor": {"office_days": 2}},
            "teams": {"file": "teams.csv"},
            "calendar": {"start": "2026-09-07"},
            "metrics": {
                "goals": [{"use": "cycle_time_p50@1", "worth_it": -0.5}],
                "guardrails": [{"use": "focus_hours@1", "margin": 1.0, "if_breached": "stop"}],
            },
        }
        return PilotSpec.model_validate(data | changed)

    return make


@pytest.fixture
def teams() -> list[Team]:
    """Twelve teams at two sites, of sizes 4 to 15."""
    return [
        Team(
            f"team-{number:02d}",
            {"site": "berlin" if number % 3 else "lyon", "size": str(4 + number), "lead": f"lead {number}"},
            4 + number,
            line=number + 2,
        )
        for number in range(12)
    ]


@pytest.fixture
def metrics() -> dict[str, MetricSpec]:
    """Definitions of the pilot's two metrics."""
    common: dict[str, Any] = {"family": "outcome", "kind": "continuous", "roles": ["goal", "guardrail"]}
    return {
        "cycle_time_p50@1": MetricSpec(
            id="cycle_time_p50", label="Cycle time", unit="days", direction="lower", **common
        ),
        "focus_hours@1": MetricSpec(
            id="focus_hours", label="Focus hours", unit="h/week", direction="higher", **common
        ),
    }
