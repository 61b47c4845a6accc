"""Effects by group: each is `did` on its own rows, small groups hold no number, and nothing is ever ranked."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.errors import UsageError
from pilotlab.estimate.heterogeneity.by_slice import slices
from pilotlab.estimate.notes.by_code import has
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.slice_effects import Slices, band
from pilotlab.stats.randomization.multiplicity import holm

START, WEEKS = 7, range(1, 15)
GAIN = {"yes": -0.6, "no": 0.5}


def company(*, teams: int = 24, seed: int = 1, people: tuple[int, int] = (3, 6)) -> pd.DataFrame:
    """One row a team, week and carer; three sites; half the teams start in week 7."""
    rng = np.random.default_rng(seed)
    treated = np.isin(np.arange(teams), rng.permutation(teams)[: teams // 2])
    rows = []
    for team in range(teams):
        level = rng.standard_normal()
        for week in WEEKS:
            shock = 0.2 * rng.standard_normal()
            for carer, n in zip(("yes", "no"), people, strict=True):
                effect = GAIN[carer] * (treated[team] and week >= START)
                value = level + shock + 0.3 * rng.standard_normal() + effect
                rows.append(
                    (
                        f"t{team:02d}",
                        week,
                        f"site {'CAB'[team % 3]}",
                        carer,
                        n,
                        value,
                        START if treated[team] else np.nan,
                    )
                )
    return pd.DataFrame(rows, columns=["team", "week", "site", "carer", "n", "y", "first_week"])


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Teams as a whole, carers and others weighted by their number."""
    rows = frame.assign(y=frame["y"] * frame["n"]).groupby(["team", "week", "site"], as_index=False)
    found = rows.agg(y=("y", "sum"), n=("n", "sum"), first_week=("first_week", "first"))
    return found.assign(y=found["y"] / found["n"])


FRAME = company()
DRAWN: dict[str, Any] = {"assignment": "complete"}


@pytest.mark.slow
def test_groups_within_teams_are_did_on_their_own_rows() -> None:
    found = slices(FRAME, by="carer", people="n", **DRAWN)
    assert isinstance(found, Slices)
    for group in found.groups:
        alone = pl.did(FRAME[FRAME["carer"] == group.level], **DRAWN)
        assert isinstance(alone, pl.Estimate)
        assert (group.att, group.ci, group.p_value) == (alone.att, alone.ci, alone.p_value)
    assert [group.level for group in found.groups] == ["no", "yes"]
    assert found.overall.att == pytest.approx(pl.did(whole(FRAME), **DRAWN).att)


def test_groups_of_teams_are_did_on_their_own_rows() -> None:
    found = slices(whole(company(teams=48)), by="site")
    assert isinstance(found, Slices)
    for group in found.groups:
        rows = whole(company(teams=48))
        alone = pl.did(rows[rows["site"] == group.level])
        assert isinstance(alone, pl.Estimate)
        assert (group.att, group.ci) == (alone.att, alone.ci)


@pytest.mark.parametrize(("arguments", "method"), [(DRAWN, "draws"), ({}, "htz")])
def test_carers_and_others_differ_and_sites_do_not(arguments: dict[str, Any], method: str) -> None:
    found = slices(company(teams=36), by=["site", "carer"], people="n", **arguments)
    assert isinstance(found, Slices)
    sites, carers = found.tests
    assert (sites.method, carers.method) == (method, method)
    assert carers.p_holm is not None
    assert carers.p_holm < 0.001
    assert sites.p_value is not None
    assert sites.p_value > 0.05
    both = [sites.p_value, carers.p_value]
    assert [sites.p_holm, carers.p_holm] == pytest.approx(holm(np.array(both, dtype=float)).tolist())


def test_shrunken_effects_lie_between_the_group_and_the_whole() -> None:
    found = slices(FRAME, by="carer", people="n", **DRAWN)
    assert isinstance(found, Slices)
    for group in found.groups:
        assert group.att is not None
        assert group.shrunken is not None
        low, high = sorted((group.att, found.overall.att))
        assert low < group.shrunken < high
        assert group.shown == group.shrunken
    frame = found.to_frame()
    assert {"att", "ci_low", "ci_high", "shrunken", "shrunken_low", "shrunken_high"} <= set(frame.columns)


