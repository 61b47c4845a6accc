"""Promises kept: every guardrail and watched metric on one axis, in multiples of its own limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pilotlab.readout.charts.marks import (
    DASHED,
    WIDTH,
    arrow_head,
    diamond,
    disc,
    hatch,
    line,
    picture,
    ring,
    text,
    zone,
)
from pilotlab.readout.charts.scale import Scale
from pilotlab.readout.charts.text_width import fitted, width, wrapped
from pilotlab.readout.document.page_one import Promise, Promises
from pilotlab.readout.palette import Colour
from pilotlab.wording.numbers import number
from pilotlab.wording.unbroken import interval, level, with_unit

LEFT, RIGHT, NARROWEST = 112.0, 228.0, 206.0  # the plot; it gives way to values of many digits
VALUE, NAMES = 263.0, 108.0  # where values end; room for names
TOP = 16.0
FURTHEST = 4.0  # multiples of the limit that the axis shows at most


@dataclass(frozen=True, slots=True)
class _Place:
    """A row's place: its names on lines, from `top` downwards, the mark at `middle`."""

    row: Promise
    names: tuple[str, ...]
    size: float
    top: float
    middle: float


def plot_promises(name: str, promises: Promises) -> str:
    """Plot the rows in the order given, deciding ones first and with their state."""
    if all(row.limit is None for row in promises.rows):
        return _listed(name, promises)
    ordered = sorted(promises.rows, key=lambda row: (not row.deciding, not row.broken))
    places, floor = _places(ordered)
    scale = _scale(ordered)
    marks = _frame(promises, scale, floor)
    for place in places:
        marks += _tall_row(place, scale) if _tall(place.row) else _watched(place, scale)
    first_watched = next((place for place in places if not place.row.deciding), None)
    if first_watched and first_watched is not places[0]:
        marks.append(line((0, first_watched.top), (WIDTH, first_watched.top), "rule", 0.8))
    marks.append(text((LEFT - 8, floor + 15), "← worse", "muted"))
    marks.append(text((scale.end + 6, floor + 15), "better →", "muted", anchor="end"))
    return picture(name, "Promises kept", describe(promises), floor + 18, marks)


def _listed(name: str, promises: Promises) -> str:
    """List the numbers where no row has a limit: mixed units have no axis to share."""
    marks = [text((WIDTH, 11), f"change ({level(promises.level)} interval)", "muted", 9, anchor="end")]
    y = TOP
    for row in promises.rows:
        marks.append(line((0, y), (WIDTH, y), "rule", 0.8))
        marks += [
            text((0, y + 11.5 + 11 * k), part, "ink", 9.5)
            for k, part in enumerate(wrapped(row.label, 140, 9.5))
        ]
        value = (
            with_unit(row.effect.estimate or 0.0, row.decimals, row.unit, sign=True)
            if row.shown
            else row.state
        )
        ends = f"({_ends(row)})" if row.shown else row.reason
        room = WIDTH - VALUE - 2
        marks.append(text((VALUE, y + 11.5), value, "ink", fitted(value, 112, 9.5), anchor="end"))
        marks.append(
            text(
                (WIDTH, y + 11.5),
                ends,
                "ink" if row.shown else "muted",
                fitted(ends, room, 9.1, least=5.5),
                anchor="end",
            )
        )
        y += 5.5 + 11 * len(wrapped(row.label, 140, 9.5))
    return picture(name, "Watched", describe(promises), y + 2, marks)


def describe(promises: Promises) -> str:
    """Say in words what the chart shows."""
    return "Guardrails and watched metrics in units of their own limit, right is better. " + " ".join(
        f"{row.label} {_in_words(row)}." for row in promises.rows
    )


def _in_words(row: Promise) -> str:
    if not row.shown or row.effect.estimate is None:
        return f"{row.state}: {row.reason}" if row.reason else row.state
    size = number(row.effect.estimate, row.decimals, sign=True)
    limit = f", limit {number(row.limit, row.decimals)}" if row.limit is not None else ""
    return f"{size} {row.unit}, interval {_ends(row)}{limit}: {row.state}"


def _places(rows: Sequence[Promise]) -> tuple[list[_Place], float]:
    places, top = [], TOP + 2.0
    for row in rows:
        size, names = _names(row)
        if _tall(row):
            places.append(_Place(row, names, size, top, top + 13))
            top += 18.0 + 11.5 * len(names)
        else:
            if places and _tall(places[-1].row):
                top += 2.5
            places.append(_Place(row, names, size, top, top + 9.5))
            top += 6.0 + 11.0 * len(names) if len(names) > 1 else 16.0
    return places, top + 1.5


def _names(row: Promise) -> tuple[float, tuple[str, ...]]:
    """Set a name on one line, a little smaller if that is enough, or break it."""
    usual, bold = (10.0, True) if _tall(row) else (9.5, False)
    size = fitted(row.label, NAMES, usual, bold=bold, least=8.8)
    if width(row.label, size, bold=bold) <= NAMES:
        return size, (row.label,)
    return usual, tuple(wrapped(row.label, NAMES, usual, bold=bold))


