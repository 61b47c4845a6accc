"""Release: an attacker who knows every total and every shown cell solves for the hidden ones, and finds none."""

from __future__ import annotations

import numpy as np
import pytest

from pilotlab.release.shown import Cell, Hidden, Shown, release
from pilotlab.release.suppression import release_table
from pilotlab.spec.metric_catalogue import Catalogue

SATISFACTION = Catalogue.load().get("job_satisfaction")
BURNOUT = Catalogue.load().get("burnout_level")
EXITS = Catalogue.load().get("voluntary_exits")
TABLES = 400  # random tables; every hidden cell of each is an attempt


def _table(rng: np.random.Generator) -> dict[tuple[str, int], float]:
    """Teams of 4 to 16 people over some weeks, each week answered by some of them, with gaps."""
    teams, weeks = int(rng.integers(3, 9)), int(rng.integers(2, 7))
    size = rng.integers(4, 17, teams)
    return {
        (f"t{team}", week): float(max(1, rng.binomial(size[team], 0.7)))
        for team in range(teams)
        for week in range(weeks)
        if rng.random() > 0.1
    }


def _solved(people: dict[tuple[str, int], float], hidden: frozenset[tuple[str, int]]) -> int:
    """Hidden cells that the totals of rows and columns, less what is shown, determine."""
    unknown = sorted(hidden)
    keys = [(axis, key) for axis in (0, 1) for key in {place[axis] for place in people}]
    totals = [
        line for line in keys if sum(place[line[0]] == line[1] for place in people) > 1
    ]  # one cell is no total
    lines = [[place[axis] == key for place in unknown] for axis, key in totals]
    known = np.array([line for line in lines if any(line)], dtype=float)
    if not len(known):
        return 0
    _, values, right = np.linalg.svd(known)
    free = right[
        np.sum(values > 1e-9) :
    ]  # directions in which the hidden cells can move and every total stays
    return int(np.sum(np.abs(free).max(axis=0, initial=0.0) < 1e-9))


def test_no_hidden_cell_follows_from_the_totals() -> None:
    rng = np.random.default_rng(20260907)
    attempts = leaks = naive = 0
    for _ in range(TABLES):
        people = _table(rng)
        small = [place for place, count in people.items() if count < 5]
        hidden = release_table(people, small)
        assert set(small) <= hidden
        if len(hidden) == len(people):
            continue  # nothing is left to hide: a table of totals alone falls under its own threshold
        attempts += len(hidden)
        leaks += _solved(people, hidden)
        naive += _solved(people, frozenset(small))
    assert attempts > 2_000
    assert naive > 50, "hiding the small cells alone gives some of them away"
    assert leaks == 0


@pytest.mark.parametrize("n", range(1, 17))
def test_a_mean_is_shown_from_five_answers_and_a_health_item_from_ten(n: int) -> None:
    assert isinstance(release(Cell(7.26, n=n), SATISFACTION), Shown) == (n >= 5)
    assert isinstance(release(Cell(2.26, n=n), BURNOUT), Shown) == (n >= 10)
    assert isinstance(release(Cell(7.26, n=n), SATISFACTION, privacy=8), Shown) == (n >= 8)


def test_a_value_without_answers_is_never_shown() -> None:
    assert release(Cell(7.26), SATISFACTION) == Hidden("how many answered was not said")


@pytest.mark.parametrize("value", [0.0, 10.0])
def test_everybody_alike_is_a_band(value: float) -> None:
    found = release(Cell(value, n=12), SATISFACTION)
    assert isinstance(found, Hidden)
    assert "alike" in found.reason


@pytest.mark.parametrize("count", range(7))
def test_few_exits_are_never_shown(count: int) -> None:
    found = release(Cell(count * 869.6, count=float(count)), EXITS)
    assert isinstance(found, Shown) == (count >= 5)
