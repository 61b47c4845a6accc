"""The efficient rollout estimator: by one matrix formula for all units, as special cases, and over every draw."""

from __future__ import annotations

import numpy as np
import pytest

from pilotlab.stats.randomization.rollout_draws import rollout_test
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.staggered.rollout import Plan, plan_of, rollout

NEVER = 10**9
START = np.array([4, 6, 9, NEVER])
TIMES = np.arange(1, 11)


def _panel(seed: int, each: int = 6, effect: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    cohort = rng.permutation(np.repeat(np.arange(4), each))
    y = 2 * rng.normal(size=(len(cohort), 1)) + rng.normal(size=(len(cohort), len(TIMES))) + np.sin(TIMES)
    return y + effect * (START[cohort][:, None] <= TIMES), cohort


def _plan(cohort: np.ndarray, **more: object) -> Plan:
    found = plan_of(START, np.bincount(cohort).astype(float), TIMES, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def _second_derivation(y: np.ndarray, cohort: np.ndarray, base: int = 1) -> tuple[float, float, float, float]:
    """`overall` by comparisons of rows, unit by unit: every pair of cohort and time written out, then one regression over units.

    theta and X are sums over units of what each adds; with these parts demeaned in their cohort and times the root of
    N_g / (N_g - 1), Var and Cov are plain cross-products, and beta is their regression.
    """
    n, G = len(y), START[cohort]
    pairs = [(g, t) for g in START[:-1] for t in TIMES if t >= g and (t < G).any()]
    weight = np.array([(g == G).sum() for g, _ in pairs], dtype=float)
    weight /= weight.sum()
    parts = np.zeros((n, 2))
    for (g, t), w in zip(pairs, weight, strict=True):
        before = [s for s in TIMES if s < g][-base:]
        own, wait = g == G, t < G
        sign = own / own.sum() - wait / wait.sum()
        parts[:, 0] += w * sign * y[:, t - 1]
        parts[:, 1] += w * sign * y[:, np.array(before) - 1].mean(axis=1)
    theta, x = parts.sum(axis=0)
    apart = parts.copy()
    for g in np.unique(cohort):
        inside = cohort == g
        apart[inside] -= parts[inside].mean(axis=0)
        apart[inside] *= np.sqrt(inside.sum() / (inside.sum() - 1))
    beta = float(np.linalg.lstsq(apart[:, [1]], apart[:, 0], rcond=None)[0][0])
    variance = float(((apart[:, 0] - beta * apart[:, 1]) ** 2).sum())
    return float(theta - beta * x), beta, variance, float(x)


@pytest.mark.parametrize("base", [1, 3])
def test_a_second_derivation_agrees(base: int) -> None:
    for seed in range(5):
        y, cohort = _panel(seed)
        found = rollout(y, cohort, TIMES, START, _plan(cohort, base_times=base))
        value, beta, variance, _ = _second_derivation(y, cohort, base)
        assert (found.values[0], found.slopes[0]) == pytest.approx((value, beta), rel=1e-9)
        assert found.variance[0, 0] == pytest.approx(variance, rel=1e-9)


def test_unequal_cohorts_agree_too() -> None:
    rng = np.random.default_rng(3)
    cohort = np.repeat(np.arange(4), [3, 8, 5, 11])
    y = rng.normal(size=(27, 1)) + rng.normal(size=(27, 10))
    found = rollout(y, cohort, TIMES, START, _plan(cohort))
    assert (found.values[0], found.slopes[0]) == pytest.approx(_second_derivation(y, cohort)[:2], rel=1e-9)


def test_the_slope_is_the_best_one() -> None:
    y, cohort = _panel(4)
    plan = _plan(cohort)
    best = rollout(y, cohort, TIMES, START, plan)
    spread = [np.cov(y[cohort == g].T) / (cohort == g).sum() for g in range(4)]
    for beta in best.slopes[0] + np.array([-0.3, -0.01, 0.01, 0.3]):
        loadings = plan.effect[0] - beta * plan.before[0]
        assert sum(row @ own @ row for row, own in zip(loadings, spread, strict=True)) > best.variance[0, 0]


def test_with_one_start_and_even_arms_it_is_ancova() -> None:
    """Equal arms: 1/N_g weights the arms' covariances alike, as the pooled slope does."""
    rng = np.random.default_rng(5)
    cohort, start = np.repeat([0, 1], 8), np.array([6, NEVER])
    y = rng.normal(size=(16, 1)) + rng.normal(size=(16, 10))
    plan = plan_of(start, np.array([8.0, 8.0]), TIMES, base_times=5)
    assert plan is not None
    found = rollout(y, cohort, TIMES, start, plan)
    after, before = y[:, 5:].mean(axis=1), y[:, :5].mean(axis=1)
    X = np.column_stack([cohort == 0, np.ones(16), before]).astype(float)
    coef = np.linalg.lstsq(X, after, rcond=None)[0]
    assert (found.values[0], found.slopes[0]) == pytest.approx((coef[0], coef[2]), rel=1e-9)
    error, bread = after - X @ coef, np.linalg.inv(X.T @ X)
    hat = np.einsum("ij,jk,ik->i", X, bread, X)
    hc2 = bread @ (X.T * (error**2 / (1 - hat))) @ X @ bread
    assert found.few[0] == pytest.approx(hc2[0, 0], rel=0.03)
    assert found.variance[0, 0] < found.few[0]


@pytest.mark.parametrize("aggregate", ["overall", "event_time", "cohort", "week"])
def test_rows_and_headline_hang_together(aggregate: str) -> None:
    y, cohort = _panel(6)
    plan = _plan(cohort, aggregate=aggregate, washin=1)
    treated = (START[:, None] <= TIMES).astype(float)
    assert np.einsum("kct,ct->k", plan.effect, treated) == pytest.approx(1.0)
    assert np.einsum("kct,ct->k", plan.before, treated) == pytest.approx(0.0)
    assert plan.effect.sum(axis=1) == pytest.approx(0.0, abs=1e-12)
    found = rollout(y, cohort, TIMES, START, plan)
    assert (np.linalg.eigvalsh(found.variance) > -1e-12).all()
    assert (found.refined <= np.diag(found.variance) + 1e-15).all()
    assert len(found.values) == (1 if aggregate == "overall" else 1 + len(plan.labels))


@pytest.mark.parametrize("washin", [0, 1])
def test_rows_are_the_means_they_are_named_for(washin: int) -> None:
    """Effects that grow with event time, (e + 1)^2, and nothing else: every average by plain arithmetic."""
    size = np.array([3.0, 8.0, 5.0, 11.0])
    event = TIMES - START[:3, None]
    effects = np.where(event >= 0, (event + 1.0) ** 2, 0.0)
    means, inside = np.vstack([effects, np.zeros(len(TIMES))]), event >= washin
    by_week = np.array(
        [
            np.average(effects[own, t], weights=size[:3][own])
            for t in range(len(TIMES))
            if (own := inside[:, t]).any()
        ]
    )
    by_cohort = np.array([effects[g, inside[g]].mean() for g in range(3)])
    by_event = (np.arange(event.max() + 1) + 1.0) ** 2
    expected = {
        "event_time": (np.arange(event.max() + 1), by_event, by_event[washin:].mean()),
        "cohort": (START[:3], by_cohort, np.average(by_cohort, weights=size[:3])),
        "week": (TIMES[inside.any(axis=0)], by_week, by_week.mean()),
    }
    for aggregate, (labels, rows, headline) in expected.items():
        plan = plan_of(START, size, TIMES, aggregate, washin=washin)  # type: ignore[arg-type]
        assert plan is not None
        assert plan.labels.tolist() == labels.tolist()
        assert np.einsum("kct,ct->k", plan.effect, means) == pytest.approx(np.append(headline, rows))


def test_a_week_in_which_all_are_alike_has_no_variance_with_any_other() -> None:
    y, cohort = _panel(14)
    y[:, 6] = 5.0  # time 7
    plan = _plan(cohort, aggregate="week")
    found = rollout(y, cohort, TIMES, START, plan)
    row = 1 + plan.labels.tolist().index(7)
    assert found.values[row] == pytest.approx(0.0, abs=1e-12)
    assert (found.variance[row] == 0).all()
    assert (found.variance[:, row] == 0).all()
    assert (np.delete(np.diag(found.variance), row) > 0).all()
    assert found.df[row] == len(y) - len(START)


def test_the_unit_of_the_outcome_does_not_matter() -> None:
    y, cohort = _panel(12)
    plan = _plan(cohort)
    one, small = (rollout(unit * y, cohort, TIMES, START, plan) for unit in (1.0, 1e-14))
    assert small.values == pytest.approx(1e-14 * one.values, rel=1e-9, abs=0)
    for name in ("variance", "refined", "few"):
        assert getattr(small, name) == pytest.approx(1e-28 * getattr(one, name), rel=1e-9, abs=0)
    assert small.df == pytest.approx(one.df)


def test_anticipating_cohorts_do_not_compare() -> None:
    _, cohort = _panel(7)
    plan = _plan(cohort, anticipation=2)
    at_seven = plan.effect[0][:, TIMES == 7]
    assert at_seven[2] == 0  # the cohort of week 9 anticipates from week 7 on
    assert at_seven[3] < 0
    assert (plan.before[0][0] != 0).nonzero()[0].tolist() == [0]  # base of week 4: the last before week 2


@pytest.mark.slow
def test_over_all_draws_it_is_unbiased_and_its_variance_conservative() -> None:
    """Fixed potential outcomes with effects that differ; 2,000 draws of starts. Bias of the plug-in slope is small beside se."""
    rng = np.random.default_rng(8)
    n = 40
    base = 0.6 * rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, len(TIMES)))
    own = 1 + 0.5 * rng.normal(size=(n, 1))
    size = np.full(4, 10.0)
    plan = plan_of(START, size, TIMES)
    assert plan is not None
    values, plain, changes, variance, covered = [], [], [], [], []
    for _ in range(2000):
        cohort = rng.permutation(np.repeat(np.arange(4), 10))
        y = base + own * (START[cohort][:, None] <= TIMES)
        found = rollout(y, cohort, TIMES, START, plan)
        values.append(found.values[0])
        variance.append(found.variance[0, 0])
        means = np.stack([y[cohort == g].mean(axis=0) for g in range(4)])
        plain.append((plan.effect[0] * means).sum())
        changes.append(((plan.effect[0] - plan.before[0]) * means).sum())
        covered.append(abs(found.values[0] - own.mean()) <= 2.03 * np.sqrt(found.variance[0, 0]))
    assert np.mean(values) == pytest.approx(own.mean(), abs=0.02)
    assert np.var(values) < 0.9 * min(np.var(plain), np.var(changes))
    assert 0.95 <= np.mean(variance) / np.var(values) <= 1.35
    assert 0.93 <= np.mean(covered) <= 0.985


