"""The conditional law of few events: by enumeration of every table, beside scipy's 2 x 2, and its own promises."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import comb
from scipy.stats.contingency import odds_ratio

from pilotlab.stats.randomization.exact_counts import (
    conditional_binomial,
    conditional_poisson,
)

ARM = np.array([1, 1, 0, 0, 0])
counts = st.lists(st.integers(0, 4), min_size=5, max_size=5)


def _brute_poisson(total: np.ndarray, late: int, ratio: np.ndarray, b: float) -> dict[int, float]:
    """Every split of every unit's total with the same number after, weighed by its multinomial chance."""
    chance: dict[int, float] = {}
    for after in itertools.product(*(range(n + 1) for n in total)):
        if sum(after) == late:
            k = sum(np.array(after)[ARM == 1])
            weight = np.prod([comb(n, j) * r**j for n, j, r in zip(total, after, ratio, strict=True)])
            chance[k] = chance.get(k, 0.0) + weight * np.exp(b * k)
    whole = sum(chance.values())
    return {k: value / whole for k, value in chance.items()}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(counts, counts, st.floats(-2, 2))
def test_it_is_the_law_over_all_tables(before: list[int], after: list[int], b: float) -> None:
    ratio = np.array([1.0, 2.0, 0.5, 1.5, 1.0])
    found = conditional_poisson(before, after, ARM, ratio)
    brute = _brute_poisson(np.array(before) + after, sum(after), ratio, b)
    assert found.support.tolist() == sorted(brute)
    observed = int(np.array(after)[ARM == 1].sum())
    assert found.tail(b, "upper") == pytest.approx(sum(p for k, p in brute.items() if k >= observed))
    assert found.tail(b, "lower") == pytest.approx(sum(p for k, p in brute.items() if k <= observed))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(counts, counts)
def test_shares_are_the_law_over_all_tables_too(before: list[int], after: list[int]) -> None:
    n0, n1 = np.array([5, 6, 4, 7, 5]), np.array([4, 4, 6, 5, 8])
    found = conditional_binomial(before, after, ARM, n0, n1)
    total, chance = np.array(before) + after, {}  # type: ignore[var-annotated]
    for split in itertools.product(*(range(n + 1) for n in total)):
        if sum(split) == sum(after):
            weight = np.prod(
                [comb(b, j) * comb(a, n - j) for b, a, j, n in zip(n1, n0, split, total, strict=True)]
            )
            k = split[0] + split[1]
            chance[k] = chance.get(k, 0.0) + weight
    possible = {k: value for k, value in chance.items() if value > 0}
    whole, observed = sum(possible.values()), after[0] + after[1]
    assert found.support.tolist() == sorted(possible)
    assert found.tail(0.0, "upper") == pytest.approx(
        sum(v for k, v in possible.items() if k >= observed) / whole
    )


def test_two_units_are_scipys_conditional_odds_ratio() -> None:
    """scipy.stats.contingency.odds_ratio, kind='conditional', with its two-sided 95 % interval; 1e-8, both search."""
    for table in ([[7, 3], [5, 9]], [[12, 2], [4, 6]], [[1, 8], [9, 9]]):
        (a, b), (c, d) = table
        known = odds_ratio(table, kind="conditional")
        found = conditional_poisson([b, d], [a, c], [1, 0])
        assert found.estimate == pytest.approx(np.log(known.statistic), rel=1e-8)
        assert found.interval(0.05) == pytest.approx(np.log(known.confidence_interval(0.95)), rel=1e-8)
        assert found.tail(0.0, "upper") == pytest.approx(stats.fisher_exact(table, "greater").pvalue)


@pytest.mark.parametrize("treated", [ARM, 1 - ARM])
def test_p_min_is_the_least_p_of_any_table_with_these_margins(treated: np.ndarray) -> None:
    found = conditional_poisson([1, 9, 4, 0, 2], [5, 0, 1, 3, 1], treated)
    assert found.p_min == pytest.approx(
        min(replace(found, observed=int(k)).p_two_sided() for k in found.support)
    )


