"""A dose through `did`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from tests.panels import simulate, with_gaps


def _days(seed: int = 1, gaps: bool = False, **more: object) -> pd.DataFrame:
    """Office days that differ from team to team and week to week, each worth 0.5."""
    frame = simulate(seed=seed, **more)  # type: ignore[arg-type]
    frame = with_gaps(frame, 0.15, seed) if gaps else frame
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 5, len(frame)) + frame["team"].str[-2:].astype(int) % 3
    return frame.assign(days=days.astype(float), y=frame["y"] + 0.5 * days).drop(columns="first_week")


def _ask(frame: pd.DataFrame, **more: object) -> Estimate:
    est = did(frame, estimator="dose", dose="days", **more)  # type: ignore[arg-type]
    assert isinstance(est, Estimate)
    return est


@pytest.mark.parametrize("gaps", [False, True])
def test_it_is_the_regression_with_dummies(gaps: bool) -> None:
    frame = _days(gaps=gaps)
    fit = smf.ols("y ~ days + skill + C(team) + C(week)", frame).fit()
    est = _ask(frame, covariates="skill", inference="iid")
    assert (est.att, est.se) == pytest.approx((fit.params["days"], fit.bse["days"]), rel=1e-8)
    assert est.df == fit.df_resid


def test_without_noise_the_slope_comes_back() -> None:
    assert _ask(_days(noise=0.0)).att == pytest.approx(0.5)


def test_a_treated_indicator_as_dose_is_twfe() -> None:
    frame = simulate(seed=4)
    on = ((frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])).astype(float)
    est = did(frame.assign(days=on), estimator="dose", dose="days", inference="cr2")
    plain = did(frame, estimator="twfe", inference="cr2")
    assert (est.att, est.se, est.df) == pytest.approx((plain.att, plain.se, plain.df), rel=1e-9)


def test_weights_and_scale() -> None:
    frame = _days()
    one, ten = _ask(frame, weights="people"), _ask(frame.assign(days=10 * frame["days"]), weights="people")
    assert (ten.att, ten.se) == pytest.approx((one.att / 10, one.se / 10), rel=1e-9)


def test_auto_reads_a_dose() -> None:
    frame = _days()
    assert did(frame, dose="days") == _ask(frame)


def test_rows_without_a_dose_are_counted() -> None:
    frame = _days()
    frame.loc[[3, 50], "days"] = np.nan
    est = _ask(frame)
    assert est.n_obs == len(frame) - 2
    assert "2 rows without days left out" in map(str, est.notes)


def test_times_are_left_out_by_name_and_windows_need_a_start() -> None:
    frame = _days()
    assert _ask(frame, exclude=[3]).n_obs == len(frame) - 12
    with pytest.raises(UsageError, match="washin 2 counts from a start"):
        _ask(frame, washin=2)
    started = frame.merge(simulate(seed=1)[["team", "week", "first_week"]])
    assert _ask(started, washin=2).n_obs == len(frame) - 24


def test_one_team_that_moves_is_too_few() -> None:
    frame = _days()
    frame["days"] = np.where((frame["team"] == "team 00") & (frame["week"] > 6), 2.0, 0.0)
    refusal = did(frame, estimator="dose", dose="days")
    assert not refusal
    assert "1 cluster whose dose moves" in str(refusal)
    frame["days"] = np.where((frame["team"] != "team 00") & (frame["week"] > 6), 2.0, 0.0)
    assert not did(frame, estimator="dose", dose="days")


@pytest.mark.parametrize("of", ["team", "week"])
def test_a_dose_that_the_effects_explain_has_no_number(of: str) -> None:
    frame = _days()
    frame["days"] = frame[of].astype("category").cat.codes.astype(float)
    refusal = did(frame, estimator="dose", dose="days")
    assert not refusal
    assert "dose 'days'" in str(refusal)


def test_a_covariate_beside_the_dose_that_says_the_same_leaves() -> None:
    frame = _days().assign(twice=lambda f: 2 * f["days"])
    est = _ask(frame, covariates="twice")
    assert est.att == pytest.approx(_ask(frame).att)
    assert any("covariate twice left out" in note.text for note in est.notes)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"dose": None}, "'dose' needs dose"),
        ({"dose": "day"}, "dose: there is no column 'day'; did you mean 'days'?"),
        ({"dose": "team"}, "dose 'team' holds 'team 00'"),
        ({"inference": "randomization"}, "'randomization' does not go with estimator 'dose'"),
        ({"estimator": "twfe"}, "does not belong to estimator 'twfe'"),
        ({"unit": None}, "'dose' needs units"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        did(_days(), **{"estimator": "dose", "dose": "days", **arguments})  # type: ignore[arg-type]
    assert words in str(caught.value)
