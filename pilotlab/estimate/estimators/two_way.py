"""Regressions on unit and time effects: what `twfe` and `event_study` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.change import pair_differences
from pilotlab.estimate.estimators.fit import FullRows, Linear
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray, IntArray, SingularDesign
from pilotlab.stats.randomization.regression_draws import DrawnRegression
from pilotlab.stats.regression.change import arm_cells
from pilotlab.stats.regression.twfe import TwoWayFit, TwoWayPanel, rows, two_way
from pilotlab.stats.variance.cluster import cr1, nested
from pilotlab.stats.variance.cr2 import cells_cr2
from pilotlab.wording.lists import some


def treated_compared(starts: IntArray) -> tuple[Note, ...]:
    """Say so where later starters are compared with units already treated."""
    return (note("treated_compared"),) if len(starts) > 1 else ()


def not_drawn(name: str, *, gaps: bool = False) -> str:
    """Say when a regression can be drawn again: with gaps, weights and covariates too, or without."""
    if gaps:
        return f"`{name}` can be drawn again only with one start that some unit was seen just before, and no unit treated throughout"
    return (
        f"`{name}` can be drawn again only with one start, a complete panel, and neither weights nor covariates; "
        "`change`, `twfe` and `event_study` can with gaps, weights and covariates too"
    )


def regress(
    study: Study,
    regressors: FloatArray,
    cohort: IntArray,
    contrasts: FloatArray,
    terms: Sequence[str],
    *,
    leading: int = 0,
) -> tuple[Study, Linear] | NotEstimable:
    """Fit regressors by cohort and time with the study's covariates; one that the effects explain leaves with a note.

    Parameters
    ----------
    contrasts : ndarray, shape (m, k + leading)
    leading : int
        Covariates that come first and may not leave: regressors that differ from row to row.
    """
    k = regressors.shape[2]
    while True:
        panel = TwoWayPanel(study.y, cohort, regressors, study.covariates, study.weights, study.strata)
        try:
            fit = two_way(panel)
        except SingularDesign as error:
            lost = [column - k for column in error.columns if column >= k + leading]
            if not lost:
                return _inseparable([terms[column] for column in error.columns])
            study = without_covariate(study, lost[-1])
            continue
        wide = np.hstack([contrasts, np.zeros((len(contrasts), len(fit.coef) - k - leading))])
        return study, _linear(study, panel, fit, wide)


def is_change(study: Study) -> bool:
    """Whether the estimate is a difference of the units' changes: one start, every cell there, nothing else in the model."""
    simple = study.weights is None and study.covariates is None and len(study.starts) == 1
    return simple and not study.always.any() and bool(np.isfinite(study.y).all()) and _alike_strata(study)


def redrawn(study: Study, term: IntArray, contrasts: FloatArray) -> Callable[[], DrawnRegression] | None:
    """Return what draws a regression with one start again; None where starts differ or units are treated throughout.

    Parameters
    ----------
    term : ndarray, shape (T,)
        Which regressor a treated unit has at each time; -1 for none.
    """
    if len(study.starts) != 1 or study.always.any():
        return None
    return lambda: _drawn_rows(study, term, contrasts)


def _drawn_rows(study: Study, term: IntArray, contrasts: FloatArray) -> DrawnRegression:
    unit, time = np.nonzero(np.isfinite(study.y))
    stratum = np.zeros(len(study.units), dtype=np.int64) if study.strata is None else study.strata
    week = np.unique(stratum[unit] * len(study.times) + time, return_inverse=True)[1]
    weeks = (week[:, None] == np.arange(week.max() + 1)).astype(float)
    more = np.zeros((len(unit), 0)) if study.covariates is None else study.covariates[:, unit, time].T
    return DrawnRegression(
        y=study.y[unit, time],
        unit=unit.astype(np.int64),
        term=term[time],
        nuisance=np.hstack([weeks, more]),
        weights=None if study.weights is None else study.weights[unit, time],
        contrasts=contrasts,
    )


def with_closed_form(study: Study, linear: Linear, changes: FloatArray) -> Linear:
    """Give a regression that is a change its closed form of CR2: two groups of units, or pairs.

    Parameters
    ----------
    changes : ndarray, shape (m, n)
        Of the m contrasts.
    """
    if study.paired and nested(study.cluster, study.strata):  # type: ignore[arg-type]
        return replace(linear, closed=lambda: _paired(study, changes))
    if study.strata is None and study.cluster.max() + 1 == len(study.units):
        return replace(linear, closed=lambda: _two_groups(study, changes))
    return linear


def _linear(study: Study, panel: TwoWayPanel, fit: TwoWayFit, contrasts: FloatArray) -> Linear:
    in_clusters = study.strata is not None and nested(study.strata, study.cluster)
    params = len(fit.coef)
    strata = 1 if study.strata is None else int(study.strata.max()) + 1

    def written_out() -> FullRows:
        X, residuals, weights, unit = rows(panel, fit)
        wide = np.hstack([contrasts, np.zeros((len(contrasts), X.shape[1] - params))])
        return FullRows(X, residuals, study.cluster[unit], wide, weights, unit)

    return Linear(
        coef=fit.coef,
        contrasts=contrasts,
        bread=fit.bread,
        scores=fit.scores,
        cluster=study.cluster,
        rss=fit.rss,
        n_obs=fit.n_obs,
        n_nested=params + (1 if in_clusters else fit.n_week_effects - strata + 1),
        n_params=params + fit.n_units + fit.n_week_effects - strata,
        size=fit.n_obs * (params + fit.n_week_effects),
        rows=written_out,
    )


def _alike_strata(study: Study) -> bool:
    """Whether every stratum treats the same share, so that n_s/n and the regression's weights agree."""
    if study.strata is None:
        return True
    treated = np.bincount(study.strata, weights=study.ever.astype(float))
    return bool(np.ptp(treated / np.bincount(study.strata)) < 1e-12)


def _two_groups(study: Study, changes: FloatArray) -> tuple[FloatArray, FloatArray]:
    _, share = arm_cells(study.ever)
    found = [cells_cr2([change[~study.ever], change[study.ever]], share) for change in changes]
    return np.array([se for se, _ in found]), np.array([df for _, df in found])


def _paired(study: Study, changes: FloatArray) -> tuple[FloatArray, FloatArray]:
    se = []
    for change in changes:
        linear = pair_differences(study, change)
        clustered = cr1(
            linear.scores, linear.cluster, linear.bread, n_obs=linear.n_obs, n_params=linear.n_nested
        )
        se.append(float(np.sqrt(clustered.variance[0, 0])))
    return np.array(se), np.full(len(se), float(linear.n_obs - 1))


def without_covariate(study: Study, position: int) -> Study:
    """Leave out a covariate that the effects explain, with a note."""
    assert study.covariates is not None
    name = study.covariate_names[position]
    names = tuple(each for index, each in enumerate(study.covariate_names) if index != position)
    rest = np.delete(study.covariates, position, axis=0)
    lighter = replace(study, covariates=rest if names else None, covariate_names=names)
    return lighter.note(note("covariate_explained", covariate=name, by="unit"))


def _inseparable(terms: Sequence[str]) -> NotEstimable:
    return NotEstimable(
        f"{some(list(terms))} can't be told apart from unit and time effects in this frame",
        "comparison units that are seen before and after the start, and never-treated units where starts differ",
    )
