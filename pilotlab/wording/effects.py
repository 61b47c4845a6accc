"""Effects: what is said of a metric's effect, up being good: "+0.52 points"."""

from __future__ import annotations

from dataclasses import dataclass

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

    def _with_unit(self, written: str) -> str:
        return f"{written} {self.unit}".rstrip()
