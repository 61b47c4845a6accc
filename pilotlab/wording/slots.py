"""Slots: how a value fills a place of a sentence that says how it is written, "{p_min:.3g}"."""

from __future__ import annotations

import re

from pilotlab.wording.chances import p_value
from pilotlab.wording.numbers import count, number, significant, typed
from pilotlab.wording.shares import percent

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
