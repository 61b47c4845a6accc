"""Make this pilot's files: the company of `pilotlab demo`, under the arms that the declared seed draws.

    python experiments/hybrid-schedule/make.py [DIR]

Writes pilot.yaml, teams.csv and data/ here, or in DIR; the same seed writes the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pilotlab as pl
from pilotlab.scaffold.demo_pilot import METRICS, demo_pilot, demo_rows
from pilotlab.simulate.files import long_csv, truth_json

HERE = Path(__file__).resolve().parent
PILOT = HERE.name
SEED = 7


def files() -> dict[str, str]:
    """Return declaration, teams, data and truth, by path from this folder."""
    company = pl.simulate("hybrid_strong", 24, SEED, baseline_weeks=10, announced_week=9, metrics=METRICS)
    workspace = demo_pilot(company).files
    arms = drawn(workspace)
    observed = demo_rows(company, arms)
    before = observed["week"] < str(company.timeline.start)
    return {
        "pilot.yaml": workspace[f"experiments/{PILOT}/pilot.yaml"],
        "teams.csv": workspace[f"experiments/{PILOT}/teams.csv"],
        "data/baseline.csv": long_csv(observed[before]),
        "data/pilot.csv": long_csv(observed[~before]),
        "data/truth.json": truth_json(company.truth_as_dict(arms)),
    }


def drawn(workspace: Mapping[str, str]) -> dict[str, str]:
    """Return the arm of each team as `pilotlab assign` draws it, in a scratch workspace."""
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), workspace)
        assignment = pl.open(scratch, actor="make").assign(PILOT)
    return {row.team: row.arm for row in assignment.teams}


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files below a folder."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE, files())
