"""Unbroken: the same words with no-break spaces, so that a number keeps its unit, and an interval its ends, on one line."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from pilotlab.wording import dates, intervals, lists, numbers
from pilotlab.wording.numbers import NBSP

P = ParamSpec("P")


def joined(words: str) -> str:
    """Keep words on one line."""
    return words.replace(" ", NBSP)


def _kept(write: Callable[P, str]) -> Callable[P, str]:
    @wraps(write)
    def written(*args: P.args, **kwargs: P.kwargs) -> str:
        return joined(write(*args, **kwargs))

    return written


interval = _kept(intervals.interval)
level = _kept(intervals.level)
percent = _kept(numbers.percent)
plural = _kept(lists.plural)
with_unit = _kept(numbers.with_unit)


def day(iso: str) -> str:
    """Write a date, its day and month on one line: "1 September 2026"."""
    return dates.day(iso).replace(" ", NBSP, 1)
