"""Would another analyst agree: the result and every other analysis on one axis."""

from __future__ import annotations

import math

from pilotlab.readout.charts.marks import (
    DASHED,
    WIDTH,
    arrow_head,
    diamond,
    disc,
    hatch,
    line,
    picture,
    text,
    zone,
)
from pilotlab.readout.charts.scale import Scale
from pilotlab.readout.charts.text_width import Label, fitted, spread, width
from pilotlab.readout.document.page_one import Effect
from pilotlab.readout.document.page_two import OtherAnalysis, RobustnessCard
from pilotlab.readout.palette import Colour
from pilotlab.wording.numbers import number
from pilotlab.wording.unbroken import interval, level

LEFT, NAMES = 176.0, 170.0
TOP, STEP = 18.0, 14.0
LEAST, GAP = 56.0, 5.0  # of the plot; between plot and values
OURS = "This readout"


def plot_robustness(name: str, card: RobustnessCard) -> str:
    """Plot the result, what held, what did not, and what could not be run, in this order."""
    rows = sorted(card.runs, key=lambda run: (run.held is None, run.held is False))
    scale = _scale(card)
    floor = TOP + STEP * (len(rows) + 1) + 6
    marks = _frame(card, scale, floor)
    marks += _row(OURS, card.headline, TOP + 9, scale, card.decimals, "blue")
    marks.append(line((0, TOP + 16.5), (WIDTH, TOP + 16.5), "rule", 0.8))
    for place, run in enumerate(rows):
        marks += _other(run, TOP + 9 + STEP * (place + 1) + 1, scale, card.decimals)
    words = f"{card.unit} {card.better} →"
    marks.append(text((scale.end, floor + 13), words, "muted", fitted(words, scale.end, 9.2), anchor="end"))
    return picture(name, f"{card.label}: other analyses", describe(card), floor + 17, marks)


def describe(card: RobustnessCard) -> str:
    """Say in words what the chart shows."""
    held = len(card.counted) - len(card.failed)
    said = [
        f"Estimate and interval of this readout, {_words(card.headline, card.decimals)}, "
        f"and of {len(card.counted)} other analyses, in {card.unit}, right is better. {held} hold."
    ]
    if card.failed:
        said.append(f"These do not: {', '.join(run.label for run in card.failed)}.")
    if card.not_run:
        said.append(f"Not run: {', '.join(run.label for run in card.not_run)}.")
    return " ".join(said)


def _scale(card: RobustnessCard) -> Scale:
    """Hold every estimate, zero and the bar; intervals far beyond the result's own end in arrows."""
    effects = [card.headline, *(run.effect for run in card.runs)]
    points = [effect.estimate for effect in effects if effect.estimate is not None]
    marks = [mark for mark in (0.0, card.bar, card.limit) if mark is not None]
    own = [end for end in (card.headline.low, card.headline.high) if math.isfinite(end)]
    core = [*points, *marks, *own]
    reach = (max(own) - min(own)) if len(own) > 1 else max(map(abs, core)) or 1.0
    low, high = min(core) - reach, max(core) + reach
    ends = [end for effect in effects if effect.estimate is not None for end in (effect.low, effect.high)]
    inside = [end for end in ends if low <= end <= high]
    low, high = min([*core, *inside]), max([*core, *inside])
    room = 0.04 * (high - low) or 1.0
    values = [
        width(_words(effect, card.decimals), 8.8, bold=True)
        for effect in effects
        if effect.estimate is not None
    ]
    end = min(270.0, max(LEFT + LEAST, WIDTH - GAP - max(values, default=0.0)))
    return Scale(low - room, high + room, LEFT, end)


def _frame(card: RobustnessCard, scale: Scale, floor: float) -> list[str]:
    low, high = scale(card.headline.low), scale(card.headline.high)
    marks = [zone(low, TOP, high - low, floor - TOP)]
    marks.append(line((scale(0), TOP), (scale(0), floor), "ink", 1.1))
    mark = card.bar if card.bar is not None else card.limit
    labels = [Label("0", scale(0), 9.5)]
    if mark is not None:
        marks.append(line((scale(mark), TOP), (scale(mark), floor), "ink", 1.1, dash=DASHED))
        labels.append(Label(number(mark, card.decimals), scale(mark), 9.5, bold=True))
    labels.sort(key=lambda label: label.at)
    head = f"{card.unit} ({level(card.level)})"
    for label, centre in zip(
        labels, spread(labels, 100, scale.end + 8, gap=3) or [one.at for one in labels], strict=True
    ):
        marks.append(text((centre, 12), label.words, "ink", label.size, anchor="middle", bold=label.bold))
    room = WIDTH - scale.end - 14
    return [*marks, text((WIDTH, 12), head, "muted", fitted(head, room, 9), anchor="end")]


def _other(run: OtherAnalysis, y: float, scale: Scale, decimals: int) -> list[str]:
    if run.effect.estimate is not None:
        return _row(run.label, run.effect, y, scale, decimals, "ink" if run.held else "red")
    state = "not run" if run.held is None else "held, not shown" if run.held else "did not hold, not shown"
    room = WIDTH - scale.end - GAP
    return [
        text((0, y + 3.5), run.label, "muted", fitted(run.label, NAMES, 9.2)),
        hatch(scale.start, y - 4, scale.end - scale.start, 8, 5, "hatch", 0.8),
        text((WIDTH, y + 3.5), state, "muted", fitted(state, room, 8.8), anchor="end"),
    ]


def _row(label: str, effect: Effect, y: float, scale: Scale, decimals: int, colour: Colour) -> list[str]:
    """Set a name, its interval, and its numbers; what did not hold is red and bold."""
    bold, mark = colour != "ink", "comp" if colour == "ink" else colour
    words = _words(effect, decimals)
    size = fitted(words, WIDTH - scale.end - GAP + 1, 8.8, bold=bold, least=5.5)
    marks = [
        text(
            (0, y + 3.5),
            label,
            colour,
            fitted(label, NAMES, 9.5 if colour == "blue" else 9.2, bold=bold),
            bold=bold,
        )
    ]
    marks += _interval(effect, y, scale, mark, 3.4 if colour == "blue" else 1.6)
    return [*marks, text((WIDTH, y + 3.5), words, colour, size, anchor="end", bold=bold)]


def _interval(effect: Effect, y: float, scale: Scale, colour: Colour, weight: float) -> list[str]:
    assert effect.estimate is not None
    at = (scale(effect.estimate), y)
    marks = [line((scale(effect.low), y), (scale(effect.high), y), colour, weight)]
    marks += [arrow_head((scale.start - 1, y), -1, colour, 1.4, 4)] if effect.low < scale.low else []
    marks += [arrow_head((scale.end + 1, y), 1, colour, 1.4, 4)] if effect.high > scale.high else []
    if colour == "red":
        return [*marks, diamond(at, 4.2)]
    return [*marks, disc(at, 4.4 if colour == "blue" else 2.9, colour)]


def _words(effect: Effect, decimals: int) -> str:
    if effect.estimate is None:
        return effect.reason
    return f"{number(effect.estimate, decimals)} ({interval(effect.low, effect.high, decimals)})"
