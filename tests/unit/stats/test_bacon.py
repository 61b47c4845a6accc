"""Goodman-Bacon by regressions: every comparison and every weight from a regression of its own."""

from __future__ import annotations

import numpy as np
import pytest

from pilotlab.stats.regression.twfe import TwoWayPanel, two_way
from pilotlab.stats.staggered.bacon import decompose

WEEKS = 9
SIZES = {"always": 3, "2": 4, "5": 6, "7": 2, "never": 5}
START = np.array([0, 2, 5, 7, 9])


def _panel(groups: list[int]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(5), list(SIZES.values()))
    y = rng.normal(size=(len(group), WEEKS)) + rng.normal(size=(len(group), 1))
    inside = np.isin(group, groups)
    return y[inside], group[inside]


def _twfe(y: np.ndarray, start: np.ndarray, weeks: np.ndarray) -> tuple[float, float]:
    """Coefficient, and the mean square of the treated indicator after both effects."""
    groups, code = np.unique(start, return_inverse=True)
    D = (weeks >= groups[:, None]).astype(float)[:, :, None]
    fit = two_way(TwoWayPanel(y[:, weeks], code, D))
    return float(fit.coef[0]), 1 / float(fit.bread[0, 0]) / y[:, weeks].size


def _decompose(groups: list[int]) -> tuple[list, float, float]:  # type: ignore[type-arg]
    y, group = _panel(groups)
    means = np.stack([y[group == g].mean(axis=0) for g in groups])
    sizes = np.array([(group == g).sum() for g in groups], dtype=float)
    found = decompose(means, sizes, START[groups])
    return list(found), *_twfe(y, START[group], np.arange(WEEKS))


@pytest.mark.parametrize("groups", [[0, 1, 2, 3, 4], [1, 2, 3], [0, 2], [1, 4], [0, 1, 3]])
def test_weights_sum_to_one_and_the_sum_is_the_two_way_coefficient(groups: list[int]) -> None:
    found, coefficient, _ = _decompose(groups)
    assert sum(each.weight for each in found) == pytest.approx(1)
    assert all(each.weight > 0 for each in found)
    assert sum(each.weight * each.att for each in found) == pytest.approx(coefficient, rel=1e-10)


def test_each_comparison_is_the_regression_of_its_two_groups_and_weeks() -> None:
    """Theorem 1: weight = (share of cells in the comparison)^2 times the variance of its indicator, over that of all."""
    groups = [0, 1, 2, 3, 4]
    found, _, variance = _decompose(groups)
    y, group = _panel(groups)
    assert len(found) == 12
    for each in found:
        k, other = each.treated, each.comparison
        low, high = 0, WEEKS
        if each.kind == "earlier vs later":
            high = int(START[other])
        if each.kind == "later vs earlier":
            low = int(START[other])
        weeks, inside = np.arange(low, high), np.isin(group, [k, other])
        starts = np.where(group[inside] == k, START[k], WEEKS)
        coefficient, own = _twfe(y[inside], starts, weeks)
        cells = inside.sum() * len(weeks) / y.size
        assert each.att == pytest.approx(coefficient, rel=1e-10)
        assert each.weight == pytest.approx(cells**2 * own / variance, rel=1e-10)


def test_kinds_follow_the_starts() -> None:
    found, _, _ = _decompose([0, 1, 2, 3, 4])
    kinds = {(each.treated, each.comparison): each.kind for each in found}
    assert kinds[1, 0] == "treated vs always"
    assert kinds[1, 2] == "earlier vs later"
    assert kinds[2, 1] == "later vs earlier"
    assert kinds[3, 4] == "treated vs never"
    assert (0, 1) not in kinds
    assert (4, 1) not in kinds


def test_no_start_is_refused() -> None:
    with pytest.raises(ValueError, match="no two groups"):
        decompose(np.zeros((2, 4)), np.array([2.0, 2.0]), np.array([0, 4]))
    with pytest.raises(ValueError, match="no two groups"):
        decompose(np.zeros((1, 4)), np.array([2.0]), np.array([2]))
