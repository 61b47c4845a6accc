"""HonestDiD under smoothness: fixed-length intervals (FLCI) where the slope of the deviation changes by at most M a period.

An affine estimator q'beta with l on the effects and free weights before has worst-case bias M B(q), where B sums the
absolute loadings on the second differences of the deviation, once the loading on a linear trend is zero. Its interval has
half-length sd(q) cv(M B / sd), cv the quantile of |N(b, 1)|. Written in the loadings b at the periods before the reference,
B is a constant plus |b|_1 and sd^2 is quadratic, so all estimators that may be best lie on a lasso path: from least bias
(b = 0) to least variance, linear between a few knots. The best of them has one first-order condition along the path.

References
----------
Rambachan & Roth (2023), "A More Credible Approach to Parallel Trends", section 5; Armstrong & Kolesar (2018, 2020) for
fixed-length intervals; Osborne, Presnell & Turlach (2000) for the path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from pilotlab.stats.arrays import BoolArray, FloatArray

_TIE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Flci:
    """A fixed-length interval: centre plus and minus half-length.

    Attributes
    ----------
    weights : ndarray, shape (K,)
        Of the coefficients in the centre; those after the reference are l.
    worst_bias, sd : float
        Of the centre, in the outcome's unit.
    """

    centre: float
    half_length: float
    weights: FloatArray
    worst_bias: float
    sd: float

    @property
    def interval(self) -> tuple[float, float]:
        """Both ends."""
        return self.centre - self.half_length, self.centre + self.half_length


@dataclass(frozen=True, slots=True, eq=False)
class _Frontier:
    """The estimators that may be best: loadings b at penalties, linear in between.

    q = base + loading @ b, B = constant + |b|_1.
    """

    base: FloatArray
    loading: FloatArray
    constant: float
    penalty: FloatArray  # (knots,), falling to 0
    b: FloatArray  # (knots, p)
    sigma: FloatArray

    def at(self, penalty: float) -> tuple[FloatArray, float, float]:
        """Weights, bias at M = 1 and standard deviation of the estimator at a penalty."""
        b = np.array([np.interp(-penalty, -self.penalty, column) for column in self.b.T])
        q = self.base + self.loading @ b
        return q, self.constant + float(np.abs(b).sum()), float(np.sqrt(max(q @ self.sigma @ q, 0.0)))


def smoothness(
    betahat: FloatArray, sigma: FloatArray, n_pre: int, l_vec: FloatArray, m: float, *, alpha: float = 0.05
) -> Flci:
    """Shortest fixed-length interval for l'(effects after) at level 1 - alpha.

    Parameters
    ----------
    betahat : ndarray, shape (K,)
        Coefficients before, then after, the reference period (left out, zero); consecutive periods.
    sigma : ndarray, shape (K, K)
    n_pre : int
        How many stand before the reference; at least 1.
    l_vec : ndarray, shape (K - n_pre,)
    m : float
        Largest change of slope between neighbouring periods, in the outcome's unit a period; 0 or more.
    """
    frontier = _frontier(sigma, n_pre, l_vec)
    q, bias, sd = frontier.at(_best(frontier, m, alpha))
    half = sd * folded_normal_quantile(m * bias / sd, alpha) if sd > 0 else m * bias
    return Flci(float(q @ betahat), half, q, m * bias, sd)


def folded_normal_quantile(shift: float, alpha: float) -> float:
    """Quantile 1 - alpha of |N(shift, 1)|."""
    shift = abs(shift)
    low, high = shift - special.ndtri(alpha), shift - special.ndtri(alpha / 2)

    def above(c: float) -> float:
        return float(special.ndtr(shift - c) + special.ndtr(-shift - c)) - alpha

    # One tail alone, or both alike, give an end of the bracket itself, to the last bit.
    if above(low) <= 0 or above(high) >= 0:
        return float(low if above(low) <= 0 else high)
    return float(optimize.brentq(above, low, high, xtol=1e-14, rtol=1e-14))


def _best(frontier: _Frontier, m: float, alpha: float) -> float:
    """Penalty at which bias and standard deviation trade as the half-length trades them."""
    largest = float(frontier.penalty[0])
    if largest == 0 or m == 0:
        return 0.0

    def excess(penalty: float) -> float:
        _, bias, sd = frontier.at(penalty)
        if sd == 0:
            return penalty
        t = m * bias / sd
        c = folded_normal_quantile(t, alpha)
        rise = np.tanh(c * t)  # d cv / d t
        return float(penalty - m * rise * sd / (c - t * rise))

    if excess(largest) <= 0:
        return largest
    if excess(0.0) >= 0:
        return 0.0
    return float(optimize.brentq(excess, 0.0, largest, xtol=1e-15 * largest, rtol=1e-14))


def _frontier(sigma: FloatArray, n_pre: int, l_vec: FloatArray) -> _Frontier:
    """Write the estimators as base + loading @ b, and follow the path of least variance given |b|_1."""
    after = np.arange(1, len(l_vec) + 1)
    slope = float(after @ l_vec)
    # b_0 = slope stands at the reference, b_-1 ... b_-p before it, zeros at the ends; weights are second differences.
    second = np.zeros((n_pre, n_pre + 2))
    row = np.arange(n_pre)
    second[row, row], second[row, row + 1], second[row, row + 2] = 1.0, -2.0, 1.0
    p = n_pre - 1
    base = np.concatenate([slope * second[:, 0], [0.0]])[:n_pre][::-1]
    loading = second[:, 1 : 1 + p][::-1]
    weights = np.concatenate([base, l_vec])
    columns = np.vstack([loading, np.zeros((len(l_vec), p))])
    tails = np.array([np.maximum(after - j, 0) @ l_vec for j in range(len(l_vec))])
    penalty, b = _lasso_path(columns.T @ sigma @ columns, columns.T @ sigma @ weights)
    return _Frontier(weights, columns, float(np.abs(tails).sum()), penalty, b, sigma)


def _lasso_path(square: FloatArray, linear: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minimise b'square b / 2 + linear'b + penalty |b|_1 for all penalties: knots (n,), and b there (n, p)."""
    p = len(linear)
    b, active = np.zeros(p), np.zeros(p, dtype=bool)
    penalty = float(np.abs(linear).max()) if p else 0.0
    knots, path = [penalty], [b.copy()]
    sign = -np.sign(linear)
    if penalty > 0:
        active[int(np.abs(linear).argmax())] = True
    left = None  # the loading that has just become zero leaves its bound, and may not be taken to join there again
    while penalty > 0:
        on = np.flatnonzero(active)
        direction = np.zeros(p)
        direction[on] = np.linalg.lstsq(square[np.ix_(on, on)], sign[on], rcond=None)[0]
        gradient, drift = square @ b + linear, square @ direction
        step, which, joins = _next_event(b, direction, gradient, drift, active, sign, penalty, left)
        b = b + step * direction
        penalty = penalty - step if step < penalty else 0.0
        left = None
        if which is not None:
            active[which] = joins
            if joins:
                sign[which] = -np.sign((square @ b + linear)[which])
            else:
                b[which], left = 0.0, which
        knots.append(penalty)
        path.append(b.copy())
        if len(knots) > 50 * (p + 1):
            raise ArithmeticError(
                "the path of estimators does not end: the covariance is too close to singular"
            )
    return np.array(knots), np.array(path)


def _next_event(
    b: FloatArray,
    direction: FloatArray,
    gradient: FloatArray,
    drift: FloatArray,
    active: BoolArray,
    sign: FloatArray,
    penalty: float,
    left: int | None,
) -> tuple[float, int | None, bool]:
    """How far the path runs straight: until a loading joins, one becomes zero, or the penalty is gone."""
    step, which, joins = penalty, None, False
    for j in range(len(b)):
        if active[j]:
            if b[j] * direction[j] < 0 and -b[j] / direction[j] < step * (1 - _TIE):
                step, which, joins = -b[j] / direction[j], j, False
            continue
        for side in (1.0, -1.0):
            if j == left and side == -sign[j]:
                continue
            closing = 1.0 + side * drift[j]
            gap = penalty - side * gradient[j]
            if closing > _TIE and gap / closing < step * (1 - _TIE):
                step, which, joins = max(gap / closing, 0.0), j, True
    return step, which, joins
