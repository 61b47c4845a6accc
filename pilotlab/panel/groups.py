"""Groups: the values of declared slices, team by week, beside the panel of whole teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from pilotlab.design.assignment import Assignment
from pilotlab.panel.build import build_panel
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.team import TeamList
from pilotlab.store.observations import Observation

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
