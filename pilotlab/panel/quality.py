"""Completeness: which team-weeks were due, and which are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pilotlab.design.assignment import Assignment
from pilotlab.spec.pilot import Windows
from pilotlab.weeks import Week, weeks_between

Gap = Literal["leave", "holiday", "no_work", "forgot", "not_applicable"]
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
WINDOWS: tuple[Window, ...] = ("baseline", "counted")
Block = tuple[Week, ...]  # of which one value is due

Purpose = Mapping[Week, str]  # of the weeks that count, and of the blackout


@dataclass(frozen=True, slots=True)
class TeamWeeks:
    """One team's weeks: a state for each, and how many of its due values are there.

    `baseline` and `counted` hold (present, expected) of their windows.
    """

    team: str
    arm: str
    states: tuple[State, ...]
    present: int
    expected: int
    baseline: tuple[int, int] = (0, 0)
    counted: tuple[int, int] = (0, 0)


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

    def count(self, arm: str, window: Window | None = None) -> tuple[int, int]:
        """Return (present, expected) of one arm, in one window where asked."""
        rows = [
            (row.present, row.expected) if window is None else getattr(row, window) for row in self.of(arm)
        ]
        return sum(present for present, _ in rows), sum(expected for _, expected in rows)

    def share(self, arm: str, window: Window | None = None) -> float | None:
        """Share of an arm's due team-weeks that is there; None where nothing was due."""
        present, expected = self.count(arm, window)
        return present / expected if expected else None

    def shares_by_week(self, arm: str) -> tuple[float | None, ...]:
        """Share of an arm's teams that have a value, week by week; None where none was due."""
        rows = self.of(arm)
        return tuple(_share_in_week(row.states[place] for row in rows) for place in range(len(self.weeks)))

    def usable_baseline_weeks(self, windows: Windows, arms: Iterable[str]) -> int:
        """Baseline weeks for which every one of `arms` has a value; a fortnightly value stands for two weeks."""
        chosen = [self._logged(self.of(arm)) for arm in arms]
        blocks = _blocks(windows.baseline, self.cadence, windows.end)
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
    blocks = [list(_blocks(part, cadence, last)) for part in (windows.baseline, windows.counted)]
    purpose = dict.fromkeys(windows.expected, "counts") | dict.fromkeys(windows.blackout, "blackout")
    rows = tuple(
        _team(row.team, row.arm, purpose, seen, weeks, blocks)
        for row in sorted(assignment.teams, key=lambda row: row.team)
    )
    return Completeness(metric, weeks, rows, cadence)


def _blocks(weeks: tuple[Week, ...], cadence: int, last: Week) -> Iterator[tuple[Week, ...]]:
    """Cut a window into stretches in each of which one value is due; a stretch that is not over yet is not due."""
    for at in range(0, len(weeks), cadence):
        block = weeks[at : at + cadence]
        if block[-1] <= last:
            yield block


def _team(
    team: str, arm: str, purpose: Purpose, seen: Seen, weeks: tuple[Week, ...], blocks: list[list[Block]]
) -> TeamWeeks:
    due = [[block for block in part if _is_due(team, block, seen)] for part in blocks]
    filled = [[block for block in part if _is_there(team, block, seen)] for part in due]
    late = {
        block[-1] for owed, there in zip(due, filled, strict=True) for block in owed if block not in there
    }
    states = tuple(_state(team, week, purpose, seen, late) for week in weeks)
    baseline, counted = ((len(there), len(owed)) for owed, there in zip(due, filled, strict=True))
    return TeamWeeks(
        team,
        arm,
        states,
        baseline[0] + counted[0],
        baseline[1] + counted[1],
        baseline=baseline,
        counted=counted,
    )


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
