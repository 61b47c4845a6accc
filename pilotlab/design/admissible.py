"""Admissible draws: a recorded assignment as the kernels read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pilotlab.design.assignment import Assignment
from pilotlab.errors import NotYet, UsageError
from pilotlab.spec.pilot import CONTROL

if TYPE_CHECKING:
    from pilotlab.stats.randomization.draws import Design


def admissible(contrast: Assignment, teams: Sequence[str]) -> Design:
    """Return the draws that could have been made in place of the one that was.

    Parameters
    ----------
    contrast : Assignment
        Of one pilot arm and control, as `Assignment.contrast` gives it. With several pilot arms the draws are those given
        who was drawn into these two.
    teams : sequence of str
        Teams in the order of the kernel's arrays; those left out leave the draws, numbers per arm and stratum as they
        then are.

    Raises
    ------
    NotYet
        For a stepped wedge.
    UsageError
        Where no lot decided, the arms are not two, or a team is not in the assignment or there is none.
    """
    from pilotlab.stats.randomization.draws import Design

    if contrast.method == "stepped_wedge":
        raise NotYet("draws of a stepped wedge are not there yet", fix="ask for `inference: cr2`")
    if not contrast.drawn:
        raise UsageError(
            f"the arms of {contrast.pilot!r} were declared, not drawn by lot: there are no other draws to compare with",
            fix="use `inference: cr2`, or say in `assign.drawn_by` how they were drawn elsewhere",
        )
    if len(contrast.arms) != 2 or CONTROL not in contrast.arms:
        raise UsageError(
            f"{contrast.pilot!r} is compared arm by arm; here are {', '.join(contrast.arms) or 'no arms'}",
            fix="pass `assignment.contrast(arm)`, one pilot arm and control",
        )
    place = {row.team: row for row in contrast.teams}
    if strangers := [team for team in teams if team not in place]:
        raise UsageError(
            f"team {strangers[0]!r} is not in the assignment of {contrast.pilot!r}",
            fix="analyse the teams that were assigned",
        )
    if not teams:
        raise UsageError(f"no team of {contrast.pilot!r} has data", fix="log or import this metric first")
    rows = [place[team] for team in teams]
    return Design.stratified(
        [row.arm != CONTROL for row in rows],
        [row.stratum for row in rows],
        cluster=[f"cluster {row.cluster}" if row.cluster else f"team {row.team}" for row in rows],
    )
