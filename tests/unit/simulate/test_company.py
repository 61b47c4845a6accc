from __future__ import annotations

import doctest
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.simulate import SCENARIOS, simulate
from pilotlab.simulate.measures import MEASURES, Score
from pilotlab.weeks import Week

pytestmark = pytest.mark.slow  # every test here makes a whole company


def test_default_company_is_the_one_of_the_domain_page() -> None:
    company = simulate()
    teams = company.teams
    assert len(teams) == 24
    assert teams["size"].sum() == len(company.people) == 196
    assert set(teams["function"]) == {"platform", "product", "data", "sales-ops", "support", "finance"}
    assert set(teams["site"]) == {"berlin", "lyon", "leeds"}
    assert teams["size"].between(5, 16).all()
    assert len(company.timeline.weeks) == 24
    assert company.timeline.announced_on == date(2025, 8, 11)
    assert list(teams.columns) == ["team", "name", "function", "site", "country", "size", "lead"]


def test_people_have_the_stated_shares() -> None:
    people = simulate(teams=600).people
    staff = people[people["level"] != "manager"]
    assert (people["level"] == "manager").sum() == 600
    assert (staff["level"] == "senior").mean() == pytest.approx(0.25, abs=0.02)
    assert people["woman"].mean() == pytest.approx(0.45, abs=0.02)
    assert people["carer"].mean() == pytest.approx(0.30, abs=0.02)
    assert people["commute_minutes"].median() == pytest.approx(70, abs=2)
    assert (people["commute_minutes"] > 90).mean() == pytest.approx(0.31, abs=0.02)


def test_same_seed_same_company_other_seed_another() -> None:
    pd.testing.assert_frame_equal(simulate(seed=3).observations, simulate(seed=3).observations)
    pd.testing.assert_frame_equal(simulate(seed=3).truth, simulate(seed=3).truth)
    assert not simulate(seed=3).observations["value"].equals(simulate(seed=4).observations["value"])


def test_a_metric_less_leaves_every_other_metric_as_it_was() -> None:
    every = simulate().observations
    for kept in (
        ("job_satisfaction",),
        ("office_days", "cross_team_share"),
        ("burnout_level", "throughput_items"),
    ):
        some = simulate(metrics=kept).observations
        pd.testing.assert_frame_equal(some, every[every["metric"].isin(kept)].reset_index(drop=True))


def test_scenarios_share_their_noise() -> None:
    """Same seed: what no effect touches is the same in every scenario with the same plan."""
    strong, null = simulate("hybrid_strong").observations, simulate("null").observations
    before = strong["week"] < "2025-W36"
    pd.testing.assert_frame_equal(strong[before], null[before])


def test_observe_reveals_the_path_of_the_arm() -> None:
    company = simulate(metrics=("job_satisfaction",))
    teams = list(company.teams["team"])
    none, everyone = dict.fromkeys(teams, "control"), dict.fromkeys(teams, "anchor")
    gap = company.observe(everyone)["value"] - company.observe(none)["value"]
    first_pilot_week = company.observe(none)["week"] >= "2025-W36"
    assert (gap[~first_pilot_week] == 0).all()
    assert gap[first_pilot_week].mean() == pytest.approx(
        company.truth_of(everyone)["att_all"].iloc[0], abs=0.05
    )


def test_truth_is_the_difference_of_potential_outcomes_in_the_treated_teams() -> None:
    company = simulate(metrics=("job_satisfaction",))
    paths = company.paths["job_satisfaction"]
    treated = np.array([company.assignment[team] == "pilot" for team in company.teams["team"]])
    effect = (paths["pilot"].true - paths["control"].true)[treated]
    assert company.truth["att_all"].iloc[0] == pytest.approx(effect[:, 8:].mean())
    assert company.truth["att_steady"].iloc[0] == pytest.approx(effect[:, 12:].mean())
    assert (effect[:, :8] == 0).all()


def test_null_has_no_effect_but_the_policy_happens() -> None:
    truth = simulate("null").truth.set_index("metric")["att_all"]
    assert (truth.drop("office_days") == 0).all()
    assert truth["office_days"] < -1


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_effects_have_the_sign_of_the_scenario(name: str) -> None:
    company = simulate(name, teams=60)
    truth = company.truth.set_index("metric")["att_steady"]
    for metric, effect in SCENARIOS[name].effects.items():
        assert np.sign(truth[metric]) == np.sign(effect), metric


def test_novelty_wears_off() -> None:
    truth = simulate("novelty").truth.set_index("metric").loc["job_satisfaction"]
    assert 0 < truth["att_steady"] < truth["att_all"] / 1.5


def test_values_keep_to_their_scale() -> None:
    observed = simulate("mandate", teams=60).observations.dropna(subset="value").groupby("metric")["value"]
    for metric, measure in MEASURES.items():
        low, high = (measure.low, measure.high) if isinstance(measure, Score) else (0, 50)
        assert observed.min()[metric] >= low
        assert observed.max()[metric] <= high


