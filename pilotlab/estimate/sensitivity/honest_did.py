"""HonestDiD: sensitivity of an event study to departures from parallel trends, from numbers alone or from an estimate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pilotlab.errors import UsageError
from pilotlab.estimate.notes.table import note
from pilotlab.estimate.results.estimate import NotEstimable
from pilotlab.estimate.results.sensitivity import Kind, Robust, Sensitivity
from pilotlab.estimate.sensitivity import honest_arguments as arguments
from pilotlab.note import Note
from pilotlab.spec import engine
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.sensitivity.breakdown import breakdown
from pilotlab.stats.sensitivity.honest_rm import relative_magnitude
from pilotlab.stats.sensitivity.honest_smooth import smoothness

if TYPE_CHECKING:
    from pilotlab.estimate.results.estimate import Estimate
    from pilotlab.estimate.results.event_path import EventPath

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
    beta = arguments.coefficients(betahat)
    pre, cov = arguments.periods_before(n_pre, len(beta)), arguments.covariance(sigma, len(beta))
    weights = arguments.post_weights(l_vec, len(beta) - pre)
    arguments.check_alpha(alpha)
    asked = arguments.values_of_m(grid, kind)
    if (why := _unusable(cov, pre, weights, kind)) is not None:
        raise UsageError(
            f"sigma: {why}", fix="a covariance of more clusters than coefficients, without noise-free periods"
        )
    return _bound(
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


def of_estimate(
    estimate: Estimate,
    kind: Kind = "relative_magnitude",
    *,
    grid: Iterable[float] | float | None = None,
    event_time: int | None = None,
) -> Sensitivity | NotEstimable:
    """Bound an estimate's headline, or its effect at one event time, while trends may part."""
    asked = arguments.values_of_m(grid, kind)
    path = usable_path(estimate, "sensitivity to parallel trends")
    if isinstance(path, NotEstimable):
        return path
    if not path.one_base:
        return NotEstimable(
            f"sensitivity to parallel trends: `{estimate.estimator}` measures effects from all times before start, and times before it from the last one; "
            "a violation is then not the same on both sides",
            "estimator 'event_study', 'group_time' or 'sun_abraham' with aggregate='event_time'",
        )
    beta, cov, weights = path.arrays()
    pre = path.n_pre
    if event_time is not None:
        weights = _at(path, event_time)
    if (why := _unusable(cov, pre, weights[pre:], kind)) is not None:
        return NotEstimable(f"sensitivity to parallel trends: {why}", "more clusters, or a shorter baseline")
    stretch, notes = _few_clusters(estimate, path)
    return _bound(
        beta,
        stretch**2 * cov,
        pre,
        weights[pre:],
        kind=kind,
        grid=asked,
        alpha=estimate.alpha,
        unit=estimate.unit,
        target=f"headline of {estimate.estimator}"
        if event_time is None
        else f"effect at event time {event_time}",
        notes=(*notes, *_covariance_note(estimate)),
    )


def usable_path(estimate: Estimate, what: str) -> EventPath | NotEstimable:
    """Take the path of an estimate, or say why there is none to work with."""
    path = estimate.path
    if path is None:
        return NotEstimable(
            f"{what} is read from the path by event time, which this `{estimate.estimator}` does not have",
            _where_one_is(estimate),
        )
    if path.n_pre == 0:
        return NotEstimable(
            f"{what}: there is no coefficient before the reference period", "two or more periods before start"
        )
    if not path.consecutive:
        return NotEstimable(
            f"{what}: event times are not consecutive, so their steps are not alike",
            "periods without gaps; leave `exclude` out",
        )
    return path


def _where_one_is(estimate: Estimate) -> str:
    """Say how to get a path: the same estimator by event time, where it gives one."""
    entry = engine.row(estimate.estimator)
    if "event_time" in entry.aggregates and estimate.key != "event_time":
        return "aggregate='event_time'"
    return "estimator='event_study', with one reference period that all cohorts share"


def _bound(
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


def _unusable(cov: FloatArray, n_pre: int, weights: FloatArray, kind: Kind) -> str | None:
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


def _few_clusters(estimate: Estimate, path: EventPath) -> tuple[float, tuple[Note, ...]]:
    """Stretch standard errors so that, with parallel trends, the interval is Student's: few clusters know no normal."""
    if math.isinf(path.df):
        return 1.0, ()
    tail = estimate.alpha / 2
    stretch = float(special.stdtrit(path.df, 1 - tail) / -special.ndtri(tail))
    how = {"clusters": estimate.n_clusters, "stretch": stretch, "df": float(path.df)}
    return stretch, (note("stretched_to_t", **how),)


def _covariance_note(estimate: Estimate) -> tuple[Note, ...]:
    if estimate.inference != "randomization":
        return ()
    return (note("covariance_of_cr2"),)


def _at(path: EventPath, event_time: int) -> FloatArray:
    after = [each for each in path.event_time if each > path.reference]
    if event_time not in after:
        raise UsageError(
            f"event_time {event_time!r} is not one after the reference",
            fix=f"one of: {', '.join(map(str, after))}",
        )
    return np.array([float(each == event_time) for each in path.event_time])
