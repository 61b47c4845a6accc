"""Group rows: averages of group-time effects by event time, cohort, week or over all, with the influence of each.

References
----------
Callaway & Sant'Anna (2021), section 3; the names in R did are dynamic, group, calendar and simple.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.staggered.group_cells import NEVER, Cells, CohortPanel, single_cells
from pilotlab.stats.staggered.group_time import NOT_IN_A_ROW, Adjust, GroupTimeEffects, effects
from pilotlab.stats.variance.influence import WaldTest, cluster_sums, wald_test

MOST_TESTED = 100  # cells of a joint test
Aggregate = Literal["overall", "event_time", "cohort", "week"]


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """The headline and its table.

    Attributes
    ----------
    labels : ndarray, shape (R,)
        Event time, start of cohort or time of each row; a 0 where there is one row only.
    values : ndarray, shape (1 + R,)
        The headline, then the rows.
    mix : ndarray, shape (1 + R, R)
        Weight of rows in them; (1, 1) where the headline is the only row, as in all that follows.
    counted : ndarray, shape (R,)
        Rows that the headline averages.
    influence : ndarray, shape (n, 1 + R)
    sway : ndarray, shape (C, 1 + R)
        Its part that comes from cohort sizes being estimates, of a unit of weight 1.
    row : ndarray, shape (m,)
        Row of each cell; NOT_IN_A_ROW for cells that were not used.
    loadings : callable
        Weight of each cohort's mean at each time in the values, were the panel complete; shape (C, T, 1 + R).
    """

    aggregate: Aggregate

    labels: IntArray
    values: FloatArray
    mix: FloatArray
    counted: BoolArray
    influence: FloatArray
    sway: FloatArray
    row: IntArray
    cells: Cells
    found: GroupTimeEffects
    adjust: Adjust | None

    loadings: Callable[[], FloatArray]

    @property
    def pull(self) -> FloatArray:
        """Part of the influence that comes from cohort sizes being estimates, shape (n, 1 + R)."""
        return self.found.by_unit(self.sway)

    def norms(self) -> FloatArray:
        """Squared length of these weights, shape (C, 1 + R): each cohort's noise, were weeks alike."""
        return np.asarray((self.loadings() ** 2).sum(axis=1))


def average(
    panel: CohortPanel,
    cells: Cells,
    aggregate: Aggregate = "overall",
    *,
    washin: int = 0,
    balance: int | None = None,
    adjust: Adjust | None = None,
) -> Averages | None:
    """Estimate the rows of a table and its headline; None where no cell after start and wash-in can be had.

    Parameters
    ----------
    washin : int
        Event times 0 to washin - 1 are left out, but for rows of event times, where they are shown.
    balance : int, optional
        Event time that every cohort must reach, and the last one shown.

    Notes
    -----
    The headline is the average of all cells by cohort size (`overall`), the plain mean of the event times after wash-in,
    the average of cohorts by size, or the plain mean of weeks.
    """
    if balance is not None:
        cells = _balanced(cells, panel.times, balance)
    labels, row = _rows(cells, panel.times, aggregate, washin)
    found = effects(panel, cells, row, len(labels), adjust=adjust)
    kept = np.isfinite(found.rows)
    labels, rows = labels[kept], found.rows[kept]
    counted: BoolArray = (
        np.asarray(labels >= washin) if aggregate == "event_time" else np.ones(len(labels), bool)
    )
    if not counted.any():
        return None
    weight = counted / counted.sum()
    extra = np.zeros(len(cells.starts))
    if aggregate == "cohort":
        place = np.searchsorted(cells.starts, labels)
        size = found.share[place]
        weight = size / size.sum()
        extra[place] = (rows - weight @ rows) / size.sum()
    mix = np.vstack([weight, np.eye(len(labels))]) if aggregate != "overall" else np.ones((1, 1))
    place = np.append(np.cumsum(kept) - 1, NOT_IN_A_ROW)
    influence = found.influence if kept.all() else found.influence[:, kept]
    influence = _mixed(influence, weight, found.mass * extra[found.cohort], aggregate)
    # Held once: of many units it is the largest thing.
    found = replace(found, influence=influence[:, -len(labels) :])
    return Averages(
        aggregate=aggregate,
        labels=labels,
        values=mix @ rows,
        mix=mix,
        counted=counted,
        row=place[found.row],
        influence=influence,
        sway=_mixed(found.sway[:, kept], weight, extra, aggregate),
        cells=cells,
        found=found,
        adjust=adjust,
        loadings=lambda: np.asarray(found.loadings(cells)[:, :, kept] @ mix.T),
    )


