"""Change: per unit the mean after minus the mean before, compared between arms within strata.

References
----------
Frison & Pocock (1992), "Repeated Measures in Clinical Trials"; McKenzie (2012), "Beyond Baseline and Follow-up".
"""

from __future__ import annotations

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray


def unit_change(y: FloatArray, before: BoolArray, after: BoolArray) -> FloatArray:
    """Mean over the `after` weeks a unit has, minus mean over its `before` weeks; nan where it lacks one side.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value.
    before, after : ndarray, shape (T,)
        Weeks of the baseline, and treated weeks that count.
    """
    return np.asarray(unit_mean(y[:, after]) - unit_mean(y[:, before]))


def unit_mean(y: FloatArray) -> FloatArray:
    """Mean of each row over its finite cells; nan where it has none."""
    seen = np.isfinite(y)
    count = seen.sum(axis=1)
    total = np.where(seen, y, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(y), np.nan), where=count > 0))


def arm_cells(
    treated: BoolArray, strata: IntArray | None = None, weights: FloatArray | None = None
) -> tuple[IntArray, FloatArray]:
    """Return the cells of T(z), stratum by arm: each unit's cell (2s for comparison, 2s + 1 for treated), and each cell's signed share."""
    stratum = np.zeros(len(treated), dtype=np.int64) if strata is None else strata
    size = np.bincount(stratum, weights=weights)
    share = np.repeat(size / size.sum(), 2) * np.tile([-1.0, 1.0], len(size))
    return 2 * stratum + treated, share


def within_strata(
    change: FloatArray, treated: BoolArray, strata: IntArray, weights: FloatArray | None = None
) -> FloatArray:
    """Difference between the arms' mean changes in each stratum, shape (strata,)."""
    w = np.ones(len(change)) if weights is None else weights
    cell, _ = arm_cells(treated, strata, weights)
    means = np.bincount(cell, weights=w * change) / np.bincount(cell, weights=w)
    return np.asarray(means[1::2] - means[::2])
