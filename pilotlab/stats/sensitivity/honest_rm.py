"""HonestDiD under relative magnitudes: intervals that hold where trends part by at most Mbar times the worst step before.

Delta^RM(Mbar) holds the paths of deviations whose steps after the reference are at most Mbar times the largest step
before it. It is a union over that largest step, s, and its sign. Each piece is a set of linear inequalities, tested by
the conditional least-favourable hybrid (C-LF) of Andrews, Roth & Pakes; the interval is the hull of all effects that
some piece accepts.

The dual of each piece's linear program can be written down. With D the first differences after the reference, h the
weights with which steps make the effect (l'beta = h'D beta) and d the signed step s, its vertices are

    v+ ~ l'beta - theta - Mbar |h|_1 d,     v- ~ theta - l'beta - Mbar |h|_1 d,     v0_t ~ -2 Mbar d  (every t),

each divided by the standard deviations it is made of. So the test statistic is a maximum of a few numbers, its
truncation points are ratios of them, and no program is solved.

References
----------
Rambachan & Roth (2023), "A More Credible Approach to Parallel Trends", Review of Economic Studies 90(5), section 4;
Andrews, Roth & Pakes (2023), "Inference for Linear Conditional Moment Inequalities".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pilotlab.stats.arrays import FloatArray

GRID = 200
BISECTIONS = 36
NODES, WEIGHTS = np.polynomial.legendre.leggauss(160)
REACH = 9.0  # standard deviations that count as everything


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The inequalities of P pieces of Delta: each says mean <= 0 at the true effect.

    Attributes
    ----------
    vectors : ndarray, shape (P, J, K)
        Of the coefficients.
    slope : ndarray, shape (P, J)
        Mean j falls by slope * theta.
    first_stage : ndarray, shape (P,)
        Least-favourable critical value of the largest mean at level kappa.
    """

    vectors: FloatArray
    slope: FloatArray
    first_stage: FloatArray


def relative_magnitude(
    betahat: FloatArray, sigma: FloatArray, n_pre: int, l_vec: FloatArray, mbar: float, *, alpha: float = 0.05
) -> tuple[float, float]:
    """Interval for l'(effects after) at level 1 - alpha.

    Parameters
    ----------
    betahat : ndarray, shape (K,)
        Coefficients before, then after, the reference period (left out, zero); consecutive periods.
    sigma : ndarray, shape (K, K)
    n_pre : int
        How many stand before the reference; at least 1.
    l_vec : ndarray, shape (K - n_pre,)
    mbar : float
        0 or more.

    Returns
    -------
    tuple of float
        Ends of the hull of the accepted effects. It is never empty: the piece of the largest estimated step holds an effect
        that violates nothing.
    """
    kappa = alpha / 10
    pieces = _pieces(sigma, n_pre, l_vec, mbar, kappa)
    level = (alpha - kappa) / (1 - kappa)
    constant = pieces.vectors @ betahat
    covariance = pieces.vectors @ sigma @ np.swapaxes(pieces.vectors, 1, 2)
    return _hull(constant, covariance, pieces, level)


def accepts(means: FloatArray, covariance: FloatArray, first_stage: FloatArray, level: float) -> np.ndarray:
    """C-LF test of each piece at several effects: shape (P, n), true where not rejected.

    Parameters
    ----------
    means : ndarray, shape (P, J, n)
    covariance : ndarray, shape (P, J, J)
    first_stage : ndarray, shape (P,)
    level : float
        Of the second stage: (alpha - kappa) / (1 - kappa).
    """
    piece = np.arange(len(means))[:, None]
    largest = means.argmax(axis=1)  # (P, n)
    eta = np.take_along_axis(means, largest[:, None], axis=1)[:, 0]
    own = covariance[piece, largest, largest]  # (P, n)
    silent = own <= 1e-20
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.moveaxis(covariance[piece, :, largest] / own[..., None], 2, 1)  # (P, J, n)
        end = (means - ratio * eta[:, None]) / (1 - ratio)
    below, above = ratio < 1 - 1e-9, ratio > 1 + 1e-9
    low = np.where(below, end, -np.inf).max(axis=1)
    high = np.minimum(np.where(above, end, np.inf).min(axis=1), first_stage[:, None])
    sd = np.sqrt(np.where(silent, 1.0, own))
    p = _truncated_p(eta / sd, np.minimum(low, eta) / sd, np.maximum(high, eta) / sd)
    return np.asarray((eta <= 0) | (~silent & (eta <= first_stage[:, None]) & (p >= level)))


