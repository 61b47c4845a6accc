"""Reading the arguments of `honest_did`: coefficients, covariance, weights, grid."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.results.sensitivity import KINDS
from pilotlab.stats.arrays import FloatArray
from pilotlab.wording.numbers import typed

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
