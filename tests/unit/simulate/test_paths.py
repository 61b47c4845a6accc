from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pilotlab.simulate import Path, Scenario, simulate
from pilotlab.simulate.measures import MEASURES, Score
from pilotlab.simulate.paths import _poisson
from pilotlab.simulate.scenarios import SCENARIOS

EVENT_TIME = np.arange(-3.0, 9.0)


def test_effect_ramps_up_in_four_steps() -> None:
    np.testing.assert_allclose(Path().over(EVENT_TIME), [0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1])


def test_novelty_fades_from_the_first_week() -> None:
    faded = Path(fade_weeks=4).over(EVENT_TIME)
    assert faded[3] == 1
    assert faded[7] == pytest.approx(np.exp(-1))
    assert (faded[:3] == 0).all()


def test_counts_are_poisson_quantiles() -> None:
    rng = np.random.default_rng(5)
    luck, expected = rng.random((40, 50)), rng.uniform(0.2, 60, (40, 50))
    np.testing.assert_array_equal(_poisson(luck, expected), stats.poisson.ppf(luck, expected))


def test_variance_shares_leave_something_to_the_person_week() -> None:
    for metric, measure in MEASURES.items():
        if isinstance(measure, Score):
            assert 0 < measure.share_residual < 1, metric


def test_scenarios_name_metrics_that_exist_and_themselves() -> None:
    for name, scenario in SCENARIOS.items():
        assert scenario.name == name
        assert set(scenario.effects) <= set(MEASURES)


@pytest.mark.parametrize(("metric", "relative"), [("throughput_items", 0.30), ("cross_team_share", -0.20)])
def test_relative_effects_of_counts_and_shares_are_as_assigned(metric: str, relative: float) -> None:
    """Followers carry effect / .75, 85 % against 10 % follow: the difference between the arms is the stated one."""
    scenario = Scenario(name="x", title="", control_days=5, pilot_days=3, effects={metric: relative})
    company = simulate(scenario, 400, seed=2, metrics=(metric,))
    paths, steady = company.paths[metric], company.timeline.event_time >= 4
    untreated = (
        simulate("null", 400, seed=2, metrics=(metric,)).paths[metric]["control"].true[:, steady].mean()
    )
    gap = (paths["pilot"].true - paths["control"].true)[:, steady].mean()
    assert gap / untreated == pytest.approx(relative, rel=0.03)


def test_office_days_are_whole_days_of_a_person_between_none_and_five() -> None:
    company = simulate("mandate", 40, seed=3, metrics=("office_days",))
    cells = company.paths["office_days"]["pilot"]
    days = cells.true * company.world.roster.sizes[:, None]
    np.testing.assert_allclose(days, np.round(days), atol=1e-9)
    assert cells.true.min() >= 0
    assert cells.true.max() <= 5
