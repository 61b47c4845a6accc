"""Generalised linear models of counts and shares: statsmodels' fit, with its last step written as least squares.

The maximum of the likelihood is the fixed point of weighted least squares of the working response. Written with rows
times the root of the working weights, scores, bread and hat matrix are those of a regression, so that one rule of
standard errors serves both; CR2's working model is then the family's own variance. In a panel of many units each step is
a two-way regression of the working response: no dummy is written out, and the cost is that of a few weighted regressions
on T x T normal equations.

References
----------
McCullagh & Nelder (1989), "Generalized Linear Models", section 2.5; Wooldridge (2023), "Simple Approaches to Nonlinear
Difference-in-Differences with Panel Data"; Correia, Guimaraes & Zylkin (2020) for the same idea with other solvers.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np
from scipy.special import kl_div

from pilotlab.stats.arrays import FloatArray, IntArray
from pilotlab.stats.regression.ols import OlsFit, ols
from pilotlab.stats.regression.separation import SeparatedRows, refuse_separated
from pilotlab.stats.regression.twfe import TwoWayFit, TwoWayPanel, two_way

Family = Literal["poisson", "binomial"]
STEPS = 200
LEAST_INFORMATION = 1e-3  # of a coefficient: less than a thousandth of an event speaks about it
NO_EVENT = 1e-9  # of the trials: a share this close to none or all is one


class Separated(ValueError):  # noqa: N818 - a condition of the data, named as such
    """A coefficient runs off to infinity: no event on one side of it."""


def glm(
    X: FloatArray,
    y: FloatArray,
    family: Family,
    *,
    exposure: FloatArray | None = None,
    weights: FloatArray | None = None,
    leading: int = 1,
) -> OlsFit:
    """Fit counts with a log link, or shares with a logit link.

    Parameters
    ----------
    X : ndarray, shape (n, K)
    y : ndarray, shape (n,)
        Events, at least 0. Binomial: out of `exposure`, or a share where that is left out.
    exposure : ndarray, shape (n,), optional
        Positive: the offset of a count; the trials of a share.
    weights : ndarray, shape (n,), optional
        Positive, of rows.
    leading : int
        Coefficients that come first and must be identified by events.

    Returns
    -------
    OlsFit
        Of the last step: `X` and `residuals` are times the root of the working weights, `weights` is None.

    Raises
    ------
    SingularDesign
        Where columns are linear combinations of others.
    SeparatedRows
        Where columns after the leading ones foretell the events of some rows wholly.
    Separated
        Where the leading coefficients have no finite maximum.
    """
    size = np.ones(len(y)) if exposure is None else exposure
    row = np.ones(len(y)) if weights is None else weights
    one = an_event(y, size, row, family)
    ols(X, y)  # refuses columns that others explain, before the fit takes any of many solutions
    _refuse_separated(X, y, family, size, leading)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        model = _model(X, y, family, size, row / one)
        warnings.simplefilter("ignore")  # after the import, which has statsmodels show its warnings always
        found = model.fit(maxiter=STEPS, tol=1e-12, tol_criterion="deviance")
    mean = np.asarray(found.fittedvalues)
    eta = X @ found.params
    working = row * (mean if family == "poisson" else size * mean * (1 - mean))
    events = row * (y - (mean if family == "poisson" else size * mean))
    if not np.isfinite(working).all() or not (working > 0).all():
        raise Separated("fitted values run off to the edge")
    root = np.sqrt(working)
    fit = ols(X * root[:, None], root * eta + events / root)
    if not np.isfinite(fit.coef).all() or (np.diag(fit.bread)[:leading] * one > 1 / LEAST_INFORMATION).any():
        raise Separated("no event speaks about a coefficient")
    return fit


def _refuse_separated(X: FloatArray, y: FloatArray, family: Family, size: FloatArray, leading: int) -> None:
    every = size - y <= NO_EVENT * size if family == "binomial" else np.zeros(len(y), dtype=bool)
    try:
        refuse_separated(X, y <= 0, every)
    except SeparatedRows as found:
        if min(found.columns) < leading:
            raise Separated("events stand on one side of a leading coefficient") from None
        raise


def an_event(y: FloatArray, size: FloatArray, weights: FloatArray, family: Family) -> float:
    """What the smallest event weighs: rates and weights of any scale hold as many events as counts do.

    Examples
    --------
    >>> counts = np.array([0.0, 2.0, 5.0])
    >>> an_event(counts * 1e-6, np.ones(3), np.full(3, 4.0), "poisson")
    8e-06
    """
    weight = weights * y
    some = weight[weight > 0]
    if family == "binomial":
        left = size - y
        some = np.append(some, (weights * left)[left > NO_EVENT * size])
    return float(some.min(initial=np.inf)) if some.size else 1.0


def _model(X: FloatArray, y: FloatArray, family: Family, size: FloatArray, row: FloatArray) -> Any:
    import statsmodels.api as sm  # a second to import, which only counts and shares should cost

    if family == "poisson":
        return sm.GLM(y, X, family=sm.families.Poisson(), offset=np.log(size), var_weights=row)
    return sm.GLM(y / size, X, family=sm.families.Binomial(), var_weights=row * size)


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