def _scale(rows: Sequence[Promise]) -> Scale:
    reach = [
        abs(end / row.limit)
        for row in rows
        if row.shown and row.limit
        for end in (row.effect.low, row.effect.high)
    ]
    furthest = max([1.5, *(end for end in reach if math.isfinite(end))]) * 1.05
    edge = min(max(furthest, 2.1), FURTHEST)
    values = [width(_value(row), 9.5, bold=_tall(row)) for row in rows if row.shown]
    return Scale(-edge, edge, LEFT, min(RIGHT, max(NARROWEST, VALUE - 3 - max(values, default=0.0))))


def _frame(promises: Promises, scale: Scale, floor: float) -> list[str]:
    limited = any(row.limit is not None for row in promises.rows)
    head = "change"
    marks = []
    if limited:
        marks.append(zone(LEFT, TOP, scale(-1) - LEFT, floor - TOP))
    marks.append(line((scale(0), TOP), (scale(0), floor), "ink", 1.2))
    if limited:
        marks.append(line((scale(-1), TOP), (scale(-1), floor), "red", 1.4, dash=DASHED))
        marks.append(text((scale(-1) + 6, 11), "limit", "red", anchor="end", bold=True))
    marks.append(text((scale(0) - 5 if scale(0) - scale(-1) > 12 else scale(0) + 4, 11), "no change", "ink"))
    return [*marks, text((WIDTH, 11), f"{head} ({level(promises.level)} interval)", "muted", 9, anchor="end")]


def _tall_row(place: _Place, scale: Scale) -> list[str]:
    row, y = place.row, place.top + 11
    marks = [
        text((0, y + 11.5 * k), words, "ink", place.size, bold=True) for k, words in enumerate(place.names)
    ]
    below = y + 11.5 * len(place.names)
    limit = _limit(row)
    marks.append(text((0, below), limit, "muted", fitted(limit, NAMES, 8.8)))
    if not row.shown:
        return marks + _missing(row, place.middle, scale)
    colour: Colour = "red" if row.broken else "blue"
    marks += _mark(row, place.middle, scale, colour, 3.4)
    marks += _numbers(row, y, scale, colour, bold=True)
    return [*marks, text((WIDTH, y + 11.5), row.state, colour, 9.5, anchor="end", bold=True)]


def _watched(place: _Place, scale: Scale) -> list[str]:
    row, y = place.row, place.middle + 3.5
    marks = [text((0, y + 11 * k), words, "ink", place.size) for k, words in enumerate(place.names)]
    if not row.shown:
        return marks + _missing(row, place.middle, scale)
    marks += _mark(row, place.middle, scale, "comp", 1.6)
    return marks + _numbers(row, y, scale, "ink", bold=False)


def _tall(row: Promise) -> bool:
    """Whether a row has two lines and names its state: those that decide, and a watched one that raised an alarm."""
    return row.deciding or row.broken


def _limit(row: Promise) -> str:
    if row.limit is None:
        return "no limit set"
    return f"limit {number(row.limit, row.decimals)} {row.unit} {row.per}".rstrip()


def _mark(row: Promise, y: float, scale: Scale, colour: Colour, weight: float) -> list[str]:
    if row.limit is None or row.effect.estimate is None:
        return [] if _tall(row) else [text((scale(0) + 4, y + 3), "no limit set", "muted", 8.2)]
    unit = abs(row.limit)
    low, high, centre = (value / unit for value in (row.effect.low, row.effect.high, row.effect.estimate))
    marks = [line((scale(low), y), (scale(high), y), colour, weight)]
    marks += [arrow_head((LEFT - 1, y), -1, colour, 1.4, 4)] if low < scale.low else []
    marks += [arrow_head((scale.end + 1, y), 1, colour, 1.4, 4)] if high > scale.high else []
    if not scale.holds(centre):
        return marks
    at = (scale(centre), y)
    if row.broken:
        return [*marks, diamond(at, 6)]
    return [*marks, disc(at, 5, colour) if row.deciding else ring(at, 3.2, colour)]


def _numbers(row: Promise, y: float, scale: Scale, colour: Colour, *, bold: bool) -> list[str]:
    value = _value(row)
    ends = f"({_ends(row)})"
    room = WIDTH - VALUE - 2
    marks = [text((WIDTH, y), ends, "ink", fitted(ends, room, 9.1, least=5.5), anchor="end")]
    size = fitted(value, VALUE - scale.end - 1, 9.5, bold=bold)
    return [text((VALUE, y), value, colour, size, anchor="end", bold=bold), *marks]


def _value(row: Promise) -> str:
    return number(row.effect.estimate or 0.0, row.decimals, sign=True)


def _ends(row: Promise) -> str:
    return interval(row.effect.low, row.effect.high, row.decimals, sign=True)


def _missing(row: Promise, y: float, scale: Scale) -> list[str]:
    words = f"{row.state}: {row.reason}" if row.reason else row.state
    room = WIDTH - scale.end - 6
    if width(words, 8.8) <= room:
        lines, size = [words], 8.8
    else:
        size = 7.6
        lines = wrapped(words, room, size)[: 2 if row.deciding else 1]
    top = y - 5
    marks = [hatch(scale.start, top, scale.end - scale.start, 10, 5, "hatch", 0.8)]
    return marks + [
        text((WIDTH, y + 3.5 + 9 * k), part, "muted", size, anchor="end") for k, part in enumerate(lines)
    ]
