"""What is opened: a workspace with its declarations, its store, and the plan in force of each pilot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotlab.errors import FindingsError, PilotlabError
from pilotlab.store.database import Clock, utc_now
from pilotlab.wording.lists import plural
from pilotlab.workspace import Folders

if TYPE_CHECKING:
    from pilotlab.design.plan import Plan
    from pilotlab.spec.metric import MetricSpec
    from pilotlab.spec.metric_catalogue import Catalogue
    from pilotlab.spec.pilot import PilotSpec
    from pilotlab.spec.team import TeamList
    from pilotlab.store.copies import Replaced
    from pilotlab.store.store import Store


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace as it was found: where its files lie, who acts, and on which day."""

    folders: Folders
    actor: str
    today: date
    clock: Clock = utc_now

    @contextmanager
    def store(self, *, readonly: bool = False) -> Iterator[Store]:
        """Open the store; closed again at the end of the block."""
        from pilotlab.store.store import Store

        folders = self.folders
        with Store.open(
            folders.database, readonly=readonly, clock=self.clock, shared=folders.shared
        ) as store:
            yield store

    def restore(self, backup: Path | str, *, why: str = "") -> Replaced:
        """Put a backup in the place of the database, and record that; the one that is there is kept beside it.

        Raises
        ------
        NotFound
            Where there is no such backup.
        StoreError
            Where the backup was changed outside pilotlab; nothing is replaced.
        """
        from pilotlab.store.copies import restore

        folders = self.folders
        return restore(
            folders.database,
            Path(backup),
            why=why,
            actor=self.actor,
            clock=self.clock,
            shared=folders.shared,
        )

    def begin_anew(self, *, why: str) -> Replaced:
        """Begin an empty database in the place of one that is lost, and record that; what is left of it is kept beside it."""
        from pilotlab.store.copies import begin_anew

        folders = self.folders
        return begin_anew(
            folders.database, why=why, actor=self.actor, clock=self.clock, shared=folders.shared
        )

    def pilots(self) -> tuple[str, ...]:
        """Names of the declared pilots."""
        return self.folders.pilots()

    def catalogue(self) -> Catalogue:
        """Metrics: built in, and the workspace's own."""
        from pilotlab.spec.metric_catalogue import Catalogue

        return Catalogue.load(self.folders.metrics_file, self.folders.root)

    def declared(self, pilot: str) -> tuple[PilotSpec, Mapping[str, MetricSpec], TeamList]:
        """Read a declaration, its metrics and its teams.

        Raises
        ------
        FindingsError
            With every error of the files.
        """
        from pilotlab.spec.reading import read_pilot
        from pilotlab.spec.team import read_teams, team_file

        path, catalogue = self.folders.pilot_file(pilot), self.catalogue()
        reading = read_pilot(path, root=self.folders.root, catalogue=catalogue)
        if reading.spec is None or any(finding.level == "error" for finding in reading.findings):
            raise unreadable(pilot, reading.findings)
        teams = read_teams(team_file(path, reading.spec), reading.spec, self.folders.root)
        if any(finding.level == "error" for finding in teams.findings):
            raise unreadable(pilot, teams.findings)
        return reading.spec, {use.use: catalogue.get(use.use) for _, use in reading.spec.uses}, teams

    def plan(self, pilot: str) -> Plan:
        """Find the plan in force."""
        with self._reading() as store:
            return self._plan(store, pilot)

    @contextmanager
    def _reading(self) -> Iterator[Store | None]:
        """Open the store to read; None where nothing was ever written."""
        from pilotlab.store.head import was_begun

        if not was_begun(self.folders.database):
            yield None
            return
        with self.store(readonly=True) as store:
            yield store

    def _plan(self, store: Store | None, pilot: str) -> Plan:
        from pilotlab.design.plan import plan_in_force, plan_without_files

        try:
            spec, metrics, teams = self.declared(pilot)
        except PilotlabError as error:
            return plan_without_files(store, pilot, error, f"experiments/{pilot}/pilot.yaml")
        return plan_in_force(store, spec, metrics, teams)

    @contextmanager
    def _in_force(self, pilot: str, *, readonly: bool = False) -> Iterator[tuple[Store, Plan, TeamList]]:
        """Open the store with the plan in force and the list of teams; an error where none was drawn yet."""
        from pilotlab.store.head import was_begun

        if not was_begun(self.folders.database):
            _ = self._plan(None, pilot).assigned  # says what to do, and makes no empty store
        with self.store(readonly=readonly) as store:
            plan = self._plan(store, pilot)
            _ = plan.assigned
            yield store, plan, plan.teams


def unreadable(pilot: str, findings: Any) -> FindingsError:
    """The error that a declaration with errors is."""
    errors = [finding for finding in findings if finding.level == "error"]
    count = plural(len(errors), "error")
    return FindingsError(
        f"{count} in the declaration of {pilot!r}", errors, fix=f"see `pilotlab check {pilot}`"
    )
