"""Adjusted p against their definitions, and max-T against every draw counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.max_t import max_t, step_down
from pilotlab.stats.randomization.multiplicity import benjamini_hochberg, holm
from pilotlab.stats.randomization.sharp_null import p_values, randomization_test

Adjust = Callable[[np.ndarray], np.ndarray]
P = [0.012, 0.2, 0.001, 0.04, 0.04, 1.0, 0.0]


def test_holm_is_its_definition() -> None:
    order = np.argsort(P, kind="stable")
    running = np.maximum.accumulate([min(1.0, (len(P) - k) * P[i]) for k, i in enumerate(order)])
    assert holm(P)[order] == pytest.approx(running)


def test_benjamini_hochberg_is_scipys() -> None:
    assert benjamini_hochberg(P) == pytest.approx(false_discovery_control(P))


@pytest.mark.parametrize(("adjust", "method"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_ties_and_ends_are_adjusted_as_statsmodels_does(adjust: Adjust, method: str) -> None:
    rng = np.random.default_rng(3)
    for size in (2, 5, 40):
        p = rng.choice([0.0, 0.001, 0.02, 0.02, 0.3, 1.0], size)
        np.testing.assert_allclose(adjust(p), multipletests(p, method=method)[1], rtol=1e-15)


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_one_question_is_not_adjusted_and_none_gives_none(adjust: object) -> None:
    assert adjust([0.03]).tolist() == [0.03]
    assert adjust([]).tolist() == []


@pytest.mark.parametrize("wrong", [[0.1, np.nan], [1.2], [-0.1], [[0.1, 0.2]]])
def test_what_is_no_p_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm(wrong)


def _by_hand(changes: np.ndarray, treated: int, two_sided: bool) -> np.ndarray:
    """Westfall & Young's algorithm 4.1, outcome by outcome and draw by draw."""
    units = changes.shape[1]
    drawn = []
    for chosen in combinations(range(units), treated):
        z = np.isin(np.arange(units), chosen)
        drawn.append([row[z].mean() - row[~z].mean() for row in changes])
    table = np.array(drawn)
    scaled = table / np.sqrt((table**2).mean(axis=0))
    scaled = np.abs(scaled) if two_sided else scaled
    observed = scaled[0]  # the first combination is the draw that was made
    order = np.argsort(-observed)
    adjusted = np.empty(len(observed))
    floor = 0.0
    for k, outcome in enumerate(order):
        rest = order[k:]
        share = np.mean([row[rest].max() >= observed[outcome] - 1e-9 for row in scaled])
        floor = max(floor, float(share))
        adjusted[outcome] = floor
    return adjusted


@pytest.fixture
def changes() -> np.ndarray:
    rng = np.random.default_rng(8)
    common = rng.normal(size=9)
    table = common + rng.normal(size=(4, 9)) * [[0.5], [0.5], [1], [3]]
    table[[0, 2], :4] += 1.5
    return np.asarray(table * [[1], [100], [1], [0.01]])


