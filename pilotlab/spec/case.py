"""The case: everything a rule may look at, and what a rule says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple

from pilotlab.errors import Level
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.spec.pilot import PilotSpec, Windows
from pilotlab.spec.positions import Place, Positions
from pilotlab.spec.team import TeamList
from pilotlab.spec.uses import Used, uses


class Issue(NamedTuple):
    """What a rule says: a code, and a place of the declaration or a row of teams.csv."""

    code: str
    what: str
    place: Place = ()
    at: Literal["key", "value"] = "value"
    row: int = 0  # of teams.csv; 0 where the issue stands in the declaration
    value: Any = None
    fix: str = ""
    level: Level | None = None  # where it is milder than the code's
    mends: bool = False  # `what` names what would do, as `Finding.mends`


Issues = Iterator[Issue]


class OtherPilot(NamedTuple):
    """Another pilot of the workspace: what is needed to see whether two meet."""

    pilot: str
    windows: Windows
    teams: frozenset[str]


@dataclass(frozen=True)
class Case:
    """A declaration with all that belongs to it."""

    spec: PilotSpec
    teams: TeamList | None
    catalogue: Catalogue
    positions: Positions
    today: date | None = None  # None: what depends on the day is not judged
    frozen: bool = False
    others: tuple[OtherPilot, ...] = ()

    @cached_property
    def windows(self) -> Windows:
        """Weeks of the pilot, by what they are for."""
        return self.spec.windows

    @cached_property
    def used(self) -> tuple[Used, ...]:
        """Every declared use with its metric."""
        return uses(self.spec, self.catalogue)

    @property
    def is_drawn(self) -> bool:
        """Whether chance decides who is in which arm, here or elsewhere."""
        design = self.spec.design
        return design.type != "before_after" and (
            design.assign.method != "declared" or bool(design.assign.drawn_by)
        )

    def roles(self, *roles: str) -> tuple[Used, ...]:
        """Uses in some roles whose metric is known."""
        return tuple(row for row in self.used if row.role in roles and row.metric is not None)
