"""Rounding: an estimate keeps the digits that its standard error supports, one rule for every page, table and file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pilotlab.wording.orientation import log_points_of, percent_of

DIGITS = 2  # significant digits of the standard error that an estimate is written to
MORE = 2  # further digits at most, where a rounded number would otherwise stand on the wrong side of a bar
_DUST = 1e-9
P_PLACES = 4


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the numbers of one result are rounded.

    Attributes
    ----------
    places : int
        Decimals; below 0 tens and hundreds.
    log : bool
        Numbers are log points that are shown, and rounded, as per cent.
    marks : tuple of float
        Zero, bar and limits on the scale of analysis: no rounded number stands on another side of one than the number.
    """

    places: int
    log: bool = False
    marks: tuple[float, ...] = (0.0,)

    @classmethod
    def of(cls, se: float, decimals: int, *, log: bool = False, marks: Sequence[float] = ()) -> Rounding:
        """Take the decimals that a standard error supports, at most `decimals`.

        Examples
        --------
        >>> Rounding.of(0.13, 2).number(0.5249), Rounding.of(1.3, 2).number(0.5249), Rounding.of(0.0001, 2).number(0.5249)
        (0.52, 0.5, 0.52)
        """
        size = 100 * se if log else se
        return cls(min(decimals, _supported(size, decimals)), log, tuple({0.0, *marks}))

    def for_error(self, se: float) -> Rounding:
        """Coarsen for a number with a larger standard error of its own."""
        size = 100 * se if self.log else se
        return replace(self, places=min(self.places, _supported(size, self.places)))

    def number(self, value: float) -> float:
        """Round a number of the analysis; a digit more where it would cross zero, a bar or a limit."""
        if not math.isfinite(value):
            return value
        found = value
        for more in range(MORE + 1):
            found = self._rounded(value, self.places + more)
            if all(_side(found, mark) == _side(value, mark) for mark in self.marks):
                return found
        return found

    def ends(self, pair: tuple[float, float]) -> tuple[float, float]:
        """Round both ends of an interval."""
        return self.number(pair[0]), self.number(pair[1])

    def _rounded(self, value: float, places: int) -> float:
        found = round(self._shown(value), places) + 0.0
        return log_points_of(found) if self.log and found > -100 else found

    def _shown(self, value: float) -> float:
        return percent_of(value) if self.log else value


def _supported(se: float, otherwise: int) -> int:
    if not (math.isfinite(se) and se > 0):
        return otherwise
    return DIGITS - 1 - math.floor(math.log10(se))


def decimals_for(values: Sequence[float], least: int) -> int:
    """Decimals, `least` or some more, with which rounded numbers stand as they are; `least` for numbers that are not rounded.

    Examples
    --------
    >>> decimals_for([0.52, 0.3], 2), decimals_for([0.196, 0.3], 2), decimals_for([1 / 3], 2)
    (2, 3, 2)
    """
    shown = [value for value in values if math.isfinite(value)]
    for places in range(least, least + MORE + 1):
        if all(abs(round(value, places) - value) < _DUST * max(1.0, abs(value)) for value in shown):
            return places
    return least


def significant(value: float, digits: int = DIGITS) -> float:
    """Round to significant digits: a standard error, or a number that has none of its own.

    Examples
    --------
    >>> significant(0.13274), significant(1234.5, 3)
    (0.13, 1230.0)
    """
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def probability(p: float) -> float:
    """Round a p to four decimals; one that is smaller keeps a digit, for no p is zero.

    Examples
    --------
    >>> probability(0.03127), probability(0.0000123)
    (0.0313, 1e-05)
    """
    return round(p, P_PLACES) if p >= 10**-P_PLACES else significant(p, 1)


def _side(value: float, mark: float) -> int:
    """1 above, -1 below, 0 at a mark."""
    near = _DUST * max(1.0, abs(mark))
    return 0 if abs(value - mark) <= near else 1 if value > mark else -1
