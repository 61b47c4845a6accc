"""The two-way coefficient taken apart: its comparisons, and how much each counts."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pilotlab.estimate.results.doors import plot
from pilotlab.note import Note, rebuilt
from pilotlab.stored import check_schema, made, reading
from pilotlab.text.characters import in_ascii
from pilotlab.wording.numbers import decimals_of, fine_percent, in_full, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCHEMA = "pilotlab/bacon@1"
FORBIDDEN = "later vs earlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One group around its start, held against another while that one's treatment does not change.

    Attributes
    ----------
    kind : str
        "treated vs never", "treated vs always", "earlier vs later", or "later vs earlier", whose comparison units are
        treated already: their effects are taken off if they grow.
    treated, comparison : str
        Starts, as the frame writes them; "never" and "always".
    att : float
        Difference of the two groups' mean changes.
    weight : float
        Share in the two-way coefficient; all of them sum to 1.
    """

    kind: str
    treated: str
    comparison: str
    att: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Bacon:
    """The two-way coefficient taken apart.

    Attributes
    ----------
    att : float
        The two-way coefficient, which is the weighted sum of the comparisons.
    comparisons : tuple of Comparison
    n_units, n_times : int
    notes : tuple of Note
        What was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import pilotlab as pl
    >>> rows = [(team, week, float(team * week % 5), 3 if team < 4 else 5 if team < 7 else 0)
    ...         for team in range(1, 10) for week in range(1, 9)]
    >>> found = pl.bacon(pd.DataFrame(rows, columns=["team", "week", "y", "first_week"]))
    >>> found
    TWFE +0.450 = 70 % treated vs never, 20 % later vs earlier, 10 % earlier vs later
    """

    att: float
    comparisons: tuple[Comparison, ...]
    n_units: int
    n_times: int
    notes: tuple[Note, ...] = ()

    def line(self) -> str:
        """One line, as pages write it."""
        parts = ", ".join(f"{percent(row.weight)} {kind}" for kind, row in self._kinds().items())
        return f"TWFE {in_full(self.att, decimals_of(self.att), sign=True)} = {parts}"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(str(note))}</li>" for note in self.notes)
        table = self.to_frame().to_html(index=False)
        return f"<p><b>{html.escape(self.line())}</b></p>{table}" + (f"<ul>{notes}</ul>" if notes else "")

    def summary(self) -> str:
        """Return the coefficient, the kinds and every comparison as text."""
        places = decimals_of(self.att, *(row.att for row in self.comparisons))
        lines = [self.line(), ""]
        for row in sorted(self.comparisons, key=lambda row: -row.weight):
            pair = f"{row.treated} against {row.comparison}"
            lines.append(
                f"{fine_percent(row.weight):>8}  {in_full(row.att, places, sign=True):>12}  {row.kind:<18}  {pair}"
            )
        return in_ascii(
            "\n".join(lines + (["", "notes:", *(f"  - {note}" for note in self.notes)] if self.notes else []))
        )

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row a comparison: kind, treated, comparison, att, weight."""
        return pd.DataFrame([asdict(row) for row in self.comparisons])

    def by_kind(self) -> pd.DataFrame:
        """A row a kind: its total weight, and the weighted mean of its comparisons."""
        return pd.DataFrame(
            [{"kind": kind, "att": row.att, "weight": row.weight} for kind, row in self._kinds().items()]
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"schema": SCHEMA, **asdict(self)} | {
            "comparisons": [asdict(row) for row in self.comparisons],
            "notes": [note.to_dict() for note in self.notes],
        }

    @classmethod
    @reading("Bacon")
    def from_dict(cls, data: Mapping[str, Any]) -> Bacon:
        """Rebuild from `to_dict`; UsageError where another schema wrote the data, PilotlabError where a field is missing."""
        check_schema(data, SCHEMA)
        plain = {name: data[name] for name in ("att", "n_units", "n_times")}
        rows = tuple(made(Comparison, row) for row in data["comparisons"])
        return cls(**plain, comparisons=rows, notes=rebuilt(data["notes"]))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot each comparison's estimate over its weight on matplotlib axes, and return them."""
        return plot("Bacon.plot", self, ax)

    def _kinds(self) -> dict[str, Comparison]:
        """Each kind as one comparison, heaviest first."""
        found = {}
        for kind in dict.fromkeys(row.kind for row in self.comparisons):
            own = [row for row in self.comparisons if row.kind == kind]
            weight = sum(row.weight for row in own)
            att = sum(row.att * row.weight for row in own) / weight
            found[kind] = Comparison(kind=kind, treated="", comparison="", att=att, weight=weight)
        return dict(sorted(found.items(), key=lambda item: -item[1].weight))
