"""Does the cost grow with the rows? Ours alone, 52 thousand to 21 million rows, shuffled and in order.

    python analysis/benchmarks/growth.py [--rounds 2] [--write]

Each size runs in a process of its own, in turn with the others; the result is `growth.md`, `.json` and `.svg`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))

from panels import write_staggered
from programs.pilotlab import TASKS
from run import ONE_THREAD, processor
from tasks import TASKS as TITLES

HERE = Path(__file__).resolve().parent
WEEKS = 104
TEAMS = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
MEASURED = ("twfe", "event_study", "group_time", "imputation")
ORDERS = ("shuffled", "in order")
CALLS = 3
LINEAR_FROM = 200_000  # rows; below, what a call costs however small its frame counts too


def main() -> None:
    """Measure, print, and store where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scratch", type=Path, help="where data are written for the while")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", nargs=2, metavar=("TASK", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(_one(chosen.one[0], Path(chosen.one[1]))))
        return
    seen: dict[str, Any] = {task: {order: {} for order in ORDERS} for task in MEASURED}
    for _ in range(chosen.rounds):
        for teams in TEAMS:
            for order in ORDERS:
                _round(seen, teams, order, chosen.scratch)
    stored = {
        "date": date.today().isoformat(),
        "processor": processor(),
        "python": platform.python_version(),
        "rows": [teams * WEEKS for teams in TEAMS],
        "tasks": {task: {order: _summed(seen[task][order]) for order in ORDERS} for task in MEASURED},
    }
    print(table(stored))
    if chosen.write:
        (HERE / "growth.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        (HERE / "growth.md").write_text(table(stored), encoding="utf-8")
        draw(stored, HERE / "growth.svg")


def _round(seen: dict[str, Any], teams: int, order: str, scratch: Path | None) -> None:
    """Measure every task on one panel; the least CPU of all rounds is kept."""
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        write_staggered(Path(name), teams, WEEKS, shuffled=order == "shuffled")
        for task in MEASURED:
            command = [sys.executable, __file__, "--one", task, name]
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, env=os.environ | ONE_THREAD
            )
            found = json.loads(done.stdout.splitlines()[-1])
            old = seen[task][order].get(teams)
            if old is None or found["user"] + found["system"] < old["user"] + old["system"]:
                seen[task][order][teams] = found
            print(f"{task:<12}{order:<10}{teams * WEEKS:>12,} rows  {found}", flush=True)


def _one(task: str, folder: Path) -> dict[str, float]:
    """Time some calls, after one that does not count."""
    columns, call = TASKS[task]
    frame = pd.DataFrame({name: np.load(folder / f"{name}.npy") for name in columns}, copy=False)
    call(frame)
    taken = []
    for _ in range(CALLS):
        before = _spent()
        call(frame)
        taken.append(_spent() - before)
    user, system = min(taken, key=np.sum).tolist()
    return {"user": round(user, 4), "system": round(system, 4), "peak_mb": _peak_mb()}


def _spent() -> np.ndarray:
    """CPU seconds of this process so far: its own, and the system's on its behalf."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return np.array([spent.ru_utime, spent.ru_stime])


def _peak_mb() -> int:
    """Most memory since this program began; what `getrusage` says may be that of the process which started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _summed(found: dict[int, dict[str, float]]) -> dict[str, Any]:
    """Columns by size, and the power of the rows with which CPU grows: the slope of its logarithm on theirs."""
    cpu = np.array([found[teams]["user"] + found[teams]["system"] for teams in TEAMS])
    rows = np.array(TEAMS) * WEEKS
    large = rows >= LINEAR_FROM
    slope = float(np.polyfit(np.log(rows[large]), np.log(cpu[large]), 1)[0])
    columns = {name: [found[teams][name] for teams in TEAMS] for name in ("user", "system", "peak_mb")}
    return {**columns, "power_of_rows": round(slope, 2)}


def table(stored: dict[str, Any]) -> str:
    """Write microseconds a row by size, the power, and what the largest size takes."""
    head = [f"{rows / 1e6:.2g} M" for rows in stored["rows"]]
    lines = [
        "| CPU microseconds a row | rows | " + " | ".join(head) + " | power of rows | peak MB |",
        "|---|---|" + "---:|" * (len(head) + 2),
    ]
    for task, orders in stored["tasks"].items():
        for order, found in orders.items():
            cells = _per_row(found, stored["rows"])
            shown = " | ".join(f"{cell:.3f}" for cell in cells)
            lines.append(
                f"| {TITLES[task].title} | {order} | {shown} | {found['power_of_rows']:.2f} | {found['peak_mb'][-1]:,} |"
            )
    return "\n".join(lines) + "\n"


def draw(stored: dict[str, Any], path: Path) -> None:
    """Draw CPU seconds against rows, with a line of power one."""
    mpl.rcParams.update({"svg.hashsalt": "pilotlab", "svg.fonttype": "none"})
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axis = figure.subplots()
    for task, colour in zip(MEASURED, ("#1b6ca8", "#b5532a", "#4f7942", "#7a5195"), strict=True):
        for order, style in zip(ORDERS, ("o-", "o--"), strict=True):
            found = stored["tasks"][task][order]
            cpu = np.add(found["user"], found["system"])
            label = task.replace("_", " ") if order == "shuffled" else None
            axis.loglog(stored["rows"], cpu, style, color=colour, label=label, markersize=3)
    ends = np.array([stored["rows"][0], stored["rows"][-1]])
    axis.loglog(ends, ends * 1e-7, ":", color="grey", label="0.1 microseconds a row")
    axis.set(xlabel="rows (dashed: in order)", ylabel="CPU seconds")
    axis.legend(fontsize=8, frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})


def _per_row(found: dict[str, Any], rows: Iterable[int]) -> list[float]:
    cpu = zip(found["user"], found["system"], rows, strict=True)
    return [(user + system) / count * 1e6 for user, system, count in cpu]


if __name__ == "__main__":
    main()
