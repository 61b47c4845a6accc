"""Frames with a known truth, for tests: teams by week, team levels, a shared season, noise, an effect."""

from __future__ import annotations

import numpy as np
import pandas as pd

START = 7


def simulate(
    *,
    teams: int = 12,
    weeks: int = 12,
    att: float = 0.0,
    noise: float = 1.0,
    seed: int = 0,
    start: int = START,
    starts: tuple[int, ...] | None = None,
    treated: int | None = None,
) -> pd.DataFrame:
    """Make a complete panel: the first `treated` teams (half, where left out) start in week `start`.

    With `starts`, treated teams take these in turn. Columns: team, week, first_week, y, people, pair, site, skill.
    """
    rng = np.random.default_rng(seed)
    count = teams // 2 if treated is None else treated
    cycle = starts or (start,)
    cohort = np.array([cycle[i % len(cycle)] if i < count else 0 for i in range(teams)])
    team, week = np.repeat(np.arange(teams), weeks), np.tile(np.arange(1, weeks + 1), teams)
    on = (cohort[team] > 0) & (week >= cohort[team])
    level, season = rng.normal(0, 3, teams), rng.normal(0, 1, weeks)
    skill = rng.normal(size=teams)
    y = level[team] + season[week - 1] + att * on + noise * rng.normal(size=teams * weeks)
    return pd.DataFrame(
        {
            "team": [f"team {i:02d}" for i in team],
            "week": week,
            "first_week": cohort[team],
            "y": y,
            "people": (5 + team % 4).astype(float),
            "pair": team % max(count, 1),
            "site": [f"site {i % max(teams // 3, 1)}" for i in team],
            "skill": skill[team] + 0.1 * rng.normal(size=teams * weeks),
        }
    )


def with_gaps(frame: pd.DataFrame, share: float = 0.1, seed: int = 0) -> pd.DataFrame:
    """Drop rows by chance, a team's first and last week never."""
    rng = np.random.default_rng(seed)
    inner = ~frame["week"].isin([frame["week"].min(), frame["week"].max()])
    return frame[~(inner & (rng.random(len(frame)) < share))].reset_index(drop=True)
