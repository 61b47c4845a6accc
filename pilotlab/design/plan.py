"""The plan in force: as frozen and amended, or, before the freeze, as declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pilotlab.design.amend import Amendment
from pilotlab.design.assignment import Assignment
from pilotlab.design.difference import Change
from pilotlab.design.freeze import Freeze, verify
from pilotlab.design.team_rows import team_list, unlisted
from pilotlab.errors import FindingsError, PilotlabError
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.team import TeamList
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
    listed : TeamList or None
        The list of teams that holds; None where it is not known.
    """

    spec: PilotSpec
    metrics: Mapping[str, MetricSpec]
    assignment: Assignment | None
    freeze: Freeze | None = None
    freeze_seq: int | None = None
    amendments: tuple[Amendment, ...] = ()
    edited: tuple[Change, ...] = ()
    current: Freeze | None = None
    listed: TeamList | None = None

    @property
    def teams(self) -> TeamList:
        """The list of teams: as frozen, each with its size of the first freeze; before the freeze, as the file has it."""
        return self.listed or unlisted((row.team for row in self.drawn.teams), self.spec.teams.file)

    @property
    def teams_frozen(self) -> bool:
        """Whether the list of teams was frozen with the plan; earlier versions froze none."""
        return self.current is not None and self.current.teams is not None

    @property
    def drawn(self) -> Assignment:
        """The assignment; an error that says what to do where there is none yet."""
        if self.assignment is None:
            raise PilotlabError(
                f"{self.spec.id!r} has no assignment yet", fix=f"run `pilotlab assign {self.spec.id}`"
            )
        return self.assignment


def plan_in_force(
    store: Store | None, spec: PilotSpec, metrics: Mapping[str, MetricSpec], teams: TeamList | None = None
) -> Plan:
    """Find what holds for a pilot.

    Parameters
    ----------
    store : Store or None
        None where nothing was ever written.
    spec, metrics, teams
        As the files declare them now.
    """
    plan = frozen_plan(store, spec.id) if store else None
    if plan is None:
        drawn = store.assignment(spec.id) if store else None
        assignment = Assignment.from_dict(drawn.content) if drawn else None
        return Plan(spec=spec, metrics=metrics, assignment=assignment, listed=teams)
    assert plan.current is not None
    return replace(
        plan,
        metrics={use: _as_said_now(metric, metrics.get(use)) for use, metric in plan.metrics.items()},
        edited=verify(plan.current, spec, metrics, teams),
        listed=plan.listed or teams,
    )


def _as_said_now(frozen: MetricSpec, now: MetricSpec | None) -> MetricSpec:
    """Measure what was frozen, in the words of today: a label may be mended in a running pilot."""
    return frozen.in_words_of(now) if now and now.measured == frozen.measured else frozen


def plan_without_files(store: Store | None, pilot: str, error: PilotlabError, file: str) -> Plan:
    """Return the frozen plan of a pilot whose files can't be read; the error itself before the freeze."""
    plan = frozen_plan(store, pilot) if store else None
    if plan is None:
        raise error
    found = (
        [one for one in error.findings if one.level == "error"] if isinstance(error, FindingsError) else []
    )
    where, said = (found[0].where, f"{found[0].code}: {found[0].what}") if found else (None, error.what)
    change = Change(where.file if where else file, "as frozen", f"can't be read ({said})")
    names = [*(row.team for row in plan.drawn.teams), *plan.spec.design.buffer]
    return replace(plan, edited=(change,), listed=plan.listed or unlisted(names, plan.spec.teams.file))


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
        listed=team_list(current.teams, sizes=first.teams) if current.teams else None,
    )
