"""Data that every program is given: the same numbers, in shuffled rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SIZES = {"S": (40, 26), "M": (2_000, 52), "L": (20_000, 104), "XL": (200_000, 104)}
SEED = 20260907
EFFECT = 0.5


def write_all(folder: Path, sizes: list[str]) -> None:
    """Write panels as one file a column: staggered starts in every size asked for, one start in size S."""
    for size in sizes:
        write_staggered(folder / f"staggered-{size}", *SIZES[size])
    teams, weeks = SIZES["S"]
    _write(folder / "one_start-S", _panel(teams, weeks, np.resize([0, weeks // 2 + 1], teams)))
    _write(folder / "few_treated-S", _panel(teams, weeks, np.where(np.arange(teams) < 3, weeks // 2 + 1, 0)))
    _write(folder / "twenty-S", _panel(20, weeks, np.resize([0, weeks // 2 + 1], 20)))
    _write(folder / "path-S", _event_path(before=5, after=4))


def write_staggered(folder: Path, teams: int, weeks: int, *, shuffled: bool = True) -> None:
    """Write a panel of which a fifth never starts and the others at four times; rows shuffled, or by team and week."""
    starts = np.array([0, *(weeks // 4 + 1 + k * max(1, weeks // 8) for k in range(4))])
    _write(folder, _panel(teams, weeks, np.resize(starts, teams), shuffled=shuffled))


def rows_of(size: str) -> int:
    """Rows of a panel of that size."""
    teams, weeks = SIZES[size]
    return teams * weeks


def _panel(teams: int, weeks: int, cohort: np.ndarray, *, shuffled: bool = True) -> dict[str, np.ndarray]:
    """Build team and week effects, noise with autocorrelation .4, an effect of `EFFECT` from the start on; 0 is never."""
    rng = np.random.default_rng([SEED, teams, weeks])
    noise = rng.normal(size=(teams, weeks))
    for week in range(1, weeks):
        noise[:, week] = 0.4 * noise[:, week - 1] + np.sqrt(1 - 0.4**2) * noise[:, week]
    week = np.arange(1, weeks + 1)
    treated = (cohort[:, None] > 0) & (week >= cohort[:, None])
    value = noise + rng.normal(size=(teams, 1)) + rng.normal(size=weeks) + EFFECT * treated
    order = rng.permutation(teams * weeks) if shuffled else slice(None)
    since = np.where(cohort[:, None] > 0, week - cohort[:, None], -1)  # never treated: in the reference
    columns = {
        "team": np.repeat(np.arange(teams), weeks),
        "week": np.tile(week, teams),
        "first_week": np.repeat(cohort, weeks),
        "treated": treated.ravel().astype(np.int64),
        "ever": np.repeat(cohort > 0, weeks).astype(np.int64),
        "event_time": since.ravel(),
        "y": value.ravel(),
    }
    return {name: values[order] for name, values in columns.items()}


def _event_path(before: int, after: int) -> dict[str, np.ndarray]:
    """Build coefficients of an event study and their covariance, one row a coefficient."""
    rng = np.random.default_rng([SEED, before, after])
    periods = before + after
    apart = np.abs(np.subtract.outer(np.arange(periods), np.arange(periods)))
    sigma = 0.01 * (0.5 + 0.5 * 0.6**apart)
    beta = np.r_[rng.normal(0, 0.05, before), 0.4 + rng.normal(0, 0.05, after)]
    return {"beta": beta, "sigma": sigma, "n_pre": np.array([before])}


def _write(folder: Path, columns: dict[str, np.ndarray]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in columns.items():
        np.save(folder / f"{name}.npy", values)
