"""Forest: several effects in one unit under each other, each with its interval and its numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.estimate.results.slice_effects import Slices
from pilotlab.wording.intervals import bracketed, level_of
from pilotlab.wording.numbers import decimals_of, in_full

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Row:
    """One line: an estimate with its interval, or the words that stand in their place."""

    label: str
    att: float | None = None
    ci: tuple[float, float] | None = None
    words: str = ""
    counts: bool = True


def plot_forest(
    rows: Sequence[Row],
    ax: Axes | None = None,
    *,
    unit: str,
    title: str,
    caption: Sequence[str],
    beside: float | None = None,
) -> Axes:
    """Plot rows from the top down; `beside` is an effect to compare them with, as a dashed line."""
    sheet = Paper(ax, height=1.35 + 0.3 * len(rows))
    shown = [row for row in rows if row.att is not None and row.ci is not None]
    ends = [end for row in shown for end in (row.att, *(row.ci or ())) if end is not None]
    frame = axes.frame_of([*ends, *([] if beside is None else [beside])])
    sheet.zero(across=False)
    if beside is not None:
        sheet.ax.axvline(beside, color=axes.OURS, linewidth=1.0, linestyle="--", zorder=1)
    places = decimals_of(*ends)
    for at, row in enumerate(rows):
        _line(sheet, at, row, frame, places)
    sheet.ax.set_yticks(range(len(rows)), [textwrap.fill(row.label, 34) for row in rows], color=axes.INK)
    sheet.ax.set_ylim(len(rows) - 0.4, -0.6)
    sheet.ax.set_xlim(*frame)
    sheet.ax.spines["left"].set_visible(False)
    sheet.ax.tick_params(axis="y", length=0, pad=8)  # room for the arrow of an open end
    sheet.labels(axes.effect(unit))
    sheet.title(title)
    sheet.caption(*caption)
    return sheet.ax


def _line(sheet: Paper, at: int, row: Row, frame: tuple[float, float], places: int) -> None:
    words: dict[str, Any] = {"va": "center", "fontsize": axes.SMALL}
    words["transform"] = sheet.ax.get_yaxis_transform()
    if row.att is None or row.ci is None:
        text = textwrap.shorten(row.words, 84, placeholder=" …")
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        sheet.ax.text(0.01, at, text, color=axes.MUTED, style="italic", bbox=box, zorder=4, **words)
        return
    axes.interval(sheet.ax, at, row.ci, frame, ink=axes.ALONE, across=True)
    axes.point(sheet.ax, row.att, at, counts=row.counts)
    sheet.ax.text(
        1.02,
        at,
        f"{in_full(row.att, places, sign=True)} {bracketed(*row.ci, places)}",
        color=axes.INK,
        **words,
    )


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
