"""A small pilot, declared and collected, for tests of the main path: twelve teams, known numbers, no chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from pilotlab.api import Workspace, open_workspace
from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.panel.build import build_panel
from pilotlab.panel.panel import Panel
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.weeks import Week, weeks_between

TEAMS = tuple(f"team-{number:02d}" for number in range(12))
START = Week.parse("2026-W37")
BEFORE, AFTER = date(2026, 8, 1), date(2027, 1, 4)  # before the start, after the planned end
PILOT = """\
schema: pilotlab/pilot@1
title: Two anchor days
question: Do two anchor days speed delivery?
claim: improve
intent: We want to know.
never_used_for: [individual evaluation]
announced_on: 2026-08-17
policy:
  control: {office_days: as-is}
  anchor: {office_days: 2, anchor_days: [tue, thu]}
design:
  recruitment: lottery
  assign: {method: complete, seed: 7}
teams: {file: teams.csv}
calendar: {start: 2026-W37, baseline_weeks: 8, washin_weeks: 2, pilot_weeks: 8, decide_by: 2027-01-15}
metrics:
  goals: [{use: cycle_time_p50@1, worth_it: -0.5}]
  guardrails: [{use: job_satisfaction@1, margin: 0.5, if_breached: stop}]
  watch: [cross_team_share@1]
  adherence: {use: office_days@1, planned_gap: 1.5}
consultation: [{with: works council, on: 2026-08-03}]
people: {sponsor: coo, employee_rep: works-council}
"""
EFFECTS = {"cycle_time_p50": -1.2, "job_satisfaction": 0.1, "cross_team_share": 0.02, "office_days": 1.4}
LEVELS = {"cycle_time_p50": 6.0, "job_satisfaction": 7.0, "cross_team_share": 0.3, "office_days": 1.0}
NOISE = {"cycle_time_p50": 0.5, "job_satisfaction": 0.3, "cross_team_share": 0.03, "office_days": 0.3}
Value = Callable[[str, int, Week, bool], float | str | None]


def plain_value(metric: str, team: int, week: Week, treated: bool) -> float:
    """Level of the team, a wobble that repeats, and the effect."""
    wobble = math.sin(12.9898 * (team + 1) + 78.233 * week.index + len(metric))
    level = LEVELS[metric] * (1 + 0.01 * (team % 5))
    return round(level + NOISE[metric] * wobble + (EFFECTS[metric] if treated else 0.0), 4)


@dataclass
class Lab:
    """A workspace on disk, and the verbs in the order of a pilot's life."""

    root: Path

    @property
    def file(self) -> Path:
        return self.root / "experiments" / "anchor-days" / "pilot.yaml"

    def at(self, day: date, actor: str = "ann") -> Workspace:
        return open_workspace(
            self.root, actor=actor, today=day, clock=lambda: f"{day.isoformat()}T09:00:00+00:00"
        )

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text, old
        self.file.write_text(text.replace(old, new, 1))

    def agree(self) -> Assignment:
        """Assign and freeze, in time."""
        assignment = self.at(BEFORE).assign("anchor-days")
        self.at(BEFORE).freeze("anchor-days")
        return assignment

    def rows(
        self,
        assignment: Assignment,
        value: Value = plain_value,
        *,
        metrics: Iterable[str] = tuple(EFFECTS),
        through: Week | None = None,
        n: int | None = None,
    ) -> str:
        """Make the long table of everything that came in."""
        spec = self.at(AFTER).plan("anchor-days").spec
        weeks = tuple(weeks_between(spec.windows.baseline[0], through or spec.windows.end))
        lines = ["team,week,metric,value,n,gap"]
        for place, row in enumerate(assignment.teams):
            for week in weeks:
                for metric in metrics:
                    found = value(metric, place, week, row.arm != CONTROL and week >= spec.windows.start)
                    if found is not None:
                        cell = f",,{found}" if isinstance(found, str) else f"{found},{n or ''},"
                        lines.append(f"{row.team},{week},{metric},{cell}")
        return "\n".join(lines) + "\n"

    def collect(self, assignment: Assignment, value: Value = plain_value, **options: Any) -> None:
        """Import everything that came in, after the end."""
        file = self.root / "all.csv"
        file.write_text(self.rows(assignment, value, **options))
        self.at(AFTER).import_file(file)


