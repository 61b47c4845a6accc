"""Synthetic comparison: comparison units, and times before the start, weighted to move as the treated units did.

References
----------
Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), "Synthetic Difference-in-Differences", algorithm 1; Abadie,
Diamond & Hainmueller (2010), "Synthetic Control Methods"; solver, starting weights and constants of the R package
synthdid 0.0.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.synthetic.simplex import frank_wolfe, frank_wolfe_many, minimum, sparsify

Kind = Literal["did", "control"]

FIRST_STEPS, MOST_STEPS = 100, 10_000  # before and after sparsifying
LEAST_DECREASE = 1e-5  # of the noise level, squared: of the mean squared error
SLIGHT = 1e-6  # of the noise level: a ridge that only settles ties
EXACT_UP_TO = 150  # columns for which the active set is quicker than the steps
TOGETHER_UP_TO = 1_000  # columns for which many problems are stepped through at once


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A complete panel with one start.

    Attributes
    ----------
    y : ndarray, shape (n, T)
        Finite.
    treated : ndarray, shape (n,)
    before : ndarray, shape (T,)
        Times before the start; at least two.
    """

    y: FloatArray
    treated: BoolArray
    before: BoolArray

    @property
    def after_mean(self) -> FloatArray:
        """Each unit's mean after the start, shape (n,)."""
        return np.asarray(self.y[:, ~self.before].mean(axis=1))

    @property
    def noise_level(self) -> float:
        """Standard deviation of the comparison units' first differences before the start."""
        steps = np.diff(self.y[~self.treated][:, self.before], axis=1)
        return float(steps.std(ddof=1)) if steps.size > 1 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Penalties:
    """Ridge of the unit and the time weights, and when to stop: set once, and kept in refits."""

    units: float
    times: float
    noise: float

    @property
    def least_decrease(self) -> float:
        """Decrease of the mean squared error below which steps stop."""
        return (LEAST_DECREASE * self.noise) ** 2


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticFit:
    """The estimate with its weights.

    Attributes
    ----------
    unit_weights : ndarray, shape (n,)
        Zero for treated units; sums to one.
    time_weights : ndarray, shape (T0,)
        Of the times before the start; all zero in synthetic control.
    """

    att: float
    unit_weights: FloatArray
    time_weights: FloatArray
    penalties: Penalties


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """Other arms of the same panel, one a row.

    Attributes
    ----------
    treated : ndarray, shape (R, n)
        Weight of each unit in the mean of the treated; rows sum to one.
    copies : ndarray, shape (R, n)
        How often a unit serves as comparison: 0 or 1, more in a bootstrap.
    """

    treated: FloatArray
    copies: IntArray

    def followed_by(self, other: Arms) -> Arms:
        """Append the rows of another."""
        return Arms(np.vstack([self.treated, other.treated]), np.vstack([self.copies, other.copies]))


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """Estimates with other arms, shape (R,) each.

    Attributes
    ----------
    effects : ndarray
    held : ndarray
        By how much each would fall, were an effect of one taken from the units that are really treated.
    """

    effects: FloatArray
    held: FloatArray


def synthetic(block: Block, kind: Kind) -> SyntheticFit:
    """Estimate the mean effect on the treated, by the steps of the reference program.

    Parameters
    ----------
    kind : {"did", "control"}
        Synthetic difference-in-differences, with time weights and unit levels taken out; or synthetic control.

    Returns
    -------
    SyntheticFit

    Notes
    -----
    With omega over comparison units and lambda over times before, the estimate is the treated mean less the omega mean of
    (mean after less lambda mean before). omega minimises the squared distance of the paths before the start, less an
    intercept, with ridge T0 zeta^2, zeta = (N1 T1)^(1/4) sigma; lambda that of the comparison units' means after the
    start, with zeta = 1e-6 sigma; sigma is the noise level. Synthetic control has no intercept, lambda = 0, and
    zeta = 1e-6 sigma for omega.
    """
    penalties = _penalties(block, kind)
    comparison = ~block.treated
    arm = block.treated / block.treated.sum()
    paths = _paths(block, kind)
    units = np.zeros(len(block.y))
    units[comparison] = _by_steps(
        paths[comparison].T, arm @ paths, len(paths.T) * penalties.units**2, penalties
    )
    times = np.zeros(int(block.before.sum()))
    if kind == "did":
        A, b = _over_time(_time_rows(block), comparison.astype(np.int64))
        times = _by_steps(A, b, len(A) * penalties.times**2, penalties)
    change = _changes(block, times)
    return SyntheticFit(float((arm - units) @ change), units, times, penalties)


def refits(block: Block, kind: Kind, penalties: Penalties, arms: Arms) -> Refits:
    """Estimate with other arms, penalties kept.

    Notes
    -----
    Synthetic difference-in-differences goes to the minimum that the reference's steps approach, where there is one;
    synthetic control, whose minimum is all but flat, takes the steps themselves. All start from equal weights.
    """
    units = _unit_weights(block, kind, penalties, arms)
    times = np.zeros((len(units), int(block.before.sum())))
    if kind == "did":
        times = _time_weights(block, arms.copies, penalties)
    change = block.after_mean - times @ block.y[:, block.before].T
    contrast = arms.treated - units
    return Refits(np.einsum("rn,rn->r", contrast, change), contrast @ block.treated)


