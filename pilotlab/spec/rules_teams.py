"""Rules about the teams: what the declaration names must be in the list, once, and in one arm."""

from __future__ import annotations

from collections.abc import Iterator

from pilotlab.errors import nearest
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.pilot import CONTROL
from pilotlab.spec.positions import Place
from pilotlab.spec.team import Team, TeamList
from pilotlab.text.alike import difference, look_alikes
from pilotlab.wording.numbers import typed

_SHOWN = 20  # findings of one kind for one list; a wrong column would else give one a row


def columns_are_there(case: Case) -> Issues:
    """Columns that the declaration names."""
    if case.teams is None or not case.teams.columns:
        return
    columns, spec = case.teams.columns, case.spec
    named: list[tuple[str, Place, str]] = [
        (column, ("teams", "where", column), "key") for column in spec.teams.where
    ]
    named += [(column, ("teams", "attributes", column), "key") for column in spec.teams.attributes]
    if spec.design.assign.column:
        named.append((spec.design.assign.column, ("design", "assign", "column"), "value"))
    named += [
        (column, ("design", "assign", "on", index), "value")
        for index, column in enumerate(spec.design.assign.on)
    ]
    for column, place, at in named:
        if column.startswith("baseline.") and place[:3] == ("design", "assign", "on"):
            yield from _baseline_metric(case, column, place)
        elif column not in columns:
            hint = nearest(column, columns)
            what = f"{case.teams.file} has no column {column!r}{hint}"
            yield Issue(
                "PL211",
                what,
                place,
                "key" if at == "key" else "value",
                value=column,
                fix="one of: " + ", ".join(columns),
                mends=bool(hint),
            )
    for column, attribute in spec.teams.attributes.items():
        if attribute.range and attribute.range[0] > attribute.range[1]:
            low, high = attribute.range
            yield Issue(
                "PL115",
                f"range of {column} runs from {typed(low)} to {typed(high)}",
                ("teams", "attributes", column, "range"),
                fix=f"[{typed(high)}, {typed(low)}]",
            )


def _baseline_metric(case: Case, column: str, place: Place) -> Issues:
    name = column.removeprefix("baseline.")
    if case.catalogue.find(name) is None:
        hint = nearest(name, case.catalogue.ids)
        yield Issue(
            "PL306",
            f"metric {name!r} is not known{hint}",
            place,
            value=column,
            fix="baseline.<metric>, for example baseline.cycle_time_p50",
            mends=bool(hint),
        )


def values_are_told_apart(case: Case) -> Issues:
    """Values that group teams, and the names of arms, don't look alike."""
    for name, other in look_alikes(case.spec.policy):
        what = f"arm {name!r} looks like {other!r}; what differs: {difference(name, other)}"
        yield Issue("PL221", what, ("policy", name), "key", value=name, fix="give one of them another name")
    if case.teams is None:
        return
    for column in _grouping(case):
        first = {team.attributes[column]: team for team in reversed(case.teams.rows)}
        for name, other in look_alikes(team.attributes[column] for team in case.teams.rows):
            seen = f"row {first[other].line}"
            what = f"{column} {name!r} looks like {other!r} ({seen}); what differs: {difference(name, other)}"
            yield Issue(
                "PL221", what, row=first[name].line, value=name, fix="one and the same? then write it one way"
            )


def _grouping(case: Case) -> Iterator[str]:
    """Columns of the list by which teams are grouped anywhere."""
    spec, assign = case.spec, case.spec.design.assign
    named = [
        "site",
        "function",
        "country",
        *spec.teams.where,
        *assign.on,
        *spec.slices.equity,
        *spec.slices.other,
    ]
    named += [assign.column] if assign.column else []
    columns = case.teams.columns if case.teams else ()
    return (column for column in dict.fromkeys(named) if column in columns and column != "team")


def where_keeps_teams(case: Case) -> Issues:
    """Each value of `where` is found, and some team is left."""
    teams = case.teams
    if teams is None or not teams.rows:
        return
    for column, allowed in case.spec.teams.where.items():
        held = {team.name if column == "team" else team.attributes.get(column, "") for team in teams.rows}
        for index, value in enumerate(allowed):
            if column in teams.columns and value not in held:
                hint = nearest(value, held)
                yield Issue(
                    "PL212",
                    f"no row has {column} {value!r}{hint}",
                    ("teams", "where", column, index),
                    value=value,
                    fix="one of: " + ", ".join(sorted(held - {""})[:12]),
                    mends=bool(hint),
                )
    if not teams.teams:
        yield Issue(
            "PL213",
            f"`where` leaves none of {len(teams.rows)} teams",
            ("teams", "where"),
            "key",
            fix="widen it",
        )


