"""Bands against brute force: every draw written out, one by one."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.max_t import max_t_half_widths
from pilotlab.stats.variance.bands import sidak_t_critical

CHANGES = np.random.default_rng(3).normal(size=(6, 4))
TREATED = np.array([1, 1, 1, 0, 0, 0], dtype=bool)


def brute_force(effects: list[np.ndarray], alpha: float) -> np.ndarray:
    """Half-widths from a list of effects, one row a draw."""
    drawn = np.array(effects)
    spread = np.sqrt(((drawn - drawn.mean(axis=0)) ** 2).mean(axis=0))
    largest = sorted(max(abs(row) / spread) for row in drawn)
    place = int(np.ceil((1 - alpha) * (len(largest) - 1)))
    return spread * largest[place]  # type: ignore[no-any-return]


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3])
def test_all_draws_of_six_units(alpha: float) -> None:
    effects = []
    for chosen in combinations(range(6), 3):
        z = np.isin(range(6), chosen)
        effects.append(CHANGES[z].mean(axis=0) - CHANGES[~z].mean(axis=0))
    half = max_t_half_widths(CHANGES, Design.complete(TREATED), alpha=alpha)
    assert half == pytest.approx(brute_force(effects, alpha))


def test_strata_weigh_by_their_units() -> None:
    strata = [0, 0, 1, 1, 1, 1]
    z = np.array([1, 0, 1, 1, 0, 0], dtype=bool)
    effects = []
    for first, second in product(range(2), combinations(range(2, 6), 2)):
        here = np.isin(range(6), [first, *second])
        one = CHANGES[:2][here[:2]].mean(axis=0) - CHANGES[:2][~here[:2]].mean(axis=0)
        two = CHANGES[2:][here[2:]].mean(axis=0) - CHANGES[2:][~here[2:]].mean(axis=0)
        effects.append((2 * one + 4 * two) / 6)
    assert max_t_half_widths(CHANGES, Design.stratified(z, strata)) == pytest.approx(
        brute_force(effects, 0.05)
    )


def test_a_unit_without_a_value_leaves_its_week_alone() -> None:
    gaps = CHANGES.copy()
    gaps[5, 2] = np.nan
    effects = []
    for chosen in combinations(range(6), 3):
        z = np.isin(range(6), chosen)
        effects.append(np.nanmean(gaps[z], axis=0) - np.nanmean(gaps[~z], axis=0))
    assert max_t_half_widths(gaps, Design.complete(TREATED)) == pytest.approx(brute_force(effects, 0.05))


def test_a_week_that_no_draw_moves_has_no_width() -> None:
    flat = CHANGES.copy()
    flat[:, 1] = 3.0
    half = max_t_half_widths(flat, Design.complete(TREATED))
    assert np.isnan(half[1])
    assert np.isfinite(np.delete(half, 1)).all()


def test_sampled_draws_come_close_and_repeat() -> None:
    many = np.random.default_rng(5).normal(size=(16, 3))
    design = Design.complete(np.arange(16) < 8)
    all_draws = max_t_half_widths(many, design, reps=20_000)  # 12,870 draws: enumerated
    sampled = max_t_half_widths(many, design, reps=5_000, seed=1)
    assert sampled == pytest.approx(all_draws, rel=0.05)
    assert (sampled == max_t_half_widths(many, design, reps=5_000, seed=1)).all()


def test_sidak_of_one_week_is_the_t_quantile_and_grows_with_weeks() -> None:
    assert sidak_t_critical(1, df=10) == pytest.approx(2.228139, abs=1e-6)
    grown = [sidak_t_critical(weeks, df=10) for weeks in (1, 2, 10, 50)]
    assert grown == sorted(grown)
    each = 2 * stats.t.sf(sidak_t_critical(10, df=10), 10)
    assert (1 - each) ** 10 == pytest.approx(0.95)
