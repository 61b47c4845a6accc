"""What holds for every simulated company."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotlab.simulate import SCENARIOS, simulate

COMPANY = {
    "scenario": st.sampled_from(sorted(SCENARIOS)),
    "teams": st.integers(2, 40),
    "seed": st.integers(0, 2**32 - 1),
    "pilot_weeks": st.integers(1, 16),
}


@settings(max_examples=25, deadline=None)
@given(**COMPANY)
def test_untreated_companies_have_no_effect_and_pasts_do_not_depend_on_arms(
    scenario: str, teams: int, seed: int, pilot_weeks: int
) -> None:
    company = simulate(
        scenario, teams, seed, pilot_weeks=pilot_weeks, metrics=("job_satisfaction", "throughput_items")
    )
    before = company.timeline.event_time < 0
    for paths in company.paths.values():
        np.testing.assert_array_equal(paths["pilot"].true[:, before], paths["control"].true[:, before])
        np.testing.assert_array_equal(paths["pilot"].n, paths["control"].n)


@settings(max_examples=25, deadline=None)
@given(**COMPANY)
def test_observations_are_one_row_a_team_week_and_metric_inside_the_weeks(
    scenario: str, teams: int, seed: int, pilot_weeks: int
) -> None:
    company = simulate(scenario, teams, seed, pilot_weeks=pilot_weeks)
    observed = company.observations
    assert not observed.duplicated(["team", "week", "metric"]).any()
    assert set(observed["week"]) <= {str(week) for week in company.timeline.weeks}
    assert (observed["value"].isna() == (observed["gap"] != "")).all()
    assert np.isfinite(observed["value"].dropna()).all()
    assert (observed["n"] <= observed["team"].map(company.teams.set_index("team")["size"])).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), teams=st.integers(2, 30))
def test_half_of_the_teams_are_treated(seed: int, teams: int) -> None:
    arms = list(simulate(teams=teams, seed=seed, metrics=("office_days",)).assignment.values())
    assert arms.count("pilot") == teams // 2
