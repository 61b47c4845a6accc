"""Path: the way to a verdict as values, from where it came to what lowered it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pilotlab.decide.decision import MetricState, Moved, Path, Read
from pilotlab.decide.gate import missing
from pilotlab.decide.judge import Judgement
from pilotlab.decide.table import column


def path(judged: Judgement, states: tuple[MetricState, ...]) -> Path:
    """Say where a verdict came from: the cells of the table that were read, and every step down from there."""
    lacking = tuple(item.key for item in missing(judged.gate))
    outcome = judged.outcome
    if outcome is None:
        return Path.model_validate({"came_from": judged.because, "missing": lacking})
    return Path(
        came_from="table",
        missing=lacking,
        rows=tuple(map(_read, _rows(states, outcome.goal))),
        columns=tuple(_read(row) for row in states if row.role == "guardrail"),
        table=outcome.table.verdict,
        asked=tuple(dict.fromkeys(note for note, _ in outcome.notes if note)),
        moves=tuple(
            Moved.model_validate(
                {"step": move.name, "before": move.before.verdict, "after": move.after.verdict}
            )
            for move in outcome.moves
        ),
        starred=outcome.starred,
    )


def _rows(states: Iterable[MetricState], goal: int | None) -> list[MetricState]:
    """Goals whose rows were read: all of them, or the one on which the verdict rests."""
    goals = [row for row in states if row.role == "goal"]
    return goals if goal is None else [goals[goal]]


def _read(row: MetricState) -> Read:
    return Read(metric=row.metric, state=row.read_as or row.state, column=_column(row))


def _column(row: MetricState) -> Literal["", "fixable", "stop"]:
    """What the plan makes of a broken limit; empty where none is broken."""
    if row.state != "breached":
        return ""
    return "fixable" if column("breached", row.if_breached or "stop") == "breached, fixable" else "stop"
