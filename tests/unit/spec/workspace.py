"""A small sound workspace, and ways to break it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pilotlab.design.checking import Checked, check_pilot

TODAY = date(2026, 8, 1)

PILOT = """\
schema: pilotlab/pilot@1
title: Two anchor days
question: Do anchor days speed delivery?
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
calendar:
  start: 2026-09-07
  baseline_weeks: 8
  washin_weeks: 4
  pilot_weeks: 12
  decide_by: 2027-01-15
metrics:
  goals: [{use: cycle_time_p50@1, worth_it: -0.5}]
  guardrails: [{use: work_life_balance@1, margin: 0.3, if_breached: stop}]
  watch: [cross_team_share@1]
  adherence: {use: office_days@1, planned_gap: 1.5}
consultation: [{with: works council, on: 2026-08-03}]
people: {sponsor: coo, employee_rep: works-council}
"""
NAMES = ("api", "mobile", "web", "data", *(f"team-{number:02d}" for number in range(12)))
TEAMS = "team,site,arm,size\n" + "".join(
    f"{name},{('berlin', 'lyon')[place % 2]},{('control', 'anchor')[place % 2]},12\n"
    for place, name in enumerate(NAMES)
)
MIXED = "team,site,arm,size\n" + "".join(  # both arms at both sites
    f"{name},{('berlin', 'lyon')[place // 2 % 2]},{('control', 'anchor')[place % 2]},12\n"
    for place, name in enumerate(NAMES)
)
PILOT_FILE, TEAMS_FILE, METRICS_FILE = (
    "experiments/anchor-days/pilot.yaml",
    "experiments/anchor-days/teams.csv",
    "experiments/metrics.yaml",
)


def replaced(text: str, edits: Mapping[str, str]) -> str:
    """Replace each old text, which must be there, by its new one."""
    for old, new in edits.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def write(
    root: Path,
    *,
    pilot: str | bytes = PILOT,
    teams: str | bytes | None = TEAMS,
    more: Mapping[str, str] | None = None,
) -> Path:
    """Write the workspace; `more` are further files by their path."""
    files: dict[str, str | bytes] = {"pilotlab.toml": "", PILOT_FILE: pilot, **(more or {})}
    if teams is not None:
        files[TEAMS_FILE] = teams
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root / PILOT_FILE


def check(root: Path) -> Checked:
    """Check the workspace's pilot."""
    return check_pilot(root, root / PILOT_FILE, today=TODAY)


def places(checked: Checked, code: str) -> list[str]:
    """Where a code was found, `pilot.yaml:12:3`, without the folders."""
    return [str(finding.where).rpartition("/")[2] for finding in checked.findings if finding.code == code]
