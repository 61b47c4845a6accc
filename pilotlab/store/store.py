"""The store: one SQLite file a workspace, and the verbs that read and write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pilotlab.errors import UsageError
from pilotlab.store import ledger, names, observations, plans, readings
from pilotlab.store.database import BUSY_SECONDS, Clock, Database, utc_now
from pilotlab.store.entries import Columns, Entry, Receipt, columns_of
from pilotlab.store.head import Head
from pilotlab.store.ledger import LedgerRow
from pilotlab.store.observations import Observation, Revision
from pilotlab.store.opening import open_database
from pilotlab.store.plans import Amendment, Record, Run
from pilotlab.store.readings import EarlyLook, Release
from pilotlab.weeks import Week

if TYPE_CHECKING:
    from pilotlab.store.creation import Origin
    from pilotlab.store.verify import Verification


class Store:
    """What was observed and what was agreed; a context manager that closes the file.

    Every writing verb is one transaction and one row of the ledger, and needs the name of who acts.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        readonly: bool = False,
        clock: Clock = utc_now,
        wait_seconds: float = BUSY_SECONDS,
        shared: bool = False,
    ) -> Store:
        """Open the file; a writer makes it where there never was one.

        Parameters
        ----------
        clock : callable
            Gives the time of an act as text; a demo passes its own, so that the same run writes the same bytes.
        wait_seconds : float
            How long to wait for another writer.
        shared : bool
            A new file is for the group as well, else for its owner alone.

        Raises
        ------
        NotFound
            Where a reader finds no file, and never was one.
        StoreError
            Where the file is gone, empty, another one or older than what was seen here; no database of ours, damaged, locked,
            can't be written, or newer than this program.
        """
        options: dict[str, Any] = {"clock": clock, "wait_seconds": wait_seconds, "shared": shared}
        return cls(open_database(Path(path), readonly=readonly, **options))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self.database.path

    # values

    def log_values(
        self, values: Sequence[Entry], *, actor: str, why: str = "", source: str = "log"
    ) -> Receipt:
        """Append values and gaps; a changed value is a newer revision and needs `why`, the same value changes nothing.

        Raises
        ------
        NeedsReason
            Where a stored value would change and `why` is empty; nothing is written.
        UsageError
            Without values, or with two for one team, week, metric and slice.
        """
        if not values:
            raise UsageError("nothing to log", fix="give at least one value or gap")
        cells = [(entry.metric.key, entry.week, entry.team, entry.slice) for entry in values]
        if twice := {cell for cell in cells if cells.count(cell) > 1}:
            metric, week, team, _ = sorted(twice)[0]
            raise UsageError(f"{metric} of {team} in {week} is given twice", fix="give one value or gap")
        from pilotlab.store.writing import write

        return write(self.database, columns_of(values), actor=actor, source=source, why=why)

    def bulk_import(self, columns: Columns, *, actor: str, source: str, why: str = "") -> Receipt:
        """Append many values as one act; content that was imported before, in any order, changes nothing.

        Raises
        ------
        NeedsReason
            Where stored values would change and `why` is empty; nothing is written.
        """
        from pilotlab.store.writing import write

        return write(self.database, columns, actor=actor, source=source, why=why, once=True)

    def preview(self, columns: Columns) -> Receipt:
        """Say what `bulk_import` would do, and change nothing."""
        from pilotlab.store.writing import preview

        return preview(self.database, columns)

    def observations(
        self,
        metrics: str | Iterable[str] | None = None,
        *,
        teams: Iterable[str] | None = None,
        weeks: Iterable[Week] | None = None,
        slices: Iterable[str] | None = ("",),
        through: Week | None = None,
    ) -> list[Observation]:
        """Return current values by metric, week and team; see `pilotlab.store.observations`."""
        return observations.observations(
            self.database, metrics, teams=teams, weeks=weeks, slices=slices, through=through
        )

    def data_digest(
        self,
        metrics: str | Iterable[str] | None = None,
        *,
        teams: Iterable[str] | None = None,
        weeks: Iterable[Week] | None = None,
        through: Week | None = None,
    ) -> str:
        """Digest the observations that an analysis used, whatever their order."""
        return observations.data_digest(self.database, metrics, teams=teams, weeks=weeks, through=through)

    def first_entry_seq(
        self, metrics: Iterable[str], *, teams: Iterable[str], weeks: Iterable[Week]
    ) -> int | None:
        """Ledger row of the first value or gap of these metrics, teams and weeks; None before any."""
        return observations.first_entry_seq(self.database, metrics, teams=teams, weeks=weeks)

    def history(self, metric: str, *, team: str, week: Week, slice_: str = "") -> list[Revision]:
        """Every revision of one cell, oldest first."""
        return observations.history(self.database, metric, team=team, week=week, slice_=slice_)

    def rename_team(self, old: str, new: str, *, since: Week, actor: str, why: str) -> None:
        """Give a team a later name from a week on; both names find its values."""
        names.rename_team(self.database, old, new, since=since, actor=actor, why=why)

    def team_names(self) -> dict[str, int]:
        """Every name a team has or had, with the team's key."""
        return names.team_ids(self.database)

    # plans

    def save_pilot(self, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
        """Keep the declaration as it stands."""
        return plans.save_pilot(self.database, pilot, content, actor=actor)

    def pilot(self, pilot: str) -> Record | None:
        """Return the declaration that was last kept."""
        return plans.pilot_record(self.database, pilot)

    def save_assignment(self, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
        """Keep a draw, as `Assignment.to_dict()`; refused once the plan is frozen."""
        return plans.save_assignment(self.database, pilot, content, actor=actor)

    def assignment(self, pilot: str) -> Record | None:
        """Return the newest draw; `Assignment.from_dict(record.content)` rebuilds it."""
        return plans.assignment(self.database, pilot)

    def draws(self, pilot: str) -> list[Record]:
        """Return every draw that was kept, oldest first."""
        return plans.draws(self.database, pilot)

    def save_freeze(self, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
        """Freeze a plan; refused where another one is frozen."""
        return plans.save_freeze(self.database, pilot, content, actor=actor)

    def freeze(self, pilot: str) -> Record | None:
        """Return the frozen plan."""
        return plans.freeze(self.database, pilot)

    def frozen_pilots(self) -> list[str]:
        """Names of the pilots whose plan is frozen."""
        return plans.frozen_pilots(self.database)

    def save_amendment(
        self, pilot: str, content: Mapping[str, Any], *, actor: str, why: str, seen_data: bool
    ) -> Amendment:
        """Add a change to a frozen plan."""
        return plans.save_amendment(self.database, pilot, content, actor=actor, why=why, seen_data=seen_data)

    def amendments(self, pilot: str) -> list[Amendment]:
        """Return the changes of a frozen plan, oldest first."""
        return plans.amendments(self.database, pilot)

    # results

    def save_run(self, pilot: str, content: Mapping[str, Any], *, actor: str) -> Run:
        """Keep an analysis: digests, seed, version, results."""
        return plans.save_run(self.database, pilot, content, actor=actor)

    def run(self, pilot: str, key: str) -> Run | None:
        """Return the newest analysis that was kept under a key: the digest of all it was made of."""
        return plans.run_of(self.database, pilot, key)

    def runs(self, pilot: str) -> list[Record]:
        """Return the analyses of a pilot, oldest first."""
        return plans.records(self.database, "runs", pilot)

    def save_decision(self, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
        """Keep a verdict with its inputs."""
        return plans.save_record(self.database, "decisions", pilot, content, actor=actor, verb="decide")

    def decisions(self, pilot: str) -> list[Record]:
        """Return the verdicts of a pilot, oldest first."""
        return plans.records(self.database, "decisions", pilot)

    def save_readout(self, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
        """Keep what was written for whom."""
        return plans.save_record(self.database, "readouts", pilot, content, actor=actor, verb="readout")

    def readouts(self, pilot: str) -> list[Record]:
        """Return the readouts of a pilot, oldest first."""
        return plans.records(self.database, "readouts", pilot)

    # read

    def record_reading(
        self, pilot: str, verb: str, what: str = "", *, actor: str, released: Sequence[Release] = ()
    ) -> LedgerRow:
        """Record that results of a pilot were read by a command or page, and what was newly shown of them.

        Parameters
        ----------
        verb : str
            The command or page: `status`, `analyze`, `panel`, ...
        what : str
            Which results, in a few words.
        """
        return readings.record_reading(self.database, pilot, verb, what, actor=actor, released=released)

    def releases(self, pilot: str, *, objects: Iterable[str] | None = None) -> list[Release]:
        """Return what was shown of a pilot, oldest first; `objects` keeps some kinds alone."""
        return readings.releases(self.database, pilot, objects=objects)

    def look_early(self, pilot: str, *, actor: str, week: str, why: str) -> None:
        """Put on record that somebody is about to see results before the planned end; `week` is the last that is over."""
        readings.look_early(self.database, pilot, actor=actor, week=week, why=why)

    def early_looks(self, pilot: str) -> list[EarlyLook]:
        """Return who saw results of a pilot before its planned end, oldest first."""
        return readings.early_looks(self.database, pilot)

    # proof

    def ledger(self) -> list[LedgerRow]:
        """Return all acts, oldest first."""
        return ledger.rows(self.database)

    def verify(self) -> Verification:
        """Check integrity, the hash chain and the digest of everything that was written."""
        from pilotlab.store.verify import verify

        return verify(self.database)

    def require_whole(self) -> None:
        """Verify, and refuse to go on where something is not what was written.

        Raises
        ------
        StoreError
            With the first problem.
        """
        from pilotlab.store.copies import changed_outside

        result = self.verify()
        if not result:
            raise changed_outside(result, f"{self.path.name} was changed outside pilotlab")

    def holds(self, seq: int, hash_: str) -> bool:
        """Whether the ledger has the row that somebody noted elsewhere."""
        return self.database.one("SELECT 1 FROM ledger WHERE seq = ? AND hash = ?", (seq, hash_)) is not None

    def settled(self) -> Head | None:
        """Return the newest row of the ledger that is no reading: what a readout prints of it."""
        return ledger.settled(self.database)

    def origins(self) -> list[Origin]:
        """Return how the file came to be: begun, brought up, restored, begun anew; oldest first."""
        from pilotlab.store.creation import origins

        return origins(self.database)

    def backup(self, target: Path) -> Verification:
        """Copy the store to another file while others go on reading and writing.

        Raises
        ------
        UsageError
            Where the target exists.
        StoreError
            Where the disk is full, or the store was changed outside pilotlab; no file is left.
        """
        from pilotlab.store.copies import back_up

        return back_up(self.database, target)
