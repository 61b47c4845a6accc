"""Attrition by arm: a published experiment, statsmodels, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from pilotlab.stats.bounds.attrition import attrition, leaver_gap


def test_the_working_from_home_experiment() -> None:
    """Ctrip (Bloom et al. 2015): 21 of 131 at home and 41 of 118 in the office quit; R 4.2.2, sandwich 3.0.2 HC2, fisher.test."""
    left = np.concatenate([np.ones(21), np.zeros(110), np.ones(41), np.zeros(77)])
    arm = np.repeat([1, 0], [131, 118])
    found = attrition(left, np.ones(249), arm)
    assert found.difference == pytest.approx(-0.187152283607194, rel=1e-6)
    assert found.se == pytest.approx(0.0545280928766569, rel=1e-4)
    assert found.p_exact == pytest.approx(0.000729913125013689, rel=1e-6)
    assert (found.treated, found.comparison) == pytest.approx((21 / 131, 41 / 118))
    assert found.p_value == pytest.approx(0.0007, abs=1e-4)


def test_teams_are_the_clusters() -> None:
    """Beside OLS of team shares weighted by size in statsmodels; teams of one size, where HC2 is CR2 exactly."""
    rng = np.random.default_rng(1)
    left, arm = rng.binomial(8, 0.2, 14), np.repeat([1, 0], 7)
    found = attrition(left, np.full(14, 8), arm)
    fit = sm.OLS(left / 8, sm.add_constant(arm)).fit(cov_type="HC2")
    assert (found.difference, found.se) == pytest.approx((fit.params[1], fit.bse[1]))
    assert found.df == pytest.approx(12)
    low, high = found.interval(0.05)
    assert (low < 0 < high) == (found.p_value > 0.05)


def test_large_teams_count_for_more() -> None:
    found = attrition([1, 10, 0, 2], [10, 20, 5, 20], [1, 1, 0, 0])
    assert (found.treated, found.comparison) == pytest.approx((11 / 30, 2 / 25))


def test_a_team_that_nobody_was_in_says_nothing() -> None:
    one = attrition([1, 3, 0, 2, 0], [10, 20, 5, 20, 0], [1, 1, 0, 0, 0])
    assert one == attrition([1, 3, 0, 2], [10, 20, 5, 20], [1, 1, 0, 0])


def test_nobody_left() -> None:
    found = attrition([0, 0, 0, 0], [5, 5, 5, 5], [1, 1, 0, 0])
    assert (found.difference, found.p_value, found.p_exact, found.interval()) == (0, 1, 1, (0, 0))


def test_who_left_is_compared_between_arms() -> None:
    """The interaction of arm and leaving, beside statsmodels with HC2."""
    rng = np.random.default_rng(2)
    arm, gone = rng.integers(0, 2, 200), rng.integers(0, 2, 200)
    y = rng.normal(size=200) + 0.5 * gone - 0.8 * gone * arm
    found = leaver_gap(y, gone, arm)
    fit = sm.OLS(y, sm.add_constant(np.column_stack([arm, gone, arm * gone]))).fit(cov_type="HC2")
    assert (found.gap, found.se) == pytest.approx((fit.params[3], fit.bse[3]))
    assert found.comparison == pytest.approx(fit.params[2])
    assert found.treated - found.comparison == pytest.approx(found.gap)
    reach = stats.t.ppf(0.975, found.df) * found.se
    assert found.interval() == pytest.approx((found.gap - reach, found.gap + reach))
    whole = leaver_gap(y, gone, arm, cluster=np.arange(200) // 5)
    assert whole.gap == found.gap
    assert whole.df < found.df


def test_level_under_the_null_with_few_teams() -> None:
    rng, rejected = np.random.default_rng(3), 0
    arm = np.repeat([1, 0], 8)
    for _ in range(500):
        size = rng.integers(5, 12, 16)
        rejected += attrition(rng.binomial(size, 0.15), size, arm).p_value <= 0.05
    assert 0.02 <= rejected / 500 <= 0.075


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: attrition([2, 1], [1, 1], [1, 0]), "left no more than there"),
        (lambda: attrition([0.5, 1], [1, 1], [1, 0]), "whole numbers"),
        (lambda: attrition([-1, 1], [1, 1], [1, 0]), "whole numbers"),
        (lambda: attrition([1, 1], [1, 1], [1, 1]), "an arm has nobody"),
        (lambda: attrition([1, 1], [1, 1], [1, 3]), "2 times 0 or 1"),
        (lambda: attrition([1, 0], [5, 5], [1, 0]), "two units at least"),
        (lambda: leaver_gap([1, 2], [1, 0], [1, 0]), "somebody who left and somebody who stayed"),
        (lambda: leaver_gap([1, np.nan], [1, 0], [1, 0]), "complete"),
        (lambda: attrition([1, 0, 1, 0], [5] * 4, [1, 1, 0, 0]).interval(0), "between 0 and 1"),
    ],
)
def test_bad_input_is_named(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
