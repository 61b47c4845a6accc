"""Shares: whole numbers as near to the shares as they go."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pilotlab.design.units import arm_counts, arm_shares

NAMES = ["control", "one", "two", "three"]


@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    weights=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    seed=st.randoms(use_true_random=False),
)
def test_every_unit_has_one_arm_and_no_arm_is_a_unit_off(sizes: Any, weights: Any, seed: Any) -> None:
    shares = arm_shares(NAMES[: len(weights)], dict(zip(NAMES, weights, strict=False)))
    counts = arm_counts(sizes, shares, lambda n: seed.sample(range(n), n))
    for size, count in zip(sizes, counts, strict=True):
        assert sum(count.values()) == size
        assert all(abs(count[arm] - size * share) < 1 for arm, share in shares.items())
    for arm, share in shares.items():
        assert abs(sum(count[arm] for count in counts) - sum(sizes) * share) < len(shares)


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_two_equal_arms_differ_by_at_most_one(sizes: Any) -> None:
    counts = arm_counts(sizes, {"control": 0.5, "one": 0.5}, lambda n: range(n))
    total = {arm: sum(count[arm] for count in counts) for arm in ("control", "one")}
    assert abs(total["control"] - total["one"]) <= 1
