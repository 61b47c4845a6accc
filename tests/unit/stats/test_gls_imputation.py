"""GLS imputation against statsmodels with an indicator for every treated cell, and its draws against estimating anew."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm

from pilotlab.stats.randomization.gls_draws import drawn_imputations
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.staggered.gls_imputation import Design, estimates, parts, standard_errors
from pilotlab.stats.variance.unit_covariance import UnitCovariance, unit_covariance

TIMES = np.arange(9)
STARTS = np.array([3, 5, 7])
COVARIANCE = UnitCovariance(share=0.4, fade=0.5)


def matrix(covariance: UnitCovariance, times: np.ndarray = TIMES) -> np.ndarray:
    """Write the covariance out."""
    return covariance.share + (1 - covariance.share) * covariance.fading(times)


def panel(seed: int, units: int = 6, gaps: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Values and the code of each unit's start; gaps fall anywhere."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(matrix(COVARIANCE))
    y = rng.standard_normal((units, len(TIMES))) @ root.T + TIMES * 0.3
    y.ravel()[rng.choice(y.size, gaps, replace=False)] = np.nan
    return y, np.arange(units) % len(STARTS)


def design(covariance: UnitCovariance = COVARIANCE) -> Design:
    """Every treated cell of a week in which some unit waits: the last start has none."""
    untreated = STARTS[:, None] > TIMES
    weigh = (~untreated & (STARTS[-1] > TIMES))[None].astype(float)
    return Design(untreated=untreated, weigh=weigh, fading=covariance.fading(TIMES), tie=covariance.tie)


def with_every_cell(y: np.ndarray, code: np.ndarray, asked: Design) -> tuple[float, float]:
    """The mean coefficient of treated cells in a GLS of week effects and an indicator a treated cell, and its error."""
    unit, week = np.nonzero(np.isfinite(y) & (asked.untreated | (asked.weigh[0] > 0))[code])
    treated = np.flatnonzero(~asked.untreated[code[unit], week])
    weeks = week[:, None] == np.unique(week)
    cells = np.zeros((len(unit), len(treated)))
    cells[treated, np.arange(len(treated))] = 1
    level = 0.0 if np.isinf(asked.tie) else 1 / asked.tie
    sigma = (asked.fading + level)[np.ix_(week, week)] * (unit[:, None] == unit)
    found = sm.GLS(y[unit, week], np.hstack([weeks, cells]), sigma=sigma).fit()
    mean = np.r_[np.zeros(weeks.shape[1]), np.full(len(treated), 1 / len(treated))]
    return float(mean @ found.params), float(np.sqrt(mean @ found.cov_params() @ mean))


@pytest.mark.parametrize("gaps", [0, 5])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.99])
def test_estimate_and_error_are_those_of_gls_with_every_cell(gaps: int, share: float) -> None:
    y, code = panel(1, gaps=gaps)
    asked = design(UnitCovariance(share=share, fade=0.5))
    value, error = with_every_cell(y, code, asked)
    assert estimates(parts(y[None], asked), code[None])[0, 0, 0] == pytest.approx(value, rel=1e-9)
    assert standard_errors(y, code, asked)[0] == pytest.approx(error, rel=1e-9)


@pytest.mark.parametrize("gaps", [0, 4])
def test_each_draw_is_what_estimating_anew_gives(gaps: int) -> None:
    y, code = panel(2, gaps=gaps)
    asked = design()
    draws = np.array(sorted(set(permutations(code.tolist()))))
    at_once = estimates(parts(y[None], asked), draws)[:, 0, 0]
    one_by_one = [with_every_cell(y, draw, asked)[0] for draw in draws]
    np.testing.assert_allclose(at_once, one_by_one, rtol=1e-8, atol=1e-10)


def test_all_draws_are_walked_through_and_removing_an_effect_is_testing_it() -> None:
    y, code = panel(3)
    treated = (STARTS[code][:, None] <= TIMES).astype(float)
    (result,) = drawn_imputations(y, treated[None], design(), Rota.drawn(code))
    assert result.exact
    assert result.n_draws == 90
    low, high = result.interval(0.2)
    for effect, inside in (
        (low + 1e-6, True),
        (low - 1e-6, False),
        (high - 1e-6, True),
        (high + 1e-6, False),
    ):
        (moved,) = drawn_imputations(y - effect * treated, treated[None], design(), Rota.drawn(code))
        assert (moved.p_two_sided > 0.2) is inside, effect


def test_a_week_that_some_draw_cannot_predict_makes_it_count_as_extreme() -> None:
    y, code = panel(4)
    y[1:5, 6] = np.nan  # week 6 is seen in the first unit, treated by then, and in the last, which waits
    treated = (STARTS[code][:, None] <= TIMES).astype(float)
    (result,) = drawn_imputations(y, treated[None], design(), Rota.drawn(code))
    assert result.lost.draws == 36  # those in which both are treated by then
    assert result.p_two_sided >= 36 / 90


def test_a_level_that_no_week_tells_of_makes_a_draw_count_as_extreme() -> None:
    y, code = panel(8)
    y[code.argmax(), :4] = np.nan  # it starts last, and joins in week 4
    asked = design(UnitCovariance(1.0, 0.5))
    treated = (STARTS[code][:, None] <= TIMES).astype(float)
    (result,) = drawn_imputations(y, treated[None], asked, Rota.drawn(code))
    assert result.lost.draws == 30  # those that start it in week 3
    assert np.isfinite(result.att)


def test_the_covariance_is_found_and_is_the_same_whatever_the_scale_and_the_weeks_effects() -> None:
    rng = np.random.default_rng(5)
    times = np.arange(10)
    root = np.linalg.cholesky(matrix(UnitCovariance(share=0.3, fade=0.6), times))
    y = rng.standard_normal((3000, 10)) @ root.T
    found = unit_covariance(y, times)
    assert found is not None
    assert abs(found.share - 0.3) <= 0.1
    assert abs(found.fade - 0.6) <= 0.1
    assert unit_covariance(7 * y + times**2, times) == found


def test_the_likelihood_is_that_of_the_normal_with_gaps() -> None:
    rng = np.random.default_rng(6)
    y = rng.standard_normal((40, 6)) + 2 * rng.standard_normal((40, 1))
    y.ravel()[rng.choice(y.size, 20, replace=False)] = np.nan
    found = unit_covariance(y, np.arange(6))
    assert found is not None
    assert found.share in (0.7, 0.8, 0.9)


def test_levels_that_are_all_that_varies_may_be_anything() -> None:
    y, code = panel(7)
    found = unit_covariance(np.outer(np.arange(8.0) ** 2, np.ones(5)) + np.arange(5), np.arange(5))
    assert found is not None
    assert found.share == 1
    moved = y + 10.0 * np.arange(len(y))[:, None]
    each = [
        estimates(parts(of[None], design(UnitCovariance(1.0, 0.5))), code[None])[0, 0, 0] for of in (y, moved)
    ]
    assert each[0] == pytest.approx(each[1], rel=1e-9)


@pytest.mark.parametrize(
    "y", [np.zeros((8, 6)), np.ones((3, 6)), np.ones((8, 3)), np.full((8, 6), np.nan)], ids=str
)
def test_nothing_is_fitted_where_there_is_too_little(y: np.ndarray) -> None:
    assert unit_covariance(y, np.arange(y.shape[1])) is None
