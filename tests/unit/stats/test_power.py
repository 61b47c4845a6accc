"""Closed-form power: published formulas, each by another road, and simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pilotlab.estimate.did import did
from pilotlab.stats.power.closed_form import (
    Power,
    arms_df,
    arms_variance,
    clustered_variance,
    detectable,
    pilot_power,
    proportions_size,
    serial_variance,
    t_power,
    unit_variance,
    week_covariance,
)
from tests.panels import simulate

weeks = st.integers(1, 12)
shares = st.floats(0, 0.95)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(weeks, weeks, st.floats(0.01, 0.95))
def test_equal_correlation_is_frison_and_pocock(before: int, after: int, p: float) -> None:
    covariance = week_covariance(before + after, sd=2.0, icc=p)
    post = (1 + (after - 1) * p) / after
    change = post + (1 + (before - 1) * p) / before - 2 * p
    ancova = post - before * p**2 / (1 + (before - 1) * p)
    for method, expected in (("post", post), ("change", change), ("ancova", ancova)):
        assert unit_variance(covariance, before, after, method) == pytest.approx(4 * expected)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(weeks, weeks, shares, st.floats(-0.5, 0.9))
def test_change_is_burlig_preonas_and_woerman(before: int, after: int, icc: float, phi: float) -> None:
    """Their average covariances, read off the matrix, give the quadratic form of the weights."""
    gamma = week_covariance(before + after, sd=1.5, icc=icc, autocorrelation=phi)

    def average(block: np.ndarray) -> float:
        off = ~np.eye(len(block), dtype=bool)
        return float(block[off].mean()) if off.any() else 0.0

    found = serial_variance(
        before,
        after,
        variance=1.5**2,
        within_before=average(gamma[:before, :before]),
        within_after=average(gamma[before:, before:]),
        across=float(gamma[:before, before:].mean()),
    )
    weights = np.concatenate([np.full(before, -1 / before), np.full(after, 1 / after)])
    assert found == pytest.approx(float(weights @ gamma @ weights), abs=1e-12)
    assert unit_variance(gamma, before, after) == pytest.approx(found, abs=1e-12)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(weeks, weeks, shares, st.floats(-0.5, 0.9))
def test_ancova_is_never_worse(before: int, after: int, icc: float, phi: float) -> None:
    gamma = week_covariance(before + after, icc=icc, autocorrelation=phi)
    best = unit_variance(gamma, before, after, "ancova")
    assert best <= unit_variance(gamma, before, after, "change") + 1e-12
    assert best <= unit_variance(gamma, before, after, "post") + 1e-12


def test_power_by_simulation() -> None:
    """AR(1) team-weeks of 20 teams, 2,000 pilots, the t test of changes."""
    rng = np.random.default_rng(1)
    plan: dict[str, Any] = {
        "baseline_weeks": 6,
        "pilot_weeks": 8,
        "sd": 1.2,
        "icc": 0.3,
        "autocorrelation": 0.4,
    }
    expected = pilot_power(teams=20, **plan)
    root = np.linalg.cholesky(week_covariance(14, sd=1.2, icc=0.3, autocorrelation=0.4))
    y = np.einsum("ts,rns->rnt", root, rng.normal(size=(2000, 20, 14)))
    change = y[:, :, 6:].mean(axis=2) - y[:, :, :6].mean(axis=2)
    change[:, :10] += expected.mde
    one, two = change[:, :10], change[:, 10:]
    effect = one.mean(axis=1) - two.mean(axis=1)
    assert effect.std() == pytest.approx(expected.se, rel=0.05)
    se = np.sqrt((one.var(axis=1, ddof=1) + two.var(axis=1, ddof=1)) / 10)
    assert np.mean(np.abs(effect / se) > 2.100922) == pytest.approx(0.8, abs=0.03)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.floats(2, 200), st.floats(0.01, 0.2), st.floats(0.3, 0.95), st.sampled_from([1, 2]))
def test_detectable_inverts_power(df: float, alpha: float, power: float, sides: int) -> None:
    effect = detectable(0.7, df, alpha=alpha, power=power, sides=sides)
    assert t_power(effect, 0.7, df, alpha=alpha, sides=sides) == pytest.approx(power, abs=1e-9)
    assert t_power(0.0, 0.7, df, alpha=alpha, sides=sides) == pytest.approx(alpha)
    assert detectable(1.4, df, alpha=alpha, power=power, sides=sides) == pytest.approx(2 * effect)


def test_far_out_power_is_one_and_without_limit_of_df_the_normal() -> None:
    assert t_power(400.0, 1.0, 38) == 1.0
    assert t_power(2.8, 1.0, np.inf) == pytest.approx(0.79955, abs=1e-4)
    assert t_power(2.8, 1.0, 1e7) == pytest.approx(t_power(2.8, 1.0, np.inf), abs=1e-6)


def test_more_of_anything_finds_less() -> None:
    plan: dict[str, Any] = {
        "teams": 16,
        "baseline_weeks": 8,
        "pilot_weeks": 12,
        "sd": 1.0,
        "icc": 0.1,
        "autocorrelation": 0.3,
    }
    base = pilot_power(**plan).mde
    for more in (
        {"teams": 24},
        {"baseline_weeks": 13},
        {"pilot_weeks": 24},
        {"power": 0.7},
        {"alpha": 0.1},
        {"sides": 1},
    ):
        assert pilot_power(**{**plan, **more}).mde < base
    for worse in ({"sd": 1.1}, {"autocorrelation": 0.5}, {"washin": 4}, {"share": 0.25}):
        assert pilot_power(**{**plan, **worse}).mde > base


def test_power_answers_at_any_effect() -> None:
    found = pilot_power(teams=24, baseline_weeks=8, pilot_weeks=12, sd=1.0)
    assert isinstance(found, Power)
    assert found.at(found.mde) == pytest.approx(0.8)
    assert found.at(0.0) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: t_power(1, 0, 5), "must be above 0"),
        (lambda: t_power(1, 1, 5, alpha=1.2), "alpha 1.2"),
        (lambda: t_power(1, 1, 5, sides=3), "sides 3"),
        (lambda: detectable(1, 5, power=0.01), "power 0.01"),
        (lambda: arms_variance(1.0, 0, 4), "each arm needs one"),
        (lambda: clustered_variance(1.0, 1.2, 4), "icc 1.2"),
        (lambda: week_covariance(4, autocorrelation=1.0), "autocorrelation 1.0"),
        (lambda: unit_variance(np.eye(4), 3, 2), "do not fit"),
        (lambda: unit_variance(np.eye(4), 0, 2), "needs a week before"),
        (lambda: unit_variance(np.eye(4), 1, 2, "diff"), "method 'diff'"),  # type: ignore[arg-type]
        (lambda: pilot_power(teams=3, baseline_weeks=4, pilot_weeks=4, sd=1), "each arm needs two"),
        (lambda: pilot_power(teams=8, baseline_weeks=4, pilot_weeks=4, sd=1, washin=4), "no week is left"),
        (lambda: pilot_power(teams=8, baseline_weeks=4, pilot_weeks=4, sd=0), "sd 0"),
        (lambda: proportions_size(0.2, 0.2), "must differ"),
        (lambda: proportions_size(1.2, 0.2), "must differ and lie between"),
        (lambda: proportions_size(0.2, 1.0), "must differ and lie between"),
        (lambda: t_power(1, 1, 0), "must be above 0"),
        (
            lambda: serial_variance(0, 4, variance=1, within_before=0, within_after=0, across=0),
            "each side needs one",
        ),
    ],
)
def test_bad_input_is_named(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(("effect", "se"), [(1.0, 2.0), (0.3, 0.1)])
def test_one_degree_of_freedom_by_cauchys_law(effect: float, se: float) -> None:
    """t with one degree of freedom is a normal over the size of another: the chance by integrating over the latter."""
    cut = stats.cauchy.isf(0.05)
    scale = np.linspace(0, 9, 90_001)
    beyond = stats.norm.sf(cut * scale - effect / se) + stats.norm.cdf(-cut * scale - effect / se)
    known = np.trapezoid(beyond * 2 * stats.norm.pdf(scale), scale)
    assert t_power(effect, se, 1, alpha=0.1) == pytest.approx(known, abs=1e-8)


def test_a_cluster_of_persons_alike_is_one_person_and_of_unlike_ones_many() -> None:
    assert clustered_variance(3, 1, 8) == pytest.approx(9)
    assert clustered_variance(3, 0, 8) == pytest.approx(9 / 8)
    ones = np.full((8, 8), 0.25) + 0.75 * np.eye(8)
    assert clustered_variance(3, 0.25, 8) == pytest.approx(9 * ones.mean())


@pytest.mark.parametrize(("treated", "comparison"), [(4, 20), (5, 9), (20, 4), (8, 12), (12, 12)])
def test_degrees_of_freedom_are_those_of_the_analysis(treated: int, comparison: int) -> None:
    frame = simulate(teams=treated + comparison, treated=treated)
    est = did(frame, inference="cr2")
    uneven = max(treated, comparison) > 1.5 * min(treated, comparison)
    assert arms_df(treated, comparison) == pytest.approx(est.df if uneven else treated + comparison - 2)


def test_the_effect_seen_8_times_in_10_between_4_and_20_teams_is_seen_that_often() -> None:
    found = pilot_power(teams=24, baseline_weeks=8, pilot_weeks=12, sd=1.0, share=1 / 6)
    rng, n1, n0 = np.random.default_rng(1), 4, 20
    scale = found.se / np.sqrt(1 / n1 + 1 / n0)
    one = rng.normal(found.mde, scale, (20_000, n1))
    other = rng.normal(0, scale, (20_000, n0))
    se = np.sqrt(one.var(axis=1, ddof=1) / n1 + other.var(axis=1, ddof=1) / n0)
    t = (one.mean(axis=1) - other.mean(axis=1)) / se
    seen = (np.abs(t) > stats.t.isf(0.025, found.df)).mean()
    assert seen == pytest.approx(0.8, abs=0.03)  # the noncentral t takes CR2's spread as a chi-square
