"""Paths by event time: what they are made of, held against a second derivation, and what may be read from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.event_path import EventPath
from pilotlab.estimate.results.honest import Sensitivity
from pilotlab.estimate.results.parallel_trends import Pretrend
from tests.panels import simulate, with_gaps

PATHS = ("event_study", "group_time", "sun_abraham", "imputation")
PANELS = {
    "one start": simulate(teams=24, weeks=12, att=1.0, seed=2),
    "three starts": simulate(teams=60, weeks=14, att=1.0, seed=2, starts=(5, 7, 9)),
    "gaps": with_gaps(simulate(teams=60, weeks=14, att=1.0, seed=2, starts=(5, 7, 9)), 0.05),
}


def ask(frame: pd.DataFrame, name: str, **more: Any) -> Estimate:
    found = did(frame, estimator=name, **{"aggregate": "event_time", "washin": 1, **more})
    assert isinstance(found, Estimate)
    return found


def path_of(found: Estimate) -> EventPath:
    assert found.path is not None
    return found.path


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("panel", PANELS)
def test_weights_and_covariance_make_the_headline(name: str, panel: str) -> None:
    found = ask(PANELS[panel], name)
    att, variance, weights = path_of(found).arrays()
    assert weights @ att == pytest.approx(found.att, abs=1e-12)
    assert weights @ variance @ weights == pytest.approx(found.se**2, rel=1e-10)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("panel", PANELS)
def test_a_straight_drift_moves_each_coefficient_by_what_the_path_says(name: str, panel: str) -> None:
    frame, slope = PANELS[panel], 0.37
    since = np.where(frame["first_week"] > 0, frame["week"] - frame["first_week"], 0)
    before, after = ask(frame, name), ask(frame.assign(y=frame["y"] + slope * since), name)
    moved = np.array(path_of(after).att) - np.array(path_of(before).att)
    assert moved == pytest.approx(slope * path_of(before).drifts, abs=1e-9)
    assert path_of(before).one_base == (name != "imputation")


def test_drift_of_an_imputation_with_weights_and_covariates() -> None:
    frame, asked = PANELS["gaps"], {"covariates": "skill", "weights": "people"}
    since = np.where(frame["first_week"] > 0, frame["week"] - frame["first_week"], 0)
    before, after = (
        ask(each, "imputation", **asked) for each in (frame, frame.assign(y=frame["y"] - 2.0 * since))
    )
    moved = np.array(path_of(after).att) - np.array(path_of(before).att)
    assert moved == pytest.approx(-2.0 * path_of(before).drifts, abs=1e-8)


def test_imputation_with_one_start_is_two_kinds_of_changes() -> None:
    """Leads are changes from the reference, effects changes from the mean before: CR2 is the arms' covariance."""
    frame = PANELS["one start"]
    path = path_of(ask(frame, "imputation", inference="cr2"))
    wide = frame.pivot(index="team", columns="week", values="y").to_numpy()
    treated = frame.drop_duplicates("team").set_index("team").sort_index()["first_week"].to_numpy() > 0
    lead, after = wide[:, :5] - wide[:, [5]], wide[:, 6:] - wide[:, :6].mean(axis=1, keepdims=True)
    changes = np.hstack([lead, after])
    arms = [changes[treated], changes[~treated]]
    assert path.event_time == (*range(-6, -1), *range(6))
    assert np.array(path.att) == pytest.approx(arms[0].mean(axis=0) - arms[1].mean(axis=0))
    by_hand = sum(np.cov(arm.T) / len(arm) for arm in arms)
    assert np.array(path.variance) == pytest.approx(by_hand)


@pytest.mark.slow
def test_sun_abraham_has_the_covariance_of_its_regression() -> None:
    """statsmodels: a dummy for each unit, week, and cohort-by-week but the reference; CR1 over units."""
    frame = PANELS["gaps"]
    found = ask(frame, "sun_abraham", washin=0, inference="cluster")
    path = path_of(found)
    cells = frame.loc[frame["first_week"] > 0, ["first_week", "week"]].drop_duplicates().to_numpy()
    cells = np.array([each for each in cells.tolist() if each[1] != each[0] - 1])
    inside = (frame["first_week"].to_numpy()[:, None] == cells[:, 0]) & (
        frame["week"].to_numpy()[:, None] == cells[:, 1]
    )
    units, weeks = pd.get_dummies(frame["team"], dtype=float), pd.get_dummies(frame["week"], dtype=float)
    X = np.hstack([inside.astype(float), units.to_numpy(), weeks.to_numpy()[:, 1:]])
    code = pd.factorize(frame["team"])[0]
    fit = sm.OLS(frame["y"].to_numpy(), X).fit(
        cov_type="cluster", cov_kwds={"groups": code, "use_correction": False}
    )
    clusters, n, k = len(units.columns), len(frame), inside.shape[1] + weeks.shape[1]
    factor = clusters / (clusters - 1) * (n - 1) / (n - k)
    share = np.array(
        [
            [inside[:, j].sum() * (g_w[1] - g_w[0] == at) for j, g_w in enumerate(cells)]
            for at in path.event_time
        ]
    )
    mix = share / share.sum(axis=1, keepdims=True)
    count = inside.shape[1]
    assert np.array(path.att) == pytest.approx(mix @ fit.params[:count], abs=1e-9)
    expected = factor * mix @ fit.cov_params()[:count, :count] @ mix.T
    assert np.array(path.variance) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", PATHS)
def test_what_can_be_read_from_a_path(name: str) -> None:
    found = ask(PANELS["three starts"], name)
    test, bound = found.pretrend(), found.sensitivity(grid=[0.5])
    assert isinstance(test, Pretrend)
    assert test.df_num == 7
    if name == "imputation":
        assert isinstance(bound, NotEstimable)
        assert "from all times before start" in bound.reason
        assert "event_time" in bound.would_help
    else:
        assert isinstance(bound, Sensitivity)
    again = Estimate.from_dict(found.to_dict())
    assert again.path == found.path
    assert again.pretrend() == test


def test_a_drift_moves_the_mean_of_an_imputation_by_the_distance_of_the_means() -> None:
    """One start at week 7 of 12: effects at 0 to 5 are measured from the mean of -6 to -1."""
    found = ask(PANELS["one start"], "imputation", washin=0).pretrend()
    assert isinstance(found, Pretrend)
    for drift in found.drifts:
        assert drift.bias == pytest.approx(6.0 * drift.slope)


def test_without_never_treated_units_there_is_no_path_before_the_start() -> None:
    frame = PANELS["three starts"]
    found = ask(frame[frame["first_week"] > 0], "imputation")
    assert found.path is None
    assert isinstance(found.pretrend(), NotEstimable)
    assert isinstance(found.sensitivity(), NotEstimable)


@pytest.mark.parametrize("name", ["group_time", "sun_abraham", "imputation"])
def test_an_estimate_without_a_path_says_how_to_get_one(name: str) -> None:
    overall = ask(PANELS["three starts"], name, aggregate="overall")
    for answer in (overall.pretrend(), overall.sensitivity()):
        assert isinstance(answer, NotEstimable)
        assert answer.would_help == "aggregate='event_time'"
