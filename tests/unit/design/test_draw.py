"""The draw: same input, same arms; every refusal says what to do."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from pilotlab.design.assignment import Assignment
from pilotlab.design.draw import draw, still_holds
from pilotlab.errors import NotYet, PilotlabError
from pilotlab.spec.team import Team
from pilotlab.weeks import Week


def arms(assignment: Assignment) -> dict[str, str]:
    return {row.team: row.arm for row in assignment.teams}


def test_complete_draw_gives_equal_arms_and_starts(pilot: Any, teams: Any) -> None:
    assignment = draw(pilot(), teams, seed=1)
    assert Counter(arms(assignment).values()) == {"control": 6, "anchor": 6}
    assert {row.start for row in assignment.of("anchor")} == {Week.parse("2026-09-07")}
    assert {row.start for row in assignment.of("control")} == {None}
    assert assignment.drawn
    assert assignment.seed == 1
    assert Assignment.from_dict(assignment.to_dict()) == assignment


def test_order_of_teams_does_not_matter_and_the_seed_does(pilot: Any, teams: Any) -> None:
    shuffled = random.Random(3).sample(teams, len(teams))
    assert draw(pilot(), shuffled, seed=1) == draw(pilot(), teams, seed=1)
    assert len({tuple(arms(draw(pilot(), teams, seed=seed)).values()) for seed in range(20)}) > 15


def test_every_team_is_as_likely_as_the_next(pilot: Any, teams: Any) -> None:
    treated = Counter(row.team for seed in range(400) for row in draw(pilot(), teams, seed=seed).of("anchor"))
    assert all(150 < treated[team.name] < 250 for team in teams)  # 200 expected, sd 10


def test_declared_seed_counts_unless_another_is_asked_for(pilot: Any, teams: Any) -> None:
    spec = pilot(design={"assign": {"seed": 20260901}})
    assert draw(spec, teams).seed == 20260901
    assert draw(spec, teams) == draw(spec, teams, seed=20260901)
    assert draw(spec, teams, seed=5).seed == 5


def test_fresh_seed_is_recorded_and_gives_the_same_arms_again(pilot: Any, teams: Any) -> None:
    first = draw(pilot(), teams)
    assert first.seed is not None
    assert draw(pilot(), teams, seed=first.seed) == first


def test_stratified_draw_balances_every_stratum(pilot: Any, teams: Any) -> None:
    spec = pilot(design={"assign": {"method": "stratified", "on": ["site"]}})
    for seed in range(10):
        assignment = draw(spec, teams, seed=seed)
        counts = Counter((row.stratum, row.arm) for row in assignment.teams)
        assert counts == {
            ("berlin", "anchor"): 4,
            ("berlin", "control"): 4,
            ("lyon", "anchor"): 2,
            ("lyon", "control"): 2,
        }


def test_numbers_are_split_at_their_median(pilot: Any, teams: Any) -> None:
    spec = pilot(design={"assign": {"method": "stratified", "on": ["size"]}})
    assignment = draw(spec, teams, seed=1)
    assert Counter(row.stratum for row in assignment.teams) == {"size up to 9.5": 6, "size over 9.5": 6}


def test_odd_strata_do_not_add_up_to_a_lopsided_pilot(pilot: Any) -> None:
    teams = [Team(f"t{n:02d}", {"site": f"s{n // 3}"}) for n in range(18)]
    spec = pilot(design={"assign": {"method": "stratified", "on": ["site"]}})
    for seed in range(20):
        assignment = draw(spec, teams, seed=seed)
        assert len(assignment.of("anchor")) == 9
        per_stratum = Counter((row.stratum, row.arm) for row in assignment.teams)
        assert set(per_stratum.values()) == {1, 2}
    leftover = {tuple(arms(draw(spec, teams, seed=seed)).values())[:3].count("anchor") for seed in range(20)}
    assert leftover == {1, 2}  # by lot, not always the same arm


def test_strata_too_small_are_drawn_together_and_named(pilot: Any) -> None:
    sites = ["berlin"] * 4 + ["lyon", "leeds", "oslo"]
    teams = [Team(f"t{n}", {"site": site}) for n, site in enumerate(sites)]
    assignment = draw(pilot(design={"assign": {"method": "stratified", "on": ["site"]}}), teams, seed=1)
    assert Counter(row.stratum for row in assignment.teams) == {"berlin": 4, "other": 3}
    assert assignment.notes == (
        "strata too small to hold every arm were drawn together as 'other': leeds; lyon; oslo",
    )


def test_one_small_stratum_joins_the_smallest_other(pilot: Any) -> None:
    sites = ["berlin"] * 5 + ["oslo"] * 4 + ["lyon"]
    teams = [Team(f"t{n}", {"site": site}) for n, site in enumerate(sites)]
    assignment = draw(pilot(design={"assign": {"method": "stratified", "on": ["site"]}}), teams, seed=1)
    assert Counter(row.stratum for row in assignment.teams) == {"berlin": 5, "other": 5}


def test_teams_kept_together_move_whole_and_count_once(pilot: Any, teams: Any) -> None:
    spec = pilot(design={"keep_together": [["team-00", "team-01", "team-02"], ["team-05", "team-07"]]})
    seen = set()
    for seed in range(20):
        assignment = draw(spec, teams, seed=seed)
        placed = arms(assignment)
        assert placed["team-00"] == placed["team-01"] == placed["team-02"]
        assert placed["team-05"] == placed["team-07"]
        assert {assignment.drawn_units("anchor"), assignment.drawn_units("control")} == {4, 5}
        seen.add((placed["team-00"], placed["team-05"]))
    assert len(seen) == 4
    clusters = {row.team: row.cluster for row in assignment.teams}
    assert clusters["team-05"] == "team-05+team-07"
    assert clusters["team-03"] == ""


def test_group_across_strata_has_a_stratum_of_its_own_level(pilot: Any, teams: Any) -> None:
    spec = pilot(
        design={"keep_together": [["team-00", "team-01"]], "assign": {"method": "stratified", "on": ["site"]}}
    )
    stratum = {row.team: row.stratum for row in draw(spec, teams, seed=1).teams}
    assert (
        stratum["team-00"] == stratum["team-01"] == "other"
    )  # lyon and berlin, alone, so drawn with the smaller


def test_buffer_teams_are_not_drawn(pilot: Any, teams: Any) -> None:
    assignment = draw(pilot(design={"buffer": ["team-03", "team-04"]}), teams, seed=1)
    assert len(assignment.teams) == 10
    assert not {"team-03", "team-04"} & set(arms(assignment))


def test_several_arms_get_equal_or_declared_shares(pilot: Any, teams: Any) -> None:
    policy: dict[str, Any] = {"control": {}, "two": {}, "three": {}}
    assert Counter(arms(draw(pilot(policy=policy), teams, seed=2)).values()) == {
        "control": 4,
        "two": 4,
        "three": 4,
    }
    shares = {"control": 2, "two": 1, "three": 1}
    assignment = draw(pilot(policy=policy, design={"assign": {"shares": shares}}), teams, seed=2)
    assert Counter(arms(assignment).values()) == {"control": 6, "two": 3, "three": 3}


def test_leftover_teams_go_by_lot(pilot: Any, teams: Any) -> None:
    sizes = {len(draw(pilot(), teams[:11], seed=seed).of("anchor")) for seed in range(20)}
    assert sizes == {5, 6}


def test_declared_arms_are_read(pilot: Any) -> None:
    teams = [Team(f"t{n}", {"arm": "anchor" if n % 2 else "control"}) for n in range(6)]
    spec = pilot(design={"assign": {"method": "declared", "column": "arm", "drawn_by": "even birthdays"}})
    assignment = draw(spec, teams, seed=99)
    assert arms(assignment) == {f"t{n}": "anchor" if n % 2 else "control" for n in range(6)}
    assert assignment.drawn
    assert assignment.drawn_by == "even birthdays"
    assert assignment.seed is None
    undrawn = draw(pilot(design={"assign": {"method": "declared", "column": "arm"}}), teams)
    assert not undrawn.drawn


def test_input_digest_names_teams_and_options(pilot: Any, teams: Any) -> None:
    digest = draw(pilot(), teams, seed=1).input_digest
    assert digest == draw(pilot(title="Another title"), teams, seed=2).input_digest
    assert digest != draw(pilot(), teams[:-1], seed=1).input_digest
    assert (
        digest
        != draw(pilot(design={"assign": {"shares": {"control": 2, "anchor": 1}}}), teams, seed=1).input_digest
    )
    assert (
        digest != draw(pilot(design={"keep_together": [["team-00", "team-01"]]}), teams, seed=1).input_digest
    )


STRATIFIED = {"method": "stratified", "on": ["site"]}
DECLARED = {"method": "declared", "column": "arm"}


@pytest.mark.parametrize(
    ("changed", "words", "fix"),
    [
        ({"policy": {"anchor": {}}}, "its policy has the arms anchor", "declare `control`"),
        ({"policy": {"control": {}}}, "compares nothing", "at least one pilot arm"),
        ({"design": {"keep_together": [["team-00", "team-1"]]}}, "team 'team-1' of `keep_together` is not among", "add it to teams.csv"),
        ({"design": {"buffer": ["tem-00"]}}, "did you mean 'team-00'", "add it to teams.csv"),
        ({"design": {"keep_together": [["team-00", "team-01"]], "buffer": ["team-01"]}}, "in `keep_together` and in `buffer`", "one of the two"),
        ({"design": {"keep_together": [["team-00", "team-01"], ["team-01", "team-02"]]}}, "two `keep_together` groups", "as one group"),
        ({"design": {"assign": {**STRATIFIED, "on": ["country"]}}}, "team 'team-00' has no 'country'", "fill in the column"),
        ({"design": {"assign": {"shares": {"control": 1, "ancor": 1}}}}, "arm in `assign.shares` 'ancor'", "one of: anchor, control"),
        ({"design": {"assign": {"shares": {"control": 1}}}}, "no share for anchor", "every arm"),
        ({"design": {"assign": {"shares": {"control": 1, "anchor": 0.001}}}}, "arm 'anchor' gets none of 12 units", "raise its share"),
        ({"design": {"assign": {"method": "declared"}}}, "names no column", "column: arm"),
        ({"design": {"assign": DECLARED}}, "team 'team-00' has no arm in the column 'arm'", "one of: control, anchor"),
        ({"design": {"assign": {**DECLARED, "column": "site"}}}, "team 'team-00' has arm 'lyon'", "one of: control, anchor"),
    ],
)  # fmt: skip
def test_what_can_not_be_drawn_is_refused(pilot: Any, teams: Any, changed: Any, words: Any, fix: Any) -> None:
    with pytest.raises(PilotlabError) as error:
        draw(pilot(**changed), teams, seed=1)
    assert words in error.value.what
    assert fix in error.value.fix


def test_no_teams_or_too_few_are_refused(pilot: Any, teams: Any) -> None:
    with pytest.raises(PilotlabError, match="pilot 'anchor-days' has no teams"):
        draw(pilot(), [], seed=1)
    with pytest.raises(PilotlabError, match="1 units can't fill 2 arms"):
        draw(pilot(), teams[:1], seed=1)
    with pytest.raises(PilotlabError, match="team 'team-00' is listed twice"):
        draw(pilot(), [teams[0], *teams], seed=1)


def test_declared_arms_that_do_not_fit_are_refused(pilot: Any) -> None:
    teams = [Team("a", {"arm": "control"}), Team("b", {"arm": "anchor"})]
    with pytest.raises(PilotlabError, match="split by the column 'arm': a in control, b in anchor"):
        draw(pilot(design={"assign": DECLARED, "keep_together": [["a", "b"]]}), teams)
    with pytest.raises(PilotlabError, match="no team is in arm 'anchor'"):
        draw(pilot(design={"assign": DECLARED}), teams[:1])


@pytest.mark.parametrize(
    ("assign", "words"),
    [
        ({"method": "matched_pairs", "on": ["size"]}, "'matched_pairs' is not there yet"),
        ({"method": "stepped_wedge"}, "'stepped_wedge' is not there yet"),
        (
            {"method": "stratified", "on": ["baseline.cycle_time_p50"]},
            "needs baseline data at the draw, which is not there yet",
        ),
    ],
)
def test_what_comes_later_says_so_in_one_line(pilot: Any, teams: Any, assign: Any, words: Any) -> None:
    with pytest.raises(NotYet) as error:
        draw(pilot(design={"assign": assign}), teams)
    assert words in error.value.what
    assert "\n" not in error.value.what


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"title": "Another"}, True),
        ({"calendar": {"start": "2026-09-14"}}, False),
        ({"policy": {"control": {}, "home": {}}}, False),
        ({"policy": {"control": {}, "anchor": {}, "home": {}}}, False),
        ({"design": {"assign": {"method": "stratified", "on": ["site"]}}}, False),
        ({"design": {"keep_together": [["team-00", "no such team"]]}}, False),
    ],
)
def test_a_draw_holds_while_what_it_started_from_does(
    pilot: Any, teams: Any, changed: Any, holds: Any
) -> None:
    drawn = draw(pilot(), teams, seed=5)
    assert still_holds(drawn, pilot(**changed), teams) is holds


def test_a_draw_does_not_hold_for_other_teams(pilot: Any, teams: Any) -> None:
    drawn = draw(pilot(), teams, seed=5)
    assert not still_holds(drawn, pilot(), teams[:-1])
    assert not still_holds(drawn, pilot(), [*teams, Team("late", {}, 5)])
