"""How results write numbers, intervals and tables."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable


def decimals(*values: float) -> int:
    """Decimals that give the largest of some numbers three significant digits."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 2 if largest == 0 else min(12, max(0, 2 - math.floor(math.log10(largest))))


def number(value: float, places: int, *, sign: bool = True) -> str:
    """A number with its sign; an infinite end as such."""
    if math.isinf(value):
        return "-inf" if value < 0 else "inf"
    return f"{value:{'+' if sign else ''},.{places}f}"


def ends(pair: tuple[float, float], att: float) -> str:
    """An interval in brackets, with the decimals of its estimate."""
    places = decimals(att, *pair)
    return f"[{number(pair[0], places)}, {number(pair[1], places)}]"


def p_value(value: float) -> str:
    """A p with four decimals, never rounded to zero."""
    return f"{value:.4f}" if value >= 5e-5 else "below 0.0001"


def as_html(headline: str, facts: list[tuple[str, str]], notes: Iterable[object]) -> str:
    """A headline, a table of facts and a list of notes, as a notebook shows them."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>" for name, value in facts
    )
    items = "".join(f"<li>{html.escape(str(note))}</li>" for note in notes)
    return f"<p><b>{html.escape(headline)}</b></p><table>{rows}</table>" + (
        f"<ul>{items}</ul>" if items else ""
    )
