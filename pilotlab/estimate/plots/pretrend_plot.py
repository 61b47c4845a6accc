"""Pre-trend: the coefficients before start, and the straight drifts that the test would have found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.wording.chances import times_in_100
from pilotlab.wording.intervals import level_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.parallel_trends import Pretrend

DASHES = ("--", ":")


def plot_pretrend(found: Pretrend, ax: Axes | None = None) -> Axes:
    """Plot coefficients with intervals, the reference, and a line a drift, each named with its power."""
    sheet, path = Paper(ax, height=3.8), found.path
    att, variance, _ = path.arrays()
    before = np.array(path.event_time) < path.reference
    at, att = np.array(path.event_time)[before], att[before]
    half = float(special.stdtrit(path.df, 1 - found.alpha / 2)) * np.sqrt(np.diag(variance)[before])
    slopes = [drift.slope * (at[0] - path.reference) for drift in found.drifts]
    frame = axes.frame_of([*(att - half), *(att + half), *slopes], room=0.1)
    sheet.zero()
    for x, y, width in zip(at.tolist(), att.tolist(), half.tolist(), strict=True):
        axes.interval(sheet.ax, x, (y - width, y + width), frame, ink=axes.ALONE)
        axes.point(sheet.ax, x, y, counts=False)
    sheet.ax.plot([path.reference], [0], marker="x", color=axes.INK, markersize=6, zorder=3)
    for drift, dashes in zip(found.drifts, DASHES, strict=False):
        line = [drift.slope * (at[0] - path.reference), 0.0]
        label = f"drift found {times_in_100(drift.power)}"
        sheet.ax.plot(
            [at[0], path.reference], line, dashes, color=axes.BROKEN, linewidth=1.3, label=label, zorder=2.5
        )
    if found.drifts:
        sheet.ax.legend(loc="best", frameon=False, fontsize=axes.SMALL, labelcolor=axes.INK)
    sheet.ax.set_xlim(at[0] - 0.8, path.reference + 0.8)
    sheet.ax.set_ylim(*frame)
    sheet.whole_periods()
    sheet.labels("periods since start", axes.effect(found.unit))
    sheet.title(found.line())
    sheet.caption(
        f"Ring: coefficient before the start; bar: its {level_of(found.alpha)} interval; cross: the reference.",
        "A drift flatter than the lines would often not be seen; its mirror image is found as often.",
    )
    return sheet.ax
