"""What `did` means by its arguments, on frames whose truth is known."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from tests.panels import START, simulate, with_gaps


def _changes(frame: pd.DataFrame, before: list[int], after: list[int]) -> pd.DataFrame:
    wide = frame.pivot(index="team", columns="week", values="y")
    c = wide[[w for w in after if w in wide]].mean(axis=1) - wide[[w for w in before if w in wide]].mean(
        axis=1
    )
    first = frame.groupby("team")[["first_week", "pair", "site"]].first()
    return first.assign(c=c, z=(first["first_week"] > 0).to_numpy())


def test_change_is_the_two_sample_t_of_the_changes_in_cr2() -> None:
    frame = simulate(teams=13, treated=5, seed=1)
    est = did(frame, inference="cr2")
    table = _changes(frame, list(range(1, 7)), list(range(7, 13)))
    one, zero = table.loc[table["z"], "c"], table.loc[~table["z"], "c"]
    assert est.att == pytest.approx(one.mean() - zero.mean())
    assert est.se == pytest.approx(np.sqrt(one.var() / 5 + zero.var() / 8))
    assert est.df == pytest.approx((1 / 5 + 1 / 8) ** 2 / (1 / (25 * 4) + 1 / (64 * 7)))
    assert (est.estimator, est.inference, est.n_units, est.n_treated, est.n_clusters) == (
        "change",
        "cr2",
        13,
        5,
        13,
    )


def test_change_and_twfe_agree_on_a_complete_panel() -> None:
    frame = simulate(seed=3)
    for rule in ("cr2", "randomization"):
        change, twfe = did(frame, inference=rule), did(frame, estimator="twfe", inference=rule)
        assert (twfe.att, twfe.se, twfe.p_value) == pytest.approx((change.att, change.se, change.p_value))
        assert twfe.ci == pytest.approx(change.ci)


def test_closed_form_of_cr2_is_the_general_one() -> None:
    """One row of one week is dropped in a team that stays: only then is the full hat matrix used."""
    frame = simulate(seed=3)
    closed = did(frame, estimator="twfe", inference="cr2")
    general = did(frame.assign(one=1.0), estimator="twfe", inference="cr2", weights="one")
    assert (general.att, general.se, general.df) == pytest.approx((closed.att, closed.se, closed.df))


def test_gaps_part_change_from_twfe() -> None:
    frame = with_gaps(simulate(seed=3), 0.2)
    change, twfe = did(frame, inference="cr2"), did(frame, estimator="twfe", inference="cr2")
    assert change.att != pytest.approx(twfe.att, rel=1e-6)
    fit = smf.ols(
        "y ~ D + C(team) + C(week)",
        frame.assign(D=((frame["first_week"] > 0) & (frame["week"] >= START)) * 1.0),
    ).fit()
    assert twfe.att == pytest.approx(fit.params["D"])


def test_pairs_are_a_paired_t() -> None:
    frame = simulate(seed=5)
    table = _changes(frame, list(range(1, 7)), list(range(7, 13)))
    wide = table.pivot(index="pair", columns="z", values="c")
    known = stats.ttest_rel(wide[True], wide[False])
    for estimator in ("change", "twfe"):
        for rule in ("cr2", "cluster"):
            est = did(frame, pairs="pair", estimator=estimator, inference=rule)
            assert est.att == pytest.approx((wide[True] - wide[False]).mean())
            assert (est.df, est.n_clusters) == (pytest.approx(5), 6)
            if (estimator, rule) != (
                "twfe",
                "cluster",
            ):  # CR1 of the regression has its own small-sample factor
                assert est.p_value == pytest.approx(known.pvalue)
    assert did(frame, pairs="pair", cluster="team", inference="cr2").df == pytest.approx(5)


def test_pairs_with_gaps_go_through_the_full_hat_matrix() -> None:
    est = did(with_gaps(simulate(seed=5)), pairs="pair", estimator="twfe", inference="cr2")
    assert 0 < est.df <= 5.01
    assert est.n_clusters == 6


def test_pairs_as_time_effects_of_their_own_against_dummies() -> None:
    frame = with_gaps(simulate(seed=5))
    est = did(frame, pairs="pair", estimator="twfe", inference="cr2")
    frame = frame.assign(D=((frame["first_week"] > 0) & (frame["week"] >= START)) * 1.0)
    cell = frame["pair"].astype(str) + "-" + frame["week"].astype(str)
    X = np.column_stack([frame["D"], pd.get_dummies(frame["team"]), pd.get_dummies(cell)]).astype(float)
    assert est.att == pytest.approx(np.linalg.lstsq(X, frame["y"], rcond=None)[0][0])


def test_strata_weigh_by_their_units_in_change() -> None:
    frame = simulate(teams=14, treated=6, seed=8)
    number = frame["team"].str[-2:].astype(int)
    frame["floor"] = np.where(number.isin([0, 1, 2, 3, 6, 7, 8, 9, 10]), "a", "b")
    table = _changes(frame, list(range(1, 7)), list(range(7, 13))).assign(
        floor=frame.groupby("team")["floor"].first()
    )
    means = table.groupby(["floor", "z"])["c"].agg(["mean", "var", "size"])
    share = table.groupby("floor").size() / 14
    att = sum(share[f] * (means.loc[(f, True), "mean"] - means.loc[(f, False), "mean"]) for f in "ab")  # type: ignore[misc]
    variance = sum(share[f] ** 2 * (means["var"] / means["size"]).loc[f].sum() for f in "ab")
    est = did(frame, strata="floor", inference="cr2")
    assert (est.att, est.se) == pytest.approx((att, np.sqrt(variance)))


def test_a_stratum_with_one_team_in_an_arm_is_measured_between_strata() -> None:
    frame = simulate(teams=12, treated=5, seed=8)
    number = frame["team"].str[-2:].astype(int)
    frame["floor"] = np.where(
        number < 5, number, (number - 5) % 5
    )  # one treated and one or two others a floor
    est = did(frame, strata="floor", inference="cr2")
    assert est.df < 5
    assert any("between strata" in note.text for note in est.notes)


SMALL = [[(4, 4), (1, 2)], [(6, 6), (1, 1)], [(4, 4), (2, 1)], [(1, 2), (2, 1), (2, 2)]]


@pytest.mark.parametrize("sizes", SMALL)
def test_a_stratum_with_one_team_in_an_arm_never_keeps_draws_from_answering(
    sizes: list[tuple[int, int]],
) -> None:
    place = [(s, j < k) for s, (k, m) in enumerate(sizes) for j in range(k + m)]
    frame = simulate(teams=len(place), treated=0, weeks=12, seed=3)
    at = frame["team"].str[-2:].astype(int)
    floor = np.array([stratum for stratum, _ in place])
    z = np.array([treated for _, treated in place])
    frame = frame.assign(floor=floor[at], first_week=np.where(z[at], 7, 0))
    change = _changes(frame, list(range(1, 7)), list(range(7, 13)))["c"].to_numpy()

    def difference(treated: np.ndarray) -> float:
        parts = []
        for s in range(len(sizes)):
            own = floor == s
            parts.append(own.mean() * (change[own & treated].mean() - change[own & ~treated].mean()))
        return float(sum(parts))

    picks = [combinations(np.flatnonzero(floor == s), size[0]) for s, size in enumerate(sizes)]
    drawn = [difference(np.isin(np.arange(len(z)), np.concatenate(pick))) for pick in product(*picks)]
    far = np.abs(drawn) >= abs(difference(z)) * (1 - 1e-9)
    found = did(frame, strata="floor", assignment="complete", inference="randomization")
    assert (found.att, found.p_value) == (pytest.approx(difference(z)), pytest.approx(far.mean()))


def test_a_stratum_with_one_team_in_an_arm_borrows_its_spread() -> None:
    frame = simulate(teams=11, treated=5, seed=8)
    number = frame["team"].str[-2:].astype(int)
    frame["floor"] = np.where(number.isin([0, 9, 10]), "b", "a")
    est = did(frame, strata="floor", inference="cr2")
    assert est.n_clusters == 11
    assert est.df > 5
    assert (
        est.notes[-1].text
        == "in 1 of 2 strata an arm holds one unit: its spread is measured by its arm in the others"
    )


def test_a_stratum_of_one_arm_is_dropped_and_named() -> None:
    frame = simulate(seed=2)
    frame["floor"] = np.where(frame["team"].isin(["team 10", "team 11"]), "b", "a")
    est = did(frame, strata="floor", inference="cr2")
    assert est.n_units == 10
    assert any("one arm only: team 10, team 11" in note.text for note in est.notes)


def test_clusters_drawn_together() -> None:
    frame = simulate(teams=24, seed=6)
    number = frame["team"].str[-2:].astype(int)
    frame["floor"] = np.where(number < 12, number // 2, 6 + (number - 12) // 2)
    est = did(frame, cluster="floor", inference="cr2")
    assert est.n_clusters == 12
    table = _changes(frame, list(range(1, 7)), list(range(7, 13))).assign(
        floor=frame.groupby("team")["floor"].first()
    )
    by_floor = table.groupby("floor")[["c", "z"]].mean()
    one, zero = by_floor.loc[by_floor["z"] == 1, "c"], by_floor.loc[by_floor["z"] == 0, "c"]
    assert est.se == pytest.approx(
        np.sqrt(one.var() / 6 + zero.var() / 6)
    )  # equal floors: their means are enough
    drawn = did(frame, cluster="floor", inference="randomization", assignment="complete")
    assert any("924 draws" in note.text for note in drawn.notes)


def test_an_empty_cluster_is_a_unit_by_itself() -> None:
    frame = simulate(seed=6).assign(block="")
    assert did(frame, cluster="block") == did(frame)
    assert did(frame.assign(block=None), cluster="block").n_clusters == 12


@pytest.mark.parametrize("dtype", ["string", object, "category"])
def test_clusters_with_gaps_in_every_type(dtype: str) -> None:
    frame = simulate(seed=6)
    block = pd.Series(np.where(frame["team"].isin(["team 00", "team 01"]), "a", None), dtype=dtype)  # type: ignore[call-overload]
    assert did(frame.assign(block=block), cluster="block").n_clusters == 11


def test_too_few_rows_for_their_parameters() -> None:
    frame = pd.DataFrame(
        {"week": [1, 2, 1, 2], "first_week": [2, 2, 0, 0], "y": [1.0, 3.0, 2.0, 2.0], "g": [1, 2, 3, 4]}
    )
    for rule in ("iid", "hetero", "cluster"):
        answer = did(frame, unit=None, inference=rule, cluster="g" if rule == "cluster" else None)
        assert "4 values for 4 parameters" in answer.reason


def test_empty_windows_of_cross_sections() -> None:
    frame = simulate(teams=4, weeks=2, start=2)
    assert "no week is left before the start" in did(frame, unit=None, washin=1, anticipation=1).reason


def test_windows() -> None:
    frame = simulate(weeks=16, start=9, seed=7)
    est = did(frame, baseline=3, anticipation=2, washin=2, exclude=[12, 5])
    table = _changes(frame, [4, 6], [11, 13, 14, 15, 16])  # weeks 4 to 6 less the excluded 5
    assert est.att == pytest.approx(table.loc[table["z"], "c"].mean() - table.loc[~table["z"], "c"].mean())
    assert est.n_obs == 12 * 7


@pytest.mark.parametrize("estimator", ["change", "twfe"])
def test_baseline_is_the_periods_before_the_start_not_before_the_excluded(estimator: str) -> None:
    frame = simulate(weeks=10, start=7, seed=7)
    assert did(frame, estimator=estimator, baseline=2, exclude=[6], inference="cr2").n_obs == 12 * 5


def test_event_study_of_one_start_is_differences_of_means() -> None:
    frame = simulate(weeks=10, start=6, seed=9)
    est = did(frame, estimator="event_study", anticipation=1, washin=2)
    wide = frame.pivot(index="team", columns="week", values="y")
    z = frame.groupby("team")["first_week"].first() > 0
    path = wide.sub(wide[4], axis=0)
    gap = path[z].mean() - path[~z].mean()
    table = est.to_frame()
    assert list(table["event_time"]) == [-5, -4, -3, -1, 0, 1, 2, 3, 4]
    assert list(table["att"]) == pytest.approx([gap[week + 6] for week in table["event_time"]])
    assert est.att == pytest.approx(gap[[8, 9, 10]].mean())
    assert (table["band_low"] < table["ci_low"]).all()
    assert (table["band_high"] > table["ci_high"]).all()


def test_event_study_with_excluded_reference_takes_the_last_time_left() -> None:
    frame = simulate(weeks=10, start=6, seed=9)
    table = did(frame, estimator="event_study", exclude=[5, 8]).to_frame()
    assert list(table["event_time"]) == [-5, -4, -3, 0, 1, 3, 4]


def test_event_study_by_randomization_tests_each_time() -> None:
    frame = simulate(teams=10, weeks=8, start=5, seed=9)
    est = did(frame, aggregate="event_time", inference="randomization", assignment="complete")
    row = est.to_frame().set_index("event_time").loc[1]
    alone = did(frame[frame["week"].isin([4, 6])], inference="randomization", assignment="complete")
    assert (row["att"], row["p_value"], row["ci_low"]) == pytest.approx(
        (alone.att, alone.p_value, alone.ci[0])
    )


def test_staggered_event_study_against_dummies() -> None:
    frame = with_gaps(simulate(teams=20, starts=(5, 7, 8), treated=12, seed=10))
    est = did(frame, estimator="event_study", inference="cluster")
    event = np.where(frame["first_week"] > 0, frame["week"] - frame["first_week"], -1)
    fit = smf.ols("y ~ C(event, Treatment(-1)) + C(team) + C(week)", frame.assign(event=event)).fit()
    for row in est.to_frame().itertuples():
        assert row.att == pytest.approx(fit.params[f"C(event, Treatment(-1))[T.{row.event_time}]"], abs=1e-9)


def test_staggered_windows_follow_each_cohort_in_twfe() -> None:
    frame = simulate(teams=20, starts=(5, 8), treated=10, seed=10)
    est = did(frame, estimator="twfe", washin=1, anticipation=1, inference="cluster")
    event = np.where(frame["first_week"] > 0, frame["week"] - frame["first_week"], 99)
    kept = frame[~np.isin(event, [-1, 0])]
    kept = kept.assign(D=((kept["first_week"] > 0) & (kept["week"] >= kept["first_week"])) * 1.0)
    assert est.n_obs == len(kept)
    assert est.att == pytest.approx(smf.ols("y ~ D + C(team) + C(week)", kept).fit().params["D"])


def test_always_treated_stay_in_twfe_only() -> None:
    frame = simulate(seed=12)
    frame.loc[frame["team"] == "team 00", "first_week"] = 1
    twfe, change = did(frame, estimator="twfe", inference="cluster"), did(frame, inference="cr2")
    assert (twfe.n_units, change.n_units) == (12, 11)
    assert any("treated from the first time on: team 00" in note.text for note in change.notes)
    fit = smf.ols(
        "y ~ D + C(team) + C(week)",
        frame.assign(D=((frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])) * 1.0),
    ).fit()
    assert twfe.att == pytest.approx(fit.params["D"])


def test_a_start_after_the_last_time_is_never() -> None:
    frame = simulate(seed=12)
    late = frame.assign(first_week=frame["first_week"].where(frame["first_week"] > 0, 40))
    est = did(late)
    assert est.att == did(frame).att
    assert "6 units start after the last week" in est.notes[0].text


def test_treatment_column_stands_for_cohort() -> None:
    frame = simulate(seed=12)
    on = frame.assign(on=((frame["first_week"] > 0) & (frame["week"] >= START)).astype(bool)).drop(
        columns="first_week"
    )
    assert did(on, treatment="on") == did(frame)


def test_rows_without_outcome_are_counted() -> None:
    frame = simulate(seed=13)
    frame.loc[[3, 40], "y"] = np.nan
    est = did(frame)
    assert est.n_obs == 142
    assert est.notes[0].text == "2 rows without y left out"


def test_units_lacking_a_side_are_named() -> None:
    frame = simulate(seed=13)
    frame = frame[~((frame["team"] == "team 11") & (frame["week"] < START))]
    est = did(frame, inference="cr2")
    assert est.n_units == 11
    assert any("no value on one side of the start: team 11" in note.text for note in est.notes)


def test_weights() -> None:
    frame = simulate(seed=14)
    w = frame.groupby("team")["people"].first()
    table = _changes(frame, list(range(1, 7)), list(range(7, 13)))
    means = [
        np.average(table.loc[table["z"] == arm, "c"], weights=w[table["z"] == arm]) for arm in (True, False)
    ]
    est = did(frame, weights="people", inference="cr2")
    assert est.att == pytest.approx(means[0] - means[1])
    D = ((frame["first_week"] > 0) & (frame["week"] >= START)) * 1.0
    fit = smf.wls("y ~ D + C(team) + C(week)", frame.assign(D=D), weights=frame["people"]).fit()
    assert did(frame, weights="people", estimator="twfe", inference="cluster").att == pytest.approx(
        fit.params["D"]
    )
    assert did(
        frame, weights="people", inference="randomization", assignment="complete"
    ).att == pytest.approx(est.att)


def test_zero_weight_leaves_rows_out_and_says_so() -> None:
    frame = simulate(seed=14)
    frame.loc[[0, 1], "people"] = 0
    est = did(frame, weights="people", inference="cr2")
    assert est.n_obs == 142
    assert "2 rows of weight 0 in people left out" in map(str, est.notes)


def test_covariates() -> None:
    frame = simulate(teams=20, seed=15)
    base = frame[frame["week"] < START].groupby("team")["skill"].mean()
    table = _changes(frame, list(range(1, 7)), list(range(7, 13))).assign(skill=base).astype({"z": float})
    known = smf.ols("c ~ z + skill", table).fit()
    est = did(frame, covariates="skill", inference="iid")
    assert (est.att, est.se) == pytest.approx((known.params["z"], known.bse["z"]))
    D = ((frame["first_week"] > 0) & (frame["week"] >= START)) * 1.0
    rows = smf.ols("y ~ D + skill + C(team) + C(week)", frame.assign(D=D)).fit()
    assert did(frame, covariates="skill", estimator="twfe", inference="cluster").att == pytest.approx(
        rows.params["D"]
    )


def test_a_covariate_without_variation_over_time_leaves_with_a_note() -> None:
    frame = simulate(seed=15)
    est = did(frame, covariates=["people", "skill"], estimator="twfe", inference="cr2")
    assert any("covariate people left out" in note.text for note in est.notes)


def test_no_noise_recovers_the_effect_and_says_what_the_error_is_worth() -> None:
    est = did(simulate(att=2, noise=0), inference="cr2")
    assert est.att == pytest.approx(2)
    assert est.se < 1e-12


def test_repeated_cross_sections() -> None:
    frame = simulate(teams=30, seed=16)
    D = ((frame["first_week"] > 0) & (frame["week"] >= START)) * 1.0
    fit = smf.ols("y ~ D + C(first_week) + C(week)", frame.assign(D=D)).fit(cov_type="HC1")
    est = did(frame, unit=None)
    assert (est.att, est.se) == pytest.approx((fit.params["D"], fit.bse["D"]))
    window = did(frame, unit=None, baseline=2, washin=1, exclude=[9])
    assert window.n_obs == 30 * (2 + 4)
    assert did(frame, unit=None, cluster="site", inference="cr2").n_clusters == 10


NOT_ESTIMABLE = {
    "nobody treated": ({"first_week": 0}, {}, "no unit starts"),
    "everybody treated": ({"first_week": START}, {}, "no comparison"),
    "treated throughout": ({"first_week": 1}, {"estimator": "twfe"}, "no unit starts"),
    "constant": ({"y": 4.0}, {}, "y is 4 in every row"),
    "no time before": ({}, {"anticipation": 9}, "before the start at 7"),
    "no time after": ({}, {"washin": 9}, "after the start at 7"),
}


@pytest.mark.parametrize("name", NOT_ESTIMABLE)
def test_the_impossible_is_an_answer(name: str) -> None:
    columns, arguments, words = NOT_ESTIMABLE[name]
    answer = did(simulate().assign(**columns), **arguments)  # type: ignore[arg-type]
    assert isinstance(answer, NotEstimable)
    assert words in answer.reason
    assert answer.would_help


def test_staggered_starts() -> None:
    frame = simulate(teams=20, starts=(5, 8))
    auto, change = did(frame), did(frame, estimator="change")
    assert auto.estimator == "group_time"
    assert "2 different times (5, 8)" in change.reason
    alone = did(frame[frame["first_week"] > 0], estimator="event_study")
    assert "can't be told apart" in alone.reason
    assert isinstance(did(frame[frame["first_week"] > 0], estimator="twfe"), Estimate)


def test_the_frame_is_left_alone() -> None:
    frame = with_gaps(simulate(seed=1)).sample(frac=1, random_state=0)
    before = frame.copy(deep=True)
    for estimator in ("change", "twfe", "event_study"):
        did(frame, estimator=estimator, weights="people", covariates="skill", inference="cr2", baseline=3)
    pd.testing.assert_frame_equal(frame, before)


def test_numbers_too_large_to_square() -> None:
    frame = simulate()
    assert np.isfinite(did(frame.assign(y=frame["y"] * 1e140), inference="cr2").se)
