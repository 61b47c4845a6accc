"""Shown: whether enough people stand behind an effect for it to be shown."""

from __future__ import annotations

import pandas as pd

from pilotlab.panel.panel import Panel

MEMBERS, TEAMS = 5, 4  # an effect may be shown with so many members in every team, and so many teams an arm


def hidden(panel: Panel) -> str:
    """Say why an effect may not be shown: too few people behind it; empty where there are enough."""
    return "" if _never_small(panel) else _hidden(median_people(panel), panel)


def _hidden(teams: pd.Series, panel: Panel) -> str:
    few = _arms_of_few(teams, panel)
    return f"fewer than {panel.min_group} people in {' and '.join(few)}" if few else ""


def weeks_of_few(panel: Panel) -> frozenset[str]:
    """Weeks whose effect may not be shown, though that of all weeks may."""
    if _never_small(panel):
        return frozenset()
    weeks = _people(panel).set_index(["arm", "team"]).groupby("week")["n"]
    return frozenset(str(week) for week, teams in weeks if _arms_of_few(teams, panel))


def _people(panel: Panel) -> pd.DataFrame:
    """People behind every value; none where it is not known how many."""
    return panel.values.assign(n=1.0 if panel.person_units else panel.values["n"].fillna(0.0))


def _arms_of_few(teams: pd.Series, panel: Panel) -> list[str]:
    """Arms with too few people: `teams` holds how many stand behind each, by arm and team."""
    arms = teams.groupby("arm")
    if not panel.person_units and teams.min() >= MEMBERS and arms.size().min() >= TEAMS:
        return []
    return [str(arm) for arm, people in arms.sum().items() if people < panel.min_group]


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
