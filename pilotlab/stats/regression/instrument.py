"""Instrument: the effect of what units did, where chance moved what they did through the arm they were drawn into.

The complier effect is the effect of assignment on the outcome over its effect on the dose. Where assignment moves the dose
little, that ratio's usual interval is wrong; the Anderson-Rubin set is right however weak it is: all effects b for which the
outcome less b times the dose does not differ between the arms.

References
----------
Imbens & Angrist (1994); Angrist, Imbens & Rubin (1996); Anderson & Rubin (1949); Montiel Olea & Pflueger (2013), for one
instrument the robust first-stage F; Wooldridge (2010), section 5.2, for two-stage least squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from pilotlab.stats.arrays import FloatArray, IntArray, SingularDesign
from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cluster import cr1
from pilotlab.stats.variance.cr2 import cr2

WEAK = 10.0  # first-stage F below which the usual interval is not to be trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Complier:
    """The effect of one unit more of the dose, among those whom assignment moved.

    Attributes
    ----------
    effect, se, df : float
        Ratio of the two effects of assignment, CR1 by cluster, and degrees of freedom (clusters less one).
    on_outcome, on_dose : float
        Effects of assignment.
    first_stage_f : float
        Robust F of assignment in the dose: below 10 the arms hardly differ in what they did.
    region : tuple of tuples of float
        Intervals whose union is the Anderson-Rubin set at `alpha`: one, two open ones, or the whole line.
    """

    effect: float
    se: float
    df: float
    on_outcome: float
    on_dose: float
    first_stage_f: float
    region: tuple[tuple[float, float], ...]
    alpha: float

    @property
    def weak(self) -> bool:
        """Whether only the Anderson-Rubin set can be trusted."""
        return self.first_stage_f < WEAK

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect, by the ratio's standard error."""
        return (
            float(2 * stats.t.sf(abs(self.effect) / self.se, self.df))
            if self.se > 0
            else float(self.effect == 0)
        )

    def interval(self) -> tuple[float, float]:
        """Interval by the ratio's standard error."""
        reach = float(stats.t.isf(self.alpha / 2, self.df)) * self.se
        return self.effect - reach, self.effect + reach


def complier_effect(
    outcome: ArrayLike,
    dose: ArrayLike,
    assigned: ArrayLike,
    *,
    others: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    alpha: float = 0.05,
) -> Complier:
    """Use assignment as the instrument of a dose; two-stage least squares with as many instruments as doses.

    Parameters
    ----------
    outcome, dose : array_like, shape (n,)
        For example each team's change in the outcome, and in office days.
    assigned : array_like, shape (n,)
        What was drawn: 1 for the pilot arm, or its number of days.
    others : array_like, shape (n, p), optional
        Strata or baseline values that both stages hold fixed; a constant is always there.
    cluster : array_like, shape (n,), optional
        What was drawn together; each row by itself where left out.
    weights : array_like, shape (n,), optional
        Positive.

    Raises
    ------
    ValueError
        Where shapes differ, values are missing, assignment does not vary, others explain it, or clusters are fewer than 3.

    Notes
    -----
    Just identified, so b = (z'y) / (z'd) with z the assignment after the others. Its scores are z (y - b d - ...), cluster
    by cluster. The set solves a quadratic: (g_y - b g_d)^2 <= c^2 (V_yy - 2 b V_yd + b^2 V_dd) with g the effects of assignment,
    V their CR2 covariance and c the t quantile at CR2's degrees of freedom.
    """
    y, d, z = (np.asarray(each, dtype=float) for each in (outcome, dose, assigned))
    n = len(y)
    extra = np.zeros((n, 0)) if others is None else np.asarray(others, dtype=float).reshape(n, -1)
    w = None if weights is None else np.asarray(weights, dtype=float)
    _check(y, d, z, extra, w, alpha)
    group: IntArray = (
        np.arange(n)
        if cluster is None
        else np.unique(np.asarray(cluster), return_inverse=True)[1].astype(np.int64)
    )
    if len(group) != n or int(group.max()) < 2:
        raise ValueError("cluster must be one label a row, three clusters or more")
    X = np.column_stack([z, np.ones(n), extra])
    try:
        reduced, first = ols(X, y, w), ols(X, d, w)
    except SingularDesign:
        raise ValueError("assigned does not vary once a constant and others are held fixed") from None
    on_outcome, on_dose = float(reduced.coef[0]), float(first.coef[0])
    if abs(on_dose) <= 1e-12 * float(np.abs(d).max(initial=1e-300)):
        raise ValueError("assignment does not move the dose at all: there is no complier effect")
    effect = on_outcome / on_dose
    # Residuals of both stages at the effect: y - b d less its fit on the exogenous columns.
    error = reduced.residuals - effect * first.residuals
    row = error if w is None else error * w
    spread = cr1(X * row[:, None], group, reduced.bread, n_obs=n, n_params=X.shape[1])
    pieces, df = _covariance(X, reduced.residuals, first.residuals, group, w)
    return Complier(
        effect=effect,
        se=float(np.sqrt(spread.variance[0, 0])) / abs(on_dose),
        df=float(spread.df),
        on_outcome=on_outcome,
        on_dose=on_dose,
        first_stage_f=on_dose**2 / pieces[2] if pieces[2] > (1e-12 * on_dose) ** 2 else float("inf"),
        region=_region(on_outcome, on_dose, pieces, float(stats.t.isf(alpha / 2, df))),
        alpha=alpha,
    )


