"""Harm: what a series of looks says of harm, all of them together."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pilotlab.estimate.results.doors import plot
from pilotlab.note import Note, rebuilt
from pilotlab.stored import check_schema, made, reading
from pilotlab.text.characters import in_ascii
from pilotlab.wording.lists import plural
from pilotlab.wording.numbers import decimals_of, in_full

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCHEMA = "pilotlab/harm-bounds@1"
Rule = Literal["anytime", "obrien_fleming", "pocock"]


@dataclass(frozen=True, slots=True)
class HarmLook:
    """One look.

    Attributes
    ----------
    look : int
        From 1.
    att, se : float
        Of the estimate at this look, as measured.
    bound : float
        Best end that the data still allow: an upper bound where higher is better, else a lower one.
    harm : bool
        Whether even that end is worse than the margin.
    """

    look: int
    att: float
    se: float
    bound: float
    harm: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HarmBounds:
    """Bounds of an effect at each look, all of which hold together with probability 1 - alpha.

    Examples
    --------
    >>> looks = (HarmLook(look=1, att=-0.5, se=0.5, bound=1.2, harm=False), HarmLook(look=2, att=-1.0, se=0.3, bound=-0.1, harm=True))
    >>> bounds = HarmBounds(rows=looks, rule="anytime", margin=0.0, better="higher", alpha=0.05)
    >>> bounds.harmed_at, bounds.sentence()
    (2, 'shown to be worse at look 2')
    """

    rows: tuple[HarmLook, ...]
    rule: Rule
    margin: float
    better: str
    alpha: float
    unit: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def harmed_at(self) -> int | None:
        """First look at which harm is shown; None where it never is."""
        return next((row.look for row in self.rows if row.harm), None)

    def line(self) -> str:
        """One line, as pages write it."""
        last = self.rows[-1]
        return f"harm bounds, {self.rule}: {self.sentence()}; at look {last.look} at best {self._number(last.bound)}{self._unit}"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    def _repr_html_(self) -> str:
        return f"<p><b>{html.escape(self.line())}</b></p>{self.to_frame().to_html(index=False)}"

    def sentence(self) -> str:
        """What the looks say, in a few words."""
        worse = (
            f"more than {in_full(self.margin, decimals_of(self.margin))}{self._unit} worse"
            if self.margin
            else "worse"
        )
        if self.harmed_at is None:
            return f"not shown to be {worse} at {plural(len(self.rows), 'look')}"
        return f"shown to be {worse} at look {self.harmed_at}"

    def summary(self) -> str:
        """Every look and the notes as text."""
        lines = [self.line(), "", f"{'look':>5}  {'effect':>12}  at best"]
        lines += [
            f"{row.look:>5}  {self._number(row.att):>12}  {self._number(row.bound)}{'  harm' if row.harm else ''}"
            for row in self.rows
        ]
        return in_ascii(
            "\n".join(
                [*lines, *(["", "notes:", *(f"  - {note}" for note in self.notes)] if self.notes else [])]
            )
        )

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row a look: look, att, se, bound, harm."""
        return pd.DataFrame([asdict(row) for row in self.rows])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; an infinite bound is null."""
        rows = [asdict(row) | {"bound": row.bound if math.isfinite(row.bound) else None} for row in self.rows]
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {"schema": SCHEMA, **plain, "rows": rows, "notes": [note.to_dict() for note in self.notes]}

    @classmethod
    @reading("HarmBounds")
    def from_dict(cls, data: Mapping[str, Any]) -> HarmBounds:
        """Rebuild from `to_dict`; UsageError where another schema wrote the data, PilotlabError where a field is missing."""
        check_schema(data, SCHEMA)
        open_end = math.inf if data["better"] == "higher" else -math.inf
        rows = tuple(
            made(HarmLook, row, bound=open_end if row["bound"] is None else row["bound"])
            for row in data["rows"]
        )
        return cls(**{name: data[name] for name in _PLAIN}, rows=rows, notes=rebuilt(data["notes"]))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot effect and bound over the looks on matplotlib axes, and return them."""
        return plot("HarmBounds.plot", self, ax)

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _number(self, value: float) -> str:
        return in_full(value, decimals_of(*(row.att for row in self.rows), self.rows[-1].se), sign=True)


_PLAIN = ("rule", "margin", "better", "alpha", "unit")
