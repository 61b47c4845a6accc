"""Amendments: how a frozen plan was changed, by whom, why, and whether data had been seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pilotlab.design.assignment import Assignment
from pilotlab.design.difference import Change
from pilotlab.errors import UsageError
from pilotlab.spec.frozen import digest
from pilotlab.spec.pilot import CONTROL, PilotSpec

SCHEMA = "pilotlab/amendment@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """One new version of a frozen plan.

    Attributes
    ----------
    version : int
        Number of the amendment, from 1.
    seen_data : bool
        Whether any pilot week had been entered or looked at: what then changed is exploratory.
    at : str
        ISO time, passed in.
    changes : tuple of Change
        Each key that differs from the plan that was in force before.
    """

    pilot: str
    version: int
    author: str
    reason: str
    seen_data: bool
    at: str
    changes: tuple[Change, ...]

    @property
    def timing(self) -> str:
        """Say when it was made, in the words of planned against done."""
        return "after data had been seen" if self.seen_data else "before data had been seen"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it is stored."""
        return {
            "schema": SCHEMA,
            "pilot": self.pilot,
            "version": self.version,
            "author": self.author,
            "reason": self.reason,
            "seen_data": self.seen_data,
            "at": self.at,
            "changes": [change.to_dict() for change in self.changes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Amendment:
        """Rebuild from `to_dict`."""
        changes = tuple(Change.from_dict(row) for row in data["changes"])
        return cls(**{name: data[name] for name in cls.__slots__ if name != "changes"}, changes=changes)

    def digest(self) -> str:
        """SHA-256 of the amendment."""
        return digest(self.to_dict())


def amend(
    pilot: str,
    changes: tuple[Change, ...],
    *,
    version: int,
    author: str,
    reason: str,
    seen_data: bool,
    at: str,
) -> Amendment:
    """Record what changed between the plan in force and the new one.

    Parameters
    ----------
    changes : tuple of Change
        As `freeze.verify` finds them.
    version : int
        Number of the amendment, from 1.

    Raises
    ------
    UsageError
        Where nothing changed, or author or reason is empty.
    """
    if version < 1:
        raise UsageError(
            f"amendments are numbered from 1, not {version}", fix="count those already made and add one"
        )
    for name, text, option in (("author", author, "--actor NAME"), ("reason", reason, "--why TEXT")):
        if not text.strip():
            raise UsageError(
                f"an amendment needs {'an' if name == 'author' else 'a'} {name}", fix=f"pass {option}"
            )
    if not changes:
        raise UsageError(
            f"nothing in the plan of {pilot!r} changed since it was frozen",
            fix="edit pilot.yaml first, then amend",
        )
    return Amendment(
        pilot=pilot,
        version=version,
        author=author.strip(),
        reason=reason.strip(),
        seen_data=seen_data,
        at=at,
        changes=changes,
    )


def carry_over(assignment: Assignment, spec: PilotSpec) -> Assignment:
    """Return the frozen arms under an amended plan: teams stay where they were drawn, with the plan's start.

    Raises
    ------
    UsageError
        Where the plan has other arms, or another way of drawing them: those are fixed by the draw.
    """
    arms = {CONTROL, *spec.arms}
    if arms != set(assignment.arms):
        raise UsageError(
            f"the amended plan has the arms {', '.join(sorted(arms))}; drawn were {', '.join(assignment.arms)}",
            fix="take the arms back as they were drawn, or declare a new pilot",
        )
    assign = spec.design.assign
    if (assign.method, assign.drawn_by or "") != (assignment.method, assignment.drawn_by):
        raise UsageError(
            f"the amended plan assigns by {assign.method!r}; drawn was by {assignment.method!r}",
            fix="how arms came about can't be amended: take `design.assign` back, or declare a new pilot",
        )
    start = spec.calendar.start
    return replace(
        assignment,
        teams=tuple(replace(row, start=start if row.start else None) for row in assignment.teams),
    )
