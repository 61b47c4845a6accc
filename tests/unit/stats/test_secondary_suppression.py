"""Suppression: an attacker with every shown cell and every margin learns of no small group."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pilotlab.stats.secondary_suppression import suppressed

LEAST = 10


@pytest.mark.parametrize("seed", range(40))
def test_what_is_hidden_of_a_line_is_a_sum_of_two_cells_and_enough_people(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = rng.integers(1, 40, size=(rng.integers(2, 7), 2)).astype(float)
    first, hidden = suppressed(people, [np.arange(len(people))], LEAST)
    assert (first == (people < LEAST).any(axis=1)).all()
    assert not (first & ~hidden).any()
    if hidden.any() and not hidden.all():
        assert hidden.sum() >= 2
        assert (people[hidden].sum(axis=0) >= LEAST).all()


@pytest.mark.parametrize("seed", range(20))
def test_in_a_table_no_cell_can_be_had_from_a_row_or_a_column(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (3, 4)
    people = rng.integers(1, 60, size=(12, 2)).astype(float)
    places = np.arange(12).reshape(shape)
    lines = [*places, *places.T]
    _, hidden = suppressed(people, lines, LEAST)
    assert not ((people < LEAST).any(axis=1) & ~hidden).any()
    for line in lines:
        assert hidden[line].sum() != 1


def test_nothing_is_hidden_needlessly() -> None:
    for sizes in product((10.0, 11.0, 30.0), repeat=3):
        _, hidden = suppressed(np.array([sizes, sizes]).T, [np.arange(3)], LEAST)
        assert not hidden.any()


def test_the_smallest_goes_with_a_small_one_and_more_where_both_are_few() -> None:
    _, two = suppressed(np.array([[40.0, 40], [9, 40], [15, 15], [30, 30]]), [np.arange(4)], LEAST)
    assert two.tolist() == [False, True, True, False]
    _, more = suppressed(np.array([[40.0, 40], [2, 40], [3, 40], [30, 30]]), [np.arange(4)], LEAST)
    assert more.tolist() == [False, True, True, True]
