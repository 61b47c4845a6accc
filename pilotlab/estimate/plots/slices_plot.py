"""Slices: each group of people with its interval, beside the effect of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotlab.estimate.plots.forest_plot import Row, plot_forest
from pilotlab.estimate.results.slices import Slices
from pilotlab.wording.intervals import level_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_slices(found: Slices, ax: Axes | None = None) -> Axes:
    """Plot the groups with their intervals, and the effect of the whole as a line."""
    rows = [Row(f"{row.slice}: {row.level}", row.shown, row.shown_ci, row.words) for row in found.groups]
    pulled = any(row.shrunken is not None for row in found.groups)
    whole = found.overall
    caption = [
        f"Bar: {level_of(whole.alpha)} interval of each group alone"
        + (", pulled towards the effect of the whole." if pulled else "."),
        "Dashes: the effect of the whole.",
    ]
    return plot_forest(rows, ax, unit=whole.unit, title=f"All {whole!r}", caption=caption, beside=whole.att)
