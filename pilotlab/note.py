"""Note: a remark beside a result, its code for programs and its sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from pilotlab.stored import reading


class Note(str):
    """What to know of a result: its sentence, a string, with the code and the numbers that programs read instead.

    Notes are equal, among each other and to plain strings, where their sentences are.

    Attributes
    ----------
    code : str
        Which remark it is: a row of docs/reference/notes.md, or a plug-in's own.
    text : str
        The sentence that a person reads.
    data : mapping
        The numbers and names that the sentence holds, as plain data; read-only.
    changes_meaning : bool
        Whether the number means something else, or is worth less, than it seems: shown wherever the number is printed.

    Examples
    --------
    >>> note = Note("rows.without_outcome", "2 rows without an outcome left out", {"rows": 2})
    >>> note.code, note.data["rows"], "without an outcome" in note
    ('rows.without_outcome', 2, True)
    """

    __slots__ = ("changes_meaning", "code", "data")

    code: str
    data: Mapping[str, Any]
    changes_meaning: bool

    def __new__(
        cls, code: str, text: str, data: Mapping[str, Any] | None = None, changes_meaning: bool = False
    ) -> Self:
        """Make a note of its code, its sentence and what the sentence holds."""
        self = super().__new__(cls, text)
        kept = MappingProxyType(dict(data or {}))
        for name, value in (("code", code), ("data", kept), ("changes_meaning", changes_meaning)):
            object.__setattr__(self, name, value)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a note is frozen: {name} can't be set")

    @property
    def text(self) -> str:
        """The sentence, as a plain string."""
        return str.__str__(self)

    def __str__(self) -> str:
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"Note({self.code!r}, {self.text!r}, {dict(self.data)!r}, {self.changes_meaning!r})"

    def __reduce__(self) -> tuple[type[Note], tuple[str, str, dict[str, Any], bool]]:
        return Note, (self.code, self.text, dict(self.data), self.changes_meaning)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "code": self.code,
            "text": self.text,
            "data": dict(self.data),
            "changes_meaning": self.changes_meaning,
        }

    @classmethod
    @reading("Note")
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from `to_dict`."""
        return cls(data["code"], data["text"], data["data"], data["changes_meaning"])


def rebuilt(rows: list[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Rebuild a result's notes from plain data."""
    return tuple(Note.from_dict(row) for row in rows)
