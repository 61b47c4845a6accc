"""Multiplier bootstrap and influence: signs, quantiles, tests that invert, and the rule for few clusters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pilotlab.stats.variance.cr2 import cells_cr2
from pilotlab.stats.variance.influence import cluster_sums, few_clusters, standard_errors, wald_test
from pilotlab.stats.variance.multiplier import (
    MultiplierResult,
    multiplied,
    multiplier_test,
    uniform_critical,
    uniform_criticals_of_few,
)


def test_draws_are_sums_under_signs() -> None:
    sums = np.random.default_rng(0).normal(size=(5, 2))
    drawn = multiplied(sums, draws=400, seed=3)
    signs = np.array(np.meshgrid(*[[-1, 1]] * 5)).reshape(5, -1).T
    possible = signs @ sums
    assert all(np.isclose(possible, row).all(axis=1).any() for row in drawn)
    assert len(np.unique(drawn[:, 0].round(9))) == 32
    assert drawn.std(axis=0) == pytest.approx(np.sqrt((sums**2).sum(axis=0)), rel=0.1)


def test_the_size_of_a_strip_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = np.random.default_rng(1).normal(size=(45, 3))
    whole = multiplied(sums, draws=100, seed=5)
    monkeypatch.setattr("pilotlab.stats.variance.multiplier.DRAWS", 40)
    monkeypatch.setattr("pilotlab.stats.variance.multiplier.CLUSTERS", 16)
    assert multiplied(sums, draws=100, seed=5) == pytest.approx(whole, abs=1e-12)


def test_critical_values_of_independent_estimates() -> None:
    """Many clusters, three estimates without correlation: Sidak's value."""
    sums = np.random.default_rng(2).normal(size=(6_000, 3))
    sidak = stats.norm.isf((1 - 0.95 ** (1 / 3)) / 2)
    drawn = multiplied(sums, draws=20_000, seed=0)
    assert uniform_critical(drawn, alpha=0.05) == pytest.approx(sidak, abs=0.04)
    se = np.sqrt((sums**2).sum(axis=0))
    many = uniform_criticals_of_few(drawn, se, np.full(3, np.inf), alpha=0.05, seed=0)
    assert many == pytest.approx(np.full(3, sidak), abs=0.04)


def test_critical_values_of_few_clusters_have_one_level() -> None:
    """Each row stands at its own t; with one row and exact signs' normal draws that is the usual t interval."""
    rng = np.random.default_rng(6)
    drawn, se, df = rng.normal(size=(40_000, 3)), np.ones(3), np.array([4.0, 12.0, np.inf])
    found = uniform_criticals_of_few(drawn, se, df, alpha=0.05, seed=0)
    levels = 2 * stats.t.sf(found, df)
    assert levels == pytest.approx(np.full(3, levels[0]), rel=1e-9)
    assert 0.05 / 3 <= levels[0] * 1.05 <= 0.025, "near Bonferroni: the rows are all but independent"
    alone = uniform_criticals_of_few(drawn[:, :1], se[:1], df[:1], alpha=0.05, seed=0)
    assert alone == pytest.approx([stats.t.isf(0.025, 4)], rel=0.03)


def test_a_row_without_a_spread_moves_no_critical_value() -> None:
    drawn = np.random.default_rng(7).normal(size=(999, 3))
    se, df = np.array([1.0, np.nan, 1.0]), np.array([5.0, np.nan, 9.0])
    found = uniform_criticals_of_few(drawn, se, df, alpha=0.05, seed=0)
    rest = uniform_criticals_of_few(drawn[:, [0, 2]], se[[0, 2]], df[[0, 2]], alpha=0.05, seed=0)
    assert found[[0, 2]] == pytest.approx(rest)
    still = uniform_criticals_of_few(np.zeros((99, 1)), np.zeros(1), np.array([7.0]), alpha=0.05, seed=0)
    assert still == pytest.approx([stats.t.isf(0.025, 7)])


def test_an_estimate_that_does_not_move_is_left_out() -> None:
    sums = np.random.default_rng(3).normal(size=(60, 2))
    still = np.column_stack([sums, np.zeros(60)])
    drawn, with_still = multiplied(sums, draws=500, seed=1), multiplied(still, draws=500, seed=1)
    assert uniform_critical(with_still, alpha=0.1) == uniform_critical(drawn, alpha=0.1)
    assert uniform_critical(np.zeros((99, 2)), alpha=0.05) == pytest.approx(1.959964, abs=1e-6)


def make_result(att: float = 1.0, draws: int = 199) -> MultiplierResult:
    drawn = np.random.default_rng(4).normal(size=draws)
    return multiplier_test(att, 0.5, drawn, 1.0)


