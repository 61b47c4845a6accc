"""Change: each unit's mean after minus its mean before, compared between the arms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import (
    needs_both_arms,
    nothing_to_compare,
    refuse_starts,
    strata_hold_both,
)
from pilotlab.estimate.data.study import Study, recode
from pilotlab.estimate.estimators.fit import Differences, Fitted, FullRows, Linear, of_study
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, SingularDesign
from pilotlab.stats.regression import change as kernel
from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cluster import nested
from pilotlab.stats.variance.cr2 import cells_cr2
from pilotlab.stats.variance.small_strata import Hybrid, hybrid, small_strata
from pilotlab.wording.lists import some

POOLED = (
    "auto",
    "randomization",
    "cr2",
)  # inferences for which strata of one unit an arm borrow their spread


def fit(study: Study, options: Options) -> Fitted | NotEstimable:
    """Make changes, compare them, and keep what inference needs."""
    ready = prepare(study, options, "change")
    if isinstance(ready, NotEstimable):
        return ready
    study, before = ready
    change = kernel.unit_change(study.y, before, ~before)
    covariates, weights = baseline_covariates(study, before), unit_weights(study, before)
    return compare(study, change, covariates, weights, pooled=options.inference in POOLED)


def prepare(study: Study, options: Options, name: str) -> tuple[Study, BoolArray] | NotEstimable:
    """Keep units with values on both sides of the one start, and say which times are baseline."""
    study = windows.drop_always(study)
    if (refusal := refuse_starts(study, options, name)) is not None:
        return refusal
    start = int(study.starts[0])
    span = windows.spans(study.times, study.excluded, options, start)
    study = _with_both_sides(study.keep_cells(span.before | span.after), start)
    study = needs_both_arms(study)
    return (study, study.times < start) if strata_hold_both(study).any() else nothing_to_compare(study)


def compare(
    study: Study,
    outcome: FloatArray,
    covariates: FloatArray,
    weights: FloatArray | None,
    *notes: Note,
    pooled: bool = False,
) -> Fitted | NotEstimable:
    """Compare one number a unit (n,) between the arms, adjusted for covariates (n, p), with all that draws need."""
    try:
        linear, more = fit_change(study, outcome, covariates, weights, pooled=pooled)
    except SingularDesign:
        return _not_adjustable(study, covariates.shape[1])
    differences = Differences(
        changes=outcome[None],
        treated=study.ever,
        strata=study.strata,
        weights=weights,
        covariates=covariates if covariates.shape[1] else None,
        between=_is_between(study, weights),
    )
    return of_study(study, linear, differences=differences, notes=(*notes, *more))


def _not_adjustable(study: Study, columns: int) -> NotEstimable:
    names = some(list(study.covariate_names)) or "the baseline"
    if columns + 2 > len(study.units):
        return NotEstimable(
            f"{len(study.units)} units are too few to compare arms and adjust for {names}",
            "fewer covariates, or more units",
        )
    return NotEstimable(
        f"{names}: the same in all units of an arm or stratum, or said by another covariate, so that it can't be told apart from the effect",
        "covariates that differ between units of one arm; or leave it out",
    )


def fit_change(
    study: Study,
    change: FloatArray,
    baseline: FloatArray,
    weights: FloatArray | None,
    *,
    pooled: bool = False,
) -> tuple[Linear, tuple[Note, ...]]:
    """Compare changes (n,) between arms within strata, adjusted for baseline values (n, p).

    Where a stratum's arm holds one cluster only its spread can't be measured by itself. Then it is measured with that of other
    strata, where `pooled` asks for it and nothing is weighted, adjusted or clustered; else each stratum gives one difference and
    their spread counts, as with pairs.
    """
    cell, share = kernel.arm_cells(study.ever, study.strata, weights)
    between = _is_between(study, weights)
    if between and pooled and weights is None and not baseline.shape[1] and _one_unit_a_cluster(study):
        values = _by_cell(change, cell, len(share))
        if not small_strata(values).all() and (found := hybrid(values)) is not None:
            X = (cell[:, None] == np.arange(len(share))).astype(float)
            linear = _linear(X, change, share, study.cluster, None)
            spread = np.array([found.se]), np.array([found.df])
            return replace(linear, closed=lambda: spread), (_pooled_note(values, found),)
    if between:
        how = () if study.paired else (note("spread_between_strata"),)
        return _between_strata(study, change, baseline, weights), how
    X = np.hstack([(cell[:, None] == np.arange(len(share))).astype(float), baseline])
    contrast = np.concatenate([share, np.zeros(baseline.shape[1])])
    linear = _linear(X, change, contrast, study.cluster, weights)
    if weights is not None or baseline.shape[1] or not _one_unit_a_cluster(study):
        return linear, ()
    return replace(linear, closed=lambda: _closed(change, cell, share)), ()


def _one_unit_a_cluster(study: Study) -> bool:
    return bool(study.cluster.max() + 1 == len(study.units))


def _pooled_note(values: list[FloatArray], found: Hybrid) -> Note:
    small = small_strata(values)
    return note(
        "spread_of_small_strata", small=int(small.sum()), strata=len(small), between=bool(found.between)
    )


def pair_differences(study: Study, change: FloatArray) -> Linear:
    """Compare within pairs or strata, each giving one difference."""
    return _between_strata(study, change, np.zeros((len(change), 0)), None)


def _between_strata(
    study: Study, change: FloatArray, baseline: FloatArray, weights: FloatArray | None
) -> Linear:
    """One difference a stratum, weighted by its share; for pairs this is the paired t."""
    assert study.strata is not None
    inside = [
        kernel.within_strata(column, study.ever, study.strata, weights) for column in (change, *baseline.T)
    ]
    share = np.bincount(study.strata, weights=weights).astype(float)
    first = np.unique(study.strata, return_index=True)[1]
    whole = nested(study.strata, study.cluster)  # clusters hold whole strata
    cluster = recode(study.cluster[first]) if whole else np.arange(len(first))
    X = np.column_stack([np.ones(len(first)), *inside[1:]])
    even = bool(np.allclose(share, share[0]))
    return _linear(X, inside[0], np.eye(1, X.shape[1])[0], cluster, None if even else share / share.mean())


def _linear(
    X: FloatArray, y: FloatArray, contrast: FloatArray, cluster: IntArray, weights: FloatArray | None
) -> Linear:
    fit = ols(X, y, weights)
    return Linear(
        coef=fit.coef,
        contrasts=contrast[None],
        bread=fit.bread,
        scores=fit.scores,
        cluster=cluster,
        rss=fit.rss,
        n_obs=fit.n_obs,
        n_nested=fit.n_params,
        n_params=fit.n_params,
        size=X.size,
        rows=lambda: FullRows(X, fit.residuals, cluster, contrast[None], weights),
    )


def _with_both_sides(study: Study, start: int) -> Study:
    change = kernel.unit_change(study.y, study.times < start, study.times >= start)
    both = np.isfinite(change)
    return study.keep_units(both).note(windows.left_out(study, both, "units_of_one_side"))


def _closed(change: FloatArray, cell: IntArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    se, df = cells_cr2(_by_cell(change, cell, len(share)), share)
    return np.array([se]), np.array([df])


def _by_cell(change: FloatArray, cell: IntArray, cells: int) -> list[FloatArray]:
    order = np.argsort(cell, kind="stable")
    return np.split(change[order], np.cumsum(np.bincount(cell, minlength=cells))[:-1])


def _is_between(study: Study, weights: FloatArray | None) -> bool:
    """Whether spread can only be measured between strata."""
    if study.strata is None or study.strata.max() == 0:
        return False
    cell, _ = kernel.arm_cells(study.ever, study.strata, weights)
    return _lonely(cell, study.cluster)


def _lonely(cell: IntArray, cluster: IntArray) -> bool:
    """Whether some arm of some stratum holds one cluster only."""
    pairs = np.unique(np.stack([cell, cluster]), axis=1)
    return bool((np.bincount(pairs[0]) == 1).any())


def baseline_covariates(study: Study, before: BoolArray) -> FloatArray:
    """Each unit's mean over the baseline, centred; shape (n, p)."""
    if study.covariates is None:
        return np.zeros((len(study.units), 0))
    seen = np.where(np.isfinite(study.y), study.covariates, np.nan)
    means = np.column_stack([kernel.unit_mean(each[:, before]) for each in seen])
    return np.asarray(means - means.mean(axis=0))


def unit_weights(study: Study, before: BoolArray) -> FloatArray | None:
    """Each unit's mean weight over the baseline, brought to a mean of 1."""
    if study.weights is None:
        return None
    weights = kernel.unit_mean(np.where(np.isfinite(study.y), study.weights, np.nan)[:, before])
    return np.asarray(weights / weights.mean())
