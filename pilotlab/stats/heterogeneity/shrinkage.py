"""Shrinkage: effects of groups pulled towards the effect of the whole, as far as their noise asks for.

A group's effect differs from the whole's by chance and, perhaps, truly; the noisier the group, the more of its difference
is chance. The spread of the true effects is not plugged in: with two to five groups its best single value is often zero,
which would make all groups alike and their intervals too narrow. It is averaged over instead.

References
----------
Efron & Morris (1975), "Data Analysis Using Stein's Estimator and Its Generalizations"; Rubin (1981), "Estimation in
Parallel Randomized Experiments", for the average over the spread; Gelman (2006) for the flat prior on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from pilotlab.stats.arrays import FloatArray

NODES = 800  # places at which the spread is tried
HALVINGS = 60  # of the bracket around a quantile


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """What is believed of each group's effect, shape (n,) each; `pull` is how far it was moved, 0 to 1."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    pull: FloatArray
    spread: float  # standard deviation of the true effects: posterior mean


def shrink(
    effects: FloatArray, errors: FloatArray, centre: float, *, centre_error: float = 0.0, level: float = 0.95
) -> Shrunken:
    """Pull effects towards `centre`.

    Parameters
    ----------
    effects, errors : ndarray, shape (n,)
        Estimates of two groups or more, and their standard errors.
    centre, centre_error : float
        The effect of the whole and its standard error.
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        For fewer than two groups, or an error that is not positive and finite.

    Notes
    -----
    y_l ~ N(theta_l, s_l^2), theta_l ~ N(mu, tau^2), mu ~ N(centre, centre_error^2), tau flat on (0, inf). Given tau,
    theta_l is normal with mean mu + (1 - B_l)(y_l - mu), B_l = s_l^2 / (s_l^2 + tau^2), and variance
    (1 - B_l) s_l^2 + B_l^2 centre_error^2; tau has density proportional to the product of N(y_l; centre, s_l^2 + tau^2).
    Errors of the groups and of the centre are taken as independent.

    Examples
    --------
    >>> found = shrink(np.array([0.6, 0.0]), np.array([0.2, 0.2]), 0.3)
    >>> found.mean.round(2).tolist()
    [0.52, 0.08]
    """
    y, s = np.asarray(effects, dtype=float), np.asarray(errors, dtype=float)
    if y.shape != s.shape or len(y) < 2:
        raise ValueError(f"effects {y.shape} and errors {s.shape} must be two groups or more")
    if not (np.isfinite(y).all() and np.isfinite(s).all() and (s > 0).all()):
        raise ValueError("effects must be finite, errors positive and finite")
    tau, mass = _spread(y - centre, s)
    pull = s[:, None] ** 2 / (s[:, None] ** 2 + tau**2)
    means = centre + (1 - pull) * (y - centre)[:, None]
    sds = np.sqrt((1 - pull) * s[:, None] ** 2 + (pull * centre_error) ** 2)
    tail = (1 - level) / 2
    return Shrunken(
        mean=means @ mass,
        low=_quantile(tail, means, sds, mass),
        high=_quantile(1 - tail, means, sds, mass),
        pull=pull @ mass,
        spread=float(tau @ mass),
    )


def _spread(distance: FloatArray, s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Values of tau and their weights, from 0 to infinity by tau = scale u / (1 - u)."""
    node, width = _nodes()
    u = (node + 1) / 2
    scale = float(np.sqrt(np.mean(s**2 + distance**2)))
    tau = scale * u / (1 - u)
    variance = s[:, None] ** 2 + tau**2
    log = -0.5 * np.sum(np.log(variance) + distance[:, None] ** 2 / variance, axis=0)
    mass = np.exp(log - log.max()) * width / (1 - u) ** 2
    return tau, mass / mass.sum()


@cache
def _nodes() -> tuple[FloatArray, FloatArray]:
    """Gauss and Legendre's places and weights."""
    node, width = np.polynomial.legendre.leggauss(NODES)
    return node, width


def _quantile(share: float, means: FloatArray, sds: FloatArray, mass: FloatArray) -> FloatArray:
    """Quantile of each row's mixture of normals, by halving."""
    reach = 12 * sds.max(axis=1)
    low, high = means.min(axis=1) - reach, means.max(axis=1) + reach
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        with np.errstate(divide="ignore"):
            below = special.ndtr((middle[:, None] - means) / sds) @ mass < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