def _covariance(
    X: FloatArray, of_outcome: FloatArray, of_dose: FloatArray, group: IntArray, w: FloatArray | None
) -> tuple[tuple[float, float, float], float]:
    """CR2 of assignment's effects on outcome and dose, and between them by polarisation; degrees of freedom."""
    contrast = np.eye(1, X.shape[1])
    size = _norm(of_outcome) / max(_norm(of_dose), 1e-150) or 1.0
    scaled = of_dose * size
    found = [cr2(X, each, group, contrast, weights=w) for each in (of_outcome, scaled, of_outcome + scaled)]
    yy, dd, both = (float(each.variance[0, 0]) for each in found)
    return (yy, (both - yy - dd) / (2 * size), dd / size**2), float(found[0].df[0])


def _norm(values: FloatArray) -> float:
    return float(np.sqrt(values @ values))


def _region(
    on_outcome: float, on_dose: float, pieces: tuple[float, float, float], cut: float
) -> tuple[tuple[float, float], ...]:
    """Effects b with a b^2 - 2 h b + c <= 0."""
    yy, yd, dd = pieces
    a, h, c = on_dose**2 - cut**2 * dd, on_outcome * on_dose - cut**2 * yd, on_outcome**2 - cut**2 * yy
    room = h**2 - a * c
    if a > 0:
        root = float(np.sqrt(max(room, 0.0)))
        return (((h - root) / a, (h + root) / a),)
    if room <= 0:
        return ((-np.inf, np.inf),)
    root = float(np.sqrt(room))
    if a == 0:
        return ((c / (2 * h), np.inf),) if h > 0 else ((-np.inf, c / (2 * h)),)
    ends = sorted(((h - root) / a, (h + root) / a))
    return ((-np.inf, ends[0]), (ends[1], np.inf))


def _check(
    y: FloatArray, d: FloatArray, z: FloatArray, extra: FloatArray, w: FloatArray | None, alpha: float
) -> None:
    if y.ndim != 1 or not y.shape == d.shape == z.shape:
        raise ValueError(f"outcome, dose and assigned have shapes {y.shape}, {d.shape}, {z.shape}")
    if not all(np.isfinite(each).all() for each in (y, d, z, extra)):
        raise ValueError("a value is missing or infinite; leave such rows out")
    if w is not None and (w.shape != y.shape or not (w > 0).all()):
        raise ValueError("weights must be positive, one a row")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} must lie between 0 and 1")
