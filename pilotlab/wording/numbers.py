"""Numbers: how an effect, a size, a share or a count is written."""

from __future__ import annotations

import math

MINUS = "\u2212"
NBSP = "\u00a0"
EN_DASH = "\u2013"
LARGE = 1e7
NONE_DUE = "none due"
_DUST = 1e-9  # a share that misses by less is not short
_WHOLE = 1e15  # floats tell whole numbers apart up to here
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, decimals: int, *, sign: bool = False) -> str:
    """Write a number with its metric's decimals and a true minus sign; zero carries no sign, and what is large is a power.

    Examples
    --------
    >>> number(-0.761, 2), number(0.04, 2, sign=True), number(-0.001, 2), number(1234.5, 1)
    ('−0.76', '+0.04', '0.00', '1,234.5')
    """
    if LARGE <= abs(value) < math.inf:
        return f"{_sign(value, sign=sign)}{_power(abs(value))}"
    return in_full(value, decimals, sign=sign)


def in_full(value: float, decimals: int, *, sign: bool = False) -> str:
    """Write a number as `number` does, every digit of what is large.

    Examples
    --------
    >>> in_full(-12345678.9, 1), in_full(float("inf"), 1)
    ('−12,345,678.9', '∞')
    """
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return f"{_sign(value, sign=sign)}∞"
    digits = f"{abs(value):,.{decimals}f}"
    if float(digits.replace(",", "")) == 0:
        return digits
    return f"{_sign(value, sign=sign)}{digits}"


def signed(value: float, decimals: int) -> str:
    """Write a number with its sign: "+0.04", "−1.3"; zero carries none."""
    return number(value, decimals, sign=True)


def size(value: float, decimals: int) -> str:
    """Write how large a number is, whatever its sign."""
    return number(abs(value), decimals)


def with_unit(value: float, decimals: int, unit: str, *, sign: bool = False) -> str:
    """Write a number, then its unit where it has one."""
    return f"{number(value, decimals, sign=sign)} {unit}".rstrip()


def significant(value: float, digits: int = 3, *, sign: bool = False) -> str:
    """Write a number with so many significant digits, without noughts at its end.

    Examples
    --------
    >>> significant(0.012345), significant(-2.5), significant(1234.5, 4), significant(0.000012)
    ('0.0123', '−2.5', '1,234', '1.2e-05')
    """
    if math.isinf(value):
        return f"{_sign(value, sign=sign)}∞"
    return f"{_sign(value, sign=sign) if value else ''}{_grouped(f'{abs(value):.{digits}g}')}"


def typed(value: float) -> str:
    """Write a number as a person would type it into a file or form, with an ASCII hyphen: for fixes and echoes.

    Examples
    --------
    >>> typed(-0.5), typed(3.0), typed(1 / 3), typed(1234567.0), typed(1234567.25)
    ('-0.5', '3', '0.333333', '1234567', '1234567.25')
    """
    if math.isfinite(value) and abs(value) < _WHOLE and float(value).is_integer():
        return str(int(value))
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.15g}"


def in_digits(value: float) -> str:
    """Write every digit that a number was typed with, as `typed` does: for what is read again by a program.

    Examples
    --------
    >>> in_digits(0.1 + 0.2), in_digits(12.0)
    ('0.3', '12')
    """
    return f"{value:.15g}"


def count(value: int) -> str:
    """Write a count with thousands apart: 17,806."""
    return f"{value:,}"


def ordinal(value: int) -> str:
    """Write a rank as people say it.

    Examples
    --------
    >>> [ordinal(value) for value in (1, 2, 3, 4, 11, 22)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd']
    """
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{value}{'th' if 10 <= value % 100 <= 20 else ends.get(value % 10, 'th')}"


def decimals_of(*values: float) -> int:
    """Decimals that give the largest of some numbers three significant digits.

    Examples
    --------
    >>> decimals_of(0.0123, -0.4), decimals_of(1234.5), decimals_of(0.0)
    (3, 0, 2)
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 2 if largest == 0 else min(12, max(0, 2 - math.floor(math.log10(largest))))


def _sign(value: float, *, sign: bool) -> str:
    return MINUS if value < 0 else "+" if sign else ""


def _grouped(digits: str) -> str:
    whole, point, rest = digits.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdigit() else digits


def _power(value: float) -> str:
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}{NBSP}×{NBSP}10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def percent(share: float | None, *, needed: float | None = None) -> str:
    """Write a share as whole per cent; one that misses what is needed is never written as if it met it.

    Examples
    --------
    >>> percent(0.925), percent(0.799), percent(0.799, needed=0.8), percent(0.79999, needed=0.8), percent(None)
    ('93 %', '80 %', '79.9 %', '79.9 %', 'none due')
    """
    if share is None:
        return NONE_DUE
    whole = math.floor(100 * share + 0.5)
    if needed is not None and share < needed - _DUST and whole >= 100 * needed - _DUST:
        most = math.ceil(1000 * needed - _DUST) - 1
        return f"{min(math.floor(1000 * share + 0.5), most) / 10:.1f} %"
    return f"{whole} %"


def bare_percent(share: float) -> str:
    """Write a share as whole per cent without its sign, where an axis or a column says "%"."""
    return percent(share).removesuffix(" %")


def fine_percent(share: float) -> str:
    """Write a share with one decimal, where several add up to a whole.

    Examples
    --------
    >>> fine_percent(0.1234)
    '12.3 %'
    """
    return f"{100 * share:.1f} %"
