"""Sensitivity from numbers and from an estimate: what is refused, what is said, what is stored."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from matplotlib.axes import Axes

import pilotlab as pl
from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.honest import Sensitivity
from tests.panels import simulate

BETA = [0.1, -0.1, 0.05, 1.0, 1.2]
SIGMA = (0.04 * (np.eye(5) + 0.3)).tolist()


@pytest.fixture(scope="module")
def path() -> Estimate:
    est = did(simulate(teams=20, att=2.0, seed=1), estimator="event_study", outcome_unit="h/week")
    assert isinstance(est, Estimate)
    return est


@pytest.fixture(scope="module", params=["relative_magnitude", "smoothness"])
def found(request: pytest.FixtureRequest) -> Sensitivity:
    return pl.honest_did(BETA, SIGMA, n_pre=3, kind=request.param, outcome_unit="h/week")


def test_survives_storing(found: Sensitivity) -> None:
    back = Sensitivity.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    assert back == found
    assert (repr(back), back.summary()) == (repr(found), found.summary())
    with pytest.raises(UsageError, match="schema 'x'"):
        Sensitivity.from_dict({"schema": "x"})


def test_table_follows_the_grid(found: Sensitivity) -> None:
    frame = found.to_frame()
    assert list(frame) == ["m", "ci_low", "ci_high"]
    assert len(frame) == 5
    assert frame["m"].iloc[0] == 0
    assert (frame["ci_low"] < found.att).all()
    asked = pl.honest_did(BETA, SIGMA, n_pre=3, kind=found.kind, grid=[2, 0.5]).to_frame()
    assert asked["m"].tolist() == [2, 0.5]


def test_breakdown_turns_the_interval(found: Sensitivity) -> None:
    grid = [0.999 * found.breakdown, found.breakdown]
    below, at = pl.honest_did(BETA, SIGMA, n_pre=3, kind=found.kind, grid=grid).rows
    assert below.ci[0] > 0 >= at.ci[0]


def test_says_what_it_assumes_in_every_form(found: Sensitivity) -> None:
    text = found.summary()
    assert "parallel" in text
    assert found.sentence() in text
    assert "h/week" in repr(found)
    assert "breakdown at m" in found._repr_html_()
    ax = found.plot()
    assert isinstance(ax, Axes)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "parallel",
        *(f"{row.m:.3g}" for row in found.rows),
    ]
    assert any(f"breakdown {found.breakdown:.3g}" in text.get_text() for text in ax.texts)
    assert found.plot(ax) is ax


def test_no_effect_breaks_down_at_once() -> None:
    found = pl.honest_did([0.1, -0.1, 0.05, 0.1, 0.1], SIGMA, n_pre=3)
    assert found.breakdown == 0
    assert "even if no trends part" in found.sentence()


def test_a_breakdown_that_never_comes_is_null_in_json() -> None:
    never = Sensitivity(
        kind="relative_magnitude", target="", att=1, ci=(0.5, 1.5), rows=(), breakdown=math.inf, alpha=0.05
    )
    data = never.to_dict()
    assert data["breakdown"] is None
    assert Sensitivity.from_dict(data) == never
    assert "however far" in never.sentence()
    assert "m = ∞" in never.line()


def test_inputs_stay_as_they_are() -> None:
    beta, sigma = np.array(BETA), np.array(SIGMA)
    pl.honest_did(beta, sigma, n_pre=3, kind="smoothness")
    pl.honest_did(beta, sigma, n_pre=3)
    assert beta.tolist() == BETA
    assert sigma.tolist() == SIGMA


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "smooth"}, "kind 'smooth' is not known; did you mean 'smoothness'"),
        ({"n_pre": 0}, "n_pre 0 is not a whole number from 1 to 4"),
        ({"n_pre": 5}, "n_pre 5 is not a whole number from 1 to 4"),
        ({"n_pre": 2.0}, r"n_pre 2\.0 is not"),
        ({"n_pre": True}, "n_pre True is not"),
        ({"grid": [0.5, -1]}, "grid -1 is not a number of 0 or more"),
        ({"grid": [math.nan]}, "grid nan is not"),
        ({"grid": math.inf}, "grid inf is not"),
        ({"grid": []}, "grid is empty"),
        ({"grid": "1"}, "grid '1' is not"),
        ({"l_vec": [1, 0, 0]}, "l_vec .* is not 2 weights"),
        ({"l_vec": [0, 0]}, "l_vec .* one of them not zero"),
        ({"l_vec": [1, "a"]}, "l_vec holds something that is not a number"),
        ({"alpha": 5}, "alpha 5 is not between 0 and"),
        ({"alpha": "0.05"}, "alpha '0.05' is not between 0 and"),
        ({"betahat": [1.0]}, r"betahat has shape \(1,\)"),
        ({"betahat": [1.0, math.nan, 1, 1, 1]}, "betahat holds a value that is missing or infinite"),
        ({"betahat": np.ones((5, 1))}, r"betahat has shape \(5, 1\)"),
        ({"sigma": np.eye(4)}, r"sigma has shape \(4, 4\)"),
        ({"sigma": np.eye(5) + np.eye(5, k=1)}, "sigma is not symmetric"),
        ({"sigma": np.eye(5) - 0.9}, "sigma is not a covariance"),
        ({"sigma": np.zeros((5, 5))}, "no noise at all"),
        ({"sigma": np.diag([1.0, 0, 0, 1, 1])}, "no noise at all"),
        (
            {"sigma": np.ones((5, 5)) + np.diag([0, 0, 0, 1.0, 1]), "kind": "smoothness"},
            "no noise|fewer directions",
        ),
    ],
)
def test_wrong_arguments_are_named(given: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        pl.honest_did(**{"betahat": BETA, "sigma": SIGMA, "n_pre": 3, **given})


def test_an_event_study_is_bounded_at_its_headline(path: Estimate) -> None:
    found = path.sensitivity("relative_magnitude", grid=[0, 0.5, 1, 1.5, 2])
    assert isinstance(found, Sensitivity)
    assert found.att == pytest.approx(path.att)
    assert found.ci == pytest.approx(path.ci, rel=1e-9)
    assert found.rows[0].ci == pytest.approx(path.ci, rel=1e-3)
    assert found.unit == "h/week"
    assert "20 clusters" in found.notes[0].text


def test_the_same_from_the_path_alone(path: Estimate) -> None:
    beta, sigma, weights = path.path.arrays()
    found = path.sensitivity("smoothness", grid=[0.1])
    alone = pl.honest_did(beta, 1.0 * sigma, n_pre=5, kind="smoothness", l_vec=weights[5:], grid=[0.1])
    assert alone.att == pytest.approx(found.att)
    stretch = (found.ci[1] - found.ci[0]) / (alone.ci[1] - alone.ci[0])
    again = pl.honest_did(beta, stretch**2 * sigma, n_pre=5, kind="smoothness", l_vec=weights[5:], grid=[0.1])
    assert again.rows[0].ci == pytest.approx(found.rows[0].ci)


@pytest.mark.parametrize("teams", [20, 60])
def test_parallel_trends_give_the_estimates_own_interval(teams: int) -> None:
    est = did(simulate(teams=teams, att=1.0, seed=1), estimator="event_study", inference="cluster")
    found = est.sensitivity(grid=[0])
    assert found.rows[0].ci == pytest.approx(est.ci, abs=1e-9)
    assert found.ci == pytest.approx(est.ci, abs=1e-9)


def test_one_effect_in_place_of_the_headline(path: Estimate) -> None:
    found = path.sensitivity(event_time=3, grid=[1])
    row = path.to_frame().set_index("event_time").loc[3]
    assert (found.att, *found.ci) == pytest.approx((row["att"], row["ci_low"], row["ci_high"]))
    assert "event time 3" in found.target
    with pytest.raises(UsageError, match="event_time -2 is not one after the reference"):
        path.sensitivity(event_time=-2)


def test_anticipation_and_washin_bear_no_weight() -> None:
    frame = simulate(teams=20, att=2.0, seed=1)
    est = did(frame, estimator="event_study", anticipation=2, washin=1)
    assert est.path.reference == -3
    assert est.path.n_pre == 3
    assert [w > 0 for w in est.path.weights] == [event >= 1 for event in est.path.event_time]
    assert isinstance(est.sensitivity(grid=[0.5]), Sensitivity)


def test_draws_lend_the_covariance_of_cr2(path: Estimate) -> None:
    drawn = did(simulate(teams=20, att=2.0, seed=1), estimator="event_study", assignment="complete")
    assert drawn.inference == "randomization"
    assert "CR2's" in drawn.sensitivity(grid=[0]).notes[-1].text
    assert drawn.sensitivity(grid=[1]).rows == path.sensitivity(grid=[1]).rows


def test_the_path_is_stored_with_the_estimate(path: Estimate) -> None:
    back = Estimate.from_dict(json.loads(json.dumps(path.to_dict(), allow_nan=False)))
    assert back.path == path.path
    assert back.sensitivity(grid=[1]) == path.sensitivity(grid=[1])


def test_the_path_agrees_with_the_table(path: Estimate) -> None:
    beta, sigma, weights = path.path.arrays()
    frame = path.to_frame()
    assert beta == pytest.approx(frame["att"].to_numpy())
    assert np.sqrt(np.diag(sigma)) == pytest.approx(frame["se"].to_numpy())
    assert weights @ beta == pytest.approx(path.att)
    assert np.sqrt(weights @ sigma @ weights) == pytest.approx(path.se)


def test_without_a_path_it_says_what_would_help() -> None:
    answer = did(simulate(att=2.0)).sensitivity()
    assert isinstance(answer, NotEstimable)
    assert "this `change` does not have" in answer.reason
    assert "event_study" in answer.would_help


def test_other_paths_that_cannot_be_bounded() -> None:
    frame = simulate(teams=20, att=2.0, seed=1)
    short = did(frame, estimator="event_study", baseline=1)
    assert "no coefficient before the reference" in short.sensitivity().reason
    gap = did(frame, estimator="event_study", exclude=[3])
    assert "not consecutive" in gap.sensitivity().reason
    few = did(simulate(teams=8, weeks=20, start=14, seed=1), estimator="event_study")
    assert "fewer directions" in few.sensitivity("smoothness").reason
    with pytest.raises(UsageError, match="kind 'x'"):
        few.sensitivity("x")  # type: ignore[arg-type]
