"""Filled: which team-weeks that count have a value, by a metric's own cadence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pilotlab.panel.panel import Panel
from pilotlab.weeks import Week


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of weeks in which a team owed one value and gave none; `week` is its last."""

    team: str
    week: Week


def blocks(weeks: tuple[Week, ...], cadence: int) -> Iterator[tuple[Week, ...]]:
    """Cut weeks into stretches in each of which one value is due; a stretch that is cut short is not due."""
    for at in range(0, len(weeks), cadence):
        if len(block := weeks[at : at + cadence]) == cadence:
            yield block


def gaps(panel: Panel, weeks: tuple[Week, ...]) -> tuple[Gap, ...]:
    """List the gaps of every assigned team in some weeks, by team."""
    rows = panel.values
    there = set(zip(rows["team"], rows["week"], strict=True))
    return tuple(
        Gap(row.team, block[-1])
        for row in panel.assignment.teams
        for block in blocks(weeks, panel.metric.cadence_weeks)
        if not any((row.team, str(week)) in there for week in block)
    )
