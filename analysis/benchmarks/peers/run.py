"""Measure pilotlab beside its peers: the same data, in turn, each run a process of its own.

    python analysis/benchmarks/peers/run.py --environments DIR [--tasks twfe wild] [--sizes S M] [--rounds 3] [--write]

`--environments` is a folder outside the repository; what is missing there is installed first (about 3 GB in all).
`--interpreter moderndid=python3.12` takes another Python for a program whose newest release needs one.
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
from datetime import date
from pathlib import Path
from typing import Any

from environments import install, python_of
from panels import SIZES, rows_of, write_all
from report import write_plot, write_table
from tasks import TASKS, Task, disagreements

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
ONE_THREAD = dict.fromkeys(
    (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "POLARS_MAX_THREADS",
    ),
    "1",
)
CALLS = {
    "S": 5,
    "M": 5,
    "L": 3,
    "XL": 2,
}  # timed calls in a process: the first touches memory for the first time
ROUNDS = {"L": 2, "XL": 1}  # no more than so many processes at large sizes


def main() -> None:
    """Install, make data, measure, compare, print; store where asked."""
    chosen = _arguments()
    missing = install(chosen.environments, dict(each.split("=", 1) for each in chosen.interpreter))
    for program, why in missing.items():
        print(f"{program} could not be installed: {why}")
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"tasks": {}}
    with tempfile.TemporaryDirectory(dir=chosen.scratch) as name:
        folder = Path(name)
        write_all(folder, chosen.sizes)
        if "S" not in chosen.sizes:
            write_all(folder, ["S"])
        for key in chosen.tasks:
            for size in (size for size in chosen.sizes if size in TASKS[key].sizes):
                found = measure(key, size, folder, chosen)
                stored["tasks"].setdefault(key, {})[size] = found
                print(_line(key, size, found), flush=True)
                if chosen.write:
                    _store(stored)


def measure(key: str, size: str, folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run ours and each peer in turn; the least CPU of all calls counts, for other work can only add to it."""
    task = TASKS[key]
    programs = ["pilotlab", *task.sizes[size]]
    found: dict[str, Any] = dict.fromkeys(programs)
    for _ in range(min(chosen.rounds, ROUNDS.get(size, chosen.rounds))):
        for program in programs:
            if found[program] is not None and "failed" in found[program]:
                continue
            seen = _child(program, key, task, size, folder, chosen)
            found[program] = _merged(found[program], seen)
    _compare(task, found)
    return {"date": date.today().isoformat(), "rows": rows_of(size), "programs": found}


def _child(
    program: str, key: str, task: Task, size: str, folder: Path, chosen: argparse.Namespace
) -> dict[str, Any]:
    small = folder / f"{task.panel}-S"
    command = [
        str(python_of(program, chosen.environments)),
        *(str(HERE / "child.py"), program, key, "--warm", str(small)),
        *("--data", str(folder / f"{task.panel}-{size}"), "--runs", str(CALLS[size])),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=chosen.seconds,
            env=os.environ | ONE_THREAD,
            preexec_fn=lambda: _limit_memory(chosen.gigabytes),
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {chosen.seconds} s"}
    if done.returncode == 0:
        return dict(json.loads(done.stdout.strip().splitlines()[-1]))
    return {"failed": _why(done, chosen.gigabytes)}


def _why(done: subprocess.CompletedProcess[str], gigabytes: int) -> str:
    """Name what ended a process, without the paths that its message may hold."""
    last = (done.stderr.strip().splitlines() or [""])[-1]
    if done.returncode < 0 or "Memory" in last or "allocate" in last:
        return f"more than {gigabytes} GB of memory"
    return last.split("/")[0][:160] or f"exit code {done.returncode}"


def _limit_memory(gigabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (gigabytes << 30, gigabytes << 30))


def _merged(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """Keep the fastest calls of all rounds."""
    if "failed" in new:
        return new
    times = {
        name: {clock: round(min(run[clock] for run in runs), 5) for clock in ("cpu", "wall")}
        for name, runs in (("first_call", [new["first_call"]]), ("again", new.pop("runs")))
    }
    new |= times
    if old is None:
        return new | {"calls": 1}
    for name in ("first_call", "again"):
        new[name] = {clock: min(new[name][clock], old[name][clock]) for clock in ("cpu", "wall")}
    return new | {"peak_mb": max(old["peak_mb"], new["peak_mb"])}


def _compare(task: Task, found: dict[str, Any]) -> None:
    """Hold each peer's numbers against ours, and only then its time."""
    ours = found["pilotlab"]
    for program, theirs in found.items():
        if program == "pilotlab" or "failed" in theirs or "failed" in ours:
            continue
        theirs["disagrees"] = disagreements(task, ours["numbers"], theirs["numbers"])
        if theirs["disagrees"]:
            continue  # the time of another answer is no comparison
        theirs["ratio"] = round(theirs["again"]["cpu"] / ours["again"]["cpu"], 2)
        theirs["ratio_first_call"] = round(theirs["first_call"]["cpu"] / ours["first_call"]["cpu"], 2)


def _line(key: str, size: str, found: dict[str, Any]) -> str:
    words = [f"{key} {size}:"]
    for program, each in found["programs"].items():
        if "failed" in each:
            words.append(f"{program} {each['failed']};")
            continue
        ratio = f" x{each['ratio']}" if "ratio" in each else ""
        apart = " DISAGREES " + ", ".join(each["disagrees"]) if each.get("disagrees") else ""
        words.append(f"{program} {each['again']['cpu']:.4f} s{ratio}, {each['peak_mb']} MB{apart};")
    return " ".join(words)


def _store(stored: dict[str, Any]) -> None:
    stored["machine"] = {
        "cores": os.cpu_count(),
        "processor": processor(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "threads": 1,
    }
    stored["sizes"] = {size: {"teams": teams, "weeks": weeks} for size, (teams, weeks) in SIZES.items()}
    RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    write_table(stored, HERE / "results.md")
    write_plot(stored, HERE / "results.svg")


def processor() -> str:
    """Name of the processor, where the system tells."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--interpreter", action="append", default=[], metavar="PROGRAM=PYTHON")
    parser.add_argument("--scratch", type=Path, help="where data are written for the while")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["S", "M", "L"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=600, help="longest a process may take")
    parser.add_argument("--gigabytes", type=int, default=12, help="most memory a process may address")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(sys.argv[1:])


if __name__ == "__main__":
    main()
