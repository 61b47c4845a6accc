"""Standardised differences: by hand, and what a lot does to them."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from pilotlab.stats.sensitivity.baseline_distance import chance_difference, standardised_difference


def test_it_is_the_difference_over_the_root_of_the_mean_variance() -> None:
    one, other = [1.0, 2.0, 4.0], [3.0, 5.0]
    spread = math.sqrt((statistics.variance(one) + statistics.variance(other)) / 2)
    by_hand = (statistics.fmean(one) - statistics.fmean(other)) / spread
    assert standardised_difference(np.array(one), np.array(other)) == pytest.approx(by_hand)


def test_level_and_unit_do_not_matter_and_groups_swap_the_sign() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=9), rng.normal(1, 2, size=7)
    found = standardised_difference(one, other)
    assert standardised_difference(60 * one + 5, 60 * other + 5) == pytest.approx(found)
    assert standardised_difference(other, one) == pytest.approx(-found)


def test_groups_that_do_not_vary_have_none_and_single_values_are_refused() -> None:
    assert standardised_difference(np.array([1.0, 1.0]), np.array([2.0, 2.0])) is None
    with pytest.raises(ValueError, match="1 and 2 values"):
        standardised_difference(np.array([1.0]), np.array([2.0, 3.0]))


def test_a_lot_exceeds_the_chance_difference_about_once_in_twenty_draws() -> None:
    rng = np.random.default_rng(11)
    values, limit, drawn = rng.normal(size=24), chance_difference(12, 12), 4000
    beyond = 0
    for _ in range(drawn):
        mixed = rng.permutation(values)
        beyond += abs(standardised_difference(mixed[:12], mixed[12:])) > limit  # type: ignore[arg-type]
    assert 0.03 < beyond / drawn < 0.09
