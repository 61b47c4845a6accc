"""Power in closed form: what a comparison of arms would find, from spread, correlation over weeks and numbers.

Everything goes through one number, the variance of the estimate; its t has the degrees of freedom the analysis will have.
Effects and standard errors are in the outcome's unit.

References
----------
Frison & Pocock (1992), "Repeated Measures in Clinical Trials"; McKenzie (2012), "Beyond Baseline and Follow-up";
Burlig, Preonas & Woerman (2020), "Panel Data and Experimental Design"; Donner & Klar (2000) for clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, special, stats

from pilotlab.stats.arrays import FloatArray

Method = Literal["change", "ancova", "post"]
METHODS: tuple[Method, ...] = ("change", "ancova", "post")
UNEVEN = 1.5  # times the smaller arm: beyond it the analysis is led by CR2


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What a design can see.

    Attributes
    ----------
    se : float
        Standard error of the estimate.
    df : float
        Of its t distribution.
    mde : float
        Smallest true effect that would be found with chance `power`.
    """

    se: float
    df: float
    alpha: float
    power: float
    sides: int
    mde: float

    def at(self, effect: float) -> float:
        """Chance of finding a true effect of this size."""
        return t_power(effect, self.se, self.df, alpha=self.alpha, sides=self.sides)


def t_power(effect: float, se: float, df: float, *, alpha: float = 0.05, sides: int = 2) -> float:
    """Chance that a t test at `alpha` rejects, the true effect being `effect`; both tails count where sides is 2.

    Raises
    ------
    ValueError
        For a standard error or degrees of freedom that are not positive, an alpha outside (0, 1), or other sides.
    """
    _check(se=se, df=df, alpha=alpha, sides=sides)
    shift, cut = abs(effect) / se, float(stats.t.isf(alpha / sides, df))
    if np.isinf(df):
        found = stats.norm.sf(cut - shift) + (stats.norm.cdf(-cut - shift) if sides == 2 else 0.0)
        return float(found)
    upper = 1 - float(special.nctdtr(df, shift, cut))
    lower = float(special.nctdtr(df, shift, -cut)) if sides == 2 else 0.0
    return min(1.0, upper + (lower if np.isfinite(lower) else 0.0))


def detectable(se: float, df: float, *, alpha: float = 0.05, power: float = 0.8, sides: int = 2) -> float:
    """Smallest true effect that is found with chance `power`.

    Raises
    ------
    ValueError
        As `t_power`, and for a power that is not between alpha and 1.
    """
    _check(se=se, df=df, alpha=alpha, sides=sides)
    if not alpha < power < 1:
        raise ValueError(f"power {power!r} must lie between alpha ({alpha:g}) and 1")
    reach = float(stats.t.isf(alpha / sides, df) + stats.t.isf(1 - power, df))
    high = se * max(reach, 1.0)
    while t_power(high, se, df, alpha=alpha, sides=sides) < power:
        high *= 1.5
    root = optimize.brentq(
        lambda effect: t_power(effect, se, df, alpha=alpha, sides=sides) - power, 0.0, high, xtol=1e-12 * se
    )
    return float(root)


def arms_variance(variance: float, treated: int, comparison: int) -> float:
    """Variance of a difference of two arms' means, from the variance of one unit's number."""
    if min(treated, comparison) < 1:
        raise ValueError(f"{treated} treated and {comparison} comparison units: each arm needs one")
    return variance * (1 / treated + 1 / comparison)


def arms_df(treated: int, comparison: int) -> float:
    """Degrees of freedom of the analysis: n - 2, or Satterthwaite's of CR2 where one arm is over 1.5 times the other.

    Examples
    --------
    >>> arms_df(12, 12), round(arms_df(4, 20), 2)
    (22.0, 4.29)
    """
    if max(treated, comparison) <= UNEVEN * min(treated, comparison):
        return float(treated + comparison - 2)
    n = np.array([treated, comparison], dtype=float)
    return float((1 / n).sum() ** 2 / (1 / (n**2 * (n - 1))).sum())


def clustered_variance(sd: float, icc: float, size: float) -> float:
    """Variance of the mean of a cluster of `size` persons: sd^2 (icc + (1 - icc) / size)."""
    if not 0 <= icc <= 1 or not size > 0:
        raise ValueError(f"icc {icc!r} must lie between 0 and 1, and size {size!r} above 0")
    return sd**2 * (icc + (1 - icc) / size)


def week_covariance(
    weeks: int, *, sd: float = 1.0, icc: float = 0.0, autocorrelation: float = 0.0
) -> FloatArray:
    """Covariance of a team's weekly values (weeks, weeks): sd^2 (icc + (1 - icc) autocorrelation^lag).

    Parameters
    ----------
    sd : float
        Of one team-week value.
    icc : float
        Share of its variance that stays with the team.
    autocorrelation : float
        From week to week, of the rest.

    Raises
    ------
    ValueError
        For numbers that no covariance can have.
    """
    if not (sd > 0 and 0 <= icc <= 1 and -1 < autocorrelation < 1 and weeks >= 1):
        raise ValueError(
            f"sd {sd!r} must be above 0, icc {icc!r} between 0 and 1, autocorrelation {autocorrelation!r} between -1 and 1"
        )
    lag = np.abs(np.subtract.outer(np.arange(weeks), np.arange(weeks)))
    return np.asarray(sd**2 * (icc + (1 - icc) * np.float64(autocorrelation) ** lag))


