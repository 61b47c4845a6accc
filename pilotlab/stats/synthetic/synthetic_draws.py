"""Other arms for a synthetic comparison: units that stand in for the treated, and resampled units.

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
from pilotlab.stats.synthetic.weights import Arms


@dataclass(frozen=True, slots=True, eq=False)
class StandIns:
    """Arms in which other units stand in for the treated.

    Attributes
    ----------
    chosen : ndarray, shape (R, n)
        Units that stand in.
    exact : bool
        Every set of as many groups as were treated is there; False where sets were sampled.
    """

    chosen: BoolArray
    arms: Arms
    exact: bool


def placebos(treated: BoolArray, groups: IntArray, *, reps: int, seed: int) -> StandIns:
    """Let as many comparison groups as were treated stand in for them; treated units are left out (algorithm 4).

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
    take = len(np.unique(groups[treated]))
    if len(comparison) <= take:
        raise ValueError(f"{len(comparison)} comparison groups are not more than {take} treated ones")
    sets, exact = _sets(comparison, take, reps, seed)
    return _stand_in(sets, groups, ~treated, exact)


def permutations(treated: BoolArray, groups: IntArray, *, reps: int, seed: int) -> StandIns:
    """Let as many groups as were treated stand in for them, whatever their arm; the rest serve as comparison.

    The real set is left out; arguments as in `placebos`.
    """
    real = np.unique(groups[treated])
    sets, exact = _sets(np.unique(groups), len(real), reps, seed)
    return _stand_in(sets[(sets != real).any(axis=1)], groups, np.ones_like(treated), exact)


def _sets(among: IntArray, take: int, reps: int, seed: int) -> tuple[IntArray, bool]:
    """All sets of `take` groups, or `reps` sampled ones; groups ascend."""
    if math.comb(len(among), take) <= reps:
        return among[np.array(list(combinations(range(len(among)), take)))], True
    drawn = np.argsort(np.random.default_rng(seed).random((reps, len(among))), axis=1)[:, :take]
    return among[np.sort(drawn, axis=1)], False


def _stand_in(sets: IntArray, groups: IntArray, left: BoolArray, exact: bool) -> StandIns:
    chosen = (groups == sets[:, :, None]).any(axis=1)
    arms = Arms(chosen / chosen.sum(axis=1, keepdims=True), (left & ~chosen).astype(np.int64))
    return StandIns(chosen, arms, exact)


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
