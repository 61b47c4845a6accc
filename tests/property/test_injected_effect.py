"""A constant put into treated weeks moves every linear estimator by itself and leaves its standard error alone.

`change`, `twfe` and `event_study` are in test_estimators.py, `imputation` and `sun_abraham` in test_staggered.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pilotlab as pl
from tests.panels import simulate, with_gaps

fast = settings(max_examples=25, deadline=None, derandomize=True)
GAPS = st.floats(0, 0.15)
EFFECT = st.floats(-20, 20)
AGGREGATES = st.sampled_from(["overall", "event_time", "cohort", "week"])


@st.composite
def one_start(draw: st.DrawFn) -> pd.DataFrame:
    frame = simulate(
        teams=draw(st.integers(10, 13)), weeks=8, start=4, treated=4, seed=draw(st.integers(0, 9999))
    )
    missing = draw(GAPS)
    return with_gaps(frame, missing, seed=draw(st.integers(0, 99))) if missing > 0.02 else frame


@st.composite
def several_starts(draw: st.DrawFn) -> pd.DataFrame:
    return simulate(
        teams=draw(st.integers(12, 16)), weeks=9, starts=(4, 7), treated=6, seed=draw(st.integers(0, 9999))
    )


def _moves(frame: pd.DataFrame, amount: pd.Series, effect: float, *, ends: bool = True, **asked: Any) -> None:
    one, two = (pl.did(each, **asked) for each in (frame, frame.assign(y=frame["y"] + effect * amount)))
    assume(isinstance(one, pl.Estimate))
    assert isinstance(one, pl.Estimate)
    assert isinstance(two, pl.Estimate)
    assert two.att - one.att == pytest.approx(effect, rel=1e-9, abs=1e-9)
    assert two.se == pytest.approx(one.se, rel=1e-7, abs=1e-9)
    if ends:
        assert two.ci == pytest.approx(tuple(end + effect for end in one.ci), rel=1e-7, abs=1e-7)
    for mine, other in zip(one.terms, two.terms, strict=True):
        after = one.key != "event_time" or mine.at >= 0
        assert other.att - mine.att == pytest.approx(effect if after else 0.0, rel=1e-8, abs=1e-8)
        assert other.se == pytest.approx(mine.se, rel=1e-6, abs=1e-8)


def _treated(frame: pd.DataFrame) -> pd.Series:
    return ((frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])).astype(float)


@fast
@given(one_start(), EFFECT, st.sampled_from(["cr2", "cluster", "jackknife", "wild", "randomization"]))
def test_ancova(frame: pd.DataFrame, effect: float, rule: str) -> None:
    drawn = "complete" if rule == "randomization" else None
    _moves(frame, _treated(frame), effect, estimator="ancova", inference=rule, assignment=drawn)


@fast
@given(one_start(), EFFECT, st.sampled_from(["synthetic_did", "synthetic_control"]), st.booleans())
def test_synthetic_comparisons(frame: pd.DataFrame, effect: float, name: str, placebos: bool) -> None:
    """The treated serve in placebos of `synthetic_did`, whose time weights see the effect: its interval moves by about as much."""
    asked = {"inference": "placebo", "reps": 99} if placebos else {"inference": "jackknife"}
    ends = not placebos or name == "synthetic_control"
    _moves(frame, _treated(frame), effect, ends=ends, estimator=name, **asked)


@fast
@given(
    several_starts(),
    EFFECT,
    AGGREGATES,
    GAPS,
    st.sampled_from(["cluster", "cr2", "bootstrap", "randomization"]),
)
def test_group_time(frame: pd.DataFrame, effect: float, rows: str, gaps: float, rule: str) -> None:
    """Under `randomization` with gaps a row of few cells may be lost in a draw, so that its interval is a hull."""
    if rule != "randomization" and gaps > 0.02:
        frame = with_gaps(frame, gaps)
    drawn = {"assignment": "complete", "reps": 199} if rule == "randomization" else {}
    asked: dict[str, Any] = {"estimator": "group_time", "inference": rule, "aggregate": rows, **drawn}
    _moves(frame, _treated(frame), effect, **asked)


@fast
@given(several_starts(), EFFECT, AGGREGATES)
def test_rollout(frame: pd.DataFrame, effect: float, rows: str) -> None:
    _moves(frame, _treated(frame), effect, estimator="rollout", inference="cluster", aggregate=rows)


@fast
@given(several_starts(), EFFECT, GAPS, st.sampled_from(["cr2", "cluster", "jackknife"]))
def test_triple(frame: pd.DataFrame, effect: float, gaps: float, rule: str) -> None:
    affected = frame["team"].factorize()[0] // 2 % 2
    frame = frame.assign(affected=affected)
    frame = with_gaps(frame, gaps) if gaps > 0.02 else frame
    amount = _treated(frame) * frame["affected"]
    _moves(frame, amount, effect, estimator="triple", inference=rule, group="affected")


@fast
@given(several_starts(), EFFECT, GAPS, st.sampled_from(["cr2", "cluster", "jackknife"]))
def test_dose(frame: pd.DataFrame, effect: float, gaps: float, rule: str) -> None:
    days = 1.0 + np.arange(len(frame)) * 7 % 4
    frame = frame.assign(days=days * _treated(frame))
    frame = with_gaps(frame, gaps) if gaps > 0.02 else frame
    _moves(frame, frame["days"], effect, estimator="dose", inference=rule, dose="days")
