"""Presence: which team-weeks were due, and which are there; the only place where they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from pilotlab.design.assignment import Assignment
from pilotlab.spec.pilot import Windows
from pilotlab.spec.standard import SHARE_NEEDED
from pilotlab.weeks import Week, weeks_between

if TYPE_CHECKING:
    from pilotlab.panel.panel import Panel

State = Literal[
    "counts",
    "outside",
    "blackout",
    "missing",
    "not_due",
    "leave",
    "holiday",
    "no_work",
    "forgot",
    "not_applicable",
]
Seen = Mapping[
    tuple[str, Week], str | None
]  # (team, week) to the reason for a gap, None where there is a value

Window = Literal["baseline", "counted"]
_DUST = 1e-9

WINDOWS: tuple[Window, ...] = ("baseline", "counted")
Block = tuple[Week, ...]  # of which one value is due

Purpose = Mapping[Week, str]  # of the weeks that count, and of the blackout


class Presence(NamedTuple):
    """How many of the due team-weeks are there."""

    present: int
    expected: int

    @property
    def share(self) -> float | None:
        """Share that is there; None where nothing was due."""
        return self.present / self.expected if self.expected else None

    @classmethod
    def of(cls, parts: Iterable[Presence]) -> Presence:
        """Count several together."""
        found = tuple(parts)
        return cls(sum(part.present for part in found), sum(part.expected for part in found))


def enough(share: float) -> bool:
    """Whether a share of due team-weeks is what the trust gate asks; a share is a quotient, .8 may be a hair less."""
    return share >= SHARE_NEEDED - _DUST


@dataclass(frozen=True, slots=True)
class TeamWeeks:
    """One team's weeks: a state for each, and how many of its due values are there, by window."""

    team: str
    arm: str
    states: tuple[State, ...]
    baseline: Presence
    counted: Presence

    @property
    def both(self) -> Presence:
        """Baseline and counted weeks together."""
        return Presence.of((self.baseline, self.counted))


@dataclass(frozen=True, slots=True)
class Completeness:
    """One metric of one pilot, team by week.

    Attributes
    ----------
    weeks : tuple of Week
        From the first week of the baseline to the last of the pilot, or to the last that is due.
    teams : tuple of TeamWeeks
        In alphabetical order; states in the order of `weeks`.
    """

    metric: str
    weeks: tuple[Week, ...]
    teams: tuple[TeamWeeks, ...]
    cadence: int = 1

    def of(self, arm: str) -> tuple[TeamWeeks, ...]:
        """Teams of one arm."""
        return tuple(row for row in self.teams if row.arm == arm)

    def presence(self, arm: str, window: Window | None = None) -> Presence:
        """Count an arm's due team-weeks, in one window where asked."""
        return Presence.of(getattr(row, window or "both") for row in self.of(arm))

    def met(self, arm: str) -> bool | None:
        """Whether the trust gate finds enough of an arm: in each window of which something was due. None before."""
        return not self.short(arm) if self._shares(arm) else None

    def short(self, arm: str) -> tuple[Window, ...]:
        """Windows in which an arm has too little for the trust gate."""
        return tuple(window for window, share in self._shares(arm).items() if not enough(share))

    def least(self, arm: str) -> float:
        """Return an arm's smallest share of a window; 1 where nothing was due."""
        return min(self._shares(arm).values(), default=1.0)

    def _shares(self, arm: str) -> dict[Window, float]:
        shares = {window: self.presence(arm, window).share for window in WINDOWS}
        return {window: share for window, share in shares.items() if share is not None}

    def shares_by_week(self, arm: str) -> tuple[float | None, ...]:
        """Share of an arm's teams that have a value, week by week; None where none was due."""
        rows = self.of(arm)
        return tuple(_share_in_week(row.states[place] for row in rows) for place in range(len(self.weeks)))

    def usable_baseline_weeks(self, windows: Windows, arms: Iterable[str]) -> int:
        """Baseline weeks for which every one of `arms` has a value; a fortnightly value stands for two weeks."""
        chosen = [self._logged(self.of(arm)) for arm in arms]
        blocks = _stretches(windows.baseline, self.cadence)
        return sum(len(block) for block in blocks if all(logged.intersection(block) for logged in chosen))

    def _logged(self, rows: Iterable[TeamWeeks]) -> set[Week]:
        return {
            week
            for row in rows
            for week, state in zip(self.weeks, row.states, strict=True)
            if state == "counts"
        }


