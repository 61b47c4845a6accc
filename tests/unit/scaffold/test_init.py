from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import pilotlab as pl
from pilotlab.cli.main import cli
from pilotlab.errors import PilotlabError, UsageError
from pilotlab.scaffold.init import init_workspace, write_all
from pilotlab.spec.reading import read_pilot

TODAY = date(2026, 6, 10)


def test_init_writes_a_workspace(tmp_path: Path) -> None:
    written = init_workspace(tmp_path / "pilots", today=TODAY)
    names = [path.relative_to(tmp_path / "pilots").as_posix() for path in written]
    assert names == sorted(names)
    assert {
        ".gitignore",
        "README.md",
        "pilotlab.toml",
        "experiments/anchor-days/pilot.yaml",
        "experiments/anchor-days/teams.csv",
    } <= set(names)
    assert all(path.is_file() for path in written)
    assert tomllib.loads((tmp_path / "pilots/pilotlab.toml").read_text())["name"] == "pilots"
    assert not [path for path in written if "$" in path.read_text(encoding="utf-8").replace("$schema", "")]


@pytest.mark.skipif(shutil.which("git") is None, reason="git says what it leaves out")
def test_git_leaves_out_all_that_teams_typed(tmp_path: Path) -> None:
    init_workspace(tmp_path, today=TODAY)
    kept_here = [f"data/pilots.db{end}" for end in ("", "-wal", "-shm", ".lock", ".replaced-20261129T075446")]
    kept_here.append("data/drafts/anchor-days-2026-W40-a1cb100f57e9.json")
    shared = ["data/README.md", "data/ledger-head-pilots.db.json", "experiments/anchor-days/pilot.yaml"]
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    asked = subprocess.run(
        ["git", "check-ignore", *kept_here, *shared], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert asked.stdout.split() == kept_here


@pytest.mark.parametrize("today", [TODAY, date(2026, 12, 30), date(2027, 1, 1), date(2032, 10, 1)])
def test_the_example_pilot_is_read_without_a_finding(tmp_path: Path, today: date) -> None:
    init_workspace(tmp_path, today=today)
    reading = read_pilot(tmp_path / "experiments/anchor-days/pilot.yaml", root=tmp_path)
    assert reading.findings == ()
    spec = reading.spec
    assert spec is not None
    assert spec.calendar.start.monday > today
    assert spec.announced_on is not None
    assert today < spec.windows.baseline[0].monday or (spec.windows.baseline[0].monday - today).days > -7
    assert spec.calendar.decide_by is not None
    assert spec.calendar.decide_by > spec.windows.end.sunday


@pytest.mark.parametrize("today", [TODAY, date(2026, 12, 30)])
def test_check_finds_no_error_in_the_example(tmp_path: Path, today: date) -> None:
    init_workspace(tmp_path, today=today)
    findings = pl.open(tmp_path, today=today).check()
    assert [finding for finding in findings if finding.level != "note"] == []


def test_the_comments_of_the_example_are_true(tmp_path: Path) -> None:
    init_workspace(tmp_path, today=TODAY)
    path = tmp_path / "experiments/anchor-days/pilot.yaml"
    spec = read_pilot(path, root=tmp_path).spec
    assert spec is not None
    windows, text = spec.windows, path.read_text(encoding="utf-8")
    assert f"before the announcement: {windows.baseline[0]} to {windows.baseline[-1]}" in text
    assert f"; {windows.start} would do as well" in text


def test_init_refuses_to_overwrite_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(PilotlabError, match=r"README\.md is there already; nothing was written"):
        init_workspace(tmp_path, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


def test_init_keeps_what_else_is_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    init_workspace(tmp_path, today=TODAY)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_second_init_names_the_first_file_and_counts_the_rest(tmp_path: Path) -> None:
    count = len(init_workspace(tmp_path, today=TODAY))
    with pytest.raises(PilotlabError, match=f"is there already and {count - 1} more"):
        init_workspace(tmp_path, today=TODAY)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "pilots").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        init_workspace(tmp_path / "pilots", today=TODAY)


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("a file where a folder is needed")
    planned = {tmp_path / "a" / "deep" / "one.txt": "1", tmp_path / "b" / "two.txt": "2"}
    with pytest.raises(PilotlabError, match="nothing was written"):
        write_all(planned)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b"]


def test_command_names_what_it_wrote_and_what_is_next(tmp_path: Path) -> None:
    folder = tmp_path / "pilots"
    result = CliRunner().invoke(cli, ["init", str(folder), "--today", "2026-06-10"])
    assert result.exit_code == 0, result.output
    assert "experiments/anchor-days/pilot.yaml" in result.output
    assert "next: pilotlab check anchor-days" in result.output
    again = CliRunner().invoke(cli, ["init", str(folder), "--today", "2026-06-10"])
    assert again.exit_code == 1
    assert "there already" in again.output


def test_command_prints_json(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["init", str(tmp_path / "w"), "--format", "json"])
    assert "pilotlab.toml" in json.loads(result.output)["written"]
