"""Harm bounds: by the kernels' own numbers, and how often a harmless pilot is stopped when it is looked at every week."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import pilotlab as pl
from pilotlab.errors import UsageError
from pilotlab.estimate.results.effect import Estimate
from pilotlab.estimate.results.harm import HarmBounds
from pilotlab.stats.bounds.sequential import anytime_reach, boundaries

WEEKS, START = 20, 9


def pilot(seed: int, att: float = 0.0) -> pd.DataFrame:
    """12 and 12 teams, 8 weeks before and 12 after; lower is worse."""
    rng = np.random.default_rng(seed)
    team, week = np.repeat(np.arange(24), WEEKS), np.tile(np.arange(1, WEEKS + 1), 24)
    y = rng.normal(size=24)[team] + rng.normal(size=len(team)) + att * ((team < 12) & (week >= START))
    return pd.DataFrame({"team": team, "week": week, "first_week": np.where(team < 12, START, 0), "y": y})


def looks(frame: pd.DataFrame, last: tuple[int, ...] = (10, 12, 14, 16, 18, 20)) -> list[Estimate]:
    """Ask again as weeks come in."""
    return [pl.did(frame[frame["week"] <= week], inference="cr2") for week in last]  # type: ignore[misc]


@cache
def nothing_happens() -> list[list[Estimate]]:
    return [looks(pilot(seed)) for seed in range(120)]


def test_anytime_bounds_are_the_kernels() -> None:
    made = looks(pilot(1))
    found = pl.harm_bounds(made, planned_se=0.2)
    by_hand = [
        each.att + float(anytime_reach(each.se, tuned_se=0.2, side="upper", df=each.df))  # type: ignore[arg-type]
        for each in made
    ]
    assert [row.bound for row in found.rows] == pytest.approx(by_hand)


@pytest.mark.parametrize("rule", ["obrien_fleming", "pocock"])
def test_planned_looks_spend_alpha_on_the_estimates_own_bound(rule: str) -> None:
    made = looks(pilot(1), (12, 16, 20))
    fractions = [1 / 3, 2 / 3, 1]
    found = pl.harm_bounds(made, rule=rule, fractions=fractions)  # type: ignore[arg-type]
    cut = boundaries(fractions, 0.05, spending=rule).nominal  # type: ignore[arg-type]
    by_hand = [each.att + each.se * stats.t.isf(p, each.df) for each, p in zip(made, cut, strict=True)]
    assert [row.bound for row in found.rows] == pytest.approx(by_hand, rel=1e-6)


def test_where_lower_is_better_all_is_mirrored() -> None:
    frame = pilot(2, att=-1.0)
    up = pl.harm_bounds(looks(frame), planned_se=0.25, margin=0.2)
    down = pl.harm_bounds(looks(frame.assign(y=-frame["y"])), planned_se=0.25, margin=0.2, better="lower")
    assert [row.bound for row in down.rows] == pytest.approx([-row.bound for row in up.rows])
    assert down.harmed_at == up.harmed_at is not None


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["anytime", "obrien_fleming", "pocock"])
def test_a_harmless_pilot_is_rarely_stopped_and_a_harmful_one_mostly(rule: str) -> None:
    """Six looks at one-sided 5 % by t alone stop about twice as many harmless pilots as they may."""
    harmless = nothing_happens()
    planned = {"planned_se": 0.29} if rule == "anytime" else {"fractions": np.arange(1, 7) / 6}
    stopped = [pl.harm_bounds(made, rule=rule, **planned).harmed_at is not None for made in harmless]  # type: ignore[arg-type]
    naive = [any(each.bound("upper") < 0 for each in made) for made in harmless]
    assert np.mean(stopped) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / len(stopped))
    assert np.mean(naive) > 0.08
    harmful = pl.harm_bounds(looks(pilot(3, att=-1.5)), rule=rule, **planned)  # type: ignore[arg-type]
    assert harmful.harmed_at is not None


def test_a_margin_is_accepted() -> None:
    made = looks(pilot(3, att=-1.5))
    assert pl.harm_bounds(made, planned_se=0.3).harmed_at is not None
    assert pl.harm_bounds(made, planned_se=0.3, margin=3.0).harmed_at is None


def test_it_says_so_and_leads_back() -> None:
    found = pl.harm_bounds(looks(pilot(3, att=-1.5)), margin=0.5)
    assert f"shown to be more than 0.500 worse at look {found.harmed_at}" in repr(found)
    assert "the last look is taken for the planned end" in found.summary()
    assert HarmBounds.from_dict(found.to_dict()) == found
    with pytest.raises(UsageError, match="is not 'pilotlab/harm-bounds@1'"):
        HarmBounds.from_dict({"schema": "other"})


def test_few_draws_leave_early_bounds_open() -> None:
    frame = pilot(1)
    few = frame[frame["team"].isin([*range(4), *range(12, 16)])]
    made = [
        pl.did(few[few["week"] <= week], assignment="complete", inference="randomization")
        for week in (12, 20)
    ]
    found = pl.harm_bounds(made, rule="obrien_fleming", fractions=[0.3, 1.0])  # type: ignore[arg-type]
    assert math.isinf(found.rows[0].bound)
    assert found.to_dict()["rows"][0]["bound"] is None


BAD = [
    ({"looks": []}, "there is none"),
    ({"looks": [1.0]}, "1.0 is no estimate"),
    ({"rule": "often"}, "one of: anytime, obrien_fleming, pocock"),
    ({"better": "up"}, "one of: higher, lower"),
    ({"margin": -1.0}, "margin -1.0"),
    ({"margin": math.nan}, "margin nan"),
    ({"planned_se": 0.0}, "planned_se 0.0"),
    ({"alpha": 0.7}, "alpha 0.7"),
    ({"rule": "pocock", "planned_se": 5.0}, "do not fall towards 5"),
    ({"rule": "pocock", "fractions": [0.5, 1.0]}, "are not 6 rising shares"),
    ({"fractions": [0.5, 1.0]}, "not read by rule 'anytime'"),
]


@pytest.mark.parametrize(("wrong", "said"), BAD)
def test_wrong_arguments_are_named(wrong: dict[str, object], said: str) -> None:
    asked: dict[str, Any] = {"looks": looks(pilot(1)), **wrong}
    with pytest.raises(UsageError, match=said):
        pl.harm_bounds(**asked)


def test_draws_have_no_law_of_their_own_at_any_time() -> None:
    drawn = pl.did(pilot(1), assignment="complete", inference="randomization")
    with pytest.raises(UsageError, match="has no degrees of freedom"):
        pl.harm_bounds([drawn])  # type: ignore[list-item]
