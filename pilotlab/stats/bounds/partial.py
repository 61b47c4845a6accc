"""Bounds: what an effect can be when some outcomes were never seen.

Lee's bounds trim the arm that answered more, from above and from below; they assume that treatment moves answering in one
direction only. Manski's bounds on missing weeks put the best and the worst possible value in every gap and assume nothing.

References
----------
Lee (2009), "Training, Wages, and Sample Selection: Estimating Sharp Bounds on Treatment Effects", proposition 3 for the
variance; Imbens & Manski (2004) for the interval; Horowitz & Manski (2000) for missing outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, sum_by
from pilotlab.stats.regression.change import arm_cells, unit_mean
from pilotlab.stats.variance.cr2 import cells_cr2


@dataclass(frozen=True, slots=True)
class Bounds:
    """Ends between which the effect lies, with their standard errors.

    Attributes
    ----------
    lower, upper : float
        In the outcome's unit.
    share : float
        Lee: the part of the arm that answered more that is trimmed. Manski: the part of cells that are missing.
    df : float
        Degrees of freedom of the t distribution that intervals use; infinite for a normal.
    """

    lower: float
    upper: float
    se_lower: float
    se_upper: float
    share: float
    df: float

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Interval that holds the effect itself, not the whole span, at level 1 - alpha (Imbens & Manski 2004)."""
        if not 0 < alpha < 1:
            raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
        law = stats.t(self.df) if np.isfinite(self.df) else stats.norm()
        widest = max(self.se_lower, self.se_upper)
        shift = (self.upper - self.lower) / widest if widest > 0 else np.inf
        reach = float(
            optimize.brentq(
                lambda c: float(law.cdf(c + shift) - law.cdf(-c)) - (1 - alpha),
                0.0,
                float(law.isf(alpha / 2)) + 1e-9,
            )
        )
        return self.lower - reach * self.se_lower, self.upper + reach * self.se_upper


def lee_bounds(
    y: ArrayLike, treated: ArrayLike, selected: ArrayLike, *, cluster: ArrayLike | None = None
) -> Bounds:
    """Bound the effect on those who would be seen in either arm.

    Parameters
    ----------
    y : array_like, shape (n,)
        Outcome; not read where `selected` is 0.
    treated, selected : array_like of 0/1, shape (n,)
        Arm, and whether the outcome was seen (answered, stayed).
    cluster : array_like, shape (n,), optional
        What was drawn together; each row by itself where left out.

    Raises
    ------
    ValueError
        Where shapes differ, values are missing among the seen, or an arm holds nobody who was seen.

    Notes
    -----
    With q the share of the larger arm's answers that is kept, the bounds are means of its lowest and highest q. The
    boundary answer counts in part, so that exactly q is kept. The variance has three parts: the trimmed mean's, the
    trimmed share's, and the other arm's; summed by cluster of their influence functions.
    """
    outcome, arm, seen = (
        np.asarray(y, dtype=float),
        _zero_one("treated", treated),
        _zero_one("selected", selected),
    )
    if not outcome.shape == arm.shape == seen.shape or outcome.ndim != 1:
        raise ValueError(f"y, treated and selected have shapes {outcome.shape}, {arm.shape}, {seen.shape}")
    if not np.isfinite(outcome[seen]).all():
        raise ValueError("y is missing or infinite where selected is 1")
    for side, name in ((arm, "treated"), (~arm, "comparison")):
        if not (side & seen).any():
            raise ValueError(f"no outcome of the {name} arm was seen: nothing can be bounded")
    group = _codes(cluster, len(arm))
    rate = seen[arm].mean(), seen[~arm].mean()
    more = arm if rate[0] >= rate[1] else ~arm
    kept = min(rate) / max(rate)
    sign = 1.0 if rate[0] >= rate[1] else -1.0
    other, other_part = _mean(outcome, ~more & seen)
    low, low_part = _trimmed(outcome, more, seen, kept)
    high, high_part = _trimmed(-outcome, more, seen, kept)
    ends = sorted(
        [
            (sign * (low - other), sign * (low_part - other_part)),
            (sign * (-high - other), sign * (-high_part - other_part)),
        ],
        key=lambda end: end[0],
    )
    (lower, first), (upper, second) = ends
    clusters = int(group.max()) + 1
    df = float(clusters - 1) if clusters < 50 else np.inf
    return Bounds(lower, upper, _se(first, group), _se(second, group), 1 - kept, df)