def test_order_is_by_name_whatever_the_effects_and_the_rows() -> None:
    frame = FRAME.copy()
    mixed = frame.sample(frac=1.0, random_state=5)
    first, second = (slices(each, by=["site", "carer"], people="n", **DRAWN) for each in (frame, mixed))
    assert first.to_dict() == second.to_dict()
    turned = frame.assign(y=-frame["y"])
    third = slices(turned, by=["site", "carer"], people="n", **DRAWN)
    names = [(group.slice, group.level) for group in first.groups]
    assert [(group.slice, group.level) for group in third.groups] == names
    assert names == sorted(names, key=lambda pair: (["site", "carer"].index(pair[0]), pair[1]))


def test_inputs_are_not_changed() -> None:
    frame, before = company(), company()
    slices(frame, by=["site", "carer", ("carer", "site")], people="n", **DRAWN)
    pd.testing.assert_frame_equal(frame, before)


# small groups


def one_small_site(people: float) -> pd.DataFrame:
    """Site A has teams of so many people."""
    frame = whole(company(teams=48))
    return frame.assign(n=np.where(frame["site"] == "site A", people, frame["n"]))


def test_a_small_group_holds_no_number_and_takes_the_next_smallest_with_it() -> None:
    frame = one_small_site(1)
    frame.loc[frame["site"] == "site B", "n"] = 5
    found = slices(frame, by="site", people="n", **DRAWN)
    assert isinstance(found, Slices)
    small, beside, shown = found.groups
    assert small.hidden == "fewer than 10 people in an arm"
    assert beside.hidden == "hidden with site A"
    assert shown.att is not None
    for group in (small, beside):
        plain = {
            name: getattr(group, name)
            for name in group.__slots__
            if name not in ("slice", "level", "hidden", "code")
        }
        assert not any(value for value in plain.values()), plain
    told = json.dumps(found.to_dict())
    for group in (small, beside):
        rows = frame[frame["site"] == group.level]
        alone = pl.did(rows, estimator="change", inference="cr2")
        assert isinstance(alone, pl.Estimate)
        assert repr(alone.att) not in told
    assert found.tests[0].p_value is None


def test_enough_people_in_each_arm_hide_nothing() -> None:
    found = slices(one_small_site(2), by="site", people="n", **DRAWN)
    assert isinstance(found, Slices)
    assert not any(group.hidden for group in found.groups)
    assert found.notes == ()


def test_people_of_no_known_group_are_a_group_that_could_be_worked_out() -> None:
    frame = company(people=(3, 6))
    frame.loc[(frame["carer"] == "yes") & (frame["team"] > "t02"), "carer"] = None
    kept = frame[~((frame["team"] > "t05") & frame["carer"].isna())]  # six people are left who say nothing
    found = slices(kept, by="carer", people="n", **DRAWN)
    assert isinstance(found, Slices)
    assert all(group.hidden for group in found.groups)


def test_without_counts_nothing_is_hidden_and_a_note_says_so() -> None:
    found = slices(whole(company(teams=48)), by="site")
    assert isinstance(found, Slices)
    assert [note.code for note in found.notes] == ["people_not_counted"]
    assert {group.people for group in found.groups} == {""}


def test_intersections_are_held_to_the_same_threshold() -> None:
    found = slices(company(teams=48, people=(1, 6)), by=[("carer", "site")], people="n", **DRAWN)
    assert isinstance(found, Slices)
    assert found.groups[0].slice == "carer x site"
    carers = [group for group in found.groups if group.level.startswith("yes")]
    assert len(carers) == 3
    assert all(group.hidden for group in carers)
    for site in "ABC":  # a site's own effect could be shown: then one hidden half alone would be had from it
        both = [group for group in found.groups if group.level.endswith(site)]
        assert sum(bool(group.hidden) for group in both) != 1


