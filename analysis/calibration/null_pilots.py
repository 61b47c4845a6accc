"""How often does a pilot that did nothing raise an alarm? Null pilots through the default procedure and naive ones.

python analysis/calibration/null_pilots.py --date 2026-11-21 --write
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

import pilotlab
from pilotlab.stats.draws import Design, sample_draws
from pilotlab.stats.randomization import p_values

FloatArray = NDArray[np.float64]

RESULTS = Path(__file__).with_suffix(".json")
STUDY_SEED = 20261121
SEEDS = 2_000
CHECKED = 200  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
ALPHA = 0.05
BASELINE, WASHIN, COUNTED = 8, 4, 12  # weeks
WEEKS = BASELINE + WASHIN + COUNTED

# Shares of the variance of a person's weekly score, and how they persist; the score's SD is 1.
TEAM, PERSON, TEAM_WEEK, RESIDUAL = 0.08, 0.47, 0.04, 0.41
RESIDUAL_AR = 0.20
RESPONSE = 0.72  # of a team's people answer in a week
TURNS = 200
SEASON = 0.10  # amplitude of a sine over 52 weeks, common to all teams


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of null pilot.

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
    """

    pilot: int
    control: int
    strata: int = 1
    ar: float = 0.35
    drift: float = 0.04
    missing: float = 0.04
    spread: float = 1.0

    @property
    def teams(self) -> int:
        return self.pilot + self.control

    @property
    def name(self) -> str:
        """What the README calls it."""
        parts = [f"{self.pilot} against {self.control}"]
        parts += (
            [f"{self.strata} pairs" if self.teams == 2 * self.strata else f"{self.strata} strata"]
            if self.strata > 1
            else []
        )
        for field, plain in (("ar", 0.35), ("drift", 0.04), ("missing", 0.04), ("spread", 1.0)):
            if (value := getattr(self, field)) != plain:
                parts.append(f"{field} {value:g}")
        return ", ".join(parts)

    @property
    def design(self) -> Design:
        """Pilot teams first within each stratum, as `simulate` orders them."""
        arm = np.r_[np.ones(self.pilot // self.strata, bool), np.zeros(self.control // self.strata, bool)]
        return Design.stratified(np.tile(arm, self.strata), np.repeat(np.arange(self.strata), len(arm)))


CELLS = (
    *(Cell(pilot=n, control=n) for n in (4, 6, 8, 12, 20)),
    Cell(pilot=4, control=8),
    Cell(pilot=4, control=20),
    Cell(pilot=6, control=6, ar=0.0),
    Cell(pilot=6, control=6, ar=0.6),
    Cell(pilot=6, control=6, drift=0.2),
    Cell(pilot=6, control=6, missing=0.2),
    Cell(pilot=6, control=6, strata=2),
    Cell(pilot=12, control=12, strata=3),
    Cell(pilot=6, control=6, strata=6),
    Cell(pilot=12, control=12, strata=12),
    Cell(pilot=6, control=6, spread=2.0),
    Cell(pilot=4, control=8, spread=2.0),
    Cell(pilot=4, control=20, spread=2.0),
)


def simulate(cell: Cell, seed: int) -> FloatArray:
    """Simulate one pilot in which the policy does nothing: team means, shape (teams, weeks), nan where not logged.

    Teams stand by stratum, pilot teams first in each, after arms were drawn with the generator that assigns real pilots.
    """
    rng = np.random.default_rng([STUDY_SEED, cell.pilot, cell.control, cell.strata, seed])
    size = np.clip(np.round(rng.lognormal(np.log(9), 0.3, cell.teams)), 5, 16)
    answers = np.maximum(1, rng.binomial(size.astype(int), RESPONSE))[:, None]
    level = (
        rng.normal(0, np.sqrt(TEAM + PERSON / size))[:, None]
        + np.repeat(rng.normal(0, 0.3, cell.strata), cell.teams // cell.strata)[:, None]
    )
    shock = _autoregressive(rng, cell.teams, cell.ar) * np.sqrt(TEAM_WEEK)
    noise = _autoregressive(rng, cell.teams, RESIDUAL_AR) * np.sqrt(RESIDUAL / answers)
    drift = rng.normal(0, cell.drift, (cell.teams, 1)) * np.linspace(0, 1, WEEKS)
    season = SEASON * np.sin(2 * np.pi * (np.arange(WEEKS) / 52 + rng.random()))
    values = level + shock + noise + drift + season
    values[rng.random(values.shape) < cell.missing] = np.nan
    order = _pilot_first(sample_draws(cell.design, 1, rng)[0], cell)
    return np.asarray(values[order])


def changes(cell: Cell, panels: FloatArray) -> FloatArray:
    """Mean of the counted weeks minus mean of the baseline weeks, shape (pilots, teams)."""
    found = np.nanmean(panels[..., BASELINE + WASHIN :], axis=-1) - np.nanmean(
        panels[..., :BASELINE], axis=-1
    )
    if cell.spread == 1:
        return np.asarray(found)
    centre = found.mean(axis=1, keepdims=True)
    return np.asarray(np.where(cell.design.z, centre + cell.spread * (found - centre), found))


def by_randomization(cell: Cell, panels: FloatArray) -> FloatArray:
    """The default: p of `change` under the draws that could have been made."""
    return p_values(changes(cell, panels), cell.design)


def by_cr2(cell: Cell, panels: FloatArray) -> FloatArray:
    """CR2 with Satterthwaite df on one change a team; a paired t where teams were drawn in pairs."""
    change, z = changes(cell, panels), cell.design.z
    if cell.teams == 2 * cell.strata:
        return np.asarray(stats.ttest_1samp(change[:, z] - change[:, ~z], 0.0, axis=1).pvalue)
    within = [change[:, cell.design.strata == stratum] for stratum in range(cell.strata)]
    n1, n0 = cell.pilot // cell.strata, cell.control // cell.strata
    gap = np.mean([one[:, :n1].mean(axis=1) - one[:, n1:].mean(axis=1) for one in within], axis=0)
    squared = (
        np.mean(
            [one[:, :n1].var(axis=1, ddof=1) / n1 + one[:, n1:].var(axis=1, ddof=1) / n0 for one in within],
            axis=0,
        )
        / cell.strata
    )
    df = cell.strata * (1 / n1 + 1 / n0) ** 2 / (1 / (n1**2 * (n1 - 1)) + 1 / (n0**2 * (n0 - 1)))
    return np.asarray(2 * stats.t.sf(np.abs(gap) / np.sqrt(squared), df))


def by_ols(cell: Cell, panels: FloatArray) -> FloatArray:
    """Naive: regression of team-weeks on treatment with team and week effects, every team-week taken as independent."""
    effect, treatment, residual, rows = _two_way(cell, panels)
    df = rows - cell.teams - (BASELINE + COUNTED)
    variance = np.sum(residual**2, axis=(1, 2)) / df / np.sum(treatment**2, axis=(1, 2))
    return np.asarray(2 * stats.t.sf(np.abs(effect) / np.sqrt(variance), df))


def by_cluster_z(cell: Cell, panels: FloatArray) -> FloatArray:
    """Naive: the same regression, clustered by team (CR1), against the normal curve."""
    effect, treatment, residual, _ = _two_way(cell, panels)
    scores = np.sum(treatment * residual, axis=2)
    meat = cell.teams / (cell.teams - 1) * np.sum(scores**2, axis=1)
    return np.asarray(2 * stats.norm.sf(np.abs(effect) * np.sum(treatment**2, axis=(1, 2)) / np.sqrt(meat)))


def by_before_after(cell: Cell, panels: FloatArray) -> FloatArray:
    """Naive: the pilot teams' own change, without a comparison (t test over teams)."""
    return np.asarray(stats.ttest_1samp(changes(cell, panels)[:, cell.design.z], 0.0, axis=1).pvalue)


PROCEDURES: Mapping[str, Callable[[Cell, FloatArray], FloatArray]] = {
    "randomization": by_randomization,
    "cr2": by_cr2,
    "ols": by_ols,
    "cluster_z": by_cluster_z,
    "before_after": by_before_after,
}


def study(cells: tuple[Cell, ...] = CELLS, seeds: int = SEEDS) -> Iterator[dict[str, Any]]:
    """Run every procedure on every cell's pilots; rates of p <= .05, over all pilots and over the first ones."""
    for cell in cells:
        panels = np.array([simulate(cell, seed) for seed in range(seeds)])
        alarms = {name: p(cell, panels) <= ALPHA for name, p in PROCEDURES.items() if _applies(name, cell)}
        yield {
            "name": cell.name,
            **asdict(cell),
            "rates": {name: round(float(hit.mean()), 5) for name, hit in alarms.items()},
            "first": {name: int(hit[:CHECKED].sum()) for name, hit in alarms.items()},
        }


def _applies(procedure: str, cell: Cell) -> bool:
    """The naive ones know no strata, and spread is put into the changes alone."""
    return procedure in ("randomization", "cr2") or (cell.spread == 1 and cell.strata == 1)


def _autoregressive(rng: np.random.Generator, teams: int, lag: float) -> FloatArray:
    """Stationary AR(1) of variance 1, shape (teams, weeks)."""
    values = rng.normal(size=(teams, WEEKS))
    values[:, 1:] *= np.sqrt(1 - lag**2)
    for week in range(1, WEEKS):
        values[:, week] += lag * values[:, week - 1]
    return np.asarray(values)


def _pilot_first(drawn: NDArray[np.bool_], cell: Cell) -> NDArray[np.intp]:
    return np.lexsort((~drawn, cell.design.strata))


def _two_way(cell: Cell, panels: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.intp]]:
    """Effect, treatment and residual with team and week effects out, and rows used; 0 where a week is not logged."""
    counted = np.r_[0:BASELINE, BASELINE + WASHIN : WEEKS]
    values = panels[..., counted]
    logged = np.isfinite(values).astype(float)
    treatment = np.outer(cell.design.z, np.arange(len(counted)) >= BASELINE)
    y, d = _without_effects(np.nan_to_num(values), logged), _without_effects(treatment * logged, logged)
    effect = np.sum(y * d, axis=(1, 2)) / np.sum(d**2, axis=(1, 2))
    return effect, d, y - effect[:, None, None] * d, logged.sum(axis=(1, 2)).astype(np.intp)


def _without_effects(values: FloatArray, logged: FloatArray) -> FloatArray:
    """Project team and week means out in turns until nothing moves; few gaps, so a few turns do."""
    for _ in range(TURNS):
        for axis in (2, 1):
            mean = values.sum(axis=axis, keepdims=True) / logged.sum(axis=axis, keepdims=True)
            values = (values - mean) * logged
        if np.abs(mean).max() < 1e-10:
            return values
    raise RuntimeError(f"team and week effects did not settle in {TURNS} turns")


def main() -> None:
    """Print the table; `--write` stores it beside this file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--date", required=True, help="day of the run, stored with the results")
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    rows = []
    for row in study(seeds=chosen.seeds):
        rows.append(row)
        print(f"{row['name']:<36}", *(f"{name} {100 * rate:5.1f} %" for name, rate in row["rates"].items()))
    if chosen.write:
        head = {
            "date": chosen.date,
            "pilotlab": pilotlab.__version__,
            "numpy": np.__version__,
            "study_seed": STUDY_SEED,
        }
        RESULTS.write_text(
            json.dumps({**head, "seeds": chosen.seeds, "checked": CHECKED, "cells": rows}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
