"""Bands: one critical value for all weeks together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pilotlab.stats.draws import Design, count, enumerate_draws, sample_draws

FloatArray = NDArray[np.float64]


def max_t_critical(
    changes: FloatArray,
    scale: FloatArray,
    design: Design,
    *,
    alpha: float = 0.05,
    reps: int = 9999,
    seed: int = 0,
) -> float:
    """Return the 1 - alpha quantile, over the draws, of the largest absolute t of any week.

    Parameters
    ----------
    changes : ndarray, shape (n_units, n_weeks)
        Changes with the estimated effects removed; nan where a unit has no value.
    scale : ndarray, shape (n_weeks,)
        Standard error of each week's effect.

    References
    ----------
    Westfall, P. H. and Young, S. S. (1993). Resampling-Based Multiple Testing, section 2.6.
    """
    draws = (
        enumerate_draws(design)
        if count(design) <= reps
        else sample_draws(design, reps, np.random.default_rng(seed))
    )
    known = np.isfinite(changes)
    filled, strata = np.where(known, changes, 0.0), np.asarray(design.strata)
    effect = np.zeros((len(draws), changes.shape[1]))
    units = np.zeros(changes.shape[1])
    for stratum in np.unique(strata):
        inside = strata == stratum
        z, present = draws[:, inside].astype(float), known[inside].astype(float)
        treated, comparison = z @ present, (1 - z) @ present
        with np.errstate(invalid="ignore", divide="ignore"):
            difference = z @ filled[inside] / treated - (1 - z) @ filled[inside] / comparison
        share = present.sum(axis=0)
        effect += np.where(np.isfinite(difference), difference, 0.0) * share
        units += share
    largest = np.max(np.abs(effect / units / scale), axis=1)
    return float(np.quantile(largest, 1 - alpha, method="higher"))


def sidak_t_critical(weeks: int, *, df: float, alpha: float = 0.05) -> float:
    """Return Sidak's critical value for `weeks` t statistics; it holds whatever their correlation.

    References
    ----------
    Sidak, Z. (1967). Rectangular confidence regions for the means of multivariate normal distributions.
    """
    each = 1 - (1 - alpha) ** (1 / weeks)
    return float(stats.t.ppf(1 - each / 2, df))
