"""What kernels share: array types, the generalised inverse, group sums, and the word for a design without an answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

RANK_TOLERANCE = 1e-10
STRIP = 1024  # units worked on at once


class SingularDesign(ValueError):  # noqa: N818 - a condition of the data, named as such
    """Regressors that the fixed effects, or each other, explain wholly; `columns` are their positions."""

    def __init__(self, columns: tuple[int, ...]) -> None:
        self.columns = columns
        super().__init__(f"columns {columns} are explained by the effects and the other columns")


def pinv_symmetric(matrix: FloatArray, *, tolerance: float = RANK_TOLERANCE) -> FloatArray:
    """Inverse of a symmetric positive semi-definite matrix, generalised where it is singular.

    Rows are brought to one scale first; eigenvalues below tolerance * largest are then zero.
    """
    diagonal = np.diag(matrix)
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    kept = values > tolerance * max(float(values[-1]), np.finfo(float).tiny) if values.size else values > 0
    return np.asarray((vectors[:, kept] / values[kept]) @ vectors[:, kept].T / np.outer(scale, scale))


def distinct(codes: IntArray) -> IntArray:
    """Codes that are there, ascending: sorted, for `np.unique` hashes many of them slowly."""
    ordered = np.sort(codes)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return np.asarray(ordered[first])


def n_distinct(codes: IntArray) -> int:
    """How many codes, 0 upwards, are there: counted, for `np.unique` hashes many of them slowly."""
    return int(np.count_nonzero(np.bincount(codes)))


def strips(units: IntArray) -> Iterator[IntArray]:
    """Take units some at a time, so that what is made of their series stays near the processor."""
    return (units[first : first + STRIP] for first in range(0, len(units), STRIP))


def sum_by(values: FloatArray, codes: IntArray, groups: int) -> FloatArray:
    """Row sums of `values` (n, k) by group: (groups, k)."""
    return np.column_stack([np.bincount(codes, weights=column, minlength=groups) for column in values.T])
