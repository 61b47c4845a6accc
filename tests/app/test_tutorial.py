"""The tutorial, run as it is written."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from pilotlab.cli.main import cli

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-pilot.md"
DECLARED, TODAY = "2026-11-22", "2026-12-07"  # the page's weeks, whatever day it is read
UNDATED = {"demo"}
WEEK = "team,week,job_satisfaction,work_life_balance\ncheckout,2026-W49,7.1,3.4\nsearch,2026-W49,7.6,3.9\n"


def commands() -> list[str]:
    lines = [line.strip() for line in PAGE.read_text(encoding="utf-8").splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ pilotlab")]


def before(command: str, root: Path) -> None:
    """Do what the reader has done by hand at this point."""
    if "amend" in command:
        plan = root / "experiments" / "anchor-days" / "pilot.yaml"
        text = plan.read_text(encoding="utf-8")
        plan.write_text(
            text.replace("pilot_weeks: 12 ", "pilot_weeks: 12\n  blackout: [2027-04-05]"), encoding="utf-8"
        )
    if "import" in command:
        (root / "week.csv").write_text(WEEK, encoding="utf-8")


def test_every_command_of_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PILOTLAB_ACTOR", "analyst")
    run = CliRunner()
    ran = []
    for command in commands():
        before(command, Path.cwd())
        name, *rest = shlex.split(command)[1:]
        dated = [] if name in UNDATED else ["--today", DECLARED if name == "init" else TODAY]
        result = run.invoke(cli, [name, *rest, *dated])
        assert result.exit_code == 0, f"{command}\n{result.output}"
        if name == "init":
            monkeypatch.chdir(tmp_path / "my-company")
        ran.append(name)
    assert ran[:2] == ["init", "check"]
    assert "Not decision-ready" in run.invoke(
        cli, ["decide", "anchor-days", "--today", "2026-12-07"]
    ).output.replace("NOT DECISION-READY", "Not decision-ready")
    assert (tmp_path / "my-company" / "analysis" / "readouts" / "anchor-days.html").is_file()
    assert (tmp_path / "my-company" / "demo").is_dir()
