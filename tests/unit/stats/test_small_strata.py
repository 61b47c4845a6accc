"""Small strata: pairs are the paired t, large strata Neyman's, and over all draws the variance is right on average."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from pilotlab.stats.variance.cr2 import cells_cr2
from pilotlab.stats.variance.small_strata import Hybrid, hybrid, small_strata

SIZES = {
    "between them": [(1, 2), (2, 1), (1, 1), (1, 3), (4, 3)],
    "by its arm": [(4, 4), (1, 2)],
    "by the other arm": [(1, 4), (1, 8)],
}


def _cells(sizes: list[tuple[int, int]], seed: int) -> list[np.ndarray]:
    """Comparison and treated values of each stratum; sizes are (treated, comparison)."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=count) for treated, others in sizes for count in (others, treated)]


def test_pairs_are_the_paired_t() -> None:
    cells = _cells([(1, 1)] * 6, seed=1)
    effects = [cells[2 * s + 1][0] - cells[2 * s][0] for s in range(6)]
    known = stats.ttest_1samp(effects, 0.0)
    found = hybrid(cells)
    assert found is not None
    assert np.mean(effects) / found.se == pytest.approx(known.statistic)
    assert found.df == pytest.approx(5)


def test_strata_that_measure_their_own_spread_are_neymans() -> None:
    cells = _cells([(4, 3), (5, 6)], seed=2)
    share = np.array([-7, 7, -11, 11]) / 18
    assert hybrid(cells) == Hybrid(*cells_cr2(cells, share))


def test_between_strata_by_the_published_formula() -> None:
    sizes = SIZES["between them"]
    cells = _cells(sizes, seed=3)
    held = [sum(size) for size in sizes]
    effect = [cells[2 * s + 1].mean() - cells[2 * s].mean() for s in range(len(sizes))]
    small, n = range(4), sum(held[:4])
    mean = sum(held[s] * effect[s] for s in small) / n
    rest = n + sum(held[s] ** 2 / (n - 2 * held[s]) for s in small)
    between = sum(held[s] ** 2 / ((n - 2 * held[s]) * rest) * (effect[s] - mean) ** 2 for s in small)
    neyman = sum(np.var(cell, ddof=1) / len(cell) for cell in cells[8:])
    variance = (n / sum(held)) ** 2 * between + (held[4] / sum(held)) ** 2 * neyman
    found = hybrid(cells)
    assert found is not None
    assert (found.se**2, found.between) == (pytest.approx(variance), True)


def test_over_all_draws_the_variance_is_right_on_average() -> None:
    """No effect, strata of other levels: the mean of the estimated variances is the variance of the estimates."""
    sizes = [(1, 2), (2, 1), (1, 1), (2, 2)]
    rng = np.random.default_rng(4)
    strata = [rng.normal(size=sum(size)) + place for place, size in enumerate(sizes)]
    picks = [list(combinations(range(sum(size)), size[0])) for size in sizes]
    held = np.array([len(values) for values in strata])
    estimates, variances = [], []
    for draw in product(*picks):
        cells = []
        for values, treated in zip(strata, draw, strict=True):
            inside = np.isin(np.arange(len(values)), treated)
            cells += [values[~inside], values[inside]]
        effect = [cells[2 * s + 1].mean() - cells[2 * s].mean() for s in range(len(sizes))]
        estimates.append(held @ effect / held.sum())
        found = hybrid(cells)
        assert found is not None
        variances.append(found.se**2)
    assert np.mean(variances) == pytest.approx(np.var(estimates))


@pytest.mark.parametrize("name", SIZES)
def test_degrees_of_freedom_are_those_of_the_variances_own_spread(name: str) -> None:
    found = [hybrid(_cells(SIZES[name], seed)) for seed in range(3_000)]
    assert all(each is not None and each.between == (name == "between them") for each in found)
    squares = np.array([each.se**2 for each in found if each is not None])
    df = found[0].df
    assert 2 * squares.mean() ** 2 / squares.var() == pytest.approx(df, rel=0.12)


def test_nothing_measures_two_pairs_of_unequal_size() -> None:
    cells = _cells([(1, 1), (1, 1)], seed=5)
    assert small_strata(cells).all()
    assert hybrid(cells) is None
