"""How often the checks of the robustness card raise an alarm: in pilots without any threat, and in pilots with one.

    python analysis/calibration/threats.py --date 2026-11-22 [--seeds 300] [--write]

Every pilot goes through the panel, `did` and the table of checks, as `pilotlab analyze` does.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import pilotlab
from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate import request
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.table import CHECKS
from pilotlab.panel.build import build_panel
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.weeks import weeks_between

STUDY_SEED, CHECKED = 20261122, 3
TEAMS, EFFECT, SPREAD = 24, 1.0, 1.0  # the spread of teams' levels and of their weeks is 1
BEFORE, WAIT, WEEKS = 8, 2, 20  # baseline weeks, announced weeks, and all of them
WASHIN = 2
SPEC = PilotSpec.model_validate(
    {
        "id": "study",
        "question": "How often is a check wrong?",
        "policy": {"control": {}, "pilot": {}},
        "teams": {"file": "teams.csv"},
        "announced_on": "2026-08-24",
        "calendar": {"start": "2026-W37", "baseline_weeks": BEFORE, "washin_weeks": WASHIN, "pilot_weeks": 8},
        "metrics": {"goals": [{"use": "score@1", "worth_it": 0.5}]},
    }
)
METRIC = MetricSpec.model_validate(
    {"id": "score", "label": "Score", "unit": "points", "family": "outcome", "kind": "continuous"}
    | {"direction": "higher", "roles": ["goal"]}
)
Extra = Callable[
    [np.ndarray, np.ndarray], np.ndarray
]  # event time (weeks,), pilot (teams,) -> (teams, weeks)


class Cell(NamedTuple):
    """One kind of pilot: whether a lot decided, how weeks hang together, and what went wrong."""

    drawn: bool
    ar: float
    threat: Extra | None = None
    worst: bool = False  # the worse half by baseline mean takes the policy
    effect: float = EFFECT


def drift(at: np.ndarray, pilot: np.ndarray) -> np.ndarray:
    """Pilot teams drift by .15 a week, all along."""
    return np.asarray(0.15 * pilot[:, None] * at)


def early(at: np.ndarray, pilot: np.ndarray) -> np.ndarray:
    """Pilot teams react to the announcement as they will to the policy."""
    return np.asarray(EFFECT * pilot[:, None] * ((at >= -WAIT) & (at < 0)))


def fading(at: np.ndarray, pilot: np.ndarray) -> np.ndarray:
    """On top of the effect a novelty of 2, gone by half every two weeks."""
    return np.asarray(2.0 * pilot[:, None] * np.where(at >= 0, 0.5 ** (at / 2), 0.0))


CELLS: Mapping[str, Cell] = {
    "drawn, no threat": Cell(drawn=True, ar=0.0),
    "chosen, no threat": Cell(drawn=False, ar=0.5),
    "chosen, a drift and no effect": Cell(drawn=False, ar=0.0, threat=drift, effect=0.0),
    "drawn, a reaction to the announcement": Cell(drawn=True, ar=0.0, threat=early),
    "drawn, a novelty": Cell(drawn=True, ar=0.0, threat=fading),
    "volunteers at their worst, no effect": Cell(drawn=False, ar=0.5, worst=True, effect=0.0),
}


def alarms(cell: Cell, seed: int, place: int) -> list[str]:
    """Names of the checks that raise an alarm in one pilot."""
    rng = np.random.default_rng([STUDY_SEED, place, seed])
    at = np.arange(-BEFORE - WAIT, WEEKS - BEFORE - WAIT)
    y = rng.normal(0, SPREAD, (TEAMS, 1)) + _weeks(rng, cell.ar)
    pilot = rng.permutation(TEAMS) < TEAMS // 2
    if cell.worst:
        pilot = np.argsort(np.argsort(y[:, :BEFORE].mean(axis=1))) < TEAMS // 2
    y = y + cell.effect * pilot[:, None] * (at >= 0)
    headline = _headline(y if cell.threat is None else y + cell.threat(at, pilot), pilot, drawn=cell.drawn)
    return [name for name, check in CHECKS.items() if check(headline).outcome == "fail"]


def _weeks(rng: np.random.Generator, ar: float) -> np.ndarray:
    shocks = rng.normal(0, SPREAD, (TEAMS, WEEKS))
    for week in range(1, WEEKS):
        shocks[:, week] = ar * shocks[:, week - 1] + np.sqrt(1 - ar**2) * shocks[:, week]
    return shocks


def _headline(y: np.ndarray, pilot: np.ndarray, *, drawn: bool) -> Headline:
    windows = SPEC.windows
    names = [f"team-{number:02d}" for number in range(TEAMS)]
    teams = tuple(
        AssignedTeam(name, "pilot" if treated else CONTROL, windows.start if treated else None)
        for name, treated in zip(names, pilot, strict=True)
    )
    assignment = Assignment("study", "complete" if drawn else "declared", teams, seed=1 if drawn else None)
    weeks = tuple(weeks_between(windows.baseline[0], windows.end))
    cells = [
        (name, week.code, float(y[i, t]), None)
        for i, name in enumerate(names)
        for t, week in enumerate(weeks)
    ]
    panel = build_panel(SPEC, METRIC, assignment, cells)
    method = {**request.design(SPEC, panel), **request.method(SPEC, 1)}
    estimate = did(panel.values, **method)
    assert isinstance(estimate, Estimate)
    return Headline(
        spec=SPEC, panel=panel, frame=panel.values, asked=method, estimate=estimate, use=SPEC.metrics.goals[0]
    )


def study(seeds: int) -> list[dict[str, Any]]:
    """Rate of alarms a cell and check, and the alarms of the first pilots, which a test makes again."""
    rows = []
    for place, (name, cell) in enumerate(CELLS.items()):
        found = [alarms(cell, seed, place) for seed in range(seeds)]
        count = Counter(each for one in found for each in one)
        rates = {check: round(count[check] / seeds, 4) for check in CHECKS if count[check]}
        some = sum(bool(set(one) - {"breakdown"}) for one in found) / seeds
        rows.append(
            {"name": name, "rates": rates, "any but breakdown": round(some, 4), "first": found[:CHECKED]}
        )
        print(name, f"any {some:.1%}", {check: f"{rate:.1%}" for check, rate in rates.items()}, flush=True)
    return rows


def main() -> None:
    """Run the study from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--date", required=True, help="day of the run, stored with the results")
    options.add_argument("--seeds", type=int, default=300)
    options.add_argument("--write", action="store_true", help="store the results beside the script")
    chosen = options.parse_args()
    head = {"date": chosen.date, "pilotlab": pilotlab.__version__, "numpy": np.__version__}
    data = {**head, "study_seed": STUDY_SEED, "seeds": chosen.seeds, "cells": study(chosen.seeds)}
    if chosen.write:
        Path(__file__).with_suffix(".json").write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
