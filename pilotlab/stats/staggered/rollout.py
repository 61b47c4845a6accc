"""Rollout: efficient estimation where chance decided who starts when.

Every average of effects is a weighted sum of cohorts' means after the start, theta. Where starts were drawn, the same
comparison made before anybody starts, X, has mean zero, so theta - beta X is unbiased for every beta. Beta = 0 is the
difference in means, beta = 1 the comparison of changes (Callaway & Sant'Anna); the best beta is the regression slope of
theta on X over draws, which cohorts' covariances over time estimate.

References
----------
Roth & Sant'Anna (2023), "Efficient Estimation for Staggered Rollout Designs", Journal of Political Economy:
Microeconomics 1(4). Equations are named as there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray

Aggregate = Literal["overall", "event_time", "cohort", "week"]
ROUNDING = 1e-12  # of the outcome's scale: spread below it is arithmetic


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is estimated, as weights on cohort means: the headline first, then the rows of a table.

    Attributes
    ----------
    labels : ndarray, shape (R,)
        Event time, start or time of each row; one 0 where the headline is the only row.
    effect : ndarray, shape (1 + R, C, T)
        A_theta: the comparison after the start; (1, C, T) where the headline is the only row.
    before : ndarray, shape as `effect`
        A_0: the same comparison at the base times.
    """

    labels: IntArray
    effect: FloatArray
    before: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Rollout:
    """Estimates of a plan.

    Attributes
    ----------
    values, slopes : ndarray, shape (k,)
        theta - beta X, and beta.
    variance : ndarray, shape (k, k)
        Neyman's: never too small on average (section 2.6).
    refined : ndarray, shape (k,)
        Variances less the part of the effects' spread that values before the first start explain; needs cohorts with many
        more units than there are such times.
    few : ndarray, shape (k,)
        Variances for few units: Neyman's, with each unit's part raised by its leverage on the slope (as HC2), and the error
        of the slope times the X that was drawn. Relative to Neyman's it is of order 1/n more.
    df : ndarray, shape (k,)
        Satterthwaite degrees of freedom of Neyman's variance, a sum over cohorts.
    loadings : ndarray, shape (k, C, T)
        Weight of each cohort mean in the estimate.
    """

    values: FloatArray
    slopes: FloatArray
    variance: FloatArray
    refined: FloatArray
    few: FloatArray
    df: FloatArray
    loadings: FloatArray


def plan_of(
    start: IntArray,
    size: FloatArray,
    times: IntArray,
    aggregate: Aggregate = "overall",
    *,
    anticipation: int = 0,
    washin: int = 0,
    base_times: int = 1,
) -> Plan | None:
    """Write averages of effects as weights on cohort means; None where nothing can be compared.

    Parameters
    ----------
    start : ndarray, shape (C,)
        Ascending; the last cohort is the comparison of all others and starts after the last time, or never.
    size : ndarray, shape (C,)
        Units in each cohort.
    times : ndarray, shape (T,)
        Ascending.
    aggregate : {"overall", "event_time", "cohort", "week"}
        Pairs of cohort and time weigh by cohort size (`overall`, `event_time`, `week`) or alike within a cohort (`cohort`). The
        headline is the average of all pairs by size, the plain mean of event times or weeks, or cohorts by size.
    washin : int
        First event times that the headline leaves out (rows of event times show them).
    base_times : int
        Times before the start whose mean X compares; 1 in the paper.
    """
    pairs = [
        (g, int(t))
        for g in range(len(start) - 1)
        for t in np.flatnonzero(times >= start[g])
        if (start > times[t] + anticipation).any()
    ]
    event = {pair: int(times[pair[1]] - start[pair[0]]) for pair in pairs}
    counted = [pair for pair in pairs if event[pair] >= washin]
    if not counted:
        return None
    base = {g: np.flatnonzero(times < start[g] - anticipation)[-base_times:] for g, _ in pairs}
    effect = {(g, t): _pair(start, size, times, g, np.array([t]), t, anticipation) for g, t in pairs}
    before = {(g, t): _pair(start, size, times, g, base[g], t, anticipation) for g, t in pairs}
    shown = pairs if aggregate == "event_time" else counted
    label = {
        "overall": dict.fromkeys(shown, 0),
        "event_time": event,
        "cohort": {pair: int(start[pair[0]]) for pair in shown},
        "week": {pair: int(times[pair[1]]) for pair in shown},
    }[aggregate]
    labels = np.unique([label[pair] for pair in shown])
    rows = [[pair for pair in shown if label[pair] == each] for each in labels]
    sides = [np.stack([_average(row, size, side) for row in rows]) for side in (effect, before)]
    if aggregate != "overall":
        weight = _headline(labels, start, size, aggregate, washin)
        sides = [np.concatenate([np.tensordot(weight, each, 1)[None], each]) for each in sides]
    return Plan(labels, sides[0], sides[1])


