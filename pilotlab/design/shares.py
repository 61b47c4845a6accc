"""Shares: how many units of each stratum go to each arm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from pilotlab.errors import PilotlabError, unknown

Lot = Callable[[int], Sequence[int]]  # an order of n things


def arm_shares(arms: Sequence[str], declared: Mapping[str, float] | None) -> dict[str, float]:
    """Return each arm's share of the units; equal without a declaration.

    Raises
    ------
    PilotlabError
        Where a share is declared for an arm that is not there, or an arm has none.
    """
    weights = dict(declared) if declared else dict.fromkeys(arms, 1.0)
    for arm in weights:
        if arm not in arms:
            raise unknown("arm in `assign.shares`", arm, arms)
    if missing := [arm for arm in arms if arm not in weights]:
        raise PilotlabError(
            f"`assign.shares` has no share for {', '.join(missing)}",
            fix="give a share to every arm, control included",
        )
    total = math.fsum(weights.values())
    return {arm: weights[arm] / total for arm in arms}


def arm_counts(sizes: Sequence[int], shares: Mapping[str, float], lot: Lot) -> tuple[dict[str, int], ...]:
    """Divide the units of each stratum among the arms, as near to the shares as whole numbers go.

    Parameters
    ----------
    sizes : sequence of int
        Units in each stratum.
    lot : callable
        Gives an order of n arms: who comes first where two arms have an equal claim.

    Notes
    -----
    Every arm gets the whole part of its share in each stratum. What is left over goes, stratum by stratum, to the arms
    that are furthest behind their share of all units so far, ties by lot: so arms differ by at most one in a stratum, and
    odd strata do not add up to a lopsided pilot.
    """
    arms = list(shares)
    behind = dict.fromkeys(arms, 0.0)
    counts = []
    for size in sizes:
        target = {arm: size * shares[arm] for arm in arms}
        count = {arm: math.floor(target[arm] + 1e-9) for arm in arms}
        claims = {arm: behind[arm] + target[arm] - count[arm] for arm in arms}
        order = [arms[place] for place in lot(len(arms))]
        fractional = [arm for arm in order if target[arm] - count[arm] > 1e-9]
        left = size - sum(count.values())
        for arm in sorted(fractional, key=lambda arm: -round(claims[arm], 9))[:left]:
            count[arm] += 1
        behind = {arm: behind[arm] + target[arm] - count[arm] for arm in arms}
        counts.append(count)
    return tuple(counts)
