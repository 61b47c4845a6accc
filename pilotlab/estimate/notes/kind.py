"""A kind of note: its sentence with slots, and what it says of the number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from numbers import Real
from string import Formatter
from typing import Any, Literal

from pilotlab.wording.chances import p_value
from pilotlab.wording.lists import some
from pilotlab.wording.numbers import count, number, percent, significant, typed

NAMED = 5  # names that a sentence lists before it counts the others

LeftOut = Literal["", "rows", "units", "times", "values", "covariate"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table of notes.

    Attributes
    ----------
    words : str
        The sentence; `{name}` is a slot, `{count:?one|many}` a choice of words by 1 or true, `{names:listed}` a list.
    changes_meaning : bool
        Whether the number means something else, or is worth less, than it seems.
    leaves_out : str
        What of the frame does not count, where something does not.
    """

    words: str
    changes_meaning: bool = False
    leaves_out: LeftOut = ""


class _Words(Formatter):
    """Fill slots: choices and lists and numbers as pilotlab writes them."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec.startswith("?"):
            one, many = format_spec[1:].split("|")
            return one if value == 1 else many
        if format_spec == "listed":
            return some(value, NAMED)
        if isinstance(value, Real) and format_spec:
            return filled(float(value), format_spec)
        return super().format_field(value, format_spec)


def said(kind: Kind, data: dict[str, Any]) -> str:
    """Fill the slots; names of units follow where the data hold them."""
    text = _Words().vformat(kind.words, (), data)
    names = data.get("units")
    if not isinstance(names, list):
        return text
    more = data["count"] - len(names)
    return f"{text}: {', '.join(names)}" + (f" and {more} more" if more else "")


_DIGITS = re.compile(r"\.(\d+)([fg])")


def filled(value: float, how: str) -> str:
    """Write a value as the slot asks: `,` a count, `g` as typed, `.3g` significant digits, `.2f` decimals, `.0%` a share, `p` a p-value.

    Examples
    --------
    >>> filled(12000, ","), filled(0.05, "g"), filled(-0.012345, ".3g"), filled(-1.5, ".2f"), filled(0.25, ".0%")
    ('12,000', '0.05', '−0.0123', '−1.50', '25 %')
    """
    if how == ",":
        return count(int(value))
    if how == "g":
        return typed(value)
    if how == "p":
        return p_value(value)
    if how == ".0%":
        return percent(value)
    asked = _DIGITS.fullmatch(how)
    if asked is None:
        return format(value, how)
    digits = int(asked[1])
    return significant(value, digits) if asked[2] == "g" else number(value, digits)
