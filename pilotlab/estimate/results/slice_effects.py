"""Slices as a result: what each declared group gained or lost, in the order of the groups' names."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pilotlab.estimate.results.doors import plot
from pilotlab.estimate.results.effect import Estimate
from pilotlab.note import Note, rebuilt
from pilotlab.stored import check_schema, made, reading
from pilotlab.text.characters import in_ascii
from pilotlab.wording.chances import p_value
from pilotlab.wording.intervals import bracketed
from pilotlab.wording.numbers import decimals_of, in_full

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCHEMA = "pilotlab/slices@1"
BAND = 25  # people are told in bands of so many
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of a slice.

    Attributes
    ----------
    slice, level : str
        "site" and "Berlin"; of an intersection "carer x level" and "yes x senior".
    att, ci, p_value, se, df : float, tuple of float, float, float, float
        The group's own estimate, by the method that `inference` names; None where hidden or not estimable.
    shrunken, shrunken_ci : float, tuple of float
        The same pulled towards the effect of the whole; what a page shows. None where there are not two groups to tell
        how much of a difference is chance.
    people : str
        People behind it, in a band; empty where the frame does not say.
    n_units, n_treated : int
        Units used; 0 where hidden.
    hidden : str
        Why nothing of it may be shown: the group then holds no number at all.
    reason : str
        Why there is no estimate.
    code : str
        Of either: "few_people" or "beside_few" where it is hidden; that of the refusal where it can't be estimated.
    """

    slice: str
    level: str
    att: float | None = None
    ci: Ends | None = None
    p_value: float | None = None
    se: float | None = None
    df: float | None = None
    inference: str = ""
    shrunken: float | None = None
    shrunken_ci: Ends | None = None
    people: str = ""
    n_units: int = 0
    n_treated: int = 0
    hidden: str = ""
    reason: str = ""
    code: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def shown(self) -> float | None:
        """What a page shows: pulled where it could be, else as estimated."""
        return self.att if self.shrunken is None else self.shrunken

    @property
    def shown_ci(self) -> Ends | None:
        """The interval beside `shown`."""
        return self.ci if self.shrunken_ci is None else self.shrunken_ci

    @property
    def words(self) -> str:
        """Say why there is no number."""
        return f"hidden: {self.hidden}" if self.hidden else f"no estimate: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Whether the groups of one slice differ; `p_holm` counts every slice that was declared.

    Attributes
    ----------
    method : str
        "draws", "htz" or "welch"; empty where there is no test, with the reason.
    """

    slice: str
    p_value: float | None = None
    p_holm: float | None = None
    statistic: float | None = None
    df: Ends | None = None
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Slices:
    """Effects by group, beside the effect of the whole; groups stand in the order of their names, never of their effects.

    Examples
    --------
    >>> import pandas as pd
    >>> import pilotlab as pl
    >>> rows = [(team, week, "AB"[team % 2], team % 3 + week % 2 + (1 + team % 2) * (team > 12 and week > 3), 4 if team > 12 else 0)
    ...         for team in range(1, 25) for week in range(1, 7)]
    >>> found = pl.slices(pd.DataFrame(rows, columns=["team", "week", "site", "y", "first_week"]), by="site")
    >>> [(group.level, round(group.att, 6)) for group in found.of("site")]
    [('A', 1.0), ('B', 2.0)]
    """

    overall: Estimate
    groups: tuple[Group, ...]
    tests: tuple[Interaction, ...] = ()
    notes: tuple[Note, ...] = ()

    def line(self) -> str:
        """One line, as pages write it."""
        names = list(dict.fromkeys(group.slice for group in self.groups))
        hidden = sum(bool(group.hidden) for group in self.groups)
        tail = f", {hidden} hidden" if hidden else ""
        return f"Slices {', '.join(names)}: {len(self.groups)} groups{tail}; all {self.overall.line()}"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(str(note))}</li>" for note in self.notes)
        tables = self.to_frame().to_html(index=False, na_rep="") + self.tests_frame().to_html(
            index=False, na_rep=""
        )
        return f"<p><b>{html.escape(self.line())}</b></p>{tables}" + (f"<ul>{notes}</ul>" if notes else "")

    def of(self, name: str) -> tuple[Group, ...]:
        """Return the groups of one slice."""
        return tuple(group for group in self.groups if group.slice == name)

    def summary(self) -> str:
        """Groups with what a page shows of them, then the tests and notes, as text."""
        places = decimals_of(*(value for group in self.groups if (value := group.shown) is not None))
        wide = max((len(group.level) for group in self.groups), default=0)
        lines = [self.line()]
        for name in dict.fromkeys(group.slice for group in self.groups):
            lines += ["", name, *(f"  {row.level:<{wide}}  {_said(row, places)}" for row in self.of(name))]
            lines += [f"  {_tested(test)}" for test in self.tests if test.slice == name]
        return in_ascii(
            "\n".join(
                [*lines, *(["", "notes:", *(f"  - {note}" for note in self.notes)] if self.notes else [])]
            )
        )

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row a group: its own estimate (att, ci_low, ci_high, p_value) and the pulled one (shrunken, ...)."""
        return pd.DataFrame([_row(group) for group in self.groups], columns=list(_COLUMNS))

    def tests_frame(self) -> pd.DataFrame:
        """Tidy table, a row a slice: slice, p_value, p_holm, statistic, method, note."""
        rows = [
            {
                "slice": test.slice,
                "p_value": test.p_value,
                "p_holm": test.p_holm,
                "statistic": test.statistic,
                "method": test.method,
                "note": test.reason,
            }
            for test in self.tests
        ]
        return pd.DataFrame(rows, columns=["slice", "p_value", "p_holm", "statistic", "method", "note"])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot the groups with their intervals, and the effect of the whole as a line, on matplotlib axes."""
        return plot("Slices.plot", self, ax)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; an open end is null."""
        return {"schema": SCHEMA, "overall": self.overall.to_dict(), **self.parts()}

    def parts(self) -> dict[str, Any]:
        """Groups, tests and notes as plain data, where the effect of the whole is told elsewhere."""
        return {
            "groups": [_plain(group) for group in self.groups],
            "tests": [_plain(test) for test in self.tests],
            "notes": [note.to_dict() for note in self.notes],
        }

    @classmethod
    @reading("Slices")
    def from_dict(cls, data: Mapping[str, Any]) -> Slices:
        """Rebuild from `to_dict`; UsageError where another schema wrote the data, PilotlabError where a field is missing."""
        check_schema(data, SCHEMA)
        return cls(
            overall=Estimate.from_dict(data["overall"]),
            groups=tuple(
                made(Group, row, **{name: _ends(row[name]) for name in _PAIRS}, notes=rebuilt(row["notes"]))
                for row in data["groups"]
            ),
            tests=tuple(made(Interaction, row, df=_ends(row["df"])) for row in data["tests"]),
            notes=rebuilt(data["notes"]),
        )


