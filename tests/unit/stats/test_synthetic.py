from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pilotlab.stats.synthetic.synthetic_draws import (
    jackknife_se,
    permutations,
    placebos,
    resampled,
    spread,
    two_group_df,
)
from pilotlab.stats.synthetic.weights import Arms, Block, _unit_weights, jackknife_effects, refits, synthetic
from tests.panels import simulate

PEER: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "golden" / "data" / "synthdid_diffdiff.json").read_text()
)
KINDS = ("did", "control")


@pytest.fixture(scope="module")
def block() -> Block:
    """The peers' panel: comparison units first."""
    frame = simulate(**PEER["panel"])
    wide = frame.pivot(index="team", columns="week", values="y")
    treated = (frame.groupby("team")["first_week"].first() > 0).to_numpy()
    return Block(np.vstack([wide[~treated], wide[treated]]), np.sort(treated), np.arange(16) < 10)


def _random(seed: int, n: int = 12, weeks: int = 14, treated: int = 3, before: int = 8) -> Block:
    rng = np.random.default_rng(seed)
    y = rng.normal(0, 3, (n, 1)) + rng.normal(0, 1, weeks) + rng.normal(0, 1, (n, weeks))
    return Block(y, np.arange(n) < treated, np.arange(weeks) < before)


@pytest.mark.parametrize("kind", KINDS)
def test_estimate_and_weights_are_the_peers(block: Block, kind: Any) -> None:
    fit, known = synthetic(block, kind), PEER[kind]
    assert fit.att == pytest.approx(known["att"], abs=1e-12)
    assert fit.unit_weights[~block.treated] == pytest.approx(np.array(known["unit_weights"]), abs=1e-12)
    assert fit.time_weights == pytest.approx(np.array(known["time_weights"]), abs=1e-12)
    assert not fit.unit_weights[block.treated].any()


def test_diff_diff_agrees(block: Block) -> None:
    fit = synthetic(block, "did")
    se = jackknife_se(jackknife_effects(block, fit, np.arange(20)))
    assert (fit.att, se) == pytest.approx(tuple(PEER["diff_diff"].values()), rel=1e-9)


def test_weights_of_refits_lie_at_the_minimum() -> None:
    """Kuhn and Tucker: used units share the smallest slope of the objective, and no other's is smaller."""
    block = _random(3, n=14)
    fit = synthetic(block, "did")
    chosen = np.eye(14)[3:8]
    arms = Arms(chosen, ((chosen == 0) & ~block.treated).astype(np.int64))
    before = block.y[:, block.before]
    paths = before - before.mean(axis=0)
    paths = paths - paths.mean(axis=1, keepdims=True)
    ridge = 8 * fit.penalties.units**2
    for weights, own, copies in zip(
        _unit_weights(block, "did", fit.penalties, arms), chosen, arms.copies, strict=True
    ):
        slope = paths @ (weights @ paths - own @ paths) + ridge * weights
        used = weights > 0
        assert weights.sum() == pytest.approx(1)
        assert not used[copies == 0].any()
        assert slope[used] == pytest.approx(slope[used].min(), abs=1e-9 * np.abs(slope).max())
        assert (slope[copies > 0] >= slope[used].min() - 1e-9 * np.abs(slope).max()).all()


@pytest.mark.parametrize("kind", KINDS)
def test_placebos_are_the_peers(block: Block, kind: Any) -> None:
    """Steps of synthetic control agree in full; ours of the other end at the minimum which the peer's approach."""
    sets = PEER["placebo_sets"]
    chosen, copies = np.zeros((len(sets), 20)), np.tile((~block.treated).astype(np.int64), (len(sets), 1))
    for row, units in enumerate(sets):
        chosen[row, units], copies[row, units] = 1 / 6, 0
    found = refits(block, kind, synthetic(block, kind).penalties, Arms(chosen, copies)).effects
    near = 1e-12 if kind == "control" else 0.01 * PEER["did"]["jackknife_se"]
    assert found == pytest.approx(np.array(PEER[kind]["placebos"]), abs=near)


@pytest.mark.parametrize("kind", KINDS)
def test_bootstrap_refits_are_the_peers(block: Block, kind: Any) -> None:
    counts = np.array([np.bincount(units, minlength=20) for units in PEER["bootstrap_draws"]])
    on = counts * block.treated
    arms = Arms(on / on.sum(axis=1, keepdims=True), counts * ~block.treated)
    found = refits(block, kind, synthetic(block, kind).penalties, arms).effects
    assert found == pytest.approx(np.array(PEER[kind]["bootstrap"]), abs=0.05 * PEER["did"]["jackknife_se"])


