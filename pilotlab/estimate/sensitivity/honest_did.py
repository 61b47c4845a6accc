"""HonestDiD from numbers alone: intervals that hold while an event study's trends part by a stated amount."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.results.honest import KINDS, Kind, Robust, Sensitivity
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.sensitivity.breakdown_value import breakdown
from pilotlab.stats.sensitivity.honest_rm import relative_magnitude
from pilotlab.stats.sensitivity.honest_smooth import smoothness
from pilotlab.wording.numbers import typed

RELATIVE_GRID = (0.0, 0.5, 1.0, 1.5, 2.0)
SMOOTH_GRID = (0.0, 0.25, 0.5, 0.75, 1.0)  # times the largest change of slope estimated before start
FIRST_EFFECT = "effect in the first period after start"


def honest_did(
    betahat: ArrayLike,
    sigma: ArrayLike,
    *,
    n_pre: int,
    kind: Kind = "relative_magnitude",
    grid: Iterable[float] | float | None = None,
    l_vec: ArrayLike | None = None,
    alpha: float = 0.05,
    outcome_unit: str = "",
) -> Sensitivity:
    """Bound an effect of an event study while trends may part by a stated amount.

    Parameters
    ----------
    betahat : array, shape (K,)
        Coefficients of consecutive periods: `n_pre` before the reference period, the rest after it; the reference
        itself, which is zero, is left out.
    sigma : array, shape (K, K)
        Their covariance.
    n_pre : int
        At least 1.
    kind : {"relative_magnitude", "smoothness"}
        After start, trends part a period by at most m times the worst step before it (C-LF test); or the slope by which
        they part changes by at most m a period, m in the outcome's unit (fixed-length interval).
    grid : list of float
        Values of m, 0 or more. None: 0, 0.5, 1, 1.5, 2; for smoothness 0 to 1 times the largest change of slope before
        start.
    l_vec : array, shape (K - n_pre,), optional
        Weights of the periods after start that make the effect. None: the first period's effect.
    alpha : float
        Intervals hold with probability 1 - alpha.
    outcome_unit : str
        Shown with the number.

    Returns
    -------
    Sensitivity
        `to_frame()` has m, ci_low, ci_high; `.breakdown` is the smallest m whose interval holds zero.

    Raises
    ------
    UsageError
        A wrong argument: its name, its value, the fix.

    References
    ----------
    Rambachan & Roth (2023); equations as built: docs/reference/methods.md.

    Examples
    --------
    >>> found = honest_did([0.1, -0.1, 1.0, 1.2], [[.04, 0, 0, 0], [0, .04, 0, 0], [0, 0, .04, 0], [0, 0, 0, .04]],
    ...                    n_pre=2, grid=[0, 1])
    >>> found.to_frame().round(2).values.tolist()
    [[0.0, 0.61, 1.39], [1.0, 0.22, 1.78]]
    """
    beta = coefficients(betahat)
    pre, cov = periods_before(n_pre, len(beta)), covariance(sigma, len(beta))
    weights = post_weights(l_vec, len(beta) - pre)
    check_alpha(alpha)
    asked = values_of_m(grid, kind)
    if (why := unusable(cov, pre, weights, kind)) is not None:
        raise UsageError(
            f"sigma: {why}", fix="a covariance of more clusters than coefficients, without noise-free periods"
        )
    return bound(
        beta,
        cov,
        pre,
        weights,
        kind=kind,
        grid=asked,
        alpha=alpha,
        unit=outcome_unit,
        target=FIRST_EFFECT if l_vec is None else "weighted effect after start",
        notes=(),
    )


def bound(
    beta: FloatArray,
    cov: FloatArray,
    n_pre: int,
    weights: FloatArray,
    *,
    kind: Kind,
    grid: tuple[float, ...] | None,
    alpha: float,
    unit: str,
    target: str,
    notes: tuple[Note, ...],
) -> Sensitivity:
    """Bound an effect at each m; without a grid, at values of m that suit these data."""
    interval, step = _intervals(beta, cov, n_pre, weights, kind, alpha)
    if grid is None:
        grid = (
            RELATIVE_GRID
            if kind == "relative_magnitude"
            else tuple(part * float(f"{step:.2g}") for part in SMOOTH_GRID)
        )
    att = float(weights @ beta[n_pre:])
    half = -float(special.ndtri(alpha / 2)) * math.sqrt(float(weights @ cov[n_pre:, n_pre:] @ weights))
    return Sensitivity(
        kind=kind,
        target=target,
        att=att,
        ci=(att - half, att + half),
        rows=tuple(Robust(m, interval(m)) for m in grid),
        breakdown=breakdown(interval, step=0.5 if kind == "relative_magnitude" else step),
        alpha=alpha,
        unit=unit,
        notes=notes,
    )


def _intervals(
    beta: FloatArray, cov: FloatArray, n_pre: int, weights: FloatArray, kind: Kind, alpha: float
) -> tuple[Callable[[float], tuple[float, float]], float]:
    """Interval by m, and a value of m that is neither small nor large for these data."""
    if kind == "relative_magnitude":
        return lambda m: relative_magnitude(beta, cov, n_pre, weights, m, alpha=alpha), 1.0
    bends = np.diff(np.append(beta[:n_pre], 0.0), n=2)
    typical = float(np.abs(bends).max()) if bends.size else 0.0
    step = typical if typical > 0 else float(np.sqrt(np.diag(cov)[:n_pre].max()))
    return lambda m: smoothness(beta, cov, n_pre, weights, m, alpha=alpha).interval, step


def unusable(cov: FloatArray, n_pre: int, weights: FloatArray, kind: Kind) -> str | None:
    """Say why a covariance can't carry the method; None where it can."""
    path = np.insert(np.eye(len(cov)), n_pre, 0.0, axis=0)
    steps = np.diff(path, axis=0)
    scale = float(np.diag(cov).max())
    if scale <= 0 or float((np.einsum("ik,kj,ij->i", steps, cov, steps)).min()) <= 1e-12 * scale:
        return "a step from one period to the next has no noise at all"
    if float(weights @ cov[n_pre:, n_pre:] @ weights) <= 1e-12 * scale * float(weights @ weights):
        return "the effect has no noise at all"
    if kind == "smoothness" and singular(cov[:n_pre, :n_pre]):
        return f"{n_pre} coefficients before start move in fewer directions than that, so some weighting looks free of noise"
    return None


