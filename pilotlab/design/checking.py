"""Checking: everything that can be said of a pilot before launch, in one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pilotlab.design.rules_strength import DESIGN_RULES
from pilotlab.design.strength import Strength, strength
from pilotlab.design.team_rows import team_of
from pilotlab.errors import Finding, Span
from pilotlab.spec.case import Case, OtherPilot
from pilotlab.spec.codes import found, in_line_order
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.reading import Reading, read_pilot
from pilotlab.spec.rules import check_design
from pilotlab.spec.team import TeamList, read_teams, team_file

if TYPE_CHECKING:
    from pilotlab.design.lateness import Late
    from pilotlab.design.plan import Plan
    from pilotlab.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What `check` found.

    Attributes
    ----------
    findings : tuple of Finding
        metrics.yaml first, then pilot.yaml, then teams.csv, each in line order.
    strength : Strength or None
        What the design can give at best; None where an error keeps it from being told.
    stage : str
        How far the pilot has come.
    """

    pilot: str
    findings: tuple[Finding, ...]
    reading: Reading
    teams: TeamList | None = None
    strength: Strength | None = None
    stage: Literal["declared", "assigned", "frozen"] = "declared"

    @property
    def errors(self) -> int:
        """Number of errors."""
        return sum(finding.level == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Number of warnings; notes are not counted."""
        return sum(finding.level == "warn" for finding in self.findings)


def check_pilot(root: Path, pilot_file: Path, *, today: date, store: Store | None = None) -> Checked:
    """Check one pilot; see `check_pilots`."""
    return next(check_pilots(root, [pilot_file], today=today, store=store))


def check_pilots(
    root: Path, pilot_files: Sequence[Path], *, today: date, store: Store | None = None
) -> Iterator[Checked]:
    """Find every problem of pilots' files, and say what their designs can give.

    Parameters
    ----------
    root : Path
        The workspace, from which findings name files.
    pilot_files : sequence of Path
        `experiments/<pilot>/pilot.yaml` each.
    today : date
        A start before it is late for a plan that is not frozen.
    store : Store, optional
        Says whether a plan is frozen, and how its arms came out. Nothing is written.
    """
    neighbours = _Neighbours(root)
    catalogues: dict[Path, Catalogue] = {}
    for path in pilot_files:
        experiments = path.resolve().parent.parent
        if experiments not in catalogues:
            catalogues[experiments] = _catalogue(experiments, root)
        yield _check(path, root, catalogues[experiments], today, store, neighbours)


def _check(
    path: Path, root: Path, catalogue: Catalogue, today: date, store: Store | None, neighbours: _Neighbours
) -> Checked:
    pilot = path.resolve().parent.name
    reading = read_pilot(path, root=root, catalogue=catalogue)
    if reading.draft is None:
        findings = (*catalogue.findings, *reading.findings, *_unread(store, pilot, reading))
        return Checked(pilot=pilot, findings=findings, reading=reading)
    draft = reading.draft
    listed = (
        None
        if any(place[:1] == ("teams",) and len(place) <= 2 for place in reading.broken)
        else read_teams(team_file(path, draft), draft, root)
    )
    plan = _plan(store, reading.spec, catalogue, listed if listed and _can_be_read(listed) else None)
    case = Case(
        draft,
        listed,
        catalogue,
        reading.positions,
        today,
        frozen=plan is not None and plan.freeze is not None,
        others=tuple(neighbours.of(path)) if listed and listed.teams else (),
    )
    judged = _judged(case, reading)
    judged += [*_edited(plan, reading, listed), *_relisted(plan, listed)]
    if reading.spec is None:
        judged += _unread(store, pilot, reading)
    findings = _ordered(catalogue, reading, listed, judged)
    failed = any(finding.level == "error" for finding in findings)
    reached = (
        strength(draft, listed.teams, assignment=plan.assignment if plan else None, late=_late(store, plan))
        if listed and not failed
        else None
    )
    return Checked(
        pilot=pilot, findings=findings, reading=reading, teams=listed, strength=reached, stage=_stage(plan)
    )


def _judged(case: Case, reading: Reading) -> list[Finding]:
    """Judge by every rule; those about the strength of the design, where the parts that it rests on hold."""
    first = check_design(case, reading)
    hurt = {place for finding, place in first if finding.level == "error" and finding.code not in _APART}
    if case.teams is None or any(finding.level == "error" for finding in case.teams.findings):
        hurt.add(("teams",))
    return [row.finding for row in (*first, *check_design(case, reading, rules=DESIGN_RULES, hurt=hurt))]


_APART = frozenset({"PL219"})  # stands at the teams; the arms can be formed all the same


def _catalogue(experiments: Path, root: Path) -> Catalogue:
    own = experiments / "metrics.yaml"
    return Catalogue.load(own if own.exists() else None, root)


def _plan(
    store: Store | None, spec: PilotSpec | None, catalogue: Catalogue, listed: TeamList | None
) -> Plan | None:
    if store is None or spec is None:
        return None
    from pilotlab.design.plan import plan_in_force

    return plan_in_force(store, spec, {use.use: catalogue.get(use.use) for _, use in spec.uses}, listed)


def _stage(plan: Plan | None) -> Literal["declared", "assigned", "frozen"]:
    if plan is None or plan.assignment is None:
        return "declared"
    return "frozen" if plan.freeze else "assigned"


def _late(store: Store | None, plan: Plan | None) -> Late | None:
    from pilotlab.design.lateness import lateness

    return lateness(store, plan.spec.id) if store and plan and plan.freeze else None


def _can_be_read(listed: TeamList) -> bool:
    return not any(finding.level == "error" for finding in listed.findings)


def _unread(store: Store | None, pilot: str, reading: Reading) -> list[Finding]:
    """Say that the frozen plan runs while its file can't be read."""
    if store is None or store.freeze(pilot) is None:
        return []
    what = "the plan is frozen, and this file can't be read; values are taken and judged by the frozen plan"
    return [found("PL364", what, where=Span(reading.positions.file), fix="undo the edit")]


def _edited(plan: Plan | None, reading: Reading, listed: TeamList | None) -> list[Finding]:
    if plan is None or plan.freeze is None:
        return []
    drawn = {row.team for row in plan.assigned.teams}
    record = f"undo the edit, or record it: `pilotlab amend {plan.spec.id}`"
    put_back = "put its row back: a team that was drawn stays, and is analysed as assigned"
    edits = []
    for change in plan.edited:
        team = team_of(change.path, plan.spec.teams.file)
        row = listed.row(team) if listed and team else None
        where = (
            reading.positions(_place(change.path), at="key")
            if team is None or listed is None
            else Span(listed.file, row.line if row else 1)
        )
        gone = team in drawn and change.after is None and change.path.endswith("]")
        fix = put_back if gone else record
        edits.append(found("PL364", f"the plan is frozen, and {change}", where=where, fix=fix))
    return edits


def _relisted(plan: Plan | None, listed: TeamList | None) -> list[Finding]:
    """Name the teams of a frozen plan that the list has lost; they are analysed as assigned all the same."""
    if plan is None or plan.freeze is None or listed is None or plan.teams_frozen:
        return []
    names = {team.name for team in listed.rows}
    return [
        found(
            "PL364",
            f"the plan is frozen with team {row.team!r}, which the list no longer has",
            where=Span(listed.file),
            value=row.team,
            fix=f"put its row back; a renamed team: `pilotlab db rename-team {row.team} NEW --why TEXT`",
        )
        for row in plan.assigned.teams
        if row.team not in names
    ]


def _place(path: str) -> tuple[str | int, ...]:
    """Read a path such as `spec.metrics.goals[0].worth_it` as a place of the file."""
    steps = path.removeprefix("spec.").replace("[", ".").replace("]", "").split(".")
    return tuple(int(step) if step.isdecimal() else step for step in steps)


def _ordered(
    catalogue: Catalogue, reading: Reading, listed: TeamList | None, judged: list[Finding]
) -> tuple[Finding, ...]:
    teams = list(listed.findings) if listed else []
    file = reading.positions.file
    own = [finding for finding in judged if finding.where and finding.where.file == file]
    rest = [finding for finding in judged if finding not in own]
    return (*catalogue.findings, *in_line_order([*reading.findings, *own]), *in_line_order([*teams, *rest]))


_PLACED = {("teams",), ("calendar",), ("announced_on",)}  # what says where and when a pilot is


class _Neighbours:
    """The other pilots of a workspace, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[Path, OtherPilot | None] = {}

    def of(self, path: Path) -> Iterator[OtherPilot]:
        """Yield the pilots beside this one whose files can be read."""
        for other in sorted(path.resolve().parent.parent.glob("*/pilot.yaml")):
            if other != path.resolve():
                if other not in self.known:
                    self.known[other] = self._read(other)
                if (pilot := self.known[other]) is not None:
                    yield pilot

    def _read(self, path: Path) -> OtherPilot | None:
        reading = read_pilot(path, root=self.root)
        spec = reading.draft
        if spec is None or any(place[:1] in _PLACED for place in reading.broken):
            return None
        teams = read_teams(team_file(path, spec), spec, self.root)
        return OtherPilot(spec.id, spec.windows, frozenset(teams.names)) if teams.teams else None
