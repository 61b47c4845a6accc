"""Standing: how far a plan has come, who is in which arm, what was edited since, and how often arms were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pilotlab.design.assignment import Assignment
from pilotlab.design.difference import Change
from pilotlab.design.lateness import Late, lateness
from pilotlab.design.plan import Plan
from pilotlab.errors import UsageError
from pilotlab.spec.pilot import CONTROL
from pilotlab.wording.numbers import ordinal

if TYPE_CHECKING:
    from pilotlab.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a pilot's plan stands.

    Attributes
    ----------
    arms : mapping
        Teams by arm, pilot arms first; empty before the draw. People are not listed singly.
    counts : mapping
        Units by arm.
    draws : tuple of Drawn
        Every draw, oldest first.
    frozen_on, frozen_by : str
        Empty before the freeze.
    teams_frozen : bool
        Whether the list of teams was frozen with the plan.
    edited : tuple of Change
        Where the files differ from the plan in force.
    """

    pilot: str
    arms: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, int]
    draws: tuple[Drawn, ...] = ()
    frozen_on: str = ""
    frozen_by: str = ""
    teams_frozen: bool = False
    late: Late | None = None
    edited: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        for name in ("arms", "counts"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as `status` and `explain` print it."""
        frozen = {
            "on": self.frozen_on,
            "by": self.frozen_by,
            "teams": self.teams_frozen,
            "late": self.late.to_dict() if self.late else None,
        }
        return {
            "frozen": frozen if self.frozen_on else None,
            "arms": {arm: list(teams) for arm, teams in self.arms.items()},
            "counts": dict(self.counts),
            "draws": [one.to_dict() for one in self.draws],
            "edited": [str(change) for change in self.edited],
        }


def standing(store: Store | None, plan: Plan) -> Standing:
    """Say where a plan stands."""
    drawn, frozen = plan.assignment, plan.freeze
    names = sorted(drawn.arms, key=lambda arm: (arm == CONTROL, arm)) if drawn else []
    singly = plan.spec.design.unit == "team"
    return Standing(
        pilot=plan.spec.id,
        arms={arm: tuple(row.team for row in drawn.of(arm)) for arm in names} if drawn and singly else {},
        counts={arm: len(drawn.of(arm)) for arm in names} if drawn else {},
        draws=draws_made(store, plan.spec.id),
        frozen_on=(frozen.day or frozen.frozen_at[:10]) if frozen else "",
        frozen_by=frozen.frozen_by if frozen else "",
        teams_frozen=plan.teams_frozen,
        late=lateness(store, plan.spec.id) if store and frozen else None,
        edited=plan.edited,
    )


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
