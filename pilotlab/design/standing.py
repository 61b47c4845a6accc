"""Standing: how far a plan has come, who is in which arm, and what was edited since it was frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilotlab.design.difference import Change
from pilotlab.design.drawn import Drawn, draws_made
from pilotlab.design.lateness import Late, lateness
from pilotlab.design.plan import Plan
from pilotlab.spec.pilot import CONTROL

if TYPE_CHECKING:
    from pilotlab.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a pilot's plan stands.

    Attributes
    ----------
    arms : dict
        Teams by arm, pilot arms first; empty before the draw. People are not listed singly.
    counts : dict
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
    arms: dict[str, tuple[str, ...]]
    counts: dict[str, int]
    draws: tuple[Drawn, ...] = ()
    frozen_on: str = ""
    frozen_by: str = ""
    teams_frozen: bool = False
    late: Late | None = None
    edited: tuple[Change, ...] = ()

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
            "counts": self.counts,
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
