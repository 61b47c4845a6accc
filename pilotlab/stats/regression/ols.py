"""Ordinary least squares on a small dense design, with classical and heteroskedastic (HC1) variance.

References
----------
White (1980); MacKinnon & White (1985) for HC1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.stats.arrays import RANK_TOLERANCE, FloatArray, SingularDesign


@dataclass(frozen=True, slots=True, eq=False)
class OlsFit:
    """A least-squares fit of n rows on K columns; `bread` is the inverse of X'WX."""

    coef: FloatArray
    bread: FloatArray
    X: FloatArray
    residuals: FloatArray
    weights: FloatArray | None = None

    @property
    def n_obs(self) -> int:
        """Rows."""
        return len(self.residuals)

    @property
    def n_params(self) -> int:
        """Columns, all of which are identified."""
        return len(self.coef)

    @property
    def df(self) -> int:
        """Rows less columns."""
        return self.n_obs - self.n_params

    @property
    def rss(self) -> float:
        """Weighted sum of squared residuals."""
        weighted = self.residuals if self.weights is None else self.residuals * self.weights
        return float(weighted @ self.residuals)

    @property
    def scores(self) -> FloatArray:
        """Regressor times weighted residual, shape (n, K)."""
        weighted = self.residuals if self.weights is None else self.residuals * self.weights
        return self.X * weighted[:, None]


def ols(X: FloatArray, y: FloatArray, weights: FloatArray | None = None) -> OlsFit:
    """Regress y (n,) on X (n, K), with optional positive weights.

    Raises
    ------
    SingularDesign
        Where columns are linear combinations of others.
    """
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    scale = np.sqrt(((X * root[:, None]) ** 2).sum(axis=0))
    scaled = X * root[:, None] / np.where(scale > 0, scale, 1.0)
    left, values, right = np.linalg.svd(scaled, full_matrices=False)
    small = values < np.sqrt(RANK_TOLERANCE) * max(float(values[0]), np.finfo(float).tiny)
    if small.any() or X.shape[0] < X.shape[1]:
        null = right[small] if small.any() else right
        raise SingularDesign(tuple(int(column) for column in np.flatnonzero((null**2).sum(axis=0) > 1e-6)))
    half = right.T / values / scale[:, None]
    coef = half @ (left.T @ (y * root))
    return OlsFit(coef=coef, bread=half @ half.T, X=X, residuals=y - X @ coef, weights=weights)


def iid(fit: OlsFit) -> FloatArray:
    """Classical variance: residual variance on n - K degrees of freedom times the bread."""
    return np.asarray(fit.bread * fit.rss / fit.df)


def hc1(fit: OlsFit) -> FloatArray:
    """Heteroskedasticity-robust variance with the n / (n - K) factor."""
    scores = fit.scores
    return np.asarray(fit.bread @ (scores.T @ scores) @ fit.bread * fit.n_obs / fit.df)
