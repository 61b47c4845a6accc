"""Whether groups differ: against every draw written out, closed forms, and the tests they turn into with two groups."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from pilotlab.stats.heterogeneity.spread import (
    centred_groups,
    spread_by_clusters,
    spread_by_draws,
    spread_by_errors,
    unit_effects,
)
from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.sharp_null import randomization_test
from pilotlab.stats.variance.cr2 import cells_cr2

N = 10
Z = np.array([1, 1, 0, 1, 0, 0, 1, 0, 1, 0], dtype=bool)


def between(seed: int, groups: int = 2) -> np.ndarray:
    found = np.full((N, groups), np.nan)
    found[np.arange(N), np.arange(N) % groups] = np.random.default_rng(seed).standard_normal(N)
    return found


def within(seed: int, groups: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, 1)) * 3 + rng.standard_normal((N, groups))


def by_hand(changes: np.ndarray, z: np.ndarray) -> float:
    """Q of one draw, group by group."""
    effects, weights = [], []
    for column in changes.T:
        treated, others = column[z & np.isfinite(column)], column[~z & np.isfinite(column)]
        if len(treated) and len(others):
            effects.append(treated.mean() - others.mean())
            weights.append(len(treated) * len(others) / (len(treated) + len(others)))
    if len(effects) < 2:
        return np.inf
    middle = np.average(effects, weights=weights)
    return float(np.dot(weights, (np.array(effects) - middle) ** 2))


@pytest.mark.parametrize("groups", [2, 3])
def test_between_units_is_the_count_over_every_draw(groups: int) -> None:
    changes = between(3, groups) + 2.0 * Z[:, None]
    treated = np.array([np.nanmean(c[Z]) - np.nanmean(c[~Z]) for c in changes.T])
    weight = np.array(
        [(n := np.isfinite(c[Z]).sum()) * (m := np.isfinite(c[~Z]).sum()) / (n + m) for c in changes.T]
    )
    untreated = changes - np.where(Z, np.average(treated, weights=weight), 0.0)[:, None]
    untreated = untreated - np.nanmean(untreated, axis=0)
    draws = [np.isin(np.arange(N), chosen) for chosen in combinations(range(N), 5)]
    least = by_hand(untreated, Z)
    found = spread_by_draws(changes, Design.complete(Z))
    assert found.n_draws == 252
    assert found.statistic == pytest.approx(least)
    assert found.p_value == pytest.approx(np.mean([by_hand(untreated, z) >= least - 1e-12 for z in draws]))


def test_two_groups_within_units_are_the_test_of_their_difference() -> None:
    changes = within(4, 2) + np.array([1.0, 0.2]) * Z[:, None]
    difference = randomization_test(changes[:, 0] - changes[:, 1], Z, Design.complete(Z))
    assert spread_by_draws(changes, Design.complete(Z)).p_value == difference.p_two_sided
    se, df = cells_cr2(
        [v[mask] for v in [changes[:, 0] - changes[:, 1]] for mask in (~Z, Z)], np.array([-1.0, 1.0])
    )
    joint = spread_by_clusters(changes, Z, np.arange(N))
    assert joint.statistic == pytest.approx((difference.att / se) ** 2)
    assert (joint.df_num, joint.df_den) == (1, pytest.approx(df))


def test_an_effect_that_is_the_same_everywhere_is_no_difference() -> None:
    for changes in (within(5, 3), between(6, 2)):
        one, other = (
            spread_by_draws(each, Design.complete(Z)) for each in (changes, changes + 7.5 * Z[:, None])
        )
        assert other.statistic == pytest.approx(one.statistic)
        assert other.p_value == one.p_value
        first, second = (
            spread_by_clusters(each, Z, np.arange(N)) for each in (changes, changes + 7.5 * Z[:, None])
        )
        assert second.statistic == pytest.approx(first.statistic)


def test_within_units_p_keeps_its_promise_at_every_level() -> None:
    """Exact: over all draws that could have been made, P(p <= k/N) is at most k/N, and reached where draws don't tie."""
    untreated = within(7, 3)[:6]
    found = []
    for chosen in combinations(range(6), 3):
        z = np.isin(np.arange(6), chosen)
        found.append(spread_by_draws(untreated + 0.8 * z[:, None], Design.complete(z)).p_value)
    for level in np.unique(found):
        assert np.mean(np.array(found) <= level + 1e-12) == pytest.approx(level)


