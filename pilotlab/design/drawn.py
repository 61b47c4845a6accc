"""Draws made: every lot that was cast for a pilot's arms, who cast it, and why it was cast again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilotlab.design.assignment import Assignment
from pilotlab.errors import UsageError
from pilotlab.wording.numbers import ordinal

if TYPE_CHECKING:
    from pilotlab.store.store import Store

UNTOLD = "no reason was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One draw of a pilot.

    Attributes
    ----------
    number : int
        1 for the first.
    on : str
        The day it was kept, by the store's clock.
    why : str
        Why it was made again; empty for the first.
    holds : bool
        Whether it is the newest, which holds.
    """

    number: int
    on: str
    by: str
    method: str
    seed: int | None
    why: str
    holds: bool

    def __str__(self) -> str:
        seed = f", seed {self.seed}" if self.seed is not None else ""
        why = f": {self.why}" if self.why else ""
        return f"{ordinal(self.number)} draw, {self.on} by {self.by}, {self.method}{seed}{why}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


def draws_made(store: Store | None, pilot: str) -> tuple[Drawn, ...]:
    """Return every draw of a pilot, oldest first.

    Rows of the same lot in a row (the same seed, teams and options, under another start) are one draw. Draws count by what
    the store holds, whatever number they carry.
    """
    lots: list[tuple[Assignment, Any]] = []
    for record in store.draws(pilot) if store else []:
        made = Assignment.from_dict(record.content)
        if lots and made.same_draw(lots[-1][0]):
            continue
        lots.append((made, record))
    return tuple(
        Drawn(
            number=number,
            on=record.at[:10],
            by=record.actor,
            method=made.method,
            seed=made.seed,
            why=(made.why or UNTOLD) if number > 1 else "",
            holds=number == len(lots),
        )
        for number, (made, record) in enumerate(lots, start=1)
    )


def drawing_again(pilot: str, made: Sequence[Drawn], why: str) -> None:
    """Refuse a draw that would replace another without a reason.

    Raises
    ------
    UsageError
        Where a draw is there and `why` is empty.
    """
    if made and not why.strip():
        raise UsageError(
            f"arms of {pilot!r} are drawn already ({made[-1].on}, by {made[-1].by}), and every draw counts",
            fix=f"keep them: `pilotlab assign {pilot}` shows them; or say why: `--again --why TEXT`, which the readout prints",
        )
