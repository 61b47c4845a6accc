"""Interaction-weighted event study: an effect for each cohort and week, averaged by the cohorts' shares.

A coefficient for each cohort and week but its reference leaves no coefficient that two cohorts share, so every cohort
gets week effects of its own: the regression falls apart into one per cohort (covariates tie them together), and
b_gt = (d_gt - d_g,ref) - (d_0t - d_0,ref), with 0 the comparison cohort. No system is larger than the weeks.

References
----------
Sun & Abraham (2021), "Estimating Dynamic Treatment Effects in Event Studies with Heterogeneous Treatment Effects";
shares and variance as in fixest::sunab (shares taken as known).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.regression.week_effects import Block, WeekEffects, in_blocks, week_effects

COMPARISON = -1


@dataclass(frozen=True, slots=True, eq=False)
class Interacted:
    """Effects of G cohorts at T weeks.

    Attributes
    ----------
    fit : WeekEffects
        A stratum for each cohort.
    reference : ndarray, shape (G,)
        Position of each cohort's reference week; COMPARISON for the cohort that is compared with.
    counted : ndarray, shape (G, T)
        Summed weight of a cohort's values in a week: its share in averages.
    identified : ndarray, shape (G, T)
        Cells that have a coefficient.
    """

    fit: WeekEffects
    reference: IntArray
    counted: FloatArray
    identified: BoolArray

    @property
    def n_coefficients(self) -> int:
        """Cohort-by-week coefficients and slopes."""
        return int(self.identified.sum()) + len(self.fit.slopes)

    @property
    def lost(self) -> int:
        """Cells with values, but no link to the reference week."""
        starting = self.reference != COMPARISON
        rest = (self.counted > 0) & ~self.identified
        return int(rest[starting].sum()) - int(starting.sum())


@dataclass(frozen=True, slots=True, eq=False)
class InteractedMeans:
    """m averages: estimates (m,), unit scores (n, m), and their variance with independent equal rows (m, m)."""

    values: FloatArray
    scores: FloatArray
    bread: FloatArray


def interact(
    y: FloatArray,
    cohort: IntArray,
    reference: IntArray,
    *,
    weights: FloatArray | None = None,
    covariates: FloatArray | None = None,
) -> Interacted:
    """Fit week effects cohort by cohort.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value.
    cohort : ndarray, shape (n,)
        Position in `reference`.
    reference : ndarray, shape (G,)
        Position of a cohort's reference week; COMPARISON for exactly one.
    weights : ndarray, shape (n, T), optional
        Positive wherever `y` is finite.
    covariates : ndarray, shape (p, n, T), optional
        Finite wherever `y` is.

    Raises
    ------
    SingularDesign
        Where the effects explain a covariate wholly.
    """
    everywhere = np.ones((len(reference), y.shape[1]), dtype=bool)
    blocks = in_blocks(y, cohort, weights=weights, covariates=covariates, kept=everywhere, by_cohort=True)
    fit = week_effects(
        blocks,
        n_units=len(y),
        n_weeks=y.shape[1],
        n_strata=len(reference),
        n_covariates=0 if covariates is None else len(covariates),
    )
    counted = np.zeros(everywhere.shape)
    for block in blocks:
        cells = len(block.units) if block.weights is None else block.weights.sum(axis=0)
        counted[block.stratum, block.weeks] = cells
    return Interacted(fit, reference, counted, _identified(fit.components, reference))


def averages(found: Interacted, targets: FloatArray) -> InteractedMeans:
    """Average coefficients by shares.

    Parameters
    ----------
    targets : ndarray, shape (G, T, m)
        How much a (weighted) value of a cohort and week counts in each average, before they are made to sum to 1.
    """
    weeks = contrasts(found, targets)
    slopes = np.zeros((len(found.fit.slopes), targets.shape[2]))
    return InteractedMeans(
        found.fit.values(weeks, slopes), found.fit.scores(weeks, slopes), found.fit.bread_of(weeks, slopes)
    )


def contrasts(found: Interacted, targets: FloatArray) -> FloatArray:
    """Averages as contrasts of the cohorts' week effects, shape (G, T, m)."""
    share = np.where(found.identified, found.counted, 0.0)[:, :, None] * targets
    share = share / share.sum(axis=(0, 1))
    out: FloatArray = share.copy()
    base = int(np.flatnonzero(found.reference == COMPARISON)[0])
    for code, at in enumerate(found.reference):
        if at == COMPARISON:
            continue
        total = share[code].sum(axis=0)
        out[code, at] -= total
        out[base] -= share[code]
        out[base, at] += total
    return out


def _identified(components: IntArray, reference: IntArray) -> BoolArray:
    """Weeks that both the cohort and the comparison can hold against the cohort's reference week."""
    base = components[reference == COMPARISON][0]
    found = np.zeros(components.shape, dtype=bool)
    for code, at in enumerate(reference):
        if at == COMPARISON:
            continue
        own = components[code]
        found[code] = (own >= 0) & (own == own[at]) & (base >= 0) & (base == base[at])
        found[code, at] = False
    return found


def written_out(
    found: Interacted, targets: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray | None, IntArray, FloatArray]:
    """Write the regression out row by row: (X, residual, weight, unit, contrasts); unit effects are left to be absorbed.

    X holds covariates, and a column for each week of each cohort but the first of those that can be compared.
    """
    fit = found.fit
    parts = [_rows(block, error) for block, error in zip(fit.blocks, fit.errors, strict=True)]
    stratum, week, unit, residual, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    cell = stratum * fit.effects.shape[1] + week
    present = np.unique(cell)
    component = fit.components.ravel()[present] + fit.effects.shape[1] * (present // fit.effects.shape[1])
    _, first = np.unique(component, return_index=True)
    kept = np.delete(present, first)
    columns = (cell[:, None] == kept).astype(float)
    weeks = contrasts(found, targets).reshape(-1, targets.shape[2])[kept]
    order = np.lexsort((week, unit))
    if fit.blocks[0].covariates is not None:
        extra = np.concatenate([block.covariates[:, _there(block)] for block in fit.blocks], axis=1).T  # type: ignore[index]
        columns = np.hstack([extra, columns])
    wide = np.vstack([np.zeros((len(fit.slopes), targets.shape[2])), weeks]).T
    weighed = any(
        block.weights is not None and (block.weights[_there(block)] != 1).any() for block in fit.blocks
    )
    return columns[order], residual[order], weight[order] if weighed else None, unit[order], wide


def _there(block: Block) -> BoolArray:
    return np.ones(block.y.shape, dtype=bool) if block.weights is None else block.weights > 0


def _rows(block: Block, error: FloatArray) -> tuple[FloatArray | IntArray, ...]:
    """Stratum, week, unit, residual and weight of each value of a block."""
    inside = _there(block)
    row, column = np.nonzero(inside)
    weight = np.ones(len(row)) if block.weights is None else block.weights[inside]
    stratum = np.full(len(row), block.stratum, dtype=np.int64)
    return stratum, block.weeks[column], block.units[row], error[inside] / weight, weight
