"""Group-time effects: ATT(g,t) of every cohort and time, averaged before any influence function is built.

ATT(g,t) compares the change from a base time to t of cohort g with that of comparison units. What is asked for is a few
averages of these; their influence functions are summed as they are made, so that nothing of the size units x cells is
held. In a complete panel they are one matrix product a cohort.

References
----------
Callaway & Sant'Anna (2021), "Difference-in-Differences with multiple time periods"; options and base periods as in the
R package did 2.1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, strips
from pilotlab.stats.staggered.group_cells import Cells, CohortPanel

NOT_IN_A_ROW = -1
STRIP = 4096  # units whose influence is worked on at once
Adjust = Literal["dr", "ipw", "reg"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupTimeEffects:
    """Effects of cells and of rows, a row being the average of its cells by cohort size.

    Attributes
    ----------
    att : ndarray, shape (m,)
        nan where a cell can't be had: nobody with both values on one side, or covariates that separate the sides.
    rows : ndarray, shape (R,)
        nan where no cell can be had.
    influence : ndarray, shape (n, R)
        Of rows, with the part that comes from cohort sizes being estimates; n^-2 times the sum of squares is the variance.
    sway : ndarray, shape (C, R)
        The part just named, of a unit of weight 1: derivative by its cohort's size.
    share : ndarray, shape (C,)
        Mean weight of cohorts over all units, whose own mean is 1.
    mass, cohort : ndarray, shape (n,)
        Weight of units, and their places in the cohorts.
    row : ndarray, shape (m,)
        Row of each cell; NOT_IN_A_ROW for cells that can't be had.
    n_times : int
        T.
    """

    att: FloatArray
    rows: FloatArray
    influence: FloatArray
    sway: FloatArray
    share: FloatArray
    mass: FloatArray
    cohort: IntArray
    row: IntArray
    n_times: int

    def by_unit(self, sway: FloatArray) -> FloatArray:
        """Give every unit what its cohort has, shape (n, R)."""
        return np.asarray(self.mass[:, None] * sway[self.cohort])

    def loadings(self, cells: Cells) -> FloatArray:
        """Weight of each cohort's mean at each time in each row, as if the panel were complete; shape (C, T, R)."""
        own = self.row != NOT_IN_A_ROW
        total = np.bincount(self.row[own], weights=self.share[cells.cohort[own]], minlength=len(self.rows))
        return loadings(cells, self.row, len(self.rows), self.share, self.n_times) / np.where(
            total > 0, total, 1.0
        )


def effects(
    panel: CohortPanel, cells: Cells, row: IntArray, n_rows: int, *, adjust: Adjust | None = None
) -> GroupTimeEffects:
    """Estimate cells, and rows of them with their influence functions.

    Parameters
    ----------
    row : ndarray, shape (m,)
        Row that a cell belongs to; NOT_IN_A_ROW for none.
    adjust : {"dr", "ipw", "reg"}, optional
        How to adjust for the panel's covariates.
    """
    cohort = np.searchsorted(cells.starts, panel.start)
    mass = _unit_mass(panel, cells, cohort)
    share = np.bincount(cohort, weights=mass, minlength=len(cells.starts)) / len(mass)
    even = panel.weights is None or bool((panel.weights == panel.weights[:, :1]).all())
    if adjust is None and even and bool(np.isfinite(panel.y).all()):
        att, summed = of_complete(panel.y, cohort, mass, cells, row, n_rows, share)
    else:
        att, summed = _cell_by_cell(panel, cells, cohort, row, n_rows, share, adjust)
    return _averaged(att, summed, cells, cohort, row, mass, share, panel.y.shape[1])


def _unit_mass(panel: CohortPanel, cells: Cells, cohort: IntArray) -> FloatArray:
    """Weight of each unit in its cohort's size: at the base time of its first treated cell, else its mean."""
    if panel.weights is None:
        return np.ones(len(panel.y))
    known = np.where(np.isfinite(panel.y), panel.weights, np.nan)
    counts = np.maximum(np.isfinite(known).sum(axis=1), 1)
    mass = np.nansum(known, axis=1) / counts
    for place in np.unique(cells.cohort):
        treated = (cells.cohort == place) & (cells.event_time >= 0)
        if treated.any():
            inside = cohort == place
            at_base = known[inside, cells.base[treated][0]]
            mass[inside] = np.where(np.isfinite(at_base), at_base, mass[inside])
    return np.asarray(mass / mass.mean())


def _cell_by_cell(
    panel: CohortPanel,
    cells: Cells,
    cohort: IntArray,
    row: IntArray,
    n_rows: int,
    share: FloatArray,
    adjust: Adjust | None,
) -> tuple[FloatArray, FloatArray]:
    """Take cells of one cohort and comparison together; each uses the units with a value at both its times."""
    att, summed = np.full(len(cells), np.nan), np.zeros((len(panel.y), n_rows))
    for block in _blocks(cells):
        place = cells.cohort[block[0]]
        units = np.flatnonzero((cohort == place) | cells.comparison[block[0]][cohort])
        treated = cohort[units] == place
        if adjust is None:
            found, parts = _compared(panel, cells, block, units, treated)
        else:
            found, parts = _adjusted(panel, cells, block, units, treated, adjust)
        att[block] = found
        good = np.isfinite(found) & (row[block] != NOT_IN_A_ROW)
        if good.any():
            part = parts[:, good] * (share[place] * len(panel.y))
            _add_to_rows(summed, units, part, row[block][good])
    return att, summed


