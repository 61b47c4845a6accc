"""Bacon: each comparison of two groups by its weight and its estimate, the forbidden ones apart by shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.wording.numbers import decimals_of, in_full, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.decomposition import Bacon

MARKS = {
    "treated vs never": ("o", axes.OURS, axes.OURS),
    "treated vs always": ("s", axes.OTHER, axes.OTHER),
    "earlier vs later": ("o", axes.OURS, "white"),
    "later vs earlier": ("D", axes.BROKEN, axes.BROKEN),
}


def plot_bacon(found: Bacon, ax: Axes | None = None) -> Axes:
    """Plot a mark a comparison, and the two-way coefficient as a dashed line."""
    sheet = Paper(ax, height=4.2)
    kinds = found.by_kind()
    places = decimals_of(found.att, *kinds["att"])
    for kind, att, weight in zip(kinds["kind"], kinds["att"], kinds["weight"], strict=True):
        own = [row for row in found.comparisons if row.kind == kind]
        mark, edge, face = MARKS.get(kind, ("^", axes.INK, axes.INK))
        label = f"{kind}: {percent(weight)} of the weight, mean {in_full(att, places, sign=True)}"
        x, y = [100 * row.weight for row in own], [row.att for row in own]
        sheet.ax.plot(x, y, mark, color=edge, markerfacecolor=face, markersize=6, label=label, zorder=2)
    sheet.zero()
    sheet.ax.axhline(found.att, color=axes.INK, linewidth=1.0, linestyle="--", zorder=1)
    sheet.ax.set_xlim(left=0)
    sheet.ax.set_ylim(*axes.frame_of([found.att, *(row.att for row in found.comparisons)]))
    sheet.ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        frameon=False,
        fontsize=axes.SMALL,
        labelcolor=axes.INK,
        borderaxespad=0.2,
    )
    sheet.ax.set_title(
        f"TWFE {in_full(found.att, places, sign=True)}",
        loc="left",
        fontsize=axes.TITLE,
        color=axes.INK,
        weight="bold",
        pad=6 + 13 * len(kinds),
    )
    sheet.labels("weight (%)", "difference of changes")
    sheet.caption(
        "Dashes: the two-way coefficient, the sum of weight times difference. Diamonds hold units against others that are treated already."
    )
    return sheet.ax
