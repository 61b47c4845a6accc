"""The verbs: what commands, pages and analysts call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotlab.errors import Finding, FindingsError, PilotlabError, UsageError, unknown
from pilotlab.store.database import Clock, utc_now
from pilotlab.version import __version__
from pilotlab.wording.lists import plural
from pilotlab.workspace import Folders
from pilotlab.workspace import actor as who_acts

if TYPE_CHECKING:
    from pilotlab.decide.course import Course
    from pilotlab.decide.decision import Decision
    from pilotlab.design.amend import Amendment
    from pilotlab.design.assignment import Assignment
    from pilotlab.design.checking import Checked
    from pilotlab.design.drawn import Drawn
    from pilotlab.design.freeze import Freeze
    from pilotlab.design.lateness import Late
    from pilotlab.design.plan import Plan
    from pilotlab.design.standing import Standing
    from pilotlab.evaluate.analysis import Analysis
    from pilotlab.panel.panel import Panel
    from pilotlab.panel.status import Status
    from pilotlab.pipeline import Followed
    from pilotlab.readout.render.files import Page
    from pilotlab.sources.draft import Draft
    from pilotlab.sources.entry import Form
    from pilotlab.sources.importing import ImportReport
    from pilotlab.sources.survey import Said
    from pilotlab.spec.metric import MetricSpec
    from pilotlab.spec.metric_catalogue import Catalogue
    from pilotlab.spec.pilot import PilotSpec
    from pilotlab.spec.team import TeamList
    from pilotlab.store.copies import Replaced
    from pilotlab.store.entries import Entry, Receipt
    from pilotlab.store.store import Store
    from pilotlab.weeks import Week


def open_workspace(
    path: Path | str | None = None,
    *,
    actor: str | None = None,
    today: date | None = None,
    clock: Clock = utc_now,
) -> Workspace:
    """Open the workspace at `path` or above it.

    Parameters
    ----------
    actor : str, optional
        Who acts; else `PILOTLAB_ACTOR`, else the login name.
    today : date, optional
        The day taken as today; else the clock's.
    clock : callable, optional
        Gives the time of an act as text; a demo passes its own, so that the same run writes the same bytes.

    Raises
    ------
    NotFound
        Where there is no workspace.
    """
    return Workspace(Folders.find(path), who_acts(actor), today or datetime.now().date(), clock)


def init(path: Path | str = ".") -> Workspace:
    """Make a workspace with a commented example pilot."""
    from pilotlab.scaffold.init import init_workspace

    init_workspace(Path(path))
    return open_workspace(path)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One company's pilots: their declarations, and the store of what was observed and agreed."""

    folders: Folders
    actor: str
    today: date
    clock: Clock = utc_now

    # the store

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

    @contextmanager
    def _reading(self) -> Iterator[Store | None]:
        """Open the store to read; None where nothing was ever written."""
        from pilotlab.store.head import was_begun

        if not was_begun(self.folders.database):
            yield None
            return
        with self.store(readonly=True) as store:
            yield store

    # declared

    def pilots(self) -> tuple[str, ...]:
        """Names of the declared pilots."""
        return self.folders.pilots()

    def catalogue(self) -> Catalogue:
        """Metrics: built in, and the workspace's own."""
        from pilotlab.spec.metric_catalogue import Catalogue

        return Catalogue.load(self.folders.metrics_file, self.folders.root)

    def check(self, pilot: str | None = None) -> list[Finding]:
        """Find every problem of one pilot's declaration, or of all."""
        return [finding for one in self.checked(pilot) for finding in one.findings]

    def checked(self, pilot: str | None = None) -> list[Checked]:
        """Check one pilot or all: findings, and what each design can give at best."""
        from pilotlab.design.checking import check_pilots

        files = [self.folders.pilot_file(name) for name in ((pilot,) if pilot else self.pilots())]
        with self._reading() as store:
            return list(check_pilots(self.folders.root, files, today=self.today, store=store))

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
            raise _unreadable(pilot, reading.findings)
        teams = read_teams(team_file(path, reading.spec), reading.spec, self.folders.root)
        if any(finding.level == "error" for finding in teams.findings):
            raise _unreadable(pilot, teams.findings)
        return reading.spec, {use.use: catalogue.get(use.use) for _, use in reading.spec.uses}, teams

    def plan(self, pilot: str) -> Plan:
        """Find the plan in force."""
        with self._reading() as store:
            return self._plan(store, pilot)

    def _plan(self, store: Store | None, pilot: str) -> Plan:
        from pilotlab.design.plan import plan_in_force, plan_without_files

        try:
            spec, metrics, teams = self.declared(pilot)
        except PilotlabError as error:
            return plan_without_files(store, pilot, error, f"experiments/{pilot}/pilot.yaml")
        return plan_in_force(store, spec, metrics, teams)

    # designed and agreed

    def assign(
        self, pilot: str, *, seed: int | None = None, again: bool = False, why: str = ""
    ) -> Assignment:
        """Draw teams to arms, or read the declared arms, and record it; a draw that is there already is returned.

        Parameters
        ----------
        again : bool
            Draw once more although arms are drawn. Every draw counts, and the readout prints how many there were.
        why : str
            Reason of another draw.

        Raises
        ------
        FindingsError
            Where `check` finds an error.
        UsageError
            Where arms are drawn and another draw is asked for without `again` and `why`, or the plan is frozen.
        """
        from pilotlab.design.assigning import asked_well, assign

        asked_well(again, why)
        if frozen := self._frozen_arms(pilot):
            if again or seed not in (None, frozen.seed):
                raise UsageError(
                    f"the plan of {pilot} is frozen with its assignment",
                    fix=f"arms are not drawn again; `pilotlab assign {pilot}` shows them, `pilotlab amend` records other changes",
                )
            return frozen
        if seed is None and not again and (kept := self._drawn_beside_errors(pilot)):
            return kept
        self._sound(pilot)
        spec, metrics, teams = self.declared(pilot)
        with self.store() as store:
            return assign(store, spec, metrics, teams, actor=self.actor, seed=seed, again=again, why=why)

    def _frozen_arms(self, pilot: str) -> Assignment | None:
        """Return the arms of a frozen plan; None before the freeze."""
        from pilotlab.design.plan import frozen_plan

        with self._reading() as store:
            plan = frozen_plan(store, pilot) if store else None
            return plan.assignment if plan else None

    def _drawn_beside_errors(self, pilot: str) -> Assignment | None:
        """Return the draw that is there where the files have errors, which keep another from being made and no one from looking."""
        from pilotlab.design.assignment import Assignment

        with self._reading() as store:
            record = store.assignment(pilot) if store else None
        if record is None or not any(finding.level == "error" for finding in self.check(pilot)):
            return None
        return Assignment.from_dict(record.content)

    def draws(self, pilot: str) -> tuple[Drawn, ...]:
        """Return every draw that was made for a pilot, oldest first."""
        from pilotlab.design.drawn import draws_made

        with self._reading() as store:
            return draws_made(store, pilot)

    def standing(self, pilot: str) -> Standing:
        """Say how far a plan has come, who is in which arm, how often arms were drawn, and what was edited since the freeze."""
        from pilotlab.design.standing import standing

        with self._reading() as store:
            return standing(store, self._plan(store, pilot))

    def drawn_as_declared(self, pilot: str) -> bool:
        """Whether the draw that is there is the one the files ask for now."""
        from pilotlab.design.draw import still_holds

        try:
            spec, _, teams = self.declared(pilot)
        except PilotlabError:
            return False
        drawn = self.plan(pilot).drawn
        return still_holds(drawn, spec, teams.teams)

    def freeze(self, pilot: str) -> Freeze:
        """Freeze declaration, metric versions, assignment, rule and program version.

        Raises
        ------
        FindingsError
            Where `check` finds an error.
        PilotlabError
            Without an assignment, or with one that no longer fits the declaration.
        UsageError
            Where another plan is frozen.
        """
        from pilotlab.design.draw import still_holds
        from pilotlab.design.freeze import Freeze

        self._sound(pilot)
        with self._in_force(pilot) as (store, plan, teams):
            if plan.freeze:
                return self._frozen_already(plan)
            if not still_holds(plan.drawn, plan.spec, teams.teams):
                raise PilotlabError(
                    f"teams, arms or start of {pilot!r} changed since its teams were drawn",
                    fix=f"run `pilotlab assign {pilot}`: it says whether the arms stay or have to be drawn again",
                )
            frozen = Freeze.of(
                plan.spec,
                plan.metrics,
                plan.drawn,
                program=__version__,
                by=self.actor,
                at=self.clock(),
                day=self.today.isoformat(),
                teams=teams,
            )
            return Freeze.from_dict(store.save_freeze(pilot, frozen.to_dict(), actor=self.actor).content)

    def _frozen_already(self, plan: Plan) -> Freeze:
        assert plan.freeze is not None
        if plan.edited:
            first = plan.edited[0]
            raise UsageError(
                f"{plan.spec.id!r} was frozen on {plan.freeze.frozen_at[:10]}, and its files changed since: {first}",
                fix="undo the edit, or record it with `pilotlab amend`",
            )
        return plan.freeze

    def amend(self, pilot: str, *, why: str) -> Amendment:
        """Make the edited declaration the plan, as a new version with author and reason.

        Raises
        ------
        UsageError
            Where nothing is frozen, nothing changed, or what the draw fixed changed.
        """
        from pilotlab.design.amend import amend, carry_over
        from pilotlab.design.freeze import Freeze
        from pilotlab.design.team_rows import check_amended

        self._sound(pilot)
        spec, metrics, teams = self.declared(pilot)
        with self._in_force(pilot) as (store, plan, _):
            if plan.freeze is None:
                raise UsageError(
                    f"{pilot!r} is not frozen, so there is nothing to amend",
                    fix=f"edit pilot.yaml, then run `pilotlab freeze {pilot}`",
                )
            arms = carry_over(plan.drawn, spec)
            check_amended(spec, [row.team for row in plan.drawn.teams], plan.edited)
            change = amend(
                pilot,
                plan.edited,
                version=len(plan.amendments) + 1,
                author=self.actor,
                reason=why,
                seen_data=self._seen(store, plan),
                at=self.clock(),
            )
            renewed = Freeze.of(
                spec,
                metrics,
                arms,
                program=__version__,
                by=self.actor,
                at=change.at,
                day=self.today.isoformat(),
                teams=teams,
            )
            content = {"amendment": change.to_dict(), "plan": renewed.to_dict()}
            store.save_amendment(pilot, content, actor=self.actor, why=why, seen_data=change.seen_data)
        return change

    def late(self, pilot: str) -> Late | None:
        """Say how long after the first pilot week had ended the plan was fixed; None where it was in time."""
        from pilotlab.design.lateness import lateness

        with self._reading() as store:
            return lateness(store, pilot) if store else None

    def _seen(self, store: Store, plan: Plan) -> bool:
        """Whether a pilot week was entered by now; before that, no result can be seen."""
        from pilotlab.decide.course import first_pilot_row

        return first_pilot_row(store, plan) is not None

    def _sound(self, pilot: str) -> None:
        errors = [finding for finding in self.check(pilot) if finding.level == "error"]
        if errors:
            raise _unreadable(pilot, errors)

    # collected

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
        from pilotlab.sources.draft import Draft

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

    # analysed

    def panel(self, pilot: str, metric: str) -> Panel:
        """Return one metric's panel, and record that it was read; `.frame` is tidy, with small groups hidden."""
        from pilotlab.decide.course import observed_panel, reading, weeks_read

        with self._in_force(pilot) as (store, plan, teams):
            chosen = next((spec for spec in plan.metrics.values() if metric in (spec.id, spec.key)), None)
            if chosen is None:
                raise unknown(f"metric of {pilot!r}", metric, [spec.key for spec in plan.metrics.values()])
            read = reading(store, plan, chosen, teams, "panel", weeks_read(plan, self.today))
            kept = (read.release,) if read.release else ()
            store.record_reading(pilot, "panel", chosen.key, actor=self.actor, released=kept)
            return observed_panel(plan, chosen, read, teams)

    def analyze(self, pilot: str, *, early: bool = False, why: str = "") -> Analysis:
        """Estimate the effect on every declared metric, and record that results were read.

        Parameters
        ----------
        early : bool
            Show goals before the planned end. Who looked, when and why is printed on the readout.
        why : str
            Reason of an early look.

        Raises
        ------
        UsageError
            For an early look without a reason, or one after the planned end.
        """
        return self.course(pilot, early=early, why=why).analysis

    def _looks_early(self, pilot: str, early: bool, why: str) -> bool:
        """Put an early look on record before anything is shown."""
        if not early and not why:
            return False
        if not early or not why.strip():
            missing = "--early" if not early else '--why "..."'
            raise UsageError("an early look needs --early and a reason", fix=f"add {missing}")
        with self._in_force(pilot) as (store, plan, _):
            store.require_whole()
            last = plan.spec.windows.last_over(self.today)
            if last >= plan.spec.windows.end:
                raise UsageError(
                    f"the planned end of {pilot!r} is reached, so no look is early",
                    fix=f"run `pilotlab analyze {pilot}` without --early",
                )
            store.look_early(pilot, actor=self.actor, week=str(last), why=why.strip())
        return True

    def decide(self, pilot: str) -> Decision:
        """Read the verdict off the rule, and record it."""
        return self.decided(pilot).decision

    def decided(self, pilot: str) -> Followed:
        """Read the verdict off the rule with all it rests on, and record it."""
        followed = self.follow(pilot)
        with self.store() as store:
            store.save_decision(pilot, followed.decision.to_dict(), actor=self.actor)
        return followed

    def readout(self, pilot: str, *, sections: Sequence[str] = ()) -> Page:
        """Make the readout, and record it with its verdict; `.write(path)` writes it.

        Parameters
        ----------
        sections : sequence of str
            Sections that installed packages add, before the appendix.
        """
        from pilotlab.readout.render.files import Page

        followed = self.decided(pilot)
        readout, stem = followed.readout, self.folders.root / "analysis" / "readouts" / pilot
        if sections:
            from pilotlab.readout.build.assemble import added_sections

            readout = replace(readout, added=added_sections(self.course(pilot), sections))
        page = Page(readout, stem, followed.source)
        with self.store() as store:
            record = {"schema": "pilotlab/readout-record@1", "digest": page.digest()}
            store.save_readout(pilot, record, actor=self.actor)
        return page

    def follow(self, pilot: str, *, early: bool = False, why: str = "") -> Followed:
        """Say what a pilot came to, from its plan to its verdict and page, and record that results were read.

        What was worked out before from the same plan, data and program is read from the store. `early` and `why` are as
        in `analyze`.

        Raises
        ------
        StoreError
            Where something in the database is not what was written.
        """
        from pilotlab.pipeline import follow

        early = self._looks_early(pilot, early, why)
        with self._in_force(pilot) as (store, plan, teams):
            store.require_whole()
            return follow(store, plan, teams, actor=self.actor, today=self.today, early=early)

    def course(self, pilot: str, *, early: bool = False, why: str = "") -> Course:
        """Work out a pilot from its plan to its verdict, with its panels, and record that results were read.

        `early` and `why` are as in `analyze`.

        Raises
        ------
        StoreError
            Where something in the database is not what was written.
        """
        from pilotlab.pipeline import work_out

        early = self._looks_early(pilot, early, why)
        with self._in_force(pilot) as (store, plan, teams):
            store.require_whole()
            return work_out(store, plan, teams, actor=self.actor, today=self.today, early=early)[0]

    @contextmanager
    def _in_force(self, pilot: str, *, readonly: bool = False) -> Iterator[tuple[Store, Plan, TeamList]]:
        """Open the store with the plan in force and the list of teams; an error where none was drawn yet."""
        from pilotlab.store.head import was_begun

        if not was_begun(self.folders.database):
            _ = self._plan(None, pilot).drawn  # says what to do, and makes no empty store
        with self.store(readonly=readonly) as store:
            plan = self._plan(store, pilot)
            _ = plan.drawn
            yield store, plan, plan.teams


def _names(plan: Plan) -> tuple[str, ...]:
    """Names of a pilot's teams, alphabetical."""
    if not plan.teams.names:
        pilot = plan.spec.id
        raise FindingsError(
            f"pilot {pilot!r} has no teams", plan.teams.findings, fix=f"see `pilotlab check {pilot}`"
        )
    return tuple(sorted(plan.teams.names))


def _unreadable(pilot: str, findings: Any) -> FindingsError:
    errors = [finding for finding in findings if finding.level == "error"]
    count = plural(len(errors), "error")
    return FindingsError(
        f"{count} in the declaration of {pilot!r}", errors, fix=f"see `pilotlab check {pilot}`"
    )
