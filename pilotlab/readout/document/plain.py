"""Frozen dataclasses as plain data and back: what `to_dict` writes, `from_dict` reads."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pilotlab.errors import PilotlabError, nearest

T = TypeVar("T")
_OPEN = {"low": -math.inf, "high": math.inf}  # what null stands for, where a field takes no None


def plain(value: Any) -> Any:
    """Return `value` as dicts, lists, text and finite numbers; an infinite number becomes None.

    Numbers have ten significant digits and at most twelve decimals: the last of a double's sixteen depend on the
    processor and on the order in which a linear-algebra library adds, and the same pilot writes the same bytes.

    Raises
    ------
    ValueError
        For nan, which says nothing: the caller has to name the reason instead.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return _number(value)
    return value


def build(kind: type[T], data: Mapping[str, Any], *, schema: str) -> T:
    """Rebuild a `kind` from `plain` data that carries `schema`.

    Raises
    ------
    PilotlabError
        For another schema, or a field that is missing, unknown or of the wrong shape; the place is named.
    """
    found = data.get("schema")
    if found != schema:
        raise PilotlabError(
            f"schema is {found!r}, this version reads {schema!r}", fix=f"write it again as {schema}"
        )
    body = {key: item for key, item in data.items() if key != "schema"}
    made: T = _record(kind, body, kind.__name__)
    return made


def _number(value: float) -> float | None:
    if math.isnan(value):
        raise ValueError("a readout holds no nan: leave the number out and say why")
    return round(float(f"{value:.10g}"), 12) + 0.0 if math.isfinite(value) else None  # + 0.0: no minus zero


def _record(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, Mapping):
        raise PilotlabError(f"{where} is {type(data).__name__}, not a map of fields")
    hints = _hints(kind)
    for name in data:
        if name not in hints:
            raise PilotlabError(f"{where} has an unknown field {name!r}{nearest(name, hints)}")
    values = {name: _value(hints[name], item, name, f"{where}.{name}") for name, item in data.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise PilotlabError(f"{where} can't be read: {error}") from error


def _value(hint: Any, item: Any, name: str, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return None if item is None else _value(_without_none(hint), item, name, where)
    if origin is tuple:
        return _sequence(hint, item, name, where)
    if is_dataclass(hint):
        return _record(hint, item, where)
    if origin is Literal:
        return item
    if hint is float:
        return _OPEN[name] if item is None and name in _OPEN else _float(item, where)
    return item


def _sequence(hint: Any, item: Any, name: str, where: str) -> tuple[Any, ...]:
    if not isinstance(item, list | tuple):
        raise PilotlabError(f"{where} is {type(item).__name__}, not a list")
    inner = get_args(hint)[0]
    return tuple(_value(inner, part, name, f"{where}[{place}]") for place, part in enumerate(item))


def _float(item: Any, where: str) -> float:
    if isinstance(item, bool) or not isinstance(item, int | float):
        raise PilotlabError(f"{where} is {item!r}, not a number")
    return float(item)


def _without_none(hint: Any) -> Any:
    return next(part for part in get_args(hint) if part is not type(None))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
