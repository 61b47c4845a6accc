"""Columns are read alike however they are written, and a user's memory is left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.data.columns import factorized, floats, row_place
from pilotlab.estimate.did import did
from tests.panels import simulate

BIG = 2**63 + 5

WAYS: dict[str, Any] = {
    "close together": [5, 3, 3, 9, 5],
    "without gaps": [2, 0, 1, 1],
    "below zero": [-4, 7, -4, 0],
    "far apart": [10**15, -3, 10**15],
    "small dtype": np.array([250, 3, 250, 4], dtype=np.uint8),
    "wide span of a small dtype": np.array([127, -128] * 200, dtype=np.int8),
    "too large for int64": np.array([BIG, BIG + 1, BIG], dtype=np.uint64),
    "one value": [7, 7],
    "text": ["b", "a", "b"],
    "floats": [1.5, 2.5, 1.5],
}


@pytest.mark.parametrize("way", WAYS)
def test_codes_stand_for_the_values_they_came_from(way: str) -> None:
    raw = pd.Series(WAYS[way])
    found, distinct = factorized(raw)
    assert distinct.is_unique
    assert distinct.dtype == raw.dtype
    assert (distinct[found] == raw).all()


def test_whole_numbers_close_together_come_out_in_order() -> None:
    found, distinct = factorized(pd.Series([5, 3, 9, 3, 7] * 2))
    assert list(distinct) == [3, 5, 7, 9]
    assert found.tolist() == [1, 0, 3, 0, 2] * 2


def test_missing_is_coded_below_zero() -> None:
    found, distinct = factorized(pd.Series([2.0, np.nan, 2.0]))
    assert found.tolist() == [0, -1, 0]
    assert list(distinct) == [2.0]


@pytest.mark.parametrize("bad", [np.inf, -np.inf, 2e150, -2e150])
def test_a_number_too_large_is_named_with_its_place(bad: float) -> None:
    frame = pd.DataFrame({"y": [1.0, np.nan, bad, 2.0]})
    with pytest.raises(UsageError, match="in row 3"):
        floats(frame, "y", "outcome", row_place)


def test_rows_in_order_and_shuffled_give_the_same_and_stay_as_they_were() -> None:
    frame = simulate(teams=12, seed=4).sort_values(["team", "week"], ignore_index=True)
    before = frame.copy(deep=True)
    shuffled = frame.sample(frac=1, random_state=1)
    for estimator in ("change", "twfe", "ancova"):
        assert did(frame, estimator=estimator) == did(shuffled, estimator=estimator)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("estimator", ["change", "group_time", "twfe"])
def test_strips_do_not_matter(estimator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are worked on a strip at a time; a strip of seven rows ends within units and weeks."""
    frame = simulate(teams=12, seed=4).sample(frac=1, random_state=1)
    whole, ordered = did(frame, estimator=estimator), did(frame.sort_index(), estimator=estimator)
    monkeypatch.setattr("pilotlab.estimate.data.columns.STRIP", 7)
    assert did(frame, estimator=estimator) == whole
    assert did(frame.sort_index(), estimator=estimator) == ordered == whole


def test_a_start_is_read_alike_from_a_number_a_unit_and_from_a_number_a_row() -> None:
    """Starts that are the same number in all rows of a unit are read once a unit, all others row by row."""
    frame = simulate(teams=12, seed=4).sample(frac=1, random_state=1)
    start = frame["first_week"].astype(float)
    empty = start.where(start > 0)
    ways = {
        "whole numbers": frame["first_week"],
        "missing": empty,
        "infinite": start.where(start > 0, np.inf),
        "nullable": empty.astype("Int64"),
        "objects": empty.astype(object),
        "never written in two ways": empty.where(frame["week"] > 3, start),
    }
    found = [did(frame.assign(first_week=way), estimator="twfe") for way in ways.values()]
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize("kind", [int, float])
def test_a_start_that_changes_within_a_unit_is_named(kind: type) -> None:
    frame = simulate(teams=12, seed=4).sample(frac=1, random_state=1).astype({"first_week": kind})
    team = frame.loc[frame["first_week"] > 0, "team"].iloc[0]
    frame.loc[frame.index[frame["team"] == team][5], "first_week"] += 1
    with pytest.raises(UsageError, match=f"changes within team {team!r}"):
        did(frame)


def test_names_in_the_index_are_said_to_be_there() -> None:
    frame = simulate(teams=8, weeks=6, start=4).set_index(["team", "week"])
    with pytest.raises(UsageError, match=r"unit: 'team' is a level of the frame's index[^$]*reset_index\(\)"):
        did(frame)
