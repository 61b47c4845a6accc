"""Imputation: what treated units would have been is foretold from untreated unit-times; effects are averaged as asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import nothing_to_compare, refuse_arms
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.times import NEVER
from pilotlab.estimate.estimators.aggregation import Table, event_times, nothing_linked, table
from pilotlab.estimate.estimators.event_study import common_reference, indicators, reference
from pilotlab.estimate.estimators.fit import Differences, Fitted, FullRows, Linear, of_study
from pilotlab.estimate.estimators.two_way import is_change, not_drawn, with_closed_form, without_covariate
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, SingularDesign, pinv_symmetric
from pilotlab.stats.regression.twfe import TwoWayFit, TwoWayPanel, rows, two_way
from pilotlab.stats.staggered.imputation import (
    Imputed,
    ImputedMeans,
    impute,
    left_out,
    means,
    residual_square,
    weigh_rows,
)
from pilotlab.stats.variance.cr2 import absorb

GAPS = "with gaps, weights or covariates `imputation` is no least-squares estimate of one regression"
LEADS = "beside event times before start `imputation` is no least-squares estimate of one regression"


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A study imputed: cohorts (G,), each unit's (n,), and treated cells (G, T)."""

    study: Study
    cohorts: IntArray
    code: IntArray
    treated: BoolArray
    found: Imputed


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Impute, and keep what inference needs."""
    ready = prepare(study, options)
    if isinstance(ready, NotEstimable):
        return ready
    fit = _impute(ready, options)
    shown = fit.treated & (fit.found.counted > 0)
    since = event_times(fit.study, fit.cohorts)
    att = shown & (since >= options.washin)
    if not att.any():
        return nothing_linked(options)
    rows = table(fit.study, options, fit.cohorts, counted=fit.found.counted, shown=shown, att=att)
    before = leads(fit.study, options, fit.treated[fit.code]) if rows.key == "event_time" else None
    linear = _linear(fit, rows, before)
    notes = _notes(fit) + (before.notes if before else ())
    names = (*(before.rows if before else ()), *rows.rows)
    more: dict[str, Any] = {"key": rows.key, "rows": names, "skip": rows.skip, "notes": notes}
    at = common_reference(fit.study, options)
    if before is not None and before.rows and at is not None:
        drift = np.concatenate([np.array(before.rows, dtype=float) - at, _drift(fit, rows)])
        more |= {"reference": at, "drift": drift}
    if not is_change(fit.study):
        return of_study(fit.study, linear, not_drawn=not_drawn("imputation"), **more)
    changes = _changes(fit, rows, before)
    differences = Differences(changes=changes, treated=fit.study.ever, strata=None)
    return of_study(fit.study, with_closed_form(fit.study, linear, changes), differences=differences, **more)


def prepare(study: Study, options: Options) -> Study | NotEstimable:
    """Keep the cells that count, and the units with an untreated value to predict the others from."""
    study = windows.drop_always(study)
    if (refusal := refuse_arms(study, options)) is not None:
        return refusal
    study = windows.drop_silent(study.keep_cells(windows.cells(study, options, by_event_time=True)))
    untreated = study.times < np.minimum(study.cohort, NEVER - 1)[:, None] - options.anticipation
    kept: BoolArray = np.asarray((np.isfinite(study.y) & untreated).any(axis=1))
    study = study.keep_units(kept).note(windows.left_out(study, kept, "units_without_value_before"))
    return study if len(study.starts) and len(study.units) else nothing_to_compare(study)


def _impute(study: Study, options: Options) -> _Fit:
    """Impute; a covariate that the effects explain leaves with a note, values that can't be imputed leave too."""
    cohorts, code = np.unique(study.cohort, return_inverse=True)
    treated = event_times(study, cohorts) >= -options.anticipation
    treated &= (cohorts != NEVER)[:, None]
    while True:
        try:
            found = impute(study.y, code, treated, weights=study.weights, covariates=study.covariates)
        except SingularDesign as error:
            study = without_covariate(study, error.columns[-1])
            continue
        break
    if found.lost:
        y = np.full(study.y.shape, np.nan)
        for block in (*found.fit.blocks, *found.treated):
            inside = np.isfinite(block.y) if block.weights is None else block.weights > 0
            y[block.units[:, None], block.weeks] = np.where(inside, block.y, np.nan)
        study = replace(study, y=y).note(note("values_not_imputable", count=int(found.lost)))
    return _Fit(study, cohorts, code.astype(np.int64), treated, found)


