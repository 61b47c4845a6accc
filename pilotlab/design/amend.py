"""Amendments: how a frozen plan was changed, by whom, why, and whether data had been seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pilotlab.design.difference import Change, differences
from pilotlab.errors import UsageError
from pilotlab.spec.frozen import digest
from pilotlab.spec.pilot import PilotSpec

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
    spec : dict
        The plan in force from here on, as `PilotSpec.to_dict` writes it.
    """

    pilot: str
    version: int
    author: str
    reason: str
    seen_data: bool
    at: str
    changes: tuple[Change, ...]
    spec: dict[str, Any]

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
            "spec": self.spec,
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
    before: PilotSpec, after: PilotSpec, *, version: int, author: str, reason: str, seen_data: bool, at: str
) -> Amendment:
    """Record what changed between the plan in force and the new one.

    Parameters
    ----------
    version : int
        Number of the amendment, from 1.

    Raises
    ------
    UsageError
        Where nothing changed, author or reason is empty, or the plans are of two pilots.
    """
    if before.id != after.id:
        raise UsageError(
            f"{after.id!r} can't amend {before.id!r}", fix="amend a pilot by a new version of its own plan"
        )
    if version < 1:
        raise UsageError(
            f"amendments are numbered from 1, not {version}", fix="count those already made and add one"
        )
    for name, text in (("author", author), ("reason", reason)):
        if not text.strip():
            raise UsageError(
                f"an amendment needs {'an' if name == 'author' else 'a'} {name}", fix=f"pass --{name} TEXT"
            )
    changes = differences(before.to_dict(), after.to_dict())
    if not changes:
        raise UsageError(
            f"nothing in the plan of {before.id!r} changed since it was frozen",
            fix="edit pilot.yaml first, then amend",
        )
    return Amendment(
        pilot=before.id,
        version=version,
        author=author.strip(),
        reason=reason.strip(),
        seen_data=seen_data,
        at=at,
        changes=changes,
        spec=after.to_dict(),
    )
