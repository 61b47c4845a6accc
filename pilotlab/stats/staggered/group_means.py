"""Group means: group-time effects of a complete panel from cohort means, one matrix product a cohort.

Without gaps and covariates every row of averages is linear in cohort means, with the same weights for all units of a cohort:
its influence function is the unit's series times these weights.
"""

from __future__ import annotations

import numpy as np

from pilotlab.stats.arrays import FloatArray, IntArray, strips
from pilotlab.stats.staggered.group_cells import Cells


def of_complete(
    y: FloatArray,
    cohort: IntArray,
    mass: FloatArray,
    cells: Cells,
    row: IntArray,
    n_rows: int,
    share: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return ATT(g,t) (m,), and the influence of rows, each a sum of its cells weighed by `share`, (n, n_rows).

    Parameters
    ----------
    mass : ndarray, shape (n,)
        Weight of each unit.
    share : ndarray, shape (C,)
        Weight of cohorts in rows: mean of `mass` over all units.
    """
    members = [np.flatnonzero(cohort == place) for place in range(len(cells.starts))]
    means = np.stack([mass[own] @ y[own] / mass[own].sum() for own in members])
    att, gap = _differences(means, cells, share)
    loading = loadings(cells, row, n_rows, share, y.shape[1])
    offset = _offsets(cells, row, n_rows, share, gap)
    influence = np.empty((len(y), n_rows))
    for place, all_of_it in enumerate(members):
        for own in strips(all_of_it):
            within = (y[own] - means[place]) @ loading[place] + offset[place]
            influence[own] = within * (mass[own] / share[place])[:, None]
    return att, influence


def loadings(cells: Cells, row: IntArray, n_rows: int, share: FloatArray, times: int) -> FloatArray:
    """Weight of each cohort's mean at each time in each row's sum of cells weighed by `share`, (C, T, n_rows)."""
    loading = np.zeros((len(cells.starts), times, n_rows))
    used = np.flatnonzero(row >= 0)
    own = share[cells.cohort[used]]
    np.add.at(loading, (cells.cohort[used], cells.time[used], row[used]), own)
    np.add.at(loading, (cells.cohort[used], cells.base[used], row[used]), -own)
    serving = _serving(cells, share)
    for place in range(len(cells.starts)):
        part = -own * serving[used, place]
        at = used[part != 0]
        np.add.at(loading[place], (cells.time[at], row[at]), part[part != 0])
        np.add.at(loading[place], (cells.base[at], row[at]), -part[part != 0])
    return loading


def _serving(cells: Cells, share: FloatArray) -> FloatArray:
    """Weight of each cohort in a cell's comparison mean, shape (m, C)."""
    held = cells.comparison * share
    return np.asarray(held / held.sum(axis=1, keepdims=True))


def _differences(means: FloatArray, cells: Cells, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ATT(g,t) (m,), and how far each comparison cohort's change is from the comparison's mean change (m, C)."""
    change = means[:, cells.time] - means[:, cells.base]  # (C, m)
    serving = _serving(cells, share)
    expected = np.einsum("mc,cm->m", serving, change)
    att = change[cells.cohort, np.arange(len(cells))] - expected
    return att, np.where(serving > 0, change.T - expected[:, None], 0.0)


def _offsets(cells: Cells, row: IntArray, n_rows: int, share: FloatArray, gap: FloatArray) -> FloatArray:
    """Part of a comparison cohort's influence that all its units share, (C, n_rows)."""
    used = np.flatnonzero(row >= 0)
    offset = np.zeros((n_rows, len(cells.starts)))
    part = -share[cells.cohort[used]][:, None] * (_serving(cells, share) * gap)[used]
    np.add.at(offset, row[used], part)
    return offset.T
