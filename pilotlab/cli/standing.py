"""How a plan stands, as `explain`, `status` and `assign` print it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pilotlab.cli.output import page_width
from pilotlab.text.width import columns, wrap
from pilotlab.wording.lists import some

if TYPE_CHECKING:
    from pilotlab.design.standing import Drawn, Standing

SHOWN = 40  # teams of an arm, and edits; more are counted


def standing_lines(stands: Standing) -> list[str]:
    """Say when it was frozen, what was edited since, who is in which arm, and how often arms were drawn."""
    return [*_frozen(stands), *edit_lines(stands), *arm_lines(stands), *draw_lines(stands.draws)]


def edit_lines(stands: Standing) -> list[str]:
    """Name every edit that was made after the freeze and not amended."""
    if not stands.edited:
        return []
    more = len(stands.edited) - SHOWN
    shown = [line for change in stands.edited[:SHOWN] for line in wrap(str(change), page_width(), first="  ")]
    return [
        "Edited since and not amended; the frozen plan is what runs:",
        *shown,
        *([f"  and {more} more"] if more > 0 else []),
    ]


def arm_lines(stands: Standing) -> list[str]:
    """List who is in which arm."""
    if not stands.counts:
        return []
    wide = max(12, *(columns(arm) + 2 for arm in stands.counts))
    lines = []
    for arm, count in stands.counts.items():
        names = stands.arms.get(arm, ())
        first = f"{arm}{' ' * (wide - columns(arm))}{count:>4}  "
        lines += wrap(some(names, SHOWN) or "(people are not listed)", page_width(), first=first)
    return lines


def draw_lines(draws: Sequence[Drawn], *, new: bool = False) -> list[str]:
    """Say which draw holds, how many there were and why."""
    from pilotlab.wording.numbers import ordinal

    if not draws:
        return []
    last = draws[-1]
    if len(draws) == 1:
        return [] if new else [f"Drawn once, {last.on} by {last.by}."]
    head = f"This is the {ordinal(last.number)} draw; every draw counts, and the readout prints them:"
    return [head, *(line for one in draws for line in wrap(str(one), page_width(), first="  "))]


def _frozen(stands: Standing) -> list[str]:
    if not stands.frozen_on:
        return []
    late = f" ({stands.late})" if stands.late else ""
    teams = "" if stands.teams_frozen else "; teams not frozen, by an earlier version"
    return [f"Frozen {stands.frozen_on} by {stands.frozen_by}{late}{teams}."]
