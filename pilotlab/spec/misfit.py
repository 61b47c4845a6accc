"""Misfits: pydantic's errors in our own codes and words."""

from __future__ import annotations

import difflib
import math
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, get_args, get_origin

from pydantic_core import ErrorDetails

from pilotlab.errors import Finding, nearest
from pilotlab.spec.codes import found
from pilotlab.spec.frozen import Frozen
from pilotlab.spec.positions import Place, Positions

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "tuple": "a list such as [a, b]",
    "list": "a list such as [a, b]",
    "frozen_set": "a list such as [a, b]",
    "set": "a list such as [a, b]",
    "model": "keys and values",
    "dict": "keys and values",
    "date": "a date such as 2026-08-17",
}


def describe(
    model: type[Frozen], place: Place, errors: list[ErrorDetails], positions: Positions
) -> Iterator[Finding]:
    """Say what is wrong at one place. Several errors are members of a union that the value fits none of."""
    kind = errors[0]["type"]
    if kind == "extra_forbidden":
        yield _unknown_key(model, place, positions)
    elif is_missing(place, errors):
        yield _missing(place, positions)
    else:
        yield _value(place, errors, positions)


def is_missing(place: Place, errors: list[ErrorDetails]) -> bool:
    """Whether a required key is missing here; pydantic calls a list that is too short the same."""
    return any(
        error["type"] == "missing" and error["loc"][-1:] == place[-1:] and isinstance(place[-1], str)
        for error in errors
    )


def meant_by(model: type[Frozen], place: Place) -> list[Place]:
    """Return the place that an unknown key stands for, if one is near: nothing is known of it then."""
    close = difflib.get_close_matches(str(place[-1]), keys_at(model, place[:-1]), n=1)
    return [(*place[:-1], key) for key in close]


