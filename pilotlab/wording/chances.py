"""Chances: how a p-value is written for analysts, as a natural frequency for everybody."""

from __future__ import annotations

SMALLEST = 0.0001  # no p is written below it
_SMALL_ODDS, _TENTHS = 0.01, 0.2


def p_value(p: float) -> str:
    """Write a p-value with four decimals.

    Examples
    --------
    >>> p_value(0.0312), p_value(0.00001)
    ('0.0312', 'below 0.0001')
    """
    return f"{p:.4f}" if p >= SMALLEST / 2 else f"below {SMALLEST:.4f}"


def short_p(p: float) -> str:
    """Write a p-value for a column of a table.

    Examples
    --------
    >>> short_p(0.0312), short_p(0.0021), short_p(0.00001)
    ('0.031', '0.0021', '< 0.0001')
    """
    return f"< {SMALLEST:.4f}" if p < SMALLEST else f"{p:.4f}" if p < _SMALL_ODDS else f"{p:.3f}"


def luck(p_one_sided: float) -> str:
    """Write a one-sided p as a natural frequency: "about 3 pilots in 1,000", "about 1 pilot in 40".

    Examples
    --------
    >>> luck(0.0034), luck(0.025), luck(0.37)
    ('about 3 pilots in 1,000', 'about 1 pilot in 40', 'about 4 pilots in 10')
    >>> luck(0.0001), luck(0.97)
    ('fewer than 1 pilot in 1,000', 'nearly every pilot')
    """
    if p_one_sided < 0.0005:
        return "fewer than 1 pilot in 1,000"
    if p_one_sided < _SMALL_ODDS:
        per_thousand = round(1000 * p_one_sided)
        return f"about {per_thousand} pilot{'s' if per_thousand > 1 else ''} in 1,000"
    if p_one_sided < _TENTHS:
        return f"about 1 pilot in {_round_ratio(1 / p_one_sided)}"
    tenths = round(10 * p_one_sided)
    return "nearly every pilot" if tenths >= 10 else f"about {tenths} pilots in 10"


def in_100(chance: float) -> str:
    """Write how many times in 100; rounded down, so that just under an even chance does not read as one.

    Examples
    --------
    >>> in_100(0.4999), in_100(0.29)
    ('49 of 100', '29 of 100')
    """
    return f"{int(100 * chance + 1e-9)} of 100"


def of_100(share: float) -> str:
    """Write a share of many tries, rounded down; what is rare is never none.

    Examples
    --------
    >>> of_100(0.379), of_100(0.004), of_100(0.0)
    ('37 of 100', 'fewer than 1 of 100', 'none of 100')
    """
    if share == 0:
        return "none of 100"
    return "fewer than 1 of 100" if share < 0.01 else in_100(share)


def times_in_100(chance: float) -> str:
    """Write how often something happens: "80 times in 100"."""
    return f"{100 * chance:.0f} times in 100"


def _round_ratio(ratio: float) -> int:
    return round(ratio) if ratio < 20 else 5 * round(ratio / 5)
