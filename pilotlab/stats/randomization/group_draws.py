"""Group draws: the averages of group-time effects in every admissible draw of starts.

Removing a constant effect e from the treated weeks of the draw that was made leaves T(z) - e a(z), with a(z) the same
average of the observed treatment itself, so that the test inverts in closed form. The effect of a row of the table is that
of its own cells alone; there abs(a) may exceed 1 where base times vary.

References
----------
Rosenbaum (2002), "Observational Studies", section 2.4; Roth & Sant'Anna (2023) for the design.
"""

from __future__ import annotations

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.adjusted_draws import AdjustedResult
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.randomization.sharp_null import ROUNDING, Lost
from pilotlab.stats.staggered.group_cells import CohortPanel
from pilotlab.stats.staggered.group_rows import Averages


def drawn_averages(
    panel: CohortPanel, averages: Averages, rota: Rota, *, reps: int = 9999, seed: int = 0
) -> list[AdjustedResult]:
    """Test the headline and every row against the admissible draws; the same draws for all.

    Parameters
    ----------
    panel : CohortPanel
        Without covariates.
    averages : Averages
        Of the draw that was made.
    rota : Rota
        Its codes stand for the panel's starts, ascending.
    """
    blocks = rota.blocks(reps, seed)
    if _linear(panel, rota):
        by_unit = _unit_parts(panel, averages)
        drawn = np.concatenate([_summed(block, by_unit) for block in blocks])
    else:
        outcomes = np.stack([panel.y, *_indicators(panel, averages)])
        drawn = np.concatenate([_anew(block, panel, averages, outcomes) for block in blocks])
    return [_result(att, drawn[:, :, k], panel, rota) for k, att in enumerate(averages.values.tolist())]


def _result(att: float, drawn: FloatArray, panel: CohortPanel, rota: Rota) -> AdjustedResult:
    lost = ~np.isfinite(drawn).all(axis=1)
    size = float(np.nanmax(np.abs(panel.y - np.nanmean(panel.y, axis=1, keepdims=True))))
    return AdjustedResult(
        att=att,
        statistics=np.where(lost, att, drawn[:, 0]),
        indicator=np.where(lost, 1.0, drawn[:, 1]),
        exact=rota.exact,
        rounding=ROUNDING * size,
        lost=Lost(draws=int(lost.sum())),
    )


def _indicators(panel: CohortPanel, averages: Averages) -> list[FloatArray]:
    """The treatment that the headline, and each row, is about: 0 and 1 by unit and time."""
    headline = (panel.times >= panel.start[:, None]).astype(float)
    if averages.aggregate == "overall":
        return [headline]
    cells = averages.cells
    found = []
    for row in range(len(averages.labels)):
        inside = np.zeros((len(cells.starts), len(panel.times)))
        own = averages.row == row
        inside[cells.cohort[own], cells.time[own]] = 1.0
        found.append(inside[np.searchsorted(cells.starts, panel.start)])
    return [headline, *found]


def _linear(panel: CohortPanel, rota: Rota) -> bool:
    """Whether every draw gives the cohorts the same sizes and a complete panel: T is then a sum over units."""
    if panel.weights is not None or not np.isfinite(panel.y).all():
        return False
    if rota.given is not None:
        return bool((np.sort(rota.given, axis=1) == np.sort(rota.start)).all())
    held = np.bincount(rota.cluster)[rota.cluster]
    first = np.unique(rota.strata, return_index=True)[1]
    return bool((held == held[first][rota.strata]).all())


def _unit_parts(panel: CohortPanel, averages: Averages) -> FloatArray:
    """What a unit adds to outcome and indicator of each value, by the cohort it is drawn into: (n, C, 2, K)."""
    loading = averages.loadings()
    size = np.bincount(np.searchsorted(averages.cells.starts, panel.start), minlength=len(loading))
    weight = loading / size[:, None, None]
    y = panel.y - panel.y.mean(axis=0)
    outcome = np.einsum("it,ctk->ick", y - y.mean(axis=1, keepdims=True), weight)
    indicators = np.stack(_indicators(panel, averages))
    return np.stack([outcome, np.einsum("kit,ctk->ick", indicators, weight)], axis=2)


def _summed(block: IntArray, by_unit: FloatArray) -> FloatArray:
    units, cohorts = by_unit.shape[:2]
    total = np.zeros((len(block), by_unit[0, 0].size))
    for cohort in range(cohorts):
        total += (block == cohort).astype(float) @ by_unit[:, cohort].reshape(units, -1)
    return total.reshape(len(block), *by_unit.shape[2:])


def _anew(block: IntArray, panel: CohortPanel, averages: Averages, outcomes: FloatArray) -> FloatArray:
    """Averages of outcome and indicators in a block of draws, made from sums by cohort: (b, 2, K)."""
    cells = averages.cells
    pair, of_cell = np.unique(np.stack([cells.time, cells.base]), axis=1, return_inverse=True)
    known = np.isfinite(panel.y[:, pair[0]] - panel.y[:, pair[1]])
    weight = known.astype(float) if panel.weights is None else np.where(known, panel.weights[:, pair[1]], 0.0)
    mass = np.ones(len(panel.y)) if panel.weights is None else averages.found.mass
    member = [(block == cohort).astype(float) for cohort in range(len(cells.starts))]
    share = np.stack([own @ mass for own in member], axis=1)
    held = np.stack([own @ weight for own in member])  # (C, b, P)
    values = []
    for outcome in outcomes:
        change = np.where(known, outcome[:, pair[0]] - outcome[:, pair[1]], 0.0) * weight
        sums = np.stack([own @ change for own in member])
        att = _cell_effects(sums, held, averages, of_cell.ravel())
        values.append(_values(att, share, averages))
    own = np.stack([values[1 + k][:, k] for k in range(len(outcomes) - 1)], axis=1)
    return np.stack([values[0], own], axis=1)


def _cell_effects(sums: FloatArray, held: FloatArray, averages: Averages, of_cell: IntArray) -> FloatArray:
    cells = averages.cells
    att = np.full((sums.shape[1], len(cells)), np.nan)
    for cell in np.flatnonzero(averages.row >= 0):
        pair, serving = of_cell[cell], cells.comparison[cell]
        with np.errstate(invalid="ignore", divide="ignore"):
            against = sums[serving, :, pair].sum(axis=0) / held[serving, :, pair].sum(axis=0)
            att[:, cell] = sums[cells.cohort[cell], :, pair] / held[cells.cohort[cell], :, pair] - against
    return att


def _values(att: FloatArray, share: FloatArray, averages: Averages) -> FloatArray:
    """The headline and rows of a block of draws, (b, K); cells and rows that a draw can't give are left out of it."""
    weight = np.where(np.isfinite(att), share[:, averages.cells.cohort], 0.0)
    inside = (averages.row[:, None] == np.arange(len(averages.labels))).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = (weight * np.where(weight > 0, att, 0.0)) @ inside / (weight @ inside)
    if averages.aggregate == "overall":
        return np.asarray(rows)
    counts = averages.counted & np.isfinite(rows)
    if averages.aggregate == "cohort":
        counts = counts * share[:, np.searchsorted(averages.cells.starts, averages.labels)]
    return np.column_stack([_mean(rows, counts), rows])


def _mean(rows: FloatArray, weight: BoolArray | FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.where(weight > 0, rows, 0.0) * weight).sum(axis=1) / weight.sum(axis=1))
