"""Heterogeneity: whether effects differ between groups, from one change a unit and group.

Groups may part the units (sites), or lie within them (carers and others of each team); a unit then counts by how its
groups part from its own mean, which leaves everything the groups share out.

References
----------
Ding, Feller & Miratrix (2016), "Randomization Inference for Treatment Effect Variation"; Welch (1951), "On the Comparison
of Several Mean Values"; Pustejovsky & Tipton (2018) for the cluster-robust test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.draws import Design, draw_blocks
from pilotlab.stats.randomization.sharp_null import ROUNDING, TIE
from pilotlab.stats.variance.cr2 import JointTest, absorb, htz

ENDLESS = 1e9  # degrees of freedom: as good as infinite, for which scipy has no F
FEWEST = 2  # clusters in each arm of a group, for its spread to be measured


@dataclass(frozen=True, slots=True)
class SpreadTest:
    """How far the groups' effects lie apart, and the share of draws in which they lie as far."""

    statistic: float
    p_value: float
    n_draws: int


def centred_groups(changes: FloatArray) -> FloatArray:
    """Take each unit's own mean out of its groups' changes (n, L) where groups lie within units; units with one group go.

    Where groups part the units, that is where no unit has two, changes come back as they are.
    """
    several = np.isfinite(changes).sum(axis=1) > 1
    if not several.any():
        return changes
    found = np.full(changes.shape, np.nan)
    found[several] = changes[several] - np.nanmean(changes[several], axis=1, keepdims=True)
    return found


def spread_by_draws(changes: FloatArray, design: Design, *, reps: int = 9_999, seed: int = 0) -> SpreadTest:
    """Test that the effect is one number for all groups, over the draws that could have been made.

    Q(z) = sum over groups of w_l (T_l - mean T)^2, T_l the difference of mean changes between the arms in group l,
    w_l = n1 n0 / (n1 + n0), the mean weighted by w. The overall effect is taken off the treated before units are drawn
    again: where groups lie within units it cancels and the test is exact, where they part them it is estimated.

    Parameters
    ----------
    changes : ndarray, shape (n_units, L)
        nan where a unit does not hold a group.
    design : Design
        What could have been drawn; its strata are taken out of the changes.

    Raises
    ------
    ValueError
        Where fewer than two groups hold both arms.
    """
    values = centred_groups(changes)
    if (_parts(design.z[None], values).weight > 0).sum() < 2:
        raise ValueError("fewer than two groups hold both arms; there is nothing to tell apart")
    values = _without_effect(values, design)
    least = _q(_parts(design.z[None], values))[0]
    drawn = np.concatenate([_q(_parts(block, values)) for block in draw_blocks(design, reps, seed)])
    slack = max(TIE * least, ROUNDING * float(np.nanmax(np.abs(values))) ** 2)
    return SpreadTest(float(least), float(np.mean(drawn >= least - slack)), len(drawn))


def _without_effect(values: FloatArray, design: Design) -> FloatArray:
    """Take strata and the one effect for all out of the changes: the fit of y on strata within groups and treated."""
    z = np.where(np.isfinite(values), design.z[:, None], np.nan)
    values, z = _centred_in_strata(values, design.strata), _centred_in_strata(z, design.strata)
    spread = np.nansum(z * z)
    return values - (np.nansum(z * values) / spread if spread > 0 else 0.0) * z


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """By draw, each group's difference of means and weight, shape (draws, L)."""

    effect: FloatArray
    weight: FloatArray


def _parts(z: BoolArray, values: FloatArray) -> _Parts:
    held = np.isfinite(values)
    known, treated = np.where(held, values, 0.0), z.astype(float)
    n1, sum1 = treated @ held, treated @ known
    n0, sum0 = held.sum(axis=0) - n1, known.sum(axis=0) - sum1
    weight = n1 * n0 / np.maximum(n1 + n0, 1)
    effect = np.where(weight > 0, sum1 / np.maximum(n1, 1) - sum0 / np.maximum(n0, 1), 0.0)
    return _Parts(effect, weight)


def _q(parts: _Parts) -> FloatArray:
    """Q of each draw; a draw that leaves fewer than two groups with both arms counts against the groups parting."""
    effect, weight = parts.effect, parts.weight
    usable = (weight > 0).sum(axis=1) >= 2
    total = np.where(usable, weight.sum(axis=1), 1.0)
    mean = (weight * effect).sum(axis=1) / total
    return np.where(usable, np.sum(weight * (effect - mean[:, None]) ** 2, axis=1), np.inf)


