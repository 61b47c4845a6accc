"""Randomisation inference for a regression on unit and time effects, fitted anew in every draw: gaps, weights, covariates.

With one start a draw z puts the regressors of the treated on other units: X(z) holds, for each term, the cells of the
units drawn. M takes out of rows all that no draw changes (unit effects, time effects, covariates). Then the coefficients
are (X'MX)^-1 X'My, and both products are sums over drawn units of numbers made once: s_i = P_i'My and Q_ij = P_i'MP_j, with
P_i the cells of unit i by term. Removing an effect e from the observed treated cells leaves T(z) - e a(z), a(z) the same
estimate of those cells' indicator.

References
----------
Rosenbaum (2002), "Covariance Adjustment in Randomized Experiments and Observational Studies".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray
from pilotlab.stats.randomization.adjusted_draws import AdjustedResult
from pilotlab.stats.randomization.draws import LIMIT, Design, count, draw_blocks
from pilotlab.stats.randomization.sharp_null import ROUNDING, Lost

MOST_CELLS = 20_000_000  # of the units' cells written out by the effects
RANK = 1e-10  # of the largest singular value


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRegression:
    """Rows of a regression whose treated cells a draw moves.

    Attributes
    ----------
    y : ndarray, shape (N,)
    unit : ndarray, shape (N,)
    term : ndarray, shape (N,)
        Which of k regressors a treated unit has in this row; -1 for none.
    nuisance : ndarray, shape (N, K)
        Columns that no draw changes, unit effects apart.
    weights : ndarray, shape (N,), optional
    contrasts : ndarray, shape (m, k)
        Of coefficients; each is tested against the effect in the terms it weighs.
    """

    y: FloatArray
    unit: IntArray
    term: IntArray
    nuisance: FloatArray
    weights: FloatArray | None
    contrasts: FloatArray

    @property
    def cells(self) -> int:
        """What writing it out takes."""
        return len(self.y) * int(self.nuisance.shape[1] + self.unit.max() + 1)


def regression_test(
    regression: DrawnRegression, design: Design, *, reps: int = 9999, seed: int = 0
) -> list[AdjustedResult]:
    """Test every contrast against the admissible draws; the same draws for all.

    Parameters
    ----------
    design : Design
        Of the units, in the order of their codes.
    reps, seed : int
        Sampled draws beside the one that was made where more than 1,000,000 are admissible, and their seed.
    """
    s, square, scale = _moments(regression, design.units)
    own = (regression.contrasts != 0).astype(float)
    observed = design.z.astype(float)
    towards = np.einsum("iejf,j->ief", square, observed)

    def statistics(block: FloatArray) -> FloatArray:
        """T and a of each draw, shape (draws, 2, m)."""
        left = _quadratic(block, square)
        right = np.concatenate([(block @ s)[:, :, None], np.einsum("bi,ief->bef", block, towards)], axis=2)
        coef = _solve(left, right)
        t = np.einsum("mk,bk->bm", regression.contrasts, coef[:, :, 0])
        a = np.einsum("mk,bkf,mf->bm", regression.contrasts, coef[:, :, 1:], own)
        return np.stack([t, a], axis=1)

    made = statistics(observed[None])[0, 0]
    drawn = np.concatenate([statistics(block.astype(float)) for block in draw_blocks(design, reps, seed)])
    exact = design.given is not None or count(design) <= LIMIT
    return [_result(float(made[k]), drawn[:, :, k], exact, scale) for k in range(len(made))]


def _result(att: float, drawn: FloatArray, exact: bool, scale: float) -> AdjustedResult:
    lost = ~np.isfinite(drawn).all(axis=1)
    return AdjustedResult(
        att=att,
        statistics=np.where(lost, att, drawn[:, 0]),
        indicator=np.where(lost, 1.0, drawn[:, 1]),
        exact=exact,
        rounding=ROUNDING * scale,
        lost=Lost(draws=int(lost.sum())),
    )


def _moments(regression: DrawnRegression, units: int) -> tuple[FloatArray, FloatArray, float]:
    """Products s (n, k) and Q (n, k, n, k) with all that no draw changes taken out; and the outcome's scale."""
    k = regression.contrasts.shape[1]
    root = np.ones(len(regression.y)) if regression.weights is None else np.sqrt(regression.weights)
    effects = (regression.unit[:, None] == np.arange(units)).astype(float)
    basis = _basis(root[:, None] * np.hstack([effects, regression.nuisance]))
    y = root * regression.y
    y = y - basis @ (basis.T @ y)
    inside = regression.term >= 0
    place = (regression.unit * k + regression.term)[inside]
    through = np.zeros((units * k, basis.shape[1]))
    np.add.at(through, place, (root[:, None] * basis)[inside])
    own = np.bincount(place, weights=(root**2)[inside], minlength=units * k)
    square = np.diag(own) - through @ through.T
    s: FloatArray = np.bincount(place, weights=(root * y)[inside], minlength=units * k).astype(np.float64)
    return s.reshape(units, k), square.reshape(units, k, units, k), float(np.abs(y).max(initial=0.0))


def _basis(columns: FloatArray) -> FloatArray:
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    kept: BoolArray = values > RANK * values[0]
    return np.asarray(left[:, kept])


def _quadratic(block: FloatArray, square: FloatArray) -> FloatArray:
    """X'MX of each draw, shape (draws, k, k)."""
    k = square.shape[1]
    found = np.empty((len(block), k, k))
    for e in range(k):
        for f in range(e, k):
            found[:, e, f] = found[:, f, e] = ((block @ square[:, e, :, f]) * block).sum(axis=1)
    return found


def _solve(left: FloatArray, right: FloatArray) -> FloatArray:
    """Coefficients of each draw; nan where its regressors can't be told apart."""
    scale = np.sqrt(np.maximum(np.einsum("bee->be", left), 0.0))
    held = (scale > 0).all(axis=1)
    found = np.full(right.shape, np.nan)
    unit = np.where(held[:, None], scale, 1.0)
    even = left / (unit[:, :, None] * unit[:, None, :])
    held[held] &= np.linalg.eigvalsh(even[held])[:, 0] > RANK
    found[held] = np.linalg.solve(even[held], right[held] / unit[held, :, None]) / unit[held, :, None]
    return found
