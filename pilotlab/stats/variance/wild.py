"""Wild cluster bootstrap: residuals keep their size and lose their sign by whole clusters, thousands of times.

With x_i'Mc the weight of row i in the contrast c'b and v_g the draw of cluster g, a bootstrap sample moves the contrast
by sum_g v_g s_g and gives cluster j the score v_j s_j - (X_j'Wx_j)'M sum_g v_g u_g, where u_g = X_g'We_g and s_g = c'Mu_g.
So a sample is one row of a (draws x clusters) product with a matrix that is made once, and no regression is run again.
Under a null of r both are linear in the observed t of r: five numbers a draw hold its t for every r at once.

References
----------
Cameron, Gelbach & Miller (2008), "Bootstrap-Based Improvements for Inference with Clustered Errors"; Roodman,
MacKinnon, Nielsen & Webb (2019), "Fast and Wild: Bootstrap Inference in Stata Using boottest"; Webb (2023), "Reworking
Wild Bootstrap-Based Inference for Clustered Errors"; MacKinnon, Nielsen & Webb (2023) for jackknifed scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal, get_args

import numpy as np
from scipy.linalg import null_space

from pilotlab.stats.arrays import FloatArray, IntArray, pinv_symmetric
from pilotlab.stats.variance.cluster_moments import ClusterMoments, cluster_moments
from pilotlab.stats.variance.wild_result import WildResult

Weights = Literal["rademacher", "webb", "mammen", "normal"]
MOST_ENUMERATED = 13  # clusters: 2^13 = 8,192 sign patterns
BLOCK = 4_000_000  # cells of draws held at once
STRIP = 65_536  # cells of draws worked on at once
STILL = 1e-13  # a spread this small beside the estimate is arithmetic alone


def wild_bootstrap(
    X: FloatArray,
    residuals: FloatArray,
    cluster: IntArray,
    contrasts: FloatArray,
    values: FloatArray,
    *,
    weights: FloatArray | None = None,
    absorbed: IntArray | None = None,
    draws: Weights = "rademacher",
    impose_null: bool = True,
    jackknifed: bool = False,
    reps: int = 9_999,
    seed: int = 0,
) -> tuple[WildResult, ...]:
    """Bootstrap the t statistic of each contrast; the same draws for all.

    Parameters
    ----------
    X : ndarray, shape (N, K)
        All columns that are not absorbed; may be short of full rank outside the contrasts.
    residuals : ndarray, shape (N,)
        Of the whole model.
    cluster : ndarray, shape (N,)
        Codes 0 .. G-1, at least two.
    contrasts, values : ndarray, shapes (m, K) and (m,)
        And their estimates.
    weights : ndarray, shape (N,), optional
        Regression weights.
    absorbed : ndarray, shape (N,), optional
        Codes of effects that lie within clusters and have no column in X.
    draws : {"rademacher", "webb", "mammen", "normal"}
        What v_g is: a sign, six points, Mammen's two, a normal. Signs of at most 13 clusters are all gone through.
    impose_null : bool
        Residuals of the model in which the contrast is what is tested (WCR), else those of the fit (WCU).
    jackknifed : bool
        Residuals as if their own cluster had been left out of the fit (the types "31" of boottest).
    reps, seed : int
        Sampled draws, and their seed.

    Raises
    ------
    ValueError
        For unknown draws, fewer than two clusters, or a contrast that is zero on every row.
    """
    if draws not in get_args(Weights):
        raise ValueError(f"draws {draws!r} are not known; one of: {', '.join(get_args(Weights))}")
    moments = cluster_moments(X, residuals, cluster, weights=weights, absorbed=absorbed)
    whole = draws == "rademacher" and moments.n_clusters <= MOST_ENUMERATED
    parts = [_Part(moments, contrast, impose_null, jackknifed) for contrast in contrasts]
    found: list[list[FloatArray]] = [[] for _ in parts]
    constant = 0
    for block in _blocks(moments.n_clusters, draws, whole, reps, seed):
        constant += int((block == block[:, :1]).all(axis=1).sum())
        for rows, part in zip(found, parts, strict=True):
            rows.append(part.of(block))
    made, ties = 0 if whole else 1, impose_null and not jackknifed  # equal signs give the sample itself back
    return tuple(
        _result(float(value), part, np.hstack(rows), constant * ties + made, made)
        for value, part, rows in zip(values, parts, found, strict=True)
    )


class _Part:
    """One contrast: what turns draws (B, G) into numerators and cluster scores, at the estimate and away from it."""

    def __init__(
        self, moments: ClusterMoments, contrast: FloatArray, impose_null: bool, jackknifed: bool
    ) -> None:
        self.side = moments.bread @ contrast
        self.own = moments.products @ self.side  # X_g'Wx_g, shape (G, K)
        self.reach = float(contrast @ self.side)
        if self.reach <= 0:
            raise ValueError("a contrast is zero on every row; there is nothing to bootstrap")
        self.spread = float(np.sqrt(np.sum((moments.scores @ self.side) ** 2)))
        self.low = moments.bread @ self.own.T
        self.at, self.away = moments.scores, self.own if impose_null else np.zeros_like(self.own)
        if jackknifed:
            basis = null_space(contrast[None]) if impose_null else np.eye(len(contrast))
            self.at, self.away = (_as_if_left_out(moments, basis, scores) for scores in (self.at, self.away))

    def of(self, v: FloatArray) -> FloatArray:
        """Return numerator at the estimate and its slope, and the three parts of the squared norm of scores: (5, B)."""
        sums, scores = zip(*(self._bootstrapped(v, each) for each in (self.at, self.away)), strict=True)
        squares = [np.einsum("bg,bg->b", scores[i], scores[j]) for i, j in ((0, 0), (0, 1), (1, 1))]
        return np.stack([*sums, *squares])

    def _bootstrapped(self, v: FloatArray, u: FloatArray) -> tuple[FloatArray, FloatArray]:
        s = u @ self.side
        return v @ s, v * s - np.linalg.multi_dot([v, u, self.low])


def _as_if_left_out(moments: ClusterMoments, basis: FloatArray, scores: FloatArray) -> FloatArray:
    """Scores of residuals predicted without their own cluster, on the columns that `basis` spans."""
    moved = np.empty_like(scores)
    for g, (own, score) in enumerate(zip(moments.products, scores, strict=True)):
        left = pinv_symmetric(basis.T @ (moments.total - own) @ basis)
        moved[g] = score + own @ basis @ left @ basis.T @ score
    return moved


def _result(value: float, part: _Part, rows: FloatArray, least: int, made: int) -> WildResult:
    spread = max(part.spread, STILL * abs(value), float(np.finfo(float).tiny))
    step = spread / part.reach
    scale = np.array([1.0, step, 1.0, step, step**2])[:, None]
    return WildResult(att=value, spread=spread, parts=rows * scale, made=made, least=least)


def _blocks(clusters: int, draws: Weights, whole: bool, reps: int, seed: int) -> Iterator[FloatArray]:
    if whole:
        yield np.array(list(product((1.0, -1.0), repeat=clusters)))
        return
    rng = np.random.default_rng(seed)
    step = max(1, BLOCK // clusters)
    for start in range(0, reps, step):
        yield from _strips(_sample(draws, (min(step, reps - start), clusters), rng))


def _strips(sample: FloatArray) -> Iterator[FloatArray]:
    """Cut a sample, which is drawn at once, into parts that stay near the processor."""
    step = max(1, STRIP // sample.shape[1])
    return (sample[start : start + step] for start in range(0, len(sample), step))


def _sample(draws: Weights, shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    if draws == "rademacher":
        return np.asarray(2.0 * rng.integers(0, 2, shape, dtype=np.int8) - 1.0)
    if draws == "webb":
        points = np.sqrt([0.5, 1.0, 1.5])
        return np.asarray(np.concatenate([-points, points])[rng.integers(0, 6, shape, dtype=np.int8)])
    if draws == "mammen":
        golden = (1 + np.sqrt(5)) / 2
        return np.asarray(np.where(rng.random(shape) < golden / np.sqrt(5), 1 - golden, golden))
    return np.asarray(rng.standard_normal(shape))
