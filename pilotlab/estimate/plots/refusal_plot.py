"""Refusal: the reason in the place of the number."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.estimate import NotEstimable


def plot_refusal(found: NotEstimable, ax: Axes | None = None) -> Axes:
    """Write why there is no number, and what would help, where the drawing would be."""
    reason, help_ = (textwrap.fill(text, 84) for text in (found.reason, found.would_help))
    text = f"{reason}\n\nWhat would help: {help_}"
    sheet = Paper(ax, height=1.1 + 0.18 * (text.count("\n") + 1))
    sheet.ax.set_axis_off()
    sheet.ax.text(0, 1, text, va="top", fontsize=axes.TEXT, color=axes.INK, transform=sheet.ax.transAxes)
    sheet.title("Not estimable")
    return sheet.ax
