"""Procedures: p of one effect in many pilots at once, by the defaults, by what stands beside them, and by naive ones.

Each takes a cell and panels (pilots, teams, weeks) and gives the p of a zero effect, shape (pilots,). With the truth taken out of
the treated weeks (`without`) it says whether the interval holds the truth, for an interval inverts its test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from pilots import BASELINE, WASHIN, WEEKS, Cell, FloatArray
from scipy import stats

from pilotlab.stats.randomization.sharp_null import p_values
from pilotlab.stats.variance.wild import wild_bootstrap

UNEVEN = 1.5  # where an arm is larger by more, `auto` takes CR2
TURNS = 200
Procedure = Callable[[Cell, FloatArray], FloatArray]


def default(cell: Cell) -> str:
    """Name the inference that `auto` takes."""
    uneven = max(cell.pilot, cell.control) > UNEVEN * min(cell.pilot, cell.control)
    return "randomization" if cell.drawn and not uneven else "cr2"


def without(cell: Cell, panels: FloatArray, effect: FloatArray) -> FloatArray:
    """Take one effect a pilot (pilots,) out of its weeks under the policy."""
    return np.asarray(panels - effect[:, None, None] * cell.on)


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
    """`change` under the draws that could have been made."""
    return p_values(changes(cell, panels), cell.design)


def by_cr2(cell: Cell, panels: FloatArray) -> FloatArray:
    """CR2 with Satterthwaite df on one change a team; a paired t where teams stand in pairs."""
    change, z = changes(cell, panels), cell.design.z
    if cell.paired:
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


def by_wild(cell: Cell, panels: FloatArray) -> FloatArray:
    """The wild cluster bootstrap of `change`, null imposed: all sign patterns up to 13 teams, else 9,999."""
    X = np.column_stack([np.ones(cell.teams), cell.design.z]).astype(float)
    return np.array([_wild_p(X, change) for change in changes(cell, panels)])


def by_jackknife(cell: Cell, panels: FloatArray) -> FloatArray:
    """CR3 of `change`: a team left out of an arm of n moves its mean by its distance over n - 1."""
    change, z = changes(cell, panels), cell.design.z
    moves = [
        (arm - arm.mean(axis=1, keepdims=True)) / (arm.shape[1] - 1) for arm in (change[:, z], change[:, ~z])
    ]
    variance = (cell.teams - 1) / cell.teams * sum(np.sum(move**2, axis=1) for move in moves)
    gap = change[:, z].mean(axis=1) - change[:, ~z].mean(axis=1)
    return np.asarray(2 * stats.t.sf(np.abs(gap) / np.sqrt(variance), cell.teams - 1))


def by_ols(cell: Cell, panels: FloatArray) -> FloatArray:
    """Naive: regression of team-weeks on treatment with team and week effects, every team-week taken as independent."""
    effect, treatment, residual, rows = _two_way(cell, panels)
    df = rows - cell.teams - (WEEKS - WASHIN)
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


NAIVE: Mapping[str, Procedure] = {
    "ols": by_ols,
    "cluster_z": by_cluster_z,
    "before_after": by_before_after,
}
PROCEDURES: Mapping[str, Procedure] = {"randomization": by_randomization, "cr2": by_cr2, **NAIVE}


def applicable(cell: Cell) -> Mapping[str, Procedure]:
    """The naive ones know no strata, spread is put into the changes alone, and randomisation needs a lot."""
    plain = cell.spread == 1 and cell.strata == 1
    skipped = (() if plain else tuple(NAIVE)) + (() if cell.drawn else ("randomization",))
    return {name: procedure for name, procedure in PROCEDURES.items() if name not in skipped}


def _wild_p(X: FloatArray, change: FloatArray) -> float:
    coef, *_ = np.linalg.lstsq(X, change, rcond=None)
    (found,) = wild_bootstrap(X, change - X @ coef, np.arange(len(X)), np.eye(1, 2, 1), coef[1:])
    return found.p_two_sided


def _two_way(cell: Cell, panels: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.intp]]:
    """Effect, treatment and residual with team and week effects out, and rows used; 0 where a week is not logged."""
    counted = np.r_[0:BASELINE, BASELINE + WASHIN : WEEKS]
    values = panels[..., counted]
    logged = np.isfinite(values).astype(float)
    treatment = cell.on[:, counted].astype(float)
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
