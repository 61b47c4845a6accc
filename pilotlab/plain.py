"""Plain data: a frozen value as JSON holds it, and the value again, by pydantic; results of `estimate` write their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from types import GenericAlias
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pilotlab.errors import PilotlabError
from pilotlab.stored import check_schema, is_unknown, lacks

T = TypeVar("T")
_CONFIG = ConfigDict(ser_json_inf_nan="constants", extra="forbid")
_UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
Infinite = Callable[[str], Any]


def plain(
    value: Any, schema: str, *, number: Callable[[str], float] = float, infinite: Infinite = str
) -> dict[str, Any]:
    """Return `value` as dicts, lists, text and finite numbers under a schema's name.

    Parameters
    ----------
    number : callable
        Makes a number of how it is written, as to round it.
    infinite : callable
        What stands for "Infinity" and "-Infinity"; by default that text, which is read back as the number.

    Raises
    ------
    ValueError
        For nan, which says nothing: the caller has to name the reason instead.
    """

    def constant(name: str) -> Any:
        if name == "NaN":
            raise ValueError("a result holds no nan: leave the number out and say why")
        return infinite(name)

    text = _adapter(cast("Hashable", type(value))).dump_json((value,))
    return {"schema": schema, **json.loads(text, parse_float=number, parse_constant=constant)[0]}


def rebuilt(kind: type[T], data: Mapping[str, Any], schema: str, *, name: str = "") -> T:
    """Rebuild a `kind` from what `plain` wrote; `name` is what messages call it, where that is not its own.

    Raises
    ------
    UsageError
        For another schema.
    PilotlabError
        For a field that is missing, unknown or of the wrong shape; the place is named.
    """
    check_schema(data, schema)
    model = issubclass(kind, BaseModel)  # which carries its schema as a field
    body = {key: item for key, item in data.items() if model or key != "schema"}
    try:
        made: T = _adapter(cast("Hashable", kind)).validate_python((body,))[0]
    except ValidationError as error:
        raise PilotlabError(_problem(name or kind.__name__, error)) from error
    return made


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    """Wrapped in a tuple, for a dataclass takes its options from what it stands in."""
    alone: Any = GenericAlias(tuple, (kind,))
    return TypeAdapter(alone, config=_CONFIG)


def _problem(root: str, error: ValidationError) -> str:
    """Say where the first problem is, and what."""
    found = error.errors()
    first = min(found, key=lambda one: one["type"] not in _UNKNOWN)  # a misspelt field is missing, too
    *way, last = first["loc"][1:] or ("",)
    place, name = _place(root, tuple(way)), str(last)
    match first["type"]:
        case kind if kind in _UNKNOWN:
            lacking = [str(one["loc"][-1]) for one in found if one["type"].startswith("missing")]
            return is_unknown(place, name, lacking)
        case "missing" | "missing_argument" | "missing_keyword_only_argument":
            return lacks(place, name)
        case "float_parsing" | "float_type":
            return f"{_place(root, first['loc'][1:])} is {first['input']!r}, not a number"
    return f"{_place(root, first['loc'][1:])} can't be read: {first['msg'][:1].lower()}{first['msg'][1:]}"


def _place(root: str, way: tuple[int | str, ...]) -> str:
    return root + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)