def _centred_in_strata(values: FloatArray, strata: IntArray) -> FloatArray:
    found = values.copy()
    for stratum in np.unique(strata):
        inside = strata == stratum
        own = values[inside]
        held = np.isfinite(own).sum(axis=0)
        found[inside] = own - np.nansum(own, axis=0) / np.maximum(held, 1)
    return found


def spread_by_clusters(changes: FloatArray, treated: BoolArray, cluster: IntArray) -> JointTest:
    """Test that the effect is one number for all groups, by CR2 and Hotelling's approximation (HTZ).

    Parameters
    ----------
    changes : ndarray, shape (n_units, L)
    treated : ndarray of bool, shape (n_units,)
    cluster : ndarray, shape (n_units,)
        Codes of what may move together.

    Raises
    ------
    ValueError
        Where fewer than two groups hold two clusters of each arm.
    """
    within = bool((np.isfinite(changes).sum(axis=1) > 1).any())
    centred = centred_groups(changes)
    unit, group = np.nonzero(np.isfinite(centred))
    kept = _measurable(group, treated[unit], cluster[unit], changes.shape[1])
    unit, group = unit[kept[group]], group[kept[group]]
    groups = int(kept.sum())
    if groups < 2:
        raise ValueError(
            "fewer than two groups hold two clusters of each arm; there is nothing to tell apart"
        )
    level = _recode(group)[:, None] == np.arange(groups)
    X = np.hstack([level, level & treated[unit][:, None]]).astype(float)
    absorbed, own, y = None, X, centred[unit, group]
    if within:
        absorbed = _recode(unit)
        own, y = absorb(X, absorbed, None), absorb(y[:, None], absorbed, None)[:, 0]
    coef = np.linalg.lstsq(own, y, rcond=None)[0]
    contrasts = np.hstack([np.zeros((groups - 1, groups)), np.eye(groups - 1), -np.ones((groups - 1, 1))])
    residuals = y - own @ coef
    return htz(X, residuals, _recode(cluster[unit]), contrasts, contrasts @ coef, absorbed=absorbed)


def _measurable(group: IntArray, treated: BoolArray, cluster: IntArray, groups: int) -> BoolArray:
    """Groups with enough clusters in each arm."""
    found = np.zeros(groups, dtype=bool)
    for place in range(groups):
        arms = [np.unique(cluster[(group == place) & (treated == arm)]) for arm in (True, False)]
        found[place] = min(map(len, arms)) >= FEWEST
    return found


def spread_by_errors(effects: FloatArray, errors: FloatArray, df: FloatArray) -> JointTest:
    """Test that independent effects (L,) are one number, from their standard errors and degrees of freedom; Welch (1951).

    With two groups this is the t test of their difference with Satterthwaite's degrees of freedom.

    Raises
    ------
    ValueError
        For fewer than two effects, or an error that is not positive.

    Examples
    --------
    >>> found = spread_by_errors(np.array([1.0, 0.0]), np.array([0.3, 0.4]), np.array([10.0, 8.0]))
    >>> round(found.statistic, 9), found.df_num, round(found.df_den, 3)
    (4.0, 1, 15.586)
    """
    groups = len(effects)
    if groups < 2 or not (errors > 0).all():
        raise ValueError("two effects or more with positive errors are needed")
    weight = 1 / errors**2
    share = weight / weight.sum()
    distance = float(weight @ (effects - share @ effects) ** 2) / (groups - 1)
    lack = float(np.sum((1 - share) ** 2 / df))
    statistic = distance / (1 + 2 * (groups - 2) / (groups**2 - 1) * lack)
    df_den = (groups**2 - 1) / (3 * lack) if lack > 0 else np.inf
    tail = stats.f.sf(statistic, groups - 1, min(df_den, ENDLESS))
    return JointTest(statistic, groups - 1, float(df_den), float(tail))


def unit_effects(changes: FloatArray, treated: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Each treated unit's change less the comparison's mean, and its standard error, in the units' order.

    What one unit's change varies by without an effect is taken from the comparison units: se^2 = s0^2 (1 + 1/n0).

    Raises
    ------
    ValueError
        For fewer than two comparison units.
    """
    others = changes[~treated]
    if len(others) < 2:
        raise ValueError("two comparison units or more are needed")
    error = np.sqrt(others.var(ddof=1) * (1 + 1 / len(others)))
    return changes[treated] - others.mean(), np.full(int(treated.sum()), float(error))


def _recode(codes: IntArray) -> IntArray:
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
