"""Event study: effects by time since start, each alone and all together, with what does not count marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.wording.intervals import level_of
from pilotlab.wording.numbers import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.estimate import Estimate
    from pilotlab.estimate.results.term import Term


def plot_event_study(estimate: Estimate, ax: Axes | None = None) -> Axes:
    """Plot the rows by event time; discs count in the headline, rings do not."""
    sheet, rows = Paper(ax), {int(term.at): term for term in estimate.terms}
    counted, reference = _counted(estimate, rows), _reference(estimate)
    frame = _frame(rows, estimate)
    sheet.zero()
    for at, term in rows.items():
        if term.band is not None:
            low, high = max(term.band[0], frame[0]), min(term.band[1], frame[1])
            sheet.ax.bar(at, high - low, 0.84, low, color=axes.TOGETHER, zorder=0.5)
        axes.interval(sheet.ax, at, term.ci, frame, ink=axes.ALONE)
        axes.point(sheet.ax, at, term.att, counts=at in counted, size=_size(rows))
    if reference is not None:
        sheet.ax.plot([reference], [0], marker="x", color=axes.INK, markersize=6, zorder=3)
    if _is_known(estimate):
        reach = [min(counted) - 0.42, max(counted) + 0.42]
        sheet.ax.plot(reach, [estimate.att] * 2, color=axes.OURS, linewidth=1.1, zorder=2.5)
    _zones(sheet, rows, counted, reference)
    places = [*rows, *([] if reference is None else [reference])]
    sheet.ax.set_xlim(min(places) - 0.8, max(places) + 0.8)
    sheet.ax.set_ylim(*frame)
    sheet.whole_periods()
    sheet.labels("periods since start", axes.effect(estimate.unit))
    sheet.title(repr(estimate))
    sheet.caption(*_how_to_read(estimate, rows, reference))
    return sheet.ax


def _is_known(estimate: Estimate) -> bool:
    """Whether the path says which rows the headline is made of."""
    return estimate.path is not None


def _counted(estimate: Estimate, rows: dict[int, Term]) -> set[int]:
    path = estimate.path
    if path is None:
        return {at for at in rows if at >= 0}
    return {at for at, weight in zip(path.event_time, path.weights, strict=True) if abs(weight) > 1e-12}


def _reference(estimate: Estimate) -> int | None:
    """The common reference, where the rows are measured from it and it is not itself a row."""
    path = estimate.path
    shown = {term.at for term in estimate.terms}
    return path.reference if path is not None and path.reference not in shown else None


def _frame(rows: dict[int, Term], estimate: Estimate) -> tuple[float, float]:
    ends = [end for term in rows.values() for end in (*term.ci, *(term.band or ()), term.att)]
    low, high = axes.frame_of([*ends, estimate.att])
    return low, high + 0.08 * (high - low)  # the names of zones stand above


def _size(rows: dict[int, Term]) -> float:
    return 6.0 if len(rows) <= 40 else 3.5


def _zones(sheet: Paper, rows: dict[int, Term], counted: set[int], reference: int | None) -> None:
    """Mark the start, and hatch the times around it that are shown and do not count."""
    sheet.ax.axvline(-0.5, color=axes.INK, linewidth=0.9, linestyle=":", zorder=1)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    words: dict[str, Any] = {"fontsize": axes.SMALL, "color": axes.MUTED, "va": "top", "bbox": box}
    words["transform"] = sheet.ax.get_xaxis_transform()
    last = -1 if reference is None else reference
    known_before = [at for at in rows if last < at < 0]
    washed = [at for at in rows if at >= 0 and at not in counted]
    sheet.ax.text(-0.6, 0.99, "anticipation " if known_before else "start ", ha="right", **words)
    if washed:
        sheet.ax.text(-0.4, 0.99, "wash-in", ha="left", **words)
    for at in (*known_before, *washed):
        sheet.ax.axvspan(
            at - 0.5, at + 0.5, facecolor="none", edgecolor=axes.RULE, hatch="////", linewidth=0, zorder=0
        )


def _how_to_read(estimate: Estimate, rows: dict[int, Term], reference: int | None) -> list[str]:
    level = level_of(estimate.alpha)
    banded = any(term.band for term in rows.values())
    known = _is_known(estimate)
    return [
        f"Bar: {level} interval of each period alone" + ("; box: of all periods at once." if banded else "."),
        "Disc: counts in the headline (the line); ring: does not."
        if known
        else "Disc: from the start on; ring: before.",
        f"Cross: the reference, {reference}." if reference is not None else "",
        f"{estimate.estimator} with {estimate.inference}, {count(estimate.n_units)} units, {count(estimate.n_treated)} treated.",
    ]
