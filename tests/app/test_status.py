"""`pilotlab status`: who is missing what."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from pilotlab.weeks import Week, weeks_between
from tests.app.test_log import PILOT, TEAMS, TODAY, Run, run, workspace

__all__ = ["run", "workspace"]
SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "schema" / "status.json"


def fill(run: Run, workspace: Path) -> None:
    """Everything up to W40, but: data missing in W40, maps on leave in W31."""
    rows = ["team,week,job_satisfaction,focus_hours"]
    weeks = weeks_between(Week.parse("2026-W29"), Week.parse("2026-W40"))
    logged = [(team, week) for week in weeks for team in TEAMS if (team, week.number) != ("data", 40)]
    rows += [
        f"{team},{week}," + ("leave,leave" if (team, week.number) == ("maps", 31) else "7,20")
        for team, week in logged
    ]
    (workspace / "all.csv").write_text("\n".join(rows) + "\n")
    assert run("import", str(workspace / "all.csv"), *TODAY).exit_code == 0


def test_before_anything_was_stored(run: Run) -> None:
    result = run("status", "anchor-days", "--today", "2026-01-05")
    assert result.exit_code == 0
    assert "Nothing is due yet: the first week is 2026-W29" in result.output
    late = run("status", "anchor-days", *TODAY)
    assert "0 of 8 teams are in for 2026-W40." in late.output
    assert "0 of 80 team-weeks     0 %    needed 80 %    not met" in late.output


def test_shares_and_map(run: Run, workspace: Path) -> None:
    fill(run, workspace)
    run("assign", "anchor-days")
    result = run("status", "anchor-days", *TODAY)
    assert result.exit_code == 0
    text = result.output
    assert "pilot week 5 of 8 (2026-W41), Mon 5 Oct 2026" in text
    assert "7 of 8 teams are in for 2026-W40." in text
    assert "Pilot" in text
    assert "Comparison" in text
    lines = {
        line.split()[0]: line.split()[1:]
        for line in text.splitlines()
        if line.split() and line.split()[0] in TEAMS
    }
    assert lines == {"data": ["········", "··", "·?", "missing"], "maps": ["··L·····", "··", "··"]}
    assert "and 6 teams without a gap" in text
    assert "next: pilotlab log anchor-days --team data --week 2026-W40" in text


def test_names_above_the_map_are_whole_and_stand_over_their_weeks(run: Run, workspace: Path) -> None:
    fill(run, workspace)
    run("assign", "anchor-days")
    lines = run("status", "anchor-days", *TODAY).output.splitlines()
    names = next(line for line in lines if line.startswith("Team"))
    weeks, data = lines[lines.index(names) + 1], next(line for line in lines if line.startswith("data"))
    assert names.split() == ["Team", "baseline", "wash-in", "counted"]
    starts = [names.index(name) for name in names.split()[1:]]
    assert [weeks[at] for at in starts] == ["W"] * len(starts)
    assert [data[at - 1] + data[at] for at in starts] == [" ·"] * len(starts)


def test_one_team_is_in(run: Run, workspace: Path) -> None:
    run("log", "anchor-days", "--team", "data", "--week", "2026-W40", "--set", "job_satisfaction=7", *TODAY)
    run("log", "anchor-days", "--team", "data", "--week", "2026-W40", "--set", "focus_hours=7", *TODAY)
    assert "1 of 8 teams is in for 2026-W40." in run("status", "anchor-days", *TODAY).output


def test_json_keeps_its_published_schema(run: Run, workspace: Path) -> None:
    schema = json.loads(SCHEMA.read_text())
    fill(run, workspace)
    data = json.loads(run("status", "anchor-days", "--format", "json", *TODAY).output)
    jsonschema.validate(data, schema)
    assert data["missing_last_week"] == ["data"]
    assert [(row["present"], row["expected"]) for row in data["arms"]] == [(78, 80)]
    early = json.loads(run("status", "anchor-days", "--format", "json", "--today", "2026-01-05").output)
    jsonschema.validate(early, schema)
    assert (early["week"], early["arms"]) == (None, [])


def test_people_are_never_listed_singly(run: Run, workspace: Path) -> None:
    fill(run, workspace)
    file = workspace / "experiments" / "anchor-days" / "pilot.yaml"
    file.write_text(PILOT.replace("design: {", "data: published\ndesign: {unit: person, "))
    text = run("status", "anchor-days", *TODAY).output
    assert "7 of 8 people are in" in text
    assert not any(team in text for team in ("maps", "mobile", "checkout"))
    data = json.loads(run("status", "anchor-days", "--format", "json", *TODAY).output)
    assert (data["missing_last_week"], data["teams"]) == (1, [])


def test_plain_is_ascii(run: Run, workspace: Path) -> None:
    fill(run, workspace)
    assert run("status", "anchor-days", "--plain", *TODAY).output.isascii()
