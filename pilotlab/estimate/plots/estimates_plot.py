"""Estimates: as an event study, as a forest, or as the kind of plot that one asks for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.plots import axes
from pilotlab.estimate.plots.axes import Paper
from pilotlab.estimate.plots.forest_plot import Row, plot_forest
from pilotlab.estimate.plots.synthetic_plot import plot_paths, plot_placebos, plot_weights
from pilotlab.estimate.results.effect import Estimate, NotEstimable, Plot
from pilotlab.wording.intervals import level_of
from pilotlab.wording.numbers import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.effect import Estimate, NotEstimable
    from pilotlab.estimate.results.term import Term


def plot_estimate(estimate: Estimate, ax: Axes | None, kind: Plot) -> Axes:
    """Plot an estimate; `auto` takes what it has."""
    if kind not in get_args(Plot):
        raise unknown("kind", kind, get_args(Plot))
    parts = estimate.synthetic
    if kind == "estimates" or (kind == "auto" and parts is None):
        return plot_event_study(estimate, ax) if estimate.key == "event_time" else _rows(estimate, ax)
    if parts is None or (kind == "placebos" and not parts.placebos):
        raise UsageError(
            f"kind {kind!r}: `{estimate.estimator}` with `{estimate.inference}` has none",
            fix="kind 'auto', or a synthetic comparison"
            + (" with inference='placebo'" if kind == "placebos" else ""),
        )
    if kind == "weights":
        return plot_weights(parts, ax, title=parts.line())
    if kind == "placebos":
        effects = [effect for _, effect in parts.placebos]
        asked: dict[str, Any] = {"unit": estimate.unit, "title": estimate.line(), "p_value": estimate.p_value}
        return plot_placebos(effects, estimate.att, ax, **asked)
    return plot_paths(parts, ax, unit=estimate.unit, title=estimate.line())


def _rows(estimate: Estimate, ax: Axes | None) -> Axes:
    """Plot a table's rows, and the headline among them where it is none of them."""
    rows = [Row(str(term.at), term.att, term.ci) for term in estimate.terms]
    alone = estimate.key == "term"
    caption = [
        f"Bar: {level_of(estimate.alpha)} interval of each row alone.",
        "" if alone else "Dashes: the headline.",
        f"{estimate.estimator} with {estimate.inference}, {count(estimate.n_units)} units, {count(estimate.n_treated)} treated.",
    ]
    beside = None if alone else estimate.att
    return plot_forest(rows, ax, unit=estimate.unit, title=estimate.line(), caption=caption, beside=beside)


def forest(
    estimates: Mapping[str, Estimate | NotEstimable] | Iterable[Estimate | NotEstimable],
    ax: Axes | None = None,
    *,
    title: str = "",
) -> Axes:
    """Plot several estimates of one outcome under each other, with what could not be estimated in its place.

    Parameters
    ----------
    estimates : mapping or list
        Results of `did` by the name to show; in a list an estimate goes by its method.
    ax : Axes, optional
        Those of a new figure where left out.
    title : str

    Raises
    ------
    UsageError
        Where there is none, something is no result, or units differ: they share no axis.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("agg")
    >>> from pilotlab.estimate.did import did
    >>> import pandas as pd
    >>> rows = [(team, week, float(team * week % 5), 4 if team > 4 else 0) for team in range(1, 9) for week in range(1, 7)]
    >>> frame = pd.DataFrame(rows, columns=["team", "week", "y", "first_week"])
    >>> axes = forest({name: did(frame, estimator=name) for name in ("change", "twfe")})
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['change', 'twfe']
    """
    named = _named(estimates)
    found = [each for each in named.values() if isinstance(each, Estimate)]
    units, alphas = {each.unit for each in found}, {each.alpha for each in found}
    if len(units) > 1 or len(alphas) > 1:
        what = "units" if len(units) > 1 else "levels"
        values = ", ".join(repr(each) for each in sorted(units if len(units) > 1 else alphas, key=str))
        raise UsageError(f"estimates have several {what}: {values}", fix="draw a forest for each")
    rows = [_row(name, each) for name, each in named.items()]
    alpha = next(iter(alphas), 0.05)
    how = "method" if len({each.inference for each in found}) == 1 else "method, each with its own inference"
    return plot_forest(
        rows,
        ax,
        unit=next(iter(units), ""),
        title=title or f"{len(found)} of {len(rows)} could be estimated",
        caption=[f"Bar: {level_of(alpha)} interval by its own {how}."],
    )


def _named(given: Any) -> dict[str, Estimate | NotEstimable]:
    if isinstance(given, Estimate | NotEstimable):
        given = [given]
    pairs = list(given.items()) if isinstance(given, Mapping) else [(_method(each), each) for each in given]
    wrong = [each for _, each in pairs if not isinstance(each, Estimate | NotEstimable)]
    if wrong or not pairs:
        what = f"a {type(wrong[0]).__name__}" if wrong else "nothing"
        raise UsageError(f"estimates hold {what}", fix="give what `did` returned, by the name to show")
    named: dict[str, Estimate | NotEstimable] = {}
    for name, each in pairs:
        key = str(name)
        while key in named:
            key += " "  # two of one method are two rows
        named[key] = each
    return named


def _method(found: Any) -> str:
    return f"{found.estimator}, {found.inference}" if isinstance(found, Estimate) else "not estimable"


def _row(name: str, found: Estimate | NotEstimable) -> Row:
    if isinstance(found, Estimate):
        return Row(name, found.att, found.ci)
    return Row(name, words=f"not estimable: {found.reason}")


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
    sheet.title(estimate.line())
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


def plot_refusal(found: NotEstimable, ax: Axes | None = None, kind: Plot = "auto") -> Axes:
    """Write why there is no number, and what would help, where a drawing of any kind would be."""
    if kind not in get_args(Plot):
        raise unknown("kind", kind, get_args(Plot))
    reason, help_ = (textwrap.fill(text, 84) for text in (found.reason, found.would_help))
    text = f"{reason}\n\nWhat would help: {help_}"
    sheet = Paper(ax, height=1.1 + 0.18 * (text.count("\n") + 1))
    sheet.ax.set_axis_off()
    sheet.ax.text(0, 1, text, va="top", fontsize=axes.TEXT, color=axes.INK, transform=sheet.ax.transAxes)
    sheet.title("Not estimable")
    return sheet.ax
