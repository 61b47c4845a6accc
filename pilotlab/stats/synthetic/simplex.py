"""Weights on the simplex: ridge least squares over weights that are positive and sum to one.

The objective is |Ax - b|^2 + r |x|^2. Two ways to its minimum: the steps of Frank & Wolfe, whose path and
stopping rule other programs publish, and the active set of Lawson & Hanson, which ends at the minimum itself.

References
----------
Frank & Wolfe (1956), "An Algorithm for Quadratic Programming"; Jaggi (2013), "Revisiting Frank-Wolfe"; Lawson & Hanson
(1974), "Solving Least Squares Problems", chapter 23.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import nnls

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray

FORBIDDEN = 1e6  # times the largest cross-product: a column that may not be used looks this bad
TINY = 1e-300
KEPT = 4_000_000  # cells of vertices held for when a step goes their way again


def frank_wolfe(
    A: FloatArray, b: FloatArray, start: FloatArray, *, ridge: float, least_decrease: float, most_steps: int
) -> FloatArray:
    """Step towards one column at a time, as far as pays, until a step lowers the objective by `least_decrease` or less.

    Parameters
    ----------
    A : ndarray, shape (m, k)
    b : ndarray, shape (m,)
    start : ndarray, shape (k,)
        Weights to start from.
    least_decrease : float
        In the objective's unit; at least two steps are taken.

    Returns
    -------
    ndarray, shape (k,)

    Notes
    -----
    Half the gradient is carried along with the weights, for both move by one rule: a step of length s towards column i
    leaves (1 - s) times the old and s times the vertex's own. Step and decrease follow from it, and no difference of
    objectives is taken.
    """
    target = A.T @ b
    state = np.stack([A.T @ (A @ start - b) + ridge * start, start])
    gradient, weights = state
    squares = ((A * A).sum(axis=0) + ridge).tolist()
    vertices: dict[int, FloatArray] = {}
    along = float(target @ start)
    for taken in range(most_steps):
        i = int(gradient.argmin())
        vertex = vertices.get(i)
        if vertex is None:
            vertex = _vertex(A, target, i, ridge)
            if len(vertices) * len(start) < KEPT:
                vertices[i] = vertex
        toward = target.item(i)
        at, mean = gradient.item(i), float(gradient.dot(weights))
        gain = max(mean - at, 0.0)
        curvature = max(squares[i] - 2 * (at + toward) + mean + along, TINY)  # |A(e_i - x)|^2 and its ridge
        step = min(gain / curvature, 1.0)
        state *= 1 - step
        state += step * vertex
        along += step * (toward - along)
        if taken and step * (2 * gain - step * curvature) <= least_decrease:
            break
    return np.asarray(weights.copy())


def frank_wolfe_many(
    H: FloatArray,
    target: FloatArray,
    start: FloatArray,
    free: BoolArray,
    *,
    least_decrease: FloatArray,
    most_steps: int,
) -> FloatArray:
    """Take the steps of `frank_wolfe` for R problems at once; each stops by itself.

    Parameters
    ----------
    H : ndarray, shape (k, k) or (R, k, k)
        A'A with the ridge on its diagonal: one for all problems, or each its own.
    target : ndarray, shape (R, k)
        A'b.
    start, free : ndarray, shape (R, k)
        `free` says which columns a problem may use.
    least_decrease : ndarray, shape (R,)

    Returns
    -------
    ndarray, shape (R, k)
    """
    shared = H.ndim == 2
    H = H[None] if shared else H
    own = np.diagonal(H, axis1=1, axis2=2)
    target = np.where(free, target, -FORBIDDEN * max(float(own.max(initial=0.0)), TINY))
    state = np.stack([np.einsum("rk,rkl->rl", start, H) - target, start])
    along = np.einsum("rk,rk->r", target, start)
    found, live = start.copy(), np.arange(len(target))
    for taken in range(most_steps):
        gradient, weights = state
        row: IntArray = np.arange(len(live))
        place = row * 0 if shared else live
        i = gradient.argmin(axis=1)
        at, toward = gradient[row, i], target[row, i]
        mean = np.einsum("rk,rk->r", gradient, weights)
        gain = np.maximum(mean - at, 0.0)
        curvature = np.maximum(own[place, i] - 2 * (at + toward) + mean + along, TINY)
        step = np.minimum(gain / curvature, 1.0)
        state *= (1 - step)[:, None]
        gradient += step[:, None] * (H[place, i] - target)
        weights[row, i] += step
        along += step * (toward - along)
        going = step * (2 * gain - step * curvature) > least_decrease
        if taken and not going.all():
            found[live[~going]] = weights[~going]
            live, state, along, target = live[going], state[:, going], along[going], target[going]
            least_decrease = least_decrease[going]
            if not len(live):
                break
    found[live] = state[1]
    return found


def minimum(A: FloatArray, b: FloatArray, *, ridge: float) -> FloatArray:
    """Find the minimum itself, where there is one; arguments as in `frank_wolfe`.

    Raises
    ------
    LinAlgError
        Where the objective is flat in some direction, or the active set goes round in circles.

    Notes
    -----
    Weights sum to one, so that Ax - b = (A - b1')x and the objective is x'Qx. Its minimum is y / sum(y), for y of the
    positive least squares y'Qy / 2 - 1'y: both have the same conditions of Karush, Kuhn & Tucker.
    """
    away = A - b[:, None]
    root = np.linalg.cholesky(away.T @ away + ridge * np.eye(A.shape[1]))
    try:
        found, _ = nnls(root.T, solve_triangular(root, np.ones(A.shape[1]), lower=True, check_finite=False))
    except RuntimeError as error:
        raise np.linalg.LinAlgError(str(error)) from None
    return np.asarray(found / found.sum())


def sparsify(weights: FloatArray) -> FloatArray:
    """Drop weights of a quarter of the largest or less, row by row, and scale the rest to sum to one."""
    kept = np.where(weights > weights.max(axis=-1, keepdims=True) / 4, weights, 0.0)
    return np.asarray(kept / kept.sum(axis=-1, keepdims=True))


def _vertex(A: FloatArray, target: FloatArray, i: int, ridge: float) -> FloatArray:
    """Half the gradient and the weights where all weight lies on column i, shape (2, k)."""
    vertex = np.stack([A.T @ A[:, i] - target, np.zeros(len(target))])
    vertex[0, i] += ridge
    vertex[1, i] = 1.0
    return vertex
