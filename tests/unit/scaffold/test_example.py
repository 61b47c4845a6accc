"""The example pilot in experiments/ is the demo's, with its data; rewrite it with `python -m tests.unit.scaffold.test_example`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.design.draw import draw
from pilotlab.scaffold.demo_pilot import METRICS, demo_pilot
from pilotlab.scaffold.init import write_all
from pilotlab.simulate import simulate
from pilotlab.simulate.files import long_csv, truth_json
from pilotlab.spec.reading import parse_pilot
from pilotlab.spec.team import read_teams

REPOSITORY = Path(__file__).resolve().parents[3]
PILOT = "hybrid-schedule"
FOLDER = REPOSITORY / "experiments" / PILOT


def _files(scratch: Path) -> dict[str, str]:
    """Declaration, teams and data of the demo's default company, under the arms that its declared seed draws."""
    company = simulate(baseline_weeks=10, announced_week=9, metrics=METRICS)
    files = {Path(name).name: text for name, text in demo_pilot(company).files.items() if PILOT in name}
    spec = parse_pilot(files["pilot.yaml"], pilot=PILOT).spec
    assert spec is not None
    (scratch / "teams.csv").write_text(files["teams.csv"], encoding="utf-8")
    teams = read_teams(scratch / "teams.csv", spec, scratch)
    arms = {row.team: row.arm for row in draw(spec, teams.teams, seed=None).teams}
    observed = company.observe(arms)
    before = observed["week"] < str(company.timeline.start)
    return {
        "pilot.yaml": files["pilot.yaml"],
        "teams.csv": files["teams.csv"],
        "data/baseline.csv": long_csv(observed[before]),
        "data/pilot.csv": long_csv(observed[~before]),
        "data/truth.json": truth_json(company, arms),
    }


@pytest.mark.parametrize(
    "name", ["pilot.yaml", "teams.csv", "data/baseline.csv", "data/pilot.csv", "data/truth.json"]
)
def test_example_is_what_the_simulation_gives(tmp_path: Path, name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == _files(tmp_path)[name]


def test_example_readme_states_the_question_first() -> None:
    paragraphs = (FOLDER / "README.md").read_text(encoding="utf-8").split("\n\n")
    assert paragraphs[1].startswith("**Question.**")


def test_repository_is_a_workspace_whose_example_passes_check() -> None:
    findings = pl.open(REPOSITORY, today=date(2025, 6, 20)).check(PILOT)
    assert [finding for finding in findings if finding.level == "error"] == []


def test_example_data_name_only_its_teams_and_weeks() -> None:
    teams = set(pd.read_csv(FOLDER / "teams.csv")["team"])
    for name, first, last in (("baseline", "2025-W26", "2025-W35"), ("pilot", "2025-W36", "2025-W51")):
        data = pd.read_csv(FOLDER / "data" / f"{name}.csv")
        assert set(data["team"]) == teams
        assert (data["week"].min(), data["week"].max()) == (first, last)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        made = {FOLDER / name: text for name, text in _files(Path(scratch)).items()}
    for path in made:
        path.unlink(missing_ok=True)
    write_all(made)
