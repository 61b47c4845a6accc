"""`pl.bacon` on frames: rows and doors, what is left out, what can't be taken apart."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.decomposition import Bacon
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.wording.numbers import in_full
from tests.panels import simulate


def _frame() -> pd.DataFrame:
    return simulate(teams=14, weeks=12, starts=(4, 7, 9), treated=9, seed=6)


def _bacon(frame: pd.DataFrame, **more: str) -> Bacon:
    found = pl.bacon(frame, **more)
    assert isinstance(found, Bacon)
    return found


def test_the_weighted_sum_is_the_two_way_coefficient() -> None:
    found = _bacon(_frame())
    rows = found.to_frame()
    assert list(rows) == ["kind", "treated", "comparison", "att", "weight"]
    assert len(rows) == 9
    assert rows["weight"].sum() == pytest.approx(1)
    assert (rows["weight"] * rows["att"]).sum() == pytest.approx(found.att)
    assert found.att == pytest.approx(did(_frame(), estimator="twfe").att, rel=1e-10)
    kinds = found.by_kind()
    assert (kinds["weight"] * kinds["att"]).sum() == pytest.approx(found.att)
    assert list(kinds["weight"]) == sorted(kinds["weight"], reverse=True)


def test_one_start_is_one_comparison() -> None:
    found = _bacon(simulate(seed=1))
    assert [(row.treated, row.comparison, row.weight) for row in found.comparisons] == [("7", "never", 1.0)]


def test_units_treated_throughout_are_a_comparison() -> None:
    frame = _frame()
    frame = frame.assign(first_week=frame["first_week"].where(frame["team"] != "team 13", 1))
    found = _bacon(frame)
    assert {row.comparison for row in found.comparisons if row.kind == "treated vs always"} == {"always"}
    assert found.att == pytest.approx(did(frame, estimator="twfe", inference="cluster").att, rel=1e-10)


def test_units_treated_throughout_can_be_the_only_comparison() -> None:
    frame = simulate(teams=8, weeks=8, start=5)
    frame = frame.assign(first_week=frame["first_week"].replace(0, 1))
    assert [row.kind for row in _bacon(frame).comparisons] == ["treated vs always"]


def test_treatment_may_stand_for_cohort() -> None:
    frame = _frame()
    on = ((frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])).astype(int)
    other = _bacon(frame.assign(on=on).drop(columns="first_week"), treatment="on")
    assert other.to_frame()["att"].to_numpy() == pytest.approx(_bacon(frame).to_frame()["att"].to_numpy())


def test_units_that_lack_a_time_are_named_and_left_out() -> None:
    frame = _frame()
    short = frame[(frame["team"] != "team 03") | (frame["week"] != 5)]
    found = _bacon(short)
    assert any("team 03" in note.text and "not seen at every time" in note.text for note in found.notes)
    assert found.n_units == 13
    assert found.comparisons == _bacon(frame[frame["team"] != "team 03"]).comparisons
    whole = did(short, estimator="twfe", inference="cluster").att
    assert f"with them the two-way coefficient is {in_full(whole, 2, sign=True)}" in found.notes[-1].text


def test_order_and_frame_do_not_matter_and_stay() -> None:
    frame = _frame()
    before = frame.copy(deep=True)
    mixed = _bacon(frame.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(frame, before)
    assert mixed == _bacon(frame)


def test_every_door_opens() -> None:
    frame = _frame()
    found = _bacon(frame[(frame["team"] != "team 03") | (frame["week"] != 5)])
    assert repr(found).startswith("TWFE ")
    assert "treated vs never" in repr(found)
    assert "4 against never" in found.summary()
    assert "team 03" in found.summary()
    assert "<table" in found._repr_html_()
    assert Bacon.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found
    axes = found.plot()
    assert axes.get_xlabel() == "weight (%)"
    assert len(axes.get_legend().get_texts()) == 3


def test_data_of_another_schema_are_refused() -> None:
    with pytest.raises(UsageError, match="pilotlab/bacon@1"):
        Bacon.from_dict({"schema": "x"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda frame: frame[frame["week"] != frame["team"].factorize()[0] % 12 + 1],
            "no unit is seen at every time",
        ),
        (lambda frame: frame.assign(first_week=0), "no unit starts"),
        (lambda frame: frame.assign(first_week=5), "every unit is treated from 5 on"),
        (lambda frame: frame.assign(first_week=1), "no unit starts"),
    ],
)
def test_what_cannot_be_taken_apart(change: object, words: str) -> None:
    found = pl.bacon(change(_frame()))
    assert isinstance(found, NotEstimable)
    assert words in found.reason


def test_wrong_arguments_are_named() -> None:
    frame = _frame()
    with pytest.raises(UsageError, match="outcome: there is no column 'z'"):
        pl.bacon(frame, outcome="z")
    with pytest.raises(UsageError, match="unit=None"):
        pl.bacon(frame, unit=None)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="more than one row"):
        pl.bacon(pd.concat([frame, frame.head(1)]))
    with pytest.raises(UsageError, match="infinite"):
        pl.bacon(frame.assign(y=np.where(frame.index == 3, np.inf, frame["y"])))
    with pytest.raises(UsageError, match="say the same thing twice"):
        pl.bacon(frame, cohort="skill", treatment="people")
