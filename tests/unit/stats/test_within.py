"""Unit means taken out: weighted means by numpy, nothing where there is no weight."""

from __future__ import annotations

import numpy as np
import pytest

from pilotlab.stats.regression.within import centred


def test_means_are_weighted_and_cells_without_weight_are_zero() -> None:
    rng = np.random.default_rng(4)
    values, weights = rng.normal(size=(5, 7)), rng.uniform(0.2, 3, (5, 7))
    weights[rng.random((5, 7)) < 0.3] = 0.0
    weights[2] = 0.0
    seen = weights > 0
    found = centred(np.where(seen, values, np.nan), weights)
    for unit in (0, 1, 3, 4):
        mean = np.average(values[unit], weights=weights[unit])
        assert found[unit][seen[unit]] == pytest.approx(values[unit][seen[unit]] - mean)
    assert (found[~seen] == 0).all()
    assert centred(values, None) == pytest.approx(values - values.mean(axis=1)[:, None])