def jackknife_effects(block: Block, fit: SyntheticFit, groups: IntArray) -> FloatArray:
    """Leave out each group of units in turn, weights kept and scaled to sum to one, shape (groups,).

    Parameters
    ----------
    groups : ndarray, shape (n,)
        Codes 0, 1, ...; a group lies in one arm.

    Returns
    -------
    ndarray
        nan where a group holds all of an arm's weight.

    References
    ----------
    Arkhangelsky et al. (2021), algorithm 3.
    """
    change = _changes(block, fit.time_weights)
    parts = []
    for weights in (block.treated / block.treated.sum(), fit.unit_weights):
        inside = np.bincount(groups, weights=weights)
        left = np.where(inside < 1 - 1e-12, 1 - inside, np.nan)
        parts.append((weights @ change - np.bincount(groups, weights=weights * change)) / left)
    return np.asarray(parts[0] - parts[1])


def _penalties(block: Block, kind: Kind) -> Penalties:
    noise = block.noise_level
    cells = block.treated.sum() * (~block.before).sum()
    return Penalties((cells**0.25 if kind == "did" else SLIGHT) * noise, SLIGHT * noise, noise)


def _paths(block: Block, kind: Kind) -> FloatArray:
    """Paths before the start, shape (n, T0); a shift common to all units changes nothing and keeps digits."""
    paths = block.y[:, block.before] - block.y[:, block.before].mean(axis=0)
    return np.asarray(paths - paths.mean(axis=1, keepdims=True) if kind == "did" else paths)


def _time_rows(block: Block) -> FloatArray:
    """Each unit's values before the start and its mean after, shape (n, T0 + 1); its level changes nothing."""
    before = block.y[:, block.before]
    return np.asarray(np.column_stack([before, block.after_mean]) - before.mean(axis=1, keepdims=True))


def _over_time(rows: FloatArray, copies: IntArray) -> tuple[FloatArray, FloatArray]:
    """Problem of the time weights: comparison units, less their mean."""
    rows = np.repeat(rows, copies, axis=0)
    rows = rows - rows.sum(axis=0) / len(rows)
    return rows[:, :-1], rows[:, -1]


def _by_steps(A: FloatArray, b: FloatArray, ridge: float, penalties: Penalties) -> FloatArray:
    """Take the reference's steps: a hundred from equal weights, then on from the larger weights alone."""
    stop = len(A) * penalties.least_decrease
    equal = np.full(A.shape[1], 1 / A.shape[1])
    first = frank_wolfe(A, b, equal, ridge=ridge, least_decrease=stop, most_steps=FIRST_STEPS)
    return frank_wolfe(A, b, sparsify(first), ridge=ridge, least_decrease=stop, most_steps=MOST_STEPS)


def _unit_weights(block: Block, kind: Kind, penalties: Penalties, arms: Arms) -> FloatArray:
    paths = _paths(block, kind)
    targets, ridge = arms.treated @ paths, len(paths.T) * penalties.units**2
    if kind == "control" and len(paths) <= TOGETHER_UP_TO:  # copies of a unit are one column
        H = paths @ paths.T + ridge * np.eye(len(paths))
        stop = np.full(len(targets), len(paths.T) * penalties.least_decrease)
        return _all_by_steps(H, targets @ paths.T, arms.copies, stop)
    found = np.zeros_like(arms.treated)
    for weights, target, copies in zip(found, targets, arms.copies, strict=True):
        column = np.repeat(np.arange(len(paths)), copies)
        np.add.at(weights, column, _one(paths[column].T, target, ridge, penalties, exact=kind == "did"))
    return found


def _time_weights(block: Block, copies: IntArray, penalties: Penalties) -> FloatArray:
    """Weigh times for each row of `copies`; where units are too few for one minimum, by steps, all at once."""
    rows, times = _time_rows(block), int(block.before.sum())
    found, few = np.zeros((len(copies), times)), (copies > 0).sum(axis=1) <= times
    for place in np.flatnonzero(~few):
        A, b = _over_time(rows, copies[place])
        found[place] = _one(A, b, len(A) * penalties.times**2, penalties, exact=True)
    if few.any():
        problems = [_over_time(rows, own) for own in copies[few]]
        size = np.array([len(A) for A, _ in problems])
        H = np.stack([A.T @ A + len(A) * penalties.times**2 * np.eye(times) for A, _ in problems])
        target = np.stack([A.T @ b for A, b in problems])
        found[few] = _all_by_steps(H, target, np.ones(target.shape), size * penalties.least_decrease)
    return found


def _all_by_steps(H: FloatArray, target: FloatArray, start: ArrayLike, stop: FloatArray) -> FloatArray:
    """Take the reference's steps for many problems at once, from weights that are even over `start`."""
    even = np.asarray(start, dtype=float)
    even = even / even.sum(axis=1, keepdims=True)
    first = frank_wolfe_many(H, target, even, even > 0, least_decrease=stop, most_steps=FIRST_STEPS)
    return frank_wolfe_many(H, target, sparsify(first), even > 0, least_decrease=stop, most_steps=MOST_STEPS)


def _one(A: FloatArray, b: FloatArray, ridge: float, penalties: Penalties, *, exact: bool) -> FloatArray:
    """Go to the minimum where there is one and it is quick to find, else by steps."""
    if not exact or A.shape[1] > EXACT_UP_TO or penalties.noise == 0:
        return _by_steps(A, b, ridge, penalties)
    try:
        return minimum(A, b, ridge=ridge)
    except np.linalg.LinAlgError:
        return _by_steps(A, b, ridge, penalties)


def _changes(block: Block, times: FloatArray) -> FloatArray:
    """Each unit's mean after the start less its weighted mean before, shape (n,)."""
    return np.asarray(block.after_mean - block.y[:, block.before] @ times)
