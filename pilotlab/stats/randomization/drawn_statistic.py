"""The statistic of a draw: the difference of mean changes within strata, over every draw at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.draws import Design, draw_blocks, treated_sums

Statistic = Callable[[FloatArray], FloatArray]


def drawn_statistic(
    design: Design, strata: IntArray, weights: FloatArray | None, reps: int, seed: int
) -> Statistic:
    """Return T as a function of columns (n_units, q) over all draws, (n_draws, q).

    T is the sum over strata of n_s / n times (mean of the treated minus mean of the others), over the strata that hold
    both arms in that draw; nan where none does.

    References
    ----------
    Imbens & Rubin (2015), "Causal Inference for Statistics, Social, and Biomedical Sciences", chapter 9.
    """
    codes = _compact(strata)
    if weights is None and _constant_arms(design, codes):
        per_unit = _treated_weight(design.z, codes)[:, None]
        return lambda columns: treated_sums(design, per_unit * centred_within(columns, codes), reps, seed)
    mass = np.ones(design.units) if weights is None else weights
    return lambda columns: np.concatenate(
        [_by_block(block, codes, mass, columns) for block in draw_blocks(design, reps, seed)]
    )


def observed_statistic(
    z: BoolArray, strata: IntArray, columns: FloatArray, weights: FloatArray | None = None
) -> FloatArray:
    """T of one draw, straight from its definition; columns (n_units, q) in, (q,) out."""
    mass = np.ones(len(z)) if weights is None else weights
    return np.asarray(_by_block(z[None, :], _compact(strata), mass, columns)[0])


def centred_within(columns: FloatArray, strata: IntArray) -> FloatArray:
    """Take the strata's means out of columns (n_units, q): T does not see them, rounding does."""
    held = np.bincount(strata)
    sums = np.zeros((len(held), columns.shape[1]))
    np.add.at(sums, strata, columns)
    return np.asarray(columns - (sums / np.maximum(held, 1)[:, None])[strata])


def _constant_arms(design: Design, codes: IntArray) -> bool:
    """Say whether every draw has the same number of treated units in each stratum of the estimate."""
    if design.given is not None:
        return False
    size_of_cluster = np.bincount(design.cluster)[design.cluster]
    first = np.unique(design.strata, return_index=True)[1]
    return all((values == values[first][design.strata]).all() for values in (codes, size_of_cluster))


def _treated_weight(z: BoolArray, codes: IntArray) -> FloatArray:
    """Weight of a treated unit's centred change in T: n_s / n times (1 / n1 + 1 / n0)."""
    held, treated = np.bincount(codes), np.bincount(codes, weights=z)
    return np.asarray((held / len(z) * (1 / treated + 1 / (held - treated)))[codes])


def _by_block(block: BoolArray, codes: IntArray, mass: FloatArray, columns: FloatArray) -> FloatArray:
    """T of a block of draws whose arms may differ in size from draw to draw."""
    total, used = np.zeros((len(block), columns.shape[1])), np.zeros((len(block), 1))
    for stratum in range(codes.max() + 1):
        inside = codes == stratum
        z, weight, own = block[:, inside].astype(float), mass[inside], columns[inside]
        held = z.sum(axis=1, keepdims=True)
        whole = (held > 0) & (held < z.shape[1])
        treated = (z @ weight)[:, None]
        sums = z @ (weight[:, None] * own)
        with np.errstate(invalid="ignore", divide="ignore"):
            difference = sums / treated - (weight @ own - sums) / (weight.sum() - treated)
        total += np.where(whole, weight.sum() * difference, 0.0)
        used += weight.sum() * whole
    empty = np.full(total.shape, np.nan)
    return np.asarray(np.divide(total, used, out=empty, where=used > 0))


def _compact(strata: IntArray) -> IntArray:
    return np.unique(strata, return_inverse=True)[1].astype(np.intp)
