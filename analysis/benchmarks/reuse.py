"""What a stored run saves: CPU of `analyze`, then of the commands that read what it worked out, as whole processes.

    python analysis/benchmarks/reuse.py [--runs 5] [--write]

The pilot is the one of `pilotlab demo`. A command that works everything out itself stands beside each, in a workspace
whose runs were never kept; the result is `reuse.json`.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pilotlab as pl

HERE = Path(__file__).resolve().parent
COMMANDS = ("analyze", "decide", "readout")


def cpu_seconds(command: str, folder: Path, pilot: str, day: str) -> float:
    """Run one process to its end, and return the CPU it took."""
    before = _children()
    asked = [sys.executable, "-m", "pilotlab", command, pilot, "--today", day]
    subprocess.run(asked, cwd=folder, capture_output=True, check=True)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(runs: int) -> dict[str, dict[str, float]]:
    """Time each command on a fresh copy of the demo, and again where the run is kept."""
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name) / "fresh"
        lab = pl.demo(fresh)
        (pilot,) = lab.pilots()
        day = date(2100, 1, 1).isoformat()
        for run in range(runs):
            for command in COMMANDS:
                folder = Path(name) / f"{command}-{run}"
                shutil.copytree(fresh, folder)
                _correct(folder, pilot)
                for kind in ("worked out", "read"):
                    spent = cpu_seconds(command, folder, pilot, day)
                    taken.setdefault(f"{command}, {kind}", []).append(spent)
    return {
        name: {"min": min(spent), "median": statistics.median(spent), "max": max(spent)}
        for name, spent in taken.items()
    }


def _correct(folder: Path, pilot: str) -> None:
    """Change one value, so that no stored run answers any more."""
    lab = pl.open(folder)
    plan = lab.plan(pilot)
    team, week = lab.teams(pilot)[0], plan.spec.windows.counted[0]
    lab.log(pilot, team, week, {plan.spec.metrics.goals[0].use: "leave"}, why="a late correction")


def main() -> None:
    """Measure, print, and store where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    rows = measure(chosen.runs)
    for name, row in rows.items():
        print(f"{name:<24}{row['min']:>8.3f}{row['median']:>8.3f}{row['max']:>8.3f}")
    if chosen.write:
        result = {
            "date": date.today().isoformat(),
            "pilotlab": pl.__version__,
            "python": platform.python_version(),
            "runs": chosen.runs,
            "cpu_seconds": {
                name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()
            },
        }
        (HERE / "reuse.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
