"""Estimates: which plot an estimate asks for; several of them beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.plots.event_study_plot import plot_event_study
from pilotlab.estimate.plots.forest_plot import Row, plot_forest
from pilotlab.estimate.plots.placebos_plot import plot_placebos
from pilotlab.estimate.plots.synthetic_plot import plot_paths, plot_weights
from pilotlab.estimate.results.estimate import Estimate, NotEstimable, Plot
from pilotlab.wording.intervals import level_of
from pilotlab.wording.numbers import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
        return plot_weights(parts, ax, title=repr(parts))
    if kind == "placebos":
        effects = [effect for _, effect in parts.placebos]
        asked: dict[str, Any] = {"unit": estimate.unit, "title": repr(estimate), "p_value": estimate.p_value}
        return plot_placebos(effects, estimate.att, ax, **asked)
    return plot_paths(parts, ax, unit=estimate.unit, title=repr(estimate))


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
    return plot_forest(rows, ax, unit=estimate.unit, title=repr(estimate), caption=caption, beside=beside)


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