def test_p_by_hand() -> None:
    result = multiplier_test(3.0, 1.0, np.array([1.0, -2.0, 3.0, -4.0]), 1.0)
    assert result.p_two_sided == 3 / 5, "3 and 4 are as far out, and the estimate itself"
    assert result.p_at(0.0, "upper") == pytest.approx(3 / 10)
    assert result.p_at(0.0, "lower") == pytest.approx(7 / 10)
    assert (result.p_min, result.n_draws) == (1 / 5, 5)
    with pytest.raises(ValueError, match="tail 'both'"):
        result.p_at(0.0, "both")  # type: ignore[arg-type]


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1, 0.33])
def test_intervals_and_bounds_invert_the_test(alpha: float) -> None:
    result = make_result()
    low, high = result.interval(alpha)
    for effect in np.linspace(low - 1, high + 1, 301):
        assert (result.p_at(effect) > alpha) == (low <= effect <= high)
    lower, upper = result.bound("lower", alpha), result.bound("upper", alpha)
    assert result.bound("lower") == result.bound("lower", 0.05)
    for effect in np.linspace(low - 1, high + 1, 301):
        assert (result.p_at(effect, "upper") > alpha) == (effect >= lower)
        assert (result.p_at(effect, "lower") > alpha) == (effect <= upper)


def test_too_few_draws_leave_the_interval_open() -> None:
    assert make_result(draws=9).interval(0.05) == (-np.inf, np.inf)
    with pytest.raises(ValueError, match="side 'both'"):
        make_result().bound("both")  # type: ignore[arg-type]


def test_without_noise_every_other_effect_is_ruled_out() -> None:
    result = multiplier_test(2.0, 0.0, np.zeros(199), 0.0)
    assert result.p_two_sided == 1 / 200
    assert result.interval(0.05) == (2.0, 2.0)


def _two_groups(sizes: tuple[int, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=size) for size in sizes]
    n, group = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    signs = np.array([1.0, -1.0, *[0.0] * (len(sizes) - 2)])
    sums = np.concatenate(
        [n / len(own) * sign * (own - own.mean()) for own, sign in zip(values, signs, strict=True)]
    )
    return sums[:, None], group, values


@pytest.mark.parametrize("sizes", [(5, 9), (4, 4), (2, 30)])
def test_two_groups_are_cr2(sizes: tuple[int, int]) -> None:
    sums, group, values = _two_groups(sizes)
    n = sum(sizes)
    found = few_clusters(sums, np.zeros_like(sums), group, np.ones(n), np.ones((2, 1)), n)
    se, df = cells_cr2(values, np.array([1.0, -1.0]))
    assert (found.se[0], found.df[0]) == pytest.approx((se, df), rel=1e-12)
    assert standard_errors(sums, n)[0] < found.se[0]


def test_a_group_of_one_takes_the_others_spread() -> None:
    sums, group, values = _two_groups((1, 9))
    found = few_clusters(sums, np.zeros_like(sums), group, np.ones(10), np.ones((2, 1)), 10)
    spread = values[1].var(ddof=1)
    assert found.se[0] == pytest.approx(np.sqrt(spread * (1 + 1 / 9)))
    assert found.df[0] == pytest.approx(8)
    alone = few_clusters(np.zeros((2, 1)), np.zeros((2, 1)), np.arange(2), np.ones(2), np.ones((2, 1)), 2)
    assert np.isnan(alone.se[0])


def test_the_part_of_cohort_sizes_is_counted_as_it_is() -> None:
    sums, group, _ = _two_groups((5, 9))
    pull = np.where(group == 0, 0.3, -0.1)[:, None]
    without = few_clusters(sums, np.zeros_like(sums), group, np.ones(14), np.ones((2, 1)), 14)
    found = few_clusters(sums + pull, pull, group, np.ones(14), np.ones((2, 1)), 14)
    assert found.se[0] ** 2 == pytest.approx(without.se[0] ** 2 + (pull**2).sum() / 14**2)


def test_clusters_are_summed() -> None:
    influence = np.arange(8.0).reshape(4, 2)
    assert cluster_sums(influence, np.array([1, 0, 1, 0])).tolist() == [[8, 10], [4, 6]]
    assert cluster_sums(influence, np.arange(4)) is influence


def test_the_wald_test() -> None:
    sums = np.random.default_rng(6).normal(size=(80, 2)) @ np.array([[2.0, 0.5], [0.0, 1.0]])
    variance, b = sums.T @ sums / 80**2, np.array([0.3, -0.2])
    found = wald_test(b, sums, 80)
    assert found is not None
    assert found.wald == pytest.approx(b @ np.linalg.inv(variance) @ b)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.wald, 2))
    few = wald_test(b, sums[:20], 20)
    assert few is not None
    assert few.p_value == pytest.approx(stats.f.sf(few.wald * 18 / (2 * 19), 2, 18))
    assert wald_test(b, np.column_stack([sums[:, 0], sums[:, 0]]), 80) is None
    assert wald_test(b[:0], sums[:, :0], 80) is None
