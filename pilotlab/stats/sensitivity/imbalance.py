"""Imbalance: how far two groups' means lie apart, in standard deviations.

References
----------
Austin, P. C. (2009). Balance diagnostics for comparing the distribution of baseline covariates. Statistics in Medicine
28:3083-3107.
"""

from __future__ import annotations

import math

import numpy as np

from pilotlab.stats.arrays import FloatArray


def standardised_difference(treated: FloatArray, comparison: FloatArray) -> float | None:
    """Difference of the means over the square root of the groups' mean variance; None where neither varies.

    Parameters
    ----------
    treated, comparison : ndarray, shape (n1,) and (n0,)
        Two values each at least, in any one unit.

    Raises
    ------
    ValueError
        For a group of fewer than two values.
    """
    if min(len(treated), len(comparison)) < 2:
        raise ValueError(f"{len(treated)} and {len(comparison)} values: a spread needs two in each group")
    spread = math.sqrt((treated.var(ddof=1) + comparison.var(ddof=1)) / 2)
    apart = float(np.mean(treated) - np.mean(comparison))
    return apart / spread if spread > 0 else None


def chance_difference(treated: int, comparison: int) -> float:
    """Standardised difference that a lot exceeds about once in twenty draws, for two groups of these sizes."""
    return 1.96 * math.sqrt(1 / treated + 1 / comparison)
