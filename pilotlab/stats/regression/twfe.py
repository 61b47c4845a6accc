"""Two-way fixed effects: a panel regressed on unit effects, week effects, and regressors set by cohort and week.

Treatment depends on cohort and week only, so no dummy and no row of regressors is ever built: unit effects are
concentrated out, the T x T normal equations of the weeks are solved, and cohort sums give the rest. A complete panel
needs no more than cohort means. With strata the week effects are each stratum's own.

References
----------
Frisch & Waugh (1933); Wooldridge (2021), "Two-Way Fixed Effects, the Two-Way Mundlak Regression, and
Difference-in-Differences Estimators"; fixed effects counted as in fixest (Berge 2018).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pilotlab.stats.arrays import (
    RANK_TOLERANCE,
    BoolArray,
    FloatArray,
    IntArray,
    SingularDesign,
    distinct,
    pinv_symmetric,
    strips,
)
from pilotlab.stats.regression.within import centred, moments


@dataclass(frozen=True, slots=True, eq=False)
class TwoWayPanel:
    """A panel as the kernel reads it: n units, T weeks, k regressors by cohort and week, p covariates.

    Attributes
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value.
    cohort : ndarray, shape (n,)
        Row of `regressors` that belongs to each unit.
    regressors : ndarray, shape (cohorts, T, k)
    covariates : ndarray, shape (p, n, T), optional
        Finite wherever `y` is.
    weights : ndarray, shape (n, T), optional
        Positive wherever `y` is finite; None for equal weights.
    strata : ndarray, shape (n,), optional
        Codes 0, 1, ...; each stratum gets its own week effects.
    """

    y: FloatArray
    cohort: IntArray
    regressors: FloatArray
    covariates: FloatArray | None = None
    weights: FloatArray | None = None
    strata: IntArray | None = None

    @property
    def observed(self) -> BoolArray:
        """Cells with a value, shape (n, T)."""
        return np.isfinite(self.y)


@dataclass(frozen=True, slots=True, eq=False)
class TwoWayFit:
    """Coefficients (regressors first, then covariates) with what every standard error is made of.

    Attributes
    ----------
    coef : ndarray, shape (k + p,)
    bread : ndarray, shape (k + p, k + p)
        Inverse of the cross-products of the regressors after both effects.
    scores : ndarray, shape (n, k + p)
        Sum over a unit's weeks of regressor (after both effects) times residual.
    week_effects : ndarray, shape (strata, T)
        Of the outcome, free up to a constant a stratum.
    n_week_effects : int
        Pairs of stratum and week that hold a value.
    """

    coef: FloatArray
    bread: FloatArray
    scores: FloatArray
    week_effects: FloatArray
    rss: float
    n_obs: int
    n_units: int
    n_week_effects: int


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Cross-products of one stratum after its unit effects; columns are regressors, then covariates."""

    units: IntArray
    weeks: FloatArray  # (T, T)  D'MD
    weeks_columns: FloatArray  # (T, k + p)  D'MX
    columns: FloatArray  # (k + p, k + p)  X'MX
    weeks_y: FloatArray  # (T,)  D'My
    columns_y: FloatArray  # (k + p,)  X'My


