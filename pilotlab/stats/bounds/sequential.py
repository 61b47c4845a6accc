"""Looking more than once: boundaries for planned looks, and bounds that hold at every look.

Group-sequential boundaries spend alpha over planned looks as information accrues (Lan & DeMets); estimates at the looks
have the law of a Brownian motion at information 1 / se^2. Anytime-valid bounds need no plan: they mix over all effects that
could be true (Robbins), so that looking every week costs width and never level.

References
----------
Lan & DeMets (1983); O'Brien & Fleming (1979); Pocock (1977); Armitage, McPherson & Rowe (1969) for the recursion;
Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), "Time-uniform central limit theory and asymptotic confidence
sequences", equations (7), (9) and appendix B.2; Robbins (1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from pilotlab.stats.arrays import FloatArray

Spending = Literal["obrien_fleming", "pocock"]
Side = Literal["lower", "upper", "both"]
SPENDINGS: tuple[Spending, ...] = ("obrien_fleming", "pocock")
SIDES: tuple[Side, ...] = ("lower", "upper", "both")
STEP = 0.1  # of the grid on which the recursion integrates, in standard deviations between looks
FAR = 12.0  # no boundary is looked for beyond: the chance of a normal there is 2e-33
REACH = 8.0  # standard deviations within which the walk is followed


@dataclass(frozen=True, slots=True, eq=False)
class Boundaries:
    """Critical values at planned looks.

    Attributes
    ----------
    fractions : ndarray, shape (looks,)
        Of the final information.
    spent : ndarray, shape (looks,)
        Alpha used up to each look.
    z : ndarray, shape (looks,)
        Reject where the z statistic (its absolute value, two-sided) is at least this.
    nominal : ndarray, shape (looks,)
        The p below which to reject at each look, one- or two-sided as asked: with few teams compare t's p with it.
    """

    fractions: FloatArray
    spent: FloatArray
    z: FloatArray
    nominal: FloatArray


def spent_alpha(
    fractions: ArrayLike, alpha: float = 0.05, spending: Spending = "obrien_fleming"
) -> FloatArray:
    """Alpha that may have been used when a fraction of the information is in.

    O'Brien-Fleming-like: 2 - 2 Phi(z_{alpha/2} / sqrt(t)). Pocock-like: alpha log(1 + (e - 1) t).

    Raises
    ------
    ValueError
        For fractions outside (0, 1], an alpha outside (0, 1), or another spending.
    """
    t = np.atleast_1d(np.asarray(fractions, dtype=float))
    if not ((t > 0) & (t <= 1 + 1e-12)).all():
        raise ValueError("fractions of information must lie above 0 and not above 1")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
    if spending == "obrien_fleming":
        return np.asarray(2 * stats.norm.sf(stats.norm.isf(alpha / 2) / np.sqrt(t)))
    if spending == "pocock":
        return np.asarray(alpha * np.log1p((np.e - 1) * t))
    raise ValueError(f"spending {spending!r} is not known; one of: {', '.join(SPENDINGS)}")


def boundaries(
    fractions: ArrayLike, alpha: float = 0.05, *, spending: Spending = "obrien_fleming", sides: int = 1
) -> Boundaries:
    """Critical values at looks that see these fractions of the final information.

    Parameters
    ----------
    fractions : array_like, shape (looks,)
        Increasing, above 0, the last at most 1.
    alpha : float
        Over all looks together.
    sides : {1, 2}
        Two-sided boundaries are symmetric and spend half on a side.

    Raises
    ------
    ValueError
        Where fractions do not increase, or as `spent_alpha`.

    Examples
    --------
    >>> boundaries([0.2, 0.4, 0.6, 0.8, 1.0], 0.025).z.round(3).tolist()
    [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    t = np.asarray(fractions, dtype=float)
    if t.ndim != 1 or not t.size or (np.diff(t) <= 0).any():
        raise ValueError("fractions must be one row, each above the one before")
    if sides not in (1, 2):
        raise ValueError(f"sides {sides!r} must be 1 or 2")
    spent = spent_alpha(t, alpha / sides, spending) * sides
    z = _recursion(t, np.diff(spent, prepend=0.0), sides)
    return Boundaries(t, spent, z, sides * stats.norm.sf(z))


def crossing(fractions: ArrayLike, z: ArrayLike, *, sides: int = 1, drift: float = 0.0) -> FloatArray:
    """Chance of first reaching the boundary at each look, the final z having mean `drift`; shape (looks,).

    With a drift of 0 the sum is the level; otherwise it is the power.
    """
    t, cut = np.asarray(fractions, dtype=float), np.asarray(z, dtype=float)
    if t.shape != cut.shape or t.ndim != 1 or not t.size or (np.diff(t) <= 0).any() or t[0] <= 0:
        raise ValueError("fractions and z must be two rows of one length, fractions increasing")
    walk, found = _Walk(sides, drift), []
    for time, height in zip(t, cut, strict=True):
        walk.to(float(time))
        found.append(walk.beyond(float(height)))
        walk.stop(float(height))
    return np.array(found)


def anytime_reach(
    se: ArrayLike, *, alpha: float = 0.05, tuned_se: float, side: Side = "both", df: float = np.inf
) -> FloatArray:
    """Half-widths that hold at every look at once, from the estimate's standard error at each.

    Parameters
    ----------
    se : array_like
        Standard errors at the looks.
    tuned_se : float
        The standard error at which the bound should be tightest, fixed beforehand: that of the planned end.
    side : {"both", "lower", "upper"}
        "lower" and "upper" bound on one side, at less width.
    df : float
        Degrees of freedom; the half-width's nominal p is then read off t in place of the normal. Infinite: none.

    Raises
    ------
    ValueError
        For standard errors that are not positive, or another side.

    Notes
    -----
    One-sided, the mixture is over effects of one sign. With information I = 1 / se^2 and a normal mixture of precision e, |estimate - effect| stays below
    sqrt((I + e) / I^2 * log((I + e) / (e alpha^2))); one-sided, 2 log(1 + sqrt((I + e) / e) / (2 alpha)) takes
    the logarithm's place.
    """
    spread = np.asarray(se, dtype=float)
    if not ((spread > 0) & np.isfinite(spread)).all() or not tuned_se > 0 or not df > 0:
        raise ValueError("standard errors and df must be above 0")
    if side not in SIDES:
        raise ValueError(f"side {side!r} is not known; one of: {', '.join(SIDES)}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
    precision = _tuned(alpha, side) / tuned_se**2
    z = _mixture(1 / spread**2, precision, alpha, side)
    if np.isinf(df):
        return np.asarray(z * spread)
    return np.asarray(stats.t.isf(stats.norm.sf(z), df) * spread)


def confidence_sequence(
    x: ArrayLike, *, alpha: float = 0.05, tuned_at: int, side: Side = "both"
) -> tuple[FloatArray, FloatArray]:
    """Bounds of a mean after each of a stream of values, all of which hold at once.

    Parameters
    ----------
    x : array_like, shape (n,)
        Independent values as they come in, for example weekly differences between arms.
    tuned_at : int
        Number of values at which it should be tightest.

    Returns
    -------
    lower, upper : ndarray, shape (n,)
        Infinite before the second value, and on the side that is not asked for.

    Notes
    -----
    Asymptotic in n: mean -+ sd sqrt(2 (n r^2 + 1) / (n^2 r^2) log(sqrt(n r^2 + 1) / alpha)); one-sided the logarithm is of
    1 + sqrt(n r^2 + 1) / (2 alpha). The standard deviation is the running one.
    """
    values = np.asarray(x, dtype=float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError("x must be one row of finite values")
    if tuned_at < 2 or not 0 < alpha < 1 or side not in SIDES:
        raise ValueError(
            "tuned_at must be 2 or more, alpha between 0 and 1, side one of: " + ", ".join(SIDES)
        )
    n = np.arange(1, len(values) + 1, dtype=float)
    mean = np.cumsum(values) / n
    first = values - values[0]
    square = np.cumsum(first**2) / n - (np.cumsum(first) / n) ** 2
    sd = np.sqrt(np.maximum(square * n / np.maximum(n - 1, 1), 0.0))
    precision = _tuned(alpha, side) * tuned_at  # r^-2 of the formula
    reach = np.where(n > 1, sd / np.sqrt(n) * _mixture(n, precision, alpha, side), np.inf)
    lower = mean - reach if side != "upper" else np.full(len(n), -np.inf)
    upper = mean + reach if side != "lower" else np.full(len(n), np.inf)
    return lower, upper


def _mixture(information: FloatArray, precision: float, alpha: float, side: Side) -> FloatArray:
    """Boundary on the z scale."""
    grown = (information + precision) / information
    root = np.sqrt((information + precision) / precision)
    log = np.log(root / alpha) if side == "both" else np.log1p(root / (2 * alpha))
    return np.asarray(np.sqrt(2 * grown * log))


def _tuned(alpha: float, side: Side) -> float:
    """Precision, over information, at which the boundary is lowest."""
    found = optimize.minimize_scalar(
        lambda log: float(_mixture(np.array(1.0), float(np.exp(log)), alpha, side)),
        bounds=(-15.0, 5.0),
        method="bounded",
    )
    return float(np.exp(found.x))


def _recursion(t: FloatArray, increments: FloatArray, sides: int) -> FloatArray:
    walk, z = _Walk(sides, 0.0), []
    for time, increment in zip(t, increments, strict=True):
        walk.to(float(time))
        z.append(_height(walk, float(increment)))
        walk.stop(z[-1])
    return np.array(z)


def _height(walk: _Walk, increment: float) -> float:
    """Boundary that spends an increment; infinite where it is too small to be spent."""
    if increment <= walk.beyond(FAR):
        return float(np.inf)
    return float(optimize.brentq(lambda z: walk.beyond(z) - increment, -FAR, FAR, xtol=1e-10))


class _Walk:
    """Brownian motion that stops at boundaries: the density of those that go on, as a sum of normals around a grid."""

    def __init__(self, sides: int, drift: float) -> None:
        self.sides, self.drift, self.time = sides, drift, 0.0
        self.points, self.mass, self.step = np.zeros(1), np.ones(1), 0.0

    def to(self, time: float) -> None:
        """Let those that go on run to a time."""
        self.step, self.time = float(np.sqrt(time - self.time)), time

    def beyond(self, z: float) -> float:
        """Chance of being at or beyond a boundary on the z scale."""
        height, mean = z * np.sqrt(self.time), self._mean()
        chance = self.mass @ stats.norm.sf((height - mean) / self.step)
        if self.sides == 2:
            chance += self.mass @ stats.norm.cdf((-height - mean) / self.step)
        return float(chance)

    def stop(self, z: float) -> None:
        """Keep those within the boundary (an infinite one stops nobody), by Simpson's rule on a grid."""
        spread, centre = np.sqrt(self.time), self.drift * self.time
        high = min(z * spread, centre + REACH * spread)
        low = max(-z * spread if self.sides == 2 else -np.inf, centre - REACH * spread)
        mean = self._mean()
        cells = 2 * max(20, int(np.ceil((high - low) / (2 * STEP * self.step))))
        grid = np.linspace(low, high, cells + 1)
        weights = np.full(cells + 1, 2.0)
        weights[1::2], weights[0], weights[-1] = 4.0, 1.0, 1.0
        density = stats.norm.pdf((grid[:, None] - mean) / self.step) @ self.mass / self.step
        self.points, self.mass = grid, weights * (high - low) / (3 * cells) * density

    def _mean(self) -> FloatArray:
        return np.asarray(self.points + self.drift * self.step**2)
