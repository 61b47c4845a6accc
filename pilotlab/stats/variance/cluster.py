"""CR1: cluster-robust variance by the one stated rule.

Fixed effects nested in the clusters are not counted among the parameters, the factor is G/(G-1) * (N-1)/(N-K), and
intervals use t with G - 1 degrees of freedom, as in fixest.

References
----------
Liang & Zeger (1986); Cameron & Miller (2015), "A Practitioner's Guide to Cluster-Robust Inference".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import FloatArray, IntArray, sum_by


@dataclass(frozen=True, slots=True, eq=False)
class Clustered:
    """Variance of the coefficients (k, k), with clusters and the degrees of freedom that go with it."""

    variance: FloatArray
    n_clusters: int
    df: int


def cr1(scores: FloatArray, cluster: IntArray, bread: FloatArray, *, n_obs: int, n_params: int) -> Clustered:
    """Sandwich of summed scores.

    Parameters
    ----------
    scores : ndarray, shape (m, k)
        Of rows, or of units already summed over their rows.
    cluster : ndarray, shape (m,)
        Codes 0 .. G-1 of the clusters the scores belong to; at least two.
    n_params : int
        Parameters that count: coefficients and fixed effects not nested in clusters.
    """
    plain = cr0(scores, cluster, bread)
    factor = plain.n_clusters / plain.df * (n_obs - 1) / (n_obs - n_params)
    return Clustered(factor * plain.variance, plain.n_clusters, plain.df)


def cr0(scores: FloatArray, cluster: IntArray, bread: FloatArray) -> Clustered:
    """Sandwich of summed scores without a factor for small samples; arguments as in `cr1`."""
    clusters = int(cluster.max()) + 1
    alone = clusters == len(cluster) and bool((cluster == np.arange(clusters)).all())
    summed = scores if alone else sum_by(scores, cluster, clusters)
    return Clustered(np.asarray(bread @ (summed.T @ summed) @ bread), clusters, clusters - 1)


def nested(inner: IntArray, outer: IntArray) -> bool:
    """Whether each group of `inner` lies within one group of `outer` (codes of the same rows)."""
    own = np.empty(int(inner.max()) + 1, dtype=np.int64)
    own[inner] = outer
    return bool((own[inner] == outer).all())
