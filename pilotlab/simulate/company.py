"""The company: teams, people, weekly observations, and the truth behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pilotlab.errors import UsageError, unknown
from pilotlab.simulate.files import write_files
from pilotlab.simulate.groups import observe_groups, truth_by_group
from pilotlab.simulate.measures import MEASURES, Measure, Score
from pilotlab.simulate.paths import Paths, draw_paths, person_scores
from pilotlab.simulate.roster import draw_roster
from pilotlab.simulate.scenarios import Scenario, scenario_of
from pilotlab.simulate.seeds import FloatArray, stream
from pilotlab.simulate.timeline import START, Timeline
from pilotlab.simulate.world import BoolArray, World, draw_world
from pilotlab.weeks import Week

CONTROL, PILOT = "control", "pilot"
LEAD_LOG = frozenset({"throughput_items", "office_days"})  # written by the team lead: may be missing or late


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Company:
    """A company whose truth is known: both potential outcomes of every team-week are drawn, an assignment reveals one.

    Attributes
    ----------
    assignment : Mapping[str, str]
        Team to arm, drawn half and half from the company's own seed; `observe` takes any other.
    paths : Mapping[str, Paths]
        By metric and arm, cells of shape (teams, weeks).

    Examples
    --------
    >>> company = simulate("hybrid_strong", teams=6, seed=1)
    >>> company.truth.round(2).head(2).values.tolist()
    [['job_satisfaction', 0.63, 0.6, 0.64], ['work_life_balance', 0.36, 0.3, 0.32]]
    """

    scenario: Scenario
    seed: int
    world: World
    assignment: Mapping[str, str]
    paths: Mapping[str, Paths]

    @property
    def teams(self) -> pd.DataFrame:
        """A row a team: team, name, function (department), site, country, size, lead."""
        return self.world.roster.teams.copy()

    @property
    def people(self) -> pd.DataFrame:
        """A row a person: person, team, level, woman, carer, commute_minutes."""
        return self.world.roster.people.copy()

    @property
    def timeline(self) -> Timeline:
        """Its weeks."""
        return self.world.timeline

    @property
    def observations(self) -> pd.DataFrame:
        """What was logged under the company's own assignment; see `observe`."""
        return self.observe(self.assignment)

    @property
    def truth(self) -> pd.DataFrame:
        """The true effects under the company's own assignment; see `truth_of`."""
        return self.truth_of(self.assignment)

    def observe(self, assignment: Mapping[str, str]) -> pd.DataFrame:
        """Reveal what teams logged, given their arms.

        Parameters
        ----------
        assignment : Mapping[str, str]
            Team to arm; every arm but `control` follows the scenario's policy.

        Returns
        -------
        DataFrame
            A row a team-week and metric that was logged or has a reason for its gap: `team, week, metric, value,
            numerator, denominator, n, gap, entered`; `entered` is the week in which the row came in.

        Raises
        ------
        UsageError
            Where a team of the company has no arm.
        """
        treated = self.treated(assignment)
        frames = [self._long(metric, paths, treated) for metric, paths in self.paths.items()]
        return pd.concat(frames, ignore_index=True).sort_values(["week", "team", "metric"], ignore_index=True)

    def truth_of(self, assignment: Mapping[str, str]) -> pd.DataFrame:
        """Return the true effect on the pilot teams from both of their potential outcomes, drawn with the same noise.

        Returns
        -------
        DataFrame
            A row a metric: `metric, nominal, att_all, att_steady`: the scenario's effect in the metric's unit
            (relative for shares and counts), the mean over all pilot weeks, the mean after the wash-in; every team
            counts the same.
        """
        treated = self.treated(assignment)
        since = self.timeline.event_time
        rows = []
        for metric, paths in self.paths.items():
            effect = (paths[PILOT].true - paths[CONTROL].true)[treated]
            rows.append(
                {
                    "metric": metric,
                    "nominal": self._nominal(metric),
                    "att_all": float(effect[:, since >= 0].mean()),
                    "att_steady": float(effect[:, since >= self.timeline.washin_weeks].mean()),
                }
            )
        return pd.DataFrame(rows)

    def observe_groups(self, assignment: Mapping[str, str], by: Iterable[str]) -> pd.DataFrame:
        """Reveal what people of each team answered by group; see `pilotlab.simulate.groups.observe_groups`."""
        return observe_groups(self.world, self.paths, self.treated(assignment), by)

    def truth_by_group(self, assignment: Mapping[str, str], by: Iterable[str]) -> pd.DataFrame:
        """Return the true effect on each group of people; see `pilotlab.simulate.groups.truth_by_group`."""
        return truth_by_group(self.world, self.paths, self.treated(assignment), by)

    def person_weeks(self, metric: str, arm: str = CONTROL) -> FloatArray:
        """Return everybody's weekly score without season, holidays and departments, shape (people, weeks).

        Raises
        ------
        UsageError
            For a metric that is not a person's score.
        """
        measure = MEASURES.get(metric)
        if not isinstance(measure, Score):
            raise UsageError(f"{metric!r} is not a person's score", fix="one of: " + ", ".join(_scores()))
        return person_scores(self.world, metric, measure, plain=True)[arm]

    def write(self, folder: Path | str, assignment: Mapping[str, str] | None = None) -> tuple[Path, ...]:
        """Write `teams.csv`, a long and a wide file a week, and `truth.json`; returns the paths."""
        arms = assignment or self.assignment
        return write_files(
            Path(folder), teams=self.teams, observations=self.observe(arms), truth=self.truth_as_dict(arms)
        )

    def truth_as_dict(self, assignment: Mapping[str, str]) -> dict[str, Any]:
        """Scenario, seed, arms and true effects as plain data."""
        rows = self.truth_of(assignment).to_dict("records")
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "teams": len(self.teams),
            "arms": {team: assignment[team] for team in sorted(self.teams["team"])},
            "effects": {
                row["metric"]: {key: round(row[key], 6) for key in ("nominal", "att_all", "att_steady")}
                for row in rows
            },
        }

    def __repr__(self) -> str:
        teams, people = len(self.world.roster.teams), len(self.world.roster.people)
        weeks = self.timeline.weeks
        return f"Company {self.scenario.name}, seed {self.seed}: {teams} teams, {people} people, {weeks[0]} to {weeks[-1]}"

    def treated(self, assignment: Mapping[str, str]) -> BoolArray:
        """Say which teams follow the pilot's plan, in the order of `teams`; every team needs an arm."""
        without = [team for team in self.world.roster.teams["team"] if team not in assignment]
        if without:
            raise UsageError(
                f"no arm for {without[0]!r} and {len(without) - 1} more teams",
                fix="give every team of the company an arm",
            )
        return np.array([assignment[team] != CONTROL for team in self.world.roster.teams["team"]])

    def _nominal(self, metric: str) -> float:
        if metric == "office_days":
            return float(self.scenario.pilot_days - self.scenario.control_days)
        measure = MEASURES[metric]
        return self.scenario.effects.get(metric, 0.0) * (measure.sd if isinstance(measure, Score) else 1.0)

    def _long(self, metric: str, paths: Paths, treated: BoolArray) -> pd.DataFrame:
        weeks = self.timeline.weeks
        teams = self.world.roster.teams["team"].to_numpy()

        def reveal(field: str) -> FloatArray:
            pilot, control = getattr(paths[PILOT], field), getattr(paths[CONTROL], field)
            if pilot is None:
                return np.full(len(teams) * len(weeks), np.nan)
            return np.asarray(np.where(treated[:, None], pilot, control).ravel(), dtype=float)

        late = self.world.late & (metric in LEAD_LOG)
        frame = pd.DataFrame(
            {
                "team": np.repeat(teams, len(weeks)),
                "week": np.tile([str(week) for week in weeks], len(teams)),
                "metric": metric,
                "value": np.round(reveal("value"), 4),
                "numerator": reveal("numerator"),
                "denominator": reveal("denominator"),
                "n": reveal("n").astype(int),
                "gap": _gaps(self.world, metric).ravel(),
                "entered": np.array(
                    [[str(week + int(flag)) for week, flag in zip(weeks, row, strict=True)] for row in late]
                ).ravel(),
            }
        )
        blank = frame["value"].isna()
        frame.loc[blank, ["numerator", "denominator"]] = np.nan
        frame.loc[blank, "n"] = 0
        frame.loc[~blank, "gap"] = ""
        return frame[~blank | (frame["gap"] != "")]