_PAIRS = ("ci", "shrunken_ci")
_COLUMNS = (
    "slice",
    "level",
    "att",
    "ci_low",
    "ci_high",
    "p_value",
    "shrunken",
    "shrunken_low",
    "shrunken_high",
    "people",
    "n_units",
    "n_treated",
    "inference",
    "note",
)


def band(people: float, least: int) -> str:
    """Tell a number of people in a band: 101 is "100-124"."""
    low = int(people // BAND * BAND)
    return f"{max(low, least)}-{low + BAND - 1}"


def _row(group: Group) -> dict[str, Any]:
    low, high = group.ci or (math.nan, math.nan)
    pulled_low, pulled_high = group.shrunken_ci or (math.nan, math.nan)
    values = (
        group.slice,
        group.level,
        math.nan if group.att is None else group.att,
        low,
        high,
        math.nan if group.p_value is None else group.p_value,
        math.nan if group.shrunken is None else group.shrunken,
        pulled_low,
        pulled_high,
        group.people,
        group.n_units,
        group.n_treated,
        group.inference,
        group.hidden or group.reason,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _said(group: Group, places: int) -> str:
    if group.shown is None or group.shown_ci is None:
        return group.words
    people = f"  {group.people} people" if group.people else ""
    return f"{in_full(group.shown, places, sign=True):>8}  {bracketed(*group.shown_ci, places)}  {group.n_units} units{people}"


def _tested(test: Interaction) -> str:
    if test.p_value is None or test.p_holm is None:
        return f"whether they differ: {test.reason}"
    return (
        f"whether they differ: p {p_value(test.p_value)}, {p_value(test.p_holm)} after Holm ({test.method})"
    )


def _plain(row: Group | Interaction) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in row.__slots__}
    return {name: _json(value) for name, value in found.items()}


def _json(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return [_json_item(each) for each in value]


def _json_item(each: Any) -> Any:
    if isinstance(each, Note):
        return each.to_dict()
    return None if isinstance(each, float) and not math.isfinite(each) else each


def _ends(pair: list[float | None] | None) -> Ends | None:
    if pair is None:
        return None
    low, high = pair
    return -math.inf if low is None else low, math.inf if high is None else high
