"""Can a person learn what a code means, and what holds for a pilot? `explain` and `schema`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from pilotlab.cli.main import cli
from pilotlab.spec.codes import CODES
from tests.app.test_check import TEN
from tests.unit.spec.test_reading import example
from tests.unit.spec.workspace import PILOT, write


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, list(args))


def test_a_code_is_explained_with_an_example_and_a_reason() -> None:
    result = run("explain", "PL104")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "PL104 (error) an unknown key"
    assert "      gaurdrails: [{use: burnout_level@1, margin: 0.3}]" in lines
    assert any(line.startswith("Why: ") for line in lines)
    assert "```" not in result.output


@pytest.mark.parametrize("code", CODES)
def test_every_code_prints_within_100_columns(code: str) -> None:
    result = run("explain", code.lower())
    assert result.exit_code == 0
    assert max(len(line) for line in result.output.splitlines()) <= 100
    assert json.loads(run("explain", code, "--format", "json").output)["title"] == CODES[code].title


def test_an_unknown_code_names_the_nearest() -> None:
    result = run("explain", "PL1044")
    assert result.exit_code == 2
    assert "did you mean 'PL104'" in result.output


def test_unknown_metrics_are_explained_with_the_list_of_those_there_are() -> None:
    assert "cycle_time_p50@1" in run("explain", "PL306").output


def test_the_plan_says_where_each_value_comes_from(tmp_path: Path) -> None:
    write(tmp_path, pilot=PILOT.replace("  washin_weeks: 4\n", ""))
    result = run("explain", "anchor-days", "--workspace", str(tmp_path))
    assert result.exit_code == 0
    rows = {line[:36].strip(): line[36:].split() for line in result.output.splitlines()}
    assert rows["calendar.baseline_weeks"] == ["8", "pilot.yaml:17"]
    assert rows["calendar.washin_weeks"] == ["4", "default"]
    assert rows["metrics.goals[0].worth_it"] == ["-0.5", "pilot.yaml:21"]
    assert rows["metrics.watch[0].use"] == ["cross_team_share@1", "pilot.yaml:23"]
    assert rows["minimum gap"] == ["0.75", "half", "of", "planned_gap"]
    assert rows["baseline weeks"] == ["2026-W26", "to", "2026-W33,", "8", "weeks", "from", "calendar"]
    assert max(map(len, result.output.splitlines())) <= 100
    plan = json.loads(run("explain", "anchor-days", "--workspace", str(tmp_path), "--format", "json").output)[
        "plan"
    ]
    assert {"key": "claim", "value": "improve", "source": "pilot.yaml:4"} in plan


def test_a_plan_with_errors_is_not_resolved(tmp_path: Path) -> None:
    write(tmp_path, pilot=TEN.read_bytes())
    result = run("explain", "anchor-days", "--workspace", str(tmp_path))
    assert result.exit_code == 1
    assert "pilot.yaml:2:1  PL104" in result.output


def test_the_schema_takes_the_example_and_refuses_an_unknown_key() -> None:
    schema = json.loads(run("schema").output)
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(json.dumps(YAML(typ="safe", pure=True).load(StringIO(example())), default=str))
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError, match="titel"):
        jsonschema.validate({**data, "titel": "x"}, schema)


OWN = """\
- id: desk_finding
  label: Found a desk
  say: {name: finding a desk, better: people found a desk more often, worse: people found a desk less often, amount: points}
  family: quality_of_life
  unit: points (1-5)
  level: person
  direction: higher
  kind: rating
  range: [1, 5]
  roles: [watch]
"""


def test_a_metric_is_explained_with_the_sentences_it_makes(tmp_path: Path) -> None:
    result = run("explain", "burnout_level", "--workspace", str(tmp_path))
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert said.startswith("burnout_level@1 label Burnout name burnout asked By your own sense of it")
    assert (
        "People felt less burned out (by 0.26 points on a scale of 1 to 5; 95 % interval 0.10 to 0.41)."
        in said
    )
    assert max(len(line) for line in result.output.splitlines()) <= 100


def test_an_own_metric_is_explained_and_a_pilot_of_its_name_goes_first(tmp_path: Path) -> None:
    write(tmp_path, pilot=PILOT, more={"experiments/metrics.yaml": OWN})
    (tmp_path / "experiments" / "anchor-days").rename(tmp_path / "experiments" / "focus_hours")
    data = json.loads(run("explain", "desk_finding", "--workspace", str(tmp_path), "--format", "json").output)
    assert data["metric"] == "desk_finding@1"
    assert data["sentences"]["worse"].startswith(
        "People found a desk less often (by 0.04 points on a scale of 1 to 5;"
    )
    assert run("explain", "focus_hours", "--workspace", str(tmp_path)).output.startswith("Two anchor days")


def test_the_schema_of_metrics_takes_them_bare_or_listed_and_refuses_an_unknown_key_of_say() -> None:
    schema = json.loads(run("schema", "metrics").output)
    jsonschema.Draft202012Validator.check_schema(schema)
    stanzas = YAML(typ="safe", pure=True).load(StringIO(OWN))
    jsonschema.validate(stanzas, schema)
    jsonschema.validate({"metrics": stanzas}, schema)
    stanzas[0]["say"]["bettr"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(stanzas, schema)


def test_a_code_is_suggested_for_a_slip_of_one_character_alone() -> None:
    assert "did you mean" not in CliRunner().invoke(cli, ["explain", "PL999"]).output
    assert "did you mean 'PL104'?" in CliRunner().invoke(cli, ["explain", "PL1004"]).output
