"""Multiplicity: p of several questions asked at once, adjusted so that the family keeps its promise.

`holm` keeps the chance of any false alarm at alpha, whatever the dependence; `benjamini_hochberg` the expected share of
false alarms among alarms, for independent or positively dependent tests. Where the same draws serve all questions,
`pilotlab.stats.randomization.max_t` keeps Holm's promise and loses less.

References
----------
Holm (1979); Benjamini & Hochberg (1995). Statsmodels' `multipletests` agrees (tests) and collects garbage at every call.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.stats.arrays import FloatArray


def holm(p_values: ArrayLike) -> FloatArray:
    """Adjust p step down (family-wise), in the order given.

    Parameters
    ----------
    p_values : array_like, shape (m,)

    Raises
    ------
    ValueError
        Where a p is missing, or not between 0 and 1.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = _row(p_values)
    order = np.argsort(p)
    stepped = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1.0)
    return stepped[np.argsort(order)]


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Adjust p step up (false discovery rate), in the order given.

    Raises
    ------
    ValueError
        Where a p is missing, or not between 0 and 1.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = _row(p_values)
    order = np.argsort(-p)
    stepped = np.minimum.accumulate(np.minimum(p[order] * p.size / np.arange(p.size, 0, -1), 1.0))
    return stepped[np.argsort(order)]


def _row(p_values: ArrayLike) -> FloatArray:
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"p_values must be one row of numbers between 0 and 1; got {p_values!r}")
    return p
