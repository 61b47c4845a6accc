"""How numbers, intervals, days and counts are written, the same on every page."""

from __future__ import annotations

import math
from datetime import date

from pilotlab.spec.standard import SHARE_NEEDED

MINUS = "\u2212"
NBSP = "\u00a0"
EN_DASH = "\u2013"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number(value: float, decimals: int, *, sign: bool = False) -> str:
    """Write a number with its metric's decimals and a true minus sign; zero carries no sign.

    Examples
    --------
    >>> number(-0.761, 2), number(0.04, 2, sign=True), number(-0.001, 2), number(1234.5, 1)
    ('−0.76', '+0.04', '0.00', '1,234.5')
    """
    if math.isinf(value):
        return f"{MINUS if value < 0 else '+' if sign else ''}∞"
    if abs(value) >= 1e7:
        return _power(value, sign=sign)
    digits = f"{abs(value):,.{decimals}f}"
    if float(digits.replace(",", "")) == 0:
        return digits
    return f"{MINUS if value < 0 else '+' if sign else ''}{digits}"


def signed(value: float, decimals: int) -> str:
    """Write a number with its sign: "+0.04", "−1.3"; zero carries none."""
    return number(value, decimals, sign=True)


def with_unit(value: float, decimals: int, unit: str, *, sign: bool = False) -> str:
    """Join a number and its unit so that no line breaks between them."""
    return joined(f"{number(value, decimals, sign=sign)} {unit}".rstrip())


def interval(low: float, high: float, decimals: int, *, sign: bool = False) -> str:
    """Write both ends; an open end is said in words.

    Examples
    --------
    >>> interval(0.3, 1.19, 2), interval(-math.inf, 1.19, 2), interval(-math.inf, math.inf, 2)
    ('0.30\\xa0to\\xa01.19', 'up\\xa0to\\xa01.19', 'open\\xa0both\\xa0ways')
    """
    ends = [number(end, decimals, sign=sign) for end in (low, high)]
    if math.isinf(low) and math.isinf(high):
        return joined("open both ways")
    if math.isinf(low):
        return joined(f"up to {ends[1]}")
    if math.isinf(high):
        return joined(f"{ends[0]} or more")
    return joined(f"{ends[0]} to {ends[1]}")


def level(share: float) -> str:
    """Write a confidence level, "95 %"; digits only as far as they go.

    Examples
    --------
    >>> level(0.95), level(0.975)
    ('95\\xa0%', '97.5\\xa0%')
    """
    return f"{round(100 * share, 2):g}{NBSP}%"


def percent(share: float | None) -> str:
    """Write a share as whole per cent; one that misses 80 % is never written as 80 %; "none due" where there is none.

    Examples
    --------
    >>> percent(0.925), percent(0.799), percent(None)
    ('93\\xa0%', '79.9\\xa0%', 'none due')
    """
    if share is None:
        return "none due"
    whole = math.floor(100 * share + 0.5)
    if whole == round(100 * SHARE_NEEDED) and share < SHARE_NEEDED:
        return f"{min(math.floor(1000 * share + 0.5) / 10, 100 * SHARE_NEEDED - 0.1):.1f}{NBSP}%"
    return f"{whole}{NBSP}%"


def count(value: int) -> str:
    """Write a count with thousands apart: 17,806."""
    return f"{value:,}"


def plural(value: int, noun: str, nouns: str = "") -> str:
    """Write "1 team", "12 teams"."""
    return f"{count(value)}{NBSP}{noun if value == 1 else nouns or noun + 's'}"


def day(iso: str) -> str:
    """Write an ISO date in words, "1 September 2026"; other text stays as it is."""
    found = _date(iso)
    return f"{found.day}{NBSP}{_MONTHS[found.month - 1]} {found.year}" if found else iso


def short_day(iso: str) -> str:
    """Write an ISO date for a chart, "7 Sep 2026"."""
    found = _date(iso)
    return f"{found.day} {_MONTHS[found.month - 1][:3]} {found.year}" if found else iso


def people(n: int, *, at_least: int = 10) -> str:
    """Write how many people, in bands, so that no one can be counted out.

    Examples
    --------
    >>> people(7), people(10), people(24), people(101), people(1234)
    ('under 10', '10–24', '10–24', '100–124', '1,225–1,249')
    """
    if n < at_least:
        return f"under {at_least}"
    low = max(at_least, n // 25 * 25)
    return f"{count(low)}{EN_DASH}{count(n // 25 * 25 + 24)}"


def luck(p_one_sided: float) -> str:
    """Write a one-sided p as a natural frequency: "about 3 pilots in 1,000", "about 1 pilot in 40".

    Examples
    --------
    >>> luck(0.0034), luck(0.025), luck(0.37), luck(0.0001), luck(0.97)
    ('about 3 pilots in 1,000', 'about 1 pilot in 40', 'about 4 pilots in 10', 'fewer than 1 pilot in 1,000', 'nearly every pilot')
    """
    if p_one_sided < 0.0005:
        return "fewer than 1 pilot in 1,000"
    if p_one_sided < 0.01:
        per_thousand = round(1000 * p_one_sided)
        return f"about {per_thousand} pilot{'s' if per_thousand > 1 else ''} in 1,000"
    if p_one_sided < 0.2:
        return f"about 1 pilot in {_round_ratio(1 / p_one_sided)}"
    tenths = round(10 * p_one_sided)
    return "nearly every pilot" if tenths >= 10 else f"about {tenths} pilots in 10"


def joined(words: str) -> str:
    """Keep words on one line."""
    return words.replace(" ", NBSP)


def _power(value: float, *, sign: bool) -> str:
    mantissa, _, exponent = f"{abs(value):.1e}".partition("e")
    head = MINUS if value < 0 else "+" if sign else ""
    return f"{head}{mantissa}{NBSP}×{NBSP}10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def _round_ratio(ratio: float) -> int:
    return round(ratio) if ratio < 20 else 5 * round(ratio / 5)


def _date(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None
