"""Store: what every study of this folder does at the end: print a table, and write it down with its date and versions."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from pilots import STUDY_SEED

import pilotlab

Row = dict[str, Any]


def run(
    script: str,
    about: str | None,
    study: Callable[[int], Iterator[Row]],
    *,
    seeds: int,
    checked: int,
    numbers: str = "rates",
    show: Callable[[float], str] = lambda rate: f"{100 * rate:5.1f} %",
) -> None:
    """Run a study from the command line; `--write` stores it beside its script.

    Parameters
    ----------
    study : callable
        From seeds a cell to its rows, each with a name and `numbers`.
    checked : int
        First pilots of a cell that a test reruns.
    """
    options = argparse.ArgumentParser(description=about)
    options.add_argument("--date", required=True, help="day of the run, stored with the results")
    options.add_argument("--seeds", type=int, default=seeds, help=f"pilots a cell ({seeds:,})")
    options.add_argument("--write", action="store_true", help="store the results beside the script")
    chosen = options.parse_args()
    rows = []
    for row in study(chosen.seeds):
        rows.append(row)
        shown = (f"{name} {show(value)}" for name, value in row[numbers].items())
        print(f"{row['name']:<44}", *shown, flush=True)
    if chosen.write:
        head = {"date": chosen.date, "pilotlab": pilotlab.__version__, "numpy": np.__version__}
        size = {"study_seed": STUDY_SEED, "seeds": chosen.seeds, "checked": checked}
        text = json.dumps({**head, **size, "cells": rows}, indent=1)
        Path(script).with_suffix(".json").write_text(text + "\n")


def rounded(value: float) -> float:
    """Five digits are more than a simulation knows."""
    return round(float(value), 5)
