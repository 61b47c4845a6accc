"""Panels from the store: one metric's rows joined to weeks and arms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from pilotlab.design.assignment import Assignment
from pilotlab.panel.panel import Panel
from pilotlab.release.thresholds import least
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.weeks import Week

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
