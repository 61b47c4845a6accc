"""Team rows: the list of teams as it is frozen with the plan, and where the file differs from it since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pilotlab.design.difference import Change
from pilotlab.errors import UsageError
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.team import Team, TeamList

SIZE = "size"
_ALWAYS = (SIZE, "site", "function", "country", "exposure")
Rows = Mapping[str, Any]  # as `team_rows` makes them


def team_rows(spec: PilotSpec, teams: TeamList) -> dict[str, Any]:
    """Return the list of teams as plain data: of the pilot's teams what a plan reads, of the others the name.

    Columns that no part of the plan reads, such as the name of a lead, are not kept.
    """
    used = _used(spec)
    kept = {team.name for team in teams.teams}
    return {
        "file": spec.teams.file,
        "teams": {team.name: _row(team, used) for team in sorted(teams.teams, key=lambda team: team.name)},
        "others": sorted(team.name for team in teams.rows if team.name not in kept),
    }


def team_list(rows: Rows, *, sizes: Rows | None = None) -> TeamList:
    """Rebuild the list of teams.

    Parameters
    ----------
    sizes : mapping, optional
        Rows whose sizes hold in place of these: team sizes are those of the first freeze.
    """
    first = sizes["teams"] if sizes else {}
    teams = tuple(
        _team(name, {**row, **({SIZE: first[name].get(SIZE, "")} if name in first else {})})
        for name, row in rows["teams"].items()
    )
    others = tuple(Team(name, {}) for name in rows["others"])
    columns = tuple(dict.fromkeys(column for row in rows["teams"].values() for column in row))
    return TeamList(rows["file"], ("team", *columns), (*teams, *others), teams)


def unlisted(names: Iterable[str], file: str) -> TeamList:
    """Return a list of names alone: of a plan whose teams were not frozen, where the file can't be read."""
    teams = tuple(Team(name, {}) for name in names)
    return TeamList(file, ("team",), teams, teams)


def team_changes(rows: Rows, spec: PilotSpec, teams: TeamList) -> tuple[Change, ...]:
    """Say where the list of teams differs from the frozen rows: teams that came or went, and what is written of one."""
    return tuple(_changes(rows, team_rows(spec, teams)))


def team_of(path: str, file: str) -> str | None:
    """Return the team that a change of the list is about; None for a change of anything else.

    Examples
    --------
    >>> team_of("teams.csv[api].size", "teams.csv"), team_of("calendar.start", "teams.csv")
    ('api', None)
    """
    return path[len(file) + 1 :].rpartition("]")[0] if path.startswith(f"{file}[") else None


def check_amended(spec: PilotSpec, drawn: Iterable[str], changes: Sequence[Change]) -> None:
    """Refuse a change of the list that the draw has fixed.

    Raises
    ------
    UsageError
        Where a team that was drawn is gone, or a column that strata or declared arms rest on changed for one.
    """
    fixed = (*spec.design.assign.on, *filter(None, [spec.design.assign.column]))
    held = {f"{spec.teams.file}[{name}]": name for name in drawn}
    for change in changes:
        place, _, column = change.path.rpartition(".")
        if change.path in held and change.after is None:
            raise UsageError(
                f"team {held[change.path]!r} was drawn and is no longer in {spec.teams.file}",
                fix="put its row back: teams are analysed as assigned, and what happened to one is logged",
            )
        if place in held and column in fixed:
            raise UsageError(
                f"{column!r} of team {held[place]!r} changed, on which the draw rests",
                fix=f"take it back in {spec.teams.file}: how arms came about can't be amended",
            )


def _changes(then: Rows, now: Rows) -> Iterator[Change]:
    for name in sorted({*then["teams"], *now["teams"]}):
        before, after = then["teams"].get(name), now["teams"].get(name)
        path = f"{then['file']}[{name}]"
        if before is None or after is None:
            yield Change(path, before, after)
            continue
        for column in dict.fromkeys([*before, *after]):
            if before.get(column, "") != after.get(column, ""):
                yield Change(f"{path}.{column}", before.get(column) or None, after.get(column) or None)


def _used(spec: PilotSpec) -> tuple[str, ...]:
    assign = spec.design.assign
    named = (*assign.on, assign.column or "", *spec.teams.where, *spec.teams.attributes)
    return tuple(dict.fromkeys([*_ALWAYS, *named, *spec.slices.equity, *spec.slices.other]))


def _row(team: Team, used: Iterable[str]) -> dict[str, str]:
    written = {**team.attributes, SIZE: "" if team.size is None else str(team.size)}
    return {column: text for column in sorted(used) if (text := written.get(column, "").strip())}


def _team(name: str, row: Mapping[str, str]) -> Team:
    size = row.get(SIZE, "")
    return Team(
        name,
        {column: text for column, text in row.items() if text},
        int(float(size)) if size else None,
        row.get("site", ""),
        row.get("function", ""),
    )
