"""Other arms for a synthetic comparison: placebos among comparison units, and resampled units.

References
----------
Arkhangelsky et al. (2021), "Synthetic Difference-in-Differences", algorithms 2 (bootstrap), 3 (jackknife) and 4
(placebo); Abadie, Diamond & Hainmueller (2010) on placebos in space.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.synthetic import Arms


@dataclass(frozen=True, slots=True, eq=False)
class Placebos:
    """Arms made of comparison groups alone.

    Attributes
    ----------
    chosen : ndarray, shape (R, n)
        Units that take the place of the treated.
    exact : bool
        Every set of as many groups as were treated is there; False where sets were sampled.
    """

    chosen: BoolArray
    arms: Arms
    exact: bool


def placebos(treated: BoolArray, groups: IntArray, *, reps: int, seed: int) -> Placebos:
    """Let as many comparison groups as were treated stand in for them; treated units are left out.

    Parameters
    ----------
    groups : ndarray, shape (n,)
        Codes of what moves together; each in one arm.
    reps : int
        Sets to sample, where there are more than that many.

    Raises
    ------
    ValueError
        Where comparison groups are not more than treated ones.
    """
    comparison = np.unique(groups[~treated])
    take, among = len(np.unique(groups[treated])), len(comparison)
    if among <= take:
        raise ValueError(f"{among} comparison groups are not more than {take} treated ones")
    exact = math.comb(among, take) <= reps
    if exact:
        sets = np.array(list(combinations(range(among), take)))
    else:
        rng = np.random.default_rng(seed)
        sets = np.argsort(rng.random((reps, among)), axis=1)[:, :take]
    chosen = (groups == comparison[sets][:, :, None]).any(axis=1)
    arms = Arms(chosen / chosen.sum(axis=1, keepdims=True), (~treated & ~chosen).astype(np.int64))
    return Placebos(chosen, arms, exact)


def resampled(treated: BoolArray, groups: IntArray, *, reps: int, seed: int) -> Arms:
    """Draw groups with replacement; draws without a unit of either arm are drawn again.

    Raises
    ------
    ValueError
        Where an arm is empty.
    """
    if treated.all() or not treated.any():
        raise ValueError("an arm is empty")
    rng = np.random.default_rng(seed)
    size = int(groups.max()) + 1
    kept: list[IntArray] = []
    while sum(map(len, kept)) < reps:
        copies = rng.multinomial(size, np.full(size, 1 / size), size=reps)[:, groups]
        both = (copies[:, treated].sum(axis=1) > 0) & (copies[:, ~treated].sum(axis=1) > 0)
        kept.append(copies[both])
    copies = np.concatenate(kept)[:reps]
    on = copies * treated
    return Arms(on / on.sum(axis=1, keepdims=True), copies * ~treated)


def jackknife_se(effects: FloatArray) -> float:
    """Standard error from estimates that leave out one group each; algorithm 3."""
    count = len(effects)
    return float(np.sqrt((count - 1) / count * ((effects - effects.mean()) ** 2).sum()))


def spread(effects: FloatArray) -> float:
    """Standard error from placebos or resampled estimates: their root mean squared distance from the mean; algorithms 2 and 4."""
    return float(np.sqrt(((effects - effects.mean()) ** 2).mean()))


def two_group_df(treated: FloatArray, comparison: FloatArray) -> float:
    """Satterthwaite's degrees of freedom of a difference of two weighted means whose units vary alike.

    Parameters
    ----------
    treated, comparison : ndarray
        Weights of the arms' groups, each summing to one.

    Notes
    -----
    (a + b)^2 / (sum w^4 / (1 - w) + sum v^4 / (1 - v)) with a = sum w^2 and b = sum v^2; for equal weights this is CR2's
    from the sizes alone.
    """
    both = (treated[treated > 0], comparison[comparison > 0])
    total = sum(float((weights**2).sum()) for weights in both)
    return total**2 / sum(float((weights**4 / (1 - weights)).sum()) for weights in both)
