"""Entries: the values and gaps that come in, and the receipt that goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pilotlab.errors import UsageError
from pilotlab.spec.metric import MetricSpec
from pilotlab.weeks import Week


class Entry(NamedTuple):
    """A value of one team, week and metric, or the reason why there is none."""

    team: str
    week: Week
    metric: MetricSpec
    value: float | None = None
    gap: str | None = None
    slice: str = ""
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Many entries by column; `team` and `metric` are positions in `teams` and `metrics`, `week` is `Week.code`.

    A column that is None holds nothing (`slice`: the whole team) in every row. No two rows share metric, week, team and slice.
    """

    teams: tuple[str, ...]
    metrics: tuple[MetricSpec, ...]
    team: Sequence[int]
    week: Sequence[int]
    metric: Sequence[int]
    value: Sequence[float | None]
    gap: Sequence[str | None] | None = None
    slice: Sequence[str] | None = None
    numerator: Sequence[float | None] | None = None
    denominator: Sequence[float | None] | None = None
    n: Sequence[int | None] | None = None

    def __len__(self) -> int:
        return len(self.value)


class Correction(NamedTuple):
    """A value that would replace another; `position` is its row in what was given."""

    position: int
    team: str
    week: Week
    metric: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an act wrote: new values, corrections, and values that were there already."""

    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    uncompared: int = 0  # of a dry run: rows on top of a value that is hidden, and so is not compared
    seq: int | None = None  # row of the ledger; None where nothing was written
    digest: str = ""
    corrections: tuple[Correction, ...] = ()  # the first SHOWN
    earlier: str = ""  # who imported the same content before, and when

    @property
    def written(self) -> int:
        """Rows appended."""
        return self.new + self.corrected

    @property
    def code(self) -> str:
        """What a person can quote: eight letters and digits of the digest."""
        return f"{self.digest[:4]}-{self.digest[4:8]}".upper() if self.digest else ""


class NeedsReason(UsageError):  # noqa: N818 - reads as what it says
    """Values that are stored would change, and nobody said why; `corrections` names the first of them."""

    def __init__(self, corrections: Sequence[Correction], count: int) -> None:
        self.corrections, self.count = tuple(corrections), count
        first = corrections[0]
        more = f" and {count - 1} more" if count > 1 else ""
        super().__init__(
            f"{first.metric} of {first.team} in {first.week} is stored as {first.before}, now {first.after}{more}",
            fix='say why with --why "...": the old value is kept beside the new one',
        )


def columns_of(entries: Sequence[Entry]) -> Columns:
    """Turn entries into columns."""
    teams = tuple(dict.fromkeys(entry.team for entry in entries))
    metrics = {entry.metric.key: entry.metric for entry in entries}
    place = {key: number for number, key in enumerate(metrics)}
    return Columns(
        teams=teams,
        metrics=tuple(metrics.values()),
        team=[teams.index(entry.team) for entry in entries],
        week=[entry.week.code for entry in entries],
        metric=[place[entry.metric.key] for entry in entries],
        value=[None if entry.value is None else float(entry.value) + 0.0 for entry in entries],
        gap=[entry.gap for entry in entries],
        slice=[entry.slice for entry in entries],
        numerator=[entry.numerator for entry in entries],
        denominator=[entry.denominator for entry in entries],
        n=[entry.n for entry in entries],
    )
