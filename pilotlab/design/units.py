"""Units of a draw: teams, or teams kept together, each in its stratum, and how many of a stratum go to each arm. Pure Python, for `check` as for the draw."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Protocol

from pilotlab.errors import NotYet, PilotlabError, nearest, unknown
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.wording.numbers import typed

EXACT_LEVELS = 3  # a column of numbers with more different values is split at its median
POOLED = "other"


class Team(Protocol):
    """What a draw reads of a team."""

    @property
    def name(self) -> str:
        """The team's name, unique in its list."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Further columns of teams.csv, as written."""

    @property
    def size(self) -> int | None:
        """People in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is drawn as one: a team by itself, or the teams of a `keep_together` group."""

    label: str
    teams: tuple[str, ...]
    stratum: str = ""

    @property
    def cluster(self) -> str:
        """The label where several teams move together, else nothing."""
        return self.label if len(self.teams) > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """All units of a pilot's draw, by label, and what had to be done to its strata."""

    units: tuple[Unit, ...]
    notes: tuple[str, ...] = ()

    def strata(self) -> dict[str, tuple[Unit, ...]]:
        """Units by stratum, in alphabetical order."""
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            found[unit.stratum].append(unit)
        return {name: tuple(found[name]) for name in sorted(found)}


def drawing_units(spec: PilotSpec, teams: Iterable[Team]) -> Units:
    """Form the units of a pilot's draw; the order of `teams` does not matter.

    A unit's stratum is the exact combination of its values in the columns of `assign.on`. A column of numbers with more
    than three different values is split at its median. Teams kept together have their values joined (numbers: their
    mean). Strata with fewer units than arms are put together, since they could not hold every arm.

    Raises
    ------
    NotYet
        For a column of baseline data.
    PilotlabError
        Where there is no team, a group or the buffer names a team that is not there, a team is in two groups, or a
        team lacks a value that the strata need.
    """
    assign = spec.design.assign
    members = _members(spec, teams)
    groups = _groups(spec, members)
    levels = (
        [_levels(column, groups, exact=assign.method == "declared") for column in assign.on]
        if assign.method in ("stratified", "declared")
        else []
    )
    units = [
        Unit(
            label=label,
            teams=tuple(team.name for team in group),
            stratum=", ".join(level[label] for level in levels),
        )
        for label, group in groups.items()
    ]
    return (
        _pooled(units, arms=len(arm_names(spec)))
        if assign.method == "stratified"
        else Units(units=tuple(units))
    )


def arm_names(spec: PilotSpec) -> tuple[str, ...]:
    """Arms of a policy, control first, then alphabetical.

    Raises
    ------
    PilotlabError
        Where there is no control, or nothing beside it.
    """
    if CONTROL not in spec.policy or not spec.arms:
        declared = ", ".join(spec.policy) or "none"
        raise PilotlabError(
            f"pilot {spec.id!r} compares nothing: its policy has the arms {declared}",
            fix="declare `control` and at least one pilot arm under `policy`",
        )
    return (CONTROL, *sorted(spec.arms))


def value_of(team: Team, column: str) -> str:
    """Return what teams.csv says of a team in a column; empty where it says nothing."""
    if column in team.attributes:
        return team.attributes[column].strip()
    known = getattr(team, column, None) if column in ("name", "size", "site", "function", "country") else None
    return "" if known is None else str(known).strip()


def number(text: str) -> float | None:
    """Read a number, or None where the text is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) != float("inf") and value == value else None


def _members(spec: PilotSpec, teams: Iterable[Team]) -> dict[str, Team]:
    """Teams that are drawn, by name, the buffer left out."""
    given = list(teams)
    listed = {team.name: team for team in given}
    if len(listed) < len(given):
        twice = sorted(name for name in listed if sum(team.name == name for team in given) > 1)
        raise PilotlabError(
            f"team {twice[0]!r} is listed twice", fix=f"keep one row for it in {spec.teams.file}"
        )
    if not listed:
        raise PilotlabError(
            f"pilot {spec.id!r} has no teams", fix=f"list them in {spec.teams.file}, or widen `teams.where`"
        )
    for where, names in (
        ("buffer", spec.design.buffer),
        *(("keep_together", g) for g in spec.design.keep_together),
    ):
        for name in names:
            if name not in listed:
                raise PilotlabError(
                    f"team {name!r} of `{where}` is not among the pilot's teams{nearest(name, listed)}",
                    fix=f"add it to {spec.teams.file} or take it out of `design.{where}`",
                )
    buffer = set(spec.design.buffer)
    return {name: listed[name] for name in sorted(listed) if name not in buffer}


def _groups(spec: PilotSpec, members: Mapping[str, Team]) -> dict[str, tuple[Team, ...]]:
    """Teams by what they are drawn with, alphabetical by label."""
    group_of: dict[str, str] = {}
    for names in spec.design.keep_together:
        label = "+".join(sorted(set(names)))
        for name in set(names):
            if name not in members:
                raise PilotlabError(
                    f"team {name!r} is in `keep_together` and in `buffer`",
                    fix="a buffer team is not drawn: take it out of one of the two",
                )
            if name in group_of:
                raise PilotlabError(
                    f"team {name!r} is in two `keep_together` groups, {group_of[name]} and {label}",
                    fix="write them as one group",
                )
            group_of[name] = label
    groups: dict[str, list[Team]] = defaultdict(list)
    for name, team in members.items():
        groups[group_of.get(name, name)].append(team)
    return {label: tuple(groups[label]) for label in sorted(groups)}


def _levels(column: str, groups: Mapping[str, Sequence[Team]], *, exact: bool) -> dict[str, str]:
    """A unit's level in one column; sets that were matched elsewhere keep their numbers."""
    if column.startswith("baseline."):
        raise NotYet(
            f"{column!r} in `assign.on` needs baseline data at the draw, which is not there yet",
            fix="stratify on columns of the teams' file, for example size or site",
        )
    values = {label: [_needed(team, column) for team in group] for label, group in groups.items()}
    numbers = {label: [number(value) for value in group] for label, group in values.items()}
    different = {value for group in values.values() for value in group}
    if (
        exact
        or len(different) <= EXACT_LEVELS
        or any(value is None for group in numbers.values() for value in group)
    ):
        return {label: "+".join(sorted(set(group))) for label, group in values.items()}
    means = {label: fmean(value for value in group if value is not None) for label, group in numbers.items()}
    middle = median(means.values())
    return {
        label: f"{column} {'up to' if mean <= middle else 'over'} {typed(middle)}"
        for label, mean in means.items()
    }


