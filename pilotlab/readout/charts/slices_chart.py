"""For whom: the declared groups against one limit; hidden groups stay, hatched, with the reason."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pilotlab.readout.charts.marks import DASHED, WIDTH, diamond, disc, hatch, line, picture, text, zone
from pilotlab.readout.charts.scale import Scale, around
from pilotlab.readout.charts.text_width import fitted, width
from pilotlab.readout.document.page_one import Slice, Slices
from pilotlab.readout.palette import Colour
from pilotlab.wording.numbers import number
from pilotlab.wording.unbroken import interval

LEFT, RIGHT, VALUE, ENDS = 112.0, 203.0, 233.0, 306.0
STEP, TOP = 14.7, 14.0


def plot_slices(name: str, slices: Slices) -> str:
    """Plot one row a group, parted by attribute."""
    rows = list(slices.rows)
    breaks = sum(_opens(rows, place) for place in range(1, len(rows)))
    floor = TOP + STEP * len(rows) + 3 * breaks + 2
    scale = _scale(slices)
    marks = _frame(slices, scale, floor)
    y = TOP + 10
    for place, row in enumerate(rows):
        if place and _opens(rows, place):
            y += 3
            marks.append(line((0, y - 9.1), (WIDTH, y - 9.1), "rule", 0.8))
        marks += _row(row, slices, scale, y, first=_opens(rows, place))
        y += STEP
    marks.append(text((LEFT - 8, floor + 13), "← worse", "muted"))
    marks.append(text((RIGHT + 8, floor + 13), "better →", "muted", anchor="end"))
    return picture(name, f"For whom: {slices.label}", describe(slices), floor + 17, marks)


def describe(slices: Slices) -> str:
    """Say in words what the chart shows."""
    return f"Change in {slices.label} by group, right is better. " + " ".join(
        f"{row.attribute} {row.group}: {_words(row, slices)}." for row in slices.rows
    )


def _words(row: Slice, slices: Slices) -> str:
    if row.hidden or row.effect.estimate is None:
        return row.hidden or row.effect.reason
    return f"{number(row.effect.estimate, slices.decimals, sign=True)}, interval {interval(row.effect.low, row.effect.high, slices.decimals)}"


def _opens(rows: Sequence[Slice], place: int) -> bool:
    return place == 0 or rows[place].attribute != rows[place - 1].attribute


def _scale(slices: Slices) -> Scale:
    ends = [
        end
        for row in slices.rows
        if not row.hidden
        for end in (row.effect.low, row.effect.high)
        if math.isfinite(end)
    ]
    low, high = around([0.0, slices.limit or 0.0, *ends], pad=0.06)
    return Scale(low, high, LEFT, RIGHT)


def _frame(slices: Slices, scale: Scale, floor: float) -> list[str]:
    marks = [line((scale(0), TOP), (scale(0), floor), "ink", 1.2)]
    if slices.limit is not None:
        x = scale(slices.limit)
        marks.insert(0, zone(LEFT, TOP, x - LEFT, floor - TOP))
        marks.append(line((x, TOP), (x, floor), "red", 1.4, dash=DASHED))
        marks.append(text((x + 4, 9), "limit", "red", anchor="end", bold=True))
    marks.append(text((max(scale(0) - 10, scale(slices.limit or scale.low) + 10), 9), "no change", "ink"))
    return [
        *marks,
        text((ENDS, 9), slices.unit, "muted", 9, anchor="end"),
        text((WIDTH, 9), "people", "muted", 9, anchor="end"),
    ]


def _row(row: Slice, slices: Slices, scale: Scale, y: float, *, first: bool) -> list[str]:
    base = y + 3.5
    marks = [text((0, base), row.attribute, "muted", fitted(row.attribute, 50, 9.5))] if first else []
    marks.append(text((52, base), row.group, "ink", fitted(row.group, 61, 9.2)))
    if row.hidden or row.effect.estimate is None:
        words = row.hidden or row.effect.reason
        marks.append(hatch(scale.start, y - 5.5, scale.end - scale.start, 11, 5, "hatch", 0.8))
        return [
            *marks,
            text((WIDTH, base), words, "muted", fitted(words, WIDTH - RIGHT - 4, 8.8), anchor="end"),
        ]
    colour: Colour = "red" if row.broken else "blue"
    effect = row.effect
    low, high = max(effect.low, scale.low), min(effect.high, scale.high)  # an open end runs to the edge
    marks.append(line((scale(low), y), (scale(high), y), colour, 2.2))
    at = (scale(row.effect.estimate), y)
    marks.append(diamond(at, 4.6) if row.broken else disc(at, 3.8, colour))
    value = number(row.effect.estimate, slices.decimals, sign=True)
    ends = f"({interval(effect.low, effect.high, slices.decimals)})"
    marks.append(text((VALUE, base), value, "ink", fitted(value, VALUE - RIGHT, 9), anchor="end"))
    marks.append(text((ENDS, base), ends, "muted", fitted(ends, ENDS - VALUE - 4, 8.7), anchor="end"))
    people = text((WIDTH, base), row.people, "muted", fitted(row.people, WIDTH - ENDS - 4, 8.7), anchor="end")
    return [*marks, people] if width(row.people, 8.7) else marks
