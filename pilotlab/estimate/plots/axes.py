"""Paper: the axes every plot starts from, its inks, and the words around it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Read in grey as well: each meaning has a shape besides its ink.
INK, MUTED, RULE = "#1d1c1a", "#5f5b54", "#c9c4ba"
OURS, ALONE, TOGETHER = "#0b5a94", "#6fa3cc", "#dbe6f0"  # an estimate, its interval, the band of all
BROKEN, OTHER, SHADE = "#a83a10", "#6b665e", "#efece5"
SMALL, TEXT, TITLE = 8.0, 9.0, 11.0
WIDTH = 7.0  # inches
LINE, HEAD = 112, 70  # letters of a line of the caption, and of the title, at that width


class Paper:
    """Axes with a title that says what was found, and a caption that says how to read them."""

    def __init__(self, ax: Axes | None, *, height: float = 3.8) -> None:
        self.own = ax is None
        self.ax = _new_axes(height) if ax is None else ax
        for side in ("top", "right"):
            self.ax.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            self.ax.spines[side].set_color(RULE)
        self.ax.tick_params(colors=MUTED, labelsize=TEXT, length=3)

    def title(self, text: str) -> None:
        """Write what was found, left-aligned above the axes."""
        self.ax.set_title(textwrap.fill(text, HEAD), loc="left", fontsize=TITLE, color=INK, weight="bold")

    def caption(self, *sentences: str) -> None:
        """Write how to read the plot below it; on axes of someone else under the label of x."""
        text = textwrap.fill(" ".join(each for each in sentences if each), LINE)
        if self.own:
            self.ax.figure.supxlabel(text, x=0.01, ha="left", fontsize=SMALL, color=MUTED)
        else:
            self.ax.set_xlabel(f"{self.ax.get_xlabel()}\n{text}".strip())

    def labels(self, x: str = "", y: str = "") -> None:
        """Name the axes."""
        self.ax.set_xlabel(x, fontsize=TEXT, color=INK)
        self.ax.set_ylabel(y, fontsize=TEXT, color=INK)

    def whole_periods(self) -> None:
        """Number x by whole periods alone."""
        from matplotlib.ticker import MaxNLocator

        self.ax.xaxis.set_major_locator(MaxNLocator(integer=True))

    def zero(self, *, across: bool = True) -> None:
        """Plot the line of no difference, solid."""
        draw = self.ax.axhline if across else self.ax.axvline
        draw(0, color=INK, linewidth=0.9, zorder=1.5)


def effect(unit: str) -> str:
    """Name the axis of an effect, with its unit."""
    return f"effect ({unit})" if unit else "effect"


def frame_of(values: Iterable[float], *, room: float = 0.08) -> tuple[float, float]:
    """Ends of an axis that shows zero and all finite values, with some room."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    pad = room * (high - low) if high > low else 1.0
    return low - pad, high + pad


def interval(
    ax: Axes,
    at: float,
    ends: tuple[float, float],
    frame: tuple[float, float],
    *,
    ink: str,
    across: bool = False,
) -> None:
    """Plot an interval as a bar, upright or `across`; an open end runs to the edge and ends in an arrow."""
    low, high = max(ends[0], frame[0]), min(ends[1], frame[1])
    bar, dots = (
        ([low, high], [at, at]),
        {"color": ink, "linestyle": "none", "markersize": 5, "clip_on": False},
    )
    ax.plot(*(bar if across else bar[::-1]), color=ink, linewidth=3, solid_capstyle="butt", zorder=2)
    for end, edge, marks in zip(ends, frame, ("<v", ">^"), strict=True):
        if math.isinf(end):
            ax.plot(*((edge, at) if across else (at, edge)), marker=marks[0 if across else 1], **dots)  # type: ignore[arg-type]


def point(ax: Axes, x: float, y: float, *, counts: bool = True, ink: str = OURS, size: float = 6) -> None:
    """Plot an estimate: a disc, or a ring where it does not count in the headline."""
    ax.plot(
        [x], [y], marker="o", markersize=size, color=ink, markerfacecolor=ink if counts else "white", zorder=3
    )


def _new_axes(height: float) -> Axes:
    """Open a figure as pyplot does, so that a notebook shows it."""
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(WIDTH, height), layout="constrained")[1]
