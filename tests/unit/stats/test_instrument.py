"""The complier effect: closed forms, statsmodels, and coverage where the instrument is weak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.sandbox.regression.gmm import IV2SLS

from pilotlab.stats.regression.instrument import Complier, _region, complier_effect


def _teams(seed: int, n: int = 40, pull: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = rng.permutation(np.repeat([1.0, 0.0], n // 2))
    wish = rng.normal(size=n)
    days = pull * z + wish + 0.3 * rng.normal(size=n)
    return 0.5 * days + wish + rng.normal(size=n), days, z


def test_it_is_a_ratio_of_differences_in_means() -> None:
    y, days, z = _teams(1)
    found = complier_effect(y, days, z)
    on_y, on_days = (each[z == 1].mean() - each[z == 0].mean() for each in (y, days))
    assert (found.on_outcome, found.on_dose, found.effect) == pytest.approx((on_y, on_days, on_y / on_days))


def test_statsmodels_agrees() -> None:
    y, days, z = _teams(2)
    x = np.random.default_rng(2).normal(size=40)
    exog = sm.add_constant(np.column_stack([days, x]))
    fit = IV2SLS(y, exog, sm.add_constant(np.column_stack([z, x]))).fit()
    found = complier_effect(y, days, z, others=x)
    assert found.effect == pytest.approx(fit.params[1])
    first = sm.OLS(days, sm.add_constant(np.column_stack([z, x]))).fit(cov_type="HC2")
    assert found.first_stage_f == pytest.approx((first.params[1] / first.bse[1]) ** 2)


@pytest.mark.parametrize("pull", [0.8, 3.0])
def test_the_usual_interval_is_two_stage_least_squares(pull: float) -> None:
    """Sandwich of 2SLS by hand, with CR1's n / (n - 2) of single rows, and t with 39 degrees of freedom."""
    y, days, z = _teams(7, pull=pull)
    found = complier_effect(y, days, z, alpha=0.1)
    stage = np.column_stack([sm.OLS(days, sm.add_constant(z)).fit().fittedvalues, np.ones(40)])
    b = np.linalg.lstsq(stage, y, rcond=None)[0]
    error = y - b[0] * days - b[1]
    bread = np.linalg.inv(stage.T @ stage)
    meat = (stage * error[:, None]).T @ (stage * error[:, None])
    se = np.sqrt((bread @ meat @ bread)[0, 0] * 40 / 39 * 39 / 38)
    assert (found.effect, found.se) == pytest.approx((b[0], se))
    reach = stats.t.isf(0.05, 39) * se
    assert found.interval() == pytest.approx((b[0] - reach, b[0] + reach))
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(b[0]) / se, 39))


def test_without_any_noise_p_says_whether_there_is_an_effect() -> None:
    made = complier_effect(*_teams(1))
    assert replace(made, se=0.0, effect=0.0).p_value == 1
    assert replace(made, se=0.0, effect=0.1).p_value == 0


def test_an_f_below_ten_is_weak() -> None:
    """Staiger & Stock's (1997) rule of thumb."""
    made = complier_effect(*_teams(1))
    assert [replace(made, first_stage_f=f).weak for f in (9.9, 10.0, 10.5)] == [True, False, False]


def test_full_compliance_is_the_effect_of_assignment() -> None:
    y, _, z = _teams(3)
    found = complier_effect(y, z, z)
    assert found.effect == pytest.approx(found.on_outcome)
    assert found.first_stage_f == np.inf
    ((low, high),) = found.region
    fit = sm.OLS(y, sm.add_constant(z)).fit(cov_type="HC2")
    assert (high - low) / 2 == pytest.approx(fit.bse[1] * 2.0244, rel=1e-4)  # t of 38 degrees of freedom
    assert (low + high) / 2 == pytest.approx(found.effect)


def test_the_set_holds_just_the_effects_that_are_not_rejected() -> None:
    """Each effect tested by itself: the outcome less b times the dose, regressed on assignment, HC2 and its df."""
    for seed, pull in ((4, 1.5), (5, 0.3), (6, 0.0), (8, 0.5)):
        y, days, z = _teams(seed, pull=pull)
        found = complier_effect(y, days, z, alpha=0.1)
        for b in np.linspace(-8, 8, 81):
            fit = sm.OLS(y - b * days, sm.add_constant(z)).fit(cov_type="HC2")
            kept = abs(fit.params[1] / fit.bse[1]) <= 1.685954  # t of 38 degrees of freedom, 5 % on a side
            assert kept == any(low <= b <= high for low, high in found.region)


