"""One panel, written in each way people write one: every estimator gives the same answer to the last bit."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.heterogeneity.by_slice import slices
from pilotlab.estimate.results.decomposition import Bacon
from pilotlab.estimate.results.effect import Estimate
from pilotlab.estimate.results.slice_effects import Slices
from pilotlab.estimate.sensitivity.bacon_decomposition import bacon
from pilotlab.spec.engine import ESTIMATORS
from pilotlab.weeks import Week
from tests.panels import simulate

FIRST = Week.parse("2020-W48")  # the panel crosses a year of 53 weeks
ASKED: dict[str, dict[str, Any]] = {
    "dose": {"dose": "on"},
    "poisson": {
        "exposure": "people",
        "inference": "cluster",
    },  # where `auto` is slow: what is asked is how frames are read
    "binomial": {"exposure": "people", "inference": "cluster"},
    "triple": {"group": "affected", "inference": "cluster"},
    "synthetic_did": {"inference": "placebo", "reps": 99},
    "synthetic_control": {"inference": "placebo", "reps": 99},
    "twfe": {"covariates": "skill", "cluster": "site"},
    "change": {"strata": "site", "weights": "people"},
    "group_time": {"weights": "people"},
}
NUMBERS = ("att", "se", "ci", "p_value", "p_min", "df", "n_obs", "n_units", "n_treated", "n_clusters", "path")
NAMES = [*ESTIMATORS, "auto"]


@cache
def panel() -> pd.DataFrame:
    """Counts, so that all estimators can be asked; every kind of column, rows in no order, one value missing."""
    frame = simulate(teams=18, treated=6, att=1.0, seed=3)
    frame["y"] = np.clip(np.round(frame["y"] + 12), 0, 24)
    frame["people"] = 40.0 + frame["week"] % 3
    frame["affected"] = (frame["team"].str[-2:].astype(int) % 3 > 0).astype(int)
    frame["on"] = ((frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])).astype(int)
    frame["site"] = "site " + (frame["team"].str[-2:].astype(int) % 4).astype(str)
    lost = (frame["team"] == "team 17") & (frame["week"] == 3)
    return frame.assign(y=frame["y"].mask(lost)).sample(frac=1, random_state=1).reset_index(drop=True)


def as_times(write: Callable[[int], Any], never: Any) -> pd.DataFrame:
    """Write weeks otherwise; `never` is what a team without a start has."""
    frame = panel()
    week, cohort = ([write(at) for at in frame[name]] for name in ("week", "first_week"))
    starts = [at if there else never for at, there in zip(cohort, frame["first_week"] > 0, strict=True)]
    return frame.assign(week=week, first_week=pd.Series(starts, dtype=object))


def monday(at: int) -> dt.date:
    return (FIRST + at).monday


def nullable(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(first_week=frame["first_week"].mask(frame["first_week"] == 0)).convert_dtypes()


def in_polars() -> pl.DataFrame:
    """Nulls in place of 0 and nan."""
    frame = pl.from_pandas(panel()).with_columns(pl.col("y").fill_nan(None))
    return frame.with_columns(
        pl.when(pl.col("first_week") > 0).then(pl.col("first_week")).alias("first_week")
    )


def polars_dates(kind: Any) -> pl.DataFrame:
    frame = as_times(monday, None)
    times = {
        name: pl.Series(frame[name].to_list(), dtype=pl.Date).cast(kind) for name in ("week", "first_week")
    }
    return in_polars().with_columns(**times)


def arrow(**columns: pa.DataType) -> pa.Table:
    table = in_polars().to_arrow()
    for name, kind in columns.items():
        table = table.set_column(table.column_names.index(name), name, table[name].cast(kind))
    return table


def dictionaries() -> pa.Table:
    """Text and whole numbers by dictionary, in several chunks."""
    table = arrow()
    for name in ("team", "site", "week", "first_week", "affected"):
        table = table.set_column(table.column_names.index(name), name, table[name].dictionary_encode())
    return pa.concat_tables([table.slice(0, 50), table.slice(50, 0), table.slice(50)])


class Interchanged:
    """A frame that speaks the older protocol alone."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __dataframe__(self, **asked: Any) -> Any:
        return self.table.__dataframe__(**asked)