def rollout(y: FloatArray, cohort: IntArray, times: IntArray, start: IntArray, plan: Plan) -> Rollout:
    """Estimate a plan with the best slope for each of its averages.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        Complete.
    cohort : ndarray, shape (n,)
        Codes of `start`; two units or more in each.
    times : ndarray, shape (T,)
    start : ndarray, shape (C,)

    Raises
    ------
    ValueError
        Where a value is missing or a cohort holds one unit.

    Notes
    -----
    beta = Cov(X, theta) / Var(X) with Var(X) = sum of A_0g S_g A_0g' / N_g and alike for the covariance (proposition 2.2), S_g the
    covariance over time of cohort g with N_g - 1 in the denominator. Zero where X does not vary.
    """
    size = np.bincount(cohort, minlength=len(start))
    if not np.isfinite(y).all():
        raise ValueError("y must be complete; leave out units with gaps")
    if (size < 2).any():
        raise ValueError("every cohort needs two units, or its spread can't be measured")
    means = np.stack([y[cohort == g].mean(axis=0) for g in range(len(start))])
    spread = np.stack([np.cov(y[cohort == g].T).reshape(y.shape[1], -1) for g in range(len(start))])
    over = spread / size[:, None, None]
    half = np.einsum("kcs,cst->kct", plan.before, over)
    var_x = np.einsum("kct,kct->k", half, plan.before)
    cov = np.einsum("kct,kct->k", half, plan.effect)
    floor = 1e-14 * np.einsum("kcs,cst,kct->k", plan.effect, over, plan.effect)
    slopes = np.divide(cov, var_x, out=np.zeros_like(cov), where=var_x > floor)
    loadings = plan.effect - slopes[:, None, None] * plan.before
    variance, df = _neyman(y - y.mean(axis=0), cohort, loadings, size)
    explained = [_explained(effect, spread, times, start, len(y)) for effect in plan.effect]
    return Rollout(
        values=np.einsum("kct,ct->k", loadings, means),
        slopes=slopes,
        variance=variance,
        refined=np.maximum(np.diag(variance) - explained, 0.0),
        few=_few(y - y.mean(axis=0), cohort, plan, loadings, size),
        df=df,
        loadings=loadings,
    )


def _few(y: FloatArray, cohort: IntArray, plan: Plan, loadings: FloatArray, size: IntArray) -> FloatArray:
    """Variances that count the slope as estimated: a regression of what units add to theta on what they add to X."""
    x = np.einsum("knt,nt->nk", plan.before[:, cohort], y) / size[cohort][:, None]
    drawn = x.sum(axis=0)
    rest = np.einsum("knt,nt->nk", loadings[:, cohort], y) / size[cohort][:, None]
    for g in range(len(size)):
        own = cohort == g
        x[own] -= x[own].mean(axis=0)
        rest[own] -= rest[own].mean(axis=0)
    scale = np.sqrt(size / (size - 1))[cohort][:, None]
    x, rest = scale * x, scale * rest
    total = (x**2).sum(axis=0)
    share = np.divide(x, total, out=np.zeros_like(x), where=total > 0)
    raised = rest**2 / np.maximum(1 - share * x, 0.1)
    return np.asarray(((1 - drawn * share) ** 2 * raised).sum(axis=0))


def _neyman(
    y: FloatArray, cohort: IntArray, loadings: FloatArray, size: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Sum over cohorts of the covariance of what their units add, with Satterthwaite degrees of freedom."""
    parts = np.einsum("knt,nt->nk", loadings[:, cohort], y)
    by_cohort = np.empty((len(size), len(loadings), len(loadings)))
    for g, n in enumerate(size):
        own = parts[cohort == g] - parts[cohort == g].mean(axis=0)
        by_cohort[g] = own.T @ own / (n * (n - 1))
    nothing = (ROUNDING * np.abs(y).max(initial=0.0)) ** 2
    variance = by_cohort.sum(axis=0)
    gone = np.diag(variance) <= nothing
    variance[gone], variance[:, gone] = 0.0, 0.0
    own = np.einsum("gkk->kg", by_cohort)
    squares = (own**2 / (size - 1)).sum(axis=1)
    all_df = np.full(len(gone), float(len(y) - len(size)))
    return variance, np.divide(own.sum(axis=1) ** 2, squares, out=all_df, where=~gone)


def _pair(
    start: IntArray, size: FloatArray, times: IntArray, g: int, at: IntArray, t: int, anticipation: int
) -> FloatArray:
    """Cohort g at some times against those still waiting at time t (and not yet anticipating); shape (C, T)."""
    weights = np.zeros((len(start), len(times)))
    if not len(at):
        return weights
    waiting: BoolArray = start > times[t] + anticipation
    weights[g, at] += 1 / len(at)
    weights[np.ix_(waiting, at)] -= (size[waiting] / size[waiting].sum())[:, None] / len(at)
    return weights


def _average(
    pairs: Sequence[tuple[int, int]], size: FloatArray, side: dict[tuple[int, int], FloatArray]
) -> FloatArray:
    """Average of pairs, each by its cohort's size."""
    weight = np.array([size[g] for g, _ in pairs], dtype=float)
    return np.asarray(np.tensordot(weight / weight.sum(), np.stack([side[pair] for pair in pairs]), 1))


def _headline(
    labels: IntArray, start: IntArray, size: FloatArray, aggregate: Aggregate, washin: int
) -> FloatArray:
    if aggregate == "cohort":
        weight = size[np.searchsorted(start, labels)].astype(float)
    elif aggregate == "event_time":
        weight = (labels >= washin).astype(float)
    else:
        weight = np.ones(len(labels))
    return np.asarray(weight / weight.sum())


def _explained(effect: FloatArray, spread: FloatArray, times: IntArray, start: IntArray, n: int) -> float:
    """Lower bound of S_theta / N: what values before the first start say of how effects differ (lemma 2.3)."""
    first = int(np.argmax(np.abs(effect).max(axis=1) > 0))
    early = times < start[first]
    if not early.any():
        return 0.0
    total = np.zeros(int(early.sum()))
    for g in range(first, len(start)):
        square = spread[g][np.ix_(early, early)]
        total += np.linalg.pinv(square, rcond=1e-8, hermitian=True) @ spread[g][early] @ effect[g]
    mean = spread[first:][:, early][:, :, early].mean(axis=0)
    return float(total @ mean @ total / n)