def test_a_unit_without_trials_before_adds_what_it_must() -> None:
    """All its events came after, whatever the ratio: the law is that of the others, moved by them."""
    others = conditional_binomial([2, 3, 1], [1, 4, 0], [1, 0, 0], [5, 6, 4], [4, 4, 6])
    found = conditional_binomial([2, 3, 1, 0], [1, 4, 0, 2], [1, 0, 0, 1], [5, 6, 4, 0], [4, 4, 6, 3])
    assert found.support.tolist() == (others.support + 2).tolist()
    assert found.p_two_sided(0.4) == pytest.approx(others.p_two_sided(0.4))


def test_exposure_shifts_the_estimate() -> None:
    one = conditional_poisson([7, 5], [3, 9], [1, 0])
    two = conditional_poisson([7, 5], [3, 9], [1, 0], [2.0, 1.0])
    assert two.estimate == pytest.approx(one.estimate - np.log(2))
    assert two.interval(0.1) == pytest.approx(tuple(np.array(one.interval(0.1)) - np.log(2)))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(counts, counts, st.sampled_from([0.02, 0.1, 0.3]))
def test_the_interval_inverts_the_test(before: list[int], after: list[int], alpha: float) -> None:
    found = conditional_poisson(before, after, ARM)
    if not found.informative:
        return
    low, high = found.interval(alpha)
    assert low <= found.estimate <= high
    assert (found.p_two_sided() > alpha) == (low < 0 < high)
    for end in (low, high):
        if np.isfinite(end):
            assert found.p_two_sided(end) == pytest.approx(alpha, abs=1e-8)
    assert found.bound("lower", alpha / 2) == low
    assert found.p_min <= found.p_two_sided() + 1e-12


def test_level_is_kept_with_few_events() -> None:
    """600 null panels of 20 units with about 12 events and team levels that differ: never above 5 %, by construction."""
    rng = np.random.default_rng(1)
    arm, rejected = np.repeat([1, 0], 10), 0
    for _ in range(600):
        level = 0.3 * rng.gamma(1, 1, 20)
        found = conditional_poisson(rng.poisson(level), rng.poisson(1.5 * level), arm)
        rejected += found.p_two_sided() <= 0.05
    assert rejected / 600 <= 0.05


def test_an_edge_leaves_a_side_open() -> None:
    found = conditional_poisson([4, 5], [0, 6], [1, 0])
    assert found.estimate == -np.inf
    assert found.interval(0.05)[0] == -np.inf
    assert np.isfinite(found.interval(0.05)[1])
    assert not conditional_poisson([4, 5], [0, 0], [1, 0]).informative


def test_large_totals_stay_in_range() -> None:
    found = conditional_poisson([300, 280], [150, 180], [1, 0])
    normal = np.log(150 * 280 / (300 * 180)), np.sqrt(sum(1 / n for n in (300, 280, 150, 180)))
    assert (found.estimate, found.se) == pytest.approx(normal, rel=0.02)
    assert np.isfinite(found.interval(1e-6)).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, 2], [1.5, 2], [1, 0]), "whole numbers"),
        (([1, -2], [1, 2], [1, 0]), "whole numbers"),
        (([1, np.nan], [1, 2], [1, 0]), "whole numbers"),
        (([1, 2], [1, 2], [1, 1]), "both arms of 2 units"),
        (([1, 2], [1, 2], [1, 0], 0.0), "exposure_ratio must be positive"),
        (([900, 2], [300, 2], [1, 0]), "1,204 events are more than 1,000"),
    ],
)
def test_bad_counts_are_named(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        conditional_poisson(*arguments)  # type: ignore[arg-type]


def test_more_events_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="more events than trials"):
        conditional_binomial([1, 2], [3, 1], [1, 0], [5, 5], [2, 5])
