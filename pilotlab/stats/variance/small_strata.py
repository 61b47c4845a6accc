"""Small strata: the variance of a stratified difference where an arm of some stratum holds one unit.

Strata with two or more on each side measure their own spread. Small ones measure it together: between them, by the weighted
estimator of Pashley & Miratrix, where there are three or more and none holds half their units; else each lonely unit takes the
spread of its arm elsewhere.

References
----------
Pashley & Miratrix (2021), "Insights on Variance Estimation for Blocked and Matched Pairs Designs", Journal of Educational and
Behavioral Statistics 46(3): the hybrid estimator, equations 8 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray

Cells = Sequence[FloatArray]
"""Values by stratum and arm: 2s those of comparison, 2s + 1 those treated; none is empty."""


def small_strata(cells: Cells) -> BoolArray:
    """Mark strata an arm of which holds one unit, shape (S,)."""
    size = _sizes(cells)
    return np.asarray(size.min(axis=1) == 1)


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Standard error, degrees of freedom, and whether small strata measured their spread between them."""

    se: float
    df: float
    between: bool = False


def hybrid(cells: Cells) -> Hybrid | None:
    """Measure the spread of sum n_s / n times (mean treated less mean comparison).

    Parameters
    ----------
    cells : sequence of ndarray, length 2S

    Returns
    -------
    Hybrid or None
        Degrees of freedom are Satterthwaite's where all units have one spread and strata one effect. None where every
        stratum is small and they can't measure their spread between them.

    Examples
    --------
    >>> pairs = [np.array([value]) for value in (0.0, 1.0, 0.5, 2.5, 1.0, 1.5)]
    >>> found = hybrid(pairs)  # the paired t: differences 1, 2 and 0.5
    >>> round(found.se, 6), round(found.df, 6), found.between
    (0.440959, 2.0, True)
    """
    size, small = _sizes(cells), small_strata(cells)
    between = _between(cells, size, small)
    if small.any() and between is None:
        return _by_arm(cells, size)
    spread, trace, squares = between or (0.0, 0.0, 0.0)
    whole = size.sum()
    portion = size[small].sum() / whole
    parts = [(portion**2 * spread, portion**2 * trace, portion**4 * squares)]
    for place in np.flatnonzero(~small).tolist():
        weight = (size[place].sum() / whole) ** 2
        parts += [_of_cell(cells[2 * place + arm], weight) for arm in (0, 1)]
    return replace(_satterthwaite(parts), between=bool(small.any()))


def _of_cell(values: FloatArray, weight: float) -> tuple[float, float, float]:
    """Variance of a cell's mean; its expectation and half its variance where units have variance 1."""
    n = len(values)
    return weight * float(np.var(values, ddof=1)) / n, weight / n, (weight / n) ** 2 / (n - 1)


def _between(cells: Cells, size: FloatArray, small: BoolArray) -> tuple[float, float, float] | None:
    """Variance of the small strata's weighted mean, from how they differ."""
    own = size[small]
    held = own.sum(axis=1)
    total = held.sum()
    if small.sum() < 3 or (total <= 2 * held).any():
        return None
    effect = np.array([cells[2 * s + 1].mean() - cells[2 * s].mean() for s in np.flatnonzero(small).tolist()])
    weight = held**2 / (total - 2 * held) / (total + (held**2 / (total - 2 * held)).sum())
    centred = np.eye(len(held)) - held / total
    form = centred.T @ (weight[:, None] * centred)
    noise = (1 / own).sum(axis=1)
    trace = float(np.diag(form) @ noise)
    return float(effect @ form @ effect), trace, float(((form * noise) * (form * noise).T).sum())


def _by_arm(cells: Cells, size: FloatArray) -> Hybrid | None:
    """Let a lonely unit take its arm's spread, pooled over the cells that have one; of both arms where its own has none."""
    n = size.ravel()
    weight = (np.repeat(size.sum(axis=1), 2) / n.sum()) ** 2 / n
    arm = np.tile([0, 1], len(size))
    many = n > 1
    if not many.any():
        return None
    share = np.where(many, weight, 0.0)
    for place in np.flatnonzero(~many).tolist():
        lenders = many & (arm == arm[place])
        lenders = lenders if lenders.any() else many
        share[lenders] += weight[place] * (n[lenders] - 1) / (n[lenders] - 1).sum()
    parts = [
        (share[place] * float(np.var(cells[place], ddof=1)), share[place], share[place] ** 2 / (n[place] - 1))
        for place in np.flatnonzero(many).tolist()
    ]
    return _satterthwaite(parts)


def _satterthwaite(parts: Sequence[tuple[float, float, float]]) -> Hybrid:
    spread, trace, squares = (sum(column) for column in zip(*parts, strict=True))
    return Hybrid(float(np.sqrt(spread)), float(trace**2 / squares))


def _sizes(cells: Cells) -> FloatArray:
    return np.array([len(cell) for cell in cells], dtype=float).reshape(-1, 2)
