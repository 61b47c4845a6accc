"""Counts and shares of many units: the likelihood of `stats.glm` with unit effects concentrated out.

Each step of iterated weighted least squares is a two-way regression of the working response, so no dummy is written out:
the cost is that of a few weighted regressions on T x T normal equations.

References
----------
McCullagh & Nelder (1989), section 2.5; Correia, Guimaraes & Zylkin (2020) for the same idea with other solvers.
"""

from __future__ import annotations

import numpy as np
from scipy.special import kl_div

from pilotlab.stats.arrays import FloatArray, IntArray
from pilotlab.stats.regression.glm import LEAST_INFORMATION, STEPS, Family, Separated, an_event
from pilotlab.stats.regression.twfe import TwoWayFit, TwoWayPanel, two_way

TOLERANCE = 1e-10  # relative move of the deviance between steps
ROUNDING = 1e-14  # of all events: what the deviance of a perfect fit still moves by


def glm_panel(
    y: FloatArray,
    cohort: IntArray,
    regressors: FloatArray,
    family: Family,
    *,
    exposure: FloatArray | None = None,
    covariates: FloatArray | None = None,
    weights: FloatArray | None = None,
    leading: int = 1,
) -> TwoWayFit:
    """Fit with unit and week effects.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        Events; nan where there is no value. Every unit and week holds an event (binomial: and a trial without one).
    cohort : ndarray, shape (n,)
    regressors : ndarray, shape (cohorts, T, k)
    exposure, weights : ndarray, shape (n, T), optional
    covariates : ndarray, shape (p, n, T), optional
    leading : int
        Coefficients that come first and must be identified by events.

    Returns
    -------
    TwoWayFit
        Of the last step: scores and bread are those of the likelihood.

    Raises
    ------
    SingularDesign
        Where a regressor does not vary once the effects are taken out.
    Separated
        Where the leading coefficients have no finite maximum, or the steps do not settle.
    """
    seen = np.isfinite(y)
    size = np.where(seen, 1.0 if exposure is None else exposure, 1.0)
    row = np.where(seen, 1.0 if weights is None else weights, 0.0)
    events = np.where(seen, y, 0.0)
    eta = _start(events, size, family)
    one = an_event(events[seen], size[seen], row[seen], family)
    total, last, settled = float(np.sum(row * events)) / one, np.inf, False
    for _ in range(STEPS):
        mean, slope = _mean(eta, size, family)
        working = np.where(seen, row * slope, 0.0)
        if not (working[seen] > 0).all() or not np.isfinite(working).all():
            raise Separated("fitted values run off to the edge")
        response = np.where(seen, eta + (events - mean) / slope, np.nan)
        panel = TwoWayPanel(response, cohort, regressors, covariates, np.where(seen, working, 1.0))
        fit = two_way(panel)
        eta = _fitted(panel, fit, working)
        now = _deviance(events, *_mean(eta, size, family)[:1], size, family, row / one)
        if settled:
            break
        # One step more, so that weights and scores are those of the maximum too.
        settled, last = abs(last - now) <= TOLERANCE * (now + 1e-3) + ROUNDING * total, now
    else:
        raise Separated("the fit does not settle")
    if (np.diag(fit.bread)[:leading] * one > 1 / LEAST_INFORMATION).any():
        raise Separated("no event speaks about a coefficient")
    return fit


def _start(events: FloatArray, size: FloatArray, family: Family) -> FloatArray:
    if family == "poisson":
        return np.asarray(np.log((events + events.mean()) / 2 / size))
    share = (events + 0.5) / (size + 1)
    return np.asarray(np.log(share / (1 - share)))


def _mean(eta: FloatArray, size: FloatArray, family: Family) -> tuple[FloatArray, FloatArray]:
    """Expected events, and their derivative by eta: the working weight."""
    if family == "poisson":
        mean = size * np.exp(np.clip(eta, -50, 50))
        return mean, mean
    share = 1 / (1 + np.exp(-np.clip(eta, -50, 50)))
    return size * share, size * share * (1 - share)


def _fitted(panel: TwoWayPanel, fit: TwoWayFit, working: FloatArray) -> FloatArray:
    """Linear predictor, unit effects as weighted means of what is left."""
    k = panel.regressors.shape[2]
    part = (panel.regressors @ fit.coef[:k])[panel.cohort] + fit.week_effects[0]
    if panel.covariates is not None:
        part = part + np.tensordot(fit.coef[k:], np.where(working > 0, panel.covariates, 0.0), axes=1)
    rest = np.where(working > 0, panel.y - part, 0.0)
    level = (rest * working).sum(axis=1) / working.sum(axis=1)
    return np.asarray(part + level[:, None])


def _deviance(
    events: FloatArray, mean: FloatArray, size: FloatArray, family: Family, row: FloatArray
) -> float:
    """Half the deviance: how far the log likelihood is below that of one mean a cell, so that large counts hide no step."""
    kept = row > 0
    y, mu, n = events[kept], mean[kept], size[kept]
    loss = kl_div(y, mu) if family == "poisson" else kl_div(y, mu) + kl_div(n - y, n - mu)
    return float(row[kept] @ loss)