def test_coverage_where_assignment_hardly_moves_the_dose() -> None:
    held = usual = 0
    for seed in range(500):
        found = complier_effect(*_teams(seed, n=30, pull=0.35))
        held += any(low <= 0.5 <= high for low, high in found.region)
        low, high = found.interval()
        usual += low <= 0.5 <= high
    assert 0.92 <= held / 500 <= 0.98
    assert usual / 500 < held / 500 + 0.05


def test_shapes_of_the_set() -> None:
    shapes = {len(_found(seed, pull).region) for seed in range(30) for pull in (0.0, 0.3, 2.0)}
    assert shapes == {1, 2}
    strong = _found(1, 3.0)
    assert not strong.weak
    assert strong.region[0] == pytest.approx(strong.interval(), abs=0.2)
    assert any(_found(seed, 0.0).region == ((-np.inf, np.inf),) for seed in range(20))


@pytest.mark.parametrize("slope", [1.0, -1.0])
@pytest.mark.parametrize("spread", [0.5, 1.0, 1.2])
def test_the_set_solves_its_inequality(slope: float, spread: float) -> None:
    """Also where the quadratic is a line: the effect on the dose is exactly as far from zero as the quantile."""
    on_outcome, on_dose, (yy, yd, dd), cut = 3.0, 2.0 * slope, (0.4, 0.1, spread), 2.0
    region = _region(on_outcome, on_dose, (yy, yd, dd), cut)
    for b in np.linspace(-9, 9, 360):
        kept = (on_outcome - b * on_dose) ** 2 <= cut**2 * (yy - 2 * b * yd + b**2 * dd)
        assert kept == any(low <= b <= high for low, high in region)


def _found(seed: int, pull: float) -> Complier:
    return complier_effect(*_teams(seed, pull=pull))


def test_scaling_and_shifts() -> None:
    y, days, z = _teams(9)
    one = complier_effect(y, days, z)
    two = complier_effect(3 * y + 7, 2 * days - 1, z)
    assert (two.effect, two.se) == pytest.approx((1.5 * one.effect, 1.5 * one.se))
    assert np.ravel(two.region) == pytest.approx(1.5 * np.ravel(one.region))
    assert two.first_stage_f == pytest.approx(one.first_stage_f)


def test_whole_clusters_carry_the_spread() -> None:
    y, days, z = _teams(10)
    doubled = [np.repeat(each, 2) for each in (y, days, z)]
    found = complier_effect(*doubled, cluster=np.repeat(np.arange(40), 2))
    once = complier_effect(y, days, z)
    assert found.effect == pytest.approx(once.effect)
    assert found.se == pytest.approx(once.se, rel=0.03)
    assert found.df == 39


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, 2, 3], [1, 2, 3], [1, 1, 1]), "does not vary"),
        (([1, 2, 3, 4], [1, 1, 1, 1], [1, 0, 1, 0]), "does not move the dose"),
        (([1, np.nan, 3], [1, 2, 3], [1, 0, 1]), "missing or infinite"),
        (([1, 2], [1, 2, 3], [1, 0, 1]), "shapes"),
    ],
)
def test_bad_input_is_named(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError, match=r"alpha 0\.0"):
        complier_effect([1, 2, 4, 3], [1, 2, 1, 3], [1, 0, 1, 0], alpha=0.0)
    with pytest.raises(ValueError, match=words):
        complier_effect(*arguments)  # type: ignore[arg-type]


def test_bad_options_are_named() -> None:
    y, days, z = _teams(1)
    with pytest.raises(ValueError, match="three clusters"):
        complier_effect(y, days, z, cluster=z)
    with pytest.raises(ValueError, match="weights must be positive"):
        complier_effect(y, days, z, weights=np.zeros(40))
    with pytest.raises(ValueError, match="alpha 2"):
        complier_effect(y, days, z, alpha=2)
