"""Panels from the store: the values that may be analysed, of whole teams or of groups, joined to weeks and arms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pilotlab.design.assignment import Assignment
from pilotlab.panel.panel import Panel
from pilotlab.release.history import Answer, Crowd, Data, Place, held_back
from pilotlab.release.thresholds import counts_people, least
from pilotlab.spec.frozen import digest
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.team import TeamList
from pilotlab.store.observations import Entered, Observation, entered, last_submission
from pilotlab.store.readings import Release
from pilotlab.store.store import Store
from pilotlab.weeks import Week

OBJECT = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Current values of one metric, as they may be read.

    Attributes
    ----------
    rows : tuple of Observation
        Whole teams and groups within teams.
    waiting : int
        Values that came or changed since the last release and are not in it, for they come from too few people.
    release : Release or None
        What to keep, where it differs from the last release.
    """

    rows: tuple[Observation, ...]
    waiting: int = 0
    release: Release | None = None


def read(
    store: Store,
    pilot: str,
    metric: MetricSpec,
    *,
    teams: Sequence[str],
    arms: Mapping[str, str],
    members: Mapping[str, int],
    privacy: int,
    audience: str,
    through: Week | None = None,
) -> Reading:
    """Read one metric of a pilot; a metric that tells of no person's answer is read as it is.

    Parameters
    ----------
    arms, members : mapping
        Team to its arm and to its members.
    privacy : int
        `privacy.min_group` of the pilot.
    audience : str
        The command or page that shows what comes of it.
    through : Week, optional
        Last week that is read; None: all. Of people's answers never an earlier one than was shown already: asked day by
        day, the differences would tell each week alone.
    """
    if metric.level != "person" and not counts_people(metric):
        return Reading(rows=tuple(store.observations(metric.key, teams=teams, slices=None, through=through)))
    earlier = [row for row in store.releases(pilot, objects=(OBJECT,)) if row.metric == metric.key]
    through = _never_back(through, earlier)
    now = store.observations(metric.key, teams=teams, slices=None, through=through)
    act = last_submission(store.database)
    if not earlier:
        return Reading(rows=tuple(now), release=_release(pilot, metric, act, {}, now, audience, through))
    entries = entered(store.database, metric.key, teams=teams)
    states = [_state(entries, row) for row in earlier]
    crowd = Crowd(arms=arms, members=members, fewest=least(metric, privacy=privacy))
    current = {_place(row): row for row in now}
    counts = counts_people(metric)
    held = held_back(
        _data(current.values(), counts=counts),
        [_data(state.values(), counts=counts) for state in states],
        crowd,
    )
    last = states[-1]
    kept = {place: row for place, row in current.items() if place not in held}
    kept |= {place: last[place] for place in held if place in last}
    rows = sorted(kept.values(), key=lambda row: (row.metric, row.week, row.team, row.slice))
    revisions = {place: last[place].revision if place in last else 0 for place in held}
    made = _release(pilot, metric, act, revisions, rows, audience, through)
    same = made.behind == earlier[-1].behind
    return Reading(rows=tuple(rows), waiting=len(held), release=None if same else made)


def _never_back(through: Week | None, earlier: Sequence[Release]) -> Week | None:
    """Return the later of a week and the last that was shown."""
    shown = [row.content.get("through") for row in earlier]
    if through is None or None in shown:
        return None
    return max([through, *(Week.from_code(code) for code in shown if code)])


def _place(row: Observation) -> Place:
    return row.team, row.week.code, row.slice


def _data(rows: Iterable[Observation], *, counts: bool) -> Data:
    return {_place(row): Answer(row.value, row.numerator if counts else row.n) for row in rows}


def _state(entries: Iterable[Entered], release: Release) -> dict[Place, Observation]:
    """Cells as a release had them: up to its last act, those that waited at the revision that stood before."""
    act = int(release.content["as_of"])
    held = {(team, week, name): revision for team, week, name, revision in release.content["held"]}
    last_week = release.content.get("through")
    state: dict[Place, Observation] = {}
    for submission, row in entries:
        place = _place(row)
        last = held.get(place)
        if last is None and last_week is not None and row.week.code > last_week:
            continue
        if submission <= act and (last is None or row.revision <= last):
            state[place] = row
    return state


def _release(
    pilot: str,
    metric: MetricSpec,
    act: int,
    held: Mapping[Place, int],
    rows: Iterable[Observation],
    audience: str,
    through: Week | None,
) -> Release:
    behind = digest([[*_place(row), row.value, row.gap, row.n] for row in rows])
    return Release(
        pilot=pilot,
        object=OBJECT,
        metric=metric.key,
        content={
            "as_of": act,
            "held": [[*place, held[place]] for place in sorted(held)],
            **({"through": through.code} if through else {}),
        },
        behind=behind,
        audience=audience,
    )


COLUMNS = [
    "team",
    "arm",
    "stratum",
    "cluster",
    "week",
    "cohort",
    "event_time",
    "treated",
    "value",
    "n",
    "people",
]