def two_way(panel: TwoWayPanel) -> TwoWayFit:
    """Fit y_it = a_i + d_st + x_gt'b + q_it'c + e_it by (weighted) least squares.

    Raises
    ------
    SingularDesign
        Where a regressor does not vary once the effects are taken out.
    """
    observed = panel.observed
    rounding = _rounding(panel, observed)
    panel = _counted(panel, observed)
    strata = [_moments(panel, units) for units in _stratum_units(panel)]
    inverses = [pinv_symmetric(part.weeks) for part in strata]
    slopes = [inverse @ part.weeks_columns for inverse, part in zip(inverses, strata, strict=True)]
    left = _total(
        part.columns - part.weeks_columns.T @ slope for part, slope in zip(strata, slopes, strict=True)
    )
    right = _total(
        part.columns_y - slope.T @ part.weeks_y for part, slope in zip(strata, slopes, strict=True)
    )
    _refuse_singular(left, _total(part.columns for part in strata), rounding)
    bread: FloatArray = np.linalg.inv(left).astype(np.float64)
    coef = bread @ right
    effects = np.stack(
        [
            inverse @ part.weeks_y - slope @ coef
            for part, inverse, slope in zip(strata, inverses, slopes, strict=True)
        ]
    )
    scores = np.zeros((len(panel.y), len(coef)))
    rss = 0.0
    for part, slope, effect in zip(strata, slopes, effects, strict=True):
        for units in _by_cohort(panel, part.units):
            error = _residuals(panel, units, coef, effect)
            rss += _weighted_sum_of_squares(panel, units, error)
            scores[units] = _scores(panel, units, _weigh(panel, units, error), slope)
    return TwoWayFit(
        coef=coef,
        bread=bread,
        scores=scores,
        week_effects=effects,
        rss=rss,
        n_obs=int(np.count_nonzero(observed)),
        n_units=len(panel.y),
        n_week_effects=sum(_weeks_seen(observed, part.units) for part in strata),
    )


def rows(panel: TwoWayPanel, fit: TwoWayFit) -> tuple[FloatArray, FloatArray, FloatArray | None, IntArray]:
    """Write the fit out row by row, for standard errors that need the full hat matrix: (X, residual, weight, unit).

    X holds regressors, covariates, and a column for each week of each stratum but its first; unit effects are left
    to be absorbed. Rows go by unit, then week.
    """
    unit, week = np.nonzero(panel.observed)
    columns = [panel.regressors[panel.cohort[unit], week]]
    if panel.covariates is not None:
        columns.append(panel.covariates[:, unit, week].T)
    stratum = np.zeros(len(unit), dtype=np.int64) if panel.strata is None else panel.strata[unit]
    columns.append(_week_columns(stratum, week, panel.y.shape[1]))
    residual = np.empty(len(unit))
    counted = _counted(panel, panel.observed)
    for s, members in enumerate(_stratum_units(panel)):
        for units in _by_cohort(panel, members):
            error = _residuals(counted, units, fit.coef, fit.week_effects[s])
            inside = np.isin(unit, units)
            residual[inside] = error[panel.observed[units]]
    weights = None if panel.weights is None else panel.weights[unit, week]
    return np.hstack(columns), residual, weights, unit.astype(np.int64)


def _stratum_units(panel: TwoWayPanel) -> list[IntArray]:
    if panel.strata is None:
        return [np.arange(len(panel.y))]
    order = np.argsort(panel.strata, kind="stable")
    return list(np.split(order, np.flatnonzero(np.diff(panel.strata[order])) + 1))


def _weeks_seen(observed: BoolArray, units: IntArray) -> int:
    if len(units) and observed[units[0]].all():  # mostly the first unit answers for all
        return int(observed.shape[1])
    return int(np.count_nonzero(observed[units].any(axis=0)))


def _by_cohort(panel: TwoWayPanel, units: IntArray) -> Iterator[IntArray]:
    """Units of one cohort at a time, no more than what stays near the processor."""
    own = panel.cohort[units]
    for cohort in distinct(own):
        yield from strips(units[own == cohort])


def _moments(panel: TwoWayPanel, units: IntArray) -> _Moments:
    weeks, k = panel.regressors.shape[1:]
    p = 0 if panel.covariates is None else len(panel.covariates)
    laplacian, cross = np.zeros((weeks, weeks)), np.zeros((weeks, k + p))
    square, weeks_y, columns_y = np.zeros((k + p, k + p)), np.zeros(weeks), np.zeros(k + p)
    for own in _by_cohort(panel, units):
        regressors = panel.regressors[panel.cohort[own[0]]]
        extra = None if panel.covariates is None else panel.covariates[:, own]
        part = moments(panel.y[own], _weights(panel, own), extra)
        laplacian += part.weeks
        cross[:, :k] += part.weeks @ regressors
        cross[:, k:] += part.weeks_columns
        square[:k, :k] += regressors.T @ part.weeks @ regressors
        square[:k, k:] += regressors.T @ part.weeks_columns
        square[k:, k:] += part.columns
        weeks_y += part.weeks_y
        columns_y[:k] += regressors.T @ part.weeks_y
        columns_y[k:] += part.columns_y
    square[k:, :k] = square[:k, k:].T
    return _Moments(units, laplacian, cross, square, weeks_y, columns_y)


