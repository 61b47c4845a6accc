"""Where the time goes in the slowest of our estimators: CPU by function, from cProfile.

    python analysis/benchmarks/slowest.py [--top 6] [--write]

The slowest three on two million rows (size L of `peers/panels.py`), and the slowest three on 40 teams of
`estimators.py`; the tables are `slowest.md`.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))

from estimators import calls
from panels import write_all
from programs.pilotlab import TASKS

HERE = Path(__file__).resolve().parent
LARGE = ("group_time", "event_study", "imputation")
SMALL = ("synthetic_control", "rollout", "synthetic_did")


def profiled(call: Callable[[], Any]) -> pstats.Stats:
    """Profile one call by CPU seconds, after one that does not count."""
    call()
    profile = cProfile.Profile(time.process_time)
    profile.runcall(call)
    return pstats.Stats(profile)


def table(title: str, stats: pstats.Stats, top: int) -> str:
    """Write the functions that take most of a call, by their own time."""
    total = stats.total_tt
    rows = sorted(stats.stats.items(), key=lambda item: -item[1][2])[:top]
    lines = [f"| {title}: {total:.2f} s under the profiler | own time | calls |", "|---|---:|---:|"]
    lines += [f"| {_named(key)} | {own / total:.0%} | {count:,} |" for key, (_, count, own, *_) in rows]
    return "\n".join(lines)


def main() -> None:
    """Profile, print, and store where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--top", type=int, default=6)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_all(Path(name), ["L"])
        found = [
            table(f"`{task}`, L", profiled(_large(task, Path(name) / "staggered-L")), chosen.top)
            for task in LARGE
        ]
    small = calls()
    found += [table(f"`{task}`, 40 teams", profiled(small[task]), chosen.top) for task in SMALL]
    text = "# The slowest estimators\n\n" + "\n\n".join(found) + "\n"
    print(text)
    if chosen.write:
        (HERE / "slowest.md").write_text(text, encoding="utf-8")


def _large(task: str, folder: Path) -> Callable[[], Any]:
    columns, call = TASKS[task]
    frame = pd.DataFrame({name: np.load(folder / f"{name}.npy") for name in columns})
    return lambda: call(frame)


def _named(key: tuple[str, int, str]) -> str:
    path, _, function = key
    short = (
        function.strip("<>")
        .removeprefix("built-in method ")
        .replace("numpy._core._multiarray_umath", "numpy")
    )
    return f"`{Path(path).stem}.{short}`" if path != "~" else f"`{short}`"


if __name__ == "__main__":
    main()
