"""What holds for every panel."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotlab.estimate.did import did
from pilotlab.estimate.options import InferenceName
from pilotlab.estimate.results.effect import Estimate
from tests.panels import simulate, with_gaps

NAMES = st.sampled_from(["change", "twfe", "event_study"])
RULES = st.sampled_from(["cr2", "cluster", "jackknife", "wild", "randomization"])
fast = settings(max_examples=25, deadline=None, derandomize=True)


@st.composite
def panels(draw: st.DrawFn, gaps: bool = True) -> pd.DataFrame:
    teams = draw(st.integers(8, 13))  # up to 13 clusters `wild` goes through every sign pattern
    treated = draw(st.integers(4, teams - 4))
    frame = simulate(
        teams=teams,
        weeks=draw(st.integers(4, 9)),
        start=3,
        treated=treated,
        seed=draw(st.integers(0, 10_000)),
    )
    return with_gaps(frame, 0.15, seed=draw(st.integers(0, 99))) if gaps and draw(st.booleans()) else frame


def _ask(frame: pd.DataFrame, name: str, rule: str) -> Estimate:
    complete = len(frame) == frame["team"].nunique() * frame["week"].nunique()
    if rule == "randomization" and name == "event_study" and not complete:
        rule = "cr2"
    est = did(
        frame,
        estimator=name,
        inference=cast(InferenceName, rule),
        assignment="complete" if rule == "randomization" else None,
    )
    assert isinstance(est, Estimate)
    return est


def _same(one: Estimate, two: Estimate, shift: float = 0.0, scale: float = 1.0) -> None:
    near: dict[str, Any] = {"rel": 1e-7, "abs": 1e-8 * max(1.0, abs(scale))}
    assert two.att == pytest.approx(scale * one.att + shift, **near)
    assert two.se == pytest.approx(abs(scale) * one.se, **near)
    ends = sorted(scale * end + shift for end in one.ci)
    assert two.ci == pytest.approx(tuple(ends), **near)


@fast
@given(panels(), NAMES, RULES, st.integers(0, 99))
def test_team_levels_and_calendar_shocks_do_not_matter(
    frame: pd.DataFrame, name: str, rule: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    level = dict(zip(frame["team"].unique(), rng.normal(0, 20, frame["team"].nunique()), strict=True))
    if name == "change" and len(frame) < frame["team"].nunique() * frame["week"].nunique():
        shock = dict.fromkeys(
            frame["week"].unique(), 0.0
        )  # with gaps a team's mean holds the shocks of its own weeks
    else:
        shock = dict(zip(frame["week"].unique(), rng.normal(0, 20, frame["week"].nunique()), strict=True))
    moved = frame.assign(y=frame["y"] + frame["team"].map(level) + frame["week"].map(shock))
    one, two = _ask(frame, name, rule), _ask(moved, name, rule)
    _same(one, two)
    assert two.p_value == pytest.approx(one.p_value, abs=1e-7)


@fast
@given(panels(), NAMES, RULES, st.sampled_from([-1.0, 0.001, 1000.0, -7.5]))
def test_units_of_measurement_do_not_matter(frame: pd.DataFrame, name: str, rule: str, scale: float) -> None:
    one, two = _ask(frame, name, rule), _ask(frame.assign(y=frame["y"] * scale), name, rule)
    _same(one, two, scale=scale)


@fast
@given(panels(), NAMES, RULES, st.floats(-20, 20))
def test_a_constant_effect_moves_everything_by_itself(
    frame: pd.DataFrame, name: str, rule: str, effect: float
) -> None:
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    _same(_ask(frame, name, rule), _ask(frame.assign(y=frame["y"] + effect * on), name, rule), shift=effect)


@fast
@given(panels(), NAMES, RULES, st.integers(0, 99))
def test_names_and_order_do_not_matter(frame: pd.DataFrame, name: str, rule: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    teams = frame["team"].unique()
    renamed = dict(zip(teams, rng.permutation(len(teams)) * 7 + 1, strict=True))
    other = frame.assign(team=frame["team"].map(renamed)).sample(frac=1, random_state=seed)
    one, two = _ask(frame, name, rule), _ask(other, name, rule)
    _same(one, two)
    assert two.p_value == pytest.approx(one.p_value, abs=1e-9)


@fast
@given(panels(), NAMES, RULES)
def test_swapping_the_arms_turns_the_sign(frame: pd.DataFrame, name: str, rule: str) -> None:
    swapped = frame.assign(first_week=np.where(frame["first_week"] > 0, 0, 3))
    _same(_ask(frame, name, rule), _ask(swapped, name, rule), scale=-1.0)


@fast
@given(panels(), NAMES, RULES, st.floats(0.01, 0.2), st.floats(0.01, 0.2))
def test_a_higher_level_is_never_narrower(
    frame: pd.DataFrame, name: str, rule: str, one: float, two: float
) -> None:
    est = _ask(frame, name, rule)
    wide, narrow = est.interval(1 - min(one, two)), est.interval(1 - max(one, two))
    assert wide[0] <= narrow[0] <= est.att <= narrow[1] <= wide[1]
    assert est.bound("lower", level=1 - one) >= est.interval(1 - one)[0]


@fast
@given(panels(gaps=False), st.integers(2, 3))
def test_repeating_weights_of_one_size_changes_nothing(frame: pd.DataFrame, size: int) -> None:
    for name in ("change", "twfe"):
        plain = did(frame, estimator=name, inference="cr2")
        weighed = did(frame.assign(w=float(size)), estimator=name, inference="cr2", weights="w")
        assert isinstance(plain, Estimate)
        assert isinstance(weighed, Estimate)
        _same(plain, weighed)
        assert weighed.df == pytest.approx(plain.df, rel=1e-6)
