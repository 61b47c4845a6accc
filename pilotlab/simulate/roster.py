"""Roster: the teams of a simulated company and the people in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError
from pilotlab.simulate.seeds import FloatArray, stream
from pilotlab.simulate.timeline import COUNTRIES, SITES

_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "platform": (
            "identity",
            "observability",
            "routing",
            "storage",
            "runtime",
            "permissions",
            "edge",
            "build",
        ),
        "product": (
            "checkout",
            "onboarding",
            "catalogue",
            "search",
            "mobile",
            "notifications",
            "accounts",
            "pricing",
        ),
        "data": (
            "data-platform",
            "forecasting",
            "reporting",
            "ingestion",
            "experiments",
            "quality",
            "models",
            "lineage",
        ),
        "sales-ops": (
            "partners",
            "renewals",
            "quotes",
            "territories",
            "enablement",
            "deals",
            "channels",
            "leads",
        ),
        "support": (
            "first-line",
            "escalations",
            "returns",
            "enterprise-care",
            "self-service",
            "chat",
            "field",
            "training",
        ),
        "finance": ("ledger", "invoicing", "payments", "tax", "treasury", "payroll", "audit", "planning"),
    }
)
DEPARTMENTS = tuple(_NAMES)
MEDIAN_SIZE, LOG_SD_SIZE, SMALLEST, LARGEST = 9, 0.3, 5, 16
LEVELS, LEVEL_SHARES = ("junior", "mid", "senior"), (0.30, 0.45, 0.25)
WOMAN, CARER = 0.45, 0.30
COMMUTE_MEDIAN, COMMUTE_LOG_SD = 70.0, 0.5  # minutes a day, both ways


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Teams and people; `people.team` is in the order of `teams`, so that blocks of rows are teams."""

    teams: pd.DataFrame
    people: pd.DataFrame

    @property
    def sizes(self) -> FloatArray:
        """People in each team, shape (teams,)."""
        return self.teams["size"].to_numpy(dtype=float)

    @property
    def sites(self) -> list[str]:
        """Site of each team."""
        return list(self.teams["site"])

    def per_person(self, of_team: FloatArray) -> FloatArray:
        """Repeat rows of teams for each of their people."""
        return np.repeat(of_team, self.teams["size"].to_numpy(), axis=0)

    def per_team(self, of_person: FloatArray) -> FloatArray:
        """Add up the rows of a team's people."""
        sizes = self.teams["size"].to_numpy()
        return np.add.reduceat(of_person, np.concatenate([[0], np.cumsum(sizes)[:-1]]), axis=0)


def draw_roster(teams: int, seed: int) -> Roster:
    """Draw teams in six departments and three sites, with their people.

    Raises
    ------
    UsageError
        For fewer than 2 teams or more than 5,000.
    """
    if not 2 <= teams <= 5000:
        raise UsageError(f"teams is {teams!r}", fix="give between 2 and 5000")
    sizes = _sizes(teams, seed)
    frame = _teams(sizes, seed)
    return Roster(frame, _people(frame, seed))


def _sizes(teams: int, seed: int) -> FloatArray:
    draws = stream(seed, "roster").lognormal(np.log(MEDIAN_SIZE), LOG_SD_SIZE, teams)
    return np.clip(np.round(draws), SMALLEST, LARGEST)


def _teams(sizes: FloatArray, seed: int) -> pd.DataFrame:
    teams = [_team_name(index) for index in range(len(sizes))]
    sites = stream(seed, "roster", "sites").choice(list(SITES), len(sizes))
    return pd.DataFrame(
        {
            "team": teams,
            "name": [team.replace("-", " ").capitalize() for team in teams],
            "function": [DEPARTMENTS[index % len(DEPARTMENTS)] for index in range(len(sizes))],
            "site": sites,
            "country": [COUNTRIES[site] for site in sites],
            "size": sizes.astype(int),
            "lead": [f"lead.{team}@example.com" for team in teams],
        }
    )


def _team_name(index: int) -> str:
    names = _NAMES[DEPARTMENTS[index % len(DEPARTMENTS)]]
    turn, place = divmod(index // len(DEPARTMENTS), len(names))
    return names[place] if turn == 0 else f"{names[place]}-{turn + 1}"


def _people(teams: pd.DataFrame, seed: int) -> pd.DataFrame:
    count = int(teams["size"].sum())
    rng = stream(seed, "people")
    frame = pd.DataFrame(
        {
            "person": [f"p{number:05d}" for number in range(1, count + 1)],
            "team": np.repeat(teams["team"].to_numpy(), teams["size"].to_numpy()),
            "level": rng.choice(LEVELS, count, p=LEVEL_SHARES),
            "woman": rng.random(count) < WOMAN,
            "carer": rng.random(count) < CARER,
            "commute_minutes": np.round(rng.lognormal(np.log(COMMUTE_MEDIAN), COMMUTE_LOG_SD, count)).astype(
                int
            ),
        }
    )
    first_of_team = ~frame["team"].duplicated()
    frame.loc[first_of_team, "level"] = "manager"
    return frame
