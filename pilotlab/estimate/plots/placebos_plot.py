"""Placebos: the effects found where nothing was done, and the estimate among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.wording import chances
from pilotlab.wording.numbers import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
