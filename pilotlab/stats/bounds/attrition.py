"""Attrition by arm: how many left in each, whether the arms differ, and who it was that left.

References
----------
Fisher (1935) for the exact test; Ghanem, Hirshleifer & Ortiz-Becerra (2023), "Testing Attrition Bias in Field
Experiments", for comparing those who left; Bell & McCaffrey (2002) for the standard error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cr2 import cr2


@dataclass(frozen=True, slots=True)
class Attrition:
    """Shares that left, by arm.

    Attributes
    ----------
    treated, comparison : float
        Shares of those who were there at the start.
    difference : float
        Treated less comparison; 0.05 is five percentage points.
    se, df : float
        CR2 by cluster, with its degrees of freedom.
    p_value : float
        Two-sided, t with `df`.
    p_exact : float
        Fisher's exact test on persons; it takes persons as independent, which they are not where whole teams leave.
    """

    treated: float
    comparison: float
    difference: float
    se: float
    df: float
    p_value: float
    p_exact: float

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Two-sided interval of the difference at level 1 - alpha."""
        return _interval(self.difference, self.se, self.df, alpha)


@dataclass(frozen=True, slots=True)
class LeaverGap:
    """Whether those who left differ between the arms, by what was known of them before.

    Attributes
    ----------
    gap : float
        Leavers' mean less stayers' in the treated arm, minus the same in the comparison arm; in the baseline's unit.
    treated, comparison : float
        Leavers' mean less stayers', by arm.
    """

    gap: float
    treated: float
    comparison: float
    se: float
    df: float
    p_value: float

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Two-sided interval of the gap at level 1 - alpha."""
        return _interval(self.gap, self.se, self.df, alpha)


def attrition(left: ArrayLike, there: ArrayLike, treated: ArrayLike) -> Attrition:
    """Compare shares that left between arms, unit by unit.

    Parameters
    ----------
    left, there : array_like of whole numbers, shape (n,)
        Of each unit (team): who left, of how many who were there at the start.
    treated : array_like of 0/1, shape (n,)

    Raises
    ------
    ValueError
        For counts that are no counts, more who left than were there, or an arm without units.

    Notes
    -----
    The regression of the unit's share on its arm, weighted by who was there: arms' pooled shares, units as clusters.
    With one person a unit its standard error is HC2's.
    """
    gone, size = (np.asarray(each, dtype=float) for each in (left, there))
    arm = _arm(treated, len(gone))
    whole = all((each % 1 == 0).all() and (each >= 0).all() for each in (gone, size))
    if gone.shape != size.shape or not whole or (gone > size).any():
        raise ValueError("left and there must be whole numbers of one shape, left no more than there")
    some = size > 0
    gone, size, arm = gone[some], size[some], arm[some]
    if arm.all() or not arm.any():
        raise ValueError("an arm has nobody who was there at the start")
    X = np.column_stack([arm, ~arm]).astype(float)
    se, df = _cells(X, gone / size, size)
    shares = [float(gone[side].sum() / size[side].sum()) for side in (arm, ~arm)]
    table = [[gone[side].sum(), (size - gone)[side].sum()] for side in (arm, ~arm)]
    difference = shares[0] - shares[1]
    return Attrition(
        treated=shares[0],
        comparison=shares[1],
        difference=difference,
        se=se,
        df=df,
        p_value=_p(difference, se, df),
        p_exact=float(stats.fisher_exact(np.array(table, dtype=np.int64)).pvalue),
    )


def leaver_gap(
    baseline: ArrayLike, left: ArrayLike, treated: ArrayLike, *, cluster: ArrayLike | None = None
) -> LeaverGap:
    """Compare the baseline of those who left with that of those who stayed, between arms.

    Parameters
    ----------
    baseline : array_like, shape (n,)
        One number a person (or unit) from before the start.
    left, treated : array_like of 0/1, shape (n,)
    cluster : array_like, shape (n,), optional
        What was drawn together.

    Raises
    ------
    ValueError
        Where a value is missing, or an arm lacks leavers or stayers.
    """
    y = np.asarray(baseline, dtype=float)
    arm, gone = _arm(treated, len(y)), np.asarray(left).astype(bool)
    if gone.shape != y.shape or not np.isfinite(y).all():
        raise ValueError("baseline must be complete, and left must be of its shape")
    cells = [arm & gone, arm & ~gone, ~arm & gone, ~arm & ~gone]
    if not all(cell.any() for cell in cells):
        raise ValueError("each arm needs somebody who left and somebody who stayed")
    group = np.arange(len(y)) if cluster is None else np.unique(np.asarray(cluster), return_inverse=True)[1]
    X = np.column_stack(cells).astype(float)
    fit = ols(X, y)
    contrast = np.array([[1.0, -1.0, -1.0, 1.0]])
    found = cr2(X, fit.residuals, group.astype(np.int64), contrast)
    gap = float(contrast[0] @ fit.coef)
    se, df = float(np.sqrt(found.variance[0, 0])), float(found.df[0])
    first, second = (float(fit.coef[at] - fit.coef[at + 1]) for at in (0, 2))
    return LeaverGap(gap, first, second, se, df, _p(gap, se, df))


def _cells(X: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """CR2 of the difference of two weighted means; every row is a cluster."""
    fit = ols(X, y, weights)
    rows: IntArray = np.arange(len(y))
    found = cr2(X, fit.residuals, rows, np.array([[1.0, -1.0]]), weights=weights)
    return float(np.sqrt(found.variance[0, 0])), float(found.df[0])


def _p(value: float, se: float, df: float) -> float:
    if not np.isfinite(df):
        raise ValueError("each arm needs two units at least, or spread can't be measured")
    if se == 0:
        return 1.0 if value == 0 else 0.0
    return float(2 * stats.t.sf(abs(value) / se, df))


def _interval(value: float, se: float, df: float, alpha: float) -> tuple[float, float]:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
    reach = float(stats.t.isf(alpha / 2, df)) * se if se > 0 else 0.0
    return value - reach, value + reach


def _arm(treated: ArrayLike, rows: int) -> BoolArray:
    arm = np.asarray(treated)
    if arm.shape != (rows,) or not np.isin(arm, (0, 1)).all():
        raise ValueError(f"treated must be {rows} times 0 or 1")
    return arm.astype(bool)
