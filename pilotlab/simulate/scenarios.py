"""Scenarios: what the policy is, what it truly does to each metric, and how the effect unfolds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from pilotlab.errors import unknown
from pilotlab.simulate.seeds import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """How an effect unfolds from the first pilot week: it ramps up, and may fade."""

    ramp_weeks: int = 4
    fade_weeks: float | None = None  # time constant of a novelty that wears off; None: it stays

    def over(self, event_time: FloatArray) -> FloatArray:
        """Return the share of the full effect in each week since the start; 0 before."""
        ramp = np.clip((event_time + 1) / self.ramp_weeks, 0.0, 1.0)
        if self.fade_weeks is None:
            return ramp
        return np.where(event_time >= 0, np.exp(-np.maximum(event_time, 0) / self.fade_weeks), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One state of the world, by the name a user types.

    Attributes
    ----------
    effects : Mapping[str, float]
        Effect of the policy as assigned once it is fully at work, by metric: in standard deviations of the
        metric for scores and hours, as a relative change for shares and counts. Metrics left out: 0.
    share : callable or None
        From the people to the share of the effect that each has; None: everybody has all of it.

    Examples
    --------
    >>> scenario = SCENARIOS["hybrid_strong"]
    >>> scenario.control_days, scenario.pilot_days, scenario.effects["job_satisfaction"]
    (5, 3, 0.35)
    """

    name: str
    title: str
    control_days: int
    pilot_days: int
    effects: Mapping[str, float]
    path: Path = Path()
    share: Callable[[pd.DataFrame], FloatArray] | None = None


LONG_COMMUTE, SHORT_SHARE = 90, 0.10 / 0.45  # minutes a day, both ways; share of the effect below it


def _by_commute_and_level(people: pd.DataFrame) -> FloatArray:
    """All of the effect to long commuters, less to the others, none to seniors."""
    long = people["commute_minutes"].to_numpy() > LONG_COMMUTE
    share = np.where(long, 1.0, SHORT_SHARE)
    return np.asarray(np.where(people["level"].to_numpy() == "senior", 0.0, share))


_ROWS = (
    Scenario(
        name="hybrid_strong",
        title="Five office days become three, with anchor days: a clear gain in quality of life",
        control_days=5,
        pilot_days=3,
        effects={
            "job_satisfaction": 0.35,
            "work_life_balance": 0.40,
            "burnout_level": -0.25,
            "intent_to_quit": -0.25,
            "after_hours": -0.05,
            "cross_team_share": -0.02,
        },
    ),
    Scenario(
        name="hybrid_published",
        title="Five office days become three: the sizes that published trials found",
        control_days=5,
        pilot_days=3,
        effects={
            "job_satisfaction": 0.20,
            "work_life_balance": 0.28,
            "burnout_level": -0.15,
            "intent_to_quit": -0.15,
        },
    ),
    Scenario(
        name="null",
        title="Five office days become three and nothing else changes",
        control_days=5,
        pilot_days=3,
        effects={},
    ),
    Scenario(
        name="mandate",
        title="Three office days become five: quality of life falls",
        control_days=3,
        pilot_days=5,
        effects={
            "job_satisfaction": -0.20,
            "work_life_balance": -0.30,
            "intent_to_quit": 0.25,
            "cross_team_share": 0.04,
        },
    ),
    Scenario(
        name="trade_off",
        title="Five office days become three: people gain, links between teams lose",
        control_days=5,
        pilot_days=3,
        effects={"job_satisfaction": 0.25, "cross_team_share": -0.10},
    ),
    Scenario(
        name="novelty",
        title="Five office days become three: a gain that wears off within weeks",
        control_days=5,
        pilot_days=3,
        effects={"job_satisfaction": 0.25},
        path=Path(fade_weeks=4.0),
    ),
    Scenario(
        name="heterogeneous",
        title="Five office days become three: long commuters gain most, seniors nothing",
        control_days=5,
        pilot_days=3,
        effects={"job_satisfaction": 0.45},
        share=_by_commute_and_level,
    ),
)
SCENARIOS: Mapping[str, Scenario] = MappingProxyType({row.name: row for row in _ROWS})
"""Simulated worlds by name, as `pl.simulate(...)` and `pilotlab demo --scenario` take them."""


def scenario_of(name: str | Scenario) -> Scenario:
    """Return a scenario of the table, or the one that was brought.

    Raises
    ------
    UsageError
        For a name that is not in the table; lists those that are.
    """
    if isinstance(name, Scenario):
        return name
    if name not in SCENARIOS:
        raise unknown("scenario", name, SCENARIOS)
    return SCENARIOS[name]
