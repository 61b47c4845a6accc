"""The table of notes: made, and asked for, by code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pilotlab.estimate.notes.comparison import COMPARISON
from pilotlab.estimate.notes.kind import NAMED, Kind, said
from pilotlab.estimate.notes.left_out import LEFT_OUT
from pilotlab.estimate.notes.uncertainty import UNCERTAINTY
from pilotlab.note import Note

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
