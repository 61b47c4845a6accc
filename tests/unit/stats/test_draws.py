"""Draws: every admissible one, once; samples that follow the same law."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from pilotlab.stats.randomization import draws
from pilotlab.stats.randomization.draws import (
    Design,
    count,
    draw_blocks,
    enumerate_draws,
    sample_draws,
    treated_sums,
)

RNG = np.random.default_rng(5)


def as_set(draws: np.ndarray) -> set[tuple[bool, ...]]:
    return {tuple(row) for row in draws.tolist()}


def test_complete_lists_every_choice_once() -> None:
    z = np.array([1, 1, 0, 0, 0])
    draws = enumerate_draws(Design.complete(z))
    expected = {tuple(i in chosen for i in range(5)) for chosen in itertools.combinations(range(5), 2)}
    assert len(draws) == 10
    assert as_set(draws) == expected
    assert tuple(z == 1) in expected


def test_larger_treated_arm_lists_every_choice_once() -> None:
    draws = enumerate_draws(Design.complete([1, 1, 1, 1, 0, 0]))
    assert len(as_set(draws)) == len(draws) == 15
    assert (draws.sum(axis=1) == 4).all()


def test_stratified_keeps_the_numbers_of_each_stratum() -> None:
    strata = np.array(["a", "a", "a", "b", "b"])
    draws = enumerate_draws(Design.stratified([1, 0, 0, 1, 0], strata))
    assert len(as_set(draws)) == len(draws) == 6
    for stratum in "ab":
        assert (draws[:, strata == stratum].sum(axis=1) == 1).all()


def test_pairs_treat_one_of_two() -> None:
    draws = enumerate_draws(Design.pairs([1, 0, 0, 1, 1, 0], [1, 1, 2, 2, 3, 3]))
    assert len(as_set(draws)) == len(draws) == 8
    assert (draws.reshape(-1, 3, 2).sum(axis=2) == 1).all()


def test_clusters_move_whole() -> None:
    cluster = ["x", "x", "y", "z", "z", "z"]
    draws = enumerate_draws(Design.complete([1, 1, 0, 0, 0, 0], cluster=cluster))
    assert as_set(draws) == {
        (True, True, False, False, False, False),
        (False, False, True, False, False, False),
        (False, False, False, True, True, True),
    }


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        (Design.complete(np.arange(20) < 10), 184_756),
        (Design.complete(np.arange(40) < 20), math.comb(40, 20)),
        (Design.pairs(np.arange(64) % 2, np.arange(64) // 2), 2**32),
        (Design.stratified([1, 0, 0, 1, 0, 0], [0, 0, 0, 1, 1, 1]), 9),
        (Design.complete([1, 1, 0, 0, 1, 1], cluster=[0, 0, 1, 1, 2, 2]), 3),
        (Design.explicit([1, 0], [[1, 0], [0, 1]]), 2),
    ],
)
def test_count_is_exact(design: Design, expected: int) -> None:
    assert count(design) == expected


def test_listed_draws_are_used_as_they_are_and_the_one_made_is_added() -> None:
    assert count(Design.explicit([1, 0, 0], [[1, 0, 0], [0, 1, 0]])) == 2
    added = Design.explicit([0, 0, 1], [[1, 0, 0], [0, 1, 0]])
    assert count(added) == 3
    assert as_set(enumerate_draws(added)) >= {(False, False, True)}


def test_too_many_draws_are_not_enumerated() -> None:
    with pytest.raises(ValueError, match=r"137,846,528,820 admissible draws are too many to enumerate"):
        enumerate_draws(Design.complete(np.arange(40) < 20))


DESIGNS = {
    "complete": Design.complete([1, 1, 0, 0, 0, 0]),
    "more treated": Design.complete([1, 1, 1, 1, 0, 0]),
    "strata": Design.stratified([1, 0, 0, 1, 1, 0, 1], [0, 0, 0, 1, 1, 1, 1]),
    "numbers differ": Design.stratified([1, 0, 0, 1, 1, 0, 1, 0], [0, 0, 0, 1, 1, 1, 2, 2]),
    "pairs": Design.pairs([1, 0, 0, 1, 1, 0], [0, 0, 1, 1, 2, 2]),
    "clusters": Design.stratified(
        [1, 1, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1], cluster=[3, 3, 1, 2, 0, 0, 7]
    ),
    "one arm in a stratum": Design.stratified([1, 0, 0, 1, 1], [0, 0, 0, 1, 1]),
    "listed": Design.explicit([1, 0, 0], [[1, 0, 0], [0, 1, 0], [0, 1, 1]]),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_samples_follow_the_law_of_the_list(name: str) -> None:
    design, reps = DESIGNS[name], 6000
    listed = [tuple(row) for row in enumerate_draws(design).tolist()]
    sampled = [tuple(row) for row in sample_draws(design, reps, np.random.default_rng(1)).tolist()]
    assert set(sampled) == set(listed)
    expected = reps / len(listed)
    chi_square = sum((sampled.count(row) - expected) ** 2 / expected for row in listed)
    assert chi_square < len(listed) + 5 * math.sqrt(2 * len(listed))


@pytest.mark.parametrize("name", DESIGNS)
def test_sums_are_those_of_the_written_draws(name: str) -> None:
    design = DESIGNS[name]
    values = RNG.normal(size=(design.units, 3))
    written = enumerate_draws(design).astype(float) @ values
    np.testing.assert_allclose(treated_sums(design, values, 99, 0), written, atol=1e-12)


def test_sampled_sums_are_those_of_the_walked_draws() -> None:
    design = Design.complete(np.arange(30) < 15)
    values = RNG.normal(size=(30, 2))
    walked = np.concatenate(list(draw_blocks(design, 500, 3)))
    assert len(walked) == 501
    assert (walked[0] == design.z).all()
    np.testing.assert_allclose(
        treated_sums(design, values, 500, 3), walked.astype(float) @ values, atol=1e-12
    )


def test_blocks_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    large = Design.stratified(np.arange(40) % 2, np.arange(40) // 10)
    small = Design.complete(np.arange(10) < 5)
    whole = sample_draws(large, 300, np.random.default_rng(9)), enumerate_draws(small)
    monkeypatch.setattr("pilotlab.stats.randomization.draws.BLOCK", 700)
    monkeypatch.setattr("pilotlab.stats.randomization.draws.STRIP", 700)
    np.testing.assert_array_equal(sample_draws(large, 300, np.random.default_rng(9)), whole[0])
    np.testing.assert_array_equal(enumerate_draws(small), whole[1])


def test_equal_keys_do_not_change_how_many_are_treated() -> None:
    keys = np.array([[0.5, 0.5, 0.5, 0.1], [0.3, 0.2, 0.9, 0.2]])
    drawn = draws._smallest_keys(keys, [(2, np.arange(4)[None])])
    assert drawn.sum(axis=1).tolist() == [2, 2]
    assert drawn[0, 3]
    assert drawn[1].tolist() == [False, True, False, True]


def test_subset_keeps_the_numbers_observed() -> None:
    design = Design.stratified([1, 0, 0, 1, 0, 0], [0, 0, 0, 1, 1, 1])
    rest = design.subset(np.array([False, True, True, True, True, True]))
    assert rest.units == 5
    assert count(rest) == 3  # the first stratum has no treated unit left
    clustered = Design.complete([1, 1, 0, 0], cluster=[0, 0, 1, 1])
    assert count(clustered.subset(np.array([True, False, True, True]))) == 2


def test_subset_of_listed_draws_is_that_of_the_design_they_list() -> None:
    z, kept = np.array([1, 1, 1, 0, 0, 0]), np.array([False, True, True, True, True, True])
    implied = Design.complete(z).subset(kept)
    listed = Design.explicit(z, enumerate_draws(Design.complete(z))).subset(kept)
    assert as_set(enumerate_draws(listed)) == as_set(enumerate_draws(implied))


def test_subset_of_listed_draws_keeps_the_numbers_of_each_stratum() -> None:
    z, strata = np.array([1, 1, 0, 0, 1, 1, 0, 0]), np.repeat([0, 1], 4)
    kept = np.array(
        [False, True, True, True, True, True, True, False]
    )  # a treated one and an untreated one leave
    implied = Design.stratified(z, strata)
    listed = Design.explicit(z, enumerate_draws(implied)).subset(kept, strata)
    assert as_set(enumerate_draws(listed)) == as_set(enumerate_draws(implied.subset(kept)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Design.complete([1, 2, 0]), "z holds .*2.*; only 0 and 1 will do"),
        (lambda: Design.complete([]), "must have 1 dimension"),
        (lambda: Design.stratified([1, 0], [1, 2, 3]), r"strata has shape \(3,\) for 2 units"),
        (
            lambda: Design.stratified([1, 0, 0], [1, 2, 2], cluster=["a", "a", "b"]),
            "cluster a lies in both arms",
        ),
        (
            lambda: Design.stratified([0, 0, 1], [1, 2, 2], cluster=["a", "a", "b"]),
            "cluster a lies in two strata",
        ),
        (lambda: Design.pairs([1, 1, 0, 0], ["p", "p", "q", "q"]), "pair p has 2 treated of 2"),
        (lambda: Design.pairs([1, 0, 0], [7, 7, 7]), "pair 7 has 1 treated of 3"),
        (lambda: Design.explicit([1, 0], [[1, 0, 0]]), "draws has 3 columns for 2 units"),
        (lambda: Design.explicit([1, 0], [[1, 0], [1, 1]]), "row 1 of draws leaves an arm empty"),
    ],
)
def test_what_is_no_design_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
