"""Threats that show after the start: luck among comparison teams, novelty, who followed, whom it reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.reruns import RERUNS
from pilotlab.evaluate.threats.during import (
    WINDOWS,
    compliance,
    early_against_late,
    other_windows,
    placebo_in_space,
    placebos,
    spillover,
)
from pilotlab.evaluate.threats.stretches import changes
from tests.unit.evaluate.threats.make import PILOT, TEAMS, effect, headline, nothing

pytestmark = pytest.mark.slow  # every test here analyses a whole pilot

COMPARISON = TEAMS[:12]
ADHERENCE: dict[str, Any] = {
    "metrics": {
        "goals": [{"use": "cycle@1", "worth_it": 0.5}],
        "adherence": {"use": "days@1", "planned_gap": -2.0, "minimum_gap": -0.75},
    }
}


def outcomes(check: Any, *args: Any, **options: Any) -> list[str]:
    return [check(headline(*args, seed=seed, **options)).outcome for seed in range(20)]


# luck among comparison teams


def test_placebos_are_all_halves_of_the_comparison_units_by_hand() -> None:
    values = np.array([0.3, -1.0, 2.0, 0.5, 0.0, -0.4])
    halves = [list(chosen) for chosen in combinations(range(6), 3)]
    by_hand = [values[half].mean() - np.delete(values, half).mean() for half in halves]
    scale = np.sqrt((1 / 4 + 1 / 6) / (1 / 3 + 1 / 3))
    assert sorted(placebos(values, 4, seed=1)) == pytest.approx(sorted(scale * np.array(by_hand)))


def test_a_real_effect_stands_out_among_comparison_teams() -> None:
    found = placebo_in_space(headline(effect(3.0)))
    assert (found.outcome, found.number) == ("pass", 0.0)
    assert "none of 100" in found.words


def test_an_interval_that_is_too_narrow_is_found_out_by_its_own_comparison_teams() -> None:
    made = headline()
    narrow = replace(made.estimate, att=0.1, ci=(0.05, 0.15))
    found = placebo_in_space(replace(made, estimate=narrow))
    assert found.outcome == "fail"
    assert found.number > 0.2


def test_pilots_without_an_effect_raise_no_such_alarm() -> None:
    assert outcomes(placebo_in_space).count("fail") <= 1


def test_levels_of_strata_are_no_luck_of_teams() -> None:
    strata = {team: "ab"[place % 2] for place, team in enumerate(TEAMS)}
    shift = lambda team, at: 8.0 * (at >= 0) * (strata[team] == "b") + effect(1.5)(team, at)  # noqa: E731
    found = placebo_in_space(headline(shift, strata=strata))
    assert found.number < 0.05  # the strata's own shift of 8 is taken out
    pairs = {team: f"p{place % 12}" for place, team in enumerate(TEAMS)}
    assert placebo_in_space(headline(strata=pairs)).outcome == "not applicable"


def test_few_comparison_teams_are_not_drawn_again() -> None:
    few = {"control": TEAMS[:5], "anchor": TEAMS[12:]}
    assert "5 comparison units" in placebo_in_space(headline(arms=few)).words


# novelty


def test_a_novelty_fades_and_a_steady_effect_does_not() -> None:
    novelty = lambda team, at: 2.5 * 0.6**at * (team in PILOT and at >= 0)  # noqa: E731
    calendar = {"start": "2026-W37", "baseline_weeks": 8, "washin_weeks": 0, "pilot_weeks": 8}
    found = early_against_late(headline(novelty, calendar=calendar))
    assert found.outcome == "fail"
    assert "the effect fades" in found.words
    assert outcomes(early_against_late, effect(1.0)).count("fail") <= 2


# other windows


def all_windows(made: Any) -> Any:
    return other_windows(_rerun(made, WINDOWS))


def _rerun(made: Headline, names: Iterable[str]) -> Headline:
    return replace(made, reruns={name: RERUNS[name](made) for name in names})


def test_an_effect_that_hangs_on_its_weeks_turns_in_some() -> None:
    for_a_while = lambda team, at: (team in PILOT) * (3.0 * (2 <= at <= 5) - 1.5 * (at > 5))  # noqa: E731
    found = all_windows(headline(for_a_while))
    assert found.outcome == "fail"
    assert found.number < 1
    assert "the sign turns in" in found.words
    steady = all_windows(headline(effect(2.0)))
    assert (steady.outcome, steady.number) == ("pass", 1.0)


# who followed


def followed(share: float) -> Any:
    return lambda team, at: -2.0 * share * (team in PILOT and at >= 0)


def test_the_effect_of_doing_it_is_the_headline_over_what_was_done() -> None:
    made = headline(effect(1.5), dose=followed(0.75), **ADHERENCE)
    found = compliance(made)
    moved = (
        changes(made.adherence.values, made.panel.windows).groupby("pilot")["change"].mean().diff().iloc[-1]
    )
    assert found.outcome == "pass"
    assert found.number == pytest.approx(moved / -2.0)
    assert f"where they moved, −1 days/week makes {made.estimate.att / -moved:+.2f} points" in found.words


def test_a_pilot_that_few_follow_fails() -> None:
    found = compliance(headline(dose=followed(0.1), **ADHERENCE))
    assert found.outcome == "fail"
    assert found.number == pytest.approx(0.1, abs=0.1)


def test_only_a_lot_gives_the_effect_of_doing_it() -> None:
    found = compliance(headline(effect(1.5), dose=followed(0.75), drawn=False, **ADHERENCE))
    assert found.outcome == "pass"
    assert "makes" not in found.words


def test_without_adherence_there_is_nothing_to_follow() -> None:
    assert compliance(headline()).outcome == "not applicable"


def test_where_arms_did_the_same_there_is_no_interval() -> None:
    assert "no interval" in compliance(headline(effect(1.5), dose=followed(0.02), **ADHERENCE)).words


# whom it reached


def share(team: str) -> float:
    return COMPARISON.index(team) / 11 if team in COMPARISON else 0.0


EXPOSED = {team: share(team) for team in COMPARISON}
A_LITTLE = {team: share(team) / 4 for team in COMPARISON}


def test_exposed_comparison_teams_that_move_raise_an_alarm() -> None:
    reached = lambda team, at: effect(2.0)(team, at) + 2.0 * share(team) * (at >= 0)  # noqa: E731
    found = [spillover(headline(reached, exposure=EXPOSED, seed=seed)) for seed in range(20)]
    assert [check.outcome for check in found].count("fail") >= 16
    # half exposed on average, and moved as much as pilot teams are
    assert np.mean([check.number for check in found]) == pytest.approx(1.0, abs=0.2)
    assert "50 % of their meetings" in found[0].words
    assert outcomes(spillover, effect(2.0), exposure=A_LITTLE).count("fail") <= 3
    assert (
        outcomes(spillover, effect(2.0), exposure=EXPOSED).count("fail") == 20
    )  # half of all meetings is too much


def test_buffer_teams_that_move_raise_an_alarm() -> None:
    moved = {f"buffer-{number}": lambda team, at: 2.5 * (at >= 0) for number in range(5)}
    still = dict.fromkeys(moved, nothing)
    found = spillover(headline(effect(2.5), buffer=moved))
    assert found.outcome == "fail"
    assert found.number == pytest.approx(2.5, abs=0.8)
    assert found.words.startswith("5 buffer teams")
    assert outcomes(spillover, effect(2.5), buffer=still).count("fail") <= 3


def test_buffer_teams_are_in_no_arm() -> None:
    moved = {"buffer-1": lambda team, at: 100.0}
    with_buffer, without = headline(effect(1.0), buffer=moved), headline(effect(1.0))
    assert with_buffer.estimate.att == pytest.approx(without.estimate.att)
    assert "buffer-1" not in set(with_buffer.panel.frame["team"])


def test_a_few_people_in_the_buffer_are_not_shown() -> None:
    found = spillover(
        headline(
            buffer={"buffer-1": nothing},
            people=lambda team, at: 4.0 if team == "buffer-1" else 9.0,
            metric={"level": "person"},
        )
    )
    assert found.outcome == "not applicable"
    assert "fewer than 5 people" in found.words


def test_exposure_that_is_no_share_is_named() -> None:
    assert "`exposure` of t03" in spillover(headline(exposure={**EXPOSED, "t03": 40.0})).words
    assert spillover(headline()).outcome == "not applicable"


def test_halves_that_say_something_else_say_why() -> None:
    """Teams that left count in the first half of the card, and in no comparison of one half with the other."""
    leavers = TEAMS[12:16]

    def left(team: str, at: int) -> float | None:
        early = at < 6
        return None if team in leavers and not early else 9.0 * (team in leavers and at >= 0)

    made = headline(left)
    found = early_against_late(_rerun(made, ("early", "late")))
    assert "the halves of the card differ by" in found.words
    whole = headline(effect(1.0))
    assert early_against_late(_rerun(whole, ("early", "late"))) == early_against_late(whole)
