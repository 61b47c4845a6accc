"""Return to the mean: how much of a distance between teams is left later, when weeks that were good or bad by luck are over.

With y_it = season_t + level_i + u_it and u an AR(1), a team whose mean over some weeks lies x from the mean of all is expected at b x
over later weeks, b the share of the mean's variance that the two stretches have in common. A group picked for its low
mean gains (b - 1) x by itself.

References
----------
Galton (1886); Barnett, van der Pols & Dobson (2005), "Regression to the mean: what it is and how to deal with it".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.power.variance_parts import VarianceParts


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
