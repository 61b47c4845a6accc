"""TWFE beside a bare pass: every row placed where its team and week stand, and the grid demeaned once.

    python analysis/benchmarks/bare_pass.py [--sizes L XL] [--calls 9] [--write]

The bare pass checks nothing and answers nothing: whoever reads an unsorted frame has to do at least that. Both are called in
turn in one process of one thread; the least CPU of each counts. With `--write` the numbers go to `bare_pass.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

import pilotlab as pl

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "peers"))

from panels import SIZES, rows_of, write_staggered  # noqa: E402 - beside the peers
from run import ONE_THREAD, processor  # noqa: E402

COLUMNS = ("team", "week", "first_week", "y")


def bare(frame: pd.DataFrame) -> np.ndarray:
    """Place every row, and take out the means of teams and weeks once."""
    team, week, y = (frame[name].to_numpy() for name in ("team", "week", "y"))
    row, column = team - team.min(), week - week.min()
    shape = (row.max() + 1, column.max() + 1)
    grid = np.full(shape[0] * shape[1], np.nan)
    grid[row * shape[1] + column] = y  # half the time of grid[row, column]
    grid = grid.reshape(shape)
    grid -= grid.mean(axis=1, keepdims=True)
    grid -= grid.mean(axis=0)
    return grid


def twfe(frame: pd.DataFrame) -> object:
    """Answer through the public door, CR1 by team."""
    return pl.did(frame, estimator="twfe", inference="cluster")


def measure(size: str, calls: int) -> dict[str, float]:
    """Measure both in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        write_staggered(Path(folder), *SIZES[size])
        command = [sys.executable, __file__, "--one", folder, "--calls", str(calls)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | ONE_THREAD
        )
    found: dict[str, float] = json.loads(done.stdout)
    return {"rows": rows_of(size), **found}


def in_turn(folder: Path, calls: int) -> dict[str, float]:
    """Call both in turn; the least CPU seconds of each."""
    frame = pd.DataFrame({name: np.load(folder / f"{name}.npy") for name in COLUMNS}, copy=False)
    taken: dict[str, list[float]] = {"twfe": [], "bare": []}
    for _ in range(calls + 1):
        for call in (twfe, bare):
            taken[call.__name__].append(_spent(call, frame))
    ours, least = (min(taken[name][1:]) for name in ("twfe", "bare"))
    return {"twfe": round(ours, 4), "bare": round(least, 4), "ratio": round(ours / least, 2)}


def _spent(call: Callable[[pd.DataFrame], object], frame: pd.DataFrame) -> float:
    begun = time.process_time()
    call(frame)
    return time.process_time() - begun


def main() -> None:
    """Measure, print, and store where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=["L", "XL"])
    parser.add_argument("--calls", type=int, default=9)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(in_turn(asked.one, asked.calls)))
        return
    found = {size: measure(size, asked.calls) for size in asked.sizes}
    stored = {
        "date": date.today().isoformat(),
        "processor": processor(),
        "python": platform.python_version(),
        "sizes": found,
    }
    print(json.dumps(stored, indent=1))
    if asked.write:
        (HERE / "bare_pass.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
