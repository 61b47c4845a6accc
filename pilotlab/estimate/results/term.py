"""Term: one row of an estimate's table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pilotlab.stored import reading


@dataclass(frozen=True, slots=True)
class Term:
    """One row of an estimate's table.

    Attributes
    ----------
    at : str or int
        "att", or the event time.
    band : tuple of float or None
        Ends of the band that holds all rows at once; None where there is none.
    """

    at: str | int
    att: float
    se: float
    ci: tuple[float, float]
    p_value: float
    band: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; an infinite end is null."""
        plain = {name: getattr(self, name) for name in ("at", "att", "se")}
        band = json_ends(self.band) if self.band else None
        return {**plain, "ci": json_ends(self.ci), "p_value": self.p_value, "band": band}

    @classmethod
    @reading("Term")
    def from_dict(cls, row: Mapping[str, Any]) -> Term:
        """Rebuild from `to_dict`."""
        band = ends(row["band"]) if row["band"] else None
        return cls(row["at"], row["att"], row["se"], ends(row["ci"]), row["p_value"], band)


def json_ends(pair: tuple[float, float]) -> list[float | None]:
    """Write two ends for JSON, an infinite one as null."""
    return [end if math.isfinite(end) else None for end in pair]


def ends(pair: list[float | None]) -> tuple[float, float]:
    """Read what `json_ends` wrote."""
    low, high = pair
    return (-math.inf if low is None else low, math.inf if high is None else high)
