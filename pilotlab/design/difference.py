"""Differences between two plain declarations, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ABSENT = "(not there)"


@dataclass(frozen=True, slots=True)
class Change:
    """One key whose value differs: its path as a reader of the file writes it, and both values as plain data."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.path}: was {shown(self.before)}, is now {shown(self.after)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"path": self.path, "before": self.before, "after": self.after}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Change:
        """Rebuild from `to_dict`."""
        return cls(data["path"], data["before"], data["after"])


def in_short(changes: Sequence[Change]) -> str:
    """Name the first change, and how many more there are; "" where there is none."""
    if not changes:
        return ""
    more = f", and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{changes[0]}{more}"


def differences(before: Any, after: Any, path: str = "") -> tuple[Change, ...]:
    """Compare two plain values; one row for each leaf that differs, in the order of the paths.

    Lists of the same length are compared place by place, others as a whole; a key that one side lacks has the value None
    there.
    """
    return tuple(sorted(_walk(before, after, path), key=lambda change: change.path))


def _walk(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            yield from _walk(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif _is_list(before) and _is_list(after) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _walk(old, new, f"{path}[{place}]")
    elif before != after:
        yield Change(path, before, after)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def shown(value: Any) -> str:
    """Write plain data in one line, without what is empty."""
    if value is None:
        return ABSENT
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{key}: {shown(one)}" for key, one in value.items() if one not in (None, "", [], {}))
            + "}"
        )
    if _is_list(value):
        return "[" + ", ".join(shown(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) or "''"
