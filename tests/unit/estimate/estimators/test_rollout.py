"""The efficient rollout estimator through `did`."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from tests.golden.reference import read
from tests.panels import simulate, with_gaps


def _wedge(seed: int = 3, **more: Any) -> pd.DataFrame:
    return simulate(**{"teams": 24, "weeks": 14, "starts": (6, 8, 11), "treated": 18, "seed": seed, **more})


def _ask(frame: pd.DataFrame, **more: Any) -> Estimate:
    est = did(frame, estimator="rollout", **more)
    assert isinstance(est, Estimate)
    return est


@pytest.mark.parametrize("aggregate", ["overall", "event_time", "cohort", "week"])
def test_a_known_effect_comes_back(aggregate: str) -> None:
    est = _ask(_wedge(att=2.0, noise=0.0), aggregate=aggregate)
    assert est.att == pytest.approx(2.0)
    assert est.to_frame()["att"].to_numpy() == pytest.approx(2.0)


def test_minimum_wages_beside_the_comparison_of_changes() -> None:
    """mpdta: with a slope of 1 it would be Callaway & Sant'Anna's -0.0398 (not yet treated); the best slope is 1.016."""
    frame = read("mpdta")
    columns: dict[str, Any] = {
        "outcome": "lemp",
        "unit": "countyreal",
        "time": "year",
        "cohort": "first.treat",
    }
    est = did(frame, estimator="rollout", **columns)
    changes = did(frame, estimator="group_time", comparison="not_yet_treated", **columns)
    assert est.att == pytest.approx(-0.04705391, abs=1e-7)
    assert est.se < changes.se + 1e-3
    assert "taken off 1.02 times" in " ".join(map(str, est.notes))
    assert "nothing says that starts were drawn" in est.notes[0].text
    assert est.df is None


def test_with_a_slope_of_one_it_is_group_time() -> None:
    """The kernel's own weights with beta = 1, beside group_time on the same panel, every aggregate."""
    from pilotlab.stats.staggered.rollout import plan_of

    frame = _wedge()
    y = frame.pivot(index="team", columns="week", values="y").to_numpy()
    first = frame.groupby("team")["first_week"].first().to_numpy()
    start, cohort = np.unique(np.where(first == 0, 10**9, first), return_inverse=True)
    means = np.stack([y[cohort == g].mean(axis=0) for g in range(len(start))])
    for aggregate in ("overall", "event_time", "cohort", "week"):
        plan = plan_of(start, np.bincount(cohort).astype(float), np.arange(1, 15), aggregate)
        assert plan is not None
        other = did(frame, estimator="group_time", comparison="not_yet_treated", aggregate=aggregate)
        assert ((plan.effect - plan.before)[0] * means).sum() == pytest.approx(other.att, abs=1e-9)


def test_drawn_starts_are_randomised() -> None:
    est = _ask(_wedge(att=1.5), assignment="complete", reps=999)
    assert est.inference == "randomization"
    assert est.p_min == pytest.approx(1 / 1000)
    assert est.ci[0] < est.att < est.ci[1]
    assert est.df is None
    again = Estimate.from_dict(json.loads(json.dumps(est.to_dict(), allow_nan=False)))
    assert again == est
    assert again.bound("lower", level=0.9) == est.bound("lower", level=0.9)
    assert est.non_inferior(1.0)


def test_more_weeks_before_narrow_it() -> None:
    frame = _wedge(noise=2.0)
    assert _ask(frame, baseline=5, inference="cluster").se < 0.8 * _ask(frame, inference="cluster").se


def test_the_last_to_start_serve_where_nobody_never_does() -> None:
    frame = simulate(teams=24, weeks=14, starts=(6, 8, 11), treated=24, att=1.0, noise=0.0)
    est = _ask(frame)
    assert est.att == pytest.approx(1.0)
    assert any("not yet treated are the comparison, up to 10" in note.text for note in est.notes)


def test_clusters_weigh_alike() -> None:
    frame = _wedge()
    frame["house"] = (
        frame["first_week"].astype(str) + "-" + (frame["team"].str[-2:].astype(int) // 3 % 4).astype(str)
    )
    est = _ask(frame, cluster="house")
    collapsed = frame.groupby(["house", "week"], as_index=False)[["y", "first_week"]].mean()
    one = did(collapsed.astype({"first_week": int}), unit="house", estimator="rollout", inference="cluster")
    assert (est.att, est.se) == pytest.approx((one.att, one.se))
    assert est.n_units == 24
    assert est.n_clusters < 24
    assert any("clusters weigh alike" in note.text for note in est.notes)


def test_units_with_gaps_and_alone_leave_with_a_note() -> None:
    frame = _wedge()
    some = frame.drop(index=[5, 40])
    est = _ask(some)
    assert est.n_units == 22
    assert any("2 units left out, a value is missing" in note.text for note in est.notes)
    alone = frame.assign(first_week=np.where(frame["team"] == "team 00", 9, frame["first_week"]))
    assert any("alone in their start (9)" in note.text for note in _ask(alone).notes)
    assert not did(with_gaps(frame, 0.4, 1), estimator="rollout")


def test_few_units_use_t_and_count_the_slope() -> None:
    est = _ask(_wedge(), inference="cluster")
    assert est.df is not None
    assert est.df < 24
    assert any("slope counted as estimated" in note.text for note in est.notes)


def test_size_with_sixteen_teams() -> None:
    """200 null wedges: 5 % give or take Monte-Carlo error of 1.5; Neyman's variance alone rejects 11 %."""
    rejected = [
        _ask(_wedge(seed, teams=16, treated=12, starts=(6, 9)), inference="cluster", baseline=4).p_value
        <= 0.05
        for seed in range(200)
    ]
    assert 0.02 <= np.mean(rejected) <= 0.095


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": "people"}, "reads none"),
        ({"covariates": "skill"}, "reads none"),
        ({"inference": "cr2"}, "'cr2' does not go with estimator 'rollout'"),
        ({"strata": "site"}, "does not compare within strata"),
    ],
)
def test_what_it_does_not_read_is_refused(arguments: dict[str, Any], words: str) -> None:
    frame = _wedge()
    frame["site"] = "one"
    with pytest.raises(UsageError) as caught:
        did(frame, estimator="rollout", **arguments)
    assert words in str(caught.value)


def test_too_few_to_tell() -> None:
    assert not did(simulate(teams=6, treated=2), estimator="rollout")
    assert not did(_wedge(), estimator="rollout", washin=12)
