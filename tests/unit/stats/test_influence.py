"""Joint tests by the influence of clusters: Wald by the inverse, Hotelling below 50 clusters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pilotlab.stats.variance.influence import wald_test


@pytest.mark.parametrize("clusters", [5, 49, 50, 80])
def test_hotelling_below_fifty_clusters_and_chi_squared_from_there(clusters: int) -> None:
    rng = np.random.default_rng(clusters)
    sums = rng.normal(size=(clusters, 3)) @ rng.normal(size=(3, 3)) * [1, 1e4, 1e-4]
    values = sums.mean(axis=0)
    found = wald_test(values, sums, clusters)
    assert found is not None
    wald = values @ np.linalg.inv(sums.T @ sums / clusters**2) @ values
    assert (found.wald, found.k) == (pytest.approx(wald), 3)
    if clusters < 50:
        expected = stats.f.sf(wald * (clusters - 3) / (3 * (clusters - 1)), 3, clusters - 3)
    else:
        expected = stats.chi2.sf(wald, 3)
    assert found.p_value == pytest.approx(expected)


def test_no_joint_test_where_the_covariance_has_no_inverse() -> None:
    sums = np.random.default_rng(0).normal(size=(20, 2))
    assert wald_test(np.ones(3), np.column_stack([sums, sums[:, 0] + sums[:, 1]]), 20) is None
    assert wald_test(np.ones(3), np.column_stack([sums, np.zeros(20)]), 20) is None
    assert wald_test(np.ones(2), sums[:2], 2) is None
    assert wald_test(np.empty(0), np.empty((20, 0)), 20) is None
