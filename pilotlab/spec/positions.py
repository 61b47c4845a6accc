"""Positions: where each key and value of a declaration stands in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pilotlab.errors import Span
from pilotlab.spec.slips import Slip

Place = tuple[str | int, ...]  # ("metrics", "goals", 0, "use")


class Mark(NamedTuple):
    """Line and column of a key and of its value, both from 1; a list's entry has its own place as key."""

    key: tuple[int, int]
    value: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Positions:
    """Looks up a place: `positions(("calendar", "start"))` is where the value stands."""

    file: str
    marks: Mapping[Place, Mark] = field(default_factory=dict)
    slips: Mapping[Place, Slip] = field(
        default_factory=dict
    )  # what keys without a value may have been meant to be
    odd: Mapping[Place, str] = field(default_factory=dict)  # numbers that not every reader takes for the same

    def __call__(self, place: Place, *, at: Literal["key", "value"] = "value") -> Span:
        """Return where a key or value stands; of what is not written, where the nearest key around it stands."""
        if place in self.marks:
            mark = self.marks[place]
            return Span(self.file, *(mark.key if at == "key" else mark.value))
        around = self.nearest_written(place)
        return Span(self.file, *self.marks[around].key) if around else Span(self.file, 1, 1)

    def nearest_written(self, place: Place) -> Place:
        """Return the longest beginning of `place` that stands in the file."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.marks:
                return place[:length]
        return ()

    def is_written(self, place: Place) -> bool:
        """Whether the file itself says something here; else a default holds."""
        return place in self.marks
