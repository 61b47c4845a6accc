"""Paths: both potential outcomes of a metric for every team, untreated and treated, drawn with the same noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, pdtr, pdtrik

from pilotlab.simulate.measures import Measure, OfficeDays, Rate, Score, Share
from pilotlab.simulate.roster import DEPARTMENTS
from pilotlab.simulate.seeds import FloatArray, autoregressive, stream
from pilotlab.simulate.world import World

ARMS = ("control", "pilot")
DEPARTMENT_SD, TREND_SD = (
    0.10,
    0.04,
)  # standard deviations; a trend is the drift from the first week to the last


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cells:
    """Team-weeks of one metric in one arm, shape (teams, weeks) each; `value` is nan where nothing was logged.

    Attributes
    ----------
    true : FloatArray
        The value had everybody answered and every log come.
    n : FloatArray
        People behind the value.
    """

    value: FloatArray
    true: FloatArray
    n: FloatArray
    numerator: FloatArray | None = None
    denominator: FloatArray | None = None


Paths = Mapping[str, Cells]  # by arm


def draw_paths(world: World, metric: str, measure: Measure) -> Paths:
    """Draw a metric's potential outcomes; all its noise comes from its own stream."""
    match measure:
        case Score():
            return _score(world, metric, measure)
        case Rate():
            return _rate(world, metric, measure)
        case Share():
            return _share(world, metric, measure)
        case OfficeDays():
            return _office_days(world, metric, measure)


def person_scores(
    world: World, metric: str, measure: Score, *, plain: bool = False
) -> Mapping[str, FloatArray]:
    """Draw every person's weekly value by arm, shape (people, weeks).

    Parameters
    ----------
    plain : bool
        Leave out season, holidays, quarter ends and departments: the core model.
    """
    noise = _core_noise(world, metric, measure)
    around = np.zeros_like(noise) if plain else _surroundings(world, metric, measure)
    factor = np.ones_like(noise) if plain else world.roster.per_person(_factor(world, measure))
    return {
        arm: _answer(
            measure, factor * (measure.mean + measure.sd * (noise + around + world.effect(metric, arm)))
        )
        for arm in ARMS
    }


def _core_noise(world: World, metric: str, measure: Score) -> FloatArray:
    """Team, person, trend, team-week and person-week, in standard deviations of the metric."""
    rng = stream(world.seed, "noise", metric)
    teams, people, weeks = len(world.roster.teams), len(world.roster.people), len(world.timeline.weeks)
    team = np.sqrt(measure.share_team) * rng.standard_normal((teams, 1))
    person = np.sqrt(measure.share_person) * rng.standard_normal((people, 1))
    trend = TREND_SD * rng.standard_normal((teams, 1)) * np.linspace(0, 1, weeks)
    shock = np.sqrt(measure.share_team_week) * autoregressive(rng, teams, weeks, measure.team_week_rho)
    residual = np.sqrt(measure.share_residual) * autoregressive(rng, people, weeks, measure.residual_rho)
    noise: FloatArray = world.roster.per_person(team + trend + shock) + person + residual
    return noise


def _surroundings(world: World, metric: str, measure: Score) -> FloatArray:
    """Department, season and holidays, in standard deviations of the metric."""
    shifts = DEPARTMENT_SD * stream(world.seed, "noise", f"{metric}/departments").standard_normal(
        len(DEPARTMENTS)
    )
    department = shifts[[DEPARTMENTS.index(name) for name in world.roster.teams["function"]]][:, None]
    season = world.timeline.season + measure.holiday_shift * world.holiday
    return world.roster.per_person(department + measure.toward_good * season)


def _factor(world: World, measure: Score | Rate) -> FloatArray:
    holidays = 1 + (measure.holiday_factor - 1) * world.holiday
    quarter_ends = 1 + (measure.quarter_end_factor - 1) * world.timeline.quarter_end
    return np.asarray(holidays * quarter_ends)


def _answer(measure: Score, latent: FloatArray) -> FloatArray:
    steps: FloatArray = np.round(np.clip(latent, measure.low, measure.high) / measure.step)
    return steps * measure.step


