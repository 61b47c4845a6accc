"""Showing an estimate: one line, a page of text, a table."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilotlab.estimate.results.estimate import Estimate


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
        ("p, two-sided", f"{_p(estimate.p_value)}{floor}"),
        (
            "values",
            f"{estimate.n_obs:,} from {estimate.n_units:,} units, {estimate.n_treated:,} treated; {estimate.n_clusters:,} clusters",
        ),
    ]


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 5e-5 else "below 0.0001"


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


def as_html(headline: str, facts: list[tuple[str, str]], notes: tuple[str, ...]) -> str:
    """A headline, a table of facts and a list of notes, as a notebook shows them."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in facts
    )
    items = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    return f"<p><b>{html.escape(headline)}</b></p><table>{rows}</table>" + (
        f"<ul>{items}</ul>" if items else ""
    )
