"""The verbs of design: check, assign, freeze, amend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotlab.errors import Finding, PilotlabError, UsageError
from pilotlab.verbs.opened import Opened, unreadable
from pilotlab.version import __version__

if TYPE_CHECKING:
    from pilotlab.design.assignment import Assignment
    from pilotlab.design.checking import Checked
    from pilotlab.design.freeze import Freeze
    from pilotlab.design.lateness import Late
    from pilotlab.design.plan import Amendment, Plan
    from pilotlab.design.standing import Drawn, Standing
    from pilotlab.store.store import Store


@dataclass(frozen=True, slots=True)
class Designed(Opened):
    """What is checked, drawn and agreed before a pilot."""

    def check(self, pilot: str | None = None) -> list[Finding]:
        """Find every problem of one pilot's declaration, or of all."""
        return [finding for one in self.checked(pilot) for finding in one.findings]

    def checked(self, pilot: str | None = None) -> list[Checked]:
        """Check one pilot or all: findings, and what each design can give at best."""
        from pilotlab.design.checking import check_pilots

        files = [self.folders.pilot_file(name) for name in ((pilot,) if pilot else self.pilots())]
        with self._reading() as store:
            return list(check_pilots(self.folders.root, files, today=self.today, store=store))

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
        from pilotlab.design.draw import asked_well, assign

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
        from pilotlab.design.standing import draws_made

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
        drawn = self.plan(pilot).assigned
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
            if not still_holds(plan.assigned, plan.spec, teams.teams):
                raise PilotlabError(
                    f"teams, arms or start of {pilot!r} changed since its teams were drawn",
                    fix=f"run `pilotlab assign {pilot}`: it says whether the arms stay or have to be drawn again",
                )
            frozen = Freeze.of(
                plan.spec,
                plan.metrics,
                plan.assigned,
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
        from pilotlab.design.freeze import Freeze
        from pilotlab.design.plan import amend, carry_over
        from pilotlab.design.team_rows import check_amended

        self._sound(pilot)
        spec, metrics, teams = self.declared(pilot)
        with self._in_force(pilot) as (store, plan, _):
            if plan.freeze is None:
                raise UsageError(
                    f"{pilot!r} is not frozen, so there is nothing to amend",
                    fix=f"edit pilot.yaml, then run `pilotlab freeze {pilot}`",
                )
            arms = carry_over(plan.assigned, spec)
            check_amended(spec, [row.team for row in plan.assigned.teams], plan.edited)
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
            raise unreadable(pilot, errors)
