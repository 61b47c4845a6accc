"""Synthetic: the treated units' path beside the synthetic one, what that is made of, and its placebos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.wording import chances
from pilotlab.wording.intervals import bracketed
from pilotlab.wording.numbers import count, decimals_of, fine_percent, in_full, number, significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.synthetic_comparison import Synthetic

APART = 0.07  # of the axis's height: names of two lines may not come closer
MOST = 20  # units whose weight is drawn


def plot_paths(parts: Synthetic, ax: Axes | None = None, *, unit: str, title: str) -> Axes:
    """Plot both paths with their names at the end, the start, and the times' weights along the foot."""
    sheet, places = Paper(ax, height=4.0), list(range(len(parts.times)))
    sheet.ax.plot(places, parts.treated, color=axes.OURS, linewidth=2.0, zorder=3)
    sheet.ax.plot(places, parts.synthetic, color=axes.OTHER, linewidth=1.6, linestyle="--", zorder=2)
    sheet.ax.axvline(parts.start - 0.5, color=axes.INK, linewidth=0.9, linestyle=":", zorder=1)
    low, high = min(*parts.treated, *parts.synthetic), max(*parts.treated, *parts.synthetic)
    room = (high - low) or 1.0
    sheet.ax.set_ylim(low - 0.2 * room, high + 0.12 * room)
    sheet.ax.set_xlim(-0.5, places[-1] + 0.5)
    _foot(sheet, parts)
    _names(sheet, parts)
    words: dict[str, Any] = {"fontsize": axes.SMALL, "color": axes.MUTED, "va": "top", "ha": "right"}
    sheet.ax.text(parts.start - 0.6, 0.99, "start ", transform=sheet.ax.get_xaxis_transform(), **words)
    step = max(1, -(-len(places) // 8))
    sheet.ax.set_xticks(places[::step], parts.times[::step])
    sheet.labels("", unit)
    sheet.title(title)
    weighed = "Bars at the foot: how much each time before the start counts." if parts.time_weights else ""
    sheet.caption(
        f"Dashes: the weighted mean of {len(parts.unit_weights)} comparison units. It misses the treated by "
        f"{significant(parts.miss)} before the start (root mean square).",
        weighed,
    )
    return sheet.ax


def plot_weights(parts: Synthetic, ax: Axes | None = None, *, title: str) -> Axes:
    """Plot how much each comparison unit weighs, the heaviest first."""
    shown = parts.unit_weights[:MOST]
    sheet = Paper(ax, height=1.35 + 0.24 * len(shown))
    weights = [100 * weight for _, weight in shown]
    sheet.ax.barh(range(len(shown)), weights, 0.62, color=axes.ALONE)
    for at, weight in enumerate(weights):
        sheet.ax.text(weight, at, f" {number(weight, 1)}", va="center", fontsize=axes.SMALL, color=axes.INK)
    sheet.ax.set_yticks(range(len(shown)), [name for name, _ in shown], color=axes.INK)
    sheet.ax.set_ylim(len(shown) - 0.4, -0.6)
    sheet.ax.set_xlim(0, 1.12 * max(weights))
    sheet.labels("weight in the synthetic unit (%)")
    sheet.title(title)
    rest = len(parts.unit_weights) - len(shown)
    sheet.caption(
        f"As much as {number(parts.effective_units, 1)} units of equal weight.",
        f"{rest} more units weigh {fine_percent(sum(weight for _, weight in parts.unit_weights[MOST:]))} together."
        if rest
        else "",
    )
    return sheet.ax


def _foot(sheet: Paper, parts: Synthetic) -> None:
    largest = max((weight for _, weight in parts.time_weights), default=1.0)
    for time, weight in parts.time_weights:
        height = 0.1 * weight / largest
        sheet.ax.bar(
            parts.times.index(time),
            height,
            0.8,
            color=axes.RULE,
            transform=sheet.ax.get_xaxis_transform(),
            zorder=0,
        )


def _names(sheet: Paper, parts: Synthetic) -> None:
    """Name the lines at their ends, apart where the ends are close."""
    bottom, top = sheet.ax.get_ylim()
    one, other = parts.treated[-1], parts.synthetic[-1]
    lack = max(0.0, APART * (top - bottom) - abs(one - other)) / 2
    sign = 1 if one >= other else -1
    words: dict[str, Any] = {
        "xytext": (6, 0),
        "textcoords": "offset points",
        "va": "center",
        "fontsize": axes.TEXT,
    }
    for name, value, shift, ink in (
        ("treated", one, sign * lack, axes.OURS),
        ("synthetic", other, -sign * lack, axes.OTHER),
    ):
        sheet.ax.annotate(
            name, (len(parts.times) - 1, value + shift), color=ink, annotation_clip=False, **words
        )


def heading(att: float, ci: tuple[float, float], unit: str) -> str:
    """Say effect, unit and interval."""
    return f"ATT {in_full(att, decimals_of(att, *ci), sign=True)}{' ' + unit if unit else ''} {bracketed(*ci, decimals_of(att, *ci))}"


BINS = 41


def plot_placebos(
    effects: Sequence[float],
    att: float,
    ax: Axes | None = None,
    *,
    unit: str,
    title: str,
    p_value: float | None = None,
) -> Axes:
    """Stack the placebos' effects as rings, and set the estimate beside them."""
    sheet = Paper(ax, height=3.2)
    reach = max(abs(value) for value in (*effects, att)) * 1.08 or 1.0
    x, y = _stacked(np.asarray(effects, dtype=float), reach)
    top = max(int(y.max(initial=1)), 3)
    size = float(np.clip(240 / max(BINS, 2.2 * top), 2.0, 5.5))
    sheet.ax.plot(x, y, "o", color=axes.OTHER, markerfacecolor="white", markersize=size, zorder=2)
    sheet.zero(across=False)
    sheet.ax.plot([att, att], [0, top * 1.1], color=axes.OURS, linewidth=1.6, zorder=3)
    sheet.ax.plot([att], [top * 1.1], marker="o", color=axes.OURS, markersize=7, zorder=3)
    side = "right" if att > 0 else "left"
    words: dict[str, Any] = {
        "ha": side,
        "va": "center",
        "fontsize": axes.TEXT,
        "color": axes.OURS,
        "weight": "bold",
    }
    sheet.ax.text(att - np.sign(att or 1) * 0.03 * reach, top * 1.1, "estimate", **words)
    sheet.ax.set_xlim(-reach, reach)
    sheet.ax.set_ylim(0, top * 1.25)
    sheet.ax.set_yticks([])
    sheet.ax.spines["left"].set_visible(False)
    sheet.labels(axes.effect(unit))
    sheet.title(title)
    sheet.caption(*_how_to_read(np.asarray(effects), att, p_value))
    return sheet.ax


def _stacked(effects: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Place each effect above those that lie beside it."""
    x = np.sort(effects)
    place = np.floor((x + reach) / (2 * reach / BINS))
    return x, np.arange(len(x)) - np.searchsorted(place, place) + 0.5


def _how_to_read(effects: np.ndarray, att: float, p_value: float | None) -> list[str]:
    far = int((np.abs(effects) >= abs(att) * (1 - 1e-9)).sum())
    return [
        f"Ring: the effect found where comparison units stand in for the treated ({count(len(effects))} times).",
        f"{count(far)} of them {'is' if far == 1 else 'are'} as far from zero as the estimate"
        + (f"; p = {chances.p_value(p_value)}, the estimate counted." if p_value is not None else "."),
    ]
