from __future__ import annotations

import numpy as np
import pytest

from pilotlab.stats.regression.within import fill_additively


def test_a_complete_panel_stays() -> None:
    y = np.arange(12.0).reshape(3, 4)
    assert fill_additively(y) is y


def test_what_is_additive_is_found_again() -> None:
    rng = np.random.default_rng(0)
    whole = rng.normal(0, 50, (8, 1)) + rng.normal(0, 3, 10)
    gaps = whole.copy()
    gaps[[0, 0, 3, 7], [0, 9, 4, 2]] = np.nan
    filled = fill_additively(gaps)
    assert filled == pytest.approx(whole, abs=1e-9)
    assert np.isnan(gaps).sum() == 4


def test_least_squares_with_dummies() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=(6, 7))
    y[rng.random(y.shape) < 0.15] = np.nan
    unit, week = np.indices(y.shape)
    X = np.column_stack([unit.ravel()[:, None] == np.arange(6), week.ravel()[:, None] == np.arange(1, 7)])
    there = np.isfinite(y).ravel()
    fit = X @ np.linalg.lstsq(X[there].astype(float), y.ravel()[there], rcond=None)[0]
    known = np.where(np.isfinite(y), y, fit.reshape(y.shape))
    assert np.isnan(y).any()
    assert fill_additively(y) == pytest.approx(known, abs=1e-10)
