"""The assignment: which team is in which arm, and how that came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pilotlab.spec.frozen import digest
from pilotlab.spec.pilot import CONTROL
from pilotlab.text.names import tidy
from pilotlab.weeks import Week

SCHEMA = "pilotlab/assignment@1"
Method = Literal["complete", "stratified", "matched_pairs", "stepped_wedge", "declared"]


@dataclass(frozen=True, slots=True)
class AssignedTeam:
    """One team's place: `start` is its first pilot week, None in control; `cluster` names teams that moved together."""

    team: str
    arm: str
    start: Week | None = None
    stratum: str = ""
    cluster: str = ""  # "" where the team was drawn by itself


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A baseline attribute in two arms: means and their standardised difference (levels of text columns as shares)."""

    attribute: str
    arm: str
    mean_arm: float
    mean_control: float
    standardised_difference: float | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Teams in arms, with method, seed and balance. Teams stand in alphabetical order.

    Attributes
    ----------
    drawn : bool
        True where chance decided: drawn here, or elsewhere as `drawn_by` says.
    input_digest : str
        Digest of the teams and options the draw started from: same digest and seed, same arms.
    """

    pilot: str
    method: Method
    teams: tuple[AssignedTeam, ...]
    seed: int | None = None
    drawn_by: str = ""
    balance: tuple[BalanceRow, ...] = ()
    input_digest: str = ""
    notes: tuple[str, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether arms were drawn by lot, here or elsewhere."""
        return self.method != "declared" or bool(self.drawn_by)

    @property
    def arms(self) -> tuple[str, ...]:
        """Arms that hold a team, control first, then alphabetical."""
        names = {row.arm for row in self.teams}
        return tuple(sorted(names, key=lambda arm: (arm != CONTROL, arm)))

    def of(self, arm: str) -> tuple[AssignedTeam, ...]:
        """Teams of one arm."""
        return tuple(row for row in self.teams if row.arm == arm)

    def drawn_units(self, arm: str) -> int:
        """Units of an arm as they were drawn: teams kept together count once."""
        return len({row.cluster or row.team for row in self.of(arm)})

    def contrast(self, arm: str) -> Assignment:
        """Return the part that compares one pilot arm with control."""
        kept = tuple(row for row in self.teams if row.arm in (arm, CONTROL))
        return Assignment(
            self.pilot,
            self.method,
            kept,
            self.seed,
            self.drawn_by,
            self.balance,
            self.input_digest,
            self.notes,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it is frozen and hashed."""
        return {
            "schema": SCHEMA,
            "pilot": self.pilot,
            "method": self.method,
            "seed": self.seed,
            "drawn_by": self.drawn_by,
            "input_digest": self.input_digest,
            "teams": [
                {
                    "team": row.team,
                    "arm": row.arm,
                    "start": str(row.start) if row.start else None,
                    "stratum": row.stratum,
                    "cluster": row.cluster,
                }
                for row in self.teams
            ],
            "balance": [
                {
                    "attribute": row.attribute,
                    "arm": row.arm,
                    "mean_arm": row.mean_arm,
                    "mean_control": row.mean_control,
                    "standardised_difference": row.standardised_difference,
                }
                for row in self.balance
            ],
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Assignment:
        """Rebuild from `to_dict`."""
        teams = tuple(
            AssignedTeam(
                tidy(row["team"]),
                row["arm"],
                Week.parse(row["start"]) if row["start"] else None,
                row["stratum"],
                row["cluster"],
            )
            for row in data["teams"]
        )
        return cls(
            pilot=data["pilot"],
            method=data["method"],
            teams=teams,
            seed=data["seed"],
            drawn_by=data["drawn_by"],
            balance=tuple(BalanceRow(**row) for row in data["balance"]),
            input_digest=data["input_digest"],
            notes=tuple(data["notes"]),
        )

    def digest(self) -> str:
        """SHA-256 of the assignment."""
        return digest(self.to_dict())