def _linear(fit: _Fit, table: Table, before: Leads | None) -> Linear:
    study, found = fit.study, fit.found
    effects = means(found, table.targets)
    parts = [effects] if before is None else [before.means, effects]
    count = sum(len(part.values) for part in parts)
    lead = count - len(effects.values)
    contrasts = np.hstack([np.zeros((table.skip, lead)), table.contrasts[: table.skip]])
    contrasts = np.vstack([contrasts, np.eye(count)])
    cells = int((found.counted > 0).sum())
    weeks = int(np.isfinite(study.y).any(axis=0).sum())
    params = cells + len(found.fit.slopes) + weeks
    bread = _block_diagonal(parts)
    simple = study.weights is None and study.covariates is None and bool(np.isfinite(study.y).all())
    not_a_regression = "" if simple and not lead else LEADS if simple else GAPS

    def full() -> FullRows:
        return _written_out(fit, table, before, contrasts, apart=bool(not_a_regression))

    return Linear(
        coef=np.concatenate([part.values for part in parts]),
        contrasts=contrasts,
        bread=bread,
        scores=np.hstack([part.scores for part in parts]) @ np.linalg.inv(bread),
        cluster=study.cluster,
        rss=residual_square(found),
        n_obs=study.n_obs,
        n_nested=params,
        n_params=params + len(study.units) - 1,
        size=study.n_obs * (cells + weeks),
        rows=full,
        plain=True,
        not_a_regression=not_a_regression,
        left_out=_left_out(fit, table, contrasts) if not_a_regression == GAPS and not lead else None,
    )


def _drift(fit: _Fit, table: Table) -> FloatArray:
    """What effects come to where nothing happens but that trends part by one a period."""
    study, never = fit.study, (fit.cohorts == NEVER)[:, None]
    apart = np.where(never, 0.0, study.times - np.where(never, 0, fit.cohorts[:, None]))
    y, code, weights, more = apart[fit.code], fit.code, study.weights, study.covariates
    if weights is None and more is None and np.isfinite(study.y).all():
        y, code, sizes = apart, np.arange(len(apart)), np.bincount(fit.code)
        weights = np.broadcast_to(sizes[:, None].astype(float), y.shape)
    else:
        y = np.where(np.isfinite(study.y), y, np.nan)
    found = impute(y, code, fit.treated, weights=weights, covariates=more)
    return means(found, table.targets).values


def _left_out(fit: _Fit, table: Table, contrasts: FloatArray) -> Callable[[], FloatArray]:
    """Impute without each cluster in turn; cohorts and weeks keep their shares."""
    study = fit.study
    share = fit.found.counted[:, :, None] * table.targets

    def again() -> FloatArray:
        more = {"weights": study.weights, "covariates": study.covariates}
        found = left_out(
            study.y, fit.code, fit.treated, share / share.sum(axis=(0, 1)), study.cluster, **more
        )
        return found @ contrasts.T

    return again


def _block_diagonal(parts: list[ImputedMeans]) -> FloatArray:
    """Cross-products of what rows weigh: leads are within the untreated cells' effects, and orthogonal to the rest."""
    count = sum(len(part.values) for part in parts)
    out, at = np.zeros((count, count)), 0
    for part in parts:
        own = slice(at, at + len(part.values))
        out[own, own] = part.bread
        at = own.stop
    return out


def _written_out(
    fit: _Fit, table: Table, before: Leads | None, contrasts: FloatArray, *, apart: bool
) -> FullRows:
    """Write out the regression with an effect a cohort and week, whose residuals CR2 adjusts.

    On a complete panel its coefficients average to the estimate. Elsewhere the estimate's own weights go along.
    """
    study, found = fit.study, fit.found
    group, week = np.nonzero(found.counted > 0)
    regressors = np.zeros((*found.counted.shape, len(group)))
    regressors[group, week, np.arange(len(group))] = 1.0
    panel = TwoWayPanel(study.y, fit.code, regressors, study.covariates, study.weights)
    X, residuals, weights, unit = rows(panel, two_way(panel))
    if not apart:
        share = found.counted[:, :, None] * table.targets
        wide = np.zeros((len(contrasts), X.shape[1]))
        wide[:, : len(group)] = contrasts @ (share / share.sum(axis=(0, 1)))[group, week].T
        return FullRows(X, residuals, study.cluster[unit], wide, weights, unit)
    raw = weigh_rows(found, table.targets, study.y.shape)
    if before is not None:
        raw = np.concatenate([before.weigh_rows(study), raw], axis=2)
    influence = raw[np.isfinite(study.y)] @ contrasts.T
    empty = np.zeros((len(contrasts), X.shape[1]))
    return FullRows(X, residuals, study.cluster[unit], empty, weights, unit, influence)