def simulate(
    scenario: str | Scenario = "hybrid_strong",
    teams: int = 24,
    seed: int = 7,
    *,
    start: Week = START,
    baseline_weeks: int = 8,
    washin_weeks: int = 4,
    pilot_weeks: int = 12,
    announced_week: int = 6,
    metrics: tuple[str, ...] | None = None,
) -> Company:
    """Draw a company whose truth is known.

    Parameters
    ----------
    scenario : str or Scenario
        What the policy is and does: a name of `SCENARIOS`, or a scenario of your own.
    teams : int
        Number of teams, 2 to 5,000.
    seed : int
        Each block (roster, policy, response, logs, every metric's noise) has its own stream of it: a metric more or
        less changes no other.
    start : Week
        First pilot week.
    metrics : tuple of str, optional
        Which metrics to draw; all of `MEASURES` without.

    Returns
    -------
    Company

    Raises
    ------
    UsageError
        For an unknown scenario or metric, a negative seed, an impossible number of teams or weeks.

    Examples
    --------
    >>> simulate("null", teams=6, seed=1)
    Company null, seed 1: 6 teams, 60 people, 2025-W28 to 2025-W51
    """
    if seed < 0:
        raise UsageError(f"seed is {seed!r}", fix="give a whole number from 0")
    timeline = Timeline(
        start=start,
        baseline_weeks=baseline_weeks,
        washin_weeks=washin_weeks,
        pilot_weeks=pilot_weeks,
        announced_week=announced_week,
    )
    chosen = scenario_of(scenario)
    world = draw_world(draw_roster(teams, seed), timeline, chosen, seed)
    measures = _measures(metrics)
    paths = {metric: draw_paths(world, metric, measure) for metric, measure in measures.items()}
    return Company(scenario=chosen, seed=seed, world=world, assignment=_draw_arms(world), paths=paths)


def _measures(metrics: tuple[str, ...] | None) -> Mapping[str, Measure]:
    for metric in metrics or ():
        if metric not in MEASURES:
            raise unknown("metric", metric, MEASURES)
    return {metric: MEASURES[metric] for metric in metrics or MEASURES}


def _draw_arms(world: World) -> Mapping[str, str]:
    teams = list(world.roster.teams["team"])
    order = stream(world.seed, "arms").permutation(len(teams))
    treated = {teams[place] for place in order[: len(teams) // 2]}
    return {team: PILOT if team in treated else CONTROL for team in teams}


def _gaps(world: World, metric: str) -> npt.NDArray[np.object_]:
    """Reasons leads give where a log did not come: holidays always have one, other weeks every second time."""
    reasons = np.full(world.logged.shape, "", dtype=object)
    if metric in LEAD_LOG:
        given = stream(world.seed, "logs", "reasons").random(world.logged.shape) < 0.5
        reasons[~world.logged & given] = "forgot"
        reasons[~world.logged & (world.holiday > 0)] = "holiday"
    return reasons


def _scores() -> tuple[str, ...]:
    return tuple(metric for metric, measure in MEASURES.items() if isinstance(measure, Score))
