"""Strength: how many units a plan compares, and the strongest verdict that lets it reach. Known before launch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pilotlab.design.assignment import Assignment
from pilotlab.design.lateness import Late
from pilotlab.design.reachable import Reach, planned_reach
from pilotlab.design.units import Team, drawing_units, value_of
from pilotlab.errors import PilotlabError
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.standard import FEW, FULL, STRONGEST, TEAMS_A_PLACE, WEDGE_FEW, WEDGE_FULL, Grade
from pilotlab.wording.lists import plural


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One pilot arm against control, in units as they are drawn: teams kept together count once."""

    arm: str
    pilot: int
    control: int

    @property
    def smaller(self) -> int:
        """Units in the smaller arm."""
        return min(self.pilot, self.control)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """What a plan can give at best.

    Attributes
    ----------
    grade : str
        The evidence grade, at best.
    given_checks : bool
        Whether the grade holds only if the checks before the start raise no alarm and the breakdown value is at least 1.
    place : str
        Attribute that tells the arm where no lot decides: policy and place can't be told apart, and the grade is D.
    late : Late or None
        Why the grade is at most C whatever the design: the plan was fixed after the first pilot week.
    contrasts : tuple of Contrast
        A row a pilot arm; empty for a stepped wedge and before-after.
    """

    teams: int
    grade: Grade
    contrasts: tuple[Contrast, ...]
    unit: str = "team"
    given_checks: bool = False
    late: Late | None = None
    place: str = ""

    @property
    def strongest(self) -> str:
        """The strongest verdict the grade allows."""
        return STRONGEST[self.grade]

    def __str__(self) -> str:
        sides = sorted({(row.pilot, row.control) for row in self.contrasts})
        counts = ""
        if len(sides) == 1:
            pilot, control = sides[0]
            counts = f", {pilot} a side" if pilot == control else f", {pilot} against {control}"
        elif sides:
            counts = ", " + "; ".join(
                f"{row.arm} {row.pilot} against {row.control}" for row in self.contrasts
            )
        teams = plural(self.teams, self.unit)
        given = " if its checks raise no alarm" if self.given_checks else ""
        given += f" ({self.late})" if self.late else ""
        given += f" ({self.place} tells the arm: policy and place can't be told apart)" if self.place else ""
        return f"{teams}{counts}: evidence grade {self.grade}, strongest verdict {self.strongest}{given}"


def strength(
    spec: PilotSpec,
    teams: Sequence[Team],
    *,
    assignment: Assignment | None = None,
    late: Late | None = None,
) -> Strength:
    """Say what a plan can give at best: from the assignment where there is one, else from the list of teams.

    Parameters
    ----------
    teams : sequence of Team
        The pilot's teams, the buffer among them.
    """
    contrasts = contrasts_of(spec, teams, assignment=assignment)
    counted = [team for team in teams if team.name not in spec.design.buffer]
    place = "" if is_drawn(spec) else _place(spec, teams, assignment)
    grades = [_grade(spec, row.smaller, len(_units(spec, teams))) for row in contrasts] or [
        _grade(spec, 0, len(_units(spec, teams)))
    ]
    best: Grade = "D" if place else min(grades)
    return Strength(
        teams=len(counted),
        grade=max(best, "C") if late else best,
        contrasts=contrasts,
        unit=spec.design.unit,
        place=place,
        given_checks=best == "B" and not is_drawn(spec) and not late,
        late=late,
    )


def _place(spec: PilotSpec, teams: Sequence[Team], assignment: Assignment | None) -> str:
    """Name the first attribute that tells an arm from control: by the assignment, or the column that declares arms."""
    if assignment is not None:
        found = (place_of(spec, arm, assignment, teams) for arm in spec.arms)
        return next(filter(None, found), "")
    column = spec.design.assign.column or ""
    arm_of = {team.name: value_of(team, column) for team in teams if team.name not in spec.design.buffer}
    contrasts = ({name: held for name, held in arm_of.items() if held in (arm, CONTROL)} for arm in spec.arms)
    return next(filter(None, (place_in(spec, held, teams) for held in contrasts)), "")


def contrasts_of(
    spec: PilotSpec, teams: Sequence[Team], *, assignment: Assignment | None = None
) -> tuple[Contrast, ...]:
    """Count the units of each pilot arm and of control; nothing where there is no such comparison."""
    if spec.design.type in ("before_after", "stepped_wedge") or CONTROL not in spec.policy:
        return ()
    if assignment is not None:
        control = assignment.drawn_units(CONTROL)
        return tuple(
            Contrast(arm=arm, pilot=assignment.drawn_units(arm), control=control) for arm in spec.arms
        )
    planned = reaches(spec, teams)
    if planned:
        return tuple(
            Contrast(arm=arm, pilot=planned[arm].pilot, control=planned[arm].control)
            for arm in spec.arms
            if arm in planned
        )
    return (
        _by_column(spec, teams) if spec.design.assign.method == "declared" else _by_equal_parts(spec, teams)
    )


