"""Shown: whether enough people stand behind an effect for it to be shown."""

from __future__ import annotations

import pandas as pd

from pilotlab.panel.panel import Panel
from pilotlab.release.thresholds import COUNT, MEMBERS, TEAMS, counts_people
from pilotlab.wording.lists import listed


def hidden(panel: Panel) -> str:
    """Say why an effect may not be shown: too few people behind it; empty where there are enough."""
    if counts_people(panel.metric) and not panel.published:
        return _few_counted(panel)
    return "" if _never_small(panel) else _hidden(median_people(panel), panel)


def _hidden(teams: pd.Series, panel: Panel) -> str:
    few = _arms_of_few(teams, panel)
    return f"fewer than {panel.min_group} people in {listed(few)}" if few else ""


def _few_counted(panel: Panel) -> str:
    """Exits and the like: a count below five in an arm, before or after, follows from the rate and from the effect."""
    windows = panel.windows
    rows = panel.values
    keys = zip(rows["team"], rows["week"], strict=True)
    found = pd.Series([panel.counts.get(key) for key in keys], index=rows.index, dtype="float64")
    counted = rows.assign(count=found)
    for weeks in (windows.baseline, windows.counted):
        inside = counted[counted["week"].isin([str(week) for week in weeks])]
        totals = inside.groupby("arm")["count"].sum(min_count=1)
        if totals.isna().any() or (totals < COUNT).any():
            return f"fewer than {COUNT} persons counted in an arm (<{COUNT})"
    return ""


def weeks_of_few(panel: Panel) -> frozenset[str]:
    """Weeks whose effect may not be shown, though that of all weeks may; the next smallest goes with a single one."""
    if counts_people(panel.metric) and not panel.published:
        return frozenset(map(str, panel.values["week"].unique()))
    if _never_small(panel):
        return frozenset()
    people = _people(panel).set_index(["arm", "team"]).groupby("week")["n"]
    few = {str(week) for week, teams in people if _arms_of_few(teams, panel)}
    rest = {str(week): float(teams.sum()) for week, teams in people if str(week) not in few}
    if len(few) == 1 and rest:
        few.add(min(rest, key=lambda week: (rest[week], week)))
    return frozenset(few)


def _people(panel: Panel) -> pd.DataFrame:
    """People behind every value; none where nobody said how many answered."""
    return panel.values.assign(n=1.0 if panel.person_units else panel.values["n"].fillna(0.0))


def _arms_of_few(teams: pd.Series, panel: Panel) -> list[str]:
    """Arms with too few people: `teams` holds how many answered in each, by arm and team.

    An effect may be shown with five members in every team used and four teams an arm, whoever of them answered;
    else an arm needs the answers of a mean.
    """
    arms = teams.groupby("arm")
    if not panel.person_units and arms.size().min() >= TEAMS and _members(teams, panel).min() >= MEMBERS:
        return []
    return [str(arm) for arm, people in arms.sum().items() if people < panel.min_group]


def _members(teams: pd.Series, panel: Panel) -> pd.Series:
    """Members of each team: as the plan counts them, and never fewer than answered."""
    names = teams.index.get_level_values("team")
    known = pd.Series([float(panel.members.get(str(name), 0)) for name in names], index=teams.index)
    return known.where(known > teams, teams)


def few_left_out(panel: Panel, teams: frozenset[str], people: pd.Series | None = None) -> str:
    """Say why an effect without some teams may not be shown beside the whole one: the difference tells of too few people.

    `people` are the panel's `median_people`, where a caller leaves out many teams in turn.
    """
    if _never_small(panel):
        return ""
    there = median_people(panel) if people is None else people
    out = there.index.get_level_values("team").isin(teams)
    if (there[out].groupby("arm").sum() < panel.min_group).any():
        return f"it would tell of fewer than {panel.min_group} people who are left out"
    return _hidden(there[~out], panel)


def median_people(panel: Panel) -> pd.Series:
    """How many people stand behind a team's median value, by arm and team."""
    return _people(panel).groupby(["arm", "team"])["n"].median()


def _never_small(panel: Panel) -> bool:
    return panel.metric.level != "person" and not panel.person_units
