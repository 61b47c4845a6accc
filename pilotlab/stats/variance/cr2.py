"""CR2: bias-reduced cluster-robust variance with Satterthwaite degrees of freedom.

The adjustment needs the full hat matrix. Effects nested in clusters (units) may be absorbed, week effects may not:
they stay as columns of X. The working model is independent errors of equal variance.

References
----------
Bell & McCaffrey (2002); Pustejovsky & Tipton (2018), "Small-Sample Methods for Cluster-Robust Variance Estimation
and Hypothesis Testing in Fixed Effects Models"; Tipton & Pustejovsky (2015) for the joint (HTZ) test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pilotlab.stats.arrays import FloatArray, IntArray, pinv_symmetric

SINGULAR = 1e-10  # eigenvalues of I - H below this are zero: the cluster's direction is fitted wholly


@dataclass(frozen=True, slots=True, eq=False)
class Cr2:
    """Variance of m contrasts (m, m) and the degrees of freedom of each (m,)."""

    variance: FloatArray
    df: FloatArray
    n_clusters: int


@dataclass(frozen=True, slots=True)
class JointTest:
    """Wald test that every contrast is zero: F on (df_num, df_den)."""

    statistic: float
    df_num: int
    df_den: float
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What each cluster adds: estimate, diagonal and low-rank factors of the covariance of its term (m contrasts)."""

    estimate: FloatArray  # (G, m)       g'e
    own: FloatArray  # (G, m, m)    g'(I - H)(I - H)'g in the cluster's own block
    a: FloatArray  # (G, K, m)    X'g
    h: FloatArray  # (G, K, m)    so that clusters i and j covary by -(a_i'M h_j + h_i'M a_j)
    M: FloatArray  # (K, K)


def cr2(
    X: FloatArray,
    residuals: FloatArray,
    cluster: IntArray,
    contrasts: FloatArray,
    *,
    weights: FloatArray | None = None,
    absorbed: IntArray | None = None,
    influence: FloatArray | None = None,
) -> Cr2:
    """Variance of linear contrasts of the coefficients of X.

    Parameters
    ----------
    X : ndarray, shape (N, K)
        All columns that are not absorbed, week effects included; may be short of full rank outside the contrasts.
    residuals : ndarray, shape (N,)
        Of the whole model.
    cluster : ndarray, shape (N,)
        Codes 0 .. G-1.
    contrasts : ndarray, shape (m, K)
    weights : ndarray, shape (N,), optional
        Regression weights; the working model stays homoskedastic, as clubSandwich has it for `lm`.
    absorbed : ndarray, shape (N,), optional
        Codes of effects that lie within clusters and have no column in X.
    influence : ndarray, shape (N, m), optional
        What each row weighs in linear estimates of the contrasts that are not least squares on X; these sum to 0 over
        every absorbed effect. X stays the model of the residuals.
    """
    parts = _parts(X, residuals, cluster, contrasts, weights, absorbed, influence)
    df = np.array([_satterthwaite(parts, s) for s in range(len(contrasts))])
    return Cr2(np.asarray(parts.estimate.T @ parts.estimate), df, len(parts.estimate))


def htz(
    X: FloatArray,
    residuals: FloatArray,
    cluster: IntArray,
    contrasts: FloatArray,
    values: FloatArray,
    *,
    weights: FloatArray | None = None,
    absorbed: IntArray | None = None,
) -> JointTest:
    """Test jointly that contrasts with estimates `values` (m,) are zero; Hotelling's T2 approximation (HTZ)."""
    parts = _parts(X, residuals, cluster, contrasts, weights, absorbed)
    q = len(contrasts)
    expected = parts.own.sum(axis=0)
    root = np.linalg.cholesky(np.linalg.inv(expected))  # any root serves: the sum below is rotation-free
    covariance = np.einsum("sa,ijst,tb->ijab", root, _pairwise(parts), root)
    spread = np.einsum("ijss,ijtt->", covariance, covariance) + np.einsum(
        "ijst,ijts->", covariance, covariance
    )
    eta = q * (q + 1) / float(spread)
    wald = float(values @ np.linalg.solve(parts.estimate.T @ parts.estimate, values))
    df_den = eta - q + 1
    statistic = df_den / (eta * q) * wald
    return JointTest(statistic, q, df_den, float(stats.f.sf(statistic, q, df_den)))


def cells_cr2(values: list[FloatArray], share: FloatArray) -> tuple[float, float]:
    """Closed form where each cluster is one number and the model is saturated: se and df of sum(share * cell mean).

    se^2 = sum share^2 s^2 / n and df = (sum share^2 / n)^2 / sum(share^4 / (n^2 (n - 1))): from the sizes alone.
    A cell of one is fitted wholly and adds nothing, as in the general form.
    """
    n = np.array([len(cell) for cell in values], dtype=float)
    more = n > 1
    spread = np.array([float(np.var(cell, ddof=1)) if len(cell) > 1 else 0.0 for cell in values])
    terms = (share**2 / n)[more]
    se = float(np.sqrt(np.sum(share**2 * spread / n)))
    return se, float(terms.sum() ** 2 / np.sum(terms**2 / (n[more] - 1))) if more.any() else float("nan")


def absorb(X: FloatArray, unit: IntArray, weights: FloatArray | None) -> FloatArray:
    """Take (weighted) unit means out of the columns of X (N, K)."""
    w = np.ones(len(X)) if weights is None else weights
    total = np.bincount(unit, weights=w)
    means = np.column_stack([np.bincount(unit, weights=w * column) / total for column in X.T])
    return np.asarray(X - means[unit])


