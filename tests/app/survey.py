"""The survey that the notebook reads: thirty simulated teams by month, half of them with anchor days from September on."""

from __future__ import annotations

import numpy as np
import pandas as pd

TRUE_EFFECT = 0.38  # points, reached in the second month
TEAMS, START = 30, 8


def survey(seed: int = 6) -> pd.DataFrame:
    """Make the table; a few team-months did not answer, and have no row."""
    rng = np.random.default_rng(seed)
    months = pd.date_range("2025-01-01", periods=12, freq="MS").strftime("%Y-%m-%d")
    starts = rng.permutation(TEAMS) < TEAMS // 2
    level, season = rng.normal(3.4, 0.35, TEAMS), rng.normal(0, 0.08, len(months))
    rows = []
    for team, with_days in enumerate(starts):
        people = int(rng.integers(6, 15))
        for at, month in enumerate(months):
            effect = TRUE_EFFECT * min(1.0, (at - START + 1) / 2) if with_days and at >= START else 0.0
            value = level[team] + season[at] + effect + rng.normal(0, 0.16)
            if rng.random() < 0.01:
                continue
            since = months[START] if with_days else None
            rows.append((f"Team {team + 1:02d}", month, since, people, round(float(np.clip(value, 1, 5)), 2)))
    return pd.DataFrame(rows, columns=["Team", "Month", "Since", "Answers", "Satisfaction"])