def _needed(team: Team, column: str) -> str:
    if value := value_of(team, column):
        return value
    raise PilotlabError(
        f"team {team.name!r} has no {column!r}, on which arms are stratified{nearest(column, team.attributes)}",
        fix=f"fill in the column {column!r} for every team, or take it out of `assign.on`",
    )


def _pooled(units: Sequence[Unit], *, arms: int) -> Units:
    """Put strata that can't hold every arm together; with the smallest of the others where that is still too few."""
    by_stratum = Units(units=tuple(units)).strata()
    small = [name for name, held in by_stratum.items() if len(held) < arms]
    if not small:
        return Units(units=tuple(units))
    rest = sorted(
        (name for name in by_stratum if name not in small), key=lambda name: (len(by_stratum[name]), name)
    )
    pool = set(small)
    if sum(len(by_stratum[name]) for name in small) < arms and rest:
        pool.add(rest[0])
    listed = "; ".join(sorted(pool))
    moved = tuple(
        Unit(label=unit.label, teams=unit.teams, stratum=POOLED) if unit.stratum in pool else unit
        for unit in units
    )
    return Units(
        units=moved,
        notes=(f"strata too small to hold every arm were drawn together as {POOLED!r}: {listed}",),
    )


Lot = Callable[[int], Sequence[int]]  # an order of n things


def arm_shares(arms: Sequence[str], declared: Mapping[str, float] | None) -> dict[str, float]:
    """Return each arm's share of the units; equal without a declaration.

    Raises
    ------
    PilotlabError
        Where a share is declared for an arm that is not there, or an arm has none.
    """
    weights = dict(declared) if declared else dict.fromkeys(arms, 1.0)
    for arm in weights:
        if arm not in arms:
            raise unknown("arm in `assign.shares`", arm, arms)
    if missing := [arm for arm in arms if arm not in weights]:
        raise PilotlabError(
            f"`assign.shares` has no share for {', '.join(missing)}",
            fix="give a share to every arm, control included",
        )
    total = math.fsum(weights.values())
    return {arm: weights[arm] / total for arm in arms}


def arm_counts(sizes: Sequence[int], shares: Mapping[str, float], lot: Lot) -> tuple[dict[str, int], ...]:
    """Divide the units of each stratum among the arms, as near to the shares as whole numbers go.

    Parameters
    ----------
    sizes : sequence of int
        Units in each stratum.
    lot : callable
        Gives an order of n arms: who comes first where two arms have an equal claim.

    Notes
    -----
    Every arm gets the whole part of its share in each stratum. What is left over goes, stratum by stratum, to the arms
    that are furthest behind their share of all units so far, ties by lot: so arms differ by at most one in a stratum, and
    odd strata do not add up to a lopsided pilot.
    """
    arms = list(shares)
    behind = dict.fromkeys(arms, 0.0)
    counts = []
    for size in sizes:
        target = {arm: size * shares[arm] for arm in arms}
        count = {arm: math.floor(target[arm] + 1e-9) for arm in arms}
        claims = {arm: behind[arm] + target[arm] - count[arm] for arm in arms}
        order = [arms[place] for place in lot(len(arms))]
        fractional = [arm for arm in order if target[arm] - count[arm] > 1e-9]
        left = size - sum(count.values())
        for arm in sorted(fractional, key=lambda arm: -round(claims[arm], 9))[:left]:
            count[arm] += 1
        behind = {arm: behind[arm] + target[arm] - count[arm] for arm in arms}
        counts.append(count)
    return tuple(counts)
