"""Shares: how parts of a whole are written, in per cent."""

from __future__ import annotations

import math

NONE_DUE = "none due"
_DUST = 1e-9


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
