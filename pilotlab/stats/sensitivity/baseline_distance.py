"""Baseline distance: how far two groups lie apart before the start, and how much of that is left later by itself.

With y_it = season_t + level_i + u_it and u an AR(1), a team whose mean over some weeks lies x from the mean of all is expected at b x
over later weeks, b the share of the mean's variance that the two stretches have in common. A group picked for its low
mean gains (b - 1) x by itself: weeks that were good or bad by luck are over.

References
----------
Austin, P. C. (2009). Balance diagnostics for comparing the distribution of baseline covariates. Statistics in Medicine
28:3083-3107.
Galton (1886); Barnett, van der Pols & Dobson (2005), "Regression to the mean: what it is and how to deal with it".
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.power.variance_parts import VarianceParts


def standardised_difference(treated: FloatArray, comparison: FloatArray) -> float | None:
    """Difference of the means over the square root of the groups' mean variance; None where neither varies.

    Parameters
    ----------
    treated, comparison : ndarray, shape (n1,) and (n0,)
        Two values each at least, in any one unit.

    Raises
    ------
    ValueError
        For a group of fewer than two values.
    """
    if min(len(treated), len(comparison)) < 2:
        raise ValueError(f"{len(treated)} and {len(comparison)} values: a spread needs two in each group")
    spread = math.sqrt((treated.var(ddof=1) + comparison.var(ddof=1)) / 2)
    apart = float(np.mean(treated) - np.mean(comparison))
    return apart / spread if spread > 0 else None


def chance_difference(treated: int, comparison: int) -> float:
    """Standardised difference that a lot exceeds about once in twenty draws, for two groups of these sizes."""
    return 1.96 * math.sqrt(1 / treated + 1 / comparison)


def retained(parts: VarianceParts, before: ArrayLike, after: ArrayLike) -> float:
    """Share b of a distance in the means of weeks `before` that is expected in those of weeks `after`.

    Parameters
    ----------
    before, after : array_like of whole numbers
        Weeks of the two stretches, on one clock.

    Raises
    ------
    ValueError
        Where a stretch is empty.

    Examples
    --------
    >>> half = VarianceParts(sd=1.0, icc=0.5, autocorrelation=0.0, naive_autocorrelation=0.0, n_teams=10, n_weeks=1)
    >>> retained(half, [0], [5])
    0.5
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if not first.size or not second.size:
        raise ValueError("each stretch needs a week")
    level = parts.icc
    common = level + (1 - level) * _alike(parts.autocorrelation, first, second)
    return float(common / (level + (1 - level) * _alike(parts.autocorrelation, first, first)))


def _alike(phi: float, one: FloatArray, other: FloatArray) -> float:
    """Mean autocorrelation between the weeks of two stretches."""
    lag = np.abs(one[:, None] - other[None, :])
    return float(np.mean(np.where(lag == 0, 1.0, np.sign(phi) ** lag * np.abs(phi) ** lag)))
