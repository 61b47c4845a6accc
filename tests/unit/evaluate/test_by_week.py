"""When it happened: each week is a difference of changes that a hand can make."""

from __future__ import annotations

from typing import Any

import pytest

from pilotlab.evaluate.by_week import WeekEffect, effects_by_week
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import CONTROL
from tests.pilots import START, make_assignment, make_metric, make_panel, make_spec, means

NAMES = [f"t{number}" for number in range(12)]
ARMS = {CONTROL: NAMES[:6], "anchor": NAMES[6:]}


def value(team: str, at: int) -> float:
    place = NAMES.index(team)
    wobble = ((place * 7 + (at + 4) * 5) % 11) / 10
    return 5 + place / 4 + wobble + (2.0 if place >= 6 and at >= 0 else 0.0)


def panel(assignment: Any = None, made: Any = value, **options: Any) -> Panel:
    return make_panel(
        make_spec(), make_metric(), assignment or make_assignment(ARMS), made, **options
    ).contrast("anchor")


def by_time(made: Panel, inference: str = "randomization", **options: Any) -> dict[int, WeekEffect]:
    found = effects_by_week(made, made.values, inference=inference, alpha=0.05, seed=1, **options)  # type: ignore[arg-type]
    return {week.event_time: week for week in found}


def by_hand(made: Panel, at: int) -> float:
    arms = made.values.drop_duplicates("team").set_index("team")["arm"]
    change = (means(made, at, at) - means(made, -4, -1)).dropna()
    return change[arms[change.index] != CONTROL].mean() - change[arms[change.index] == CONTROL].mean()


def test_every_point_is_the_difference_of_changes() -> None:
    made = panel()
    weeks = by_time(made)
    assert list(weeks) == list(range(-4, 5))
    for at, week in weeks.items():
        assert week.att == pytest.approx(by_hand(made, at))
        assert week.week == START + at
        assert (week.n_pilot, week.n_control, week.hollow) == (6, 6, False)
    assert sum(weeks[at].att for at in range(-4, 0)) == pytest.approx(0)  # from the baseline mean


def test_each_week_alone_lies_inside_the_band_of_all() -> None:
    for inference in ("randomization", "cr2"):
        for week in by_time(panel(), inference).values():
            assert week.band_low <= week.low <= week.att <= week.high <= week.band_high


def test_strata_weigh_by_their_teams() -> None:
    strata = {name: "a" if place % 6 < 2 else "b" for place, name in enumerate(NAMES)}
    made = panel(make_assignment(ARMS, strata=strata))
    change = means(made, 2, 2) - means(made, -4, -1)
    parts = {
        stratum: change[[n for n in NAMES[6:] if strata[n] == stratum]].mean()
        - change[[n for n in NAMES[:6] if strata[n] == stratum]].mean()
        for stratum in "ab"
    }
    assert by_time(made)[2].att == pytest.approx((4 * parts["a"] + 8 * parts["b"]) / 12)


def test_clusters_move_whole_and_widen_the_interval() -> None:
    pairs = {name: f"pair {place // 2}" for place, name in enumerate(NAMES)}
    alike = lambda team, at: value(NAMES[NAMES.index(team) // 2 * 2], at)  # noqa: E731
    alone, together = (
        by_time(panel(made=alike), "cr2"),
        by_time(panel(make_assignment(ARMS, clusters=pairs), alike), "cr2"),
    )
    assert together[2].att == pytest.approx(alone[2].att)
    assert together[2].high - together[2].low > alone[2].high - alone[2].low


def test_a_team_without_a_baseline_is_in_no_week() -> None:
    made = panel(made=lambda team, at: None if team == "t0" and at < 0 else value(team, at))
    weeks = by_time(made)
    assert {week.n_control for week in weeks.values()} == {5}
    assert weeks[3].att == pytest.approx(by_hand(made, 3))


def test_a_week_in_which_an_arm_is_silent_is_left_out() -> None:
    made = panel(made=lambda team, at: None if at == 1 and team in NAMES[:6] else value(team, at))
    assert 1 not in by_time(made)
    assert 2 in by_time(made)


def test_few_teams_are_hollow_and_have_no_band() -> None:
    made = panel(made=lambda team, at: None if at == 3 and team in NAMES[:3] else value(team, at))
    week = by_time(made)[3]
    assert (week.n_control, week.hollow) == (3, True)
    assert (week.band_low, week.band_high) == (None, None)
    assert week.att == pytest.approx(by_hand(made, 3))


def test_without_a_baseline_there_is_no_path() -> None:
    made = panel(made=lambda team, at: None if at < 0 else value(team, at))
    assert by_time(made) == {}


def test_people_weigh_where_the_headline_weighs_them() -> None:
    made = panel(n=lambda team, at: 30.0 if team in ("t0", "t6") else 6.0)
    change = means(made, 2, 2) - means(made, -4, -1)
    people = {name: 30 if name in ("t0", "t6") else 6 for name in NAMES}

    def mean(names: list[str]) -> float:
        return sum(people[name] * change[name] for name in names) / sum(people[name] for name in names)  # type: ignore[no-any-return]

    week = by_time(made, "cr2", weighted=True)[2]
    assert week.att == pytest.approx(mean(NAMES[6:]) - mean(NAMES[:6]))
    assert week.att != pytest.approx(by_time(made, "cr2")[2].att)
    drawn = by_time(made, weighted=True)[2]
    assert (drawn.att, drawn.band_low) == (pytest.approx(week.att), None)


def test_plain_data_has_null_for_an_open_end() -> None:
    few = make_assignment({CONTROL: NAMES[:3], "anchor": NAMES[6:9]})
    week = by_time(panel(few))[2]
    data = week.to_dict()
    assert (data["low"], data["high"]) == (None, None)  # 3 against 3 never reach 5 %
    assert data["week"] == "2026-W39"
    assert data["att"] == week.att
