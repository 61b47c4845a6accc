"""Goodman-Bacon: the two-way coefficient as a weighted mean of every comparison of two groups around one start.

References
----------
Goodman-Bacon (2021), "Difference-in-Differences with Variation in Treatment Timing", theorem 1, equations (7) to (10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pilotlab.stats.arrays import FloatArray, IntArray

Kind = Literal["treated vs never", "treated vs always", "earlier vs later", "later vs earlier"]


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """One comparison: positions of the group that starts and of the one it is held against, effect, weight."""

    kind: Kind
    treated: int
    comparison: int
    att: float
    weight: float


def decompose(means: FloatArray, sizes: FloatArray, start: IntArray) -> tuple[TwoByTwo, ...]:
    """Take the two-way coefficient of a complete panel apart; weights sum to 1.

    Parameters
    ----------
    means : ndarray, shape (G, T)
        Mean outcome of each group; groups in ascending order of start.
    sizes : ndarray, shape (G,)
        Units of each group.
    start : ndarray, shape (G,)
        Position of each group's first treated week: 0 always, T never.

    Raises
    ------
    ValueError
        Where no group starts within the weeks, or there is one group only.
    """
    weeks = means.shape[1]
    share, treated_share = sizes / sizes.sum(), 1 - start / weeks
    groups = range(len(start))
    found = [
        _compare(means, share, treated_share, start, k, other)
        for k in groups
        for other in groups
        if 0 < start[k] < weeks and other != k
    ]
    total = sum(each.weight for each in found)
    if total <= 0:
        raise ValueError("no two groups of which one starts")
    return tuple(
        TwoByTwo(each.kind, each.treated, each.comparison, each.att, each.weight / total) for each in found
    )


def _compare(
    means: FloatArray, share: FloatArray, on: FloatArray, start: IntArray, k: int, other: int
) -> TwoByTwo:
    """Compare group k around its start with another while that one's treatment does not change; weight not yet scaled."""
    weeks = means.shape[1]
    pair = share[k] + share[other]
    split = share[k] / pair * (share[other] / pair)
    low, high = 0, weeks
    if start[other] in (0, weeks):
        kind: Kind = "treated vs always" if start[other] == 0 else "treated vs never"
        weight = pair**2 * split * on[k] * (1 - on[k])
    elif start[k] < start[other]:
        kind, high = "earlier vs later", int(start[other])
        weight = pair**2 * split * (on[k] - on[other]) * (1 - on[k])
    else:
        kind, low = "later vs earlier", int(start[other])
        weight = pair**2 * split * (on[other] - on[k]) * on[k]
    at = int(start[k])
    change = means[:, at:high].mean(axis=1) - means[:, low:at].mean(axis=1)
    return TwoByTwo(kind, k, other, float(change[k] - change[other]), float(weight))
