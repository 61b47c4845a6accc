"""Pilots: simulated teams by week, with the policy and without it, in designs that are drawn, matched or chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilotlab.stats.randomization.draws import Design, sample_draws

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

STUDY_SEED = 20261121
ALPHA = 0.05
BASELINE, WASHIN, COUNTED = 8, 4, 12  # weeks
WEEKS = BASELINE + WASHIN + COUNTED

# Shares of the variance of a person's weekly score, and how they persist; the score's SD is 1.
TEAM, PERSON, TEAM_WEEK, RESIDUAL = 0.08, 0.47, 0.04, 0.41
RESIDUAL_AR = 0.20
RESPONSE = 0.72  # of a team's people answer in a week
SEASON = 0.10  # amplitude of a sine over 52 weeks, common to all teams
USUAL = {"ar": 0.35, "drift": 0.04, "missing": 0.04, "spread": 1.0}

# The metric a team reports where there is an effect: a mean of answers from 1 to 5, rounded, near its upper end.
MEAN, SD, LOW, HIGH, STEP = 4.2, 0.9, 1.0, 5.0, 0.1
EFFECT, RAMP = 0.35, 6  # in SD of a person's score; weeks until it is whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of pilot, with one start.

    Attributes
    ----------
    pilot, control : int
        Teams in each arm.
    strata : int
        Strata of equal size and equal arms; a pair is a stratum of two.
    ar : float
        Lag-1 autocorrelation of the team-week shocks.
    drift : float
        SD over teams of a linear drift from the first week to the last.
    missing : float
        Chance that a team-week is not logged.
    spread : float
        The pilot teams' changes are so many times as spread: effects that differ from team to team and are zero on
        average. The sharp null is then false.
    drawn : bool
        Whether a lot decided, and the analyst says so. Otherwise teams volunteered: within strata those of higher level.
    """

    pilot: int
    control: int
    strata: int = 1
    ar: float = USUAL["ar"]
    drift: float = USUAL["drift"]
    missing: float = USUAL["missing"]
    spread: float = USUAL["spread"]
    drawn: bool = True

    @property
    def teams(self) -> int:
        return self.pilot + self.control

    @property
    def paired(self) -> bool:
        return self.teams == 2 * self.strata

    @property
    def name(self) -> str:
        """What the README calls it."""
        parts = [f"{self.pilot} against {self.control}"]
        if self.strata > 1:
            parts.append(f"{self.strata} {'pairs' if self.paired else 'strata'}")
        if not self.drawn:
            parts.append("not drawn")
        parts += [
            f"{field} {value:g}" for field, plain in USUAL.items() if (value := getattr(self, field)) != plain
        ]
        return ", ".join(parts)

    @property
    def design(self) -> Design:
        """Pilot teams first within each stratum, as `simulate` orders them."""
        arm = np.r_[np.ones(self.pilot // self.strata, bool), np.zeros(self.control // self.strata, bool)]
        return Design.stratified(np.tile(arm, self.strata), np.repeat(np.arange(self.strata), len(arm)))

    @property
    def on(self) -> BoolArray:
        """Weeks under the policy, shape (teams, weeks)."""
        return np.asarray(np.outer(self.design.z, np.arange(WEEKS) >= BASELINE))


def simulate(cell: Cell, seed: int) -> FloatArray:
    """Simulate one pilot in which the policy does nothing: team means, shape (teams, weeks), nan where not logged.

    Teams stand by stratum, pilot teams first in each, after arms were drawn with the generator that assigns real pilots, or
    teams came forward.
    """
    rng = np.random.default_rng([STUDY_SEED, cell.pilot, cell.control, cell.strata, seed])
    values, level = team_weeks(
        rng, cell.teams, ar=cell.ar, drift=cell.drift, missing=cell.missing, strata=cell.strata
    )
    turn = ~sample_draws(cell.design, 1, rng)[0] if cell.drawn else -level
    return np.asarray(values[np.lexsort((turn, cell.design.strata))])


def team_weeks(
    rng: np.random.Generator, teams: int, *, ar: float, drift: float, missing: float, strata: int = 1
) -> tuple[FloatArray, FloatArray]:
    """Make team means by week without any policy, in SD of a person's score, and the teams' levels; equal strata in order."""
    size = np.clip(np.round(rng.lognormal(np.log(9), 0.3, teams)), 5, 16)
    answers = np.maximum(1, rng.binomial(size.astype(int), RESPONSE))[:, None]
    level = (
        rng.normal(0, np.sqrt(TEAM + PERSON / size))[:, None]
        + np.repeat(rng.normal(0, 0.3, strata), teams // strata)[:, None]
    )
    shock = _autoregressive(rng, teams, ar) * np.sqrt(TEAM_WEEK)
    noise = _autoregressive(rng, teams, RESIDUAL_AR) * np.sqrt(RESIDUAL / answers)
    slope = rng.normal(0, drift, (teams, 1)) * np.linspace(0, 1, WEEKS)
    season = SEASON * np.sin(2 * np.pi * (np.arange(WEEKS) / 52 + rng.random()))
    values = level + shock + noise + slope + season
    values[rng.random(values.shape) < missing] = np.nan
    return np.asarray(values), np.asarray(level[:, 0])


def with_effect(panels: FloatArray, start: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Report the same team-weeks under the policy and what it did to each, on the metric's scale.

    Parameters
    ----------
    panels : ndarray, shape (pilots, teams, weeks)
        Without the policy, in SD of a person's score.
    start : ndarray, shape (teams,)
        First week under the policy, counted from 0; WEEKS or later for none.

    Notes
    -----
    The effect grows over the first weeks; then both are clipped to the metric's range and rounded, so that a team near the
    upper end can gain little. What is left of the effect is the truth.
    """
    ramp = np.clip((np.arange(WEEKS) - start[:, None] + 1) / RAMP, 0, 1)
    without, under = _reported(panels), _reported(panels + EFFECT * ramp)
    return under, under - without


def _reported(values: FloatArray) -> FloatArray:
    return np.asarray(np.round(np.clip(MEAN + SD * values, LOW, HIGH) / STEP) * STEP)


def _autoregressive(rng: np.random.Generator, teams: int, lag: float) -> FloatArray:
    """Stationary AR(1) of variance 1, shape (teams, weeks)."""
    values = rng.normal(size=(teams, WEEKS))
    values[:, 1:] *= np.sqrt(1 - lag**2)
    for week in range(1, WEEKS):
        values[:, week] += lag * values[:, week - 1]
    return np.asarray(values)
