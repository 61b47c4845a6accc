"""Keys: which keys a place of a model may hold, by the names that files use."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_origin

from pilotlab.spec.frozen import Frozen
from pilotlab.spec.positions import Place

_NAMES = {"control": ("policy",)}  # names that people give, where one is always the same


def keys_at(model: type[Frozen], place: Place) -> list[str]:
    """List the keys that a place of a model may hold, by the names that files use."""
    return list(_keys_at(model, tuple("" if isinstance(step, int) else step for step in place)))


@cache
def _keys_at(model: type[Frozen], place: tuple[str, ...]) -> tuple[str, ...]:
    here: Any = model
    for step in place:
        here = _inner(here, step)
    return tuple(field.alias or key for key, field in here.model_fields.items()) if _is_model(here) else ()


def _inner(annotation: Any, step: str | int) -> Any:
    if _is_model(annotation):
        fields = {field.alias or key: field.annotation for key, field in annotation.model_fields.items()}
        return _model_or_container(fields.get(str(step)))
    return _model_or_container(
        next((arg for arg in reversed(get_args(annotation)) if arg is not Ellipsis), None)
    )


def _model_or_container(annotation: Any) -> Any:
    """Look through `Annotated`, unions and the like for the part that holds keys."""
    if _is_model(annotation) or get_origin(annotation) in (tuple, dict, list, Mapping):
        return annotation
    if get_origin(annotation) is typing.Literal:
        return None
    return next(
        (inner for arg in get_args(annotation) if (inner := _model_or_container(arg)) is not None), None
    )


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Frozen)


@cache
def every_key(*models: type[Frozen]) -> frozenset[str]:
    """Return every key that the models may hold, wherever it stands."""
    schemas = [model.model_json_schema() for model in models]
    parts = [part for schema in schemas for part in (schema, *schema.get("$defs", {}).values())]
    return frozenset(key for part in parts for key in part.get("properties", {}))


def home_of(model: type[Frozen], key: str) -> Place:
    """Return the part of the declaration that a misplaced key belongs to, the highest that knows it; none is ()."""
    if key in _NAMES:
        return _NAMES[key]
    parts: list[Place] = [(part,) for part in keys_at(model, ())]
    for part in parts:
        known = keys_at(model, part)
        if key in known:
            return part
        parts += [(*part, inner) for inner in known if keys_at(model, (*part, inner))]
    return ()


def near_keys(model: type[Frozen], place: Place) -> list[str]:
    """Return the known key that an unknown one most likely stands for, if one is near."""
    known = {key.casefold(): key for key in keys_at(model, place[:-1])}
    return [known[key] for key in difflib.get_close_matches(str(place[-1])[:60].casefold(), known, n=1)]