def _truncated_p(at: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """P(Z > at | low <= Z <= high) of a standard normal, without loss in the tails."""
    tail, whole, beyond = (special.log_ndtr(-x) for x in (at, low, high))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.exp(tail - whole) * np.expm1(beyond - tail) / np.expm1(beyond - whole)
    return np.where(at >= high, 0.0, np.where(at <= low, 1.0, p))


def _hull(constant: FloatArray, covariance: FloatArray, pieces: Pieces, level: float) -> tuple[float, float]:
    slope, first = pieces.slope, pieces.first_stage
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (constant - first[:, None]) / slope
    low = np.where(slope > 0, reach, -np.inf).max(axis=1)
    high = np.where(slope < 0, reach, np.inf).min(axis=1)

    def test(theta: FloatArray) -> np.ndarray:
        means = constant[:, :, None] - slope[:, :, None] * theta[:, None, :]
        return accepts(means, covariance, first, level)

    grid = _candidates(constant, slope, low, high)
    inside = test(grid)
    held = inside.any(axis=1)
    row = np.arange(len(grid))
    left = inside.argmax(axis=1)
    right = GRID - inside[:, ::-1].argmax(axis=1)
    accepted = np.column_stack([grid[row, left], grid[row, right]])
    rejected = np.column_stack([grid[row, np.maximum(left - 1, 0)], grid[row, np.minimum(right + 1, GRID)]])
    for _ in range(BISECTIONS):
        middle = (accepted + rejected) / 2
        holds = test(middle)
        accepted, rejected = np.where(holds, middle, accepted), np.where(holds, rejected, middle)
    return float(accepted[held, 0].min()), float(accepted[held, 1].max())


def _candidates(constant: FloatArray, slope: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Effects to test first, ascending, shape (P, GRID + 1): an even grid within the first stage's limits, and the least violated one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = constant / slope
    least = np.where(slope > 0, crossing, -np.inf).max(axis=1) + np.where(slope < 0, crossing, np.inf).min(
        axis=1
    )
    even = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, GRID)
    return np.sort(np.column_stack([even, least / 2]), axis=1)


def _pieces(sigma: FloatArray, n_pre: int, l_vec: FloatArray, mbar: float, kappa: float) -> Pieces:
    steps = _steps(n_pre, len(l_vec))
    worst = np.vstack([steps[:n_pre], -steps[:n_pre]])  # (P, K): the signed step d of each piece
    return _vertices(sigma, steps[n_pre:], worst, l_vec, mbar, kappa)


def _steps(n_pre: int, n_post: int) -> FloatArray:
    """First differences of the path, the reference's zero written in: shape (K, K)."""
    path = np.insert(np.eye(n_pre + n_post), n_pre, 0.0, axis=0)
    return np.diff(path, axis=0)


def _vertices(
    sigma: FloatArray, after: FloatArray, worst: FloatArray, l_vec: FloatArray, mbar: float, kappa: float
) -> Pieces:
    """Vertices of the dual, each `effect * l'beta + step * d`; of the parallel v0_t the longest and the shortest do.

    With one period after there is no other effect to leave free, and no v0.
    """
    h = np.cumsum(l_vec[::-1])[::-1]
    size, rising = np.abs(h), h > 0
    sd_up, sd_down = (_sd(side * after - mbar * worst[:, None], sigma) for side in (1, -1))  # (P, T)
    plus = 1 / (np.where(rising, sd_up, sd_down) @ size)
    minus = 1 / (np.where(rising, sd_down, sd_up) @ size)
    pair, none = sd_up + sd_down, np.zeros_like(plus)
    effect = np.column_stack([plus, -minus, none, none])
    drift = mbar * size.sum()
    step = -np.column_stack(
        [plus * drift, minus * drift, 2 * mbar / pair.min(axis=1), 2 * mbar / pair.max(axis=1)]
    )
    summed = h @ after
    if len(l_vec) == 1:
        effect, step = effect[:, :2], step[:, :2]
    vectors = effect[..., None] * summed + step[..., None] * worst[:, None]
    return Pieces(vectors, effect, _first_stage(sigma, summed, worst, effect, step, kappa))


def _first_stage(
    sigma: FloatArray,
    summed: FloatArray,
    worst: FloatArray,
    effect: FloatArray,
    step: FloatArray,
    kappa: float,
) -> FloatArray:
    """Quantile 1 - kappa of the largest vertex where all means are zero, by quadrature over d; shape (P,)."""
    sd_d, covariance = _sd(worst, sigma), worst @ sigma @ summed
    pull = np.divide(covariance, sd_d, out=np.zeros_like(covariance), where=sd_d > 0)  # of l'beta by d in sds
    variance = summed @ sigma @ summed
    rest = np.sqrt(np.maximum(variance - pull**2, 1e-12 * variance))
    step = step * sd_d[:, None]

    def below(x: FloatArray) -> FloatArray:
        z, weight = _nodes(x, effect, step)
        with np.errstate(divide="ignore", invalid="ignore"):
            end = (x[:, None, None] - step[..., None] * z[:, None]) / effect[..., None]  # (P, J, nodes)
        most = np.where(effect[..., None] > 0, end, np.inf).min(axis=1) - pull[:, None] * z
        least = np.where(effect[..., None] < 0, end, -np.inf).max(axis=1) - pull[:, None] * z
        inside = special.ndtr(most / rest[:, None]) - special.ndtr(least / rest[:, None])
        return np.asarray((weight * inside).sum(axis=1))

    low, high = np.zeros(len(worst)), np.full(len(worst), -float(special.ndtri(kappa / 3)))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        short = below(middle) < 1 - kappa
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray((low + high) / 2)


def _nodes(x: FloatArray, effect: FloatArray, step: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and normal weights over d, from where vertices without effect hold it to be: (P, nodes) each."""
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where((effect == 0) & (step < 0), x[:, None] / step, -REACH).max(axis=1)
    half = (REACH - np.maximum(least, -REACH))[:, None] / 2
    z = REACH - half + half * NODES
    return z, half * WEIGHTS * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def _sd(rows: FloatArray, sigma: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.maximum(np.einsum("...k,kj,...j->...", rows, sigma, rows), 0.0)))
