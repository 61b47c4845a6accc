"""Separation: rows whose events a covariate foretells wholly, so that a likelihood has its maximum at infinity.

A direction in which no row with some events and some room moves, and every other row only towards what it holds (a count of
none down, a share of all up), raises the likelihood for ever. The rows that move say nothing of the other coefficients: without
them the fit is the limit of the fit with them.

References
----------
Correia, Guimaraes & Zylkin (2021), "Verifying the existence of maximum likelihood estimates for generalized linear models";
Albert & Anderson (1984) for logits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pilotlab.stats.arrays import RANK_TOLERANCE, BoolArray, FloatArray

ROUNDING = 1e-9  # of the largest move: less is arithmetic
FARTHEST = 1e6  # times the shortest way that is tried


class SeparatedRows(ValueError):  # noqa: N818 - a condition of the data, named as such
    """Rows that must leave; `columns` are the positions of what foretells them."""

    def __init__(self, rows: BoolArray, columns: tuple[int, ...]) -> None:
        self.rows, self.columns = rows, columns
        super().__init__(f"columns {columns} foretell {int(rows.sum())} rows wholly")


def refuse_separated(X: FloatArray, none: BoolArray, every: BoolArray) -> None:
    """Refuse a design with separated rows.

    Parameters
    ----------
    X : ndarray, shape (n, K)
        Of full rank.
    none, every : ndarray, shape (n,)
        Rows without an event, and those that can hold no more.

    Raises
    ------
    SeparatedRows
    """
    edge = none | every
    length = np.sqrt((X**2).sum(axis=0))
    scaled = X / np.where(length > 0, length, 1.0)
    inside = scaled[~edge]
    values, vectors = np.linalg.eigh(inside.T @ inside)
    free = vectors[:, values <= RANK_TOLERANCE * max(float(values[-1]), np.finfo(float).tiny)]
    if not edge.any() or not free.shape[1]:
        return
    moves = scaled[edge] @ free * np.where(every[edge], 1.0, -1.0)[:, None]
    moves[np.abs(moves) <= ROUNDING * np.abs(moves).max(initial=0.0)] = 0.0
    step, moved = _farthest(moves)
    if moved.any():
        rows = np.zeros(len(X), dtype=bool)
        rows[np.flatnonzero(edge)[moved]] = True
        way = np.abs(free @ step)
        raise SeparatedRows(rows, tuple(np.flatnonzero(way > np.sqrt(ROUNDING) * way.max()).tolist()))


def _farthest(moves: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Find the step that moves the most rows forward and none back."""
    from scipy import optimize, sparse

    rows, ways = moves.shape
    found: Any = optimize.linprog(
        np.concatenate([np.zeros(ways), -np.ones(rows)]),
        A_ub=sparse.hstack([sparse.csr_array(-moves), sparse.eye_array(rows)], format="csr"),
        b_ub=np.zeros(rows),
        bounds=[(-FARTHEST, FARTHEST)] * ways + [(0.0, 1.0)] * rows,
        method="highs",
    )
    if found.x is None:
        return np.zeros(ways), np.zeros(rows, dtype=bool)
    return found.x[:ways], found.x[ways:] > 0.5
