"""Misfits: pydantic's errors in our own codes and words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import ErrorDetails

from pilotlab.errors import Finding, nearest, nearest_name, shortened
from pilotlab.spec import meant
from pilotlab.spec.codes import CODES, found
from pilotlab.spec.frozen import Frozen
from pilotlab.spec.keys import home_of, keys_at, near_keys
from pilotlab.spec.positions import Place, Positions
from pilotlab.spec.slips import first_lookalike, plain
from pilotlab.wording.numbers import typed

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
        yield unknown_key(model, place, positions)
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


def meant_by(model: type[Frozen], place: Place, positions: Positions) -> list[Place]:
    """Return the places that an unknown key stands for, if some are near: nothing is known of them then."""
    slip = positions.slips.get(place)
    keys = [slip.meant] if slip and slip.meant else near_keys(model, place)
    return [(*place[:-1], key) for key in keys]


def name(place: Place) -> str:
    """Write a place as people say it: `metrics.goals[0].worth_it`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def unknown_key(model: type[Frozen], place: Place, positions: Positions) -> Finding:
    """Say that a key is not known here, and what it was most likely meant to be."""
    key, known = str(place[-1]), keys_at(model, place[:-1])
    around = f" in {name(place[:-1])}" if len(place) > 1 else ""
    what, fix = f"unknown key {shortened(key)}{around}", "known here: " + ", ".join(_listed(place, known))
    hint, mends = nearest(key, known), False
    if (slip := positions.slips.get(place)) is not None:
        what, fix = f"{what}: {slip.what}", slip.fix
    elif key == "<<":
        what, fix = f"{what}: merge keys are not read", "write the keys out here"
    elif odd := first_lookalike(key):
        what, fix = f"{what}: it holds {odd[1]}", f"type it as `{plain(key).strip()}`"
    elif hint:
        what, mends = f"{what}{hint}", True
    elif home := name(home_of(model, key)):
        what, mends = f"unknown key {shortened(key)}; it belongs under {home!r}", True
        fix = f"move it under `{home}:`"
    elif "@" in key and "use" in known:
        fix = f"name the metric as `use: {key}`"
    return found("PL104", what, where=positions(place, at="key"), value=key, fix=fix, mends=mends)


def _listed(place: Place, known: list[str]) -> list[str]:
    return [key for key in known if key != "id"] if len(place) == 1 else known


def _missing(place: Place, positions: Positions) -> Finding:
    around = f" in {name(place[:-1])}" if len(place) > 1 else ""
    what = f"required key {str(place[-1])!r} is missing{around}"
    fix = _EXAMPLES.get(name(tuple(step for step in place if isinstance(step, str))), f"add `{place[-1]}: …`")
    at = place if positions.is_written(place) else place[:-1]  # written without a value, or not at all
    if at == place:
        what = f"required key {str(place[-1])!r} has no value{around}"
    return found("PL112", what, where=positions(at, at="key"), fix=fix)


_EXAMPLES = {
    "question": "add, for example, `question: Do two anchor days speed delivery?`",
    "policy": "add `policy:` with `control: {office_days: as-is}` and one pilot arm",
    "teams": "add `teams: {file: teams.csv}`",
    "calendar": "add `calendar: {start: 2026-09-07}`",
    "calendar.start": "add the first pilot week, for example `start: 2026-W37`",
    "metrics": "add `metrics: {goals: [{use: cycle_time_p50@1, worth_it: -0.5}]}`",
}


def _value(place: Place, errors: list[ErrorDetails], positions: Positions) -> Finding:
    value, label = errors[0]["input"], name(place)
    code, wanted = _reason(errors)
    words = _words(errors)
    hint = _word_hint(value, words) if words and isinstance(value, str) else ""
    written = positions.odd.get(place) or quoted(value)
    fix = _fix(label, value, wanted, code)
    mends = bool(hint) or fix == f"write {wanted}"  # both sentences say what is wanted
    if value == "":
        what, fix, mends = f"{label} is empty text", "give it a value or remove the key", False
    elif (slip := positions.slips.get(place)) is not None:
        what, fix, mends = f"{label} has no value: {slip.what}", slip.fix, False
    elif value is None:
        what = f"{label} has no value; it must be {wanted}"
    elif wanted.startswith("is "):
        of_many = isinstance(value, list | dict)
        what = f"{label} is {written}: it {wanted}" if of_many else f"{label} {written} {wanted}{_odd(value)}"
    else:
        what = f"{label} is {written}; it must be {wanted}{_odd(value)}{hint}"
    at = "value" if value is not None else "key"
    where = positions(place, at="value" if at == "value" else "key")
    return found(code, what, where=where, value=quoted(value).strip("'"), fix=fix, mends=mends)


def _word_hint(value: str, words: list[str]) -> str:
    parts = [part for part in re.split(r"[\s;/+&|]+", plain(value).strip()) if part]
    if len(parts) > 1 and set(parts) <= set(words):
        return f"; part them by a comma: {', '.join(parts)}"
    return nearest(plain(value), words)


def _odd(value: object) -> str:
    """Name a character that looks like the right one: it can't be seen."""
    odd = first_lookalike(value) if isinstance(value, str) else None
    return f"; it holds {odd[1]}" if odd else ""


