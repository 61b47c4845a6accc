"""Unit covariance: how a unit's weeks vary together, fitted on weeks in which nothing is tried yet.

A unit has a level of its own, whose share of the variance is `share`, and errors that fade from week to week by `fade`
(AR(1)). Both are chosen by likelihood among 120 pairs, week means taken out first, so that where units are drawn by lot
the choice is the same in every draw.

References
----------
Laird & Ware (1982); Hooper, Teerenstra, de Hoop & Eldridge (2016) for units that start one after another.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray

SHARES = (*np.arange(10) / 10, 0.95, 0.99)
FADES = tuple(np.arange(10) / 10)
FEWEST_WEEKS, FEWEST_UNITS = 4, 4  # to fit it on


@dataclass(frozen=True, slots=True)
class UnitCovariance:
    """Share of the variance that is a unit's own level (1: levels may be anything), and how the rest fades by the week.

    Examples
    --------
    >>> UnitCovariance(share=0.5, fade=0.5).fading(np.arange(3)).tolist()
    [[1.0, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 1.0]]
    """

    share: float
    fade: float

    @property
    def tie(self) -> float:
        """One over the variance of levels, the variance about them being 1."""
        return (1 - self.share) / self.share if self.share else np.inf

    def fading(self, times: IntArray) -> FloatArray:
        """Covariance of a unit's values about its level, of variance 1, shape (T, T)."""
        return np.asarray(self.fade ** np.abs(np.subtract.outer(times, times)), dtype=float)


BETWEEN = UnitCovariance(share=0.5, fade=0.3)  # taken where there is too little to fit it on


def unit_covariance(y: FloatArray, times: IntArray) -> UnitCovariance | None:
    """Fit the covariance; where levels are nearly all that varies they may be anything. None below four weeks or units, or where nothing varies.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        Values of weeks in which no unit is treated, nan where missing.
    times : ndarray of int, shape (T,)
    """
    there = np.isfinite(y)
    y, there = y[there.any(axis=1)], there[there.any(axis=1)]
    if len(y) < FEWEST_UNITS or y.shape[1] < FEWEST_WEEKS or not there.any(axis=0).all():
        return None
    apart = np.where(there, y - np.nanmean(y, axis=0), 0.0)
    if not (np.abs(apart) > 1e-12 * np.nanmax(np.abs(y))).any():
        return None
    pairs = [UnitCovariance(float(share), float(fade)) for share, fade in product(SHARES, FADES)]
    found = min(pairs, key=lambda pair: _deviance(_matrix(pair, times), apart, there))
    return found if found.share < SHARES[-1] else UnitCovariance(1.0, found.fade)


def _matrix(pair: UnitCovariance, times: IntArray) -> FloatArray:
    return np.asarray(pair.share + (1 - pair.share) * pair.fading(times))


def _deviance(covariance: FloatArray, apart: FloatArray, there: BoolArray) -> float:
    """Minus twice the log-likelihood, the scale profiled out; week means cost a degree of freedom each."""
    patterns, unit = np.unique(there, axis=0, return_inverse=True)
    square = log_det = 0.0
    for code, pattern in enumerate(patterns):
        own = apart[unit == code][:, pattern]
        root = np.linalg.cholesky(covariance[np.ix_(pattern, pattern)])
        square += float((np.linalg.solve(root, own.T) ** 2).sum())
        log_det += 2 * len(own) * float(np.log(np.diag(root)).sum())
    free = 1 - there.shape[1] / there.sum()
    return float(there.sum() * np.log(square) * free + log_det * free)
