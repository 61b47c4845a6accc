"""Cluster moments: each cluster's part of a regression's cross-products and scores, once, for refits that are never run.

Leaving a cluster out, or turning its residuals round, changes a least-squares fit through X_g'W X_g and X_g'W e_g alone.

References
----------
MacKinnon, Nielsen & Webb (2023), "Fast and Reliable Jackknife and Bootstrap Methods for Cluster-Robust Inference".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import FloatArray, IntArray, pinv_symmetric
from pilotlab.stats.variance.cr2 import absorb


@dataclass(frozen=True, slots=True, eq=False)
class ClusterMoments:
    """Moments of G clusters on K columns.

    Attributes
    ----------
    products : ndarray, shape (G, K, K)
        X_g'W X_g, after absorbed effects.
    scores : ndarray, shape (G, K)
        X_g'W e_g.
    total : ndarray, shape (K, K)
        X'WX.
    bread : ndarray, shape (K, K)
        Its inverse, generalised where columns outside the contrasts repeat each other.
    """

    products: FloatArray
    scores: FloatArray
    total: FloatArray
    bread: FloatArray

    @property
    def n_clusters(self) -> int:
        """G."""
        return len(self.scores)


def cluster_moments(
    X: FloatArray,
    residuals: FloatArray,
    cluster: IntArray,
    *,
    weights: FloatArray | None = None,
    absorbed: IntArray | None = None,
) -> ClusterMoments:
    """Sum a fit's cross-products by cluster.

    Parameters
    ----------
    X : ndarray, shape (N, K)
        All columns that are not absorbed.
    residuals : ndarray, shape (N,)
        Of the whole model.
    cluster : ndarray, shape (N,)
        Codes 0 .. G-1.
    absorbed : ndarray, shape (N,), optional
        Codes of effects that lie within clusters and have no column in X.

    Raises
    ------
    ValueError
        Where there are fewer than two clusters.
    """
    clusters = int(cluster.max()) + 1
    if clusters < 2:
        raise ValueError("one cluster: there is no other to leave in")
    within = X if absorbed is None else absorb(X, absorbed, weights)
    weighted = within if weights is None else within * weights[:, None]
    order = np.argsort(cluster, kind="stable")
    ends = np.cumsum(np.bincount(cluster))[:-1]
    pieces = zip(*(np.split(rows[order], ends) for rows in (within, weighted, residuals)), strict=True)
    products, scores = zip(*((heavy.T @ own, heavy.T @ error) for own, heavy, error in pieces), strict=True)
    total = weighted.T @ within
    return ClusterMoments(np.stack(products), np.stack(scores), total, pinv_symmetric(total))