def singular(cov: FloatArray) -> bool:
    """Whether a covariance is singular once its coefficients have one scale."""
    scale = np.sqrt(np.diag(cov))
    if (scale <= 0).any():
        return True
    return bool(np.linalg.eigvalsh(cov / np.outer(scale, scale))[0] < 1e-9)


LARGEST = 1e75  # products of four stay within a float


def coefficients(betahat: ArrayLike) -> FloatArray:
    """Read the path without its reference."""
    beta = _numbers("betahat", betahat)
    if beta.ndim != 1 or len(beta) < 2:
        raise UsageError(
            f"betahat has shape {beta.shape}",
            fix="a list of two coefficients or more: before, then after, the reference",
        )
    return beta


def periods_before(n_pre: Any, count: int) -> int:
    """Read how many of `count` coefficients stand before the reference."""
    if isinstance(n_pre, bool) or not isinstance(n_pre, Integral) or not 1 <= int(n_pre) < count:
        raise UsageError(
            f"n_pre {n_pre!r} is not a whole number from 1 to {count - 1}",
            fix="how many of the coefficients stand before the reference period",
        )
    return int(n_pre)


def covariance(sigma: ArrayLike, count: int) -> FloatArray:
    """Read a covariance, symmetric to the last bit."""
    cov = _numbers("sigma", sigma)
    if cov.shape != (count, count):
        raise UsageError(f"sigma has shape {cov.shape}", fix=f"the covariance of betahat, {count} by {count}")
    scale = float(np.abs(cov).max())
    if float(np.abs(cov - cov.T).max()) > 1e-8 * scale:
        raise UsageError("sigma is not symmetric", fix="the covariance of betahat")
    cov = (cov + cov.T) / 2
    if float(np.linalg.eigvalsh(cov)[0]) < -1e-8 * scale:
        raise UsageError(
            "sigma is not a covariance: some weighting has a variance below zero",
            fix="the covariance of betahat",
        )
    return np.asarray(cov)


def post_weights(l_vec: ArrayLike | None, count: int) -> FloatArray:
    """Read the weights of `count` periods after start; the first period alone where left out."""
    if l_vec is None:
        return np.asarray(np.eye(1, count)[0])
    weights = _numbers("l_vec", l_vec)
    if weights.shape != (count,) or not weights.any():
        raise UsageError(
            f"l_vec {np.asarray(l_vec).tolist()!r} is not {count} weights, one of them not zero",
            fix="a weight for each period after start, for example [1, 0] for the first of two",
        )
    return weights


def values_of_m(grid: Iterable[float] | float | None, kind: Any) -> tuple[float, ...] | None:
    """Read how much trends may part; None for the default of a kind."""
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    if grid is None:
        return None
    values: list[Any] = list(grid) if isinstance(grid, Iterable) and not isinstance(grid, str) else [grid]
    wrong = [each for each in values if not _is_allowed(each)]
    if wrong or not values:
        raise UsageError(
            f"grid {wrong[0]!r} is not a number of 0 or more" if wrong else "grid is empty",
            fix="a list such as [0, 0.5, 1, 1.5, 2]",
        )
    return tuple(float(each) for each in values)


def _is_allowed(value: Any) -> bool:
    return _is_number(value) and 0 <= value < math.inf


def _numbers(name: str, values: ArrayLike) -> FloatArray:
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise UsageError(f"{name} holds something that is not a number", fix="numbers alone") from None
    if not np.isfinite(found).all():
        raise UsageError(f"{name} holds a value that is missing or infinite", fix="finite numbers alone")
    if found.size and (largest := float(np.abs(found).max())) > LARGEST:
        raise UsageError(
            f"{name} holds {typed(largest)}, too large to be squared",
            fix="rescale betahat, and sigma with it",
        )
    return found


def check_alpha(alpha: Any) -> None:
    """Refuse a level that is none."""
    if not _is_number(alpha) or not 0 < alpha < 0.5:
        raise UsageError(f"alpha {alpha!r} is not between 0 and 0.5", fix="write 0.05 for a 95 % interval")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
