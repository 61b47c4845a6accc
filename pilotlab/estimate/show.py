"""Showing an estimate: one line, a page of text, a drawing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.result import Estimate


def decimals(*values: float) -> int:
    """Decimals that give the largest of some numbers three significant digits."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 2 if largest == 0 else min(12, max(0, 2 - math.floor(math.log10(largest))))


def number(value: float, places: int, *, sign: bool = True) -> str:
    """A number with its sign; an infinite end as such."""
    if math.isinf(value):
        return "-inf" if value < 0 else "inf"
    return f"{value:{'+' if sign else ''},.{places}f}"


def line(estimate: Estimate) -> str:
    """Effect, unit, interval."""
    unit = f" {estimate.unit}" if estimate.unit else ""
    return f"ATT {number(estimate.att, decimals(estimate.att, *estimate.ci))}{unit} {ends(estimate.ci, estimate.att)}"


def ends(pair: tuple[float, float], att: float) -> str:
    """An interval in brackets, with the decimals of its estimate."""
    places = decimals(att, *pair)
    return f"[{number(pair[0], places)}, {number(pair[1], places)}]"


def facts(estimate: Estimate) -> list[tuple[str, str]]:
    """Label and value of everything beside the headline."""
    df = "" if estimate.df is None else f", {estimate.df:.4g} degrees of freedom"
    floor = "" if estimate.p_min is None else f" (this design can't go below {estimate.p_min:.3g})"
    return [
        (f"{100 * (1 - estimate.alpha):g} % interval", ends(estimate.ci, estimate.att)),
        ("estimand", estimate.estimand),
        ("method", f"{estimate.estimator} with {estimate.inference}{df}"),
        ("standard error", number(estimate.se, decimals(estimate.se), sign=False)),
        ("p, two-sided", f"{estimate.p_value:.4f}{floor}"),
        (
            "values",
            f"{estimate.n_obs:,} from {estimate.n_units:,} units, {estimate.n_treated:,} treated; {estimate.n_clusters:,} clusters",
        ),
    ]


def summary(estimate: Estimate) -> str:
    """A page of text: headline, facts, table where there are several rows, notes."""
    lines = [line(estimate), ""]
    lines += [f"{name + ':':<18}{value}" for name, value in facts(estimate)]
    if len(estimate.terms) > 1:
        lines += ["", f"{estimate.key:>10}  {'effect':>12}  interval"]
        places = decimals(*(end for term in estimate.terms for end in (term.att, *term.ci)))
        for term in estimate.terms:
            low, high = (number(end, places) for end in term.ci)
            lines.append(f"{term.at:>10}  {number(term.att, places):>12}  [{low}, {high}]")
    if estimate.notes:
        lines += ["", "notes:", *(f"  - {note}" for note in estimate.notes)]
    return "\n".join(lines)


def plot(estimate: Estimate, ax: Axes | None = None) -> Axes:
    """Points with intervals; an open end runs to the edge of the drawing."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=(7, 3.5), layout="constrained").subplots()
    places = [term.at if isinstance(term.at, int) else index for index, term in enumerate(estimate.terms)]
    reach = _reach(estimate)
    for place, term in zip(places, estimate.terms, strict=True):
        low, high = (max(min(end, reach), -reach) for end in term.ci)
        ax.plot([place, place], [low, high], color="0.35", linewidth=1.5)
        ax.plot([place], [term.att], marker="o", color="black")
    ax.axhline(0, color="0.6", linewidth=0.8)
    ax.set_ylabel(f"effect ({estimate.unit})" if estimate.unit else "effect")
    if estimate.key == "event_time":
        ax.set_xlabel("periods since start")
        ax.axvline(-0.5, color="0.6", linewidth=0.8, linestyle=":")
    else:
        ax.set_xticks(places, [str(term.at) for term in estimate.terms])
    return ax


def _reach(estimate: Estimate) -> float:
    finite = [abs(end) for term in estimate.terms for end in (*term.ci, term.att) if math.isfinite(end)]
    return 2 * max([*finite, 1e-12])
