"""How uneven a draw is among those that could have been made: by hand, by enumeration and by sampling."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from pilotlab.design.assignment import AssignedTeam, Assignment, Imbalance
from pilotlab.design.balance import ENUMERATED, advice, imbalance
from pilotlab.spec.team import Team

SIZES = (4, 5, 6, 7, 8, 9, 10, 21)


def teams_of(sizes: tuple[int, ...], **columns: tuple[str, ...]) -> list[Team]:
    return [
        Team(f"t{n:02d}", {"size": str(size), **{name: values[n] for name, values in columns.items()}}, size)
        for n, size in enumerate(sizes)
    ]


def draw_of(pilot: tuple[int, ...], units: int, strata: tuple[str, ...] = (), arms: int = 1) -> Assignment:
    rows = tuple(
        AssignedTeam(
            f"t{n:02d}",
            f"arm{pilot.index(n) % arms}" if n in pilot else "control",
            stratum=strata[n] if strata else "",
        )
        for n in range(units)
    )
    return Assignment("p", "complete", rows, seed=1)


def test_every_draw_is_placed_as_counting_by_hand_places_it() -> None:
    def apart(chosen: tuple[int, ...]) -> float:
        inside = sum(SIZES[n] for n in chosen)
        return abs(inside / 4 - (sum(SIZES) - inside) / 4)

    every = [apart(chosen) for chosen in combinations(range(8), 4)]
    for chosen in combinations(range(8), 4):
        found = imbalance(draw_of(chosen, 8), teams_of(SIZES))
        assert found is not None
        by_hand = sum(one >= apart(chosen) - 1e-9 for one in every) / len(every)
        assert (found.share, found.draws, found.exact) == (pytest.approx(by_hand), 70, True)


def test_a_rare_draw_names_what_is_most_uneven_and_what_to_do() -> None:
    sites = ("a", "b") * 6
    sizes = tuple(range(1, 13))
    found = imbalance(draw_of((6, 7, 8, 9, 10, 11), 12), teams_of(sizes, site=sites))
    assert found is not None
    assert found.rare
    assert (found.attribute, found.attributes) == ("size", 3)
    assert str(found) == "1 in 231 draws is at least as uneven as this one, most of all in size"
    said = advice(found)
    assert "on: [size]" in said
    assert said.startswith("Keep it all the same")
    level = replace(found, attribute="site: a")
    assert "on: [site]" in advice(level)


def test_draws_stay_within_their_strata_and_clusters() -> None:
    strata = ("low",) * 4 + ("high",) * 4
    found = imbalance(draw_of((2, 3, 6, 7), 8, strata), teams_of(SIZES))
    assert found is not None
    assert (found.draws, found.exact) == (36, True)
    rows = [
        replace(row, cluster="x") if row.team in ("t00", "t01") else row
        for row in draw_of((0, 1, 2, 3), 8).teams
    ]
    together = imbalance(replace(draw_of((0, 1, 2, 3), 8), teams=tuple(rows)), teams_of(SIZES))
    assert together is not None
    assert together.draws == 35  # 3 of 7 clusters, as were drawn


def test_many_draws_and_several_arms_are_sampled_alike_each_time() -> None:
    sizes = tuple(range(1, 25))
    two = imbalance(draw_of(tuple(range(0, 24, 2)), 24), teams_of(sizes))
    three = imbalance(draw_of(tuple(range(16, 24)), 24, arms=2), teams_of(sizes))
    assert two is not None
    assert three is not None
    assert two == imbalance(draw_of(tuple(range(0, 24, 2)), 24), teams_of(sizes))
    assert (two.exact, two.draws, two.rare) == (False, ENUMERATED + 1, False)
    assert (three.exact, three.rare) == (False, True)


def test_the_share_of_draws_called_rare_is_at_most_one_in_twenty() -> None:
    rare = [
        found.rare
        for chosen in combinations(range(8), 4)
        if (found := imbalance(draw_of(chosen, 8), teams_of(SIZES, site=("a", "a", "b", "b") * 2)))
    ]
    assert len(rare) == 70
    assert 0 < sum(rare) / 70 <= 0.05


def test_baseline_values_count_where_they_are_stored() -> None:
    level = {f"t{n:02d}": float(n >= 4) + n / 100 for n in range(8)}
    del level["t03"]  # a team without a value is left out
    found = imbalance(draw_of((4, 5, 6, 7), 8), teams_of((6,) * 8), {"Job satisfaction": level})
    assert found is not None
    assert (found.attribute, found.attributes) == ("Job satisfaction, baseline", 2)
    assert "on: [Job satisfaction]" not in advice(found)


def test_there_is_none_without_a_lot_or_an_attribute_that_varies() -> None:
    declared = replace(draw_of((0, 1, 2, 3), 8), method="declared")
    assert imbalance(declared, teams_of(SIZES)) is None
    assert imbalance(replace(declared, drawn_by="hat"), teams_of(SIZES)) is not None
    assert imbalance(draw_of((0, 1, 2, 3), 8), teams_of((6,) * 8)) is None


def test_words_of_a_common_draw() -> None:
    common = Imbalance(share=0.42, attribute="size", attributes=1, draws=70, exact=True)
    assert str(common) == "42 in 100 draws are at least as uneven as this one"
    assert not common.rare
