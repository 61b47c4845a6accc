"""Sensitivity: intervals that hold under stated departures from parallel trends, and where the finding breaks down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pilotlab.estimate.results.doors import plot
from pilotlab.note import Note, rebuilt
from pilotlab.stored import check_schema, reading
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html
from pilotlab.wording.intervals import bracketed, level_of
from pilotlab.wording.numbers import decimals_of, in_full, significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCHEMA = "pilotlab/sensitivity@1"
Kind = Literal["relative_magnitude", "smoothness"]
KINDS: tuple[Kind, ...] = ("relative_magnitude", "smoothness")
_SAYS = {
    "relative_magnitude": "after start, trends part a period by at most m times the worst step seen before it",
    "smoothness": "the slope by which trends part changes by at most m a period",
}


@dataclass(frozen=True, slots=True)
class Robust:
    """Interval that holds where the violation is at most `m`."""

    m: float
    ci: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """What is left of an effect as parallel trends are loosened.

    Attributes
    ----------
    kind : {"relative_magnitude", "smoothness"}
    target : str
        The effect that is bounded, in words.
    att : float
        Its estimate where trends are parallel.
    ci : tuple of float
        Its usual interval, where trends are parallel.
    rows : tuple of Robust
        As asked, in the order asked.
    breakdown : float
        Smallest m whose interval holds zero; 0 where zero is inside already at m = 0, infinite where it never is.
    alpha : float
    unit : str
    notes : tuple of Note
    """

    kind: Kind
    target: str
    att: float
    ci: tuple[float, float]
    rows: tuple[Robust, ...]
    breakdown: float
    alpha: float
    unit: str = ""
    notes: tuple[Note, ...] = ()

    def line(self) -> str:
        """One line, as pages write it."""
        where = significant(self.breakdown)
        return f"{self.kind}: breakdown at m = {where}{self._unit_of_m}; ATT {self._number(self.att)}{self._unit} {self._ends(self.ci)}"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    def _repr_html_(self) -> str:
        return as_html(self.line(), self._facts(), (self.sentence(), *self.notes))

    def sentence(self) -> str:
        """What it says, in one sentence."""
        if self.breakdown == 0:
            return "zero is inside the interval even if no trends part"
        if math.isinf(self.breakdown):
            return "zero stays outside the interval however far trends part"
        if self.kind == "relative_magnitude":
            return f"zero is inside the interval once trends may part, period by period, {significant(self.breakdown)} times as fast as at worst before start"
        return f"zero is inside the interval once the slope by which trends part may change by {significant(self.breakdown)}{self._unit} a period"

    def summary(self) -> str:
        """Assumption, intervals by m, breakdown and notes as text."""
        lines = [self.line(), "", f"{self.target}; m: {_SAYS[self.kind]}", ""]
        lines += [f"{name + ':':<18}{value}" for name, value in self._facts()]
        lines += ["", self.sentence()]
        if self.notes:
            lines += ["", "notes:", *(f"  - {note}" for note in self.notes)]
        return in_ascii("\n".join(lines))

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row per m: m, ci_low, ci_high."""
        return pd.DataFrame(
            [(row.m, *row.ci) for row in self.rows], columns=["m", "ci_low", "ci_high"], dtype=float
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; an infinite breakdown is null."""
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "target": self.target,
            "att": self.att,
            "ci": list(self.ci),
            "rows": [{"m": row.m, "ci": list(row.ci)} for row in self.rows],
            "breakdown": self.breakdown if math.isfinite(self.breakdown) else None,
            "alpha": self.alpha,
            "unit": self.unit,
            "notes": [note.to_dict() for note in self.notes],
        }

    @classmethod
    @reading("Sensitivity")
    def from_dict(cls, data: Mapping[str, Any]) -> Sensitivity:
        """Rebuild from `to_dict`.

        Raises
        ------
        UsageError
            Where the data were written by another schema.
        PilotlabError
            Where a field is missing, or holds something else than it should.
        """
        check_schema(data, SCHEMA)
        return cls(
            kind=data["kind"],
            target=data["target"],
            att=data["att"],
            ci=(data["ci"][0], data["ci"][1]),
            rows=tuple(Robust(row["m"], (row["ci"][0], row["ci"][1])) for row in data["rows"]),
            breakdown=math.inf if data["breakdown"] is None else data["breakdown"],
            alpha=data["alpha"],
            unit=data["unit"],
            notes=rebuilt(data["notes"]),
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot the intervals over m beside the usual one on matplotlib axes, and return them."""
        return plot("Sensitivity.plot", self, ax)

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    @property
    def _unit_of_m(self) -> str:
        return self._unit if self.kind == "smoothness" and math.isfinite(self.breakdown) else ""

    def _facts(self) -> list[tuple[str, str]]:
        level = level_of(self.alpha)
        return [(f"{level}, parallel", self._ends(self.ci))] + [
            (f"{level}, m = {significant(row.m, 4)}", self._ends(row.ci)) for row in self.rows
        ]

    def _number(self, value: float) -> str:
        return in_full(value, self._places, sign=True)

    def _ends(self, pair: tuple[float, float]) -> str:
        return bracketed(*pair, self._places)

    @property
    def _places(self) -> int:
        return decimals_of(self.att, *self.ci)
