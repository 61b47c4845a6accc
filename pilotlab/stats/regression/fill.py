"""Filling gaps: cells without a value get what unit and week effects give."""

from __future__ import annotations

import numpy as np

from pilotlab.stats.arrays import FloatArray, pinv_symmetric
from pilotlab.stats.regression.within import moments


def fill_additively(y: FloatArray) -> FloatArray:
    """Fit y_it = a_i + d_t to the values there are, and put it where there are none.

    Parameters
    ----------
    y : ndarray, shape (n, T)
        nan where there is no value; every unit and week has one, and weeks can be compared through units seen at both.

    Returns
    -------
    ndarray, shape (n, T)
    """
    there = np.isfinite(y)
    if there.all():
        return y
    part = moments(y, there.astype(float), None)
    week = pinv_symmetric(part.weeks) @ part.weeks_y
    unit = np.where(there, y - week, 0.0).sum(axis=1) / there.sum(axis=1)
    return np.where(there, y, unit[:, None] + week)
