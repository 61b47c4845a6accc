"""Misspelt keys, and keys in the wrong place: each is told once, and read as what it most likely stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pilotlab.errors import Finding, nearest
from pilotlab.spec.frozen import Frozen
from pilotlab.spec.keys import home_of, keys_at, near_keys
from pilotlab.spec.misfit import unknown_key
from pilotlab.spec.positions import Mark, Place, Positions


def respelt(
    model: type[Frozen], data: Mapping[str, Any], positions: Positions
) -> tuple[dict[str, Any], Positions, list[Finding]]:
    """Read misspelt keys as what they stand for, and misplaced ones where they belong.

    Returns
    -------
    tuple
        The data with its keys mended, positions that know the mended keys, and a finding for each.
    """
    slips = dict(_slips(model, data, (), positions))
    findings = [unknown_key(model, place, positions) for place in slips]
    marks = {_meant(place, slips): mark for place, mark in positions.marks.items()}
    known: dict[Place, Mark] = {**positions.marks, **marks}
    mended = replace(positions, marks=known) if slips else positions
    spelt = _renamed(data, (), slips)
    findings += [unknown_key(model, place, mended) for place in _strays(model, spelt, mended)]
    return spelt, replace(mended, marks=_moved(model, spelt, mended)), findings


def _strays(model: type[Frozen], data: Mapping[str, Any], positions: Positions) -> Iterator[Place]:
    """Keys that are known in another part alone, where that part can take them."""
    holders: list[tuple[Place, Any]] = [((), data), *(((key,), value) for key, value in data.items())]
    for place, holder in holders:
        known = keys_at(model, place)
        for key, value in holder.items() if known and isinstance(holder, Mapping) else ():
            here = (*place, key)
            if key in known or value is None or here in positions.slips or nearest(key, known):
                continue
            home = home_of(model, key)
            if home and _is_free(data, (*home, key)):
                yield here


def _part(data: dict[str, Any], place: Place) -> dict[str, Any]:
    part = data
    for step in map(str, place):
        part = part[step]
    return part


def _is_free(data: Any, place: Place) -> bool:
    """Whether nothing stands at a place, and the maps above it are maps or not there."""
    for step in place:
        if not isinstance(data, Mapping):
            return data is None
        data = data.get(step)
    return data is None


def _moved(model: type[Frozen], data: dict[str, Any], positions: Positions) -> dict[Place, Mark]:
    """Move misplaced keys in the data; returns the marks, which know them in both places."""
    marks = dict(positions.marks)
    for place in list(_strays(model, data, positions)):
        home = home_of(model, str(place[-1]))
        if not _is_free(data, (*home, place[-1])):  # two of one name: the first was moved
            continue
        value = _part(data, place[:-1]).pop(str(place[-1]))
        holder = data
        for step in map(str, home):
            holder[step] = holder.get(step) or {}
            holder = holder[step]
        holder[str(place[-1])] = value
        marks |= {
            (*home, *at[len(place) - 1 :]): mark for at, mark in marks.items() if at[: len(place)] == place
        }
    return marks


def _slips(
    model: type[Frozen], value: Any, place: Place, positions: Positions
) -> Iterator[tuple[Place, str]]:
    if isinstance(value, Mapping):
        known = keys_at(model, place)
        for key, inner in value.items():
            here, meant = (*place, key), ""
            if known and key not in known and inner is not None and here not in positions.slips:
                meant = _single(model, here, known, value)
            if meant:
                yield here, meant
            elif key in known or not known:
                yield from _slips(model, inner, here, positions)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _slips(model, entry, (*place, index), positions)


def _single(model: type[Frozen], place: Place, known: list[str], around: Mapping[str, Any]) -> str:
    """Return the key that was meant, if the hint names it and no other key of the map may stand for it."""
    near = near_keys(model, place)
    if not near or near[0] in around or f"mean {near[0]!r}" not in nearest(place[-1], known):
        return ""
    rivals = [key for key in around if key not in known and near_keys(model, (*place[:-1], key)) == near]
    return near[0] if rivals == [place[-1]] else ""


def _meant(place: Place, slips: Mapping[Place, str]) -> Place:
    return tuple(slips.get(place[: at + 1], step) for at, step in enumerate(place))


def _renamed(value: Any, place: Place, slips: Mapping[Place, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            slips.get((*place, key), key): _renamed(inner, (*place, key), slips)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_renamed(entry, (*place, index), slips) for index, entry in enumerate(value)]
    return value
