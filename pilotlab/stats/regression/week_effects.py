"""Week effects: a panel regressed on unit effects, week effects of each stratum and covariates, and any contrast of them.

The panel comes in blocks of units that have their values at the same weeks. Each block costs its weeks squared (a
complete one not even that), each contrast one matrix product per block.

References
----------
Frisch & Waugh (1933): with M taking out unit means, D week dummies and Q covariates,
d = (D'MD)^- D'M (y - Qc) and c from the same equations once the weeks are out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from pilotlab.stats.arrays import (
    RANK_TOLERANCE,
    BoolArray,
    FloatArray,
    IntArray,
    SingularDesign,
    pinv_symmetric,
)
from pilotlab.stats.regression.within import centred, moments


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some units of one stratum, at some weeks.

    Attributes
    ----------
    units, weeks : ndarray, shapes (u,), (w,)
        Positions in the panel.
    y : ndarray, shape (u, w)
        nan where there is no value.
    weights : ndarray, shape (u, w), optional
        0 where there is no value; None where every cell is there and counts once.
    covariates : ndarray, shape (p, u, w), optional
    """

    stratum: int
    units: IntArray
    weeks: IntArray
    y: FloatArray
    weights: FloatArray | None = None
    covariates: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class WeekEffects:
    """S strata, T weeks, p covariates.

    Attributes
    ----------
    effects : ndarray, shape (S, T)
        Free up to a constant in each connected component.
    slopes : ndarray, shape (p,)
    components : ndarray, shape (S, T)
        Weeks that share a number can be compared, through units seen at both; -1 where a week has no value.
    inverse, columns : ndarray, shapes (S, T, T), (S, T, p)
        (D'MD)^- and its product with D'MQ.
    bread : ndarray, shape (p, p)
    errors : tuple of ndarray
        Of each block, residual times weight, shape (u, w).
    """

    effects: FloatArray
    slopes: FloatArray
    components: IntArray
    inverse: FloatArray
    columns: FloatArray
    bread: FloatArray
    blocks: tuple[Block, ...]
    errors: tuple[FloatArray, ...]
    n_units: int

    def values(self, weeks: FloatArray, slopes: FloatArray) -> FloatArray:
        """Contrasts `weeks` (S, T, m) of the week effects and `slopes` (p, m) of the covariates', shape (m,)."""
        return np.asarray(np.einsum("stm,st->m", weeks, self.effects) + self.slopes @ slopes)

    def scores(self, weeks: FloatArray, slopes: FloatArray) -> FloatArray:
        """Sum over each unit's weeks of what a cell weighs in each contrast, times its residual: (n, m)."""
        by_week, by_slope = self._sides(weeks, slopes)
        found = np.zeros((self.n_units, weeks.shape[2]))
        for block, error in zip(self.blocks, self.errors, strict=True):
            # Weighted residuals sum to 0 in every unit, so unit means drop out.
            found[block.units] = error @ by_week[block.stratum, block.weeks]
            if block.covariates is not None:
                filled = np.where(error == 0, 0.0, block.covariates)
                found[block.units] += np.einsum("iw,piw->ip", error, filled) @ by_slope
        return found

    def weigh(self, block: Block, weeks: FloatArray, slopes: FloatArray) -> FloatArray:
        """Write out what each cell of a block weighs in each contrast: (u, w, m), 0 where there is no value."""
        by_week, by_slope = self._sides(weeks, slopes)
        plain = np.ones(block.y.shape) if block.weights is None else block.weights
        raw = np.broadcast_to(by_week[block.stratum, block.weeks], (*block.y.shape, weeks.shape[2]))
        if block.covariates is not None:
            filled = np.where(plain > 0, block.covariates, 0.0)
            raw = raw + np.einsum("piw,pm->iwm", filled, by_slope)
        centre = (raw * plain[:, :, None]).sum(axis=1, keepdims=True) / plain.sum(axis=1)[:, None, None]
        return np.asarray((raw - centre) * plain[:, :, None])

    def bread_of(self, weeks: FloatArray, slopes: FloatArray) -> FloatArray:
        """Variance of the contrasts when rows are independent with variance 1 (over their weight): (m, m)."""
        rest = self._rest(weeks, slopes)
        return np.asarray(
            np.einsum("stm,sth,shl->ml", weeks, self.inverse, weeks, optimize=True)
            + rest.T @ self.bread @ rest
        )

    @property
    def rss(self) -> float:
        """Weighted sum of squared residuals."""
        total = 0.0
        for block, error in zip(self.blocks, self.errors, strict=True):
            plain = 1.0 if block.weights is None else np.where(block.weights > 0, block.weights, 1.0)
            total += float((error**2 / plain).sum())
        return total

    def _sides(self, weeks: FloatArray, slopes: FloatArray) -> tuple[FloatArray, FloatArray]:
        by_slope = self.bread @ self._rest(weeks, slopes)
        return np.einsum(
            "sth,shm->stm", self.inverse, weeks, optimize=True
        ) - self.columns @ by_slope, by_slope

    def _rest(self, weeks: FloatArray, slopes: FloatArray) -> FloatArray:
        return np.asarray(slopes - np.einsum("stp,stm->pm", self.columns, weeks))