def test_between_units_alarms_come_about_as_often_as_they_should() -> None:
    """The overall effect is estimated, so the test is not exact: of 4,000 such pilots 5.6 % raised an alarm."""
    rng, alarms = np.random.default_rng(11), 0
    for seed in range(1_000):
        z = rng.permutation(24) < 12
        changes = np.full((24, 3), np.nan)
        changes[np.arange(24), np.arange(24) % 3] = rng.standard_normal(24) + z
        alarms += spread_by_draws(changes, Design.complete(z), reps=199, seed=seed).p_value <= 0.05
    assert 0.035 <= alarms / 1_000 <= 0.075


def test_two_groups_of_units_by_clusters_are_the_t_test_of_cells() -> None:
    changes = between(8)
    cells = [
        changes[(arm == Z) & np.isfinite(changes[:, group]), group]
        for group in (0, 1)
        for arm in (False, True)
    ]
    share = np.array([-1.0, 1.0, 1.0, -1.0])
    se, df = cells_cr2(cells, share)
    value = sum(weight * cell.mean() for weight, cell in zip(share, cells, strict=True))
    found = spread_by_clusters(changes, Z, np.arange(N))
    assert found.statistic == pytest.approx((value / se) ** 2)
    assert found.df_den == pytest.approx(df)


def test_whole_clusters_count_once() -> None:
    """Each cluster twice over tells nothing new: the same test as with the clusters' own values."""
    changes = within(9, 2)
    twice, cluster = np.repeat(changes, 2, axis=0), np.repeat(np.arange(N), 2)
    one, other = (
        spread_by_clusters(changes, Z, np.arange(N)),
        spread_by_clusters(twice, np.repeat(Z, 2), cluster),
    )
    assert other.statistic == pytest.approx(one.statistic)
    assert other.df_den == pytest.approx(one.df_den)


def test_independent_effects_by_their_errors_are_welchs_anova() -> None:
    """Of three samples' means: statsmodels' and scipy's Welch ANOVA."""
    rng = np.random.default_rng(10)
    samples = [rng.normal(0.3 * k, 1 + k, 6 + 3 * k) for k in range(3)]
    found = spread_by_errors(
        np.array([s.mean() for s in samples]),
        np.array([s.std(ddof=1) / np.sqrt(len(s)) for s in samples]),
        np.array([len(s) - 1.0 for s in samples]),
    )
    from statsmodels.stats.oneway import anova_oneway

    reference = anova_oneway(samples, use_var="unequal")
    assert found.statistic == pytest.approx(reference.statistic)
    assert found.p_value == pytest.approx(reference.pvalue)
    endless = spread_by_errors(np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.array([np.inf, np.inf]))
    assert endless.p_value == pytest.approx(stats.chi2.sf(2.0, 1), abs=1e-6)


def test_strata_are_taken_out_and_kept_in_the_draws() -> None:
    strata = np.repeat([0, 1], 5)
    changes = between(11) + 100.0 * strata[:, None]
    design = Design.stratified(Z, strata)
    plain = spread_by_draws(between(11), design)
    assert spread_by_draws(changes, design).p_value == plain.p_value
    assert plain.n_draws == 100


def test_units_with_one_group_leave_where_others_have_several() -> None:
    changes = within(12, 2)
    changes[3, 0] = np.nan
    centred = centred_groups(changes)
    assert np.isnan(centred[3]).all()
    kept = np.arange(N) != 3
    assert spread_by_draws(changes, Design.complete(Z)).statistic == pytest.approx(
        spread_by_draws(changes[kept], Design.complete(Z[kept])).statistic
    )


def test_a_units_effect_is_its_change_less_the_others_mean() -> None:
    effects, errors = unit_effects(np.array([1.0, 2.0, 4.0, 9.0]), np.array([False, False, False, True]))
    assert effects.tolist() == [pytest.approx(9 - 7 / 3)]
    assert errors.tolist() == [pytest.approx(np.std([1, 2, 4], ddof=1) * np.sqrt(4 / 3))]


def test_one_group_is_refused() -> None:
    alone = between(13)
    alone[:, 1] = np.nan
    with pytest.raises(ValueError, match="fewer than two groups"):
        spread_by_draws(alone, Design.complete(Z))
    with pytest.raises(ValueError, match="fewer than two groups"):
        spread_by_clusters(alone, Z, np.arange(N))
    with pytest.raises(ValueError, match="two effects"):
        spread_by_errors(np.array([1.0]), np.array([1.0]), np.array([3.0]))
    with pytest.raises(ValueError, match="two comparison units"):
        unit_effects(np.array([1.0, 2.0]), np.array([True, False]))