def _fix(label: str, value: Any, wanted: str, code: str) -> str:
    """Say what would do: the value that was most likely meant, else what kind is needed."""
    if value is None and label.startswith("metrics."):
        return "name a metric, for example belonging@1, or remove the entry"
    if value is None:
        return "write, for example, `{office_days: 2}`" if label.startswith("policy.") else f"write {wanted}"
    if code == "PL118":
        return _week_fix(value)
    if code == "PL119":
        days = meant.days(value)
        return "write " + " or ".join(map(str, days)) if days else "write year, month and day: 2026-08-17"
    if wanted == "keys and values":
        return _map_fix(label, value)
    if wanted.startswith("a list"):
        return _list_fix(value, wanted, words=label.endswith("anchor_days"))
    if isinstance(value, list) and len(value) == 1:
        return "write it without brackets" if not isinstance(value[0], dict | list) else f"write {wanted}"
    if wanted == "true or false" and str(value).lower() in _TRUTH:
        return f"write `{_TRUTH[str(value).lower()]}`"
    if wanted == "text" and not isinstance(value, list):
        return "put it in quotes to make it text"
    if "number" in wanted and (number := meant.number(value, whole="whole" in wanted, key=label)) is not None:
        return f"write {number}" + (", without quotes" if number == value else "")
    if code == "PL115" and label == "analysis.alpha" and isinstance(value, int | float) and 1 <= value < 50:
        return f"write {typed(value / 100)} for {typed(value)} %"
    return "write a number, or a percentage in quotes" if "percentage" in wanted else f"write {wanted}"


def guess(errors: list[ErrorDetails]) -> Any:
    """Return the one value that a misfit most likely stands for, so that the rest can be judged; None where it is open."""
    value = errors[0]["input"]
    code, wanted = _reason(errors)
    if words := _words(errors):
        return nearest_name(value, words) or None
    if code in ("PL118", "PL119"):
        days = meant.mondays(value) if code == "PL118" else meant.days(value)
        return days[0].isoformat() if len(days) == 1 else None
    if (
        "number" in wanted
        and (number := meant.number(value, whole="whole" in wanted, key=str(errors[0]["loc"][-1:])))
        is not None
    ):
        return int(number) if "whole" in wanted else float(number)
    if wanted == "true or false" and str(value).lower() in _TRUTH:
        return _TRUTH[str(value).lower()] == "true"
    return (
        [value] if wanted.startswith("a list such") and isinstance(value, str) and "," not in value else None
    )


_TRUTH = {"yes": "true", "on": "true", "y": "true", "1": "true", "true": "true"} | {
    "no": "false",
    "off": "false",
    "n": "false",
    "0": "false",
    "false": "false",
}


def _week_fix(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        return "write it without brackets"
    mondays = meant.mondays(value)
    if not mondays:
        return "write the first day of the week, a Monday, or the week: 2026-09-07 or 2026-W37"
    return "write " + " or ".join(f"{day} ({day:%G}-W{day:%V})" for day in mondays)


def _map_fix(label: str, value: object) -> str:
    if label in _EXAMPLES:
        return _EXAMPLES[label]
    if isinstance(value, str) and (glued := re.match(r"([a-z_]+):(?=\S)", value)):
        return f"put a space after the colon: `{glued[1]}: {value[glued.end() : 60]}`"
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str | dict):
        return "write it without the brackets or the dash"
    return "write `key: value` for each, below it or in braces"


def _list_fix(value: object, wanted: str, *, words: bool = False) -> str:
    if isinstance(value, str):
        value = value.strip("()[] ")
        dashed = re.findall(r"(?:^|\s)-([^\s-]\S*)", value)
        if dashed and " ".join(f"-{part}" for part in dashed) == value:
            return f"put a space after each dash, or write [{', '.join(dashed)}]"
        return f"write [{', '.join(value.replace(',', ' ').split()) if words else value}]"
    if isinstance(value, dict):
        return "put a dash before it, or write a list: [a, b]"
    if isinstance(value, list) and "numbers" in wanted and len(value) > 2:
        return "write [least, most]; a decimal comma would part a number in two"
    return f"write {wanted}"


def _reason(errors: list[ErrorDetails]) -> tuple[str, str]:
    """Return the code and what would do."""
    for error in errors:
        if error["type"] in CODES:  # a type of our own names its code and what it wants
            return error["type"], error["msg"]
    if any(e["type"] == "finite_number" or _is_infinite(e["input"]) for e in errors):
        return "PL116", "a finite number"
    bounds = [_bound(error) for error in errors if _bound(error)]
    kinds = (_kind(error) for error in errors if not _bound(error) and error["type"] != "literal_error")
    words = _words(errors)
    listed = [("one of " if len(words) > 1 else "") + ", ".join(words)] if words else []
    text = ", or ".join(dict.fromkeys([*bounds, *kinds, *listed]))
    return "PL115" if bounds else "PL114" if words else "PL113", text


def _is_infinite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _bound(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    tests = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    if error["type"] in ("too_short", "too_long", "string_too_short"):
        return ""
    return next((text.format(_size(context[key])) for key, text in tests.items() if key in context), "")


def _size(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else typed(bound)


def _kind(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "string_too_short":
        return "text"
    if kind == "string_too_long":
        return f"text of at most {error['ctx']['max_length']} characters"
    if kind == "string_pattern_mismatch":
        return "lower-case letters, digits and _, beginning with a letter"
    if kind in (
        "too_short",
        "too_long",
        "missing",
        "unexpected_positional_argument",
    ) or "length" in error.get("ctx", {}):
        least = error.get("ctx", {}).get("min_length", 1)
        return (
            f"a list of at least {_COUNTS.get(least, least)}"
            if kind == "too_short"
            else "a list of two numbers"
        )
    return next((text for start, text in _KINDS.items() if kind.startswith(start)), "something else")


_COUNTS = {1: "one", 2: "two"}


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
    if isinstance(value, dict):
        return "a map"
    return "empty" if value is None else shortened(value)
