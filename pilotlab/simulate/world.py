"""World: what all metrics of a simulated company share: who follows the policy, who answers, which logs come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pilotlab.simulate.roster import Roster
from pilotlab.simulate.scenarios import Scenario
from pilotlab.simulate.seeds import FloatArray, stream
from pilotlab.simulate.timeline import Timeline

BoolArray = npt.NDArray[np.bool_]

ADHERENCE, LEAKAGE = (
    0.85,
    0.10,
)  # share of person-weeks that follow the pilot's plan, in pilot arm and in control
RESPONSE_MEAN, RESPONSE_WEIGHT = 0.72, 6.0  # a person's propensity to answer is Beta(mean x weight, rest)
RESPONSE_FATIGUE = 0.004  # lost each week
LOG_MISSING, LOG_MISSING_HOLIDAY, LOG_LATE = 0.04, 0.10, 0.12


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class World:
    """What happens to everybody, whatever is measured.

    Attributes
    ----------
    follows : Mapping[str, BoolArray]
        By arm: whether a person works by the pilot's plan in a week, shape (people, weeks); the same luck in both.
    answers : BoolArray, shape (people, weeks)
        Who answers the week's survey.
    logged : BoolArray, shape (teams, weeks)
        Whether the lead's log of the week comes at all; `late` whether it comes a week late.
    """

    roster: Roster
    timeline: Timeline
    scenario: Scenario
    seed: int
    follows: Mapping[str, BoolArray]
    answers: BoolArray
    logged: BoolArray
    late: BoolArray
    holiday: FloatArray  # (teams, weeks)

    def effect(self, metric: str, arm: str) -> FloatArray:
        """Return the effect on each person in each week in the scenario's own measure, shape (people, weeks).

        The scenario states the effect as assigned, so a person who follows the plan carries more: effect divided by
        the difference in following between the arms.
        """
        full = self.scenario.effects.get(metric, 0.0) / (ADHERENCE - LEAKAGE)
        share = self.scenario.share
        own = 1.0 if share is None else share(self.roster.people)[:, None]
        return np.asarray(full * own * self.follows[arm] * self.scenario.path.over(self.timeline.event_time))


def draw_world(roster: Roster, timeline: Timeline, scenario: Scenario, seed: int) -> World:
    """Draw what all metrics share; each block from its own stream."""
    people, weeks = len(roster.people), len(timeline.weeks)
    holiday = timeline.holiday(roster.sites)
    logged, late = _logs(holiday, seed)
    return World(
        roster=roster,
        timeline=timeline,
        scenario=scenario,
        seed=seed,
        follows=_follows(people, timeline, seed),
        answers=_answers(people, weeks, seed),
        logged=logged,
        late=late,
        holiday=holiday,
    )


def _follows(people: int, timeline: Timeline, seed: int) -> Mapping[str, BoolArray]:
    luck = stream(seed, "policy").random((people, len(timeline.weeks)))
    running = timeline.event_time >= 0
    return {"control": (luck < LEAKAGE) & running, "pilot": (luck < ADHERENCE) & running}


def _answers(people: int, weeks: int, seed: int) -> BoolArray:
    rng = stream(seed, "response")
    propensity = rng.beta(RESPONSE_MEAN * RESPONSE_WEIGHT, (1 - RESPONSE_MEAN) * RESPONSE_WEIGHT, (people, 1))
    return rng.random((people, weeks)) < propensity - RESPONSE_FATIGUE * np.arange(weeks)


def _logs(holiday: FloatArray, seed: int) -> tuple[BoolArray, BoolArray]:
    rng = stream(seed, "logs")
    logged = rng.random(holiday.shape) >= LOG_MISSING + LOG_MISSING_HOLIDAY * holiday
    return logged, rng.random(holiday.shape) < LOG_LATE
