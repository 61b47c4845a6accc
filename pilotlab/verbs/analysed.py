"""The verbs of analysis: panel, analyze, decide, readout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pilotlab.errors import UsageError, unknown
from pilotlab.verbs.opened import Opened

if TYPE_CHECKING:
    from pilotlab.decide.course import Course
    from pilotlab.decide.decision import Decision
    from pilotlab.evaluate.analysis import Analysis
    from pilotlab.panel.panel import Panel
    from pilotlab.pipeline import Followed
    from pilotlab.readout.render.files import Page


@dataclass(frozen=True, slots=True)
class Analysed(Opened):
    """What is made of the values."""

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
