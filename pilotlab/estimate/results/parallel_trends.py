"""Pre-trends as a result: the joint test before start, and how much drift it would have missed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pilotlab.estimate.results.doors import plot
from pilotlab.estimate.results.event_path import EventPath
from pilotlab.note import Note, rebuilt
from pilotlab.stats.sensitivity.pretrend import Criterion
from pilotlab.stored import check_schema, made, reading
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html
from pilotlab.wording.chances import p_value, times_in_100
from pilotlab.wording.numbers import decimals_of, in_full, number, significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCHEMA = "pilotlab/pretrend@1"


@dataclass(frozen=True, slots=True)
class Drift:
    """A straight drift that the test finds with a given power, and what it does to the headline.

    Attributes
    ----------
    slope : float
        In the outcome's unit a period; upward, a downward one is its mirror image.
    bias : float
        Of the headline under this drift.
    bias_if_passed : float
        The same among event studies that pass the test: larger where they share the reference's noise, as most do.
    """

    power: float
    slope: float
    bias: float
    bias_if_passed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretrend:
    """Joint test of the coefficients before start, with its power.

    Attributes
    ----------
    statistic, df_num, df_den : float
        F statistic; `df_den` is infinite for the chi-squared.
    criterion : {"joint", "single"}
        What passing means in `drifts`: the joint test does not reject, or no single coefficient is beyond its own
        critical value.
    path : EventPath
        What was tested.
    """

    statistic: float
    df_num: int
    df_den: float
    p_value: float
    alpha: float
    criterion: Criterion
    drifts: tuple[Drift, ...]
    path: EventPath
    unit: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the joint test keeps parallel trends at alpha: no evidence against them, and no evidence for them."""
        return self.p_value > self.alpha

    def line(self) -> str:
        """One line, as pages write it."""
        return f"pre-trends: F({self.df_num}, {significant(self.df_den)}) = {number(self.statistic, 2)}, p = {p_value(self.p_value)}"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    def _repr_html_(self) -> str:
        facts = [
            (
                f"drift found {times_in_100(each.power)}",
                f"{self._number(each.slope)}{self._unit} a period, moves the effect by {self._number(each.bias)}",
            )
            for each in self.drifts
        ]
        return as_html(self.line(), facts, (self.sentence(), *self.notes))

    def sentence(self) -> str:
        """What the test could and could not have seen, in one sentence."""
        verdict = "keeps parallel trends" if self.passed else "speaks against parallel trends"
        found = "; ".join(
            f"{times_in_100(each.power)} it finds a drift of {self._number(each.slope)}{self._unit} a period, "
            f"which moves the effect by {self._number(each.bias)}, by {self._number(each.bias_if_passed)} where it passes"
            for each in self.drifts
        )
        return f"the test {verdict} (p = {p_value(self.p_value)}); {found}"

    def summary(self) -> str:
        """Test, power and notes as text."""
        lines = [self.line(), "", self.sentence()]
        return in_ascii(
            "\n".join(
                [*lines, "", "notes:", *(f"  - {note}" for note in self.notes)] if self.notes else lines
            )
        )

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row per power: power, slope, bias, bias_if_passed."""
        columns = ["power", "slope", "bias", "bias_if_passed"]
        return pd.DataFrame(
            [[getattr(each, name) for name in columns] for each in self.drifts], columns=columns
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot the coefficients before start and the drifts on matplotlib axes, and return them."""
        return plot("Pretrend.plot", self, ax)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; infinite degrees of freedom are null."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {
            "schema": SCHEMA,
            **plain,
            "df_den": self.df_den if math.isfinite(self.df_den) else None,
            "drifts": [
                {name: getattr(each, name) for name in ("power", "slope", "bias", "bias_if_passed")}
                for each in self.drifts
            ],
            "path": self.path.to_dict(),
            "notes": [note.to_dict() for note in self.notes],
        }

    @classmethod
    @reading("Pretrend")
    def from_dict(cls, data: Mapping[str, Any]) -> Pretrend:
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
            **{name: data[name] for name in _PLAIN},
            df_den=math.inf if data["df_den"] is None else data["df_den"],
            drifts=tuple(made(Drift, each) for each in data["drifts"]),
            path=EventPath.from_dict(data["path"]),
            notes=rebuilt(data["notes"]),
        )

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _number(self, value: float) -> str:
        return in_full(value, decimals_of(value), sign=True)


_PLAIN = ("statistic", "df_num", "p_value", "alpha", "criterion", "unit")