def _counted(panel: TwoWayPanel, observed: BoolArray) -> TwoWayPanel:
    """Give weights 0 where there is no value, and leave them None where every cell is there and counts once."""
    if panel.weights is None:
        return panel if observed.all() else replace(panel, weights=observed.astype(float))
    return replace(panel, weights=np.where(observed, panel.weights, 0.0))


def _weights(panel: TwoWayPanel, units: IntArray) -> FloatArray | None:
    return None if panel.weights is None else panel.weights[units]


def _residuals(panel: TwoWayPanel, units: IntArray, coef: FloatArray, week_effect: FloatArray) -> FloatArray:
    """Residuals of units of one cohort and stratum, shape (units, T); 0 where there is no value."""
    k = panel.regressors.shape[2]
    fitted = panel.regressors[panel.cohort[units[0]]] @ coef[:k] + week_effect
    rest = panel.y[units] - fitted
    if panel.covariates is not None:
        rest -= np.tensordot(coef[k:], panel.covariates[:, units], axes=1)
    return centred(rest, _weights(panel, units))


def _weigh(panel: TwoWayPanel, units: IntArray, error: FloatArray) -> FloatArray:
    return error if panel.weights is None else error * panel.weights[units]


def _weighted_sum_of_squares(panel: TwoWayPanel, units: IntArray, error: FloatArray) -> float:
    return float(np.einsum("it,it->", _weigh(panel, units, error), error))


def _scores(panel: TwoWayPanel, units: IntArray, weighted: FloatArray, slope: FloatArray) -> FloatArray:
    # Weighted residuals sum to 0 in every unit, so a regressor's unit mean drops out of its score.
    k = panel.regressors.shape[2]
    by_cohort = weighted @ (panel.regressors[panel.cohort[units[0]]] - slope[:, :k])
    if panel.covariates is None:
        return np.asarray(by_cohort)
    filled = np.where(weighted == 0, 0.0, panel.covariates[:, units])
    by_row = np.einsum("it,pit->ip", weighted, filled) - weighted @ slope[:, k:]
    return np.hstack([by_cohort, by_row])


def _week_columns(stratum: IntArray, week: IntArray, weeks: int) -> FloatArray:
    cell = stratum * weeks + week
    present = np.unique(cell)
    first = np.concatenate([[True], np.diff(present // weeks) > 0])
    kept = present[~first]
    return np.asarray(cell[:, None] == kept, dtype=float)


def _refuse_singular(left: FloatArray, before: FloatArray, rounding: FloatArray) -> None:
    """Refuse columns that effects or other columns explain: `left` is after both effects, `before` after unit effects."""
    gone = np.diag(before) <= rounding
    if gone.any():
        raise SingularDesign(tuple(int(column) for column in np.flatnonzero(gone)))
    scale = np.sqrt(np.diag(before))
    values, vectors = np.linalg.eigh(left / np.outer(scale, scale))
    null = vectors[:, values < RANK_TOLERANCE]
    if null.shape[1]:
        raise SingularDesign(tuple(int(column) for column in np.flatnonzero((null**2).sum(axis=1) > 1e-6)))


def _rounding(panel: TwoWayPanel, observed: BoolArray) -> FloatArray:
    """Squares of each column that are arithmetic alone: a cohort's are a difference of products, a covariate's are centred."""
    cells = np.zeros(panel.regressors.shape[:2])
    for units in _by_cohort(panel, np.arange(len(panel.y))):
        cells[panel.cohort[units[0]]] += observed[units].sum(axis=0)
    squares = [1e-12 * np.einsum("gt,gtk->k", cells, panel.regressors**2)]
    if panel.covariates is not None:
        squares.append(
            1e-20 * np.array([float((column[observed] ** 2).sum()) for column in panel.covariates])
        )
    return np.concatenate(squares)


def _total(parts: Iterator[FloatArray]) -> FloatArray:
    return np.asarray(sum(parts))