def unit_variance(covariance: FloatArray, before: int, after: int, method: Method = "change") -> float:
    """Variance of what one unit adds: the change, the mean after given the mean before, or the mean after alone.

    Parameters
    ----------
    covariance : ndarray, shape (T, T)
        The first `before` weeks are the baseline, the last `after` count; those between are left out.

    Notes
    -----
    ANCOVA's is Var(after) - Cov(after, before)^2 / Var(before). Under equal correlation p of all weeks these are
    Frison & Pocock's: with k before and r after, (1 + (r-1)p)/r less k p^2 / (1 + (k-1)p) for ANCOVA.
    """
    weeks = len(covariance)
    if covariance.shape != (weeks, weeks) or before < 0 or after < 1 or before + after > weeks:
        raise ValueError(
            f"{before} weeks before and {after} after do not fit a covariance of {covariance.shape}"
        )
    if method not in METHODS:
        raise ValueError(f"method {method!r} is not known; one of: {', '.join(METHODS)}")
    late = float(covariance[-after:, -after:].mean())
    if method == "post":
        return late
    if before < 1:
        raise ValueError(f"method {method!r} needs a week before")
    early, cross = float(covariance[:before, :before].mean()), float(covariance[:before, -after:].mean())
    return late + early - 2 * cross if method == "change" else late - cross**2 / early


def serial_variance(
    before: int, after: int, *, variance: float, within_before: float, within_after: float, across: float
) -> float:
    """Variance of one unit's change from average covariances of its weekly errors (Burlig, Preonas & Woerman, eq. 2).

    Parameters
    ----------
    variance : float
        Of one week's error.
    within_before, within_after, across : float
        Average covariance of two weeks before, two after, one of each.
    """
    if min(before, after) < 1:
        raise ValueError(f"{before} weeks before and {after} after: each side needs one")
    spread = (before + after) / (before * after) * variance
    return spread + (before - 1) / before * within_before + (after - 1) / after * within_after - 2 * across


def pilot_power(
    *,
    teams: int,
    baseline_weeks: int,
    pilot_weeks: int,
    sd: float,
    icc: float = 0.0,
    autocorrelation: float = 0.0,
    washin: int = 0,
    share: float = 0.5,
    method: Method = "change",
    alpha: float = 0.05,
    power: float = 0.8,
    sides: int = 2,
) -> Power:
    """Say what a pilot with one start can see.

    Parameters
    ----------
    teams : int
        In both arms together.
    sd, icc, autocorrelation : float
        Of one team-week value: spread, share of its variance that stays with the team, week to week of the rest.
    washin : int
        First pilot weeks that do not count.
    share : float
        Of the teams that are treated.

    Raises
    ------
    ValueError
        Where fewer than two teams are in an arm, no week counts, or a number is out of range.

    Examples
    --------
    >>> round(pilot_power(teams=24, baseline_weeks=8, pilot_weeks=12, sd=1.0, icc=0.1, autocorrelation=0.3).mde, 3)
    0.668
    """
    treated = round(teams * share)
    if min(treated, teams - treated) < 2:
        raise ValueError(
            f"{teams} teams at a share of {share:g}: each arm needs two or its spread is unknown"
        )
    if pilot_weeks - washin < 1:
        raise ValueError(f"{pilot_weeks} pilot weeks with a wash-in of {washin}: no week is left to count")
    covariance = week_covariance(
        baseline_weeks + pilot_weeks, sd=sd, icc=icc, autocorrelation=autocorrelation
    )
    unit = unit_variance(covariance, baseline_weeks, pilot_weeks - washin, method)
    se = float(np.sqrt(arms_variance(unit, treated, teams - treated)))
    df = arms_df(treated, teams - treated) - (method == "ancova")
    mde = detectable(se, df, alpha=alpha, power=power, sides=sides)
    return Power(se=se, df=df, alpha=alpha, power=power, sides=sides, mde=mde)


def proportions_size(first: float, second: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Persons an arm needs for two shares to be told apart, two-sided, by the normal test with pooled variance.

    Raises
    ------
    ValueError
        For shares that are equal or not between 0 and 1.
    """
    if not (0 < first < 1 and 0 < second < 1) or first == second:
        raise ValueError(f"shares {first!r} and {second!r} must differ and lie between 0 and 1")
    mean = (first + second) / 2
    null = stats.norm.isf(alpha / 2) * np.sqrt(2 * mean * (1 - mean))
    other = stats.norm.isf(1 - power) * np.sqrt(first * (1 - first) + second * (1 - second))
    return float((null + other) ** 2 / (first - second) ** 2)


def _check(*, se: float, df: float, alpha: float, sides: int) -> None:
    if not (se > 0 and np.isfinite(se)) or not df > 0:
        raise ValueError(f"se {se!r} and df {df!r} must be above 0")
    if not 0 < alpha < 1 or sides not in (1, 2):
        raise ValueError(f"alpha {alpha!r} must lie between 0 and 1, and sides {sides!r} be 1 or 2")
