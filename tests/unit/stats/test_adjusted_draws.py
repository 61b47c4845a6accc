"""Randomisation of an adjusted comparison: every draw by statsmodels, inversion by search."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotlab.stats.randomization.adjusted_draws import AdjustedResult, adjusted_test
from pilotlab.stats.randomization.draws import Design, enumerate_draws
from pilotlab.stats.randomization.sharp_null import randomization_test

STRATA = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
Z = np.array([1, 1, 0, 0, 1, 0, 1, 0, 0])


def _data(seed: int, n: int = 9, p: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(5, 2, (n, p))
    return 0.7 * x.sum(axis=1) + rng.normal(size=n), x


def _adjusted_difference(y: np.ndarray, x: np.ndarray, z: np.ndarray, strata: np.ndarray) -> float:
    cells = np.column_stack([(strata == s) & (z == arm) for s in np.unique(strata) for arm in (0, 1)])
    fit = sm.OLS(y, np.column_stack([cells.astype(float), x])).fit()
    share = np.repeat(np.bincount(strata) / len(strata), 2) * np.tile([-1, 1], len(np.unique(strata)))
    return float(share @ fit.params[: len(share)])


@pytest.mark.parametrize("p", [1, 2])
def test_every_draw_is_the_regression_of_that_draw(p: int) -> None:
    y, x = _data(1, p=p)
    design = Design.stratified(Z, STRATA)
    found = adjusted_test(y, x, Z, design, strata=STRATA)
    brute = [_adjusted_difference(y, x, z, STRATA) for z in enumerate_draws(design).astype(int)]
    indicator = [
        _adjusted_difference(Z.astype(float), x, z, STRATA) for z in enumerate_draws(design).astype(int)
    ]
    np.testing.assert_allclose(found.statistics, brute, atol=1e-9)
    np.testing.assert_allclose(found.indicator, indicator, atol=1e-9)
    assert found.att == pytest.approx(_adjusted_difference(y, x, Z, STRATA))
    assert (found.exact, found.n_draws) == (True, 60)


def test_between_strata_is_the_regression_of_differences() -> None:
    rng = np.random.default_rng(3)
    pair, z = np.repeat(np.arange(6), 2), np.tile([1, 0], 6)
    y, x = rng.normal(size=12), rng.normal(size=(12, 1))
    design = Design.pairs(z, pair)
    found = adjusted_test(y, x, z, design, strata=pair, between=True)
    brute = []
    for draw in enumerate_draws(design):
        sign = np.where(draw, 1, -1)
        dy, dx = (np.bincount(pair, weights=sign * column) for column in (y, x[:, 0]))
        brute.append(sm.OLS(dy, sm.add_constant(dx)).fit().params[0])
    np.testing.assert_allclose(found.statistics, brute, atol=1e-9)
    assert found.p_min == pytest.approx(2 / 64)


def test_without_covariates_it_is_the_plain_test() -> None:
    y, _ = _data(4)
    design = Design.stratified(Z, STRATA)
    plain = randomization_test(y, Z, design)
    found = adjusted_test(y, np.zeros((9, 0)), Z, design)
    np.testing.assert_allclose(np.sort(found.statistics), np.sort(plain.statistics), atol=1e-12)
    for alpha in (0.05, 0.1, 0.3):
        assert found.interval(alpha) == pytest.approx(plain.interval(alpha))
        assert found.bound("lower", alpha) == pytest.approx(plain.bound("lower", alpha))
        assert found.bound("upper", alpha) == pytest.approx(plain.bound("upper", alpha))
    assert (found.p_two_sided, found.p_min) == (plain.p_two_sided, plain.p_min)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.sampled_from([0.04, 0.08, 0.1, 0.25]), st.sampled_from([3, 4]))
def test_the_interval_is_the_hull_of_what_the_test_keeps(seed: int, alpha: float, rest: int) -> None:
    """Few units and a strong covariate: draws with abs(a) above 1, found by search on a grid; arms of 3 have a mirror."""
    rng = np.random.default_rng(seed)
    z = np.repeat([1, 0], [3, rest])
    x = 3 * z[:, None] + rng.normal(size=(3 + rest, 1))
    y = rng.normal(size=3 + rest) + x[:, 0]
    found = adjusted_test(y, x, z, Design.complete(z))
    low, high = found.interval(alpha)
    grid = np.concatenate([np.linspace(-30, 30, 1201), [found.att]])
    kept = grid[[found.p_at(effect) > alpha for effect in grid]]
    assert kept.min() >= low - 1e-9
    assert kept.max() <= high + 1e-9
    for end, inward in ((low, 1e-7), (high, -1e-7)):
        if np.isfinite(end):
            assert found.p_at(end) > alpha or found.p_at(end + inward) > alpha
    lower = found.bound("lower", alpha)
    one_sided = grid[[found.p_at(effect, "upper") > alpha for effect in grid]]
    assert one_sided.min() >= lower - 1e-9
    upper = found.bound("upper", alpha)
    assert grid[[found.p_at(effect, "lower") > alpha for effect in grid]].max() <= upper + 1e-9


def test_p_is_uniform_on_its_levels_under_the_null() -> None:
    """P(p <= k/N) = k/N: each draw in turn as the one that was made."""
    y, x = _data(6, n=8)
    z = np.repeat([1, 0], 4)
    p = [
        adjusted_test(y, x, draw, Design.complete(draw)).p_upper
        for draw in enumerate_draws(Design.complete(z))
    ]
    np.testing.assert_allclose(np.sort(p), np.arange(1, 71) / 70)


def test_open_where_draws_outweigh_the_observed_one() -> None:
    result = AdjustedResult(
        att=1.0,
        statistics=np.array([1.0, 0.2, 0.1, -0.3]),
        indicator=np.array([1.0, 1.5, -2.0, 0.0]),
        exact=True,
    )
    assert result.interval(0.3) == (-np.inf, np.inf)
    low, high = result.interval(0.8)
    assert low <= 1.0 <= high


def test_exact_where_all_draws_are_walked_through() -> None:
    y, x = _data(5, n=24)
    z = np.repeat([1, 0], 12)  # 2.7 million draws
    drawn = adjusted_test(y, x, z, Design.complete(z), reps=50)
    assert (drawn.exact, drawn.n_draws) == (False, 51)
    rows = np.stack([np.roll(z, shift) for shift in range(24)])
    assert adjusted_test(y, x, z, Design.explicit(z, rows)).exact


def test_bad_input_is_named() -> None:
    y, x = _data(1)
    with pytest.raises(ValueError, match="not the draw"):
        adjusted_test(y, x, 1 - Z, Design.complete(Z))
    with pytest.raises(ValueError, match="complete, 9 rows"):
        adjusted_test(np.where(Z, np.nan, y), x, Z, Design.complete(Z))
    with pytest.raises(ValueError, match="lower, upper"):
        adjusted_test(y, x, Z, Design.complete(Z)).bounds("left", [0.1])  # type: ignore[arg-type]
