"""Team share, autocorrelation and design effect: by simulation, beside statsmodels, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from pilotlab.stats.power import variance_parts as kernel
from pilotlab.stats.power.closed_form import unit_variance, week_covariance
from pilotlab.stats.power.variance_parts import people_icc, variance_parts


def _panels(seed: int, teams: int, weeks: int, icc: float, phi: float, gap: float, reps: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(week_covariance(weeks, sd=2.0, icc=icc, autocorrelation=phi))
    y = rng.normal(size=(reps, teams, weeks)) @ root.T + 3 * rng.normal(size=(reps, 1, weeks))
    y[rng.random(y.shape) < gap] = np.nan
    return np.asarray(y)


@pytest.mark.parametrize(
    ("teams", "weeks", "icc", "phi", "gap"),
    [
        (24, 8, 0.3, 0.3, 0.0),
        (24, 8, 0.3, 0.6, 0.0),
        (24, 13, 0.2, 0.0, 0.0),
        (40, 8, 0.5, -0.2, 0.2),
        (12, 8, 0.3, 0.3, 0.1),
    ],
)
def test_short_panels_are_right_on_average(
    teams: int, weeks: int, icc: float, phi: float, gap: float
) -> None:
    """150 baselines; the mean within 4 of its own standard errors or .03, where the naive figure is .1 to .35 too low."""
    found = [variance_parts(y) for y in _panels(1, teams, weeks, icc, phi, gap, 150)]
    for name, truth in (("sd", 2.0), ("icc", icc), ("autocorrelation", phi)):
        values = np.array([getattr(each, name) for each in found])
        assert values.mean() == pytest.approx(truth, abs=max(4 * values.std() / np.sqrt(150), 0.03))
    assert np.mean([each.naive_autocorrelation for each in found]) < phi - 0.07


def test_many_weeks_need_no_correction() -> None:
    """One long series a team: autocorrelation as statsmodels has it of the residuals, pooled."""
    (y,) = _panels(2, 30, 160, 0.3, 0.5, 0.0, 1)
    found = variance_parts(y)
    rest = y - y.mean(axis=0) - y.mean(axis=1, keepdims=True) + y.mean()
    by_team = [sm.tsa.acf(team, nlags=1)[1] for team in rest]
    assert found.autocorrelation == pytest.approx(np.mean(by_team), abs=0.03)
    assert found.naive_autocorrelation == pytest.approx(found.autocorrelation, abs=0.03)


def test_expectations_are_traces_by_simulation() -> None:
    """Squares and neighbouring products of residuals about each team's mean, for one pattern with a hole."""
    rng = np.random.default_rng(3)
    seen = np.array([True, True, False, True, True, True])
    lag = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    u = rng.normal(size=(200_000, 6)) @ np.linalg.cholesky(0.6**lag).T
    rest = u[:, seen] - u[:, seen].mean(axis=1, keepdims=True)
    squares, products = kernel._expected(0.6, list(kernel._patterns(seen[None])))
    assert squares == pytest.approx((rest**2).sum(axis=1).mean(), rel=0.01)
    neighbours = rest[:, 0] * rest[:, 1] + rest[:, 2] * rest[:, 3] + rest[:, 3] * rest[:, 4]
    assert products == pytest.approx(neighbours.mean(), rel=0.02)


def test_parts_add_up_to_the_spread_of_team_means() -> None:
    """Complete weeks: the variance of team means is that of levels and what the weeks add, (n - 1) in the denominator."""
    (y,) = _panels(8, 6, 7, 0.5, 0.3, 0.0, 1)
    found = variance_parts(y)
    gamma = week_covariance(7, sd=found.sd, icc=found.icc, autocorrelation=found.autocorrelation)
    assert y.mean(axis=1).var(ddof=1) == pytest.approx(gamma.mean())


