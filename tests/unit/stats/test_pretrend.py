"""The test before start and its power, against scipy and against draws counted one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pilotlab.stats.sensitivity.pretrend import Pretest, joint_test

OFFSET = np.array([-4.0, -3.0, -2.0, -1.0, 1.0, 2.0])
N_PRE, DRAWS = 4, 100_000


def covariance(seed: int = 0) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(6, 9))
    return root @ root.T / 9 + 0.3


SIGMA = covariance()


def rule(**more: object) -> Pretest:
    return Pretest(sigma=SIGMA, n_pre=N_PRE, **more)  # type: ignore[arg-type]


def test_joint_test_is_walds() -> None:
    pre = np.array([0.3, -0.2, 0.5, 0.1])
    wald = pre @ np.linalg.inv(SIGMA[:4, :4]) @ pre
    found = joint_test(pre, SIGMA[:4, :4])
    assert (found.statistic, found.df_num, found.df_den) == (pytest.approx(wald / 4), 4, math.inf)
    assert found.p_value == pytest.approx(stats.chi2.sf(wald, 4))


def test_joint_test_of_one_coefficient_is_students() -> None:
    found = joint_test(np.array([1.1]), np.array([[0.25]]), df=9)
    assert found.p_value == pytest.approx(2 * stats.t.sf(2.2, 9))


def test_joint_test_with_many_degrees_of_freedom_is_walds() -> None:
    pre = np.array([0.3, -0.2, 0.5, 0.1])
    assert joint_test(pre, SIGMA[:4, :4], 1e7).p_value == pytest.approx(
        joint_test(pre, SIGMA[:4, :4]).p_value, rel=1e-5
    )


def test_joint_test_keeps_its_level_with_an_estimated_covariance() -> None:
    """Hotelling: 20,000 covariances of 10 degrees of freedom."""
    rng = np.random.default_rng(2)
    before = SIGMA[:4, :4]
    estimated = stats.wishart(df=10, scale=before / 10).rvs(20_000, random_state=3)
    pre = rng.multivariate_normal(np.zeros(4), before, size=20_000)
    rejected = [joint_test(b, s, 10).p_value < 0.05 for b, s in zip(pre, estimated, strict=True)]
    assert np.mean(rejected) == pytest.approx(0.05, abs=4 * np.sqrt(0.0475 / 20_000))


def passes(draws: np.ndarray, criterion: str) -> np.ndarray:
    before = draws[:, :N_PRE]
    if criterion == "joint":
        wald = np.einsum("ni,ij,nj->n", before, np.linalg.inv(SIGMA[:4, :4]), before)
        return wald <= stats.chi2.isf(0.05, 4)  # type: ignore[no-any-return]
    return (np.abs(before) <= stats.norm.isf(0.025) * np.sqrt(np.diag(SIGMA)[:4])).all(axis=1)  # type: ignore[no-any-return]


@pytest.mark.parametrize("criterion", ["joint", "single"])
@pytest.mark.parametrize("power", [0.5, 0.8])
def test_power_and_bias_of_what_passes_against_draws(criterion: str, power: float) -> None:
    test = rule(criterion=criterion)
    deviation = test.slope_found(power, OFFSET) * OFFSET
    draws = np.random.default_rng(1).multivariate_normal(deviation, SIGMA, size=DRAWS)
    passed = passes(draws, criterion)
    assert 1 - passed.mean() == pytest.approx(power, abs=0.006)
    mean, noise = draws[passed].mean(axis=0), draws[passed].std(axis=0) / np.sqrt(passed.sum())
    assert np.abs(test.mean_if_passed(deviation) - mean).max() < 5 * noise.max()


@pytest.mark.parametrize("power", [0.5, 0.8])
def test_power_with_an_estimated_covariance_against_draws(power: float) -> None:
    test = rule(df=12.0)
    deviation = test.slope_found(power, OFFSET) * OFFSET
    draws = np.random.default_rng(4).multivariate_normal(deviation, SIGMA, size=20_000)
    estimated = stats.wishart(df=12, scale=SIGMA[:4, :4] / 12).rvs(20_000, random_state=5)
    passed = np.array(
        [joint_test(b[:4], s, 12).p_value > 0.05 for b, s in zip(draws, estimated, strict=True)]
    )
    assert 1 - passed.mean() == pytest.approx(power, abs=0.015)
    noise = draws[passed].std(axis=0) / np.sqrt(passed.sum())
    assert np.abs(test.mean_if_passed(deviation) - draws[passed].mean(axis=0)).max() < 5 * noise.max()


def test_single_coefficients_against_the_normal_distribution_function() -> None:
    test = rule(criterion="single")
    limit = stats.norm.isf(0.025) * np.sqrt(np.diag(SIGMA)[:4])
    for slope in (0.0, 0.2, 0.5, 0.9):
        mean = slope * OFFSET[:4]
        inside = stats.multivariate_normal(mean, SIGMA[:4, :4]).cdf(limit, lower_limit=-limit)
        assert test.power(slope * OFFSET) == pytest.approx(1 - inside, abs=2e-3)


def test_single_coefficients_with_few_degrees_of_freedom() -> None:
    rng = np.random.default_rng(7)
    draws = rng.multivariate_normal(0.4 * OFFSET, SIGMA, size=DRAWS)[:, :4]
    scale = np.sqrt(rng.chisquare(8, size=DRAWS) / 8)[:, None]
    beyond = np.abs(draws) > stats.t.isf(0.025, 8) * scale * np.sqrt(np.diag(SIGMA)[:4])
    assert rule(criterion="single", df=8.0).power(0.4 * OFFSET) == pytest.approx(
        beyond.any(axis=1).mean(), abs=0.006
    )


@pytest.mark.parametrize("df", [math.inf, 10.0])
def test_without_a_drift_the_joint_test_has_its_level_and_no_bias(df: float) -> None:
    assert rule(df=df).power(0 * OFFSET) == pytest.approx(0.05, abs=1e-9)
    assert rule(df=df).mean_if_passed(0 * OFFSET) == pytest.approx(np.zeros(6))


def test_what_passes_is_drawn_towards_no_drift_before_start() -> None:
    """Passing shrinks the coefficients before start; those after follow by their covariance alone."""
    test = rule()
    deviation = test.slope_found(0.8, OFFSET) * OFFSET
    mean = test.mean_if_passed(deviation)
    shrunk = mean[:4] / deviation[:4]
    assert np.ptp(shrunk) < 1e-12
    assert 0 < shrunk[0] < 1
    apart = SIGMA.copy()
    apart[4:, :4], apart[:4, 4:] = 0.0, 0.0
    alone = Pretest(sigma=apart, n_pre=4).mean_if_passed(deviation)
    assert alone[4:] == pytest.approx(deviation[4:])


def test_a_wider_test_finds_more_and_a_power_below_its_size_is_refused() -> None:
    assert rule(alpha=0.2).slope_found(0.8, OFFSET) < rule(alpha=0.01).slope_found(0.8, OFFSET)
    assert rule().slope_found(0.5, OFFSET) < rule().slope_found(0.8, OFFSET)
    with pytest.raises(ValueError, match=r"0\.04 is below the size"):
        rule().slope_found(0.04, OFFSET)


def test_the_same_every_time() -> None:
    first, again = (rule(criterion="single").slope_found(0.8, OFFSET) for _ in range(2))
    assert first == again
