"""Stored: what is said of plain data from which a value can't be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

from pilotlab.errors import PilotlabError, UsageError, nearest

T = TypeVar("T")


def check_schema(data: Mapping[str, Any], wanted: str) -> None:
    """Refuse what another schema wrote.

    Raises
    ------
    UsageError
        It names both.
    """
    if data.get("schema") != wanted:
        raise UsageError(
            f"schema {data.get('schema')!r} is not {wanted!r}", fix="rebuild it from what `to_dict` wrote"
        )


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Say of data that lack a key, or hold something else than they should, what can't be read and why.

    Raises
    ------
    PilotlabError
        In place of what Python says of it.
    """
    try:
        yield
    except KeyError as error:
        raise PilotlabError(lacks(what, error.args[0])) from error
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise PilotlabError(f"{what} can't be read: {error}") from error


def made(kind: type[T], row: Mapping[str, Any], **changed: Any) -> T:
    """Make a dataclass of the keys of a row, some of them changed.

    Raises
    ------
    PilotlabError
        For a key that is missing or unknown.
    """
    known: tuple[Field[Any], ...] = fields(kind)  # type: ignore[arg-type]
    lacking = [each.name for each in known if each.name not in row and _needed(each)]
    if unknown := [name for name in row if name not in {each.name for each in known}]:
        raise PilotlabError(is_unknown(kind.__name__, unknown[0], lacking))
    if lacking:
        raise PilotlabError(lacks(kind.__name__, lacking[0]))
    return kind(**{**row, **changed})


def lacks(place: str, name: object) -> str:
    """Say that a field is missing."""
    return f"{place} can't be read: it has no {name!r}"


def is_unknown(place: str, name: str, lacking: Iterable[str]) -> str:
    """Say that a field is not known, and which of those that are missing it may stand for."""
    return f"{place} has an unknown field {name!r}{nearest(name, lacking)}"


def _needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING
