"""How often does `standard@1` say what? Simulated companies, by scenario and at the rule's edges, through the rule as it stands.

python analysis/calibration/verdicts.py --date 2026-11-29 --write
python analysis/calibration/verdicts.py --date 2026-11-29 --write --whole 2
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from verdict_card import Card, card, moves_of, said_of, states_of, verdict
from verdict_lean import Pilot, Plan
from verdict_pilots import CELLS, EDGE_CELLS, METRICS, Cell, whole

import pilotlab
from pilotlab import ArmDecision, Course, MetricResult

RESULTS = Path(__file__).with_suffix(".json")
SEEDS = 1_000  # pilots a cell
CHECKED = 100  # the first pilots, whose verdicts are stored one by one so that a test can rerun them
SAVED = 100  # pilots a cell between two writings
LETTER = {
    "Scale": "S",
    "Scale with changes": "C",
    "Extend": "E",
    "Stop": "X",
    "Learn": "L",
    "Not decision-ready": "N",
}
CLOSE = 1e-9
Row = dict[str, Any]


@dataclass
class Tally:
    """What was said of a cell's pilots so far."""

    cell: Cell
    plan: Plan
    letters: str = ""
    lowered: int = 0
    states: list[Counter[str]] = field(default_factory=lambda: [Counter(), Counter(), Counter()])
    truth: list[list[float]] = field(default_factory=list)

    def add(self, seed: int) -> None:
        """Run one more pilot."""
        pilot = Pilot.of(self.cell, self.plan, seed)
        said = verdict(pilot)
        self.letters += LETTER[said.verdict]
        self.lowered += "robustness" in moves_of(said)
        for count, state in zip(self.states, states_of(said), strict=True):
            count[state] += 1
        self.truth.append([pilot.truth[metric] for metric in METRICS[self.cell.pilot]])

    def row(self) -> Row:
        """Return what is stored: verdicts, states of the goal and the guardrails, and what was true on average."""
        true = np.mean(self.truth, axis=0).round(4).tolist()
        return {
            "name": self.cell.name,
            "teams": self.cell.teams,
            "pilots": len(self.letters),
            "verdicts": {name: self.letters.count(letter) for name, letter in LETTER.items()},
            "lowered_by_doubt": self.lowered,
            "states": [dict(sorted(count.items())) for count in self.states],
            "truth": dict(zip(METRICS[self.cell.pilot], true, strict=True)),
            "first": self.letters[:CHECKED],
        }


def study(
    cells: tuple[Cell, ...], seeds: int, save: Callable[[dict[str, Row]], None] | None = None
) -> dict[str, Row]:
    """Run cells of one size, seed by seed, since cells of one seed share companies; `save` gets what there is by then."""
    tallies = [Tally(cell, Plan.of(cell)) for cell in cells]
    for seed in range(seeds):
        for tally in tallies:
            tally.add(seed)
        if save and not (seed + 1) % SAVED:
            save({tally.cell.key: tally.row() for tally in tallies})
    return {tally.cell.key: tally.row() for tally in tallies}


def table(rows: dict[str, Row]) -> list[str]:
    """Lines of the page's table: what was true, and the share of each verdict with its Monte-Carlo standard error, in %."""
    said = [name for name in LETTER if any(row["verdicts"][name] for row in rows.values())]
    head = ["pilot", "pilots", "goal", "first guardrail", "second guardrail", *said]
    lines = [head, ["---"] * len(head)]
    for key, row in rows.items():
        true = [f"{value:+.2f}".replace("-", "−") for value in list(row["truth"].values())[:3]]
        lines.append([key, f"{row['pilots']:,}", *true, *(_percent(row, name) for name in said)])
    return [f"| {' | '.join(line)} |" for line in lines]


def rate(row: Row, name: str) -> tuple[float, float]:
    """Share of a cell's pilots with a verdict, and its Monte-Carlo standard error."""
    share = row["verdicts"][name] / row["pilots"]
    return share, math.sqrt(share * (1 - share) / row["pilots"])


def _percent(row: Row, name: str) -> str:
    share, error = rate(row, name)
    return f"{100 * share:.1f} ± {100 * error:.1f}" if share else "0"


def same(cell: Cell, plan: Plan, seed: int) -> bool:
    """Whether the lean way and a real workspace say the same of one pilot: verdict, grade, states, gate, numbers and card."""
    pilot, course = Pilot.of(cell, plan, seed), whole(cell, seed)
    (arm,) = course.decision.arms
    return (
        said_of(verdict(pilot)) == _read(arm) and _same_numbers(pilot, course) and _same_card(pilot, course)
    )


def _read(arm: ArmDecision) -> tuple[Any, ...]:
    states = [row.state for row in arm.states]
    moves = [step.name for step in arm.steps if step.lowered]
    return arm.verdict, arm.grade, states, [item.met for item in arm.gate], moves


def _same_numbers(pilot: Pilot, course: Course) -> bool:
    """Estimate, interval and one-sided bounds of the goal and the guardrails, rounded as a workspace shows them."""
    results = course.analysis.results[:3]
    pairs = [(_rounded(pilot.estimate(row.metric.id), row), _numbers(row.estimate)) for row in results]
    return all(np.allclose(lean, real, rtol=CLOSE, atol=CLOSE) for lean, real in pairs)


def _numbers(found: Any) -> list[float]:
    return [found.att, *found.ci, found.bound("lower", level=0.95), found.bound("upper", level=0.95)]


def _rounded(found: Any, shown: MetricResult) -> list[float]:
    law: Any = getattr(shown.estimate, "law", None)
    return [law.rounding.number(number) for number in _numbers(found)]


def _same_card(pilot: Pilot, course: Course) -> bool:
    goal = course.analysis.results[0]
    found, made = card(pilot, goal.metric.id), goal.robustness
    return made is not None and found == Card(made.agreed, made.counted, bool(made.sign_flips))


def _whole(pilots: int) -> Iterator[dict[str, Row]]:
    for cell in CELLS:
        plan = Plan.of(cell)
        yield {cell.key: {"pilots": pilots, "same": sum(same(cell, plan, seed) for seed in range(pilots))}}


def _groups(seeds: int | None) -> Iterator[tuple[tuple[Cell, ...], int]]:
    """Cells of one size and kind, and how many pilots each gets."""
    for _, cells in groupby(CELLS, key=lambda cell: (cell.teams, cell in EDGE_CELLS)):
        yield tuple(cells), seeds or SEEDS


def main() -> None:
    """Print verdicts by cell; `--write` stores them beside this file, `--whole` holds them against real workspaces."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--date", required=True, help="day of the run, stored with the results")
    options.add_argument("--seeds", type=int, help=f"pilots a cell ({SEEDS:,})")
    options.add_argument("--whole", type=int, help="pilots a cell to take through a real workspace instead")
    options.add_argument("--write", action="store_true", help="store the results beside the script")
    chosen = options.parse_args()
    head = {"date": chosen.date, "pilotlab": pilotlab.__version__, "numpy": np.__version__}
    stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    stored = {**stored, **head, "whole": stored.get("whole", {}), "cells": stored.get("cells", {})}
    part = "whole" if chosen.whole else "cells"

    def save(rows: dict[str, Row]) -> None:
        stored[part].update(rows)
        if chosen.write:
            RESULTS.write_text(json.dumps(stored, indent=1) + "\n")

    if chosen.whole:
        for row in _whole(chosen.whole):
            save(row)
            print(*row.items(), flush=True)
        return
    for cells, seeds in _groups(chosen.seeds):
        rows = study(cells, seeds, save)
        save(rows)
        print("\n".join(table(rows)), flush=True)


if __name__ == "__main__":
    main()