Z = [1, 1, 1, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("tail", ["two-sided", "upper"])
def test_max_t_is_its_definition(changes: np.ndarray, tail: str) -> None:
    found = max_t(changes, Design.complete(Z), tail=tail)  # type: ignore[arg-type]
    assert found.n_draws == 126
    assert found.p_adjusted.tolist() == _by_hand(changes, 4, tail == "two-sided").tolist()
    single = p_values(changes, Design.complete(Z), tail=tail)  # type: ignore[arg-type]
    assert found.p_value.tolist() == single.tolist()


def test_between_the_single_p_and_holms(changes: np.ndarray) -> None:
    """These four hang together, so that their draws lose less than Holm, which knows nothing of it."""
    found = max_t(changes, Design.complete(Z))
    assert (found.p_adjusted >= found.p_value).all()
    assert found.p_adjusted.max() < holm(found.p_value).max()
    same = max_t(changes[[0, 0, 0]], Design.complete(Z))
    assert same.p_adjusted.tolist() == same.p_value.tolist()


def test_order_and_scale_do_not_matter(changes: np.ndarray) -> None:
    plain = max_t(changes, Design.complete(Z)).p_adjusted
    turned = max_t(changes[[2, 0, 3, 1]] * [[-5], [0.1], [1e6], [-1]], Design.complete(Z)).p_adjusted
    assert turned.tolist() == plain[[2, 0, 3, 1]].tolist()
    assert max_t(-changes, Design.complete(Z), tail="lower").p_adjusted.tolist() == (
        max_t(changes, Design.complete(Z), tail="upper").p_adjusted.tolist()
    )


def test_a_gap_leaves_its_own_outcome_alone(changes: np.ndarray) -> None:
    gaps = changes.copy()
    gaps[1, 0] = gaps[1, 7] = np.nan
    found = max_t(gaps, Design.complete(Z))
    whole = max_t(changes, Design.complete(Z))
    assert found.p_value[[0, 2, 3]].tolist() == whole.p_value[[0, 2, 3]].tolist()
    assert found.att[1] == pytest.approx(np.nanmean(gaps[1, :4]) - np.nanmean(gaps[1, 4:]))
    assert (found.p_adjusted >= found.p_value).all()


def test_a_gap_in_every_outcome_within_strata() -> None:
    rng = np.random.default_rng(4)
    z, strata = np.tile([1, 1, 0, 0, 0], 2), np.repeat([0, 1], 5)
    table = rng.normal(size=(2, 10))
    table[:, 9] = np.nan
    found = max_t(table, Design.stratified(z, strata))
    kept = np.arange(10) != 9
    known = randomization_test(table[0][kept], z[kept], Design.stratified(z[kept], strata[kept]))
    assert found.att[0] == pytest.approx(known.att)


def test_draws_that_empty_an_arm_leave_that_stratum_out() -> None:
    """Strata of three and four with one gap each: T of every draw by hand, over the strata that hold both arms."""
    z, strata = np.array([1, 0, 0, 1, 1, 0, 0], dtype=bool), np.array([0, 0, 0, 1, 1, 1, 1])
    row = np.array([2.0, np.nan, 0.5, 1.0, 3.0, -1.0, np.nan])
    drawn = []
    for first, second in product(combinations((0, 1, 2), 1), combinations((3, 4, 5, 6), 2)):
        total = weight = 0.0
        for chosen, members in ((first, (0, 1, 2)), (second, (3, 4, 5, 6))):
            one = [row[i] for i in chosen if not np.isnan(row[i])]
            zero = [row[i] for i in members if i not in chosen and not np.isnan(row[i])]
            if one and zero:
                total += (len(one) + len(zero)) * (np.mean(one) - np.mean(zero))
                weight += len(one) + len(zero)
        drawn.append(total / weight)
    found = max_t(row[None], Design.stratified(z, strata))
    assert found.n_draws == 18
    assert found.att[0] == pytest.approx((2 * 1.5 + 3 * 3.0) / 5)
    assert found.p_value[0] == np.mean(np.abs(drawn) >= abs(found.att[0]) - 1e-9)


def test_false_alarms_are_at_most_alpha_however_outcomes_hang_together() -> None:
    """Three outcomes that did not move: at least one alarm in at most 5 % of 1,000 pilots, plus three standard errors."""
    rng = np.random.default_rng(20)
    design = Design.complete([1] * 5 + [0] * 5)
    alarms = []
    for _ in range(1_000):
        common = rng.normal(size=10)
        alarms.append(max_t(0.8 * common + rng.normal(size=(3, 10)), design).p_adjusted.min() <= 0.05)
    assert 0.02 < np.mean(alarms) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1_000)


def test_an_outcome_that_never_varies_has_p_one(changes: np.ndarray) -> None:
    changes[3] = 7.0
    found = max_t(changes, Design.complete(Z))
    assert (found.p_value[3], found.p_adjusted[3]) == (1.0, 1.0)


def test_sampled_draws_hold_the_one_that_was_made() -> None:
    rng = np.random.default_rng(2)
    table = rng.normal(size=(2, 40))
    table[0, :20] += 5
    found = max_t(table, Design.complete(np.arange(40) < 20), reps=499, seed=1)
    assert found.n_draws == 500
    assert found.p_adjusted[0] == 1 / 500


def test_step_down_takes_any_statistics() -> None:
    """Romano & Wolf: bootstrap t statistics serve as well as draws of an assignment."""
    single, adjusted = step_down(
        np.array([2.0, 1.0]), np.array([[2.0, 1.0], [0.5, 1.0], [0.1, -2.0], [0.3, 0.2]])
    )
    assert single.tolist() == [0.25, 0.5]
    assert adjusted.tolist() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (np.zeros((2, 4)), "outcomes x 9 units"),
        (np.full((1, 9), np.inf), "finite or nan"),
        (np.array([[1.0] * 4 + [np.nan] * 5]), "outcomes 0 have no stratum"),
        (np.full((1, 9), np.nan), "outcomes 0 have no stratum"),
    ],
)
def test_bad_input(table: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        max_t(table, Design.complete(Z))


def test_an_unknown_tail_is_refused(changes: np.ndarray) -> None:
    with pytest.raises(ValueError, match="tail 'left'"):
        max_t(changes, Design.complete(Z), tail="left")  # type: ignore[arg-type]
