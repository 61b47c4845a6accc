"""Shape: plain data held against a model; every misfit becomes a finding, and what does fit is kept as a draft."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pilotlab.errors import Finding
from pilotlab.spec.frozen import Frozen
from pilotlab.spec.keys import keys_at
from pilotlab.spec.misfit import describe, guess, is_missing, meant_by
from pilotlab.spec.positions import Place, Positions

Model = TypeVar("Model", bound=Frozen)
_ROUNDS = 8  # leaving a value out may uncover that a required one is then missing


@dataclass(frozen=True, slots=True)
class Fit(Generic[Model]):
    """What data says in the shape of a model.

    Attributes
    ----------
    value : Model or None
        The declaration; None where something does not fit.
    draft : Model or None
        The same without the misfits (placeholders where a required key is one), so that the rest can be checked too.
    broken : frozenset of Place
        What the draft leaves out or holds a placeholder for.
    kept : mapping
        For a list the draft left entries out of: the places in the file of those it kept.
    guessed : frozenset of Place
        Where the draft holds what a misfit was most likely meant to be; nothing is said of these places again.
    """

    value: Model | None
    draft: Model | None
    broken: frozenset[Place]
    kept: Mapping[Place, list[int]]
    findings: tuple[Finding, ...]
    guessed: frozenset[Place] = frozenset()


def fit(
    model: type[Model], data: Mapping[str, Any], positions: Positions, *, placeholders: Mapping[Place, Any]
) -> Fit[Model]:
    """Hold data against a model.

    Parameters
    ----------
    placeholders : mapping
        For each required key that stands in no list: what the draft puts there when it is missing or misfits.
    """
    given = _given(data, model, ())
    try:
        value = model.model_validate(given)
    except ValidationError as error:
        errors = _grouped(error.errors(include_url=False), given)
        cut = {(*place[:-1], slip.meant) for place, slip in positions.slips.items() if place in errors}
        findings = [
            found
            for place, group in errors.items()
            if place not in cut or place in positions.slips
            for found in describe(model, place, group, positions)
        ]
        repair = _Repair(copy.deepcopy(given), placeholders)
        draft = repair.run(model, errors)
        meant = {
            intended
            for place, group in errors.items()
            if group[0]["type"] == "extra_forbidden" or place in positions.slips
            for intended in meant_by(model, place, positions)
        }
        broken, guessed = frozenset(repair.broken | meant), frozenset(repair.guessed - repair.broken)
        return Fit(None, draft, broken, repair.kept, tuple(findings), guessed)
    return Fit(value, value, frozenset(), {}, ())


def _given(value: Any, model: type[Frozen], place: Place) -> Any:
    """Leave out known keys without a value: they are not given. An unknown one, or the name of an arm, stays."""
    if isinstance(value, Mapping):
        known = keys_at(model, place)
        return {
            key: _given(inner, model, (*place, key))
            for key, inner in value.items()
            if inner is not None or key not in known
        }
    if isinstance(value, list):
        return [_given(entry, model, (*place, index)) for index, entry in enumerate(value)]
    return value


def _grouped(errors: list[ErrorDetails], data: Any) -> dict[Place, list[ErrorDetails]]:
    """Put errors of one place together: a value that fits no member of a union gives one error a member."""
    groups: dict[Place, list[ErrorDetails]] = {}
    for error in errors:
        place = _place(error, data)
        groups.setdefault(place, []).append(error)
    return groups


def _place(error: ErrorDetails, data: Any) -> Place:
    """Cut pydantic's `loc` to what stands in the data: it also names members of unions and short forms."""
    place: list[str | int] = []
    for step in error["loc"]:
        if not (
            step in data
            if isinstance(data, Mapping)
            else isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            is_key = error["type"] == "missing" and isinstance(data, Mapping)
            return (*place, step) if is_key else tuple(place)
        data = _into(data, step)
        place.append(step)
    return tuple(place)


class _Repair:
    """Leaves misfits out until the rest fits."""

    def __init__(self, data: Any, placeholders: Mapping[Place, Any]) -> None:
        self.data, self.placeholders = data, placeholders
        self.broken: set[Place] = set()
        self.guessed: set[Place] = set()
        self.kept: dict[Place, list[int]] = {}

    def run(self, model: type[Model], errors: Mapping[Place, list[ErrorDetails]]) -> Model | None:
        for _ in range(_ROUNDS):
            for place in sorted(errors, key=lambda place: tuple(map(str, place)), reverse=True):
                missing = is_missing(place, errors[place])
                if missing or not self._guess(place, errors[place]):
                    self._leave_out(place, missing=missing)
            self._close_lists(self.data, ())
            try:
                return model.model_validate(self.data)
            except ValidationError as error:
                errors = _grouped(error.errors(include_url=False), self.data)
        return None

    def _guess(self, place: Place, errors: list[ErrorDetails]) -> bool:
        """Put what was most likely meant, once."""
        written = self._in_file(place)
        meant = None if written in self.guessed else guess(errors)
        if meant is None or not place:
            return False
        holder = reduce(_into, place[:-1], self.data)
        if isinstance(holder, list | dict) and _into(holder, place[-1]) is not None:
            holder[place[-1]] = meant  # type: ignore[index]
            self.guessed.add(written)
            return True
        return False

    def _leave_out(self, place: Place, *, missing: bool) -> None:
        """Put a placeholder, else remove the value; of a list's entry that lacks a required key, the entry."""
        if missing and place not in self.placeholders:
            place = _entry_around(place)
        self.broken.add(self._in_file(place))
        *around, last = place
        holder = reduce(_into, around, self.data)
        if isinstance(holder, list) and isinstance(last, int):
            holder[last] = _GONE
        elif isinstance(holder, dict) and place in self.placeholders:
            holder[last] = copy.deepcopy(self.placeholders[place])
        elif isinstance(holder, dict):
            holder.pop(last, None)

    def _close_lists(self, value: Any, place: Place) -> None:
        if isinstance(value, list):
            before = self.kept.get(self._in_file(place), list(range(len(value))))
            if any(entry is _GONE for entry in value):
                self.kept[self._in_file(place)] = [
                    index for index, entry in zip(before, value, strict=True) if entry is not _GONE
                ]
                value[:] = [entry for entry in value if entry is not _GONE]
        steps = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for step, inner in steps:
            self._close_lists(inner, (*place, step))

    def _in_file(self, place: Place) -> Place:
        return in_file(place, self.kept)


_GONE = object()


def _into(holder: Any, step: str | int) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    return holder[step] if isinstance(holder, list) and isinstance(step, int) else None


def in_file(place: Place, kept: Mapping[Place, list[int]]) -> Place:
    """Translate a place of the draft to the file, where a list may hold entries the draft left out."""
    written: Place = ()
    for step in place:
        known = kept.get(written)
        written = (*written, known[step] if known and isinstance(step, int) and step < len(known) else step)
    return written


def _entry_around(place: Place) -> Place:
    for length in range(len(place) - 1, 0, -1):
        if isinstance(place[length - 1], int):
            return place[:length]
    return place[:-1] or place
