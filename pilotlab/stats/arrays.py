"""Array types and the two symmetric-matrix helpers that kernels share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

RANK_TOLERANCE = 1e-10


def pinv_symmetric(matrix: FloatArray, *, tolerance: float = RANK_TOLERANCE) -> FloatArray:
    """Moore-Penrose inverse of a symmetric positive semi-definite matrix; eigenvalues below tolerance * largest are zero."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > tolerance * max(float(values[-1]), np.finfo(float).tiny) if values.size else values > 0
    return np.asarray((vectors[:, kept] / values[kept]) @ vectors[:, kept].T)


def sum_by(values: FloatArray, codes: IntArray, groups: int) -> FloatArray:
    """Row sums of `values` (n, k) by group: (groups, k)."""
    return np.column_stack([np.bincount(codes, weights=column, minlength=groups) for column in values.T])