@pytest.mark.parametrize("kind", KINDS)
def test_jackknife_by_hand(kind: Any) -> None:
    block = _random(2)
    fit = synthetic(block, kind)
    change = block.after_mean - block.y[:, block.before] @ fit.time_weights
    by_hand = []
    for left_out in range(12):
        rest = np.arange(12) != left_out
        weights = np.where(rest, fit.unit_weights, 0)
        by_hand.append(change[block.treated & rest].mean() - weights @ change / weights.sum())
    found = jackknife_effects(block, fit, np.arange(12))
    assert found == pytest.approx(np.array(by_hand), abs=1e-12)
    assert jackknife_se(found) == pytest.approx(np.sqrt(11 / 12 * 11 * np.var(by_hand, ddof=1)), rel=1e-12)


def test_jackknife_of_the_peer(block: Block) -> None:
    found = jackknife_se(jackknife_effects(block, synthetic(block, "did"), np.arange(20)))
    assert found == pytest.approx(PEER["did"]["jackknife_se"], rel=1e-10)


def test_leaving_out_all_of_an_arm_is_not_a_number() -> None:
    block = _random(2, treated=1)
    effects = jackknife_effects(block, synthetic(block, "did"), np.arange(12))
    assert np.isnan(effects[0])
    assert np.isfinite(effects[1:]).all()