def name(place: Place) -> str:
    """Write a place as people say it: `metrics.goals[0].worth_it`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _unknown_key(model: type[Frozen], place: Place, positions: Positions) -> Finding:
    key, known = str(place[-1]), keys_at(model, place[:-1])
    around = f" in {name(place[:-1])}" if len(place) > 1 else ""
    hint = nearest(key, known)
    if not hint and (home := _home(model, key)):
        return found(
            "PL104",
            f"unknown key {key!r}; it belongs under {home!r}",
            where=positions(place, at="key"),
            value=key,
            fix=f"move it under `{home}:`",
        )
    where, known = (
        positions(place, at="key"),
        [key for key in known if key != "id"] if len(place) == 1 else known,
    )
    return found(
        "PL104",
        f"unknown key {key!r}{around}{hint}",
        where=where,
        value=key,
        fix="known here: " + ", ".join(known),
    )


def _missing(place: Place, positions: Positions) -> Finding:
    around = f" in {name(place[:-1])}" if len(place) > 1 else ""
    what = f"required key {str(place[-1])!r} is missing{around}"
    fix = _EXAMPLES.get(name(tuple(step for step in place if isinstance(step, str))), f"add `{place[-1]}: …`")
    return found("PL112", what, where=positions(place[:-1], at="key"), fix=fix)


_EXAMPLES = {
    "question": "add, for example, `question: Do two anchor days speed delivery?`",
    "policy": "add `policy:` with `control: {office_days: as-is}` and one pilot arm",
    "teams": "add `teams: {file: teams.csv}`",
    "calendar": "add `calendar: {start: 2026-09-07}`",
    "calendar.start": "add the first pilot week, for example `start: 2026-W37`",
    "metrics": "add `metrics: {goals: [{use: cycle_time_p50@1, worth_it: -0.5}]}`",
}


def _value(place: Place, errors: list[ErrorDetails], positions: Positions) -> Finding:
    value, where, label = errors[0]["input"], positions(place), name(place)
    code, wanted = _reason(errors)
    if code == "PL118" or errors[0]["type"] == "value_error":
        return found(
            code,
            f"{label} {wanted}",
            where=where,
            value=value,
            fix=_FIXES.get(code, "write a number, or a percentage in quotes"),
        )
    if value == "":
        return found(
            "PL113",
            f"{label} is empty text",
            where=where,
            value=value,
            fix="give it a value or remove the key",
        )
    words = _words(errors)
    hint = nearest(value, words) if words and isinstance(value, str) else ""
    fix = _EXAMPLES.get(label, "") if wanted == "keys and values" else ""
    if wanted == "text" and not isinstance(value, dict | list):
        fix = "put it in quotes to make it text"
    return found(
        code,
        f"{label} is {quoted(value)}; it must be {wanted}{hint}",
        where=where,
        value=_short(value),
        fix=fix or f"write {wanted}",
    )


_FIXES = {"PL118": "write the first day of the week, a Monday, or the week: 2026-09-07 or 2026-W37"}


def _reason(errors: list[ErrorDetails]) -> tuple[str, str]:
    """Return the code and what would do."""
    by_type = {error["type"]: error for error in errors}
    if problem := by_type.get("value_error"):
        text = str(problem["ctx"]["error"]) if "ctx" in problem else problem["msg"]
        return ("PL113" if "percentage" in text else "PL118"), text
    if "finite_number" in by_type or any(
        isinstance(e["input"], float) and not math.isfinite(e["input"]) for e in errors
    ):
        return "PL116", "a finite number"
    bounds = [_bound(error) for error in errors if _bound(error)]
    wanted = [
        *bounds,
        *(_kind(error) for error in errors if not _bound(error) and error["type"] != "literal_error"),
    ]
    words = _words(errors)
    if words:
        wanted.append(("one of " if len(words) > 1 else "") + ", ".join(words))
    text = ", or ".join(dict.fromkeys(wanted))
    if bounds:
        return "PL115", text
    if words:
        return "PL114", text
    return ("PL119" if any(error["type"].startswith("date") for error in errors) else "PL113"), text


def _bound(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    tests = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    if error["type"] in ("too_short", "too_long", "string_too_short"):
        return ""
    return next((text.format(f"{context[key]:g}") for key, text in tests.items() if key in context), "")


def _kind(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "string_too_short":
        return "text"
    if kind == "string_pattern_mismatch":
        return "lower-case letters, digits and _, beginning with a letter"
    if kind in (
        "too_short",
        "too_long",
        "missing",
        "unexpected_positional_argument",
    ) or "length" in error.get("ctx", {}):
        return "a list of at least one" if kind == "too_short" else "a list of two numbers"
    return next((text for start, text in _KINDS.items() if kind.startswith(start)), "something else")


def _words(errors: list[ErrorDetails]) -> list[str]:
    """Words a literal takes; pydantic lists them as "'a', 'b' or 'c'"."""
    listed = [error["ctx"]["expected"] for error in errors if error["type"] == "literal_error"]
    return [word.strip().strip("'") for text in listed for word in text.replace(" or ", ", ").split(",")]


def quoted(value: object) -> str:
    """Quote a value as it stands in the file, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "a map" if isinstance(value, dict) else _short(value, quote=True)


def _short(value: object, *, quote: bool = False) -> str:
    text = value.isoformat() if isinstance(value, date) else str(value) if not quote else repr(value)
    return text if len(text) <= 60 else text[:57] + "…" + (text[-1] if quote else "")


def keys_at(model: type[Frozen], place: Place) -> list[str]:
    """List the keys that a place of a model may hold, by the names that files use."""
    here: Any = model
    for step in place:
        here = _inner(here, step)
    return [field.alias or key for key, field in here.model_fields.items()] if _is_model(here) else []


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


def _home(model: type[Frozen], key: str) -> str:
    """Name the part of the declaration a misplaced key belongs to, one level down."""
    return next((part for part in keys_at(model, ()) if key in keys_at(model, (part,))), "")