def test_weeks_that_go_up_and_down_in_turn_and_weeks_that_drift() -> None:
    """What lies beyond the largest autocorrelations that are looked for is given as the largest."""
    reach = np.linspace(-1, 1, 9)[:, None]
    turns, drifts = variance_parts(reach * (-1.0) ** np.arange(8)), variance_parts(reach * np.arange(8))
    assert turns.autocorrelation == -kernel.HIGHEST
    assert drifts.autocorrelation == kernel.HIGHEST


def test_levels_seasons_and_scale() -> None:
    (y,) = _panels(4, 20, 8, 0.3, 0.3, 0.1, 1)
    one = variance_parts(y)
    two = variance_parts(5 * y + 100 * np.sin(np.arange(8)))
    assert (two.sd, two.icc, two.autocorrelation) == pytest.approx((5 * one.sd, one.icc, one.autocorrelation))


def test_the_design_effect_is_the_variance_of_a_mean() -> None:
    (y,) = _panels(5, 40, 10, 0.2, 0.4, 0.0, 1)
    found = variance_parts(y)
    phi = found.autocorrelation
    gamma = week_covariance(12, icc=0.0, autocorrelation=phi)
    assert found.design_effect(12) == pytest.approx(12 * gamma.mean())
    assert found.effective_weeks(12) == pytest.approx(1 / gamma.mean())
    assert found.design_effect(1) == 1.0
    assert unit_variance(gamma, 0, 12, "post") == pytest.approx(found.design_effect(12) / 12)


def test_people_by_analysis_of_variance() -> None:
    """By hand on three teams of two; by simulation on unequal teams; 0 where teams differ less than people would make them."""
    found = people_icc([1, 3, 4, 6, 9, 11], ["a", "a", "b", "b", "c", "c"])
    between, within = 2 * ((2 - 17 / 3) ** 2 + (5 - 17 / 3) ** 2 + (10 - 17 / 3) ** 2) / 2, 2.0
    assert found == pytest.approx((between - within) / (between + within))
    rng, values = np.random.default_rng(6), []
    for _ in range(300):
        team = np.repeat(np.arange(30), rng.integers(3, 12, 30))
        values.append(people_icc(0.5 * rng.normal(size=30)[team] + rng.normal(size=len(team)), team))
    assert np.mean(values) == pytest.approx(0.2, abs=0.01)
    assert people_icc([1, 5, 2, 4], [0, 0, 1, 1]) == 0.0


def test_a_level_alone_and_noise_alone() -> None:
    rng = np.random.default_rng(7)
    noise = variance_parts(rng.normal(size=(200, 8)))
    assert noise.icc < 0.05
    level = variance_parts(10 * rng.normal(size=(200, 1)) + rng.normal(size=(200, 8)))
    assert level.icc == pytest.approx(100 / 101, abs=0.01)
    assert (level.n_teams, level.n_weeks) == (200, 8)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: variance_parts(np.ones((2, 8))), "three teams"),
        (lambda: variance_parts(np.ones((8, 2))), "three weeks"),
        (lambda: variance_parts(np.ones(8)), "teams x weeks"),
        (lambda: variance_parts(np.arange(4)[:, None] + np.zeros((4, 6))), "do not differ from week to week"),
        (lambda: variance_parts(np.where(np.eye(8) > 0, np.inf, 1.0)), "infinite"),
        (
            lambda: variance_parts(
                np.where(np.arange(9) % 2, np.nan, np.random.default_rng(1).normal(size=(5, 9)))
            ),
            "in a row",
        ),
        (lambda: people_icc([1, 2, 3], [0, 0, 0]), "two teams"),
        (lambda: people_icc([1, 2], [0, 1]), "two people"),
        (lambda: people_icc([1, np.nan], [0, 0]), "complete"),
        (lambda: variance_parts(np.random.default_rng(1).normal(size=(4, 6))).design_effect(0), "weeks 0"),
    ],
)
def test_bad_input_is_named(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
