"""Synthetic comparisons through `did`: what they answer, refuse, leave out and show."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.estimators.synthetic_fit import without_units
from pilotlab.estimate.options import InferenceName
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.synthetic_comparison import Synthetic
from tests.panels import simulate, with_gaps

NAMES = ("synthetic_did", "synthetic_control")
RULES: tuple[InferenceName, ...] = ("placebo", "jackknife", "bootstrap")


def _ask(name: str, rule: InferenceName, frame: pd.DataFrame | None = None, **more: Any) -> Estimate:
    data = simulate(teams=16, treated=4, seed=3) if frame is None else frame
    est = did(data, estimator=name, inference=rule, reps=99, **more)
    assert isinstance(est, Estimate)
    return est


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rule", RULES)
def test_a_whole_result(name: str, rule: InferenceName) -> None:
    est = _ask(name, rule, outcome_unit="points")
    assert (est.estimator, est.inference, est.unit, est.alpha) == (name, rule, "points", 0.05)
    assert est.ci[0] <= est.att <= est.ci[1]
    assert est.bound("lower") <= est.att <= est.bound("upper")
    assert est.interval(0.5)[0] > est.ci[0]
    assert 0 < est.p_value <= 1
    assert est.se > 0
    assert (est.n_units, est.n_treated, est.n_clusters, est.n_obs) == (16, 4, 16, 16 * 12)
    assert (est.df is None) == (rule == "placebo") == (est.p_min is not None)
    assert Estimate.from_dict(json.loads(json.dumps(est.to_dict(), allow_nan=False))) == est


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rule", RULES)
def test_interval_and_p_say_the_same(name: str, rule: InferenceName) -> None:
    for seed in range(4):
        est = _ask(name, rule, simulate(teams=16, treated=4, att=0.8, seed=seed))
        for alpha in (0.05, 0.2, 0.4):
            low, high = est.interval(1 - alpha)
            assert (est.p_value <= alpha) == (not low <= 0 <= high)
            assert (est.p_one_sided("greater") <= alpha) == (est.bound("lower", level=1 - alpha) > 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rule", RULES)
def test_an_injected_effect_moves_the_estimate_alone(name: str, rule: InferenceName) -> None:
    frame = simulate(teams=16, treated=4, seed=3)
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    one, two = _ask(name, rule, frame), _ask(name, rule, frame.assign(y=frame["y"] + 3.25 * on))
    assert two.att - one.att == pytest.approx(3.25, abs=1e-9)
    assert two.se == pytest.approx(one.se, rel=1e-9)
    # Under placebo the treated are among the units whose time weights are fitted, and these move a little.
    near = 0.5 * one.se if (name, rule) == ("synthetic_did", "placebo") else 1e-8
    assert two.ci == pytest.approx((one.ci[0] + 3.25, one.ci[1] + 3.25), abs=near)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rule", RULES)
def test_the_order_of_rows_does_not_matter(name: str, rule: InferenceName) -> None:
    frame = simulate(teams=16, treated=4, seed=3)
    mixed = frame.sample(frac=1, random_state=4)
    assert _ask(name, rule, mixed).to_dict() == _ask(name, rule, frame).to_dict()


@pytest.mark.parametrize("rule", RULES)
def test_names_of_units_do_not_matter(rule: InferenceName) -> None:
    frame = simulate(teams=16, treated=4, seed=3)
    order = np.random.default_rng(1).permutation(16)
    other = frame.assign(team=frame["team"].map(dict(zip(frame["team"].unique(), order, strict=True))))
    one, two = _ask("synthetic_did", rule, frame), _ask("synthetic_did", rule, other)
    assert two.att == pytest.approx(one.att, abs=1e-9)
    near = {"jackknife": 1e-9, "placebo": 0.2, "bootstrap": 0.2}[
        rule
    ]  # other units come up in the same draws
    assert two.se == pytest.approx(one.se, rel=near)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_placebo_by_hand(name: str) -> None:
    frame = simulate(teams=9, treated=1, seed=8)
    est = _ask(name, "placebo", frame)
    for team, effect in est.synthetic.placebos:
        stands_in = frame.assign(first_week=np.where(frame["team"] == team, 7, 0))
        assert effect == pytest.approx(
            _ask(name, "placebo", stands_in).att, abs=0.2 * est.se
        )  # penalties differ
    rows = est.to_frame().iloc[1:]
    assert list(rows["term"]) == [f"placebo team {i:02d}" for i in range(1, 9)]
    assert rows["se"].isna().all()
    assert (est.p_min, est.df) == (1 / 9, None)
    assert est.p_value == (1 + (rows["att"].abs() >= abs(est.att)).sum()) / 9
    assert est.p_one_sided("less") == (1 + (rows["att"] <= est.att).sum()) / 9
    assert est.ci == (-math.inf, math.inf)
    assert any("interval is open" in note.text and "0.111" in note.text for note in est.notes)


@pytest.mark.slow
@pytest.mark.parametrize("treated", [1, 2])
def test_the_interval_holds_the_effects_whose_removal_is_not_rejected(treated: int) -> None:
    """Exactly so for synthetic control, whose placebos are linear in the outcome after the start."""
    frame = simulate(teams=8, treated=treated, seed=8)
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    est = _ask("synthetic_control", "placebo", frame)
    low, high = est.interval(0.7)
    for effect in (low - 0.05, low + 0.05, high - 0.05, high + 0.05, 0.0):
        left = _ask("synthetic_control", "placebo", frame.assign(y=frame["y"] - effect * on))
        assert (left.p_value > 0.3) == (low <= effect <= high)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_auto_measures_the_spread_of_many_treated(name: str) -> None:
    est = did(simulate(teams=20, treated=6, seed=2), estimator=name)
    assert est.inference == ("jackknife" if name == "synthetic_did" else "placebo")
    even = did(simulate(teams=16, seed=2), estimator=name, reps=99)
    assert even.inference == ("jackknife" if name == "synthetic_did" else "bootstrap")


def test_no_noise_is_said() -> None:
    frame = simulate(teams=60, weeks=26, att=2.0, noise=0.0, seed=7)
    est = did(frame, estimator="synthetic_did")
    assert est.att == pytest.approx(2.0)
    assert (est.se, est.p_value) == (0.0, 0.0)
    assert "units do not differ at all" in est.notes[0].text
    few = did(frame[(frame["first_week"] == 0) | (frame["team"] == "team 00")], estimator="synthetic_did")
    assert few.att == pytest.approx(2.0)
    assert few.p_value == few.p_min == 1 / 31


@pytest.mark.parametrize("rule", ["jackknife", "bootstrap"])
@pytest.mark.parametrize("treated", [2, 3])
def test_few_treated_are_warned_of_first(rule: InferenceName, treated: int) -> None:
    est = _ask("synthetic_did", rule, simulate(teams=14, treated=treated))
    assert est.notes[0].text.startswith(f"{treated} treated clusters: with fewer than 4")


@pytest.mark.parametrize("rule", ["jackknife", "bootstrap"])
def test_all_weight_on_one_unit(rule: InferenceName) -> None:
    frame = simulate(teams=12, treated=2, seed=1, noise=0.5)
    copy = frame[frame["team"] == "team 05"].set_index("week")["y"]
    treated = frame["first_week"] > 0
    near = frame["week"].map(copy) + np.where(frame["team"] == "team 00", 1e-3, -1e-3)
    answer = did(
        frame.assign(y=frame["y"].where(~treated, near)), estimator="synthetic_control", inference=rule
    )
    assert isinstance(answer, NotEstimable) or answer.synthetic.unit_weights[0][1] < 1


@pytest.mark.parametrize("name", NAMES)
def test_starts_that_differ_are_refused_by_name(name: str) -> None:
    answer = did(simulate(teams=20, starts=(5, 8)), estimator=name)
    assert isinstance(answer, NotEstimable)
    assert f"2 different times (5, 8); `{name}` needs one start" in answer.reason
    assert "one call a start" in answer.would_help


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"weights": "people"}, "weights 'people'"),
        ({"covariates": "skill"}, "covariates 'skill'"),
        ({"strata": "site"}, "does not compare within strata"),
        ({"inference": "cr2"}, "inference 'cr2' does not go with"),
        ({"inference": "randomization"}, "placebo, jackknife, bootstrap"),
        ({"aggregate": "event_time"}, "aggregate 'event_time'"),
        ({"reps": 5}, "reps 5"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_part_of_the_method(name: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        did(simulate(), estimator=name, **more)


@pytest.mark.parametrize("estimator", ["change", "twfe"])
@pytest.mark.parametrize("rule", ["placebo", "bootstrap"])
def test_placebos_belong_to_synthetic_comparisons(estimator: str, rule: InferenceName) -> None:
    with pytest.raises(UsageError, match=f"inference '{rule}' does not go with") as caught:
        did(simulate(), estimator=estimator, inference=rule)
    assert "or estimator synthetic_did" in caught.value.fix


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (simulate(teams=8, treated=8), "there is no comparison"),
        (simulate(teams=4, treated=3), "3 treated and 1 comparison left"),
        (simulate(start=2), "1 and 11 are left"),
        (simulate(start=1), "there is no before and after"),
    ],
)
def test_too_little_to_weigh(frame: pd.DataFrame, words: str) -> None:
    answer = did(frame, estimator="synthetic_did", inference="placebo")
    assert isinstance(answer, NotEstimable)
    assert words in answer.reason
    assert answer.would_help


def test_placebos_need_more_comparison_than_treated_units() -> None:
    answer = did(simulate(teams=12), estimator="synthetic_did", inference="placebo")
    assert isinstance(answer, NotEstimable)
    assert "placebo lets 6 comparison clusters stand in for the treated, and there are 6" in answer.reason


def _without(frame: pd.DataFrame, gone: set[tuple[str, int]]) -> pd.DataFrame:
    cells = zip(frame["team"], frame["week"], strict=True)
    return frame[[cell not in gone for cell in cells]]


def test_times_that_a_treated_unit_lacks_are_left_out() -> None:
    frame = simulate(teams=14, treated=2, seed=4)
    est = _ask("synthetic_did", "placebo", _without(frame, {("team 00", 3), ("team 00", 9), ("team 06", 3)}))
    assert est.n_obs == 14 * 10
    assert any(
        "2 times left out, for a treated unit, or every comparison unit, has no value: 3, 9" in note.text
        for note in est.notes
    )
    assert est.att == _ask("synthetic_did", "placebo", frame[~frame["week"].isin([3, 9])]).att


def test_a_unit_with_many_gaps_leaves() -> None:
    frame = simulate(teams=14, treated=2, seed=4)
    est = _ask("synthetic_did", "placebo", _without(frame, {("team 05", 4), ("team 05", 8), ("team 05", 9)}))
    assert est.n_obs == 13 * 12
    assert any(
        "1 unit left out, more than 20 % of the times that count are missing: team 05" in note.text
        for note in est.notes
    )
    assert est.att == _ask("synthetic_did", "placebo", frame[frame["team"] != "team 05"]).att


def test_a_unit_with_few_gaps_is_filled_by_unit_and_time_effects() -> None:
    frame = simulate(teams=14, treated=2, seed=4)
    gone = {("team 05", 4), ("team 06", 9)}
    est = _ask("synthetic_did", "placebo", _without(frame, gone))
    assert (est.n_obs, est.n_units) == (14 * 12 - 2, 14)
    assert any("2 of 144 values of comparison units are missing" in note.text for note in est.notes)
    wide = frame[frame["first_week"] == 0].pivot(index="team", columns="week", values="y")
    for team, week in gone:
        wide.loc[team, week] = np.nan
    unit, week = np.indices(wide.shape)  # type: ignore[assignment]
    X = np.column_stack([unit.ravel()[:, None] == np.arange(12), week.ravel()[:, None] == np.arange(1, 12)])  # type: ignore[attr-defined]
    there = wide.notna().to_numpy().ravel()
    fit = X @ np.linalg.lstsq(X[there].astype(float), wide.to_numpy().ravel()[there], rcond=None)[0]
    filled = wide.where(wide.notna(), fit.reshape(wide.shape))
    by_hand = frame.set_index(["team", "week"])
    by_hand.loc[filled.stack().index, "y"] = filled.stack()
    assert est.att == pytest.approx(_ask("synthetic_did", "placebo", by_hand.reset_index()).att, abs=1e-9)


def test_what_is_filled_knows_nothing_of_the_effect() -> None:
    frame = with_gaps(simulate(teams=16, treated=2, seed=3), 0.05)
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    one, two = (
        _ask("synthetic_did", "placebo", each) for each in (frame, frame.assign(y=frame["y"] + 2.0 * on))
    )
    assert any("stand at what unit and time effects give" in note.text for note in one.notes)
    assert two.att - one.att == pytest.approx(2.0, abs=1e-9)
    assert two.se == pytest.approx(one.se, rel=1e-9)


def test_a_time_without_a_comparison_value_leaves() -> None:
    frame = simulate(teams=12, treated=2, seed=4)
    est = _ask("synthetic_did", "placebo", frame[(frame["week"] != 4) | (frame["first_week"] > 0)])
    assert est.synthetic is not None
    assert "4" not in est.synthetic.times


def test_gaps_everywhere_leave_nothing() -> None:
    frame = with_gaps(simulate(teams=10, treated=1, weeks=30), 0.5)
    answer = did(frame, estimator="synthetic_did", inference="placebo")
    assert isinstance(answer, NotEstimable)
    assert "with few gaps: 1 treated and 0 comparison left" in answer.reason
    assert "`change` takes units with gaps" in answer.would_help


def test_a_treated_unit_without_a_side_leaves() -> None:
    frame = simulate(teams=14, treated=3, seed=4)
    est = _ask("synthetic_did", "placebo", frame[(frame["team"] != "team 01") | (frame["week"] < 7)])
    assert est.n_treated == 2
    assert any("no value on one side of the start: team 01" in note.text for note in est.notes)
    none = did(
        frame[(frame["first_week"] == 0) | (frame["week"] < 7)],
        estimator="synthetic_did",
        inference="placebo",
    )
    assert isinstance(none, NotEstimable)


def test_windows_are_those_of_every_estimator() -> None:
    frame = simulate(teams=14, treated=2, seed=4)
    est = _ask("synthetic_did", "placebo", frame, baseline=4, washin=1, anticipation=1, exclude=[10])
    inside = frame[frame["week"].isin([2, 3, 4, 5, 8, 9, 11, 12])]
    assert (
        est.att
        == _ask("synthetic_did", "placebo", inside.assign(first_week=inside["first_week"].replace(7, 8))).att
    )
    assert est.synthetic is not None
    assert est.synthetic.times == ("2", "3", "4", "5", "8", "9", "11", "12")


def test_clusters_stand_in_whole() -> None:
    frame = simulate(teams=24, treated=4, seed=6)
    frame["block"] = frame["team"].str[-2:].astype(int) // 2  # two blocks treated, ten not
    est = _ask("synthetic_did", "placebo", frame, cluster="block")
    assert (est.n_clusters, est.p_min) == (12, 1 / 66)
    names = est.to_frame()["term"].iloc[1:]
    assert names.iloc[0] == "placebo team 00 + team 01 + team 04 + team 05"
    assert len(names) == 65
    assert (
        _ask("synthetic_did", "jackknife", frame, cluster="block").df
        < _ask("synthetic_did", "jackknife", frame).df
    )


@pytest.mark.parametrize("rule", RULES)
def test_a_cluster_with_both_arms(rule: InferenceName) -> None:
    answer = did(simulate(), estimator="synthetic_did", inference=rule, cluster="site")
    assert isinstance(answer, NotEstimable)
    assert "hold treated and comparison units" in answer.reason


def test_same_seed_same_draws() -> None:
    frame = simulate(teams=24, treated=4, seed=6)
    one, two, other = (_ask("synthetic_did", "placebo", frame, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one.se != other.se
    assert len(one.to_frame()) == 100
    assert one.p_min == 1 / 100


def test_the_gap_after_the_start_is_the_estimate() -> None:
    for name in NAMES:
        est = _ask(name, "placebo")
        assert isinstance(est.synthetic, Synthetic)
        frame = est.synthetic.to_frame()
        assert frame.loc[frame["after"], "gap"].mean() == pytest.approx(est.att, abs=1e-12)
        assert sum(weight for _, weight in est.synthetic.unit_weights) == pytest.approx(1)
        assert frame["weight"].sum() == pytest.approx(1.0 if name == "synthetic_did" else 0.0)
        assert est.synthetic.miss == pytest.approx(np.sqrt((frame.loc[~frame["after"], "gap"] ** 2).mean()))
        assert 1 <= est.synthetic.effective_units <= 12


def test_paths_and_placebos_are_drawn() -> None:
    est = _ask("synthetic_did", "placebo", outcome_unit="h/week")
    ax = est.plot()
    treated, synthetic = (line.get_ydata() for line in ax.get_lines()[:2])
    assert list(treated) == list(est.synthetic.treated)  # type: ignore[arg-type]
    assert list(synthetic) == list(est.synthetic.synthetic)  # type: ignore[arg-type]
    assert [text.get_text() for text in ax.texts] == ["treated", "synthetic", "start "]
    assert ax.get_ylabel() == "h/week"
    other = est.synthetic.plot_placebos(est.att, unit="h/week")
    assert sorted(other.get_lines()[0].get_xdata()) == sorted(effect for _, effect in est.synthetic.placebos)  # type: ignore[arg-type]
    assert other.get_xlabel() == "effect (h/week)"


def test_summary_does_not_list_placebos() -> None:
    est = _ask("synthetic_did", "placebo")
    assert "placebo team" not in est.summary()
    assert "of 12 comparison units" in est.summary()
    assert repr(est.synthetic).startswith("synthetic path of ")


def test_without_units_nothing_names_one() -> None:
    est = without_units(_ask("synthetic_did", "placebo"))
    assert isinstance(est, Estimate)
    assert "team 0" not in json.dumps(est.to_dict())
    assert len(est.to_frame()) == 1
    refusal = NotEstimable("no", "yes")
    assert without_units(refusal) is refusal


def test_inputs_stay_as_they_are() -> None:
    frame = simulate(teams=16, treated=4, seed=3)
    before = frame.copy()
    for rule in RULES:
        _ask("synthetic_did", rule, frame)
    pd.testing.assert_frame_equal(frame, before)
