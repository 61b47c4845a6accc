"""Effects: what is said of a metric's effect, up being good: "+0.52 points", "improved by 0.52 points"."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pilotlab.wording.intervals import either_side, interval, level_of
from pilotlab.wording.numbers import number, size
from pilotlab.wording.orientation import Ends, Orientation

LOG_DECIMALS = 1  # of a change in per cent
PER_CENT = "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Orientation):
    """How the effects of one metric are written.

    Attributes
    ----------
    unit : str
        As it stands behind a number: "points", "%" for a change in per cent.
    """

    label: str
    unit: str
    decimals: int

    def signed(self, value: float) -> str:
        """Write an effect of the analysis, turned: "+0.52"."""
        return number(self.orient(value), self.decimals, sign=True)

    def effect(self, value: float) -> str:
        """Write an effect of the analysis, turned, with its unit: "+0.52 points"."""
        return self._with_unit(self.signed(value))

    def effect_with_interval(self, value: float, ends: Ends) -> str:
        """Write an effect and its interval, both turned: "+0.52 points (+0.10 to +0.94)"."""
        return f"{self.effect(value)} ({self.ends(ends)})"

    def ends(self, ends: Ends) -> str:
        """Write both ends of an interval of the analysis, turned, the worse first."""
        return " to ".join(map(self.signed, self.worse_first(ends)))

    def ends_with_unit(self, ends: Ends) -> str:
        """Write both ends of a range of effects, turned, with their unit: "−0.10 to +0.94 points"."""
        return self._with_unit(self.ends(ends))

    def size(self, shown: float) -> str:
        """Write how large a turned effect is, with its unit: "0.50 days"."""
        return self._with_unit(size(shown, self.decimals))

    def movement(self, shown: float, ends: Ends, alpha: float, mark: str = "") -> str:
        """Write size, unit and interval of a turned effect: "Focus improved by 0.76 h (95 % interval 0.30 to 1.19)".

        An interval that holds zero names the side of each end: "(95 % interval 0.38 worse to 0.29 better)". `mark` stands on
        both sides of the size.
        """
        verb, sign = ("improved by", 1) if shown > 0 else ("worsened by", -1)
        if round(shown, self.decimals) == 0:
            verb, sign = "moved by", 1
        return f"{self.label} {verb} {mark}{self.size(shown)}{mark} ({self._interval(ends, sign, level_of(alpha))})"

    def _interval(self, ends: Ends, sign: int, level: str) -> str:
        if -math.inf < ends[0] < 0 < ends[1] < math.inf:
            return f"{level} interval {either_side(*ends, self.decimals)}"
        low, high = sorted(sign * end for end in ends)
        if math.isinf(low) and math.isinf(high):
            return f"no {level} interval exists at this size"
        if math.isinf(low):
            return f"{level} interval up to {number(high, self.decimals)}, open below"
        if math.isinf(high):
            return f"{level} interval {number(low, self.decimals)} or more, open above"
        return f"{level} interval {interval(low, high, self.decimals)}"

    def _with_unit(self, written: str) -> str:
        return f"{written} {self.unit}".rstrip()