def completeness(
    metric: str,
    windows: Windows,
    assignment: Assignment,
    seen: Seen,
    *,
    cadence: int = 1,
    through: Week | None = None,
) -> Completeness:
    """Hold what was logged beside what was due.

    Parameters
    ----------
    seen : mapping
        Current revisions.
    cadence : int
        A value is due once in every so many weeks of the baseline, and of the counted weeks.
    through : Week, optional
        Last week that is due by now; later ones are left out.
    """
    last = min(windows.end, through) if through else windows.end
    first = min((*windows.baseline, windows.start))
    weeks = tuple(weeks_between(first, last))
    blocks = [list(due(part, cadence, last=last)) for part in (windows.baseline, windows.counted)]
    purpose = dict.fromkeys(windows.expected, "counts") | dict.fromkeys(windows.blackout, "blackout")
    rows = tuple(
        _team(row.team, row.arm, purpose, seen, weeks, blocks)
        for row in sorted(assignment.teams, key=lambda row: row.team)
    )
    return Completeness(metric, weeks, rows, cadence)


def due(weeks: tuple[Week, ...], cadence: int, *, last: Week | None = None) -> Iterator[Block]:
    """Cut a window into stretches in each of which one value is due; one that is cut short or not over yet owes none."""
    for block in _stretches(weeks, cadence):
        if len(block) == cadence and (last is None or block[-1] <= last):
            yield block


def _stretches(weeks: tuple[Week, ...], cadence: int) -> list[Block]:
    return [weeks[at : at + cadence] for at in range(0, len(weeks), cadence)]


def _team(
    team: str, arm: str, purpose: Purpose, seen: Seen, weeks: tuple[Week, ...], blocks: list[list[Block]]
) -> TeamWeeks:
    owing = [[block for block in part if _is_due(team, block, seen)] for part in blocks]
    filled = [[block for block in part if _is_there(team, block, seen)] for part in owing]
    late = {
        block[-1] for owed, there in zip(owing, filled, strict=True) for block in owed if block not in there
    }
    states = tuple(_state(team, week, purpose, seen, late) for week in weeks)
    found = (Presence(len(there), len(owed)) for owed, there in zip(owing, filled, strict=True))
    return TeamWeeks(team, arm, states, *found)


def _is_due(team: str, block: Block, seen: Seen) -> bool:
    return any(seen.get((team, week), "") != "not_applicable" for week in block)


def _is_there(team: str, block: Block, seen: Seen) -> bool:
    return any(seen.get((team, week), "") is None for week in block)


def _state(team: str, week: Week, purpose: Purpose, seen: Seen, late: set[Week]) -> State:
    if purpose.get(week) == "blackout":
        return "blackout"
    gap = seen.get((team, week), "")
    if gap is None:
        return "counts" if week in purpose else "outside"
    if gap:
        return gap  # type: ignore[return-value]
    return "missing" if week in late else "not_due"


def _share_in_week(states: Iterable[State]) -> float | None:
    known = [state for state in states if state not in ("not_due", "not_applicable", "blackout")]
    return sum(state in ("counts", "outside") for state in known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class Owed:
    """A stretch of weeks in which a team owed one value and gave none; `week` is its last."""

    team: str
    week: Week


def gaps(panel: Panel, weeks: tuple[Week, ...]) -> tuple[Owed, ...]:
    """List the gaps of every assigned team in some weeks, by team."""
    rows = panel.values
    there = set(zip(rows["team"], rows["week"], strict=True))
    return tuple(
        Owed(row.team, block[-1])
        for row in panel.assignment.teams
        for block in due(weeks, panel.metric.cadence_weeks)
        if not any((row.team, str(week)) in there for week in block)
    )
