"""The panel: rows joined to the design, and what of it may be handed out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.panel.build import COLUMNS, build_panel
from pilotlab.spec.pilot import CONTROL
from pilotlab.weeks import Week
from tests.pilots import START, make_assignment, make_metric, make_panel, make_spec

TEAMS = ("a", "b", "c", "d", "e", "f")
ASSIGNMENT = make_assignment({CONTROL: TEAMS[:3], "anchor": TEAMS[3:]})
PERSONS = make_metric(level="person", min_group=8)


def built(rows: Any, metric: Any = None, **options: Any) -> Any:
    spec = make_spec(**options)
    return build_panel(spec, metric or make_metric(), ASSIGNMENT, rows, sizes={"a": 7})


def test_a_row_knows_its_place() -> None:
    panel = built([("d", 202640, 4.5, None), ("a", 202634, 4.0, 6)])
    assert list(panel.values.columns) == COLUMNS
    first, last = panel.values.to_dict("records")
    assert (first["team"], first["arm"], first["week"], first["event_time"]) == (
        "a",
        "control",
        "2026-W34",
        -3,
    )
    assert first["cohort"] is None or pd.isna(first["cohort"])
    assert (first["treated"], first["n"], first["cluster"]) == (False, 6.0, "a")
    assert (last["cohort"], last["event_time"], last["treated"]) == ("2026-W37", 3, True)
    assert np.isnan(last["n"])


def test_gaps_strangers_and_weeks_outside_are_left_out() -> None:
    rows = [
        ("a", 202637, None, None),  # a gap is no zero
        ("stranger", 202637, 1.0, None),
        ("a", 202601, 1.0, None),
        ("a", 202701, 1.0, None),
        ("a", 202633, 0.0, None),  # the first of the baseline; a zero is a value
        ("a", 202641, 2.0, None),  # the last of the pilot
    ]
    assert built(rows).values["value"].tolist() == [0.0, 2.0]


def test_the_size_of_the_team_never_stands_in_for_respondents() -> None:
    values = built([("a", 202637, 1.0, None), ("a", 202638, 1.0, 3)]).values
    assert np.isnan(values["n"].iloc[0])
    assert values["n"].iloc[1] == 3.0
    assert values["people"].tolist() == [7.0, 3.0], "what a team weighs"


def test_no_rows_make_an_empty_panel_of_the_same_columns() -> None:
    panel = built([])
    assert panel.values.empty
    assert list(panel.values.columns) == COLUMNS
    assert panel.frame.empty
    assert panel.contrast("anchor").values.empty


def test_the_years_turn_has_53_weeks() -> None:
    panel = built(
        [("d", 202653, 1.0, None), ("d", 202701, 2.0, None)],
        calendar={"start": "2026-W50", "baseline_weeks": 4, "washin_weeks": 1, "pilot_weeks": 8},
    )
    assert panel.values["event_time"].tolist() == [3, 4]


def test_the_least_group_is_the_larger_of_metric_and_pilot() -> None:
    assert built([], PERSONS).min_group == 8
    assert built([], PERSONS, privacy={"min_group": 12}).min_group == 12


def test_a_contrast_holds_one_arm_and_control() -> None:
    spec = make_spec(policy={"control": {}, "anchor": {}, "home": {}})
    assignment = make_assignment({CONTROL: ("a", "b"), "anchor": ("c", "d"), "home": ("e", "f")})
    panel = make_panel(spec, make_metric(), assignment, lambda team, at: 1.0).contrast("home")
    assert set(panel.values["arm"]) == {CONTROL, "home"}
    assert panel.assignment.arms == (CONTROL, "home")


# what may be handed out


def one_window(n: Any, metric: Any = PERSONS, **options: Any) -> Any:
    """Four weeks from the start, the same answer in each."""
    rows = [(team, (START + at).code, 1.0, n.get(team)) for team in TEAMS for at in range(4)]
    return build_panel(make_spec(**options), metric, ASSIGNMENT, rows)


FOUR = {"calendar": {"start": "2026-W37", "baseline_weeks": 4, "washin_weeks": 0, "pilot_weeks": 4}}


def test_enough_people_are_shown_in_windows_of_four_weeks() -> None:
    frame = one_window(dict.fromkeys(TEAMS, 8), **FOUR).frame
    assert frame["value"].notna().all()
    assert frame["week"].tolist() == ["2026-W37"] * 6
    assert frame["weeks"].tolist() == [4] * 6
    assert frame["n"].tolist() == ["5-9"] * 6, "how many answered is told in a band"
    assert "cluster" not in frame.columns


def test_a_window_that_is_not_over_is_not_shown() -> None:
    rows = [(team, (START + at).code, 1.0, 20) for team in TEAMS for at in range(3)]
    frame = build_panel(make_spec(**FOUR), PERSONS, ASSIGNMENT, rows).frame
    assert frame["value"].isna().all()
    assert set(frame["hidden"]) == {"its weeks are not over"}


def test_weeks_that_nobody_counts_leave_none_of_the_baseline_alone() -> None:
    """Two weeks between announcement and start: windows go back from the last week of the baseline, not from the start."""
    options = {**FOUR, "announced_on": "2026-08-24"}
    spec = make_spec(**options)
    rows = [
        (team, week.code, 1.0, 20)
        for team in TEAMS
        for week in (*spec.windows.baseline, *spec.windows.counted)
    ]
    frame = build_panel(spec, PERSONS, ASSIGNMENT, rows).frame
    assert sorted(set(frame["event_time"])) == [-6, 0]
    assert (frame["weeks"] == 4).all()


def test_one_week_of_a_window_is_never_shown_alone() -> None:
    rows = [(team, (START + at).code, 1.0, 20) for team in TEAMS for at in range(4) if team != "a" or at == 3]
    frame = build_panel(make_spec(**FOUR), PERSONS, ASSIGNMENT, rows).frame.set_index("team")
    assert frame.loc["a", "hidden"] == "one week alone"


@pytest.mark.parametrize("few", [{}, {"b": 7}, {"b": 0}])
def test_a_small_group_takes_the_next_smallest_of_its_arm_with_it(few: Any) -> None:
    people = {"a": 12, "b": 9, "c": 10, **dict.fromkeys("def", 20), **few}
    if not few:
        people.pop("b")  # nobody said how many
    shown = one_window(people, **FOUR).frame.set_index("team")
    assert shown["value"].isna().to_dict() == {
        "a": False,
        "b": True,
        "c": True,  # else control's mean would give b away
        "d": False,
        "e": False,
        "f": False,
    }
    assert shown["n"].isna().equals(shown["value"].isna())
    assert all(shown["hidden"].ne("") == shown["value"].isna())


def test_two_small_groups_hide_each_other_where_they_hold_enough_together() -> None:
    shown = one_window({"a": 12, "b": 5, "c": 5, **dict.fromkeys("def", 20)}, **FOUR).frame
    assert shown.loc[shown["value"].isna(), "team"].tolist() == ["b", "c"]


def test_two_who_hold_too_few_together_take_a_third_with_them() -> None:
    shown = one_window({"a": 12, "b": 3, "c": 3, **dict.fromkeys("def", 20)}, **FOUR).frame
    assert shown.loc[shown["value"].isna(), "team"].tolist() == ["a", "b", "c"]


def test_everybody_alike_is_told_in_a_band() -> None:
    metric = make_metric(level="person", kind="rating", range=(0, 10))
    rows = [(team, (START + at).code, 10.0 if team == "a" else 7.0, 20) for team in TEAMS for at in range(4)]
    frame = build_panel(make_spec(**FOUR), metric, ASSIGNMENT, rows).frame.set_index("team")
    assert np.isnan(frame.loc["a", "value"])  # type: ignore[arg-type]
    assert "9.5 or more" in frame.loc["a", "hidden"]


def test_hiding_never_changes_what_is_analysed() -> None:
    panel = one_window(dict.fromkeys(TEAMS, 2))
    assert panel.frame["value"].isna().all()
    assert panel.values["value"].notna().all()
    assert panel.values["n"].tolist() == [2.0] * 24


def test_team_metrics_have_no_threshold() -> None:
    assert one_window(dict.fromkeys(TEAMS, 1), make_metric()).frame["value"].notna().all()


def test_no_person_is_ever_handed_out() -> None:
    panel = one_window({}, make_metric(), design={"unit": "person"}, data="published")
    assert panel.frame["value"].isna().all()
    assert panel.values["value"].notna().all()


def test_the_repr_counts() -> None:
    assert repr(one_window({})) == "Panel anchor-days cycle@1: 6 teams, 4 weeks, 24 values"
    assert Week.parse("2026-W37") == START
