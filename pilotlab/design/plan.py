"""The plan in force: as frozen and amended, or, before the freeze, as declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pilotlab.design.assignment import Assignment
from pilotlab.design.difference import Change
from pilotlab.design.freeze import Freeze, verify
from pilotlab.design.team_rows import team_list, unlisted
from pilotlab.errors import FindingsError, PilotlabError, UsageError
from pilotlab.spec.frozen import digest
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec
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
        return self.listed or unlisted((row.team for row in self.assigned.teams), self.spec.teams.file)

    @property
    def teams_frozen(self) -> bool:
        """Whether the list of teams was frozen with the plan; earlier versions froze none."""
        return self.current is not None and self.current.teams is not None

    @property
    def assigned(self) -> Assignment:
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
    names = [*(row.team for row in plan.assigned.teams), *plan.spec.design.buffer]
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


SCHEMA = "pilotlab/amendment@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """One new version of a frozen plan.

    Attributes
    ----------
    version : int
        Number of the amendment, from 1.
    seen_data : bool
        Whether any pilot week had been entered or looked at: what then changed is exploratory.
    at : str
        ISO time, passed in.
    changes : tuple of Change
        Each key that differs from the plan that was in force before.
    """

    pilot: str
    version: int
    author: str
    reason: str
    seen_data: bool
    at: str
    changes: tuple[Change, ...]

    @property
    def timing(self) -> str:
        """Say when it was made, in the words of planned against done."""
        return "after data had been seen" if self.seen_data else "before data had been seen"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it is stored."""
        return {
            "schema": SCHEMA,
            "pilot": self.pilot,
            "version": self.version,
            "author": self.author,
            "reason": self.reason,
            "seen_data": self.seen_data,
            "at": self.at,
            "changes": [change.to_dict() for change in self.changes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Amendment:
        """Rebuild from `to_dict`."""
        changes = tuple(Change.from_dict(row) for row in data["changes"])
        return cls(**{name: data[name] for name in cls.__slots__ if name != "changes"}, changes=changes)

    def digest(self) -> str:
        """SHA-256 of the amendment."""
        return digest(self.to_dict())


def amend(
    pilot: str,
    changes: tuple[Change, ...],
    *,
    version: int,
    author: str,
    reason: str,
    seen_data: bool,
    at: str,
) -> Amendment:
    """Record what changed between the plan in force and the new one.

    Parameters
    ----------
    changes : tuple of Change
        As `freeze.verify` finds them.
    version : int
        Number of the amendment, from 1.

    Raises
    ------
    UsageError
        Where nothing changed, or author or reason is empty.
    """
    if version < 1:
        raise UsageError(
            f"amendments are numbered from 1, not {version}", fix="count those already made and add one"
        )
    for name, text, option in (("author", author, "--actor NAME"), ("reason", reason, "--why TEXT")):
        if not text.strip():
            raise UsageError(
                f"an amendment needs {'an' if name == 'author' else 'a'} {name}", fix=f"pass {option}"
            )
    if not changes:
        raise UsageError(
            f"nothing in the plan of {pilot!r} changed since it was frozen",
            fix="edit pilot.yaml first, then amend",
        )
    return Amendment(
        pilot=pilot,
        version=version,
        author=author.strip(),
        reason=reason.strip(),
        seen_data=seen_data,
        at=at,
        changes=changes,
    )


def carry_over(assignment: Assignment, spec: PilotSpec) -> Assignment:
    """Return the frozen arms under an amended plan: teams stay where they were drawn, with the plan's start.

    Raises
    ------
    UsageError
        Where the plan has other arms, or another way of drawing them: those are fixed by the draw.
    """
    arms = {CONTROL, *spec.arms}
    if arms != set(assignment.arms):
        raise UsageError(
            f"the amended plan has the arms {', '.join(sorted(arms))}; drawn were {', '.join(assignment.arms)}",
            fix="take the arms back as they were drawn, or declare a new pilot",
        )
    assign = spec.design.assign
    if (assign.method, assign.drawn_by or "") != (assignment.method, assignment.drawn_by):
        raise UsageError(
            f"the amended plan assigns by {assign.method!r}; drawn was by {assignment.method!r}",
            fix="how arms came about can't be amended: take `design.assign` back, or declare a new pilot",
        )
    start = spec.calendar.start
    return replace(
        assignment,
        teams=tuple(replace(row, start=start if row.start else None) for row in assignment.teams),
    )
