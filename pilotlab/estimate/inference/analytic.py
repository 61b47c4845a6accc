"""Variance of an estimate by name: cluster, cr2, jackknife, iid, hetero."""

from __future__ import annotations

import numpy as np

from pilotlab.estimate.estimators.fit import LARGEST_DESIGN, Fitted, Linear
from pilotlab.estimate.inference.least_squares import Variance, by_variance
from pilotlab.estimate.inference.uncertainty import Uncertainty
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.stats.arrays import FloatArray, pinv_symmetric
from pilotlab.stats.variance.cluster import cr0, cr1
from pilotlab.stats.variance.cr2 import absorb, cr2
from pilotlab.stats.variance.jackknife import Inestimable, jackknife

MANY_CLUSTERS = 50  # from here on a normal quantile will do


def with_cr1(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Take independent clusters, many of them."""
    return by_variance(fitted, cr1_variance(fitted.linear), options)


def with_cr2(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Take independent clusters, few of them."""
    return by_variance(fitted, cr2_variance(fitted.linear), options)


def with_cr3(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Leave out each cluster in turn."""
    return by_variance(fitted, cr3_variance(fitted.linear), options)


def with_iid(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Take independent rows of equal variance."""
    return by_variance(fitted, iid_variance(fitted.linear), options)


def with_hc1(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Take independent rows."""
    return by_variance(fitted, hc1_variance(fitted.linear), options)


def cr1_variance(linear: Linear) -> Variance | NotEstimable:
    """CR1 by the rule of fixest; estimators with a rule of their own sum squared scores as they are."""
    if linear.plain:
        own = cr0(linear.scores, linear.cluster, linear.bread)
        return _of(linear, own.variance, float(own.df) if own.n_clusters < MANY_CLUSTERS else np.inf)
    if linear.n_obs <= linear.n_nested:
        return _no_room(linear)
    found = cr1(linear.scores, linear.cluster, linear.bread, n_obs=linear.n_obs, n_params=linear.n_nested)
    return _of(linear, found.variance, float(found.df))


def cr2_variance(linear: Linear) -> Variance | NotEstimable:
    """CR2 with Satterthwaite degrees of freedom; in closed form where there is one."""
    if linear.closed is not None:
        se, df = linear.closed()
        return Variance(se, df)
    if linear.size > LARGEST_DESIGN:
        return too_large("cr2")
    rows = linear.rows()
    found = cr2(
        rows.X,
        rows.residuals,
        rows.cluster,
        rows.contrasts,
        weights=rows.weights,
        absorbed=rows.absorbed,
        influence=rows.influence,
    )
    return Variance(np.sqrt(np.diag(found.variance)), found.df, found.variance)


def cr3_variance(linear: Linear) -> Variance | NotEstimable:
    """CR3, the cluster jackknife, with G - 1 degrees of freedom."""
    if linear.size > LARGEST_DESIGN:
        return too_large("jackknife")
    try:
        variance = _refitted(linear) if linear.left_out is not None else _stepped(linear)
    except Inestimable as error:
        lost = f"{len(error.clusters)} of the {linear.n_clusters} clusters"
        return NotEstimable(
            f"`jackknife` leaves out one cluster at a time, and without {lost} the estimate can't be had",
            "more clusters in each arm and stratum, or inference 'cr2'",
        )
    if variance is None:
        return too_large("jackknife")
    df = np.full(len(variance), linear.n_clusters - 1.0)
    return Variance(np.sqrt(np.diag(variance)), df, variance)


def _stepped(linear: Linear) -> FloatArray | None:
    rows = linear.rows()
    if rows.X.shape[1] ** 2 * linear.n_clusters > LARGEST_DESIGN:
        return None
    return jackknife(
        rows.X, rows.residuals, rows.cluster, rows.contrasts, weights=rows.weights, absorbed=rows.absorbed
    ).variance


def _refitted(linear: Linear) -> FloatArray | None:
    if linear.left_out is None or linear.n_obs * linear.n_clusters > LARGEST_DESIGN:
        return None
    moves = linear.left_out() - linear.values
    return np.asarray((linear.n_clusters - 1) / linear.n_clusters * moves.T @ moves)


def iid_variance(linear: Linear) -> Variance | NotEstimable:
    """Classical variance; all parameters count, absorbed ones too."""
    df = linear.n_obs - linear.n_params
    if df <= 0:
        return _no_room(linear)
    return _of(linear, linear.bread * linear.rss / df, float(df))


def hc1_variance(linear: Linear) -> Variance | NotEstimable:
    """Heteroskedasticity-robust variance of rows; all parameters count, absorbed ones too."""
    if linear.n_obs <= linear.n_params:
        return _no_room(linear)
    if linear.size > LARGEST_DESIGN:
        return too_large("hetero")
    rows = linear.rows()
    within = rows.X if rows.absorbed is None else absorb(rows.X, rows.absorbed, rows.weights)
    weighted = within if rows.weights is None else within * rows.weights[:, None]
    influence = (weighted * rows.residuals[:, None]) @ pinv_symmetric(within.T @ weighted) @ rows.contrasts.T
    df = linear.n_obs - linear.n_params
    variance = influence.T @ influence * linear.n_obs / df
    return Variance(np.sqrt(np.diag(variance)), np.full(len(variance), float(df)), variance)


def _of(linear: Linear, variance: FloatArray, df: float) -> Variance:
    full = linear.contrasts @ variance @ linear.contrasts.T
    return Variance(np.sqrt(np.maximum(np.diag(full), 0.0)), np.full(len(full), df), np.asarray(full))


def too_large(name: str) -> NotEstimable:
    """Say that a design can't be written out."""
    return NotEstimable(
        f"{name} needs the whole design written out, which is too large here",
        "inference 'cluster', which agrees with it where clusters are many",
    )


def _no_room(linear: Linear) -> NotEstimable:
    return NotEstimable(
        f"{linear.n_obs} values for {linear.n_params} parameters: nothing is left to measure spread by",
        "more units, or fewer strata and covariates",
    )