def test_bands_start_at_the_threshold() -> None:
    assert [band(many, 10) for many in (10, 24, 25, 101)] == ["10-24", "10-24", "25-49", "100-124"]


# strata, pairs, draws


def test_strata_that_a_group_breaks_are_left_out_of_its_comparison() -> None:
    frame = company(teams=24)
    number = frame["team"].str[1:].astype(int)
    treated = frame["first_week"].notna()
    order = frame.assign(treated=treated).groupby("team")["treated"].first()
    pair = {team: i for arm in (True, False) for i, team in enumerate(order.index[order == arm])}
    frame = frame.assign(pair=frame["team"].map(pair), half=np.where(number < 12, "a", "b"))
    found = slices(frame, by=["half", "carer"], people="n", pairs="pair", **DRAWN)
    assert isinstance(found, Slices)
    halves, carers = found.of("half"), found.of("carer")
    assert all(group.inference == "randomization" for group in carers)
    assert not any(has(group.notes, "group_without_strata") for group in carers)
    broken = [group for group in halves if group.att is not None]
    assert broken
    for group in broken:
        assert group.notes[0].code == "group_without_strata"
        assert group.inference == "cr2"


def test_draws_that_were_listed_are_cut_to_a_groups_units() -> None:
    frame = company(teams=36)
    treated = frame.groupby("team")["first_week"].first().notna().to_numpy()
    rng = np.random.default_rng(3)
    listed = np.vstack([treated, *(rng.permutation(treated) for _ in range(4_000))]).astype(int)
    found = slices(frame, by=["site", "carer"], people="n", assignment=listed)
    assert isinstance(found, Slices)
    assert all(group.att is not None for group in found.groups), [group.reason for group in found.groups]
    assert [test.method for test in found.tests] == ["draws", "draws"]


def test_few_teams_in_a_group_are_no_estimate_with_the_reason() -> None:
    found = slices(whole(company(teams=12)), by="site", people="n")
    assert isinstance(found, Slices)
    assert all("below 4 on a side" in group.reason for group in found.groups if not group.hidden)
    assert all(group.shown is None for group in found.groups)
    assert "no estimate" in found.summary()


def test_no_effect_of_the_whole_is_no_slices() -> None:
    assert isinstance(slices(company(teams=6), by="carer", people="n"), NotEstimable)


# units and cohorts


def test_one_effect_a_team_is_pulled_towards_the_whole_and_stands_by_name() -> None:
    found = slices(whole(FRAME), by="team", **DRAWN)
    assert isinstance(found, Slices)
    names = [group.level for group in found.groups]
    assert names == sorted(names)
    assert len(names) == 12
    raw, pulled = found.to_frame()["att"], found.to_frame()["shrunken"]
    assert raw.mean() == pytest.approx(found.overall.att)
    assert pulled.std() < raw.std()


def test_one_teams_effect_is_hidden_where_few_people_are_in_it() -> None:
    found = slices(whole(FRAME), by="team", people="n", **DRAWN)
    assert isinstance(found, Slices)
    assert all(group.hidden == "fewer than 10 people" for group in found.groups)


def test_one_effect_a_cohort_stands_by_start() -> None:
    rng = np.random.default_rng(4)
    rows = [
        (
            team,
            week,
            rng.standard_normal() + (2.0 - start / 10) * (week >= start),
            start if start < 99 else np.nan,
        )
        for team in range(60)
        for start in [(6, 9, 12, 99)[team % 4]]
        for week in WEEKS
    ]
    frame = pd.DataFrame(rows, columns=["team", "week", "y", "first_week"])
    found = slices(frame, by="first_week")
    assert isinstance(found, Slices)
    by_cohort = pl.did(frame, aggregate="cohort")
    assert isinstance(by_cohort, pl.Estimate)
    assert [group.att for group in found.groups] == [term.att for term in by_cohort.terms]
    assert [float(group.level) for group in found.groups] == [6, 9, 12]
    assert [group.n_units for group in found.groups] == [15, 15, 15]