def _score(world: World, metric: str, measure: Score) -> Paths:
    scores = person_scores(world, metric, measure)
    counted = world.answers.astype(float) if measure.answered else np.ones(world.answers.shape)
    n = world.roster.per_team(counted)
    sizes = world.roster.sizes[:, None]
    return {
        arm: Cells(
            value=np.divide(
                world.roster.per_team(counted * score), n, out=np.full(n.shape, np.nan), where=n > 0
            ),
            true=world.roster.per_team(score) / sizes,
            n=n,
        )
        for arm, score in scores.items()
    }


def _rate(world: World, metric: str, measure: Rate) -> Paths:
    rng = stream(world.seed, "noise", metric)
    teams, weeks = len(world.roster.teams), len(world.timeline.weeks)
    spread = measure.team_sd * rng.standard_normal((teams, 1)) + measure.week_sd * autoregressive(
        rng, teams, weeks, measure.week_rho
    )
    level = np.exp(spread - (measure.team_sd**2 + measure.week_sd**2) / 2)  # mean 1
    luck = rng.random((teams, weeks))
    sizes = world.roster.sizes[:, None] + np.zeros(weeks)
    cells = {}
    for arm in ARMS:
        expected = (
            measure.mean * sizes * level * _factor(world, measure) * (1 + _team_effect(world, metric, arm))
        )
        count = _poisson(luck, expected)
        cells[arm] = _logged(world, count / sizes, n=sizes, numerator=count, denominator=sizes)
    return cells


def _share(world: World, metric: str, measure: Share) -> Paths:
    rng = stream(world.seed, "noise", metric)
    teams, weeks = len(world.roster.teams), len(world.timeline.weeks)
    spread = measure.team_sd * rng.standard_normal((teams, 1)) + measure.week_sd * autoregressive(
        rng, teams, weeks, measure.week_rho
    )
    share = expit(measure.logit_mean + spread)
    sizes = world.roster.sizes[:, None] + np.zeros(weeks)
    holidays = 1 + (measure.holiday_factor - 1) * world.holiday
    hours = np.round(
        measure.hours_per_person * sizes * holidays * np.exp(0.15 * rng.standard_normal((teams, weeks))), 1
    )
    cells = {}
    for arm in ARMS:
        outside = np.round(hours * np.clip(share * (1 + _team_effect(world, metric, arm)), 0, 1), 1)
        value = outside / hours
        cells[arm] = Cells(value=value, true=value, n=sizes, numerator=outside, denominator=hours)
    return cells


def _office_days(world: World, metric: str, measure: OfficeDays) -> Paths:
    rng = stream(world.seed, "noise", metric)
    people, weeks = world.answers.shape
    taste = measure.taste_sd * rng.standard_normal((people, 1)) + measure.week_sd * rng.standard_normal(
        (people, weeks)
    )
    sizes = world.roster.sizes[:, None] + np.zeros(weeks)
    cells = {}
    for arm in ARMS:
        plan = np.where(world.follows[arm], world.scenario.pilot_days, world.scenario.control_days)
        days = world.roster.per_team(np.clip(np.round(plan + taste), 0, measure.most))
        cells[arm] = _logged(world, days / sizes, n=sizes)
    return cells


def _logged(
    world: World,
    value: FloatArray,
    *,
    n: FloatArray,
    numerator: FloatArray | None = None,
    denominator: FloatArray | None = None,
) -> Cells:
    """Blank the team-weeks whose log never came."""
    return Cells(
        value=np.where(world.logged, value, np.nan),
        true=value,
        n=n,
        numerator=numerator,
        denominator=denominator,
    )


def _team_effect(world: World, metric: str, arm: str) -> FloatArray:
    return world.roster.per_team(world.effect(metric, arm)) / world.roster.sizes[:, None]


def _poisson(luck: FloatArray, expected: FloatArray) -> FloatArray:
    """Poisson counts by inverse distribution: the same luck gives both arms comparable counts."""
    above = np.ceil(pdtrik(luck, expected))
    below = np.maximum(above - 1, 0)
    return np.asarray(np.where(pdtr(below, expected) >= luck, below, above), dtype=float)