def test_draws_make_the_whole_estimate_anew() -> None:
    """Every enumerated draw beside a fit of its own, with an effect removed."""
    rng = np.random.default_rng(9)
    start, cohort = np.array([3, 5, NEVER]), np.repeat([0, 1, 2], 3)
    times = np.arange(1, 7)
    y = rng.normal(size=(9, 6))
    plan = plan_of(start, np.full(3, 3.0), times)
    assert plan is not None
    rota = Rota.drawn(cohort)
    result = rollout_test(y, cohort, times, start, plan, rota)[0]
    assert (result.n_draws, result.exact) == (1680, True)
    draws = np.concatenate(list(rota.blocks(99, 0)))
    for effect in (0.0, 0.7):
        removed = y - effect * (start[cohort][:, None] <= times)
        t = []
        for draw in draws[::20]:
            fit = rollout(removed, draw, times, start, plan)
            t.append(fit.values[0] / np.sqrt(fit.variance[0, 0]))
        own = rollout(removed, cohort, times, start, plan)
        observed = own.values[0] / np.sqrt(own.variance[0, 0])
        from pilotlab.stats.randomization.rollout_draws import _estimate

        value, se = _estimate(result.sums, effect)
        assert (value / se)[::20] == pytest.approx(t, rel=1e-7)
        assert result.p_at(effect) == pytest.approx(
            np.mean(np.abs(value / se) >= abs(observed) - 1e-9), abs=1e-9
        )
    assert result.p_min == pytest.approx(1 / 1680)