def manski_missing_weeks(
    y: ArrayLike,
    treated: ArrayLike,
    before: ArrayLike,
    after: ArrayLike,
    *,
    low: float,
    high: float,
    strata: ArrayLike | None = None,
) -> Bounds:
    """Bound the difference of changes when every missing week could hold anything between `low` and `high`.

    Parameters
    ----------
    y : array_like, shape (n, T)
        Unit by week; nan where missing.
    treated : array_like of 0/1, shape (n,)
    before, after : array_like of 0/1, shape (T,)
        Weeks of the baseline, and treated weeks that count.
    low, high : float
        Smallest and largest value the outcome can take.
    strata : array_like, shape (n,), optional
        As in the estimator `change`.

    Raises
    ------
    ValueError
        Where a value lies outside low and high, an arm of a stratum is empty, or no week counts on a side.
    """
    values, arm = np.asarray(y, dtype=float), _zero_one("treated", treated)
    sides = [_zero_one(name, each) for name, each in (("before", before), ("after", after))]
    if values.ndim != 2 or values.shape != (len(arm), len(sides[0])) or len(sides[0]) != len(sides[1]):
        raise ValueError(f"y has shape {values.shape}; it must be {len(arm)} units x {len(sides[0])} weeks")
    if not sides[0].any() or not sides[1].any() or (sides[0] & sides[1]).any():
        raise ValueError("before and after must each hold a week, and share none")
    seen = np.isfinite(values)
    if (
        not (np.isfinite([low, high]).all() and low < high)
        or (values[seen] < low).any()
        or (values[seen] > high).any()
    ):
        raise ValueError(f"low {low!r} and high {high!r} must be finite and hold every value of y")
    stratum = np.zeros(len(arm), dtype=np.int64) if strata is None else _codes(strata, len(arm))
    cell, share = arm_cells(arm, stratum)
    if (np.bincount(cell, minlength=len(share)) == 0).any():
        raise ValueError("a stratum has no unit in one of the arms")
    ends = []
    for worst in (True, False):
        # The effect is smallest where the treated are low after and high before, and the others the other way round.
        down = np.where(arm, worst, not worst)[:, None]
        late, early = np.where(down, low, high), np.where(down, high, low)
        filled = np.where(seen, values, np.where(sides[1], late, early))
        change = unit_mean(filled[:, sides[1]]) - unit_mean(filled[:, sides[0]])
        cells = [change[cell == each] for each in range(len(share))]
        ends.append((float(share @ [each.mean() for each in cells]), *cells_cr2(cells, share)))
    (lower, se_lower, df), (upper, se_upper, _) = ends
    missing = 1 - float(seen[:, sides[0] | sides[1]].mean())
    return Bounds(lower, upper, se_lower, se_upper, missing, df)


def _mean(y: FloatArray, rows: BoolArray) -> tuple[float, FloatArray]:
    """Mean of some rows, and each row's part in its error."""
    mean = float(y[rows].mean())
    part = np.zeros(len(y))
    part[rows] = (y[rows] - mean) / rows.sum()
    return mean, part


def _trimmed(y: FloatArray, arm: BoolArray, seen: BoolArray, kept: float) -> tuple[float, FloatArray]:
    """Mean of the lowest `kept` of an arm's seen outcomes, and each row's part in its error, the share's included."""
    rows = arm & seen
    ordered = np.sort(y[rows])
    count = kept * len(ordered)
    whole = min(int(np.floor(count + 1e-9)), len(ordered))
    edge = float(ordered[min(whole, len(ordered) - 1)])
    rest = max(count - whole, 0.0)
    mean = float((ordered[:whole].sum() + rest * edge) / count)
    part = np.zeros(len(y))
    inside = np.where(y[rows] < edge, y[rows] - edge, 0.0)
    part[rows] = (inside / kept - (mean - edge)) / rows.sum()
    if kept < 1:
        part = part + (edge - mean) / kept * _share_part(arm, seen, kept)
    return mean, part


def _share_part(arm: BoolArray, seen: BoolArray, kept: float) -> FloatArray:
    """Each row's part in the error of the kept share: the smaller rate over the larger."""
    larger = float(seen[arm].mean())
    of_other = np.where(~arm, seen - larger * kept, 0.0) / (~arm).sum()
    of_arm = np.where(arm, seen - larger, 0.0) / arm.sum()
    return np.asarray((of_other - kept * of_arm) / larger)


def _se(part: FloatArray, group: IntArray) -> float:
    clusters = int(group.max()) + 1
    summed = sum_by(part[:, None], group, clusters)[:, 0]
    return float(np.sqrt(clusters / max(clusters - 1, 1) * np.sum(summed**2)))


def _codes(labels: ArrayLike | None, rows: int) -> IntArray:
    if labels is None:
        return np.arange(rows)
    found = np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)
    if found.shape != (rows,):
        raise ValueError(f"cluster has shape {found.shape} for {rows} rows")
    return found


def _zero_one(name: str, values: ArrayLike) -> BoolArray:
    array = np.asarray(values)
    if array.ndim != 1 or not array.size or not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} must be one row of 0 and 1")
    return array.astype(bool)