class Capsule:
    """A frame that speaks Arrow's C stream alone."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


def decimals(frame: pd.DataFrame) -> pd.Series:
    return frame["y"].map(lambda y: Decimal(str(y)) if y == y else None).astype(object)


WAYS: dict[str, Callable[[], Any]] = {
    "units by number": lambda: panel().assign(team=panel()["team"].str[-2:].astype("uint8")),
    "small types": lambda: panel().astype(
        {"week": "int8", "first_week": "int16", "y": "float32", "on": bool}
    ),
    "categories": lambda: panel().astype(
        dict.fromkeys(("team", "week", "first_week", "site", "on"), "category")
    ),
    "categories in another order, some unused": lambda: panel().assign(
        team=pd.Categorical(panel()["team"], [*sorted(set(panel()["team"]), reverse=True), "nobody"])
    ),
    "nullable types": lambda: nullable(panel()),
    "Arrow's types in pandas": lambda: nullable(panel()).convert_dtypes(dtype_backend="pyarrow"),
    "text as objects": lambda: panel().astype({"team": object, "site": object}),
    "decimals": lambda: panel().assign(y=decimals(panel())),
    "cohort as floats, nan": lambda: as_times(float, np.nan).astype({"first_week": float}),
    "cohort as floats, inf": lambda: as_times(float, np.inf).astype({"first_week": float}),
    "ISO weeks": lambda: as_times(lambda at: str(FIRST + at), None),
    "ISO weeks, empty text": lambda: as_times(lambda at: str(FIRST + at), ""),
    "ISO weeks as categories": lambda: as_times(lambda at: str(FIRST + at), None).astype(
        {"week": "category", "first_week": "category"}
    ),
    "Weeks": lambda: as_times(lambda at: FIRST + at, None),
    "Periods": lambda: as_times(lambda at: pd.Period(monday(at), "W-SUN"), pd.NaT),
    "days": lambda: as_times(monday, None),
    "days as text": lambda: as_times(lambda at: str(monday(at)), None),
    "instants": lambda: as_times(lambda at: pd.Timestamp(monday(at)), pd.NaT).astype(
        {"first_week": "datetime64[ns]"}
    ),
    "instants in seconds": lambda: as_times(lambda at: pd.Timestamp(monday(at)), pd.NaT).astype(
        {"week": "datetime64[s]", "first_week": "datetime64[s]"}
    ),
    "days in Arrow's types": lambda: as_times(monday, None).astype(
        {"week": "date32[pyarrow]", "first_week": "date32[pyarrow]"}
    ),
    "instants in Arrow's types": lambda: as_times(monday, None).astype(
        {"week": "timestamp[us][pyarrow]", "first_week": "timestamp[us][pyarrow]"}
    ),
    "Polars": in_polars,
    "Polars, lazy": lambda: in_polars().lazy(),
    "Polars, 0 and nan": lambda: pl.from_pandas(panel()),
    "Polars, small types": lambda: in_polars().cast({"week": pl.UInt8, "y": pl.Float32, "on": pl.Boolean}),
    "Polars, categories": lambda: in_polars().cast({"team": pl.Categorical, "site": pl.Categorical}),
    "Polars, enumerated": lambda: in_polars().cast(
        {"team": pl.Enum([*sorted(set(panel()["team"]), reverse=True), "nobody"])}
    ),
    "Polars, decimals": lambda: in_polars().cast({"y": pl.Decimal(12, 3)}),
    "Polars, days": lambda: polars_dates(pl.Date),
    "Polars, instants": lambda: polars_dates(pl.Datetime("ns")),
    "Polars, instants in UTC": lambda: polars_dates(pl.Datetime("ms", "UTC")),
    "Polars, ISO weeks": lambda: pl.from_pandas(as_times(lambda at: str(FIRST + at), None)),
    "Arrow": arrow,
    "Arrow, dictionaries": dictionaries,
    "Arrow, decimals": lambda: arrow(y=pa.decimal128(12, 3)),
    "Arrow, small types": lambda: arrow(
        week=pa.int8(), y=pa.float32(), on=pa.bool_(), team=pa.large_string()
    ),
    "Arrow, one batch": lambda: arrow().combine_chunks().to_batches()[0],
    "Arrow, a stream": lambda: Capsule(arrow()),
    "Arrow, a reader": lambda: arrow().to_reader(),
    "DuckDB, a query": lambda: duckdb.from_arrow(arrow()).filter("week > 0"),
    "the older protocol": lambda: Interchanged(arrow()),
}


def ask(frame: Any, name: str) -> dict[str, Any]:
    """Return every number of an answer."""
    found = did(frame, estimator=name, **ASKED.get(name, {}))
    assert isinstance(found, Estimate), found
    terms = [(term.att, term.se, term.ci, term.p_value, term.band) for term in found.terms]
    return {each: getattr(found, each) for each in NUMBERS} | {"terms": terms}


@cache
def expected(name: str) -> dict[str, Any]:
    return ask(panel(), name)


@pytest.mark.parametrize("way", WAYS)
def test_every_estimator_answers_alike_however_the_panel_is_written(way: str) -> None:
    for name in NAMES:
        assert ask(WAYS[way](), name) == expected(name), name


@pytest.mark.parametrize("way", WAYS)
def test_bacon_answers_alike_however_the_panel_is_written(way: str) -> None:
    one, other = bacon(panel()), bacon(WAYS[way]())
    assert isinstance(one, Bacon)
    assert isinstance(other, Bacon)
    assert (other.att, other.n_units) == (one.att, one.n_units)
    assert other.to_frame()["weight"].to_list() == one.to_frame()["weight"].to_list()


@pytest.mark.parametrize("way", WAYS)
def test_slices_answer_alike_however_the_panel_is_written(way: str) -> None:
    one, other = (slices(each, by="site", people="people") for each in (panel(), WAYS[way]()))
    assert isinstance(one, Slices)
    assert isinstance(other, Slices)
    pd.testing.assert_frame_equal(other.to_frame(), one.to_frame(), check_exact=True)


def test_a_missing_value_is_left_out_and_counted_however_it_is_written() -> None:
    for way in (
        "Polars",
        "Arrow",
        "nullable types",
        "Arrow's types in pandas",
        "decimals",
        "Polars, decimals",
    ):
        found = did(WAYS[way](), estimator="twfe")
        assert isinstance(found, Estimate)
        assert found.n_obs == len(panel()) - 1
        assert "1 row without y left out" in map(str, found.notes)


def test_draws_may_be_named_in_polars() -> None:
    frame = panel()
    teams = sorted(set(frame["team"]))
    draws = pd.DataFrame([np.roll([1] * 6 + [0] * 12, shift) for shift in range(18)], columns=teams)
    asked: dict[str, Any] = {"estimator": "change", "inference": "randomization"}
    ours, theirs = (did(frame, assignment=each, **asked) for each in (draws, pl.from_pandas(draws)))
    assert isinstance(ours, Estimate)
    assert ours == theirs


def test_only_named_columns_of_a_lazy_frame_are_run() -> None:
    lazy = in_polars().lazy().with_columns(pl.col("site").str.to_integer().alias("broken"))
    assert did(lazy, estimator="twfe") == did(panel(), estimator="twfe")
    with pytest.raises(UsageError, match="frame can't be run"):
        did(lazy, estimator="twfe", covariates="broken")


@pytest.mark.parametrize("make", [lambda frame: frame, pl.from_pandas, pa.Table.from_pandas])
def test_refusals_read_alike(make: Callable[[pd.DataFrame], Any]) -> None:
    frame = panel()
    said: dict[str, dict[str, Any]] = {
        "there is no column 'Y'": {"outcome": "Y"},
        "did you mean 'first_week'": {"cohort": "first_weak"},
        "outcome 'site' holds 'site .' at week .* which is no number": {"outcome": "site"},
        r"infinite \(inf\) at week 5 of team 'team 03'": {"outcome": "infinite"},
    }
    at = (frame["team"] == "team 03") & (frame["week"] == 5)
    table = make(frame.assign(infinite=frame["y"].mask(at, np.inf)))
    for words, asked in said.items():
        with pytest.raises(UsageError, match=words):
            did(table, **asked)
    with pytest.raises(UsageError, match="frame has no rows"):
        did(make(frame.head(0)))


@pytest.mark.parametrize(
    "bad", ["panel.csv", 3, [1, 2], {"y": [1.0]}, np.zeros(3), pl.Series([1]), pa.array([1])]
)
def test_what_is_no_frame_is_refused(bad: Any) -> None:
    with pytest.raises(UsageError, match="not a DataFrame"):
        did(bad)


def test_a_column_that_is_there_twice_is_refused() -> None:
    table = arrow()
    with pytest.raises(UsageError, match="'week' 2 times"):
        did(table.append_column("week", table["week"]))


def test_polars_needs_no_pyarrow() -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import polars, pilotlab as pl\n"
        "rows = [(f'team {t}', w, t * 0.1 + w % 2 + 2.0 * (t > 4 and w > 3), 4 if t > 4 else None) for t in range(9) for w in range(1, 7)]\n"
        "frame = polars.DataFrame(rows, schema=['team', 'week', 'y', 'first_week'], orient='row')\n"
        "print(round(pl.did(frame.cast({'team': polars.Categorical})).att, 6))\n"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "2.0\n"


def test_pandas_users_import_no_narwhals() -> None:
    code = (
        "import sys, pandas, pilotlab as pl\n"
        "rows = [(t, w, float(t * w % 5), 4 * (t > 4)) for t in range(1, 9) for w in range(1, 7)]\n"
        "pl.did(pandas.DataFrame(rows, columns=['team', 'week', 'y', 'first_week']))\n"
        "assert not {'narwhals', 'polars', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
