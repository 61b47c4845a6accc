"""The repository as a workspace: its example pilots are made, checked, walked and read again to the byte."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from click.testing import CliRunner

import pilotlab as pl
from pilotlab.cli.main import cli

REPOSITORY = Path(__file__).resolve().parents[2]
EXPERIMENTS, READOUTS = REPOSITORY / "experiments", REPOSITORY / "analysis" / "readouts"
PILOT = "hybrid-schedule"
FOLDER = EXPERIMENTS / PILOT
NOT_REBUILT = {"README.md", "sentences.md"}  # written by hand, and by sentences.py
MADE = ("pilot.yaml", "teams.csv", "data/baseline.csv", "data/pilot.csv", "data/truth.json")


def script(path: Path) -> ModuleType:
    """Load a script of the repository, as it lies."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}".replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    files: dict[str, str] = script(FOLDER / "make.py").files()
    return files


@pytest.mark.parametrize("name", MADE)
def test_example_is_what_its_script_makes(made: dict[str, str], name: str) -> None:
    assert (FOLDER / name).read_bytes() == made[name].encode()


def test_example_script_makes_nothing_else(made: dict[str, str]) -> None:
    assert set(made) == set(MADE)


def test_example_data_are_small_and_name_only_its_teams_and_weeks() -> None:
    teams = set(pd.read_csv(FOLDER / "teams.csv")["team"])
    for name, first, last in (("baseline", "2025-W26", "2025-W35"), ("pilot", "2025-W36", "2025-W51")):
        data = pd.read_csv(FOLDER / "data" / f"{name}.csv")
        assert set(data["team"]) == teams
        assert (data["week"].min(), data["week"].max()) == (first, last)
    assert sum(path.stat().st_size for path in (FOLDER / "data").iterdir()) < 750_000


@pytest.mark.parametrize("pilot", sorted(path.parent.name for path in EXPERIMENTS.glob("*/pilot.yaml")))
def test_readme_of_a_pilot_states_the_question_before_the_answer(pilot: str) -> None:
    paragraphs = (EXPERIMENTS / pilot / "README.md").read_text(encoding="utf-8").split("\n\n")
    assert paragraphs[1].startswith("**Question.**")
    assert pilot in (EXPERIMENTS / "README.md").read_text(encoding="utf-8")


def test_check_of_the_repository_finds_no_error_but_the_list_that_is_not_ours_to_pass_on() -> None:
    findings = pl.open(REPOSITORY, today=date(2025, 6, 20)).check()
    errors = [str(finding) for finding in findings if finding.level == "error"]
    absent = [] if (EXPERIMENTS / "ctrip-wfh" / "teams.csv").exists() else ["ctrip-wfh/teams.csv  PL201"]
    assert len(errors) == len(absent)
    assert all(what in error for what, error in zip(absent, errors, strict=True))


def test_the_commands_of_the_example_readme_end_with_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FOLDER, tmp_path / "experiments" / PILOT)
    (tmp_path / "pilotlab.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("pilotlab ")]
    outputs = []
    for line in lines:
        result = CliRunner().invoke(cli, shlex.split(line)[1:], env={"PILOTLAB_ACTOR": "analyst"})
        assert result.exit_code == 0, f"{line}\n{result.output}"
        outputs.append(result.output)
    assert [shlex.split(line)[1] for line in lines][-2:] == ["decide", "readout"]
    assert "SCALE" in outputs[-2]
    numbers = re.search(
        r"by (\S+) points on a scale of 0 to 10; 95 % interval (\S+) to ([\d.]+)",
        " ".join(outputs[-2].split()),
    )
    assert numbers is not None, outputs[-2]
    assert (
        "**Answer.** *Scale*: people were more satisfied with their work (by {} points on a scale of 0 to 10; 95 % interval {} to {};".format(
            *numbers.groups()
        )
        in text
    )


def _with_any_program(text: bytes) -> bytes:
    """Leave out the program that a readout names as the one it was made with: code, Python and libraries."""
    text = re.sub(rb'"program": "[0-9a-f]{64}"|program: `[0-9a-f]{64}`', b"", text)
    text = re.sub(rb"(>program</th><td><code>)[0-9a-f]{64}", rb"\1", text)
    return re.sub(rb'\b(python|numpy|scipy|pandas|statsmodels)(": "| )[0-9.]+', rb"\1", text, flags=re.I)


@pytest.mark.parametrize("kernel", ["Haswell", "Nehalem"])
def test_readouts_are_rebuilt_to_the_byte_on_other_arithmetic(tmp_path: Path, kernel: str) -> None:
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(READOUTS / "rebuild.py"), "--results", str(tmp_path)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {
        path.name: path.read_bytes()
        for path in READOUTS.iterdir()
        if path.suffix in {".html", ".md", ".json"}
    }
    assert sorted(written) == sorted(kept.keys() - NOT_REBUILT)
    for name, text in written.items():
        assert _with_any_program(text) == _with_any_program(kept[name]), (
            f"{name} differs: run `python analysis/readouts/rebuild.py` and read the change"
        )
    assert PILOT + ".html" in written


def test_the_sentences_of_every_metric_are_written_out() -> None:
    page = READOUTS / "sentences.md"
    assert page.read_text(encoding="utf-8") == script(READOUTS / "sentences.py").render(), (
        "run `python analysis/readouts/sentences.py` and read the change"
    )
