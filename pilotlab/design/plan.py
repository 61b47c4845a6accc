"""The plan in force: as frozen and amended, or, before the freeze, as declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pilotlab.design.amend import Amendment
from pilotlab.design.assignment import Assignment
from pilotlab.design.difference import Change
from pilotlab.design.freeze import Freeze, verify
from pilotlab.errors import PilotlabError
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What holds: declaration, metric versions, assignment.

    Attributes
    ----------
    freeze : Freeze or None
        The first freeze; None before it.
    freeze_seq : int or None
        Its row in the ledger, by which "frozen before the first pilot-week row" is judged.
    amendments : tuple of Amendment
        Oldest first; the plan in force is the newest's.
    edited : tuple of Change
        Where the files differ from the plan in force: edits that were never amended.
    current : Freeze or None
        The plan as it was last amended; the first freeze where it never was.
    """

    spec: PilotSpec
    metrics: Mapping[str, MetricSpec]
    assignment: Assignment | None
    freeze: Freeze | None = None
    freeze_seq: int | None = None
    amendments: tuple[Amendment, ...] = ()
    edited: tuple[Change, ...] = ()
    current: Freeze | None = None

    @property
    def drawn(self) -> Assignment:
        """The assignment; an error that says what to do where there is none yet."""
        if self.assignment is None:
            raise PilotlabError(
                f"{self.spec.id!r} has no assignment yet", fix=f"run `pilotlab assign {self.spec.id}`"
            )
        return self.assignment


def plan_in_force(store: Store | None, spec: PilotSpec, metrics: Mapping[str, MetricSpec]) -> Plan:
    """Find what holds for a pilot.

    Parameters
    ----------
    store : Store or None
        None where nothing was ever written.
    spec, metrics
        As the files declare them now.
    """
    drawn = store.assignment(spec.id) if store else None
    assignment = Assignment.from_dict(drawn.content) if drawn else None
    plan = frozen_plan(store, spec.id) if store else None
    if plan is None:
        return Plan(spec=spec, metrics=metrics, assignment=assignment)
    assert plan.current is not None
    return replace(plan, edited=verify(plan.current, spec, metrics))


def frozen_plan(store: Store, pilot: str) -> Plan | None:
    """Return the plan as frozen and amended, whatever the files say; None before the freeze."""
    frozen = store.freeze(pilot)
    if frozen is None:
        return None
    first, kept = Freeze.from_dict(frozen.content), store.amendments(pilot)
    current = Freeze.from_dict(kept[-1].content["plan"]) if kept else first
    return Plan(
        spec=current.plan(),
        metrics=current.definitions(),
        assignment=current.arms(),
        freeze=first,
        freeze_seq=frozen.seq,
        amendments=tuple(Amendment.from_dict(record.content["amendment"]) for record in kept),
        current=current,
    )
