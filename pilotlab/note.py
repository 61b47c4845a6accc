"""Note: a remark beside a result, its code for programs and its sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Note:
    """What to know of a result; prints as its text, and nothing in pilotlab reads that text.

    Attributes
    ----------
    code : str
        Which remark it is: a row of docs/reference/notes.md, or a plug-in's own.
    text : str
        The sentence that a person reads.
    data : mapping
        The numbers and names that the sentence holds, as plain data.
    changes_meaning : bool
        Whether the number means something else, or is worth less, than it seems: shown wherever the number is printed.
    """

    code: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)
    changes_meaning: bool = False

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "code": self.code,
            "text": self.text,
            "data": dict(self.data),
            "changes_meaning": self.changes_meaning,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Note:
        """Rebuild from `to_dict`."""
        return cls(data["code"], data["text"], data["data"], data["changes_meaning"])


def rebuilt(rows: list[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Rebuild a result's notes from plain data."""
    return tuple(Note.from_dict(row) for row in rows)
