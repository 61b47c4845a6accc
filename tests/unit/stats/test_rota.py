"""Rotas and the draws of group-time effects: every order once, and each draw equal to estimating anew."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from pilotlab.stats.randomization import group_draws
from pilotlab.stats.randomization.group_draws import drawn_averages
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.staggered.group_cells import NEVER, CohortPanel, cells_of
from pilotlab.stats.staggered.group_rows import average


def walk(rota: Rota, reps: int = 50, seed: int = 0) -> np.ndarray:
    return np.concatenate(list(rota.blocks(reps, seed)))


def test_every_order_once() -> None:
    rota = Rota.drawn([3, 3, 5, 9, 9])
    drawn = walk(rota)
    expected = set(permutations([0, 0, 1, 2, 2]))
    assert rota.count == len(drawn) == len(expected) == 30
    assert {tuple(row) for row in drawn.tolist()} == expected


def test_orders_stay_within_strata_and_clusters_move_whole() -> None:
    rota = Rota.drawn([1, 2, 2, 1, 1, 2, 2], strata=list("aaabbbb"), cluster=[0, 1, 2, 3, 3, 4, 4])
    drawn = walk(rota)
    assert rota.count == len(drawn) == 3 * 2
    assert (drawn[:, 3] == drawn[:, 4]).all()
    assert (drawn[:, 5] == drawn[:, 6]).all()
    assert (np.sort(drawn[:, :3], axis=1) == [0, 1, 1]).all()


def test_the_size_of_a_block_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    rota, large = Rota.drawn([1, 1, 2, 3, 3]), Rota.drawn(np.arange(30) % 3)
    whole, sampled = walk(rota), walk(large)
    monkeypatch.setattr("pilotlab.stats.randomization.rota.BLOCK", 60)
    assert (walk(rota) == whole).all()
    assert (walk(large) == sampled).all()


def test_too_many_are_sampled_alike() -> None:
    rota = Rota.drawn(np.repeat([0, 1, 2], 10))
    assert not rota.exact
    drawn = walk(rota, reps=3000, seed=1)
    assert len(drawn) == 3001
    assert (drawn[0] == rota.start).all()
    assert (np.sort(drawn, axis=1) == np.repeat([0, 1, 2], 10)).all()
    assert (drawn[1:] == 0).mean(axis=0) == pytest.approx(1 / 3, abs=0.05)


def test_sampled_orders_of_few_are_equally_likely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pilotlab.stats.randomization.rota.LIMIT", 1)
    counts = Counter(map(tuple, walk(Rota.drawn([0, 0, 1, 2]), reps=12_000).tolist()))
    assert len(counts) == 12
    assert min(counts.values()) > 850


def test_listed_draws() -> None:
    rota = Rota.explicit([4, 6, NEVER], [[6, 4, NEVER], [NEVER, 6, 4]])
    assert walk(rota).tolist() == [[0, 1, 2], [1, 0, 2], [2, 1, 0]]
    with pytest.raises(ValueError, match="a start that no unit has"):
        Rota.explicit([4, 6], [[4, 5]])
    with pytest.raises(ValueError, match="draws x units"):
        Rota.explicit([4, 6], [[4, 6, 6]])


def test_what_was_drawn_together_can_not_be_split() -> None:
    with pytest.raises(ValueError, match="cluster A starts at two times"):
        Rota.drawn([1, 2, 2], cluster=["A", "A", "B"])
    with pytest.raises(ValueError, match="lies in two strata"):
        Rota.drawn([1, 1, 2], strata=[0, 1, 1], cluster=["A", "A", "B"])
    with pytest.raises(ValueError, match="one value a unit"):
        Rota.drawn([1, 2], strata=[0])


START = np.array([4, 4, 4, 6, 6, NEVER, NEVER])
TIMES = np.arange(1, 9)


def make(gaps: bool, weights: bool) -> CohortPanel:
    rng = np.random.default_rng(5)
    y = rng.normal(size=(7, 8)).cumsum(axis=1)
    if gaps:
        y[[0, 3, 5], [6, 1, 4]] = np.nan
    return CohortPanel(y, START, TIMES, rng.uniform(1, 3, (7, 1)) * np.ones((1, 8)) if weights else None)


@pytest.mark.parametrize("aggregate", ["overall", "event_time", "cohort", "week"])
@pytest.mark.parametrize("comparison", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize(("gaps", "weights"), [(False, False), (True, False), (False, True), (True, True)])
def test_every_draw_is_estimated_anew(aggregate: str, comparison: str, gaps: bool, weights: bool) -> None:
    panel = make(gaps, weights)
    cells = cells_of(START, TIMES, comparison=comparison)  # type: ignore[arg-type]
    found = average(panel, cells, aggregate)  # type: ignore[arg-type]
    assert found is not None
    rota = Rota.drawn(START)
    tests = drawn_averages(panel, found, rota)
    assert tests[0].att == found.values[0]
    for k, draw in enumerate(walk(rota)):
        if k % 23:
            continue
        start = np.unique(START)[draw]
        other = CohortPanel(panel.y, start, TIMES, panel.weights)
        anew = average(other, cells_of(start, TIMES, comparison=comparison), aggregate)  # type: ignore[arg-type]
        assert anew is not None
        assert tests[0].statistics[k] == pytest.approx(anew.values[0], abs=1e-10)


def test_sums_over_units_and_estimating_anew_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = make(False, False)
    found = average(panel, cells_of(START, TIMES), "event_time")
    assert found is not None
    quick = drawn_averages(panel, found, Rota.drawn(START))
    monkeypatch.setattr(group_draws, "_linear", lambda *_: False)
    slow = drawn_averages(panel, found, Rota.drawn(START))
    for one, two in zip(quick, slow, strict=True):
        assert one.statistics == pytest.approx(two.statistics, abs=1e-12)
        assert one.indicator == pytest.approx(two.indicator, abs=1e-12)


def test_the_headline_moves_one_for_one_and_never_more() -> None:
    for gaps in (False, True):
        panel = make(gaps, False)
        found = average(panel, cells_of(START, TIMES, comparison="not_yet_treated"))
        assert found is not None
        rota = Rota.drawn(START)
        headline = drawn_averages(panel, found, rota)[0]
        made = (walk(rota) == rota.start).all(axis=1)
        assert headline.indicator[made] == pytest.approx([1.0])
        assert np.abs(headline.indicator).max() <= 1 + 1e-12


@pytest.mark.parametrize("gaps", [False, True])
def test_the_interval_inverts_the_test(gaps: bool) -> None:
    panel = make(gaps, False)
    cells = cells_of(START, TIMES)
    found = average(panel, cells)
    assert found is not None
    rota = Rota.drawn(START)
    low, high = drawn_averages(panel, found, rota)[0].interval(0.1)
    on = START[:, None] <= TIMES
    for effect in (low - 0.01, low + 0.01, high - 0.01, high + 0.01):
        rest = CohortPanel(panel.y - effect * on, START, TIMES)
        anew = average(rest, cells)
        assert anew is not None
        p = drawn_averages(rest, anew, rota)[0].p_two_sided
        assert (p > 0.1) == (low <= effect <= high)


def test_p_is_exact_at_every_level() -> None:
    """Were each draw the one that was made, p would be at most k/N in exactly k of N."""
    panel = make(False, False)
    rota = Rota.drawn(START)
    statistics = drawn_averages(panel, average(panel, cells_of(START, TIMES)), rota)[0].statistics  # type: ignore[arg-type]
    p = np.array([(np.abs(statistics) >= abs(own) - 1e-12).mean() for own in statistics])
    ranks = np.sort(p) * len(p)
    assert ranks == pytest.approx(np.arange(1, len(p) + 1))
