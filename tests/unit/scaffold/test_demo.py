from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import pilotlab as pl
from pilotlab.cli.main import cli
from pilotlab.errors import PilotlabError, UsageError
from pilotlab.scaffold.demo import DemoRun, run_demo
from pilotlab.scaffold.demo_pilot import demo_pilot
from pilotlab.simulate import SCENARIOS, simulate
from pilotlab.spec.reading import parse_pilot

pytestmark = pytest.mark.slow  # every test here makes a whole company


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> DemoRun:
    return run_demo(tmp_path_factory.mktemp("demo") / "company", tell=told.append)


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
@pytest.mark.parametrize("teams", [24, 10])
def test_every_scenario_has_a_declaration_without_a_finding(scenario: str, teams: int) -> None:
    company = simulate(scenario, teams, baseline_weeks=10, announced_week=9, metrics=("office_days",))
    pilot = demo_pilot(company)
    reading = parse_pilot(pilot.files[f"experiments/{pilot.id}/pilot.yaml"], pilot=pilot.id)
    assert reading.findings == ()
    assert reading.spec is not None
    windows = reading.spec.windows
    assert (len(windows.baseline), len(windows.announced), len(windows.washin), len(windows.counted)) == (
        8,
        2,
        4,
        12,
    )
    assert windows.baseline[0] == company.timeline.weeks[0]
    assert windows.end == company.timeline.weeks[-1]
    plan, control = company.scenario.pilot_days, company.scenario.control_days
    assert reading.spec.metrics.adherence is not None
    assert reading.spec.metrics.adherence.planned_gap == plan - control


def test_demo_goes_from_nothing_to_a_readout(run: DemoRun) -> None:
    assert all(path.is_file() for path in run.files)
    suffixes = [path.suffix for path in run.files]
    assert suffixes[:3] == [".html", ".md", ".json"]
    workspace = pl.open(run.folder)
    assert workspace.pilots() == ("hybrid-schedule",)
    assert workspace.decide("hybrid-schedule").verdict == run.decision.verdict


def test_demo_tells_every_step_in_order(run: DemoRun, told: list[str]) -> None:
    verbs = list(dict.fromkeys(line.split()[0] for line in told))
    assert verbs == ["company", "check", "import", "assign", "freeze", "analyse", "decide", "readout"]


def test_strong_scenario_is_found_worth_it(run: DemoRun) -> None:
    assert run.decision.verdict in ("Scale", "Scale with changes")
    assert run.decision.grade == "A"


def test_estimates_stand_beside_the_truth(run: DemoRun) -> None:
    compared = {row.metric: row for row in run.compared}
    goal = compared["job_satisfaction@1"]
    assert goal.estimate is not None
    assert goal.low is not None
    assert goal.high is not None
    assert goal.low < goal.truth < goal.high
    assert goal.truth == pytest.approx(0.55, abs=0.1)
    stored = json.loads((run.folder / "data" / "truth.json").read_text())["effects"]
    assert goal.truth == stored["job_satisfaction"]["att_steady"]
    assert set(compared) == {f"{metric}@1" for metric in stored}


def test_plan_was_frozen_before_the_first_pilot_week(run: DemoRun) -> None:
    plan = pl.open(run.folder).plan("hybrid-schedule")
    assert plan.freeze is not None
    assert plan.freeze.frozen_at[:10] == "2025-08-29"


def test_truth_follows_the_drawn_arms(run: DemoRun) -> None:
    truth = json.loads((run.folder / "data" / "truth.json").read_text())
    drawn = {row.team: row.arm for row in pl.open(run.folder).plan("hybrid-schedule").assigned.teams}
    assert truth["arms"] == drawn


@pytest.mark.parametrize(("scenario", "verdicts"), [("mandate", {"Stop"}), ("null", {"Stop", "Extend"})])
def test_harm_and_nothing_are_not_scaled(tmp_path: Path, scenario: str, verdicts: set[str]) -> None:
    assert run_demo(tmp_path / "company", scenario=scenario).decision.verdict in verdicts


def test_command_replaces_a_demo_only_with_force(run: DemoRun) -> None:
    refused = CliRunner().invoke(cli, ["demo", str(run.folder)])
    assert refused.exit_code == 1
    assert "add --force" in refused.output


def test_command_prints_verdict_truth_and_files_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    """One run as text, where a former demo is replaced; one as JSON: same seed, same pages."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / ".pilotlab-demo").write_text("")
    arguments = ["--teams", "8", "--seed", "3"]
    text = CliRunner().invoke(cli, ["demo", str(tmp_path / "one"), *arguments, "--force"])
    assert text.exit_code == 0, text.output
    for words in ("Truth", "Estimate", "Satisfaction", "hybrid-schedule.html", "truth.json", "next: "):
        assert words in text.output
    data = json.loads(
        CliRunner().invoke(cli, ["demo", str(tmp_path / "two"), *arguments, "--format", "json"]).stdout
    )
    assert data["pilot"] == "hybrid-schedule"
    assert {row["role"] for row in data["compared"]} == {"goal", "guardrail", "watch", "adherence"}
    for name in data["files"]:
        path = Path(name).relative_to(tmp_path / "two")
        if path.suffix != ".db":
            assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes(), path


def test_foreign_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(PilotlabError, match="holds other files; nothing was written"):
        run_demo(tmp_path, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_wrong_arguments_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="scenario 'hybrid' is not known"):
        run_demo(tmp_path / "d", scenario="hybrid")
    with pytest.raises(UsageError, match="teams is 3"):
        run_demo(tmp_path / "d", teams=3)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        run_demo(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_page_says_for_whom(run: DemoRun) -> None:
    arm = json.loads(run.files[2].read_text(encoding="utf-8"))["arms"][0]
    rows = [(row["attribute"], row["group"]) for row in arm["slices"]["rows"]]
    assert rows == [
        ("Carer", "no"),
        ("Carer", "yes"),
        ("Commute", "over 90 min"),
        ("Commute", "up to 90 min"),
        *(("Level", level) for level in ("junior", "manager", "mid", "senior")),
    ]
    assert arm["slices"]["label"] == "burnout"
    assert [more["label"] for more in arm["more_slices"]] == ["satisfaction"]
    assert "equity slices" not in arm["decision"]["not_made"]
