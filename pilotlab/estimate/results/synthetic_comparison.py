"""What a synthetic comparison is made of: weights, both paths, placebos; with a table and plots."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pilotlab.estimate.results.doors import plot
from pilotlab.stored import made, reading
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html
from pilotlab.wording.numbers import count, fine_percent, significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Named = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """The treated units' mean path beside the synthetic one.

    Attributes
    ----------
    times : tuple of str
        Times that count, as the frame writes them.
    start : int
        Position of the first time after the start.
    treated, synthetic : tuple of float
        Paths, in the outcome's unit; their mean gap from `start` on is the estimate.
    unit_weights, time_weights : tuple of (str, float)
        Those that are not zero: units by weight, times in order. Synthetic control has no time weights.
    noise_level : float
        Standard deviation of the comparison units' first differences before the start.
    zeta_units, zeta_times : float
        Square roots of the ridges, as the paper writes them.
    placebos : tuple of (str, float)
        Effect found where comparison units stand in for the treated; empty under other inferences.
    """

    times: tuple[str, ...]
    start: int
    treated: tuple[float, ...]
    synthetic: tuple[float, ...]
    unit_weights: Named
    time_weights: Named
    noise_level: float
    zeta_units: float
    zeta_times: float
    placebos: Named = ()

    def line(self) -> str:
        """One line, as pages write it."""
        times = f", {len(self.time_weights)} times" if self.time_weights else ""
        return f"synthetic path of {len(self.unit_weights)} units{times}; misses by {significant(self.miss)} before the start"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    @property
    def gaps(self) -> tuple[float, ...]:
        """Treated less synthetic path."""
        return tuple(one - other for one, other in zip(self.treated, self.synthetic, strict=True))

    @property
    def miss(self) -> float:
        """Root mean squared gap before the start."""
        before = self.gaps[: self.start]
        return math.sqrt(sum(gap * gap for gap in before) / len(before))

    @property
    def effective_units(self) -> float:
        """How many units of equal weight would vary as much: 1 over the sum of squared weights."""
        return 1 / sum(weight * weight for _, weight in self.unit_weights)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a time: time, treated, synthetic, gap, after, weight (of the time)."""
        weights = dict(self.time_weights)
        return pd.DataFrame(
            {
                "time": self.times,
                "treated": self.treated,
                "synthetic": self.synthetic,
                "gap": self.gaps,
                "after": [place >= self.start for place in range(len(self.times))],
                "weight": [weights.get(time, 0.0) for time in self.times],
            }
        )

    def summary(self) -> str:
        """Text: how well it fits before the start, and the weights."""
        units = [f"  {fine_percent(weight):>8}  {name}" for name, weight in self.unit_weights]
        times = [f"  {fine_percent(weight):>8}  {name}" for name, weight in self.time_weights]
        return in_ascii(
            "\n".join([self.line(), "", "units:", *units, *(["", "times:", *times] if times else [])])
        )

    def _repr_html_(self) -> str:
        return as_html(self.line(), [(name, fine_percent(weight)) for name, weight in self.unit_weights], ())

    def plot(self, ax: Axes | None = None, *, unit: str = "") -> Axes:
        """Plot both paths and the start on matplotlib axes, the time weights along the foot, and return them."""
        return plot("Synthetic.plot", self, ax, unit=unit, title=self.line())

    def plot_weights(self, ax: Axes | None = None) -> Axes:
        """Plot how much each comparison unit weighs."""
        return plot("Synthetic.plot_weights", self, ax, title=self.line())

    def plot_placebos(self, att: float, ax: Axes | None = None, *, unit: str = "") -> Axes:
        """Plot the placebos' effects, and the estimate among them."""
        effects = [effect for _, effect in self.placebos]
        return plot(
            "Synthetic.plot_placebos", effects, att, ax, unit=unit, title=f"{count(len(effects))} placebos"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain = {name: getattr(self, name) for name in Synthetic.__slots__}
        return {name: _listed(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    @classmethod
    @reading("Synthetic")
    def from_dict(cls, data: Mapping[str, Any]) -> Synthetic:
        """Rebuild from `to_dict`."""
        plain: dict[str, Any] = {
            name: _tupled(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return made(cls, plain)


def _listed(value: tuple[Any, ...]) -> list[Any]:
    return [list(each) if isinstance(each, tuple) else each for each in value]


def _tupled(value: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(each) if isinstance(each, list) else each for each in value)
