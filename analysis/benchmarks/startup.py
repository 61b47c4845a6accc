"""How long a person waits for a command to begin: whole processes, from outside.

    python analysis/benchmarks/startup.py [--runs 9] [--write]

Each command is run in turn with a bare interpreter, so that a slow machine slows both; the result is `startup.json`.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pilotlab as pl

HERE = Path(__file__).resolve().parent
TEN_MISTAKES = HERE.parents[1] / "tests" / "app" / "files" / "ten_mistakes.yaml"
COMMANDS = {
    "python, nothing imported": ["-c", "pass"],
    "import pandas, statsmodels.api": ["-c", "import pandas, statsmodels.api"],
    "pilotlab --help": ["-m", "pilotlab", "--help"],
    "pilotlab check, ten mistakes": ["-m", "pilotlab", "check", "ten-mistakes"],
    "pilotlab check, the example of init": ["-m", "pilotlab", "check", "anchor-days"],
    "pilotlab status": ["-m", "pilotlab", "status", "anchor-days"],
}


def seconds(arguments: list[str], folder: Path) -> float:
    """Run one process to its end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, check=False)
    return time.perf_counter() - start


def measure(runs: int) -> dict[str, dict[str, float]]:
    """Time every command `runs` times, in turn, after one run that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "company"
        pl.init(folder)
        (folder / "experiments" / "ten-mistakes").mkdir()
        shutil.copy(TEN_MISTAKES, folder / "experiments" / "ten-mistakes" / "pilot.yaml")
        shutil.copy(
            folder / "experiments" / "anchor-days" / "teams.csv", folder / "experiments" / "ten-mistakes"
        )
        for run in range(runs + 1):
            for command, arguments in COMMANDS.items():
                spent = seconds(arguments, folder)
                if run:
                    taken[command].append(spent)
    return {
        name: {"min": min(spent), "median": statistics.median(spent), "max": max(spent)}
        for name, spent in taken.items()
    }


def main() -> None:
    """Measure, print, and store where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    rows = measure(chosen.runs)
    for name, row in rows.items():
        print(f"{name:<40}{row['min']:>8.3f}{row['median']:>8.3f}{row['max']:>8.3f}")
    if chosen.write:
        result = {
            "date": date.today().isoformat(),
            "pilotlab": pl.__version__,
            "python": platform.python_version(),
            "runs": chosen.runs,
            "seconds": {
                name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()
            },
        }
        (HERE / "startup.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
