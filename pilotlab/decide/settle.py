"""Settle: from states to a rung of the ladder, by table, cap, overlays and `*`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pilotlab.decide.ladder import GoalState, GuardrailState, IfBreached, Rung
from pilotlab.decide.levels import Mode
from pilotlab.decide.verdict_table import NO_HARM, TABLE, Ask, column
from pilotlab.spec.standard import EVEN_CHANCE, Grade

CAPS: dict[Grade, Rung] = {"A": Rung.SCALE, "B": Rung.SCALE_WITH_CHANGES, "C": Rung.EXTEND}


@dataclass(frozen=True, slots=True)
class Limit:
    """A guardrail, or a goal of `do_no_harm`, with its state."""

    state: GuardrailState
    if_breached: IfBreached = "stop"
    harm_open: bool = False  # harm of several limits is not excluded


@dataclass(frozen=True, slots=True)
class Case:
    """States of one contrast and what may lower its verdict; numbers are gone by now.

    `bars` holds the goals of `improve`, as the grade lets them be read, `limits` every guardrail (and every goal of
    `do_no_harm`); `doubts[i]` says whether goal i is doubted, and `lost[i]` whether its headline may
    have moved because of who stopped answering.
    """

    bars: tuple[GoalState, ...]
    limits: tuple[Limit, ...]
    doubts: tuple[bool, ...]
    lost: tuple[bool, ...] = ()
    mode: Mode = "any"
    cheap: bool = False
    grade: Grade = "A"
    equity: tuple[str, ...] = ()
    extensions_left: int = 1
    chance: float | None = None


MoveName = Literal["goals", "cap", "harm open", "answers", "equity", "robustness", "star"]


@dataclass(frozen=True, slots=True)
class Move:
    """One step down the ladder: which step of the rule took it."""

    name: MoveName
    before: Rung
    after: Rung


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a case settles.

    Attributes
    ----------
    table : Rung
        What the table alone gives.
    rung : Rung
        What is left after cap, overlays and `*`: never `EXTEND_STAR`.
    goal : int or None
        Goal on which the verdict rests; None where it rests on all of them.
    notes : tuple of (Ask, int or None)
        What the table asks for, and the guardrail (index in `limits`) that asks.
    moves : tuple of Move
        Every step that lowered.
    """

    table: Rung
    rung: Rung
    goal: int | None
    notes: tuple[tuple[Ask, int | None], ...] = ()
    moves: tuple[Move, ...] = ()
    starred: bool = False  # an Extend of the table, which had to earn its place
    stands: bool = False  # an Extend of the table that the grade lets stand


@dataclass(slots=True)
class _Walk:
    """The way down the ladder, with every step that lowered."""

    rung: Rung
    moves: list[Move] = field(default_factory=list)

    def to(self, name: MoveName, rung: Rung) -> None:
        if rung < self.rung:
            self.moves.append(Move(name, self.rung, rung))
            self.rung = rung


def settle(case: Case) -> Outcome:
    """Return the rung of a case.

    With two goals and `any` each goal is taken down by its own doubts and the higher verdict holds; otherwise the
    verdict rests on all goals, and a doubt of any of them lowers it. Either way once.
    """
    if not case.bars:
        return _down(case, None, *_no_harm(case))
    if case.mode == "all" or len(case.bars) == 1:
        rows = [_row(case, state) for state in case.bars]
        rung, notes = min(rows, key=lambda row: row[0])
        return _down(case, None if len(rows) > 1 else 0, rung, notes)
    outcomes = [_down(case, index, *_row(case, state)) for index, state in enumerate(case.bars)]
    return max(outcomes, key=lambda outcome: (outcome.rung, outcome.table))


def table_rung(state: GoalState, limits: tuple[Limit, ...], *, cheap: bool) -> Rung:
    """Lowest cell of a goal's row over the guardrails; no guardrail: column *safe*."""
    return min(rung for rung, _ in _cells(state, limits, cheap))


Asks = tuple[tuple[Ask, int | None], ...]


def _row(case: Case, state: GoalState) -> tuple[Rung, Asks]:
    return _lowest(_cells(state, case.limits, case.cheap), bool(case.limits))


def _cells(state: GoalState, limits: tuple[Limit, ...], cheap: bool) -> list[tuple[Rung, Ask]]:
    row = TABLE[state]
    return [
        row[column(limit.state, limit.if_breached)].read(cheap=cheap, fixable=limit.if_breached == "fixable")
        for limit in limits or (Limit("safe"),)
    ]


def _no_harm(case: Case) -> tuple[Rung, Asks]:
    cells = [
        NO_HARM[column(limit.state, limit.if_breached)].read(cheap=False, fixable=False)
        for limit in case.limits
    ]
    return _lowest(cells, True)


def _lowest(cells: list[tuple[Rung, Ask]], from_limits: bool) -> tuple[Rung, Asks]:
    """Lowest cell, and what every cell on that rung asks for."""
    lowest = min(rung for rung, _ in cells)
    notes = tuple(
        (note, index if from_limits else None)
        for index, (rung, note) in enumerate(cells)
        if rung == lowest and note
    )
    return lowest, notes


def _down(case: Case, goal: int | None, rung: Rung, notes: Asks) -> Outcome:
    """Take a verdict of the table down the ladder, in the order of the rule."""
    walk = _Walk(rung)
    if _other_goal_worse(case, goal):
        walk.to("goals", Rung.SCALE_WITH_CHANGES)
    walk.to("cap", CAPS[case.grade])
    if any(limit.harm_open for limit in case.limits):
        walk.to("harm open", Rung.EXTEND)
    if _of_goal(case.lost, goal):
        walk.to("answers", Rung.EXTEND)
    if case.equity:
        walk.to("equity", Rung.SCALE_WITH_CHANGES)
    if _of_goal(case.doubts, goal):
        walk.to("robustness", _one_step_down(walk.rung))
    stands = walk.rung is Rung.EXTEND_STAR and case.grade == "C"
    starred = walk.rung is Rung.EXTEND_STAR and not stands
    if starred:
        walk.to("star", Rung.STOP) if not _stands(case) else None
    final = Rung.EXTEND if walk.rung is Rung.EXTEND_STAR else walk.rung
    return Outcome(rung, final, goal, notes, tuple(walk.moves), starred, stands)


def _of_goal(said: Sequence[object], goal: int | None) -> bool:
    """Whether something is said of the goal on which the verdict rests, or of any where it rests on all."""
    return any(said) if goal is None else bool(said) and bool(said[goal])


def _other_goal_worse(case: Case, goal: int | None) -> bool:
    return case.mode == "any" and any(state == "worse" for i, state in enumerate(case.bars) if i != goal)


def _one_step_down(rung: Rung) -> Rung:
    """One step, never below Extend; an Extend of the table stays what it is."""
    return {Rung.SCALE: Rung.SCALE_WITH_CHANGES, Rung.SCALE_WITH_CHANGES: Rung.EXTEND}.get(rung, rung)


def _stands(case: Case) -> bool:
    return case.extensions_left >= 1 and (case.chance is None or case.chance >= EVEN_CHANCE)
