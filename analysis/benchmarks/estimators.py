"""How long each estimator, and a whole pilot, takes in a company's own size: CPU seconds, no peer.

    python analysis/benchmarks/estimators.py [--runs 7] [--write]

Every estimator of the registry runs through `pl.did` on 40 teams x 26 weeks of shuffled rows, with the inference that
`auto` takes; the demo's pilot runs through `analyze` and `readout`. The result is `estimators.json`.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import pilotlab as pl

HERE = Path(__file__).resolve().parent
TEAMS, WEEKS, START = 40, 26, 14
STAGGERED = {"event_study", "group_time", "sun_abraham", "imputation", "rollout"}
FEW = {"synthetic_did", "synthetic_control"}
NEEDS: dict[str, dict[str, Any]] = {
    "poisson": {"outcome": "events", "exposure": "people"},
    "binomial": {"outcome": "events", "exposure": "people"},
    "triple": {"group": "affected"},
    "dose": {"dose": "days"},
    "rollout": {"assignment": "complete"},
}


def panel(starts: np.ndarray) -> pd.DataFrame:
    """Make 40 teams whose first pilot week is given, 0 for never, in shuffled rows."""
    rng = np.random.default_rng(7)
    team, week = np.repeat(np.arange(TEAMS), WEEKS), np.tile(np.arange(1, WEEKS + 1), TEAMS)
    first = starts[team]
    on = (first > 0) & (week >= first)
    rows = {
        "team": team,
        "week": week,
        "first_week": first,
        "y": rng.normal(size=team.size) + rng.normal(size=TEAMS)[team] + 0.5 * on,
        "people": 60 + team % 7,
        "events": rng.poisson(2.0 + on),
        "days": np.where(on, 1 + team % 3, 0),
        "affected": team % 2,
    }
    return pd.DataFrame(rows).sample(frac=1, random_state=7, ignore_index=True)


def calls() -> dict[str, Callable[[], Any]]:
    """Return what is timed, by name."""
    several = panel(np.resize([0, 10, 14, 18], TEAMS))
    one = panel(np.resize([0, 0, START, START], TEAMS))
    few = panel(np.where(np.arange(TEAMS) < 3, START, 0))
    found: dict[str, Callable[[], Any]] = {}
    for name in pl.ESTIMATORS:
        frame = several if name in STAGGERED else few if name in FEW else one
        found[name] = lambda name=name, frame=frame: pl.did(frame, estimator=name, **NEEDS.get(name, {}))
    return found


def least(call: Callable[[], Any], runs: int) -> float:
    """Least CPU of some calls, after one that does not count."""
    call()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)


def demo_seconds() -> tuple[str, float]:
    """What the demo's pilot of 24 teams holds, and the CPU of its `analyze` and `readout`, imports included."""
    with tempfile.TemporaryDirectory() as folder:
        made = pl.demo(Path(folder) / "demo")
        (pilot,) = (each.parent.name for each in Path(folder).glob("demo/experiments/*/pilot.yaml"))
        start = time.process_time()
        analysis = made.analyze(pilot)
        made.readout(pilot)
        return repr(analysis), time.process_time() - start


def main() -> None:
    """Measure, print, and store where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    seconds, answers = {}, {}
    for name, call in calls().items():
        found = call()
        answers[name] = getattr(found, "inference", "") or getattr(found, "reason", "")
        seconds[name] = round(least(call, chosen.runs), 5)
        print(f"{name:<20}{seconds[name]:>9.4f}  {answers[name]}")
    size, spent = demo_seconds()
    print(f"{'analyze + readout':<20}{spent:>9.3f}  {size}")
    if chosen.write:
        result = {
            "date": date.today().isoformat(),
            "pilotlab": pl.__version__,
            "python": platform.python_version(),
            "teams": TEAMS,
            "weeks": WEEKS,
            "cpu_seconds": seconds,
            "answered_with": answers,
            "analyze_and_readout_cpu_seconds": round(spent, 3),
            "analyze_and_readout_of": f"24 teams, {size}",
        }
        (HERE / "estimators.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