def _changes(fit: _Fit, table: Table, before: Leads | None) -> FloatArray:
    """Each unit's change in the headline and in every row, where there is one start and every value."""
    group = int(np.argmin(fit.cohorts))
    treated = fit.treated[group]
    change = fit.study.y - fit.study.y[:, ~treated].mean(axis=1, keepdims=True)
    own = table.targets[group]
    found = table.contrasts @ (own / own.sum(axis=0)).T @ change.T
    if before is None:
        return np.asarray(found)
    return np.vstack([found[: table.skip], before.changes(fit.study), found[table.skip :]])


def _notes(fit: _Fit) -> tuple[Note, ...]:
    units = np.bincount(fit.code, minlength=len(fit.cohorts))
    lone = int(((units == 1) & (fit.cohorts != NEVER)).sum())
    return (note("lone_starts", count=lone),) if lone else ()


@dataclass(frozen=True, slots=True, eq=False)
class Leads:
    """Coefficients of event times before the reference; none where they can't be told apart, and `notes` say so.

    Attributes
    ----------
    means : ImputedMeans
        Scores are scaled so that their squares sum to CR1, the rule of regressions.
    """

    means: ImputedMeans
    rows: tuple[int, ...]
    options: Options
    panel: TwoWayPanel | None = None
    times: IntArray | None = None
    notes: tuple[Note, ...] = ()

    def weigh_rows(self, study: Study) -> FloatArray:
        """Write out what each cell weighs in each coefficient, shape (n, T, k)."""
        out = np.zeros((*study.y.shape, len(self.rows)))
        if self.panel is None or self.times is None:
            return out
        X, _, weights, unit = rows(self.panel, two_way(self.panel))
        within = absorb(X, unit, weights)
        weighted = within if weights is None else within * weights[:, None]
        row, column = np.nonzero(np.isfinite(self.panel.y))
        at = np.searchsorted(study.times, self.times)[column]
        out[row, at] = (weighted @ pinv_symmetric(within.T @ weighted))[:, : len(self.rows)]
        return out

    def changes(self, study: Study) -> FloatArray:
        """Each unit's change from the reference to each event time, where there is one start; shape (k, n)."""
        start = int(study.starts[0])
        at = reference(study, start, self.options)
        path = study.y - study.y[:, study.times == at]
        return np.asarray(
            path[:, np.searchsorted(study.times, np.array(self.rows, dtype=np.int64) + start)].T
        )


def leads(study: Study, options: Options, treated: BoolArray) -> Leads:
    """Regress untreated values on event times before the reference, with unit and time effects.

    Parameters
    ----------
    treated : ndarray, shape (n, T)
    """
    calm = study.keep_cells(~treated)
    cohorts, code = np.unique(calm.cohort, return_inverse=True)
    event, regressors = indicators(calm, cohorts, options)
    if not len(event):
        return Leads(_none(study), (), options)
    panel = TwoWayPanel(calm.y, code.astype(np.int64), regressors, calm.covariates, calm.weights)
    try:
        fit = two_way(panel)
    except SingularDesign:
        return Leads(_none(study), (), options, notes=(note("times_before_not_shown"),))
    names = tuple(int(each) for each in event)
    return Leads(_as_means(fit, study, len(event)), names, options, panel, calm.times)


def _as_means(fit: TwoWayFit, study: Study, count: int) -> ImputedMeans:
    clusters = int(study.cluster.max()) + 1
    room = max(fit.n_obs - len(fit.coef) - fit.n_week_effects, 1)
    factor = clusters / max(clusters - 1, 1) * (fit.n_obs - 1) / room
    scores = (fit.scores @ fit.bread)[:, :count] * np.sqrt(factor)
    return ImputedMeans(fit.coef[:count], scores, fit.bread[:count, :count])


def _none(study: Study) -> ImputedMeans:
    return ImputedMeans(np.zeros(0), np.zeros((len(study.units), 0)), np.zeros((0, 0)))
