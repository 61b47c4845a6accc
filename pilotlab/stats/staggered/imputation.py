"""Imputation: effects as outcomes less what unit and week effects of untreated cells foretell, with their conservative variance.

With a_i, d_t, c from least squares on the untreated cells alone, tau_it = y_it - a_i - d_t - q_it'c in every treated
cell, and an estimate is a mean of them. It is linear in the outcome, sum v_it y_it, with v in closed form. Each
cluster's score is sum v_it e_it, where e is the residual in untreated cells and tau_it less the mean effect of its
cohort and week (weighted by v squared) in treated ones: squares then overstate the variance where effects differ
within a cohort, and never understate it in large samples.

References
----------
Borusyak, Jaravel & Spiess (2024), "Revisiting Event-Study Designs: Robust and Efficient Estimation", equations (6)
to (8) and appendix A.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, SingularDesign
from pilotlab.stats.regression.week_effects import Block, WeekEffects, in_blocks, week_effects
from pilotlab.stats.variance.jackknife import Inestimable


@dataclass(frozen=True, slots=True, eq=False)
class Imputed:
    """Effects cell by cell, before they are averaged; G cohorts, T weeks.

    Attributes
    ----------
    fit : WeekEffects
        Of the untreated cells.
    treated : tuple of Block
        A cohort's treated cells; those that can't be imputed weigh 0.
    errors : tuple of ndarray
        Of each block, weight times (effect less its cell's mean), shape (u, w).
    counted : ndarray, shape (G, T)
        Summed weight of the imputed cells of a cohort in a week.
    sums : ndarray, shape (G, T)
        Their summed effects, weighted.
    lost : int
        Treated values that no untreated cell says anything about.
    """

    fit: WeekEffects
    treated: tuple[Block, ...]
    errors: tuple[FloatArray, ...]
    counted: FloatArray
    sums: FloatArray
    lost: int


@dataclass(frozen=True, slots=True, eq=False)
class ImputedMeans:
    """m means of effects: estimates (m,), unit scores (n, m), and v'v, their variance with independent equal rows (m, m)."""

    values: FloatArray
    scores: FloatArray
    bread: FloatArray


def impute(
    y: FloatArray,
    cohort: IntArray,
    treated: BoolArray,
    *,
    weights: FloatArray | None = None,
    covariates: FloatArray | None = None,
) -> Imputed:
    """Foretell the treated cells from the untreated ones.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value; every unit has an untreated one.
    cohort : ndarray, shape (n,)
        Row of `treated` that belongs to each unit.
    treated : ndarray, shape (G, T)
    weights : ndarray, shape (n, T), optional
        Positive wherever `y` is finite.
    covariates : ndarray, shape (p, n, T), optional
        Finite wherever `y` is.

    Raises
    ------
    ValueError
        Where a unit has no untreated value.
    SingularDesign
        Where the effects explain a covariate wholly in the untreated cells.
    """
    cut = {"weights": weights, "covariates": covariates, "by_cohort": False}
    before = in_blocks(y, cohort, kept=~treated, **cut)  # type: ignore[arg-type]
    after = in_blocks(y, cohort, kept=treated, **cut)  # type: ignore[arg-type]
    for block in before:
        if not len(block.weeks) or (block.weights is not None and not block.weights.any(axis=1).all()):
            raise ValueError("every unit needs an untreated value")
    size = {"n_units": len(y), "n_weeks": y.shape[1], "n_strata": 1}
    fit = week_effects(before, n_covariates=0 if covariates is None else len(covariates), **size)
    counted, sums, errors, kept = np.zeros(treated.shape), np.zeros(treated.shape), [], []
    for code, (old, new) in enumerate(zip(before, after, strict=True)):
        block = _identified(fit, old, new)
        cells = np.ones(block.y.shape) if block.weights is None else block.weights
        effect = np.where(cells > 0, _rest(fit, block) - _levels(fit, old)[:, None], 0.0)
        counted[code, block.weeks] = cells.sum(axis=0)
        sums[code, block.weeks] = (cells * effect).sum(axis=0)
        square = (cells**2).sum(axis=0)
        mean = (cells**2 * effect).sum(axis=0) / np.where(square > 0, square, 1.0)
        errors.append(cells * (effect - mean))
        kept.append(block)
    lost = sum(_count(new) for new in after) - sum(_count(block) for block in kept)
    return Imputed(fit, tuple(kept), tuple(errors), counted, sums, lost)


def means(found: Imputed, targets: FloatArray) -> ImputedMeans:
    """Average effects over cells.

    Parameters
    ----------
    targets : ndarray, shape (G, T, m)
        How much a (weighted) value of a cohort and week counts in each mean, before they are made to sum to 1.
    """
    share = targets / np.einsum("gt,gtm->m", found.counted, targets)
    by_week, by_slope, _ = _untreated_side(found, share)
    scores = found.fit.scores(by_week, by_slope)
    bread = np.einsum("gt,gtm,gtl->ml", found.counted, share, share)
    bread += found.fit.bread_of(by_week, by_slope)
    for code, (block, error) in enumerate(zip(found.treated, found.errors, strict=True)):
        cells = share[code, block.weeks]
        scores[block.units] += error @ cells
        total = _unit_totals(block, cells) / np.sqrt(_sizes(found.fit.blocks[code]))[:, None]
        bread += total.T @ total
    return ImputedMeans(np.einsum("gt,gtm->m", found.sums, share), scores, bread)


def weigh_rows(found: Imputed, targets: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Write out v, what each cell weighs in each mean: (n, T, m), 0 where there is no value."""
    share = targets / np.einsum("gt,gtm->m", found.counted, targets)
    by_week, by_slope, totals = _untreated_side(found, share)
    out = np.zeros((*shape, targets.shape[2]))
    for code, (old, new) in enumerate(zip(found.fit.blocks, found.treated, strict=True)):
        plain = np.ones(old.y.shape) if old.weights is None else old.weights
        level = (plain / plain.sum(axis=1, keepdims=True))[:, :, None] * totals[code][:, None, :]
        out[old.units[:, None], old.weeks] = found.fit.weigh(old, by_week, by_slope) - level
        cells = np.ones(new.y.shape) if new.weights is None else new.weights
        out[new.units[:, None], new.weeks] = cells[:, :, None] * share[code, new.weeks]
    return out


def _untreated_side(found: Imputed, share: FloatArray) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
    """Contrasts of week effects (1, T, m) and slopes (p, m) that the means take off, and each unit's total weight."""
    fit, m = found.fit, share.shape[2]
    by_week = -np.einsum("gt,gtm->tm", found.counted, share)
    by_slope, totals = np.zeros((len(fit.slopes), m)), []
    for code, (old, new) in enumerate(zip(fit.blocks, found.treated, strict=True)):
        total = _unit_totals(new, share[code, new.weeks])
        if old.weights is None:
            by_week[old.weeks] += total.sum(axis=0) / len(old.weeks)
        else:
            by_week[old.weeks] += (old.weights / _sizes(old)[:, None]).T @ total
        if old.covariates is not None:
            by_slope += _slope_side(old, new, share[code, new.weeks], total)
        totals.append(total)
    return by_week[None], by_slope, totals


def _slope_side(old: Block, new: Block, cells: FloatArray, total: FloatArray) -> FloatArray:
    assert old.covariates is not None
    assert new.covariates is not None
    plain = np.ones(old.y.shape) if old.weights is None else old.weights
    level = np.einsum("piw,iw->pi", np.where(plain > 0, old.covariates, 0.0), plain) / _sizes(old)
    weight = np.ones(new.y.shape) if new.weights is None else new.weights
    there = np.einsum("piw,iw,wm->pm", np.where(weight > 0, new.covariates, 0.0), weight, cells)
    return np.asarray(level @ total - there)


def _unit_totals(block: Block, cells: FloatArray) -> FloatArray:
    """Summed weight of a unit's treated cells in each mean, shape (u, m)."""
    if block.weights is None:
        return np.broadcast_to(cells.sum(axis=0), (len(block.units), cells.shape[1]))
    return np.asarray(block.weights @ cells)


def _sizes(block: Block) -> FloatArray:
    if block.weights is None:
        return np.full(len(block.units), float(len(block.weeks)))
    return np.asarray(block.weights.sum(axis=1))


def _rest(fit: WeekEffects, block: Block) -> FloatArray:
    rest = block.y - fit.effects[0, block.weeks]
    if block.covariates is not None:
        rest = rest - np.tensordot(fit.slopes, block.covariates, axes=1)
    return np.asarray(rest)


def _levels(fit: WeekEffects, block: Block) -> FloatArray:
    """Unit effects a_i, shape (u,)."""
    rest = _rest(fit, block)
    if block.weights is None:
        return np.asarray(rest.mean(axis=1))
    filled = np.where(block.weights > 0, rest, 0.0)
    return np.asarray((filled * block.weights).sum(axis=1) / _sizes(block))


def _identified(fit: WeekEffects, old: Block, new: Block) -> Block:
    """Take weight from treated cells whose week can't be compared with the unit's untreated weeks."""
    component = fit.components[0]
    first = 0 if old.weights is None else np.argmax(old.weights > 0, axis=1)
    own = np.broadcast_to(component[old.weeks[first]], (len(new.units),))
    good = (component[new.weeks] == own[:, None]) & (own >= 0)[:, None]
    if good.all():
        return new
    cells = np.ones(new.y.shape) if new.weights is None else new.weights
    return Block(new.stratum, new.units, new.weeks, new.y, np.where(good, cells, 0.0), new.covariates)


def _count(block: Block) -> int:
    return block.y.size if block.weights is None else int((block.weights > 0).sum())


def left_out(
    y: FloatArray,
    cohort: IntArray,
    treated: BoolArray,
    share: FloatArray,
    cluster: IntArray,
    *,
    weights: FloatArray | None = None,
    covariates: FloatArray | None = None,
) -> FloatArray:
    """Means of effects without each cluster in turn, imputed anew: (clusters, m); arguments as in `impute`.

    Parameters
    ----------
    share : ndarray, shape (G, T, m)
        How much the mean effect of a cohort and week counts, whoever is left out.

    Raises
    ------
    Inestimable
        Where a cohort and week that counts has no effect without some cluster; it names them.
    """
    out, lost = [], []
    for code in np.unique(cluster):
        kept = cluster != code
        groups, own = np.unique(cohort[kept], return_inverse=True)
        extra = None if covariates is None else covariates[:, kept]
        some = None if weights is None else weights[kept]
        try:
            found = impute(y[kept], own, treated[groups], weights=some, covariates=extra)
        except SingularDesign:
            lost.append(int(code))
            continue
        there = np.zeros(treated.shape, dtype=bool)
        there[groups] = found.counted > 0
        if share[~there].any():
            lost.append(int(code))
            continue
        effects = found.sums / np.where(found.counted > 0, found.counted, 1.0)
        out.append(np.einsum("gt,gtm->m", effects, share[groups]))
    if lost:
        raise Inestimable(lost)
    return np.stack(out)


def residual_square(found: Imputed) -> float:
    """Sum of squared residuals of an unweighted panel on unit and week effects and an effect a cohort and week."""
    total = found.fit.rss
    for old, new, error in zip(found.fit.blocks, found.treated, found.errors, strict=True):
        # Residuals of untreated weeks sum to 0 in a unit already; those of all its weeks together must.
        weeks = _sizes(old) + _sizes(new)
        total += float((error**2).sum() - (error.sum(axis=1) ** 2 / weeks).sum())
    return total
