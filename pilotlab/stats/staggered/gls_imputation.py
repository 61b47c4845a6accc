"""GLS imputation: treated cells less their best linear prediction from untreated ones, where weeks have effects and units vary.

The untreated values of a unit follow week effects, a level of the unit's own and a covariance about it that is given; week
effects are fitted by generalised least squares on all untreated cells, a treated cell is predicted from them and from what
its unit was apart from them before. With levels that may be anything and errors that do not fade this is `imputation`; levels
of a known spread are shrunken, so that less is lost to baselines that are short or noisy. Every treated cell has an effect of
its own, so that the average aims at the average, whatever the course of the effects.

References
----------
Goldberger (1962) for the prediction; Borusyak, Jaravel & Spiess (2024), section 4, for averages of imputed cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, pinv_symmetric

UNSEEN = 1e-8  # share of an average that no untreated cell tells of, from which on it is not had


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """What is asked, by start: S starts, T times, K averages.

    Attributes
    ----------
    untreated : ndarray of bool, shape (S, T)
        Cells that tell what happens without treatment.
    weigh : ndarray, shape (K, S, T)
        Weight of a unit's treated cell in each average.
    fading : ndarray, shape (T, T)
        Covariance of a unit's values about its level, without treatment.
    tie : float
        One over the variance of levels in the same scale: 0 where they may be anything (unit effects), inf where there are none.
    """

    untreated: BoolArray
    weigh: FloatArray
    fading: FloatArray
    tie: float


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What each unit adds to the sums behind an estimate, were its start each of the S; linear in the values.

    Attributes
    ----------
    pattern : ndarray, shape (n,)
        Code of a unit's missing weeks.
    normal : ndarray, shape (P, S, T, T)
        Inverse covariance of the untreated cells, by pattern.
    gain : ndarray, shape (P, S, K, T)
        Weight of each cell in treated less predicted, were week effects zero.
    total : ndarray, shape (P, S, K)
        Sum of the weights of treated cells.
    blind : ndarray of bool, shape (P, S)
        Where nothing tells a unit's level, and levels may be anything.
    score : ndarray, shape (V, n, S, T)
        `normal` times the values, of V outcomes.
    apart : ndarray, shape (V, n, S, K)
        `gain` times the values.
    """

    pattern: IntArray
    normal: FloatArray
    gain: FloatArray
    total: FloatArray
    blind: BoolArray
    score: FloatArray
    apart: FloatArray


def parts(outcomes: FloatArray, design: Design) -> Parts:
    """Work out what units add.

    Parameters
    ----------
    outcomes : ndarray, shape (V, n, T)
        nan in the same cells of each.
    """
    there = np.isfinite(outcomes[0])
    patterns, pattern = np.unique(there, axis=0, return_inverse=True)
    weigh = design.weigh.transpose(1, 0, 2)[None] * patterns[:, None, None]
    normal = np.zeros((len(patterns), *design.untreated.shape, design.untreated.shape[1]))
    level = np.zeros(normal.shape[:3])
    for p, seen in enumerate(patterns):
        for s, untreated in enumerate(design.untreated):
            inside = np.ix_(seen & untreated, seen & untreated)
            inverse = np.linalg.inv(design.fading[inside])
            level[p, s][seen & untreated] = inverse.sum(axis=0) / (design.tie + inverse.sum())
            normal[p, s][inside] = inverse - np.outer(inverse.sum(axis=0), level[p, s][seen & untreated])
    gain = weigh - weigh @ design.fading @ normal - weigh.sum(axis=3, keepdims=True) * level[:, :, None]
    blind: BoolArray = np.asarray(~(patterns[:, None] & design.untreated).any(axis=2) & (design.tie == 0))
    filled = np.where(there, outcomes, 0.0)
    score = np.einsum("pstu,pvnu->vnst", *_by_pattern(normal, filled, pattern), optimize=True)
    apart = np.einsum("pskt,pvnt->vnsk", *_by_pattern(gain, filled, pattern), optimize=True)
    return Parts(pattern.astype(np.int64), normal, gain, weigh.sum(axis=3), blind, score, apart)


