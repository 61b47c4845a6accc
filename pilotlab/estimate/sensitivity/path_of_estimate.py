"""What an estimate's own path by event time says of parallel trends."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy import special

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.event_path import EventPath
from pilotlab.estimate.results.honest import Kind, Sensitivity
from pilotlab.estimate.results.parallel_trends import Drift, Pretrend
from pilotlab.estimate.sensitivity.honest_did import bound, singular, unusable, values_of_m
from pilotlab.note import Note
from pilotlab.spec import engine
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.sensitivity.pretrend import Criterion, Pretest, joint_test
from pilotlab.wording.numbers import significant

POWERS = (0.5, 0.8)
CRITERIA: tuple[Criterion, ...] = ("joint", "single")


def honest(
    estimate: Estimate,
    kind: Kind = "relative_magnitude",
    *,
    grid: Iterable[float] | float | None = None,
    event_time: int | None = None,
) -> Sensitivity | NotEstimable:
    """Bound an estimate's headline, or its effect at one event time, while trends may part."""
    asked = values_of_m(grid, kind)
    path = _usable_path(estimate, "sensitivity to parallel trends")
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
    if (why := unusable(cov, pre, weights[pre:], kind)) is not None:
        return NotEstimable(f"sensitivity to parallel trends: {why}", "more clusters, or a shorter baseline")
    stretch, notes = _few_clusters(estimate, path)
    return bound(
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


def pretrend(estimate: Estimate, *, criterion: Criterion = "joint") -> Pretrend | NotEstimable:
    """Test the coefficients before start jointly, and say which drift the test would have found.

    Parameters
    ----------
    estimate : Estimate
        With a path by event time (`event_study`).
    criterion : {"joint", "single"}
        What passing means for power and bias.

    Raises
    ------
    UsageError
        For another criterion.

    References
    ----------
    Roth (2022), "Pretest with Caution".
    """
    if criterion not in CRITERIA:
        raise unknown("criterion", criterion, CRITERIA)
    path = _usable_path(estimate, "the test before start")
    if isinstance(path, NotEstimable):
        return path
    beta, cov, weights = path.arrays()
    pre, df = path.n_pre, path.df
    if singular(cov[:pre, :pre]) or df <= pre:
        return NotEstimable(
            f"{pre} coefficients before start and {significant(df)} degrees of freedom: too little to test them jointly",
            "a shorter baseline, or more clusters",
        )
    test = joint_test(beta[:pre], cov[:pre, :pre], df)
    rule = Pretest(sigma=cov, n_pre=pre, df=df, alpha=estimate.alpha, criterion=criterion)
    offset = path.drifts
    return Pretrend(
        statistic=test.statistic,
        df_num=test.df_num,
        df_den=test.df_den,
        p_value=test.p_value,
        alpha=estimate.alpha,
        criterion=criterion,
        drifts=_drifts(rule, offset, weights),
        path=path,
        unit=estimate.unit,
        notes=(note("covariance_of_cr2"),) if estimate.inference == "randomization" else (),
    )


def _drifts(rule: Pretest, offset: np.ndarray, weights: np.ndarray) -> tuple[Drift, ...]:
    """Powers that the rule can have: one that rejects too often by itself has none of them."""
    size = rule.power(0 * offset)
    found = []
    for power in POWERS:
        if power <= size:
            continue
        slope = rule.slope_found(power, offset)
        passed = rule.mean_if_passed(slope * offset)
        found.append(Drift(power, slope, float(weights @ offset) * slope, float(weights @ passed)))
    return tuple(found)


def _usable_path(estimate: Estimate, what: str) -> EventPath | NotEstimable:
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