def build_panel(
    spec: PilotSpec,
    metric: MetricSpec,
    assignment: Assignment,
    rows: Iterable[tuple[str, int, float | None, float | None]],
    *,
    sizes: Mapping[str, int] | None = None,
    exposure: Mapping[str, float] | None = None,
    counts: Mapping[tuple[str, int], float | None] | None = None,
) -> Panel:
    """Join the observed values of one metric to the design.

    Parameters
    ----------
    rows : iterable of (team, week code, value or None, n or None)
        Current revisions; a gap has no value and is left out. Weeks outside the pilot and teams that are neither in the
        assignment nor buffer teams are left out too.
    sizes : mapping, optional
        Team to its members: what an effect asks for, and what a team weighs where nobody said how many answered. Never
        in the place of `n`.
    counts : mapping, optional
        (team, week code) to the persons a value counts, of a metric that counts some.
    exposure : mapping, optional
        Team to the share of its meetings it spends with pilot teams.
    """
    windows = spec.windows
    observed = pd.DataFrame(list(rows), columns=["team", "code", "value", "n"])
    observed = observed[observed["value"].notna()]
    codes = {code: Week.from_code(code) for code in observed["code"].unique()}
    first = windows.baseline[0] if windows.baseline else windows.start
    inside = {code for code, week in codes.items() if first <= week <= windows.end}
    places = pd.DataFrame(
        [
            (row.team, row.arm, row.stratum, row.cluster or row.team, str(row.start) if row.start else None)
            for row in assignment.teams
        ]
        + [(team, "", "", team, None) for team in spec.design.buffer],
        columns=["team", "arm", "stratum", "cluster", "cohort"],
    )
    frame = observed[observed["code"].isin(inside)].merge(places, on="team", how="inner")
    frame["week"] = frame["code"].map({code: str(week) for code, week in codes.items()})
    frame["event_time"] = (
        frame["code"].map({code: week.since(windows.start) for code, week in codes.items()}).astype("int64")
    )
    frame["treated"] = frame["cohort"].notna() & (frame["event_time"] >= 0)
    frame["value"] = frame["value"].astype("float64")
    frame["n"] = frame["n"].astype("float64")
    frame["people"] = frame["n"].fillna(frame["team"].map(dict(sizes or {})).astype("float64"))
    frame = frame[COLUMNS].sort_values(["team", "week"], ignore_index=True)
    beside = frame["team"].isin(spec.design.buffer)
    return Panel(
        spec.id,
        metric,
        windows,
        assignment,
        frame[~beside].reset_index(drop=True),
        min_group=least(metric, privacy=spec.privacy.min_group),
        person_units=spec.design.unit == "person",
        buffer=frame[beside].reset_index(drop=True),
        exposure=dict(exposure or {}),
        members=dict(sizes or {}),
        counts={(team, str(Week.from_code(code))): count for (team, code), count in (counts or {}).items()},
        published=spec.data == "published",
    )


LEVEL = "level"


def observed_groups(
    observed: Iterable[Observation], spec: PilotSpec, panel: Panel, teams: TeamList, assignment: Assignment
) -> Mapping[str, pd.DataFrame]:
    """Return the values of each declared slice of one metric, whole teams and groups: the panel's columns, and `level`.

    A slice that is a column of teams.csv takes whole teams; any other takes the rows whose `slice` was written
    `name=group`. A slice without a value is left out.
    """
    names = (*spec.slices.equity, *spec.slices.other)
    of_teams = [name for name in names if _is_column(name, teams)]
    found = {name: _of_teams(name, panel, teams) for name in of_teams}
    if set(names) - set(of_teams):
        wanted = {row.team for row in assignment.teams}
        rows = [row for row in observed if row.team in wanted]
        found |= _of_people(rows, [name for name in names if name not in found], spec, panel, assignment)
    return {name: found[name] for name in names if name in found and not found[name].empty}


def group_of(text: str) -> tuple[str, str] | None:
    """Read `carer=yes`; None for a text that names no group.

    Examples
    --------
    >>> group_of("carer=yes"), group_of("carer")
    (('carer', 'yes'), None)
    """
    name, mark, level = (part.strip() for part in text.partition("="))
    return (name, level) if name and mark and level else None


def _is_column(name: str, teams: TeamList) -> bool:
    return any(team.attributes.get(name) for team in teams.rows)


def _of_teams(name: str, panel: Panel, teams: TeamList) -> pd.DataFrame:
    level = {team.name: team.attributes[name] for team in teams.rows if team.attributes.get(name)}
    frame = panel.values.assign(**{LEVEL: panel.values["team"].map(level)})
    return frame[frame[LEVEL].notna()]


def _of_people(
    rows: Iterable[Observation], names: list[str], spec: PilotSpec, panel: Panel, assignment: Assignment
) -> dict[str, pd.DataFrame]:
    cells: dict[tuple[str, str], list[tuple[str, int, float | None, float | None]]] = {}
    rows = list(rows)
    group_by_text = {text: group_of(text) for text in {row.slice for row in rows}}
    for row in rows:
        group = group_by_text[row.slice]
        if group is not None and group[0] in names:
            cells.setdefault(group, []).append((row.team, row.week.code, row.value, row.n))
    frames: dict[str, list[pd.DataFrame]] = {}
    for (name, level), own in sorted(cells.items(), key=lambda item: item[0]):
        values = build_panel(spec, panel.metric, assignment, own).values
        frames.setdefault(name, []).append(values.assign(**{LEVEL: level}))
    return {name: pd.concat(parts, ignore_index=True) for name, parts in frames.items()}
