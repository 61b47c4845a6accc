"""The verbs of collection: import, log, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pilotlab.errors import FindingsError, PilotlabError
from pilotlab.verbs.opened import Opened

if TYPE_CHECKING:
    from pilotlab.design.plan import Plan
    from pilotlab.panel.status import Status
    from pilotlab.sources.entry import Draft, Form
    from pilotlab.sources.importing import ImportReport
    from pilotlab.sources.survey import Said
    from pilotlab.store.entries import Entry, Receipt
    from pilotlab.weeks import Week


@dataclass(frozen=True, slots=True)
class Collected(Opened):
    """What teams give, week by week."""

    def import_file(
        self,
        path: Path | str,
        *,
        dry_run: bool = False,
        only_good: bool = False,
        why: str = "",
        said: Said | None = None,
        source: str = "",
    ) -> ImportReport:
        """Read a table of team-weeks into the store, whole or not at all.

        Parameters
        ----------
        only_good : bool
            Take the good rows of a file that has bad ones.
        why : str
            Reason, needed where a stored value changes.
        said : Said
            How numbers and dates are written, where the cells of a column leave it open.
        source : str
            Format that an installed package adds; else the ending of the file's name tells.

        Raises
        ------
        ImportRefused
            Where a row is bad and neither `dry_run` nor `only_good` is asked for; nothing is written.
        """
        from pilotlab.sources.importing import import_file

        with self._reading() if dry_run else self.store() as store:
            return import_file(
                path,
                store,
                self.catalogue(),
                self.team_names(),
                today=self.today,
                actor=self.actor,
                dry_run=dry_run,
                only_good=only_good,
                why=why,
                shown=self.folders.shown(Path(path)),
                said=said,
                source=source,
            )

    def form(self, pilot: str, team: str, week: Week | str | None = None) -> Form:
        """Gather what one team logs in a week, by default the last that is over, and what is stored of it.

        Raises
        ------
        UsageError
            For a team the pilot does not have, or a week that has not begun.
        """
        from pilotlab.sources.entry import known_team, stored_form, week_to_log

        when = week_to_log(None if week is None else str(week), self.today)
        with self._reading() as store:
            plan = self._plan(store, pilot)
            chosen = known_team(team, _names(plan))
            return stored_form(store, tuple(plan.metrics.values()), chosen, when)

    def draft(self, pilot: str, form: Form) -> Draft:
        """Return the draft of a form: what was typed of it and not saved yet."""
        from pilotlab.sources.entry import Draft

        return Draft.of(self.folders.database.parent / "drafts", pilot, form)

    def log(
        self,
        pilot: str,
        team: str,
        week: Week | str,
        values: Mapping[str, float | str | tuple[float, float]],
        *,
        n: Mapping[str, int] | None = None,
        why: str = "",
    ) -> Receipt:
        """Log one team's week.

        Parameters
        ----------
        values : mapping
            Metric to its value, to the parts of a count or share (`(1, 6)`: one person of six), or to the reason for a gap
            (`leave`, `holiday`, `no_work`, `forgot`, `not_applicable`).
        n : mapping, optional
            Metric to how many people answered, of a mean; without it the value counts in effects and is never shown.
        why : str
            Reason, needed where a stored value changes.

        Raises
        ------
        UsageError
            For a team or metric the pilot does not have, a week that has not begun, a value out of range.
        """
        from pilotlab.sources.entry import from_values

        return self.save(from_values(self.form(pilot, team, week), values, n), why=why)

    def save(self, entries: Sequence[Entry], *, why: str = "") -> Receipt:
        """Write entries of a form, as one act."""
        with self.store() as store:
            return store.log_values(entries, actor=self.actor, why=why)

    def status(self, pilot: str) -> Status:
        """Say what has arrived of a pilot's goals and guardrails by today, and who is missing."""
        from pilotlab.panel.status import status

        with self._reading() as store:
            plan = self._plan(store, pilot)
            return status(store, plan.spec, plan.metrics, plan.assignment, _names(plan), today=self.today)

    def teams(self, pilot: str) -> tuple[str, ...]:
        """Names of a pilot's teams, alphabetical; those that were frozen, once they are.

        Raises
        ------
        FindingsError
            Where there is none.
        """
        return _names(self.plan(pilot))

    def team_names(self) -> set[str]:
        """Every team that a pilot of the workspace lists; one that can't be read adds those it was frozen with, if any."""
        names: set[str] = set()
        with self._reading() as store:
            for pilot in {*self.pilots(), *(store.frozen_pilots() if store else ())}:
                try:
                    names |= {team.name for team in self._plan(store, pilot).teams.rows}
                    names |= {team.name for team in self.declared(pilot)[2].rows}
                except PilotlabError:
                    continue
        return names


def _names(plan: Plan) -> tuple[str, ...]:
    """Names of a pilot's teams, alphabetical."""
    if not plan.teams.names:
        pilot = plan.spec.id
        raise FindingsError(
            f"pilot {pilot!r} has no teams", plan.teams.findings, fix=f"see `pilotlab check {pilot}`"
        )
    return tuple(sorted(plan.teams.names))