@pytest.mark.parametrize("seed", range(5))
def test_estimate_is_a_weighted_regression(seed: int) -> None:
    """Equation 1 of the paper: unit and time effects with weights omega times lambda."""
    block = _random(seed)
    fit = synthetic(block, "did")
    omega = np.where(block.treated, 1 / block.treated.sum(), fit.unit_weights)
    lamda = np.full(14, 1 / (~block.before).sum())
    lamda[block.before] = fit.time_weights
    unit, week = np.indices(block.y.shape)
    on = (block.treated[:, None] & ~block.before).astype(float)
    X = np.column_stack(
        [on.ravel(), unit.ravel()[:, None] == np.arange(12), week.ravel()[:, None] == np.arange(1, 14)]
    )
    root = np.sqrt(np.outer(omega, lamda).ravel())
    coef = np.linalg.lstsq(X * root[:, None], block.y.ravel() * root, rcond=None)[0]
    assert fit.att == pytest.approx(coef[0], abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_an_effect_moves_the_estimate_by_itself(kind: Any, seed: int) -> None:
    block = _random(seed)
    on = block.treated[:, None] & ~block.before
    moved = Block(block.y + 4.5 * on, block.treated, block.before)
    one, two = synthetic(block, kind), synthetic(moved, kind)
    assert two.att - one.att == pytest.approx(4.5, abs=1e-9)
    assert two.unit_weights == pytest.approx(one.unit_weights, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_unit_levels_do_not_matter_to_difference_in_differences(seed: int) -> None:
    block = _random(seed)
    levels = np.random.default_rng(seed).normal(0, 50, (12, 1))
    moved = Block(block.y + levels, block.treated, block.before)
    assert synthetic(moved, "did").att == pytest.approx(synthetic(block, "did").att, abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [-3.0, 1e-4, 1e5])
def test_scale(kind: Any, scale: float) -> None:
    block = _random(1)
    scaled = Block(block.y * scale, block.treated, block.before)
    assert synthetic(scaled, kind).att == pytest.approx(scale * synthetic(block, kind).att, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_comparison_unit_that_runs_alike_is_found(kind: Any) -> None:
    block = _random(4, treated=1)
    y = block.y.copy()
    y[0] = y[5] + 2.0 * ~block.before
    fit = synthetic(Block(y, block.treated, block.before), "control")
    assert fit.unit_weights[5] > 0.9
    assert fit.att == pytest.approx(2.0, abs=0.2)


def test_without_noise_the_effect_is_found() -> None:
    levels, season = np.arange(10.0)[:, None], np.sin(np.arange(12.0))
    on = np.zeros((10, 12))
    on[:2, 7:] = 3.0
    block = Block(levels + season + on, np.arange(10) < 2, np.arange(12) < 7)
    assert synthetic(block, "did").att == pytest.approx(3.0, abs=1e-9)
    flat = Block(levels + on, block.treated, block.before)
    assert synthetic(flat, "did").att == pytest.approx(3.0, abs=1e-9)
    assert synthetic(flat, "did").penalties.noise == 0


def test_more_times_than_comparison_units() -> None:
    """Time weights that are not unique are stepped to, and everything stays finite."""
    block = _random(6, n=6, weeks=30, treated=1, before=20)
    fit = synthetic(block, "did")
    other = placebos(block.treated, np.arange(6), reps=200, seed=0)
    effects = refits(block, "did", fit.penalties, other.arms).effects
    assert np.isfinite(effects).all()
    assert fit.time_weights.sum() == pytest.approx(1)


def test_inputs_stay_as_they_are() -> None:
    block = _random(1)
    before = block.y.copy()
    fit = synthetic(block, "did")
    refits(block, "did", fit.penalties, placebos(block.treated, np.arange(12), reps=200, seed=0).arms)
    assert (block.y == before).all()


def test_placebos_go_through_every_set() -> None:
    treated = np.arange(9) < 2
    found = placebos(treated, np.arange(9), reps=200, seed=0)
    assert found.exact
    assert [tuple(np.flatnonzero(row)) for row in found.chosen] == list(combinations(range(2, 9), 2))
    assert found.arms.treated.sum(axis=1) == pytest.approx(np.ones(21))
    assert not found.arms.treated[:, treated].any()
    assert (found.arms.copies == (~treated & ~found.chosen)).all()


def test_placebos_are_sampled_where_they_are_many() -> None:
    treated = np.arange(20) < 3
    found, again = (placebos(treated, np.arange(20), reps=150, seed=seed) for seed in (1, 1))
    other = placebos(treated, np.arange(20), reps=150, seed=2)
    assert not found.exact
    assert found.chosen.shape == (150, 20)
    assert (found.chosen.sum(axis=1) == 3).all()
    assert not found.chosen[:, treated].any()
    assert (found.chosen == again.chosen).all()
    assert (found.chosen != other.chosen).any()
    assert found.chosen[:, 3:].sum(axis=0).min() > 0


def test_permutations_go_through_every_other_set() -> None:
    treated = np.arange(7) < 2
    found = permutations(treated, np.arange(7), reps=200, seed=0)
    assert found.exact
    sets = [tuple(np.flatnonzero(row)) for row in found.chosen]
    assert sets == [each for each in combinations(range(7), 2) if each != (0, 1)]
    assert (found.arms.copies == ~found.chosen).all()
    sampled = permutations(np.arange(30) < 3, np.arange(30), reps=120, seed=0)
    assert (len(sampled.chosen), sampled.exact) == (120, False)
    assert sampled.chosen[:, :3].any()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_held_is_what_an_effect_moves(kind: Any) -> None:
    """Exact for synthetic control, and for unit weights of the other: time weights are held where they are."""
    block = _random(3)
    arms = permutations(block.treated, np.arange(12), reps=300, seed=0).arms
    penalties = synthetic(block, kind).penalties
    moved = Block(block.y + 2.0 * (block.treated[:, None] & ~block.before), block.treated, block.before)
    one, two = (refits(each, kind, penalties, arms) for each in (block, moved))
    assert two.held == pytest.approx(one.held, abs=1e-12)
    assert (np.abs(one.held) <= 1 + 1e-12).all()
    if kind == "control":
        assert two.effects - one.effects == pytest.approx(2.0 * one.held, abs=1e-9)
    comparison = placebos(block.treated, np.arange(12), reps=300, seed=0).arms
    assert not refits(block, kind, penalties, comparison).held.any()


def test_clusters_move_as_one() -> None:
    treated, groups = np.arange(10) < 2, np.arange(10) // 2
    found = placebos(treated, groups, reps=200, seed=0)
    assert len(found.chosen) == 4
    assert (found.chosen[:, ::2] == found.chosen[:, 1::2]).all()
    drawn = resampled(treated, groups, reps=50, seed=0)
    assert (drawn.copies[:, ::2] == drawn.copies[:, 1::2]).all()


@pytest.mark.parametrize("treated", [5, 6])
def test_too_few_comparison_units_for_placebos(treated: int) -> None:
    with pytest.raises(ValueError, match="are not more than"):
        placebos(np.arange(10) < treated, np.arange(10), reps=200, seed=0)


def test_resampled_units_keep_both_arms() -> None:
    treated = np.arange(8) < 2
    arms = resampled(treated, np.arange(8), reps=300, seed=3)
    assert arms.copies.shape == (300, 8)
    assert not arms.copies[:, treated].any()
    assert (arms.copies.sum(axis=1) > 0).all()
    assert arms.treated.sum(axis=1) == pytest.approx(np.ones(300))
    with pytest.raises(ValueError, match="empty"):
        resampled(np.zeros(4, bool), np.arange(4), reps=10, seed=0)


def test_degrees_of_freedom_of_equal_weights_are_those_of_two_groups() -> None:
    n1, n0 = 4, 9
    known = (1 / n1 + 1 / n0) ** 2 / (1 / (n1**2 * (n1 - 1)) + 1 / (n0**2 * (n0 - 1)))
    assert two_group_df(np.full(n1, 1 / n1), np.full(n0, 1 / n0)) == pytest.approx(known, rel=1e-12)
    assert two_group_df(np.array([0.5, 0.5, 0.0]), np.full(n0, 1 / n0)) == pytest.approx(
        two_group_df(np.full(2, 0.5), np.full(n0, 1 / n0))
    )


def test_spread_is_around_the_mean() -> None:
    assert spread(np.array([1.0, 3.0])) == 1.0