def reaches(spec: PilotSpec, teams: Iterable[Team]) -> Mapping[str, Reach]:
    """Return the reach of the planned draw by arm; nothing where it can't be told before the draw."""
    try:
        return planned_reach(spec, teams)
    except PilotlabError:
        return {}


def _by_column(spec: PilotSpec, teams: Sequence[Team]) -> tuple[Contrast, ...]:
    arm_of = {team.name: value_of(team, spec.design.assign.column or "") for team in teams}
    held = [arm_of.get(names[0], "") for names in _units(spec, teams)]
    return tuple(Contrast(arm=arm, pilot=held.count(arm), control=held.count(CONTROL)) for arm in spec.arms)


def _by_equal_parts(spec: PilotSpec, teams: Sequence[Team]) -> tuple[Contrast, ...]:
    """Draws whose units need data that is not there yet: the arms will be as equal as whole numbers go."""
    part = len(_units(spec, teams)) // max(1, len(spec.policy))
    return tuple(Contrast(arm=arm, pilot=part, control=part) for arm in spec.arms)


def _units(spec: PilotSpec, teams: Sequence[Team]) -> list[tuple[str, ...]]:
    try:
        return [unit.teams for unit in drawing_units(spec, teams).units]
    except PilotlabError:
        together = {name: group for group in spec.design.keep_together for name in group}
        names = [team.name for team in teams if team.name not in spec.design.buffer]
        return list(dict.fromkeys(together.get(name, (name,)) for name in names))


def is_drawn(spec: PilotSpec) -> bool:
    """Whether a lot decides, here or elsewhere."""
    assign = spec.design.assign
    return assign.method != "declared" or bool(assign.drawn_by)


def _grade(spec: PilotSpec, smaller: int, total: int) -> Grade:
    """Grade before launch, at best: a matched comparison of full size reaches B if its checks raise no alarm."""
    design = spec.design
    drawn = is_drawn(spec)
    if design.type == "before_after":
        return "D"
    if design.type == "stepped_wedge":
        if total < WEDGE_FEW:
            return "D"
        return ("A" if total >= WEDGE_FULL else "B") if drawn else "C"
    if smaller < FEW:
        return "D"
    if drawn:
        return "A" if smaller >= FULL else "B"
    return "B" if smaller >= FULL and design.type == "matched" and design.recruitment != "volunteer" else "C"


_SWITCH = {
    "0",
    "1",
    "yes",
    "no",
    "true",
    "false",
    "y",
    "n",
    "in",
    "out",
}  # a column that says who is in the pilot


def place_of(spec: PilotSpec, arm: str, assignment: Assignment, teams: Iterable[Team]) -> str:
    """Name the attribute that tells which teams of a contrast follow the policy; "" where none does.

    Site, function and every further column of teams.csv count, if they have at most a third as many levels as the
    contrast has teams. The column of the arms itself, and copies of it, do not.
    """
    held = {
        row.team: (row.arm, str(row.start or "")) for row in assignment.teams if row.arm in (arm, CONTROL)
    }
    return place_in(spec, held, teams)


def place_in(spec: PilotSpec, held: Mapping[str, object], teams: Iterable[Team]) -> str:
    """Name the attribute that tells what each team of `held` holds; "" where none does."""
    there = [team for team in teams if team.name in held]
    names = {*spec.policy, CONTROL}
    for attribute in _attributes(spec, there):
        levels = {team.name: _level(team, attribute) for team in there}
        if _copy(set(levels.values()), names) or not all(levels.values()):
            continue
        if tells(levels, held) and TEAMS_A_PLACE * len(set(levels.values())) <= len(there):
            return attribute
    return ""


def tells(levels: Mapping[str, str], held: Mapping[str, object]) -> bool:
    """Whether teams of one level are all of one arm, and there are several arms."""
    arms: dict[str, set[object]] = {}
    for team, level in levels.items():
        arms.setdefault(level, set()).add(held[team])
    return all(len(found) == 1 for found in arms.values()) and len({held[team] for team in levels}) > 1


def _attributes(spec: PilotSpec, teams: Iterable[Team]) -> Iterator[str]:
    yield from ("site", "function")
    own = {spec.design.assign.column, "team", "size", "site", "function", "start", "exposure"}
    yield from dict.fromkeys(name for team in teams for name in team.attributes if name not in own)


def _level(team: Team, attribute: str) -> str:
    if attribute in ("site", "function"):
        return str(getattr(team, attribute))
    return team.attributes.get(attribute, "")


def _copy(levels: set[str], arms: set[str]) -> bool:
    """Whether a column only says who is in the pilot: by the arms' names, or by yes and no."""
    return levels <= arms or {level.lower() for level in levels} <= _SWITCH
