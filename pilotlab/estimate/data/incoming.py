"""Incoming: frames of Polars, Arrow and other libraries as pandas, the named columns alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from pilotlab.errors import UsageError
from pilotlab.estimate.data.assigned import TABLES, recorded
from pilotlab.estimate.data.columns import column
from pilotlab.stats.arrays import IntArray

if TYPE_CHECKING:
    import narwhals as nw

    from pilotlab.estimate.options import Options

T = TypeVar("T")
TAKEN = "a pandas or Polars DataFrame, a PyArrow Table, or another frame that speaks Arrow"
_NAMING = (
    "outcome",
    "unit",
    "time",
    "cohort",
    "treatment",
    "strata",
    "pairs",
    "cluster",
    "weights",
    "exposure",
    "dose",
    "group",
)


def as_pandas(frame: object, options: Options, beside: Iterable[tuple[str, str]] = ()) -> object:
    """Return the columns that `options` name as a pandas DataFrame; pandas, and what is no frame, as it is.

    A lazy frame (Polars, DuckDB) is run once, for those columns. Values come out as pandas would hold them: labels as
    categories, whole numbers with gaps as nullable ones, decimals as the nearest float.

    Parameters
    ----------
    beside : list of (str, str)
        Further arguments that name a column, and the column.

    Raises
    ------
    UsageError
        Where a named column is missing, or there twice.
    """
    if isinstance(frame, pd.DataFrame):
        return frame
    found = _frame(frame)
    return frame if found is None else _columns(found, [*_named(options), *beside])


def drawn_as_pandas(frame: object) -> object:
    """Return a frame of draws as pandas, every column; what is no frame as it is."""
    if frame is None or isinstance(frame, (str, *TABLES)) or recorded(frame) is not None:
        return frame
    found = _frame(frame)
    if found is None:
        return frame
    return _columns(found, [("assignment", name) for name in found.collect_schema().names()])


def _frame(frame: object) -> nw.DataFrame[Any] | nw.LazyFrame[Any] | None:
    """Wrap a frame of any library; None where it is none."""
    import narwhals as nw

    try:
        found: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(frame, pass_through=True)
        if isinstance(found, nw.DataFrame | nw.LazyFrame):
            return found
        if hasattr(frame, "__arrow_c_stream__"):
            return nw.DataFrame.from_arrow(frame, backend=_arrow_reader(frame))
        if hasattr(frame, "__dataframe__"):
            table: nw.DataFrame[Any] = nw.from_native(_interchanged(frame), eager_only=True)
            return table
    except nw.exceptions.DuplicateError as error:
        raise UsageError(f"frame: {error}", fix="give each column a name of its own") from None
    except (TypeError, ValueError):  # a single column speaks Arrow as well
        return None
    return None


def _arrow_reader(frame: object) -> Any:
    from importlib.util import find_spec

    for name in ("pyarrow", "polars"):
        if find_spec(name) is not None:
            return name
    raise _needs_reader(frame, "pyarrow or polars")


def _interchanged(frame: Any) -> Any:
    """Read what speaks the older interchange protocol alone."""
    try:
        from pyarrow import interchange
    except ImportError:
        raise _needs_reader(frame, "pyarrow") from None
    return interchange.from_dataframe(frame)


def _needs_reader(frame: object, name: str) -> UsageError:
    return UsageError(
        f"frame is a {type(frame).__name__}, which needs {name} to be read", fix=f"install {name}"
    )


def _named(options: Options) -> list[tuple[str, str]]:
    """Arguments that name a column, and the column; a cohort that nobody asked for is left out."""
    silent = options.treatment is not None or options.cohort_left_out
    found = [(name, getattr(options, name)) for name in _NAMING if not (name == "cohort" and silent)]
    found += [("covariates", name) for name in options.covariates]
    return [(argument, name) for argument, name in found if name is not None]


def _columns(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], named: Iterable[tuple[str, str]]) -> pd.DataFrame:
    import narwhals as nw

    known = pd.DataFrame(columns=_run(frame.collect_schema).names())
    for argument, name in (named := list(named)):
        column(known, name, argument)
    chosen = frame.select(*dict.fromkeys(name for _, name in named))
    eager = _run(chosen.collect) if isinstance(chosen, nw.LazyFrame) else chosen
    if eager.implementation.is_pandas_like():
        return eager.to_pandas()
    return pd.DataFrame({name: _series(eager[name]) for name in eager.columns}, copy=False)


def _run(query: Callable[[], T]) -> T:
    try:
        return query()
    except Exception as error:  # whatever the user's own query raises, in whichever library
        raise UsageError(
            f"frame can't be run: {error}", fix="run it by itself first, and give what it returns"
        ) from error


def _series(values: nw.Series[Any]) -> Any:
    """One column as pandas would hold it."""
    import narwhals as nw

    values = _without_dictionary(values)
    kind, missing = values.dtype, values.null_count() > 0
    if kind.is_float():
        return (values.fill_null(float("nan")) if missing else values).to_numpy()
    if kind == nw.Boolean or (kind.is_integer() and kind not in (nw.Int128, nw.UInt128)):
        return _nullable(values) if missing else values.to_numpy()
    if kind == nw.Decimal:
        codes, distinct = _coded(values.cast(nw.String))
        return np.array([*map(float, distinct.to_list()), np.nan])[codes]
    if isinstance(kind, nw.Datetime):
        unit = "us" if kind.time_unit == "s" else kind.time_unit
        codes, distinct = _coded(values.dt.timestamp(unit))
        return pd.Categorical.from_codes(
            codes, categories=_instants(distinct.to_numpy(), unit, kind.time_zone)
        )
    if kind in (nw.String, nw.Categorical, nw.Date) or isinstance(kind, nw.Enum):
        codes, distinct = _coded(values if kind in (nw.String, nw.Date) else values.cast(nw.String))
        return pd.Categorical.from_codes(codes, categories=pd.Index(distinct.to_list()))
    return pd.Series(values.to_list(), dtype=object)


def _without_dictionary(values: nw.Series[Any]) -> nw.Series[Any]:
    """Turn an Arrow dictionary into what it stands for, which need not be text."""
    import narwhals as nw

    native = values.to_native()
    if not values.implementation.is_pyarrow() or values.dtype != nw.Categorical:
        return values
    return nw.from_native(native.cast(native.type.value_type), series_only=True)


def _nullable(values: nw.Series[Any]) -> Any:
    """Whole numbers or truth values with gaps: nothing is rounded to a float on the way."""
    import narwhals as nw

    gaps = values.is_null().to_numpy()
    if values.dtype == nw.Boolean:
        return pd.arrays.BooleanArray(values.fill_null(value=False).to_numpy().copy(), gaps.copy())
    return pd.arrays.IntegerArray(values.fill_null(0).to_numpy().copy(), gaps.copy())


def _coded(values: nw.Series[Any]) -> tuple[IntArray, nw.Series[Any]]:
    """Place of each value among the distinct ones, -1 where missing, and those."""
    import narwhals as nw

    codes = np.full(len(values), -1, dtype=np.int64)
    there = values.drop_nulls()
    distinct = there.unique()
    if len(distinct):
        places = there.replace_strict(distinct.to_list(), list(range(len(distinct))), return_dtype=nw.Int64)
        codes[~values.is_null().to_numpy()] = places.to_numpy()
    return codes, distinct


def _instants(counts: IntArray, unit: str, zone: str | None) -> pd.DatetimeIndex:
    """Instants with all their digits, in their own time zone."""
    plain = pd.DatetimeIndex(counts.astype(f"datetime64[{unit}]"))
    return plain if zone is None else plain.tz_localize("UTC").tz_convert(zone)
