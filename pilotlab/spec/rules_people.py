"""Rules about the people: why, with whose consent, and what is kept."""

from __future__ import annotations

import difflib

from pilotlab.errors import nearest, shortened
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.positions import Place
from pilotlab.wording.lists import some

SHORTEST, LONGEST = 30, 730  # days of retention
SLICE_CELL = 10  # people in a cell of a slice that is shown
MEMBERS = 5  # people in every team whose effect is shown


def says_why(case: Case) -> Issues:
    """A charter states the intent, and what the data will never be used for."""
    spec = case.spec
    if spec.data == "published":
        return
    if not spec.intent.strip():
        fix = "add `intent:` with the reason in words that employees will read"
        yield Issue(
            "PL342", "no intent: people will make up their own reason for this pilot", ("intent",), fix=fix
        )
    if not spec.never_used_for:
        fix = "add `never_used_for: [individual evaluation, headcount reduction]`"
        yield Issue("PL343", "nothing says what the data is never used for", ("never_used_for",), fix=fix)


def asks_first(case: Case) -> Issues:
    """Somebody was consulted, and somebody stands for the employees."""
    spec = case.spec
    if spec.data == "published":
        return
    if not spec.consultation:
        fix = "add `consultation: [{with: works council, on: 2026-08-03, outcome: agreed, changed: …}]`"
        yield Issue(
            "PL344",
            "nobody was consulted; a pilot that nobody hears of before it starts is refused by the people in it",
            ("consultation",),
            fix=fix,
        )
    if not spec.people.employee_rep.strip():
        fix = "add `people: {employee_rep: works-council}`"
        yield Issue(
            "PL345",
            "nobody stands for the employees: harm alarms go to sponsor and representative",
            ("people", "employee_rep"),
            fix=fix,
        )


def keeps_as_long_as_needed(case: Case) -> Issues:
    """Raw data outlive the readout by months, not by years."""
    days = case.spec.privacy.retention_days
    if case.spec.data != "published" and not SHORTEST <= days <= LONGEST:
        why = (
            "too short to answer a question on the readout"
            if days < SHORTEST
            else "longer than the purpose lasts"
        )
        yield Issue(
            "PL346",
            f"retention of {days} days is {why}",
            ("privacy", "retention_days"),
            value=days,
            fix="retention_days: 180",
        )


def teams_are_large_enough(case: Case) -> Issues:
    """Small teams' values stay hidden; an effect is shown where every team has five people."""
    if case.teams is None or case.spec.design.unit == "person":
        return
    small = [team for team in case.teams.teams if team.size is not None and team.size < MEMBERS]
    if small:
        listed = some(team.name for team in small)
        what = f"{len(small)} of {len(case.teams.teams)} teams have fewer than {MEMBERS} people ({listed}): an effect is shown where every team has {MEMBERS}"
        yield Issue(
            "PL338",
            what,
            row=small[0].line,
            value=small[0].size,
            fix="merge them for the pilot, or list them as `buffer`",
        )
    for _, use, place, metric in case.roles("goal", "guardrail", "watch"):
        least = max(metric.min_group, case.spec.privacy.min_group) if metric else 0
        below = [team for team in case.teams.teams if team.size is not None and MEMBERS <= team.size < least]
        if below:
            what = f"{use.use} is shown from {least} people on: {len(below)} of {len(case.teams.teams)} teams are smaller and never see their own value"
            yield Issue("PL338", what, place, value=use.use, level="note")


def slices_will_show(case: Case) -> Issues:
    """A slice needs ten people in each cell of each arm."""
    if case.teams is None:
        return
    arms = max(2, len(case.spec.policy))
    for kind, names in (("equity", case.spec.slices.equity), ("other", case.spec.slices.other)):
        for index, name in enumerate(names):
            if name not in case.teams.columns or name == "team":
                continue
            people: dict[str, int] = {}
            for team in case.teams.teams:
                people[team.attributes[name]] = people.get(team.attributes[name], 0) + (team.size or 0)
            hidden = sorted(level for level, count in people.items() if 0 < count < SLICE_CELL * arms)
            if hidden:
                what = (
                    f"slice {name}: {some(hidden)} will be hidden, with fewer than {SLICE_CELL} people an arm"
                )
                yield Issue(
                    "PL363",
                    what,
                    ("slices", kind, index),
                    value=name,
                    fix="join small groups in teams.csv, or leave the slice out",
                )


def slices_are_groups(case: Case) -> Issues:
    """A slice parts people by what they were before the start, into more than one team, once."""
    seen: set[str] = set()
    for name, place in _slices(case):
        why, fix, hint = _unfit(name, case)
        if not why and name in seen:
            why, fix = "is declared twice", "keep one of the two"
        if why:
            what = f"slice {shortened(name)} {why}{hint}"
            yield Issue("PL366", what, place, value=name, fix=fix, mends=bool(hint))
        seen.add(name)


def _unfit(name: str, case: Case) -> tuple[str, str, str]:
    """Say why a slice can't be, what would do, and which column was meant; nothing of one that can."""
    columns = case.teams.columns if case.teams is not None else ()
    known = [column for column in columns if column != "team"]
    group, equals, _ = name.partition("=")
    if name.partition("@")[0] in case.catalogue.ids and name not in columns:
        return (
            "is a metric: groups formed by an outcome change with it",
            "slice by what was so before the start",
            "",
        )
    if name in ("team", "week", "arm", *case.spec.policy):
        return (
            "shows single teams, weeks or arms, not groups of people",
            "slice by a column such as site, or leave it out",
            "",
        )
    if equals:
        return "names one group", f"name what parts the groups: {group.strip()}", ""
    near = difflib.get_close_matches(name.casefold(), [column.casefold() for column in known], 1, 0.85)
    if near and name not in columns:
        return "is no column of the list of teams", "one of: " + ", ".join(known), nearest(name, known)
    return "", "", ""


def _slices(case: Case) -> list[tuple[str, Place]]:
    declared = case.spec.slices
    return [
        (name, ("slices", kind, index))
        for kind, names in (("equity", declared.equity), ("other", declared.other))
        for index, name in enumerate(names)
    ]


def slices_have_a_source(case: Case) -> Issues:
    """Slices that are no column of the list of teams have rows of their own; they are named together."""
    if case.teams is None:
        return
    columns = case.teams.columns
    found = [row for row in _slices(case) if row[0] not in columns and not _unfit(row[0], case)[0]]
    if found:
        first, place = found[0]
        names = ", ".join(name for name, _ in found)
        many = f"slices {names} are no columns" if len(found) > 1 else f"slice {names} is no column"
        what = f"{many} of the list of teams: values come in rows whose `slice` is {first}=<group>"
        yield Issue("PL341", what, place, value=first)
