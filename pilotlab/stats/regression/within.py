"""Within: what unit and week means take out of a panel, and what they put into its gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import FloatArray, pinv_symmetric


@dataclass(frozen=True, slots=True, eq=False)
class WithinMoments:
    """Cross-products once unit means (matrix M) are out: D are week dummies, Q covariates.

    Attributes
    ----------
    weeks : ndarray, shape (T, T)
        D'MD.
    weeks_y : ndarray, shape (T,)
        D'My.
    weeks_columns, columns, columns_y : ndarray, shapes (T, p), (p, p), (p,)
        D'MQ, Q'MQ, Q'My; p is 0 without covariates.
    """

    weeks: FloatArray
    weeks_y: FloatArray
    weeks_columns: FloatArray
    columns: FloatArray
    columns_y: FloatArray


def moments(y: FloatArray, weights: FloatArray | None, covariates: FloatArray | None) -> WithinMoments:
    """Cross-products of n units at T weeks.

    Parameters
    ----------
    y : ndarray, shape (n, T)
    weights : ndarray, shape (n, T), optional
        0 where there is no value; None where every cell is there and counts once.
    covariates : ndarray, shape (p, n, T), optional

    References
    ----------
    Frisch & Waugh (1933); Lovell (1963); for two-way panels with gaps Wansbeek & Kapteyn (1989), "Estimation of the
    Error-Components Model with Incomplete Panels".
    """
    weeks = y.shape[1]
    if weights is None:
        within = len(y) * (np.eye(weeks) - 1 / weeks)
    else:
        totals = weights.sum(axis=1, keepdims=True)
        within = np.diag(weights.sum(axis=0)) - (weights / np.where(totals > 0, totals, 1.0)).T @ weights
    outcome = centred(y, weights)
    weeks_y = (outcome if weights is None else outcome * weights).sum(axis=0)
    if covariates is None:
        return WithinMoments(within, weeks_y, np.zeros((weeks, 0)), np.zeros((0, 0)), np.zeros(0))
    columns = np.stack([centred(column, weights) for column in covariates])
    weighed = columns if weights is None else columns * weights
    return WithinMoments(
        within,
        weeks_y,
        weighed.sum(axis=1).T,
        np.einsum("pit,qit->pq", weighed, columns),
        np.einsum("pit,it->p", weighed, outcome),
    )


def centred(values: FloatArray, weights: FloatArray | None) -> FloatArray:
    """Take out unit means, shape (n, T); cells without weight become 0."""
    if weights is None:
        return np.asarray(values - values.mean(axis=1, keepdims=True))
    filled = np.where(weights > 0, values, 0.0)
    # A first pass with plain means keeps digits where levels are far above differences.
    filled -= (filled.sum(axis=1) / np.maximum((weights > 0).sum(axis=1), 1))[:, None]
    totals = weights.sum(axis=1, keepdims=True)
    mean = (filled * weights).sum(axis=1, keepdims=True, where=weights > 0) / np.where(
        totals > 0, totals, 1.0
    )
    return np.where(weights > 0, filled - mean, 0.0)


def fill_additively(y: FloatArray) -> FloatArray:
    """Fit y_it = a_i + d_t to the values there are, and put it where there are none.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value; every unit and week has one, and weeks can be compared through units seen at both.

    Returns
    -------
    ndarray, shape (n, T)
    """
    there = np.isfinite(y)
    if there.all():
        return y
    part = moments(y, there.astype(float), None)
    week = pinv_symmetric(part.weeks) @ part.weeks_y
    unit = np.where(there, y - week, 0.0).sum(axis=1) / there.sum(axis=1)
    return np.where(there, y, unit[:, None] + week)
