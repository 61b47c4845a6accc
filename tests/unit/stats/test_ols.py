"""Least squares, its variances and the change kernel against statsmodels and plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from pilotlab.stats.arrays import SingularDesign, pinv_symmetric
from pilotlab.stats.regression.change import arm_cells, unit_change, within_strata
from pilotlab.stats.regression.ols import hc1, iid, ols
from pilotlab.stats.variance.bands import sup_t_critical
from pilotlab.stats.variance.cluster import cr1, nested


@pytest.fixture
def sample() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = np.column_stack([np.ones(50), rng.normal(size=(50, 2)) * [1, 1e6]])
    return X, X @ [1, 2, 3e-6] + rng.normal(size=50), rng.uniform(0.2, 3, 50), rng.integers(0, 8, 50)


@pytest.mark.parametrize("weighted", [False, True])
def test_variances_against_statsmodels(sample: tuple[np.ndarray, ...], weighted: bool) -> None:
    X, y, w, cluster = sample
    fit = ols(X, y, w if weighted else None)
    known = sm.WLS(y, X, weights=w if weighted else 1.0).fit()
    robust = known.get_robustcov_results("HC1")
    grouped = known.get_robustcov_results("cluster", groups=cluster)
    assert fit.coef == pytest.approx(known.params, rel=1e-9)
    assert np.sqrt(np.diag(iid(fit))) == pytest.approx(known.bse, rel=1e-9)
    assert np.sqrt(np.diag(hc1(fit))) == pytest.approx(robust.bse, rel=1e-9)
    ours = cr1(fit.scores, cluster, fit.bread, n_obs=50, n_params=3)
    assert np.sqrt(np.diag(ours.variance)) == pytest.approx(grouped.bse, rel=1e-9)
    assert (ours.n_clusters, ours.df) == (8, 7)


def test_columns_that_repeat_are_named(sample: tuple[np.ndarray, ...]) -> None:
    X, y, _, _ = sample
    with pytest.raises(SingularDesign) as caught:
        ols(np.column_stack([X, X[:, 1] * 2]), y)
    assert caught.value.columns == (1, 3)


def test_generalised_inverse_at_any_scale() -> None:
    base = np.array([[2.0, 1, 3], [1, 2, 3], [3, 3, 6]])  # third is the sum of the others
    scale = np.diag([1.0, 1e6, 1e-6])
    matrix = scale @ base @ scale
    inverse = pinv_symmetric(matrix)
    assert matrix @ inverse @ matrix == pytest.approx(matrix, rel=1e-9)


@pytest.mark.slow
def test_what_is_small_beside_the_largest_is_nothing() -> None:
    """Of 400 columns that are all but alike, one pair differs by 2e-9 of a variance: beside 400 that is rounding."""
    apart = np.zeros(400)
    apart[:2] = 1, -1
    inverse = pinv_symmetric(np.ones((400, 400)) + 1e-9 * np.outer(apart, apart))
    assert inverse == pytest.approx(np.full((400, 400), 400**-2), rel=1e-6)


def test_nesting() -> None:
    fine, coarse = np.array([0, 0, 1, 2]), np.array([0, 0, 0, 1])
    assert nested(fine, coarse)
    assert not nested(coarse, fine)


def test_change_uses_the_weeks_a_unit_has() -> None:
    y = np.array([[1.0, np.nan, 4.0, 6.0], [np.nan, np.nan, 1.0, 1.0], [2.0, 4.0, np.nan, 9.0]])
    before = np.array([True, True, False, False])
    np.testing.assert_array_equal(unit_change(y, before, ~before), [4.0, np.nan, 6.0])


def test_strata_weigh_by_their_units() -> None:
    change, treated = np.array([5.0, 1, 1, 10, 0, 2]), np.array([True, False, False, True, True, False])
    strata = np.array([0, 0, 0, 1, 1, 1])
    assert within_strata(change, treated, strata) == pytest.approx([4.0, 3.0])
    w = np.arange(1.0, len(change) + 1)
    cells = [
        np.average(change[at], weights=w[at])
        for s in (0, 1)
        for at in [(strata == s) & ~treated, (strata == s) & treated]
    ]
    assert within_strata(change, treated, strata, w) == pytest.approx(
        [cells[1] - cells[0], cells[3] - cells[2]]
    )
    cell, share = arm_cells(treated, strata)
    assert cell.tolist() == [1, 0, 0, 3, 3, 2]
    assert share == pytest.approx([-0.5, 0.5, -0.5, 0.5])
    _, weighed = arm_cells(treated, strata, np.array([1.0, 1, 3, 1, 1, 2]))
    assert weighed == pytest.approx([-5 / 9, 5 / 9, -4 / 9, 4 / 9])
    assert arm_cells(treated)[1].tolist() == [-1, 1]


def test_band_of_one_row_is_t_and_grows_with_rows() -> None:
    one = sup_t_critical(np.eye(1), 20, alpha=0.05, draws=100_000, seed=1)
    many = sup_t_critical(np.eye(8), 20, alpha=0.05, draws=100_000, seed=1)
    assert one == pytest.approx(2.086, abs=0.02)
    assert 2.9 < many < 3.2
    together = sup_t_critical(np.ones((8, 8)), 20, alpha=0.05, draws=100_000, seed=1)
    assert together == pytest.approx(one, abs=0.02)


def test_a_band_knows_no_unit_and_no_infinite_variance() -> None:
    variance = np.array([[2.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 0.0]])
    small, large = (
        sup_t_critical(unit * variance, 12, alpha=0.1, draws=20_000, seed=3) for unit in (1e-8, 1e8)
    )
    assert small == pytest.approx(large, rel=1e-9)
    with pytest.raises(FloatingPointError):
        sup_t_critical(np.diag([1.0, np.inf]), 12, alpha=0.1, draws=100, seed=3)
