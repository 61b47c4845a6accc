"""Harm bounds: the effect at each look, and the best that the data still allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.wording.intervals import level_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.harm import HarmBounds


def plot_harm(found: HarmBounds, ax: Axes | None = None) -> Axes:
    """Plot a bar a look, from the estimate to the bound; the margin as a dashed line."""
    sheet = Paper(ax)
    up = found.better == "higher"
    worst = -found.margin if up else found.margin
    ends = [(row.att, row.bound) if up else (row.bound, row.att) for row in found.rows]
    frame = axes.frame_of([worst, *(end for pair in ends for end in pair)], room=0.12)
    sheet.zero()
    if found.margin:
        sheet.ax.axhline(worst, color=axes.ALONE, linewidth=0.9, linestyle="--", zorder=1)
    for row, pair in zip(found.rows, ends, strict=True):
        ink = axes.INK if row.harm else axes.OURS
        axes.interval(sheet.ax, row.look, pair, frame, ink=ink)
        axes.point(sheet.ax, row.look, row.att, ink=ink, size=5)
    sheet.ax.set_ylim(*frame)
    sheet.ax.set_xlim(0.5, len(found.rows) + 0.5)
    sheet.whole_periods()
    sheet.labels("look", axes.effect(found.unit))
    said = found.sentence()
    sheet.title(said[0].upper() + said[1:])
    sheet.caption(
        f"Bars: from the estimate to the best the data still allow; all hold together at {level_of(found.alpha)}.",
        "Dashes: the worsening that is accepted." if found.margin else "",
    )
    return sheet.ax