def in_blocks(
    y: FloatArray,
    cohort: IntArray,
    *,
    weights: FloatArray | None,
    covariates: FloatArray | None,
    kept: BoolArray,
    by_cohort: bool,
) -> list[Block]:
    """Cut a panel into a block a cohort; each is its own stratum where `by_cohort`, else there is one stratum.

    Parameters
    ----------
    y : ndarray, shape (n, T)
    cohort : ndarray, shape (n,)
        Codes of rows of `kept` (cohorts, T), which says which cells belong; weeks without a value in a block go.
    """
    return [
        _cut(y, np.flatnonzero(cohort == code), weights, covariates, cells, int(code) if by_cohort else 0)
        for code, cells in enumerate(kept)
    ]


def week_effects(
    blocks: Sequence[Block], *, n_units: int, n_weeks: int, n_strata: int, n_covariates: int
) -> WeekEffects:
    """Fit y_it = a_i + d_st + q_it'c + e_it by (weighted) least squares.

    Raises
    ------
    SingularDesign
        Where a covariate does not vary once the effects are taken out; names its position.
    """
    p = n_covariates
    weeks, weeks_y = np.zeros((n_strata, n_weeks, n_weeks)), np.zeros((n_strata, n_weeks))
    cross, square, square_y = np.zeros((n_strata, n_weeks, p)), np.zeros((p, p)), np.zeros(p)
    for block in blocks:
        part = moments(block.y, block.weights, block.covariates)
        weeks[block.stratum][np.ix_(block.weeks, block.weeks)] += part.weeks
        weeks_y[block.stratum, block.weeks] += part.weeks_y
        if p:
            cross[block.stratum, block.weeks] += part.weeks_columns
            square += part.columns
            square_y += part.columns_y
    weeks = np.stack([_without_lone_weeks(each) for each in weeks])
    inverse = np.stack([pinv_symmetric(each) for each in weeks])
    columns = inverse @ cross
    left = square - np.einsum("stp,stq->pq", cross, columns)
    _refuse_explained(left, square, blocks)
    bread = np.linalg.inv(left)
    slopes = bread @ (square_y - np.einsum("stp,st->p", columns, weeks_y))
    effects = np.einsum("sth,sh->st", inverse, weeks_y) - columns @ slopes
    return WeekEffects(
        effects=effects,
        slopes=slopes,
        components=np.stack([_components(each) for each in weeks]),
        inverse=inverse,
        columns=columns,
        bread=np.asarray(bread),
        blocks=tuple(blocks),
        errors=tuple(_error(block, effects, slopes) for block in blocks),
        n_units=n_units,
    )


def _cut(
    y: FloatArray,
    units: IntArray,
    weights: FloatArray | None,
    covariates: FloatArray | None,
    kept: BoolArray,
    stratum: int,
) -> Block:
    values = y[units]
    observed = np.isfinite(values)
    weeks = np.flatnonzero(kept & observed.any(axis=0))
    inside = (units[:, None], weeks)
    observed = observed[:, weeks]
    if weights is not None:
        cells: FloatArray | None = np.where(observed, weights[inside], 0.0)
    else:
        cells = None if observed.all() else observed.astype(float)
    extra = None if covariates is None else covariates[:, units[:, None], weeks]
    return Block(stratum, units, weeks, values[:, weeks], cells, extra)


def _error(block: Block, effects: FloatArray, slopes: FloatArray) -> FloatArray:
    rest = block.y - effects[block.stratum, block.weeks]
    if block.covariates is not None:
        rest = rest - np.tensordot(slopes, block.covariates, axes=1)
    error = centred(rest, block.weights)
    return error if block.weights is None else error * block.weights


def _components(weeks: FloatArray) -> IntArray:
    """Number the connected components of the weeks; an edge is a unit seen at both, -1 a week without any."""
    label = connected_components(csr_array(weeks != 0), directed=False)[1].astype(np.int64)
    return np.where(np.diag(weeks) > 0, label, -1)


def _without_lone_weeks(weeks: FloatArray) -> FloatArray:
    """Set to zero what rounding leaves of weeks whose units are seen at no other week."""
    lone = np.count_nonzero(weeks, axis=1) - (np.diag(weeks) != 0) == 0
    return np.where(lone[:, None], 0.0, weeks)


def _refuse_explained(left: FloatArray, before: FloatArray, blocks: Sequence[Block]) -> None:
    if not len(left):
        return
    raw = sum(_square(block) for block in blocks)
    gone = np.diag(before) <= 1e-20 * np.asarray(raw)
    if gone.any():
        raise SingularDesign(tuple(int(column) for column in np.flatnonzero(gone)))
    scale = np.sqrt(np.diag(before))
    values, vectors = np.linalg.eigh(left / np.outer(scale, scale))
    null = vectors[:, values < RANK_TOLERANCE]
    if null.shape[1]:
        raise SingularDesign(tuple(int(column) for column in np.flatnonzero((null**2).sum(axis=1) > 1e-6)))


def _square(block: Block) -> FloatArray:
    assert block.covariates is not None
    inside = np.isfinite(block.y) if block.weights is None else block.weights > 0
    return np.asarray((np.where(inside, block.covariates, 0.0) ** 2).sum(axis=(1, 2)))
