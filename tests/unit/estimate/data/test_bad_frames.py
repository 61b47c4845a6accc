"""Every frame that can't mean what the arguments say is refused by name: column, value, place, fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from tests.panels import simulate

Change = Callable[[pd.DataFrame], pd.DataFrame]


def _set(row: int, column: str, value: Any) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame = (
            frame.astype({column: object})
            if not isinstance(value, float) or frame[column].dtype != float
            else frame
        )
        frame.loc[row, column] = value
        return frame

    return change


CASES: dict[str, tuple[Change, dict[str, Any], list[str]]] = {
    "missing column": (lambda f: f, {"outcome": "Y"}, ["outcome", "'Y'", "team, week"]),
    "near miss": (
        lambda f: f.rename(columns={"week": "weeks"}),
        {},
        ["time", "'week'", "did you mean 'weeks'?"],
    ),
    "column twice": (lambda f: pd.concat([f, f[["y"]]], axis=1), {}, ["'y'", "2 times"]),
    "no rows": (lambda f: f.iloc[:0], {}, ["no rows"]),
    "duplicate": (
        lambda f: pd.concat([f, f.iloc[[17]]]),
        {},
        ["'team 01'", "more than one row", "week 6", "unit=None"],
    ),
    "infinite outcome": (_set(30, "y", np.inf), {}, ["outcome 'y' is infinite", "week 7", "'team 02'"]),
    "absurd outcome": (_set(30, "y", 1e308), {}, ["too large", "1e+308", "'team 02'"]),
    "text outcome": (_set(30, "y", "4,5"), {}, ["'4,5'", "no number", "week 7 of team 'team 02'"]),
    "dates as outcome": (lambda f: f.assign(y=pd.Timestamp("2026-01-05")), {}, ["no number"]),
    "complex outcome": (lambda f: f.assign(y=f["y"] + 1j), {}, ["no number"]),
    "empty outcome": (lambda f: f.assign(y=np.nan), {}, ["'y'", "empty in every row"]),
    "missing unit": (_set(3, "team", None), {}, ["unit 'team'", "1 row", "row 4"]),
    "missing time": (lambda f: f.assign(week=f["week"].where(f.index != 5)), {}, ["time 'week'", "row 6"]),
    "half weeks": (lambda f: f.assign(week=f["week"] + 0.5), {}, ["1.5", "whole number"]),
    "booleans as time": (lambda f: f.assign(week=f["week"] > 3), {}, ["time"]),
    "cohort changes": (
        _set(30, "first_week", 9),
        {},
        ["cohort 'first_week' changes", "'team 02'", "7 and 9"],
    ),
    "cohort missing at times": (_set(30, "first_week", np.nan), {}, ["'team 02'", "7 and never"]),
    "cohort of another kind": (
        lambda f: f.assign(first_week="2026-W07"),
        {},
        ["another kind", "whole numbers"],
    ),
    "cohort as word": (
        lambda f: f.assign(first_week=np.where(f["first_week"] > 0, "7", "never")),
        {},
        ["cohort 'first_week'", "can't be read as a time"],
    ),
    "cohort minus infinity": (
        lambda f: f.assign(first_week=np.where(f["first_week"] > 0, 7, -np.inf)),
        {},
        ["-inf"],
    ),
    "zero where time is zero": (
        lambda f: f.assign(week=f["week"] - 1),
        {},
        ["0 can mean never or time 0", "NaN"],
    ),
    "week codes": (
        lambda f: f.assign(
            week=np.where(f["week"] < 5, 201048 + f["week"], 201096 + f["week"]), first_week=0
        ),
        {},
        ["201049", "codes of weeks", "'2010-W52'"],
    ),
    "month codes": (
        lambda f: f.assign(week=np.where(f["week"] < 5, 201008 + f["week"], 201096 + f["week"])),
        {},
        ["codes of months"],
    ),
    "codes in the cohort": (
        lambda f: f.assign(week=f["week"] + 202500, first_week=np.where(f["first_week"] > 0, 202607, 0)),
        {},
        ["codes of", "cohort 'first_week'"],
    ),
    "day codes": (lambda f: f.assign(week=20250130 + f["week"] % 2 * 71), {}, ["codes of days"]),
    "negative weight": (
        _set(30, "people", -1.0),
        {"weights": "people"},
        ["weights 'people' is negative (-1)", "'team 02'"],
    ),
    "infinite covariate": (
        _set(30, "skill", np.inf),
        {"covariates": ["skill"], "estimator": "twfe"},
        ["covariates 'skill' is infinite"],
    ),
    "two clusters": (
        _set(30, "site", "elsewhere"),
        {"cluster": "site"},
        ["cluster 'site' changes", "'elsewhere'"],
    ),
    "two strata": (_set(30, "site", "elsewhere"), {"strata": "site"}, ["strata 'site' changes"]),
    "stratum missing": (_set(30, "site", None), {"strata": "site"}, ["strata 'site' is missing", "team 02"]),
    "no pair": (
        lambda f: f.assign(pair=f["pair"] // 2),
        {"pairs": "pair"},
        ["pair of", "2 treated of 4 units"],
    ),
    "pair of one arm": (
        lambda f: f.assign(pair=f["team"].str[-2:].astype(int) // 2),
        {"pairs": "pair"},
        ["has 2 treated of 2 units"],
    ),
    "pairs across clusters": (
        lambda f: f.assign(site=f["team"].str[-2:].astype(int) % 5),
        {"pairs": "pair", "cluster": "site"},
        ["cluster 'site' and pairs 'pair' cross"],
    ),
    "treatment switched off": (
        lambda f: f.assign(on=((f["first_week"] > 0) & (f["week"].between(7, 9))).astype(int)),
        {"treatment": "on"},
        ["treatment 'on' is switched off", "week 10", "'team 00'"],
    ),
    "treatment is a dose": (
        lambda f: f.assign(on=0.5),
        {"treatment": "on"},
        ["treatment 'on' is 0.5", "0 or 1"],
    ),
    "treatment missing": (
        lambda f: f.assign(on=np.nan),
        {"treatment": "on"},
        ["treatment 'on' is missing", "144 rows"],
    ),
    "excluded time of another kind": (lambda f: f, {"exclude": ["2026-W01"]}, ["exclude", "'2026-W01'"]),
}


@pytest.mark.parametrize("name", CASES)
def test_is_refused_by_name(name: str) -> None:
    change, arguments, words = CASES[name]
    with pytest.raises(UsageError) as caught:
        did(change(simulate()), **arguments)
    for word in words:
        assert word in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize("thing", [None, [1, 2], {"y": [1]}, "frame.csv"])
def test_what_is_no_frame(thing: Any) -> None:
    with pytest.raises(UsageError, match="not a DataFrame"):
        did(thing)


def test_too_many_cells_are_refused_before_memory_is_asked_for() -> None:
    rows = 25_000
    frame = pd.DataFrame({"team": np.arange(rows), "week": np.arange(rows), "y": 1.0, "first_week": np.nan})
    with pytest.raises(UsageError, match="more cells than fit"):
        did(frame)