def _by_pattern(of: FloatArray, filled: FloatArray, pattern: IntArray) -> tuple[FloatArray, FloatArray]:
    """The values once a pattern, zero for units of another."""
    own = pattern == np.arange(len(of))[:, None]
    return of, filled[None] * own[:, None, :, None]


def estimates(parts: Parts, draws: IntArray) -> FloatArray:
    """Averages of every outcome in some draws of starts, shape (n_draws, V, K); nan where a week can't be predicted.

    Parameters
    ----------
    draws : ndarray of int, shape (n_draws, n)
        Code of each unit's start.
    """
    n_patterns, n_starts = parts.normal.shape[:2]
    chosen = draws[:, :, None] == np.arange(n_starts)
    counts = np.zeros((len(draws), n_patterns, n_starts))
    for p in range(n_patterns):
        counts[:, p] = chosen[:, parts.pattern == p].sum(axis=1)
    kinds, kind = np.unique(counts.reshape(len(draws), -1), axis=0, return_inverse=True)
    loads = [week_loads(parts, each) for each in kinds]
    load, total = np.stack([each[0] for each in loads]), np.stack([each[1] for each in loads])
    score = np.einsum("dns,vnst->dvt", chosen, parts.score, optimize=True)
    apart = np.einsum("dns,vnsk->dvk", chosen, parts.apart, optimize=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((apart - np.einsum("dkt,dvt->dvk", load[kind], score)) / total[kind][:, None])


def week_loads(parts: Parts, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how averages load on week effects, through the scores (K, T), and the weight of their cells (K,).

    Parameters
    ----------
    counts : ndarray, shape (P * S,)
        Units of each pattern and start.
    """
    number = counts.reshape(parts.normal.shape[:2])
    normal = np.einsum("ps,pstu->tu", number, parts.normal)
    gain = np.einsum("ps,pskt->kt", number, parts.gain)
    total = np.einsum("ps,psk->k", number, parts.total)
    load = gain @ pinv_symmetric(normal)
    unseen = (np.abs(gain - load @ normal) > UNSEEN * total[:, None]).any(axis=1)
    return load, np.where(unseen | (number * parts.blind).any(), np.nan, total)


def standard_errors(y: FloatArray, start: IntArray, design: Design) -> FloatArray:
    """Standard errors of the averages where the covariance is right but for its scale, shape (K,).

    The scale is that of the untreated cells about their week effects.
    """
    ready = parts(y[None], design)
    n_patterns, n_starts = ready.normal.shape[:2]
    counts = np.bincount(ready.pattern * n_starts + start, minlength=n_patterns * n_starts)
    load, total = week_loads(ready, counts.astype(float))
    rows = ready.gain - np.einsum("kt,pstu->psku", load, ready.normal)
    square = np.einsum("pskt,tu,psku->psk", rows, design.fading, rows, optimize=True)
    square += rows.sum(axis=3) ** 2 / design.tie if design.tie > 0 else 0.0
    number = counts.reshape(n_patterns, n_starts)
    scale = _scale(y, start, design, ready, number)
    return np.asarray(np.sqrt(scale * np.einsum("ps,psk->k", number, square)) / total)


def _scale(y: FloatArray, start: IntArray, design: Design, ready: Parts, number: IntArray) -> float:
    """Variance of the untreated cells about their week effects, in the scale of the covariance."""
    normal = np.einsum("ps,pstu->tu", number, ready.normal)
    score = ready.score[0][np.arange(len(y)), start].sum(axis=0)
    weeks = pinv_symmetric(normal) @ score
    apart = np.where(np.isfinite(y), y - weeks, 0.0)
    square = np.einsum("nt,ntu,nu->", apart, ready.normal[ready.pattern, start], apart, optimize=True)
    cells = int((np.isfinite(y) & design.untreated[start]).sum())
    levels = len(y) if design.tie == 0 else 0
    return max(float(square), 0.0) / max(cells - int((np.diag(normal) > 0).sum()) - levels, 1)
