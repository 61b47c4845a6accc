"""What `log`, `import` and `status` read first: declarations, teams and the store, without anything heavy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pilotlab.design.assignment import Assignment
from pilotlab.errors import FindingsError, NotFound, PilotlabError
from pilotlab.sources.entry import Form
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.reading import read_pilot
from pilotlab.spec.team import TeamList, read_teams, team_file
from pilotlab.store.store import Store
from pilotlab.weeks import Week
from pilotlab.workspace import Folders
from pilotlab.workspace import actor as acting


@dataclass(frozen=True)
class Ground:
    """A workspace as the collecting commands see it."""

    folders: Folders
    actor: str

    @cached_property
    def catalogue(self) -> Catalogue:
        """Built-in metrics, and the workspace's own."""
        return Catalogue.load(self.folders.metrics_file, self.folders.root)

    def spec(self, pilot: str) -> PilotSpec:
        """Read a declaration; raises with all its errors."""
        reading = read_pilot(self.folders.pilot_file(pilot), root=self.folders.root, catalogue=self.catalogue)
        errors = [finding for finding in reading.findings if finding.level == "error"]
        if reading.spec is None or errors:
            raise FindingsError(f"pilot {pilot!r} can't be read", errors, fix=f"pilotlab check {pilot}")
        return reading.spec

    def team_list(self, pilot: str, spec: PilotSpec) -> TeamList:
        """Read the teams of a pilot."""
        return read_teams(team_file(self.folders.pilot_file(pilot), spec), spec, self.folders.root)

    def teams(self, pilot: str) -> tuple[str, ...]:
        """Names of a pilot's teams, alphabetical; raises where there is none."""
        found = self.team_list(pilot, self.spec(pilot))
        if not found.names:
            raise FindingsError(
                f"pilot {pilot!r} has no teams", found.findings, fix=f"pilotlab check {pilot}"
            )
        return tuple(sorted(found.names))

    def all_teams(self) -> set[str]:
        """Every team that a pilot of the workspace lists; a pilot that can't be read adds none."""
        names: set[str] = set()
        for pilot in self.folders.pilots():
            try:
                names |= {row.name for row in self.team_list(pilot, self.spec(pilot)).rows}
            except PilotlabError:
                continue
        return names

    def metrics(self, spec: PilotSpec) -> tuple[MetricSpec, ...]:
        """Metrics of a pilot, each once, in the order of their roles."""
        return tuple({(found := self.catalogue.get(use.use)).key: found for _, use in spec.uses}.values())

    def assignment(self, store: Store | None, pilot: str) -> Assignment | None:
        """Return the recorded assignment."""
        record = store.assignment(pilot) if store else None
        return Assignment.from_dict(record.content) if record else None


@contextmanager
def opened(workspace: Path | None, actor: str | None) -> Iterator[tuple[Ground, Store]]:
    """Find the workspace and open its store for writing."""
    ground = Ground(Folders.find(workspace), acting(actor))
    with Store.open(ground.folders.database) as store:
        yield ground, store


@contextmanager
def looked_at(workspace: Path | None, actor: str | None = None) -> Iterator[tuple[Ground, Store | None]]:
    """Find the workspace and open its store for reading; None where nothing was ever stored."""
    ground = Ground(Folders.find(workspace), acting(actor))
    try:
        store = Store.open(ground.folders.database, readonly=True)
    except NotFound:
        yield ground, None
        return
    with store:
        yield ground, store


def form_of(ground: Ground, store: Store, pilot: str, team: str, week: Week) -> Form:
    """Gather what a team logs in a week, and what is stored."""
    metrics = ground.metrics(ground.spec(pilot))
    rows = [
        row
        for row in store.observations([metric.key for metric in metrics], teams=[team])
        if row.week <= week
    ]
    before = {row.metric: row for row in rows if row.week < week and row.value is not None}
    return Form(
        team=team,
        week=week,
        metrics=metrics,
        stored={row.metric: row for row in rows if row.week == week},
        before=before,
    )
