"""The table of notes: made, and asked for, by code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from numbers import Real
from string import Formatter
from types import MappingProxyType
from typing import Any

from pilotlab.estimate.notes.kinds import COMPARISON, LEFT_OUT, NAMED, UNCERTAINTY, Kind
from pilotlab.note import Note
from pilotlab.wording.chances import p_value
from pilotlab.wording.lists import some
from pilotlab.wording.numbers import count, number, percent, significant, typed

NOTES: Mapping[str, Kind] = MappingProxyType({**LEFT_OUT, **COMPARISON, **UNCERTAINTY})


def note(code: str, **data: Any) -> Note:
    """Write the note of a code; `data` fills its slots, and is kept."""
    kind = NOTES[code]
    return Note(code, said(kind, data), data, kind.changes_meaning)


def names(labels: Iterable[Any]) -> list[str]:
    """The first of some units, as text: a note names no more of them and counts the others."""
    return [str(label) for label, _ in zip(labels, range(NAMED), strict=False)]


def has(notes: Iterable[Note], code: str) -> bool:
    """Whether a note of a code is among some."""
    return any(each.code == code for each in notes)


def without(notes: Iterable[Note], code: str) -> tuple[Note, ...]:
    """Notes of other codes."""
    return tuple(each for each in notes if each.code != code)


def about_left_out(notes: Iterable[Note], what: str = "") -> tuple[Note, ...]:
    """Notes about what does not count: of `what` alone where that is named."""
    kinds = ((each, NOTES[each.code].leaves_out if each.code in NOTES else "") for each in notes)
    return tuple(each for each, out in kinds if out and what in ("", out))


def because(notes: Iterable[Note]) -> str:
    """What was left out as the end of a reason, in brackets; empty where nothing was."""
    text = "; ".join(str(each) for each in notes)
    return f" ({text})" if text else ""


def nameless(each: Note) -> Note:
    """A note that names no unit: who was left out may tell what nobody may know."""
    if "units" not in each.data or each.code not in NOTES:
        return each
    return note(each.code, **{key: value for key, value in each.data.items() if key != "units"})


class _Words(Formatter):
    """Fill slots: choices and lists and numbers as pilotlab writes them."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec.startswith("?"):
            one, many = format_spec[1:].split("|")
            return one if value == 1 else many
        if format_spec == "listed":
            return some(value, NAMED)
        if isinstance(value, Real) and format_spec:
            return filled(float(value), format_spec)
        return super().format_field(value, format_spec)


def said(kind: Kind, data: dict[str, Any]) -> str:
    """Fill the slots; names of units follow where the data hold them."""
    text = _Words().vformat(kind.words, (), data)
    names = data.get("units")
    if not isinstance(names, list):
        return text
    more = data["count"] - len(names)
    return f"{text}: {', '.join(names)}" + (f" and {more} more" if more else "")


_DIGITS = re.compile(r"\.(\d+)([fg])")


def filled(value: float, how: str) -> str:
    """Write a value as the slot asks: `,` a count, `g` as typed, `.3g` significant digits, `.2f` decimals, `.0%` a share, `p` a p-value.

    Examples
    --------
    >>> filled(12000, ","), filled(0.05, "g"), filled(-0.012345, ".3g"), filled(-1.5, ".2f"), filled(0.25, ".0%")
    ('12,000', '0.05', '−0.0123', '−1.50', '25 %')
    """
    if how == ",":
        return count(int(value))
    if how == "g":
        return typed(value)
    if how == "p":
        return p_value(value)
    if how == ".0%":
        return percent(value)
    asked = _DIGITS.fullmatch(how)
    if asked is None:
        return format(value, how)
    digits = int(asked[1])
    return significant(value, digits) if asked[2] == "g" else number(value, digits)
