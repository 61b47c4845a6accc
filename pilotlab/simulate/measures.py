"""Measures: how each metric of a simulated company comes about; adding one is a row here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A value a person has each week: a survey answer or hours.

    Variance shares are of `sd` squared: team, person, team-week, and what is left to the person-week.
    """

    mean: float
    sd: float
    low: float
    high: float
    step: float  # answers are rounded to it
    share_team: float = 0.08
    share_person: float = 0.47
    share_team_week: float = 0.04
    team_week_rho: float = 0.35
    residual_rho: float = 0.20
    toward_good: int = 1  # +1 where more is better: season and holidays move people that way
    holiday_shift: float = 0.1  # standard deviations, toward the better side, in a week with a public holiday
    holiday_factor: float = 1.0
    quarter_end_factor: float = 1.0
    answered: bool = True  # a survey item: those who do not answer are missing

    @property
    def share_residual(self) -> float:
        """Share of the variance that belongs to the person-week."""
        return 1.0 - self.share_team - self.share_person - self.share_team_week


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A count a team has each week for each of its people (Poisson-lognormal), written in the lead's log."""

    mean: float  # a person and week
    team_sd: float  # of the log rate
    week_sd: float
    week_rho: float
    holiday_factor: float = 1.0
    quarter_end_factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of a team's hours, on the logit scale."""

    logit_mean: float
    team_sd: float
    week_sd: float
    week_rho: float
    hours_per_person: float
    holiday_factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDays:
    """Days in the office, from the arm's plan, each person's taste and the week."""

    taste_sd: float = 0.7
    week_sd: float = 0.55
    most: int = 5


Measure = Score | Rate | Share | OfficeDays

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "job_satisfaction": Score(mean=7.4, sd=1.8, low=0, high=10, step=1),
        "work_life_balance": Score(mean=3.4, sd=0.9, low=1, high=5, step=1),
        "burnout_level": Score(
            mean=2.5, sd=0.85, low=1, high=5, step=1, share_team=0.15, share_person=0.40, toward_good=-1
        ),
        "intent_to_quit": Score(
            mean=3.2, sd=2.1, low=0, high=10, step=1, share_team=0.05, share_person=0.50, toward_good=-1
        ),
        "belonging": Score(mean=3.7, sd=0.9, low=1, high=5, step=1, share_team=0.12, share_person=0.43),
        "after_hours": Score(
            mean=4.5,
            sd=2.0,
            low=0,
            high=40,
            step=0.25,
            share_team=0.15,
            share_person=0.34,
            share_team_week=0.05,
            residual_rho=0.0,
            toward_good=-1,
            holiday_shift=0.0,
            holiday_factor=0.85,
            quarter_end_factor=1.12,
            answered=False,
        ),
        "focus_hours": Score(
            mean=17.0,
            sd=7.5,
            low=0,
            high=50,
            step=0.25,
            share_team=0.15,
            share_person=0.19,
            share_team_week=0.05,
            residual_rho=0.0,
            holiday_shift=0.0,
            holiday_factor=0.85,
            answered=False,
        ),
        "throughput_items": Rate(
            mean=3.2, team_sd=0.5, week_sd=0.2, week_rho=0.3, holiday_factor=0.75, quarter_end_factor=1.10
        ),
        "cross_team_share": Share(
            logit_mean=-0.85,
            team_sd=0.5,
            week_sd=0.27,
            week_rho=0.3,
            hours_per_person=9.0,
            holiday_factor=0.85,
        ),
        "office_days": OfficeDays(),
    }
)
