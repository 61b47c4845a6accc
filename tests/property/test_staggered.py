"""What holds for imputation, Sun-Abraham and Goodman-Bacon on every staggered panel."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pilotlab as pl
from pilotlab.estimate.did import did
from pilotlab.estimate.options import Aggregate, InferenceName
from pilotlab.estimate.results.effect import Estimate
from tests.panels import simulate, with_gaps

NAMES = st.sampled_from(["imputation", "sun_abraham"])
ROWS = st.sampled_from(["overall", "event_time", "cohort", "week"])
RULES = st.sampled_from(["cluster", "cr2"])
fast = settings(max_examples=25, deadline=None, derandomize=True)


@st.composite
def panels(draw: st.DrawFn, gaps: bool = True) -> pd.DataFrame:
    weeks = draw(st.integers(5, 9))
    starts = tuple(sorted(draw(st.sets(st.integers(3, weeks), min_size=1, max_size=3))))
    frame = simulate(
        teams=draw(st.integers(10, 16)),
        weeks=weeks,
        starts=starts,
        treated=6,
        seed=draw(st.integers(0, 10_000)),
    )
    return with_gaps(frame, 0.12, seed=draw(st.integers(0, 99))) if gaps and draw(st.booleans()) else frame


def _ask(frame: pd.DataFrame, name: str, rows: str, rule: str) -> Estimate:
    est = did(frame, estimator=name, aggregate=cast(Aggregate, rows), inference=cast(InferenceName, rule))
    assume(isinstance(est, Estimate))
    assert isinstance(est, Estimate)
    return est


def _same(one: Estimate, two: Estimate, *, shift: float = 0.0, scale: float = 1.0) -> None:
    near: dict[str, Any] = {"rel": 1e-6, "abs": 1e-7 * max(1.0, abs(scale))}
    assert two.att == pytest.approx(scale * one.att + shift, **near)
    assert two.se == pytest.approx(abs(scale) * one.se, **near)
    for mine, other in zip(one.terms, two.terms, strict=True):
        after = one.key != "event_time" or mine.at >= 0
        assert other.at == mine.at
        assert other.att == pytest.approx(scale * mine.att + (shift if after else 0.0), **near)
        assert other.se == pytest.approx(abs(scale) * mine.se, **near)


@fast
@given(panels(), NAMES, ROWS, RULES, st.integers(0, 99))
def test_team_levels_and_calendar_shocks_do_not_matter(
    frame: pd.DataFrame, name: str, rows: str, rule: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    level, shock = (
        frame[by].map(dict(zip(frame[by].unique(), rng.normal(0, 20, frame[by].nunique()), strict=True)))
        for by in ("team", "week")
    )
    moved = frame.assign(y=frame["y"] + level + shock)
    _same(_ask(frame, name, rows, rule), _ask(moved, name, rows, rule))


@fast
@given(panels(), NAMES, ROWS, RULES, st.sampled_from([-1.0, 0.001, 1000.0]))
def test_units_of_measurement_do_not_matter(
    frame: pd.DataFrame, name: str, rows: str, rule: str, scale: float
) -> None:
    scaled = frame.assign(y=frame["y"] * scale)
    _same(_ask(frame, name, rows, rule), _ask(scaled, name, rows, rule), scale=scale)


@fast
@given(panels(), NAMES, ROWS, RULES, st.floats(-20, 20))
def test_a_constant_effect_moves_everything_after_start_by_itself(
    frame: pd.DataFrame, name: str, rows: str, rule: str, effect: float
) -> None:
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    moved = frame.assign(y=frame["y"] + effect * on)
    _same(_ask(frame, name, rows, rule), _ask(moved, name, rows, rule), shift=effect)


@fast
@given(panels(), NAMES, RULES, st.integers(0, 99))
def test_effects_of_each_cohort_and_week_leave_the_error_alone(
    frame: pd.DataFrame, name: str, rule: str, seed: int
) -> None:
    """Both saturate cohort by week: an effect that differs between them is no noise."""
    effect = np.random.default_rng(seed).normal(0, 9, (99, 99))
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    moved = frame.assign(y=frame["y"] + np.where(on, effect[frame["first_week"], frame["week"]], 0.0))
    one, two = _ask(frame, name, "overall", rule), _ask(moved, name, "overall", rule)
    assert two.se == pytest.approx(one.se, rel=1e-6, abs=1e-8)
    if name == "imputation" or len(frame) == frame["team"].nunique() * frame["week"].nunique():
        known = effect[frame["first_week"][on], frame["week"][on]].mean()
        assert two.att - one.att == pytest.approx(known, abs=1e-7)


@fast
@given(panels(), NAMES, ROWS, st.integers(0, 99))
def test_names_and_order_do_not_matter(frame: pd.DataFrame, name: str, rows: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    teams = frame["team"].unique()
    renamed = dict(zip(teams, rng.permutation(len(teams)) * 7 + 1, strict=True))
    other = frame.assign(team=frame["team"].map(renamed)).sample(frac=1, random_state=seed)
    _same(_ask(frame, name, rows, "cluster"), _ask(other, name, rows, "cluster"))


@fast
@given(panels())
def test_goodman_bacon_adds_up_on_every_panel(frame: pd.DataFrame) -> None:
    found = pl.bacon(frame)
    assume(found)
    rows = found.to_frame()
    assert rows["weight"].sum() == pytest.approx(1)
    assert (rows["weight"] > 0).all()
    cells = frame.groupby("team")["week"].transform("count") == frame["week"].nunique()
    twfe = did(frame[cells], estimator="twfe", inference="cluster")
    assert (rows["weight"] * rows["att"]).sum() == pytest.approx(twfe.att, rel=1e-8, abs=1e-10)


@fast
@given(panels(gaps=False))
def test_methods_agree_where_effects_are_alike_and_nothing_is_noise(frame: pd.DataFrame) -> None:
    level = frame["team"].factorize()[0] * 1.5
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    exact = frame.assign(y=level + np.cos(frame["week"]) + 3.0 * on)
    for name in ("imputation", "sun_abraham", "twfe"):
        assert did(exact, estimator=name, inference="cluster").att == pytest.approx(3.0, abs=1e-9)
    assert pl.bacon(exact).to_frame()["att"].to_numpy() == pytest.approx(3.0, abs=1e-9)