def _parts(
    X: FloatArray,
    residuals: FloatArray,
    cluster: IntArray,
    contrasts: FloatArray,
    weights: FloatArray | None,
    absorbed: IntArray | None,
    influence: FloatArray | None = None,
) -> _Parts:
    within = X if absorbed is None else absorb(X, absorbed, weights)
    length = np.sqrt((within**2).sum(axis=0))
    length = np.where(length > 0, length, 1.0)
    within, contrasts = within / length, contrasts / length
    weighted = within if weights is None else within * weights[:, None]
    M = pinv_symmetric(within.T @ weighted)
    sides = M @ contrasts.T
    square = weighted.T @ weighted if weights is not None else None
    found: dict[bytes, tuple[FloatArray, ...]] = {}
    pieces = []
    for members in _groups(cluster):
        given = None if influence is None else influence[members]
        key = _key(within[members], weights, absorbed, members) + (b"" if given is None else given.tobytes())
        if key not in found:
            if weights is None or square is None:
                found[key] = _equal(within[members], M, sides, given)
            else:
                own = None if absorbed is None else absorbed[members]
                found[key] = _unequal(within[members], weights[members], own, M, square, sides, given)
        g, own_block, a, h = found[key]
        pieces.append((g.T @ residuals[members], own_block, a, h))
    estimate, own_blocks, left, right = (np.stack(column) for column in zip(*pieces, strict=True))
    return _Parts(estimate, own_blocks, left, right, M)


def _equal(
    X: FloatArray, M: FloatArray, sides: FloatArray, given: FloatArray | None
) -> tuple[FloatArray, ...]:
    """Unweighted cluster: g = (I - X M X')^{-1/2} X M c through the K x K side; absorbed effects are orthogonal to it."""
    values, vectors = np.linalg.eigh(M)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    Y = X @ root
    shares, directions = np.linalg.eigh(Y.T @ Y)
    left_over = 1 - shares
    power = np.where(left_over > SINGULAR, np.maximum(left_over, SINGULAR) ** -0.5, 0.0)
    if given is None:
        # root' M^- M c = root^- M c: the coordinates of X M c in Y
        coordinates = np.linalg.lstsq(root, sides, rcond=None)[0]
        g = Y @ (directions * power) @ (directions.T @ coordinates)
    else:
        spans = shares > SINGULAR
        axes = Y @ (directions[:, spans] / np.sqrt(shares[spans]))
        g = given + (axes * (power[spans] - 1)) @ (axes.T @ given)
    a = X.T @ g
    return g, g.T @ g - a.T @ M @ a, a, a / 2


def _unequal(
    X: FloatArray,
    w: FloatArray,
    units: IntArray | None,
    M: FloatArray,
    square: FloatArray,
    sides: FloatArray,
    given: FloatArray | None,
) -> tuple[FloatArray, ...]:
    """Weighted cluster: the block of (I - H)(I - H)', with the absorbed effects' part of H, written out."""
    effects = np.zeros((len(w), len(w)))
    if units is not None:
        same = units[:, None] == units
        effects = same * w / (same * w).sum(axis=1, keepdims=True)
    hat = X @ M @ (X * w[:, None]).T
    cross = hat @ effects.T
    block = np.eye(len(w)) - (hat + effects) - (hat + effects).T
    block += X @ M @ square @ M @ X.T + cross + cross.T + effects @ effects.T
    values, vectors = np.linalg.eigh((block + block.T) / 2)
    power = np.where(values > SINGULAR, np.maximum(values, SINGULAR) ** -0.5, 0.0)
    raw = X * w[:, None] @ sides if given is None else given
    g = (vectors * power) @ (vectors.T @ raw)
    a = X.T @ g
    h = (X * w[:, None]).T @ (g - effects.T @ g) - square @ M @ a / 2
    return g, g.T @ block @ g, a, h


def _satterthwaite(parts: _Parts, s: int) -> float:
    """Degrees of freedom of contrast s: trace^2 over sum of squares of the clusters' covariances, without a G x G table."""
    own, a, h, M = parts.own[:, s, s], parts.a[:, :, s], parts.h[:, :, s], parts.M
    ah = a.T @ h
    everywhere = 2 * np.sum((M @ (a.T @ a) @ M) * (h.T @ h)) + 2 * np.sum((M @ ah) * (M @ ah).T)
    diagonal = 2 * np.einsum("ik,kl,il->i", a, M, h)
    total = float(np.sum(own**2) + everywhere - np.sum(diagonal**2))
    return float(own.sum() ** 2 / total) if total > 0 else float("nan")


def _pairwise(parts: _Parts) -> FloatArray:
    """Covariance of the terms of clusters i, j and contrasts s, t, shape (G, G, m, m)."""
    low_rank = np.einsum("iks,kl,jlt->ijst", parts.a, parts.M, parts.h)
    full = -(low_rank + np.einsum("iks,kl,jlt->ijst", parts.h, parts.M, parts.a))
    index = np.arange(len(parts.own))
    full[index, index] = parts.own
    return np.asarray(full)


def _groups(cluster: IntArray) -> Iterator[IntArray]:
    order = np.argsort(cluster, kind="stable")
    return iter(np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1))


def _key(X: FloatArray, weights: FloatArray | None, absorbed: IntArray | None, members: IntArray) -> bytes:
    # Clusters with the same rows share one eigendecomposition: in a complete panel, all units of a cohort.
    if weights is None:
        return X.tobytes()
    units = b"" if absorbed is None else (absorbed[members] - absorbed[members].min()).tobytes()
    return X.tobytes() + weights[members].tobytes() + units
