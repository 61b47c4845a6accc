"""The randomisation test: published toy, ties, gaps, weights, one-sided claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pilotlab.stats.randomization.draws import Design, enumerate_draws
from pilotlab.stats.randomization.sharp_null import p_values, randomization_test

INF = float("inf")


def test_gap_leaves_the_draws_with_the_numbers_observed() -> None:
    z = [1, 1, 1, 0, 0, 0]
    change = [np.nan, 4.0, 6.0, 1.0, 2.0, 3.0]
    result = randomization_test(change, z, Design.complete(z))
    assert result.att == pytest.approx(3.0)
    assert result.n_draws == 10  # 2 of 5
    assert result.p_upper == pytest.approx(1 / 10)
    assert (result.lost.units, result.lost.of_units) == (1, 6)


def test_stratum_left_with_one_arm_is_dropped_and_named() -> None:
    z, strata = [1, 0, 1, 0, 0], ["a", "a", "b", "b", "b"]
    result = randomization_test([5.0, np.nan, 2.0, 1.0, 0.0], z, Design.stratified(z, strata))
    assert result.att == pytest.approx(1.5)
    assert result.n_draws == 3
    assert (result.lost.strata, result.lost.units_of_strata) == (1, 1)


def test_stratum_without_any_change_is_not_called_one_armed() -> None:
    z, strata = [1, 0, 1, 0, 0], ["a", "a", "b", "b", "b"]
    result = randomization_test([np.nan, np.nan, 2.0, 1.0, 0.0], z, Design.stratified(z, strata))
    assert result.att == pytest.approx(1.5)
    assert (result.lost.units, result.lost.of_units, result.lost.strata) == (2, 5, 0)


def test_strata_weigh_by_their_units() -> None:
    z, strata = np.array([1, 0, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 1, 1])
    change = np.array([3.0, 0.0, 10.0, 12.0, 1.0, 3.0])
    assert randomization_test(change, z, Design.stratified(z, strata)).att == pytest.approx(
        2 / 6 * 3 + 4 / 6 * 9
    )


def test_strata_of_the_estimate_may_be_coarser_than_those_of_the_draw() -> None:
    z, strata = np.array([1, 0, 1, 0, 1, 0]), np.array([0, 0, 1, 1, 2, 2])
    change = np.array([3.0, 0.0, 10.0, 12.0, 1.0, 3.0])
    result = randomization_test(change, z, Design.pairs(z, strata), strata=np.zeros(6))
    assert result.att == pytest.approx(change[z == 1].mean() - change[z == 0].mean())
    assert result.n_draws == 8


def test_weights_make_weighted_means() -> None:
    z = np.array([1, 1, 0, 0, 0])
    change, weights = np.array([2.0, 5.0, 1.0, 0.0, 9.0]), np.array([1.0, 3.0, 2.0, 2.0, 0.0])
    result = randomization_test(change, z, Design.complete(z), weights=weights)
    assert result.att == pytest.approx((2 + 15) / 4 - (2 + 0) / 4)
    assert result.n_draws == 6  # weight 0 leaves the draws
    by_hand = [
        np.average(change[:4][row], weights=weights[:4][row])
        - np.average(change[:4][~row], weights=weights[:4][~row])
        for row in enumerate_draws(Design.complete(z[:4]))
    ]
    np.testing.assert_allclose(np.sort(result.statistics), np.sort(by_hand))


def test_ties_count_whatever_the_level_of_the_outcome() -> None:
    z = [1, 1, 1, 0, 0, 0]
    change = np.array([0.1, 0.3, 0.2, 0.1, 0.2, 0.3])
    for level in (0.0, 1e6, -3e7 / 7):
        result = randomization_test(change + level, z, Design.complete(z))
        assert result.p_two_sided == 1.0
        assert result.interval(0.2)[0] <= 0 <= result.interval(0.2)[1]


def test_interval_holds_zero_just_where_p_is_above_alpha_with_ties() -> None:
    z = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    rng = np.random.default_rng(2)
    for _ in range(200):
        change = rng.integers(0, 4, size=8) / 10 + z * 0.1
        result = randomization_test(change, z, Design.complete(z))
        for alpha in (1 / 70, 2 / 70, 0.05, 0.1, 4 / 7):
            low, high = result.interval(alpha)
            assert (low <= 0 <= high) == (result.p_two_sided > alpha)
            assert (result.bound("lower", alpha) <= 0) == (result.p_upper > alpha)
            assert (result.bound("upper", alpha) >= 0) == (result.p_lower > alpha)


def test_five_pairs_never_reach_five_percent() -> None:
    z, pair = np.arange(10) % 2, np.arange(10) // 2
    result = randomization_test(50.0 * z + np.arange(10) ** 1.5, z, Design.pairs(z, pair))
    assert result.n_draws == 32
    assert result.p_two_sided == result.p_min == 1 / 16
    assert result.p_upper == result.p_min_one_sided == 1 / 32
    assert result.interval(0.05) == (-INF, INF)
    low, high = result.interval(0.1)
    assert -INF < low < high < INF


def test_three_against_three_never_reach_ten_percent() -> None:
    z = np.array([1, 1, 1, 0, 0, 0])
    result = randomization_test(10.0 * z + np.arange(6.0), z, Design.complete(z))
    assert result.p_min == result.p_two_sided == 0.1
    assert result.interval(0.05) == (-INF, INF)
    assert result.p_min_one_sided == 0.05
    assert result.bound("lower", 0.05) > -INF
    assert result.bound("lower", 0.049) == -INF


def test_unequal_arms_have_no_mirror() -> None:
    z = np.array([1, 1, 0, 0, 0])
    result = randomization_test(100.0 * z + np.array([1, 2, 3, 5, 8]), z, Design.complete(z))
    assert result.p_min == result.p_two_sided == 1 / 10


def test_four_pairs_never_show_a_guardrail_safe() -> None:
    z, pair = np.arange(8) % 2, np.arange(8) // 2
    result = randomization_test(1000.0 * z + np.arange(8) ** 2, z, Design.pairs(z, pair))
    assert result.p_min_one_sided == 1 / 16
    assert result.bound("lower", 0.05) == -INF


def test_p_at_is_small_on_the_far_side_of_the_bound() -> None:
    z = np.arange(12) % 2
    change = np.random.default_rng(8).normal(size=12) + z
    result = randomization_test(change, z, Design.complete(z))
    bound = result.bound("lower", 0.05)
    assert result.p_at(bound - 1e-6, "upper") <= 0.05 < result.p_at(bound + 1e-6, "upper")
    upper = result.bound("upper", 0.05)
    assert result.p_at(upper + 1e-6, "lower") <= 0.05 < result.p_at(upper - 1e-6, "lower")


def test_sampled_draws_count_the_observed_one_and_follow_the_seed() -> None:
    z = np.arange(40) % 2
    change = np.random.default_rng(4).normal(size=40) + 5 * z
    design = Design.complete(z)
    result = randomization_test(change, z, design, reps=999, seed=3)
    assert not result.exact
    assert result.n_draws == 1000
    assert result.p_two_sided == result.p_min == 1 / 1000
    again = randomization_test(change, z, design, reps=999, seed=3)
    np.testing.assert_array_equal(result.statistics, again.statistics)
    other = randomization_test(change, z, design, reps=999, seed=4)
    assert not np.array_equal(result.statistics, other.statistics)


def test_draws_that_leave_nothing_to_compare_count_against_the_effect() -> None:
    z, strata = np.array([1, 0, 1, 0]), np.array([0, 0, 1, 1])
    result = randomization_test([9.0, 0.0, 9.0, 0.0], z, Design.complete(z), strata=strata)
    assert result.n_draws == 6
    assert result.p_upper == pytest.approx(3 / 6)  # itself and the two draws that treat a whole stratum
    assert result.lost.draws == 2


def test_a_constant_change_is_no_evidence() -> None:
    z = [1, 1, 0, 0]
    result = randomization_test([0.1 + 0.2, 0.3, 0.3, 0.3], z, Design.complete(z))
    assert result.p_two_sided == 1.0


@pytest.mark.parametrize(
    "design",
    [
        Design.complete(np.arange(9) % 2),
        Design.pairs(np.arange(12) % 2, np.arange(12) // 2),
        Design.complete(
            np.repeat([1, 0, 1, 0, 0], [1, 3, 2, 1, 2]), cluster=np.repeat(np.arange(5), [1, 3, 2, 1, 2])
        ),
        Design.complete(np.arange(30) % 2),
    ],
    ids=["unequal", "pairs", "unequal clusters", "sampled"],
)
@pytest.mark.parametrize("tail", ["two-sided", "upper", "lower"])
def test_many_at_once_equal_one_by_one(design: Design, tail: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = np.random.default_rng(3).integers(0, 9, size=(40, design.units)).astype(float)
    attribute = {"two-sided": "p_two_sided", "upper": "p_upper", "lower": "p_lower"}[tail]
    one_by_one = [
        getattr(randomization_test(row, design.z, design, reps=499, seed=2), attribute) for row in changes
    ]
    monkeypatch.setattr("pilotlab.stats.randomization.sharp_null.CELLS", 5000)  # several chunks
    np.testing.assert_array_equal(p_values(changes, design, tail=tail, reps=499, seed=2), one_by_one)  # type: ignore[arg-type]


Z = [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: randomization_test([1, 2, 3], Z, d), r"change has shape \(3,\); the design has 4 units"),
        (lambda d: randomization_test([1, 2, 3, INF], Z, d), "change must be finite; leave a gap as nan"),
        (
            lambda d: randomization_test([1, 2, 3, 4], [1, 0, 1, 0], d),
            "z is not the draw the design was made from",
        ),
        (lambda d: randomization_test([1, 2, 3, 4], [1, 0], d), "z has shape"),
        (
            lambda d: randomization_test([1, 2, 3, 4], Z, d, weights=[1, 1, -1, 1]),
            "weights must be finite and at least 0",
        ),
        (lambda d: randomization_test([1, 2, 3, 4], Z, d, strata=[1]), "strata has shape"),
        (
            lambda d: randomization_test([1, 2, np.nan, np.nan], Z, d),
            "no stratum holds a change in both arms",
        ),
        (lambda d: randomization_test([1, 2, 3, 4], Z, d).interval(0), "alpha 0 must lie between 0 and 1"),
        (lambda d: randomization_test([1, 2, 3, 4], Z, d).bound("left"), "side 'left' is not known"),  # type: ignore[arg-type]
        (lambda d: randomization_test([1, 2, 3, 4], Z, d).p_at(0, "both"), "tail 'both' is not known"),  # type: ignore[arg-type]
        (lambda d: p_values(np.array([[1, 2, 3, np.nan]]), d), "changes must be complete"),
    ],
)
def test_wrong_arguments_are_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(Design.complete(Z))
