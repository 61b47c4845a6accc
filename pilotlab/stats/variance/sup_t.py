"""Simultaneous bands: the critical value that the largest of several t statistics exceeds with probability alpha.

References
----------
Montiel Olea & Plagborg-Moller (2019), "Simultaneous Confidence Bands".
"""

from __future__ import annotations

import numpy as np

from pilotlab.stats.arrays import FloatArray


def sup_t_critical(variance: FloatArray, df: float, *, alpha: float, draws: int, seed: int) -> float:
    """Quantile 1 - alpha of the largest absolute value of a multivariate t with the correlation of `variance` (m, m)."""
    if not np.isfinite(variance).all():
        raise FloatingPointError("a variance is too large for a float")
    scale = np.sqrt(np.maximum(np.diag(variance), 0.0))
    moving = scale > 0
    if not moving.any():
        return 0.0
    correlation = variance[np.ix_(moving, moving)] / np.outer(scale[moving], scale[moving])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal((draws, len(root))) @ root.T
    spread = np.sqrt(rng.chisquare(df, size=draws) / df) if np.isfinite(df) else np.ones(draws)
    return float(np.quantile(np.abs(normal).max(axis=1) / spread, 1 - alpha))
