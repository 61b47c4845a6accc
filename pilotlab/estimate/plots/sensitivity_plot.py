"""Sensitivity: how the interval widens as trends may part, and where it comes to hold zero."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.wording.intervals import level_of
from pilotlab.wording.numbers import significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.honest import Sensitivity

AXIS = {
    "relative_magnitude": "m: trends part, a period, by at most m times the worst step before start",
    "smoothness": "m: the slope by which trends part changes by at most m a period",
}


def plot_sensitivity(found: Sensitivity, ax: Axes | None = None) -> Axes:
    """Plot the intervals over m, the usual one apart at the left, and the breakdown value as a dashed line."""
    sheet = Paper(ax)
    rows = sorted(found.rows, key=lambda row: row.m)
    reach = max([row.m for row in rows] or [0.0]) or 1.0
    usual = -0.14 * reach
    frame = axes.frame_of([*found.ci, *(end for row in rows for end in row.ci)], room=0.12)
    sheet.zero()
    axes.interval(sheet.ax, usual, found.ci, frame, ink=axes.INK)
    axes.point(sheet.ax, usual, found.att, ink=axes.INK, size=4)
    edges = {"color": axes.ALONE, "linewidth": 0.8, "zorder": 1}
    for side in (0, 1):
        sheet.ax.plot([row.m for row in rows], [row.ci[side] for row in rows], **edges)  # type: ignore[arg-type]
    for row in rows:
        axes.interval(sheet.ax, row.m, row.ci, frame, ink=axes.OURS)
    right = _breakdown(sheet, found, reach)
    sheet.ax.set_xlim(-0.24 * reach, right)
    sheet.ax.set_ylim(*frame)
    values = [row.m for row in rows]
    sheet.ax.set_xticks([usual, *values], ["parallel", *(significant(m) for m in values)])
    sheet.ax.axvline(-0.07 * reach, color=axes.RULE, linewidth=0.8)
    sheet.labels(
        AXIS[found.kind] + (f" ({found.unit})" if found.unit and found.kind == "smoothness" else ""),
        axes.effect(found.unit),
    )
    sheet.title(found.sentence()[0].upper() + found.sentence()[1:])
    sheet.caption(
        f"Bars: {level_of(found.alpha)} intervals of the {found.target}; “parallel” is the usual one.",
        ""
        if math.isinf(found.breakdown)
        else "Dashes: the breakdown value, the smallest m whose interval holds zero.",
    )
    return sheet.ax


def _breakdown(sheet: Paper, found: Sensitivity, reach: float) -> float:
    """Plot the breakdown value where it lies near the grid; return where the axis ends."""
    at = found.breakdown
    if not 0 < at <= 1.5 * reach:
        return 1.1 * reach
    sheet.ax.axvline(at, color=axes.BROKEN, linewidth=1.2, linestyle="--", zorder=1)
    side = "right" if at > 0.75 * reach else "left"
    sheet.ax.text(
        at,
        0.99,
        f" breakdown {significant(at)} ",
        transform=sheet.ax.get_xaxis_transform(),
        ha=side,
        va="top",
        fontsize=axes.SMALL,
        color=axes.BROKEN,
    )
    return max(1.1 * reach, 1.06 * at)