def test_starts_that_differ_have_groups_and_say_why_there_is_no_test() -> None:
    rng = np.random.default_rng(5)
    rows = [
        (team, week, "AB"[team % 2], rng.standard_normal(), start if start < 99 else np.nan)
        for team in range(64)
        for start in [(6, 9, 99, 99)[team // 2 % 4]]
        for week in WEEKS
    ]
    found = slices(pd.DataFrame(rows, columns=["team", "week", "site", "y", "first_week"]), by="site")
    assert isinstance(found, Slices)
    assert all(group.att is not None for group in found.groups)
    (test,) = found.tests
    assert test.method == "welch"
    assert test.p_value is not None


@pytest.mark.slow
def test_ratios_are_told_apart_on_their_own_scale() -> None:
    rng = np.random.default_rng(1)
    rows = [
        (
            team,
            week,
            "AB"[team // 2 % 2],
            rng.poisson(2.7 * (0.6 if cut else 1.0)),
            9,
            9 if team % 2 else None,
        )
        for team in range(48)
        for week in range(1, 21)
        for cut in [team % 2 == 1 and week > 8 and team // 2 % 2 == 0]
    ]
    frame = pd.DataFrame(rows, columns=["team", "week", "site", "y", "heads", "first_week"])
    found = slices(frame, by="site", estimator="poisson", exposure="heads")
    assert isinstance(found, Slices)
    assert found.overall.unit == "log rate ratio"
    first, second = found.groups
    assert first.att is not None
    assert second.att is not None
    assert first.ci is not None
    assert first.ci[0] < np.log(0.6) < first.ci[1]
    (test,) = found.tests
    assert test.method == "welch"
    gap = (first.att - second.att) ** 2 / ((first.se or 0) ** 2 + (second.se or 0) ** 2)
    assert test.statistic == pytest.approx(gap)


# doors and refusals


def test_doors() -> None:
    found = pl.slices(FRAME, by=["site", "carer"], people="n", **DRAWN)
    assert isinstance(found, Slices)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["schema"] == "pilotlab/slices@1"
    assert Slices.from_dict(data).to_dict() == found.to_dict()
    assert repr(found).startswith("Slices site, carer: 5 groups")
    assert "<table" in found._repr_html_()
    assert "after Holm (draws)" in found.summary()
    assert len(found.to_frame()) == 5
    assert found.tests_frame()["slice"].tolist() == ["site", "carer"]
    assert len(found.plot().get_yticklabels()) == 5
    with pytest.raises(UsageError, match="schema"):
        Slices.from_dict({"schema": "other"})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"by": "sight"}, "no column 'sight'"),
        ({"by": []}, "names no slice"),
        ({"by": ["site", "site"]}, "names no slice, or one twice"),
        ({"by": 3}, "is no column"),
        ({"by": "week"}, "has another meaning"),
        ({"by": ["site", "team"]}, "has another meaning"),
        ({"by": "site", "min_group": 5}, "may only be raised"),
        ({"by": "site", "people": "heads"}, "no column 'heads'"),
        ({"by": "site", "estimater": "twfe"}, "did you mean 'estimator'"),
        ({"by": "site", "unit": None}, "unit=None"),
        ({"by": "site", "estimator": "dose", "dose": "n"}, "dose='n'"),
    ],
)
def test_what_can_not_be_meant_is_refused_by_name(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        slices(FRAME, **changed)


def test_rows_that_repeat_are_refused_with_their_place() -> None:
    with pytest.raises(UsageError, match=r"t00.*more than one row at week 1 for carer yes"):
        slices(pd.concat([FRAME, FRAME.iloc[:1]]), by="carer")
    with pytest.raises(UsageError, match="more than one row"):
        slices(FRAME, by="site")


def test_an_open_interval_is_shown_as_it_is() -> None:
    found = slices(company(teams=8, people=(6, 9)), by="carer", people="n", alpha=0.02, **DRAWN)
    assert isinstance(found, Slices)
    assert all(group.ci == (-math.inf, math.inf) and group.shrunken is None for group in found.groups)
    json.dumps(found.to_dict(), allow_nan=False)
