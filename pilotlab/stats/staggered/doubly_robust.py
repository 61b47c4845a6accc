"""Doubly robust: the change of treated against comparison units of like covariates, with its influence function.

References
----------
Sant'Anna & Zhao (2020), "Doubly robust difference-in-differences estimators", equations 2.5 and 3.1 with the traditional
(maximum likelihood, least squares) nuisances; Abadie (2005) for weighting alone; Heckman, Ichimura & Todd (1997) for
regression alone.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from pilotlab.stats.arrays import BoolArray, FloatArray

HIGHEST_SCORE = 0.999  # above it the arms are told apart by covariates, as in did
TRIMMED = 0.995  # comparison units above it weigh nothing, as in DRDID
RANK = 1e-10


class NotAdjustable(ValueError):  # noqa: N818 - a condition of the data, named as such
    """Covariates tell the arms apart, or do not vary enough among comparison units."""


def adjusted(
    change: FloatArray,
    treated: BoolArray,
    X: FloatArray,
    weights: FloatArray,
    *,
    how: Literal["dr", "ipw", "reg"],
) -> tuple[FloatArray, FloatArray]:
    """Estimate k effects on the treated of one comparison.

    Parameters
    ----------
    change : ndarray, shape (n, k)
    treated : ndarray, shape (n,)
    X : ndarray, shape (n, p)
        Covariates with a constant.
    weights : ndarray, shape (n,)
    how : {"dr", "ipw", "reg"}
        Weighting by the propensity score and regression of comparison changes, or one of them.

    Returns
    -------
    att : ndarray, shape (k,)
    influence : ndarray, shape (n, k)
        n^-2 times its sum of squares is the variance.

    Raises
    ------
    NotAdjustable
        Where an arm is empty, the arms do not overlap, or the regression has no answer.
    """
    if not treated.any() or treated.all():
        raise NotAdjustable("an arm is empty")
    w = weights / weights.mean()
    rest, regress = change, np.zeros((X.shape[1], len(X), change.shape[1]))
    if how != "ipw":
        rest, regress = _less_regression(change, treated, X, w)
    score, curvature = (None, None) if how == "reg" else _propensity(treated, X, w)
    on = w * treated
    att, influence = _mean_with_slope(rest, on, X, regress)
    if score is None or curvature is None:
        return att, influence
    odds = np.where(treated | (score >= TRIMMED), 0.0, w * score / (1 - np.minimum(score, 1 - 1e-6)))
    level, against = _mean_with_slope(rest, odds, X, regress)
    through = (odds[:, None] * (rest - level)).T @ X / len(X)  # (k, p)
    against += ((w * (treated - score))[:, None] * X) @ curvature @ through.T / odds.mean()
    return att - level, influence - against


def _mean_with_slope(
    rest: FloatArray, weight: FloatArray, X: FloatArray, slopes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weighted mean (k,), and its influence (n, k) less what comes through the regression's slopes (p, n, k)."""
    mean = weight @ rest / weight.sum()
    influence = weight[:, None] * (rest - mean)
    influence -= np.tensordot(weight @ X / len(X), slopes, axes=1)
    return mean, np.asarray(influence / weight.mean())


def _less_regression(
    change: FloatArray, treated: BoolArray, X: FloatArray, w: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Take out what comparison units' covariates predict; (n, k), and the influence of the slopes (p, n, k)."""
    off = w * ~treated
    square = (off[:, None] * X).T @ X / len(X)
    scale = np.sqrt(np.diag(square))
    if not (scale > 0).all() or np.linalg.eigvalsh(square / np.outer(scale, scale))[0] < RANK:
        raise NotAdjustable("covariates do not vary enough among comparison units")
    slope = np.linalg.solve(square, (off[:, None] * X).T @ change / len(X))
    rest = change - X @ slope
    by_unit = (off[:, None] * X) @ np.linalg.inv(square)
    return rest, by_unit.T[:, :, None] * rest[None]


def _propensity(treated: BoolArray, X: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logit by maximum likelihood: fitted scores (n,), and the inverse of its mean information (p, p)."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            fit = sm.GLM(treated.astype(float), X, family=sm.families.Binomial(), var_weights=w).fit(
                tol=1e-10
            )
            score = np.asarray(fit.fittedvalues)
        except (PerfectSeparationWarning, np.linalg.LinAlgError, FloatingPointError) as error:
            raise NotAdjustable("covariates tell the arms apart") from error
    if not np.isfinite(score).all() or score.max() >= HIGHEST_SCORE:
        raise NotAdjustable("covariates tell the arms apart")
    information = (w * score * (1 - score))[:, None] * X
    square = information.T @ X / len(X)
    scale = np.sqrt(np.diag(square))
    if np.linalg.eigvalsh(square / np.outer(scale, scale))[0] < RANK:
        raise NotAdjustable("covariates say the same thing twice")
    return score, np.asarray(np.linalg.inv(square))
