"""One program, one task, one size: measured inside a process of its own; the last line printed is JSON.

python child.py PROGRAM TASK --data FOLDER --warm FOLDER --runs N
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ENOUGH = 50.0  # CPU seconds after which no further call is made


def main() -> None:
    """Warm up on a small panel, then time `runs` calls; numbers of the last call are kept for the comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("task")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--warm", type=Path, required=True)
    parser.add_argument("--runs", type=int, required=True)
    chosen = parser.parse_args()
    begun = _clock()
    module = importlib.import_module(f"programs.{chosen.program}")
    columns, call = module.TASKS[chosen.task]
    call(_load(chosen.warm, columns))
    first = _since(begun)
    data = _load(chosen.data, columns)
    held = _peak_mb()
    numbers, runs = _timed(call, data, chosen.runs)
    result = {
        "version": importlib.metadata.version(module.NAME),
        "numbers": numbers,
        "first_call": first,
        "runs": runs,
        "peak_mb": round(_peak_mb()),
        "peak_mb_with_data_alone": round(held),
    }
    print(json.dumps(result))


def _timed(
    call: Callable[[Any], dict[str, float]], data: Any, runs: int
) -> tuple[dict[str, float], list[Any]]:
    taken: list[dict[str, float]] = []
    while len(taken) < runs and sum(run["cpu"] for run in taken) < ENOUGH:
        begun = _clock()
        numbers = call(data)
        taken.append(_since(begun))
    return numbers, taken


def _load(folder: Path, columns: tuple[str, ...]) -> Any:
    """Read a panel as a DataFrame, or arrays by name where they are no columns."""
    arrays = {name: np.load(folder / f"{name}.npy") for name in columns}
    return pd.DataFrame(arrays, copy=False) if "y" in arrays else arrays


def _clock() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def _since(begun: tuple[float, float]) -> dict[str, float]:
    cpu, wall = _clock()
    return {"cpu": cpu - begun[0], "wall": wall - begun[1]}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