def test_p_takes_every_level_once() -> None:
    """P(p <= k/N) = k/N: each of the 15 draws in turn as the one that was made; one-sided p has no ties."""
    rng = np.random.default_rng(10)
    start, times = np.array([3, NEVER]), np.arange(1, 7)
    y = rng.normal(size=(6, 6))
    plan = plan_of(start, np.array([2.0, 4.0]), times)
    assert plan is not None
    rota = Rota.drawn([0, 0, 1, 1, 1, 1])
    p = [
        rollout_test(y, draw, times, start, plan, Rota.drawn(draw))[0].p_at(0.0, "upper")
        for draw in np.concatenate(list(rota.blocks(99, 0)))
    ]
    assert np.sort(p) == pytest.approx(np.arange(1, 16) / 15)
    result = rollout_test(y, np.array([0, 0, 1, 1, 1, 1]), times, start, plan, rota)[0]
    for level in (3 / 15, 4 / 15, 5 / 15):  # p of just alpha is rejected, as everywhere
        assert result.interval(level) == result.interval(level + 1e-6)
        assert result.bound("lower", level) == result.bound("lower", level + 1e-6)
        assert result.bound("lower", level) != result.bound("lower", level - 1e-6)


def test_sampled_draws_are_as_many_as_asked_for_and_the_one_made(monkeypatch: pytest.MonkeyPatch) -> None:
    y, cohort = _panel(13)
    monkeypatch.setattr("pilotlab.stats.randomization.rollout_draws.BLOCK", 40 * len(cohort))
    result = rollout_test(y, cohort, TIMES, START, _plan(cohort), Rota.drawn(cohort), reps=99)[0]
    assert (result.n_draws, result.exact) == (100, False)