def make_lab(
    root: Path,
    pilot: str = PILOT,
    *,
    teams: Iterable[str] = TEAMS,
    size: int = 9,
    columns: Mapping[str, Callable[[int], str]] | None = None,
) -> Lab:
    """Write the workspace."""
    folder = root / "experiments" / "anchor-days"
    folder.mkdir(parents=True)
    (root / "pilotlab.toml").write_text("")
    (folder / "pilot.yaml").write_text(pilot)
    more = dict(columns or {})
    lines = [
        ",".join([team, str(size), *(made(place) for made in more.values())])
        for place, team in enumerate(teams)
    ]
    (folder / "teams.csv").write_text("\n".join([",".join(["team", "size", *more]), *lines]) + "\n")
    return Lab(root)


def make_spec(**changed: Any) -> PilotSpec:
    """Declare a pilot with four baseline, one wash-in and four counted weeks; keywords replace top-level keys."""
    data: dict[str, Any] = {
        "id": "anchor-days",
        "question": "Do anchor days help?",
        "policy": {"control": {}, "anchor": {"office_days": 2}},
        "teams": {"file": "teams.csv"},
        "calendar": {"start": "2026-W37", "baseline_weeks": 4, "washin_weeks": 1, "pilot_weeks": 4},
        "metrics": {"goals": [{"use": "cycle@1", "worth_it": -0.5}]},
    }
    return PilotSpec.model_validate(data | changed)


def make_metric(**changed: Any) -> MetricSpec:
    """Define a metric of teams, in days, where lower is better."""
    data: dict[str, Any] = {
        "id": "cycle",
        "label": "Cycle time",
        "unit": "days",
        "family": "outcome",
        "kind": "continuous",
        "direction": "lower",
        "roles": ["goal", "guardrail", "watch", "adherence"],
    }
    return MetricSpec.model_validate(data | changed)


def make_assignment(
    arms: Mapping[str, Iterable[str]],
    *,
    drawn: bool = True,
    strata: Mapping[str, str] | None = None,
    clusters: Mapping[str, str] | None = None,
) -> Assignment:
    """Put teams into arms; all start in W37."""
    rows = [
        AssignedTeam(
            team,
            arm,
            None if arm == CONTROL else START,
            (strata or {}).get(team, ""),
            (clusters or {}).get(team, ""),
        )
        for arm, teams in arms.items()
        for team in teams
    ]
    method: Any = ("stratified" if strata else "complete") if drawn else "declared"
    return Assignment(
        "anchor-days", method, tuple(sorted(rows, key=lambda row: row.team)), seed=1 if drawn else None
    )


def make_panel(
    spec: PilotSpec,
    metric: MetricSpec,
    assignment: Assignment,
    value: Callable[[str, int], float | None],
    *,
    n: Callable[[str, int], float | None] = lambda team, at: None,
    sizes: Mapping[str, int] | None = None,
) -> Panel:
    """Build a panel from a value for every team and event time."""
    weeks = tuple(weeks_between(spec.windows.baseline[0], spec.windows.end))
    cells = [
        (row.team, week.code, value(row.team, week.since(START)), n(row.team, week.since(START)))
        for row in assignment.teams
        for week in weeks
    ]
    return build_panel(spec, metric, assignment, cells, sizes=sizes)


def means(panel: Panel, first: int, last: int) -> pd.Series:
    """Mean of each team's values between two event times, both included."""
    rows = panel.values
    return rows[rows["event_time"].between(first, last)].groupby("team")["value"].mean()
