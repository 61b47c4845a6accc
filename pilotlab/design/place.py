"""Place: whether one attribute with few levels tells the arm, so that policy and place can't be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pilotlab.design.assignment import Assignment
from pilotlab.design.units import Team
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.standard import TEAMS_A_PLACE

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