def test_the_interval_holds_what_the_test_keeps() -> None:
    y, cohort = _panel(11, effect=1.0)
    result = rollout_test(y, cohort, TIMES, START, _plan(cohort), Rota.drawn(cohort), reps=1999, seed=2)[0]
    assert result.p_two_sided == result.p_at(0.0) < 1
    assert "array" not in repr(result)
    low, high = result.interval(0.05)
    for effect in np.linspace(low - 2, high + 2, 200):
        if not low <= effect <= high:
            assert result.p_at(effect) <= 0.05
    assert result.p_at(low + 0.03 * result.se) > 0.05 or result.p_at(low + 0.05 * result.se) > 0.05
    assert result.bound("lower", 0.05) >= low
    assert result.bound("upper", 0.05) <= high
    assert result.interval(0.0004) == (-np.inf, np.inf)


def test_bad_input_is_named() -> None:
    y, cohort = _panel(1)
    plan = _plan(cohort)
    with pytest.raises(ValueError, match="complete"):
        rollout(np.where(y == y[0, 0], np.nan, y), cohort, TIMES, START, plan)
    with pytest.raises(ValueError, match="two units"):
        rollout(y[:4], np.arange(4), TIMES, START, plan)
    assert plan_of(START, np.ones(4), TIMES, washin=20) is None
    result = rollout_test(y, cohort, TIMES, START, plan, Rota.drawn(cohort), reps=99)[0]
    with pytest.raises(ValueError, match="lower, upper"):
        result.bounds("left", [0.05])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="alpha 0"):
        result.interval(0)