def _blocks(cells: Cells) -> Iterator[IntArray]:
    key = np.unique(np.column_stack([cells.cohort, cells.comparison]), axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(key, kind="stable")
    return iter(np.split(order, np.flatnonzero(np.diff(key[order])) + 1)) if len(key) else iter(())


def _compared(
    panel: CohortPanel, cells: Cells, block: IntArray, units: IntArray, treated: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return differences of mean changes (k,) and each unit's part in them (units, k), which sum to 0 on each side."""
    change, weight = _changes(panel, cells, block, units)
    parts = np.zeros(change.shape)
    means = []
    for side, sign in ((treated, 1.0), (~treated, -1.0)):
        own, mass = change[side], weight[side]
        total = mass.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (own * mass).sum(axis=0) / total
            parts[side] = sign * mass * (own - mean) / total
        means.append(mean)
    return means[0] - means[1], parts


def _changes(
    panel: CohortPanel, cells: Cells, block: IntArray, units: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Changes and weights (units, k); both 0 where a value is missing."""
    time, base = cells.time[block], cells.base[block]
    y = panel.y[units]
    change = y[:, time] - y[:, base]
    known = np.isfinite(change)
    weight = known.astype(float)
    if panel.weights is not None:
        weight = np.where(known, panel.weights[units][:, base], 0.0)
    return np.where(known, change, 0.0), weight


def _adjusted(
    panel: CohortPanel, cells: Cells, block: IntArray, units: IntArray, treated: BoolArray, adjust: Adjust
) -> tuple[FloatArray, FloatArray]:
    """As `_compared`, adjusted; cells that share units and covariates are fitted in one go."""
    from pilotlab.stats.staggered.doubly_robust import NotAdjustable, adjusted

    assert panel.covariates is not None
    change, weight = _changes(panel, cells, block, units)
    base, known = cells.base[block], weight > 0
    fixed = panel.covariates[:, units]
    seen = np.where(np.isfinite(panel.y[units]), fixed, np.nan)
    steady = bool((np.fmax.reduce(seen, axis=2) == np.fmin.reduce(seen, axis=2)).all())
    key = np.column_stack([np.zeros_like(base) if steady else base, known.T])
    att, parts = np.full(len(block), np.nan), np.zeros(change.shape)
    alike = np.unique(key, axis=0, return_inverse=True)[1].ravel()
    if panel.weights is not None:
        alike = np.arange(len(block))
    for code in np.unique(alike):
        at = np.flatnonzero(alike == code)
        inside = np.flatnonzero(known[:, at[0]])
        X = np.column_stack([np.ones(len(inside)), fixed[:, inside, base[at[0]]].T])
        try:
            found, influence = adjusted(
                change[np.ix_(inside, at)], treated[inside], X, weight[inside, at[0]], how=adjust
            )
        except NotAdjustable:
            continue
        att[at] = found
        parts[np.ix_(inside, at)] = influence / len(inside)
    return att, parts


def _add_to_rows(summed: FloatArray, units: IntArray, parts: FloatArray, rows: IntArray) -> None:
    distinct, place = np.unique(rows, return_inverse=True)
    if len(distinct) < len(rows):
        parts = parts @ (place[:, None] == np.arange(len(distinct))).astype(float)
        rows = distinct
    if len(rows) == 1:
        summed[units, rows[0]] += parts[:, 0]
    else:
        summed[np.ix_(units, rows)] += parts


def _averaged(
    att: FloatArray,
    summed: FloatArray,
    cells: Cells,
    cohort: IntArray,
    row: IntArray,
    mass: FloatArray,
    share: FloatArray,
    n_times: int,
) -> GroupTimeEffects:
    """Weigh cells by cohort size, and add what comes from sizes being estimates; `summed` is written over."""
    n_rows = summed.shape[1]
    used = np.isfinite(att) & (row != NOT_IN_A_ROW)
    own, rows = share[cells.cohort[used]], row[used]
    total = np.bincount(rows, weights=own, minlength=n_rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.bincount(rows, weights=own * att[used], minlength=n_rows) / total
        summed /= total
        sway = np.zeros((len(share), n_rows))
        np.add.at(sway, (cells.cohort[used], rows), att[used] - values[rows])
        sway /= total
    for first in range(0, len(summed), STRIP):
        strip = slice(first, first + STRIP)
        summed[strip] += mass[strip, None] * sway[cohort[strip]]
    kept = np.where(used, row, NOT_IN_A_ROW)
    return GroupTimeEffects(att, values, summed, sway, share, mass, cohort, kept, n_times)


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
