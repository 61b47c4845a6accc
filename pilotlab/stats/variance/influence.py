"""Influence: standard errors and degrees of freedom of estimates whose influence functions are known.

References
----------
Callaway & Sant'Anna (2021), section 4.1; the rule for few clusters is Bell & McCaffrey's (2002) for means of groups, to
which it is equal with two groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pilotlab.stats.arrays import RANK_TOLERANCE, FloatArray, IntArray, sum_by

MANY_CLUSTERS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Standard errors (K,) and the degrees of freedom that go with them."""

    se: FloatArray
    df: FloatArray


def cluster_sums(influence: FloatArray, cluster: IntArray) -> FloatArray:
    """Sum influence (n, K) over clusters, coded 0 upwards: (G, K)."""
    groups = int(cluster.max()) + 1
    return influence if groups == len(cluster) else sum_by(influence, cluster, groups)


def standard_errors(sums: FloatArray, n: int) -> FloatArray:
    """Root of the sum of squared influence over n units; independent clusters, many of them."""
    return np.asarray(np.sqrt(np.einsum("gk,gk->k", sums, sums)) / n)


def few_clusters(
    sums: FloatArray, pull: FloatArray, group: IntArray, mass: FloatArray, norms: FloatArray, n: int
) -> Spread:
    """Multiply each group's variance by m / (m - 1), m its clusters, and count degrees of freedom from sizes.

    A group of one cluster has no spread of its own and takes the others', pooled.

    Parameters
    ----------
    sums : ndarray, shape (G, K)
        Influence of clusters.
    pull : ndarray, shape (G, K)
        Part of it that comes from the groups' sizes being estimates: counted as it is.
    group : ndarray, shape (G,)
        Codes of cohorts; each cluster lies in one.
    mass : ndarray, shape (G,)
        Weight of clusters.
    norms : ndarray, shape (C, K)
        Squared length of a group's weights on its weekly means.

    Notes
    -----
    Were all weeks of all units alike in variance, group c would add v_c = norms_c sum(mass^2) / sum(mass)^2 times it.
    Satterthwaite's degrees of freedom are (sum v)^2 / sum(v^2 / (m - 1)).
    """
    groups = len(norms)
    held = np.bincount(group, minlength=groups)
    weight, squared = (np.bincount(group, weights=part, minlength=groups) for part in (mass, mass**2))
    expected = norms * (squared / np.where(weight > 0, weight, 1.0) ** 2)[:, None]
    own = sums - pull
    centred = own - (sum_by(own, group, groups) / np.maximum(held, 1)[:, None])[group]
    squares = sum_by(centred**2, group, groups) / n**2
    rest = ((sums - centred) ** 2).sum(axis=0) / n**2
    variance, df = _pooled(squares, expected, held[:, None])
    return Spread(np.sqrt(variance + rest), df)


def _pooled(squares: FloatArray, expected: FloatArray, held: IntArray) -> tuple[FloatArray, FloatArray]:
    """Variances and degrees of freedom of K estimates from squares of C groups (C, K); nan where no group has a spread."""
    several = (held > 1) & (expected > 0)
    room = np.where(several, held - 1.0, 0.0)
    lone = np.where(held == 1, expected, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(several, expected + lone * room / room.sum(axis=0), 0.0)
        noise = np.where(several, squares * held / room / expected, 0.0)
        df = weights.sum(axis=0) ** 2 / np.where(several, weights**2 / room, 0.0).sum(axis=0)
    variance = (weights * noise).sum(axis=0)
    return np.where(several.any(axis=0), variance, np.nan), np.asarray(df)


@dataclass(frozen=True, slots=True)
class WaldTest:
    """Joint test that k estimates are zero: W = b'V^-1 b."""

    wald: float
    k: int
    p_value: float


def wald_test(values: FloatArray, sums: FloatArray, n: int) -> WaldTest | None:
    """Test estimates (k,) by the influence of clusters (G, k); None where their covariance has no inverse.

    From 50 clusters on W is chi-squared; below it is Hotelling's: (G - k) / (k (G - 1)) W against F(k, G - k).
    """
    k, clusters = len(values), len(sums)
    variance = sums.T @ sums / n**2
    scale = np.sqrt(np.diag(variance))
    if not k or k >= clusters or not (scale > 0).all():
        return None
    correlation = variance / np.outer(scale, scale)
    if np.linalg.eigvalsh(correlation)[0] < RANK_TOLERANCE:
        return None
    scaled = values / scale
    wald = float(scaled @ np.linalg.solve(correlation, scaled))
    if clusters >= MANY_CLUSTERS:
        return WaldTest(wald, k, float(stats.chi2.sf(wald, k)))
    rest = clusters - k
    return WaldTest(wald, k, float(stats.f.sf(wald * rest / (k * (clusters - 1)), k, rest)))
