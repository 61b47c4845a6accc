"""Workspaces: the declarations that are mutated, and where what is mutated is run."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from click.testing import CliRunner

from pilotlab.cli.main import cli
from pilotlab.scaffold.demo_pilot import demo_pilot
from pilotlab.scaffold.init import init_workspace
from pilotlab.simulate import simulate

ROOT = Path(__file__).parents[2]
PILOT = "anchor-days"
BEFORE, AFTER = "2026-10-12", "2027-06-01"
SECONDS, CHARACTERS = 20.0, 200_000  # of processor time, generous for a shared machine; of output


@dataclass(frozen=True)
class Run:
    """A command that was run: what it said, and what is wrong with that."""

    args: Sequence[str]
    code: int
    output: str
    seconds: float
    fault: str


@dataclass(frozen=True)
class Base:
    """A sound declaration with its list of teams, and metrics of its own."""

    pilot: str
    teams: str
    metrics: str = ""


@cache
def bases() -> dict[str, Base]:
    """Every declaration that comes with pilotlab: the example, both demos, both experiments."""
    found: dict[str, Base] = {}
    with tempfile.TemporaryDirectory() as folder:
        init_workspace(Path(folder) / "new", today=date.fromisoformat(BEFORE))
        example = Path(folder) / "new/experiments/anchor-days"
        found["example"] = Base(_read(example / "pilot.yaml"), _read(example / "teams.csv"))
    for scenario in ("hybrid_strong", "mandate"):
        demo = demo_pilot(simulate(scenario=scenario, teams=24, seed=7))
        files = {name.rpartition("/")[2]: text for name, text in demo.files.items()}
        found[f"demo {demo.id}"] = Base(files["pilot.yaml"], files["teams.csv"])
    place = ROOT / "experiments"
    found["hybrid-schedule"] = Base(
        _read(place / "hybrid-schedule/pilot.yaml"), _read(place / "hybrid-schedule/teams.csv")
    )
    rows = (f"p{n},{('control', 'home')[n % 2]},{20 + n},{n},{n}\n" for n in range(40))
    people = "team,arm,age,tenure,prior_experience\n" + "".join(rows)
    found["ctrip-wfh"] = Base(_read(place / "ctrip-wfh/pilot.yaml"), people, _read(place / "metrics.yaml"))
    return found


def declare(root: Path, base: Base) -> Path:
    """Write a base as the workspace's pilot; returns its folder."""
    place = root / "experiments" / PILOT
    (place / "pilot.yaml").write_text(base.pilot, encoding="utf-8")
    (place / "teams.csv").write_text(base.teams, encoding="utf-8")
    if base.metrics:
        (place.parent / "metrics.yaml").write_text(base.metrics, encoding="utf-8")
    return place


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prepared(folder: Path) -> tuple[Path, Path]:
    """Make a workspace with the example, and one whose plan is frozen and has values."""
    new, frozen = folder / "new", folder / "frozen"
    for root in (new, frozen):
        _expect(run(["init", str(root), "--today", BEFORE], folder))
    _expect(run(["assign", PILOT, "--seed", "7", "--today", BEFORE], frozen))
    _expect(run(["freeze", PILOT, "--today", BEFORE], frozen))
    value = ["--team", "search", "--week", "2027-W10", "--set", "throughput_items=4"]
    _expect(run(["log", PILOT, *value, "--today", AFTER], frozen))
    return new, frozen


def _expect(done: Run) -> None:
    assert done.code == 0, (done.args, done.output)


def run(args: Sequence[str], root: Path, *, typed: str = "") -> Run:
    """Run a command in this process, in a folder, and say whether it kept its promises."""
    begun = time.process_time()
    with contextlib.chdir(root), _actor(), contextlib.redirect_stderr(io.StringIO()):
        result = CliRunner().invoke(cli, list(args), input=typed, prog_name="pilotlab")
    seconds = time.process_time() - begun
    fault = _fault(result.exit_code, result.output, seconds)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        fault = "".join(traceback.format_exception(result.exception))
    return Run(args, result.exit_code, result.output, seconds, fault)


def run_process(args: Sequence[str], root: Path, *, typed: str = "") -> Run:
    """Run a command as people do, in a process of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PILOTLAB_")}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pilotlab", *args],
        cwd=root,
        input=typed.encode(),
        capture_output=True,
        env={**kept, "PILOTLAB_ACTOR": "amy", "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    seconds, output = time.monotonic() - begun, (done.stdout + done.stderr).decode("utf-8", "replace")
    return Run(args, done.returncode, output, seconds, _fault(done.returncode, output, seconds))


def _fault(code: int, output: str, seconds: float) -> str:
    if code not in (0, 1, 2):
        return f"exit code {code}"
    if "Traceback (most recent call last)" in output:
        return "a traceback in the output"
    if seconds > SECONDS:
        return f"{seconds:.1f} s"
    return f"{len(output):,} characters of output" if len(output) > CHARACTERS else ""


@contextlib.contextmanager
def _actor() -> Iterator[None]:
    kept = {key: value for key, value in os.environ.items() if key.startswith("PILOTLAB_")}
    for key in kept:
        del os.environ[key]
    os.environ["PILOTLAB_ACTOR"] = "amy"
    try:
        yield
    finally:
        del os.environ["PILOTLAB_ACTOR"]
        os.environ.update(kept)


def copied(source: Path, target: Path) -> Path:
    """Make a workspace anew from one that was prepared."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target
