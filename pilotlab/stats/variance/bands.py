"""Bands: one critical value for all weeks together.

References
----------
Montiel Olea & Plagborg-Moller (2019), "Simultaneous Confidence Bands"; Sidak (1967), "Rectangular confidence regions for
the means of multivariate normal distributions".
"""

from __future__ import annotations

import numpy as np
from scipy import special

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


def sidak_t_critical(weeks: int, *, df: float, alpha: float = 0.05) -> float:
    """Return Sidak's critical value for `weeks` t statistics; it holds whatever their correlation."""
    each = 1 - (1 - alpha) ** (1 / weeks)
    return float(special.stdtrit(df, 1 - each / 2))
