"""Looking at drawings as a reader does: which words there are, whether they lie on each other or off the page."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text


def figure_of(axes: Axes) -> Figure:
    figure = axes.figure
    assert isinstance(figure, Figure)
    return figure


def pixels(axes: Axes) -> bytes:
    """Draw the figure, and return what it looks like."""
    canvas: Any = figure_of(axes).canvas
    canvas.draw()
    return bytes(canvas.buffer_rgba())


def words(axes: Axes) -> list[Text]:
    """Find every text that is seen."""
    figure, legend = figure_of(axes), axes.get_legend()
    figure.canvas.draw()
    found = [*figure.texts, *axes.texts, axes._left_title, *(legend.get_texts() if legend else [])]  # type: ignore[attr-defined]
    if axes.axison:
        found += [axes.xaxis.label, axes.yaxis.label, *_numbers(axes.xaxis), *_numbers(axes.yaxis)]
    return [text for text in found if text.get_text().strip()]


def _numbers(axis: Any) -> list[Text]:
    """Labels of ticks within view: those beyond are kept by matplotlib, and never drawn."""
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


def on_each_other(axes: Axes) -> list[tuple[str, str]]:
    """Pairs of texts that overlap by more than a hair."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in words(axes)]
    return [
        (one, other)
        for (one, first), (other, second) in combinations(boxes, 2)
        if min(first.x1, second.x1) - max(first.x0, second.x0) > 1
        and min(first.y1, second.y1) - max(first.y0, second.y0) > 1
    ]


def off_the_page(axes: Axes) -> list[str]:
    """Texts that leave the figure."""
    width, height = figure_of(axes).canvas.get_width_height()
    boxes = [(text.get_text(), text.get_window_extent()) for text in words(axes)]
    return [
        text for text, box in boxes if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]


def marks(axes: Axes, shape: str) -> list[tuple[float, float, bool]]:
    """Marks of one shape: x, y, and whether they are filled."""
    found = []
    for line in axes.get_lines():
        if line.get_marker() == shape:
            filled = line.get_markerfacecolor() not in ("white", "none")
            x, y = (np.asarray(each, dtype=float).tolist() for each in line.get_data())
            found += [(one, other, filled) for one, other in zip(x, y, strict=True)]
    return found