def named_teams_are_there(case: Case) -> Issues:
    """Teams of `keep_together` and `buffer` are in the list."""
    if case.teams is None or not case.teams.rows:
        return
    for name, place in _named(case):
        if name not in case.teams.names:
            left_out = case.teams.row(name) is not None
            hint = "" if left_out else nearest(name, case.teams.names)
            what = (
                f"team {name!r} is left out by `where`"
                if left_out
                else f"team {name!r} is not in {case.teams.file}{hint}"
            )
            yield Issue(
                "PL216",
                what,
                place,
                value=name,
                fix="widen `where`, or remove it here" if left_out else "add its row, or correct the name",
                mends=bool(hint),
            )


def groups_do_not_overlap(case: Case) -> Issues:
    """A team moves with one group, or with none."""
    group_of: dict[str, str] = {}
    for name, place in _named(case):
        group = "buffer" if place[1] == "buffer" else f"group {int(place[2]) + 1} of keep_together"
        if name in group_of:
            same = group_of[name] == group
            what = (
                f"team {name!r} is named twice in {group}"
                if same
                else f"team {name!r} is in {group_of[name]} and in {group}"
            )
            yield Issue(
                "PL217", what, place, value=name, fix="name it once; teams that are all tied make one group"
            )
        group_of.setdefault(name, group)


def _named(case: Case) -> Iterator[tuple[str, Place]]:
    design = case.spec.design
    for number, group in enumerate(design.keep_together):
        for index, name in enumerate(group):
            yield name, ("design", "keep_together", number, index)
    for index, name in enumerate(design.buffer):
        yield name, ("design", "buffer", index)


def declared_arms_fit(case: Case) -> Issues:
    """The column of arms names declared arms, and every arm has a team."""
    column = _arm_column(case)
    if column is None or case.teams is None:
        return
    policy = case.spec.policy
    named = {*policy, CONTROL}  # a control arm that is not declared is one finding of its own
    strays = [team for team in _analysed(case, case.teams) if team.attributes[column] not in named]
    for team in strays[:_SHOWN]:
        written = team.attributes[column]
        hint = nearest(written, policy) if written else ""
        stated = f"arm {written!r}, which policy does not have{hint}" if written else "no arm"
        yield Issue(
            "PL214",
            f"team {team.name!r} has {stated} in column {column!r}",
            row=team.line,
            value=written,
            fix="one of: " + ", ".join(policy),
            mends=bool(hint),
        )
    if len(strays) > _SHOWN:
        yield Issue(
            "PL214",
            f"and {len(strays) - _SHOWN} more teams have no declared arm in column {column!r}",
            row=strays[_SHOWN].line,
            fix="one of: " + ", ".join(policy),
        )
    held = {team.attributes[column] for team in _analysed(case, case.teams)}
    for arm in policy:
        if arm not in held:
            yield Issue(
                "PL215",
                f"no team is in arm {arm!r} by column {column!r} of {case.teams.file}",
                ("policy", arm),
                "key",
                value=arm,
                fix=f"write {arm!r} beside its teams, or take the arm out",
            )


def groups_share_an_arm(case: Case) -> Issues:
    """Teams kept together are in one arm."""
    column = _arm_column(case)
    if column is None or case.teams is None:
        return
    for group in case.spec.design.keep_together:
        members = [team for team in (case.teams.row(name) for name in group) if team is not None]
        for team in members[1:]:
            first, arm, other = members[0], team.attributes[column], members[0].attributes[column]
            if arm != other:
                later, earlier = (team, first) if team.line > first.line else (first, team)
                what = f"team {later.name!r} is in {later.attributes[column]}, but keep_together pairs it with {earlier.name!r} ({earlier.attributes[column]})"
                yield Issue(
                    "PL207",
                    what,
                    row=later.line,
                    value=later.attributes[column],
                    fix="give both one arm, or take them out of the group",
                )


def pilots_do_not_meet(case: Case) -> Issues:
    """A team is in one pilot at a time."""
    if case.teams is None:
        return
    windows = case.windows
    first = min((*windows.baseline, windows.start))
    for other in case.others:
        begins = min((*other.windows.baseline, other.windows.start))
        runs_into = other.windows.start <= windows.end and first <= other.windows.end
        if not (runs_into or (windows.start <= other.windows.end and begins <= windows.end)):
            continue
        shared = [team for team in case.teams.teams if team.name in other.teams]
        if shared:
            more = f" and {len(shared) - 1} more teams are" if len(shared) > 1 else " is"
            what = f"team {shared[0].name!r}{more} also in pilot {other.pilot!r}, which runs {other.windows.start} to {other.windows.end}"
            fix = "take the teams out of one pilot, or move its weeks"
            yield Issue("PL219", what, ("teams",), "key", value=shared[0].name, fix=fix)


def _arm_column(case: Case) -> str | None:
    assign = case.spec.design.assign
    usable = assign.method == "declared" and case.teams is not None and assign.column in case.teams.columns
    return assign.column if usable else None


def _analysed(case: Case, teams: TeamList) -> list[Team]:
    return [team for team in teams.teams if team.name not in case.spec.design.buffer]
