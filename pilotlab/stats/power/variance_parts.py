"""Variance parts: how much of a metric's spread stays with teams, and how weeks hang together, from teams' own baseline.

A team-week value is y_it = season_t + level_i + u_it, with u an AR(1) of variance s^2 (1 - icc) within a team. In a short panel the
usual figures are wrong: taking out a team's mean makes its weeks look less alike than they are, and a team's mean holds noise.
Both are undone by their exact expectations: residuals are M u, so their expected squares and products are traces of
M Gamma(phi) M, and phi is the value that gives the ratio that was seen.

References
----------
Nickell (1981) for the bias; Solon (1984), "Estimating Autocorrelations in Fixed-Effects Models"; Searle, Casella &
McCulloch (1992), section 3.6, for the analysis of variance; Kish (1965) for the design effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from pilotlab.stats.arrays import BoolArray, FloatArray, pinv_symmetric

HIGHEST = 0.98  # autocorrelation that a short panel can tell from a level


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceParts:
    """What planning needs to know of a metric.

    Attributes
    ----------
    sd : float
        Of one team-week value around its week's mean, in the metric's unit.
    icc : float
        Share of its variance that stays with the team.
    autocorrelation : float
        From week to week, of the rest; between -0.98 and 0.98.
    naive_autocorrelation : float
        The same without correction, for comparison.
    n_teams, n_weeks : int
        Teams with two values or more, and weeks.
    """

    sd: float
    icc: float
    autocorrelation: float
    naive_autocorrelation: float
    n_teams: int
    n_weeks: int

    def design_effect(self, weeks: int) -> float:
        """How many times larger the variance of a team's mean over `weeks` is than that of as many independent weeks.

        Of the part that moves from week to week; the team's level drops out of changes.
        """
        if weeks < 1:
            raise ValueError(f"weeks {weeks!r} must be 1 or more")
        lag = np.arange(1, weeks)
        return float(1 + 2 * np.sum((1 - lag / weeks) * np.float64(self.autocorrelation) ** lag))

    def effective_weeks(self, weeks: int) -> float:
        """How many independent weeks `weeks` of this metric are worth."""
        return weeks / self.design_effect(weeks)


def variance_parts(y: ArrayLike) -> VarianceParts:
    """Estimate spread, team share and autocorrelation from a baseline.

    Parameters
    ----------
    y : array_like, shape (n, T)
        Teams by consecutive weeks before the start; nan where there is no value.

    Raises
    ------
    ValueError
        For fewer than three teams or three weeks with values, or where weeks do not differ at all within teams.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = variance_parts(rng.normal(size=(40, 1)) + rng.normal(size=(40, 8)))
    >>> abs(found.icc - 0.5) < 0.15, abs(found.autocorrelation) < 0.2
    (True, True)
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 2 or np.isinf(values).any():
        raise ValueError(f"y must be teams x weeks without infinite values; it has shape {values.shape}")
    seen = np.isfinite(values)
    kept = seen.sum(axis=1) >= 2
    values, seen = values[kept], seen[kept]
    weeks = seen.any(axis=0)
    if kept.sum() < 3 or weeks.sum() < 3 or not (seen[:, 1:] & seen[:, :-1]).any():
        raise ValueError(
            "three teams, each with values in two weeks or more, and three weeks are needed, some in a row"
        )
    effects, residual = _two_way(values, seen)
    squares, products = _moments(residual, seen)
    if squares <= 1e-24 * float((values[seen] ** 2).sum()):
        raise ValueError("values do not differ from week to week within teams: nothing can be measured")
    patterns = list(_patterns(seen))
    phi = _solve(products / squares, patterns)
    shrink = (len(values) - 1) / len(values)  # week means take one team's worth of noise with them
    within = squares / (shrink * _expected(phi, patterns)[0])
    between = _between(effects, within, phi, patterns)
    total = within + between
    return VarianceParts(
        sd=float(np.sqrt(total)),
        icc=float(between / total),
        autocorrelation=phi,
        naive_autocorrelation=float(
            products / squares * seen.sum() / max((seen[:, 1:] & seen[:, :-1]).sum(), 1)
        ),
        n_teams=len(values),
        n_weeks=int(weeks.sum()),
    )


