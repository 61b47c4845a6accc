"""Where the time goes in the three slowest of our estimators on two million rows: cProfile, by function.

    python analysis/benchmarks/slowest.py [--top 8] [--write]

Takes size L of `peers/panels.py`; the result is `slowest.md`.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

from panels import write_all  # noqa: E402
from programs.pilotlab import TASKS  # noqa: E402

SLOWEST = ("group_time", "event_study", "imputation")


def profiled(task: str, folder: Path) -> pstats.Stats:
    """Profile one call, after one that does not count."""
    columns, call = TASKS[task]
    frame = pd.DataFrame({name: np.load(folder / f"{name}.npy") for name in columns})
    call(frame)
    profile = cProfile.Profile()
    profile.runcall(call, frame)
    return pstats.Stats(profile)


def table(task: str, stats: pstats.Stats, top: int) -> str:
    """Write the functions that take most of a call, by their own time."""
    total = stats.total_tt  # type: ignore[attr-defined]
    rows = sorted(stats.stats.items(), key=lambda item: -item[1][2])[:top]  # type: ignore[attr-defined]
    lines = [f"| `{task}`, {total:.3f} s | own time | calls |", "|---|---:|---:|"]
    lines += [f"| {_named(key)} | {own / total:.0%} | {calls} |" for key, (_, calls, own, *_) in rows]
    return "\n".join(lines)


def main() -> None:
    """Profile, print, and store where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--top", type=int, default=8)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_all(Path(name), ["L"])
        tables = [table(task, profiled(task, Path(name) / "staggered-L"), chosen.top) for task in SLOWEST]
    text = "# The slowest three, size L\n\n" + "\n\n".join(tables) + "\n"
    print(text)
    if chosen.write:
        (HERE / "slowest.md").write_text(text, encoding="utf-8")


def _named(key: tuple[str, int, str]) -> str:
    path, _, function = key
    return f"`{Path(path).stem}.{function.strip('<>')}`" if path != "~" else f"`{function.strip('<>')}`"


if __name__ == "__main__":
    main()