def test_shares_and_rates_come_with_their_parts() -> None:
    logged = simulate().observations.dropna(subset="value")
    parts = logged[logged["metric"].isin(["cross_team_share", "throughput_items"])]
    np.testing.assert_allclose(parts["value"], parts["numerator"] / parts["denominator"], atol=6e-5)
    assert logged[logged["metric"] == "job_satisfaction"]["numerator"].isna().all()


def test_missing_and_late_logs_are_the_leads_own() -> None:
    company = simulate(teams=400)
    logged = company.observations
    lead = logged[logged["metric"] == "throughput_items"]
    expected = 400 * 24
    missing = 1 - lead["value"].notna().sum() / expected
    holidays = company.world.holiday.mean()
    assert missing == pytest.approx(0.04 + 0.10 * holidays, abs=0.006)
    late = lead[lead["value"].notna()]
    assert (late["entered"] > late["week"]).mean() == pytest.approx(0.12, abs=0.01)
    survey = logged[logged["metric"] == "job_satisfaction"]
    assert (survey["entered"] == survey["week"]).all()
    assert set(lead["gap"]) == {"", "forgot", "holiday"}
    assert lead.loc[lead["gap"] != "", "value"].isna().all()


def test_holiday_weeks_are_each_sites_own_and_cost_output() -> None:
    company = simulate(teams=300, metrics=("throughput_items", "after_hours"))
    weeks, sites = [str(week) for week in company.timeline.weeks], company.world.roster.sites
    holiday = {site: company.world.holiday[sites.index(site)] for site in set(sites)}
    assert [week for week, off in zip(weeks, holiday["berlin"], strict=True) if off] == ["2025-W40"]
    assert "2025-W29" in [week for week, off in zip(weeks, holiday["lyon"], strict=True) if off]
    paths = company.paths["throughput_items"]["control"].true
    on, off = company.world.holiday == 1, company.world.holiday == 0
    paths = paths / paths.mean(axis=1, keepdims=True)  # teams differ threefold, and sites by their teams
    assert paths[on].mean() / paths[off].mean() == pytest.approx(0.75, abs=0.05)


def test_quarter_end_is_the_last_week_of_the_quarter() -> None:
    timeline = simulate(teams=2).timeline
    ends = [str(week) for week, flag in zip(timeline.weeks, timeline.quarter_end, strict=True) if flag]
    assert ends == ["2025-W39"]


def test_policy_is_followed_by_most_and_leaks_into_control() -> None:
    company = simulate(teams=200)
    after = company.timeline.event_time >= 0
    assert company.world.follows["pilot"][:, after].mean() == pytest.approx(0.85, abs=0.01)
    assert company.world.follows["control"][:, after].mean() == pytest.approx(0.10, abs=0.01)
    assert not company.world.follows["pilot"][:, ~after].any()


def test_start_and_weeks_are_arguments() -> None:
    company = simulate(
        teams=4, start=Week.iso(2026, 37), baseline_weeks=10, washin_weeks=2, pilot_weeks=6, announced_week=9
    )
    assert str(company.timeline.weeks[0]) == "2026-W27"
    assert len(company.timeline.weeks) == 18
    assert company.timeline.announced_on == date(2026, 8, 24)


def test_a_company_is_drawn_within_a_second() -> None:
    simulate()  # the calendar of holidays is imported once
    begin = time.process_time()
    simulate(teams=200).observations  # noqa: B018 - the work is in the reading
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scenario": "hybrid_stong"}, "did you mean 'hybrid_strong'"),
        ({"teams": 1}, "teams is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"metrics": ("joy",)}, "metric 'joy' is not known"),
        ({"pilot_weeks": 0}, "pilot_weeks is 0"),
        ({"announced_week": 9}, "announced_week 9 is no baseline week"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        simulate(**arguments)  # type: ignore[arg-type]


def test_a_team_without_an_arm_is_refused() -> None:
    company = simulate(teams=4)
    with pytest.raises(UsageError, match="no arm for 'checkout'"):
        company.observe({"identity": "control", "data-platform": "pilot", "partners": "pilot"})
    with pytest.raises(UsageError, match="not a person's score"):
        company.person_weeks("office_days")


def test_examples_of_the_page_run() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "simulated-company.md"
    results = doctest.testfile(str(page), module_relative=False)
    assert results.attempted >= 5
    assert results.failed == 0


@pytest.mark.parametrize(
    "before", ["", "import pilotlab.simulate.company; ", "from pilotlab.simulate import Scenario; "]
)
def test_the_verb_can_be_called_whatever_was_imported_before(before: str) -> None:
    code = f"{before}import pilotlab as pl; print(pl.simulate('null', teams=4, seed=1))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Company null, seed 1: 4 teams")