def _mixed(rows: FloatArray, weight: FloatArray, extra: FloatArray, aggregate: Aggregate) -> FloatArray:
    if aggregate == "overall":
        return rows
    return np.column_stack([rows @ weight + extra, rows])


def _rows(cells: Cells, times: IntArray, aggregate: Aggregate, washin: int) -> tuple[IntArray, IntArray]:
    """Labels of rows, and each cell's row."""
    label = {
        "overall": np.zeros(len(cells), dtype=np.int64),
        "event_time": cells.event_time,
        "cohort": cells.starts[cells.cohort],
        "week": times[cells.time],
    }[aggregate]
    inside = np.ones(len(cells), dtype=bool) if aggregate == "event_time" else cells.event_time >= washin
    labels = np.unique(label[inside])
    return labels, np.where(inside, np.searchsorted(labels, label), NOT_IN_A_ROW)


def _balanced(cells: Cells, times: IntArray, balance: int) -> Cells:
    start = cells.starts[cells.cohort]
    reaches = (start != NEVER) & (times[-1] - start >= balance)
    first = balance - (times[-1] - times[0])
    return cells.keep(reaches & (cells.event_time <= balance) & (cells.event_time >= first))


def rebased(panel: CohortPanel, averages: Averages, cells: Cells) -> Averages:
    """Averages by event time whose rows before start come from other cells; those after it stay as they are.

    Parameters
    ----------
    cells : Cells
        With another base before start and the same from there on.
    """
    before = cells.keep(np.isin(cells.cohort, averages.cells.cohort) & (cells.event_time < 0))
    labels, row = np.unique(before.event_time, return_inverse=True)
    found = effects(panel, before, row.astype(np.int64), len(labels), adjust=averages.adjust)
    kept, after = np.isfinite(found.rows), averages.labels >= 0
    count, first = int(kept.sum()), 1 + int(np.argmax(after))

    def joined(old: FloatArray, new: FloatArray) -> FloatArray:
        """Columns: the headline, rows before start, rows after it."""
        own = new if kept.all() else new[..., kept]
        return np.concatenate([old[..., :1], own, old[..., first:]], axis=-1)

    weight = np.append(np.zeros(count), averages.mix[0, after])
    return replace(
        averages,
        labels=np.append(labels[kept], averages.labels[after]),
        values=joined(averages.values, found.rows),
        mix=np.vstack([weight, np.eye(len(weight))]),
        counted=np.append(np.zeros(count, dtype=bool), averages.counted[after]),
        influence=joined(averages.influence, found.influence),
        sway=joined(averages.sway, found.sway),
        loadings=lambda: joined(averages.loadings(), found.loadings(before)),
    )


def pretest(
    panel: CohortPanel, averages: Averages, cluster: IntArray, *, anticipation: int = 0
) -> WaldTest | None:
    """Test that all cells before start less anticipation are zero; None above 100 of them, or where there is no answer.

    Parameters
    ----------
    averages : Averages
        By event time, whose cells are tested.
    cluster : ndarray, shape (n,)
        Codes.
    """
    cells = averages.cells.keep(averages.cells.event_time < -anticipation)
    if not 0 < len(cells) <= MOST_TESTED:
        return None
    adjust = averages.adjust
    found = effects(panel, cells, single_cells(cells), len(cells), adjust=adjust)
    known = np.isfinite(found.att)
    return wald_test(found.rows[known], cluster_sums(found.influence[:, known], cluster), len(panel.y))
