"""CR3: the cluster jackknife, each cluster left out in turn without a refit.

Without cluster g the coefficients are b - (X'WX - X_g'WX_g)^{-1} X_g'We_g. The variance is (G-1)/G times the sum of
squared distances of these from b, and intervals use t with G - 1 degrees of freedom.

References
----------
Bell & McCaffrey (2002); MacKinnon, Nielsen & Webb (2023), "Fast and Reliable Jackknife and Bootstrap Methods for
Cluster-Robust Inference", their CV3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import FloatArray, IntArray, pinv_symmetric
from pilotlab.stats.variance.cluster_moments import ClusterMoments, cluster_moments

ESTIMABLE = 1e-6  # a contrast further than this from what is left can't be had from it


class Inestimable(ValueError):  # noqa: N818 - a condition of the data, named as such
    """A contrast that some clusters alone make estimable; `clusters` are their codes."""

    def __init__(self, clusters: Iterable[int]) -> None:
        self.clusters = tuple(int(code) for code in clusters)
        super().__init__(
            f"without cluster {', '.join(map(str, self.clusters))} the contrast can't be estimated"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Jackknife:
    """Variance of m contrasts (m, m), and what leaving each cluster out adds to each of them (G, m)."""

    variance: FloatArray
    moves: FloatArray
    n_clusters: int
    df: int


def jackknife(
    X: FloatArray,
    residuals: FloatArray,
    cluster: IntArray,
    contrasts: FloatArray,
    *,
    weights: FloatArray | None = None,
    absorbed: IntArray | None = None,
) -> Jackknife:
    """CR3 variance of linear contrasts of the coefficients of X.

    Parameters
    ----------
    X : ndarray, shape (N, K)
        All columns that are not absorbed; may be short of full rank outside the contrasts.
    residuals : ndarray, shape (N,)
        Of the whole model.
    cluster : ndarray, shape (N,)
        Codes 0 .. G-1, at least two.
    contrasts : ndarray, shape (m, K)
    weights : ndarray, shape (N,), optional
        Regression weights.
    absorbed : ndarray, shape (N,), optional
        Codes of effects that lie within clusters and have no column in X.

    Raises
    ------
    Inestimable
        Where a contrast can't be estimated without some cluster; it names them.
    """
    moments = cluster_moments(X, residuals, cluster, weights=weights, absorbed=absorbed)
    moves = np.empty((moments.n_clusters, len(contrasts)))
    lost = []
    known: dict[bytes, FloatArray | None] = {}  # clusters with the same columns leave the same behind
    for g in range(moments.n_clusters):
        key = moments.products[g].tobytes()
        if key not in known:
            known[key] = _without(moments, g, contrasts)
        sides = known[key]
        if sides is None:
            lost.append(g)
        else:
            moves[g] = -sides @ moments.scores[g]
    if lost:
        raise Inestimable(lost)
    clusters = moments.n_clusters
    variance = (clusters - 1) / clusters * moves.T @ moves
    return Jackknife(np.asarray(variance), moves, clusters, clusters - 1)


def _without(moments: ClusterMoments, g: int, contrasts: FloatArray) -> FloatArray | None:
    """Contrasts times the inverse without cluster g; None where what is left does not hold them."""
    left = moments.total - moments.products[g]
    scale = np.sqrt(np.diag(moments.total))
    scale = np.where(scale > 0, scale, 1.0)
    inverse = pinv_symmetric(left / np.outer(scale, scale))
    scaled = contrasts / scale
    sides = scaled @ inverse
    apart = np.abs(sides @ (left / np.outer(scale, scale)) - scaled).max()
    return None if apart > ESTIMABLE * np.abs(scaled).max() else np.asarray(sides / scale)
