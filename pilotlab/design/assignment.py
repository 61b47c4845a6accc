"""The assignment: which team is in which arm, and how that came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pilotlab.plain import plain, rebuilt
from pilotlab.spec.frozen import digest
from pilotlab.spec.pilot import CONTROL
from pilotlab.text.characters import in_ascii
from pilotlab.text.names import tidy
from pilotlab.text.notebook import as_html
from pilotlab.weeks import Week
from pilotlab.wording.lists import some
from pilotlab.wording.numbers import count, significant

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "pilotlab/assignment@1"
RARE = 1 / 20
SHOWN = 40  # teams of an arm that a notebook lists
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """Where a draw stands among those that chance could have made in its stead.

    Attributes
    ----------
    share : float
        Share of them that are at least as uneven; the one that was made among them, so never 0.
    attribute : str
        What is most uneven in it.
    attributes, draws : int
        How many attributes and draws were compared.
    exact : bool
        Whether these are all the draws there could have been; else they are a sample.
    """

    share: float
    attribute: str
    attributes: int
    draws: int
    exact: bool

    @property
    def rare(self) -> bool:
        """Whether at most one draw in twenty is as uneven."""
        return self.share <= RARE

    def __str__(self) -> str:
        if self.share > 0.1:
            return f"{round(100 * self.share)} in 100 draws are at least as uneven as this one"
        return f"1 in {count(int(1 / self.share + 1e-9))} draws is at least as uneven as this one, most of all in {self.attribute}"


@dataclass(frozen=True, slots=True, repr=False)
class Assignment:
    """Teams in arms, with method, seed and balance. Teams stand in alphabetical order.

    Attributes
    ----------
    drawn : bool
        True where chance decided: drawn here, or elsewhere as `drawn_by` says.
    input_digest : str
        Digest of the teams and options the draw started from: same digest and seed, same arms.
    draw : int
        Which draw of the pilot it is, from 1.
    why : str
        Why arms were drawn again; empty for the first.
    imbalance : Imbalance or None
        How uneven it is among the draws that could have been made; None where no lot decided, or nothing could be compared.

    Examples
    --------
    >>> import pilotlab as pl
    >>> pl.init("acme").assign("anchor-days", seed=7)
    Assignment anchor-days: 12 control, 12 anchor; stratified, seed 7
    """

    pilot: str
    method: Method
    teams: tuple[AssignedTeam, ...]
    seed: int | None = None
    drawn_by: str = ""
    balance: tuple[BalanceRow, ...] = ()
    input_digest: str = ""
    notes: tuple[str, ...] = ()
    draw: int = 1
    why: str = ""
    imbalance: Imbalance | None = None

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
        return replace(self, teams=tuple(row for row in self.teams if row.arm in (arm, CONTROL)))

    def same_draw(self, other: Assignment) -> bool:
        """Whether it came from the same lot: the same seed, teams and options gave the same arms."""
        ways = [(one.method, one.seed, one.drawn_by, one.input_digest) for one in (self, other)]
        arms = [[(row.team, row.arm) for row in one.teams] for one in (self, other)]
        return ways[0] == ways[1] and arms[0] == arms[1]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it is frozen and hashed."""
        return plain(self, SCHEMA)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Assignment:
        """Rebuild from `to_dict`.

        Raises
        ------
        PilotlabError
            For another schema, or a field that is missing or unknown.
        """
        found = rebuilt(cls, data, SCHEMA)
        return replace(found, teams=tuple(replace(row, team=tidy(row.team)) for row in found.teams))

    def __repr__(self) -> str:
        arms = ", ".join(f"{len(self.of(arm))} {arm}" for arm in self.arms)
        seed = f", seed {self.seed}" if self.seed is not None else ""
        return in_ascii(f"Assignment {self.pilot}: {arms or 'no teams'}; {self.method}{seed}")

    def _repr_html_(self) -> str:
        facts = [(arm, some([row.team for row in self.of(arm)], SHOWN)) for arm in self.arms]
        return as_html(repr(self), facts, self._notes())

    def summary(self) -> str:
        """Return arms, balance and notes as text."""
        balance = [
            f"  {row.attribute}, {row.arm}: {significant(row.mean_arm)} against {significant(row.mean_control)}"
            for row in self.balance
        ]
        return in_ascii("\n".join([repr(self), *balance, *(f"  {note}" for note in self._notes())]))

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row per team: team, arm, start, stratum, cluster."""
        import pandas as pd

        rows = [{**asdict(row), "start": str(row.start) if row.start else None} for row in self.teams]
        return pd.DataFrame(rows, columns=["team", "arm", "start", "stratum", "cluster"])

    def _notes(self) -> tuple[str, ...]:
        return (*([str(self.imbalance)] if self.imbalance else []), *self.notes)

    def digest(self) -> str:
        """SHA-256 of the assignment."""
        return digest(self.to_dict())