def people_icc(values: ArrayLike, team: ArrayLike) -> float:
    """Share of people's variance that lies between teams, by the analysis of variance; not below 0.

    Parameters
    ----------
    values : array_like, shape (n,)
        One number a person.
    team : array_like, shape (n,)

    Raises
    ------
    ValueError
        Where values are missing, there is one team, or no team holds two people.

    Notes
    -----
    (MSB - MSW) / (MSB + (m - 1) MSW) with m = (n - sum n_i^2 / n) / (k - 1) people a team.
    """
    x = np.asarray(values, dtype=float)
    codes = np.unique(np.asarray(team), return_inverse=True)[1]
    if x.ndim != 1 or codes.shape != x.shape or not np.isfinite(x).all():
        raise ValueError("values must be complete, one a person, with a team each")
    size = np.bincount(codes).astype(float)
    k, n = len(size), len(x)
    if k < 2 or n <= k:
        raise ValueError("two teams are needed, and one with two people or more")
    mean = np.bincount(codes, weights=x) / size
    within = float(((x - mean[codes]) ** 2).sum()) / (n - k)
    between = float((size * (mean - x.mean()) ** 2).sum()) / (k - 1)
    m = (n - (size**2).sum() / n) / (k - 1)
    bottom = between + (m - 1) * within
    return max(0.0, (between - within) / bottom) if bottom > 0 else 0.0


def _two_way(values: FloatArray, seen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Team effects and residuals of y on team and week effects; the weeks' normal equations with teams taken out."""
    known, share = seen.astype(float), seen / seen.sum(axis=1, keepdims=True)
    filled = np.where(seen, values, 0.0)
    mean = filled.sum(axis=1) / seen.sum(axis=1)
    left = np.diag(known.sum(axis=0)) - share.T @ known
    season = pinv_symmetric(left) @ (filled - known * mean[:, None]).sum(axis=0)
    level = mean - share @ season
    return np.asarray(level), np.where(seen, values - level[:, None] - season, 0.0)


def _moments(residual: FloatArray, seen: BoolArray) -> tuple[float, float]:
    """Sum of squares, and of products of neighbouring weeks."""
    pairs = seen[:, 1:] & seen[:, :-1]
    return float((residual**2).sum()), float((residual[:, 1:] * residual[:, :-1] * pairs).sum())


def _patterns(seen: BoolArray) -> Iterator[tuple[FloatArray, FloatArray, FloatArray, int]]:
    """Of each pattern of weeks seen: M (taking out the mean), which neighbours count, lags, and teams."""
    for pattern, count in zip(*np.unique(seen, axis=0, return_counts=True), strict=True):
        at = np.flatnonzero(pattern)
        lag = np.abs(np.subtract.outer(at, at)).astype(float)
        centre = np.eye(len(at)) - 1 / len(at)
        yield centre, (np.subtract.outer(at, at) == 1).astype(float), lag, int(count)


def _expected(
    phi: float, patterns: list[tuple[FloatArray, FloatArray, FloatArray, int]]
) -> tuple[float, float]:
    """Expected squares and neighbouring products of residuals, for a variance of 1."""
    squares = products = 0.0
    for centre, neighbours, lag, count in patterns:
        spread = centre @ np.float64(phi) ** lag @ centre
        squares += count * float(np.trace(spread))
        products += count * float((neighbours * spread).sum())
    return squares, products


def _solve(ratio: float, patterns: list[tuple[FloatArray, FloatArray, FloatArray, int]]) -> float:
    def miss(phi: float) -> float:
        squares, products = _expected(phi, patterns)
        return products / squares - ratio

    if miss(-HIGHEST) >= 0:
        return -HIGHEST
    if miss(HIGHEST) <= 0:
        return HIGHEST
    return float(optimize.brentq(miss, -HIGHEST, HIGHEST, xtol=1e-10))


def _between(
    effects: FloatArray,
    within: float,
    phi: float,
    patterns: list[tuple[FloatArray, FloatArray, FloatArray, int]],
) -> float:
    """Variance of levels: that of team means less what weeks add to it."""
    noise = sum(count * float((np.float64(phi) ** lag).mean()) for _, _, lag, count in patterns) / len(
        effects
    )
    return max(0.0, float(np.var(effects, ddof=1)) - within * noise)
