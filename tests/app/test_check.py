"""Can a person find what is wrong with a declaration? `check` by its commands, formats and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from pilotlab.cli.check import as_text
from pilotlab.cli.main import cli
from tests.app.test_startup import HEAVY, call, modules_loaded_by
from tests.unit.spec.workspace import PILOT, PILOT_FILE, TEAMS, check, replaced, write

TEN = Path(__file__).with_name("files") / "ten_mistakes.yaml"
SCHEMA = Path(__file__).parents[2] / "docs/reference/schema/check.json"


def run(root: Path, *args: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--workspace", str(root), "--today", "2026-08-01", *args])


def found(result: Result) -> list[tuple[str, str]]:
    """(place, code) of each line; piped output has one finding a line."""
    lines = [line for line in result.output.splitlines() if line.startswith("experiments/")]
    return [(line.split()[0].rpartition("/")[2], line.split()[1]) for line in lines]


TEN_FINDINGS = [
    ("pilot.yaml:2:1", "PL104"),  # titel
    ("pilot.yaml:4:8", "PL114"),  # improves
    ("pilot.yaml:7:15", "PL119"),  # 17 August
    ("pilot.yaml:10:41", "PL332"),  # three anchor days of two office days
    ("pilot.yaml:14:25", "PL216"),  # mobil
    ("pilot.yaml:17:10", "PL118"),  # next monday
    ("pilot.yaml:18:19", "PL113"),  # eight
    ("pilot.yaml:20:3", "PL105"),  # pilot_weeks twice
    ("pilot.yaml:23:22", "PL306"),  # burnout_levle
    ("teams.csv:9", "PL209"),  # a size of "twelve"
]


def test_ten_mistakes_are_ten_findings_in_one_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        pilot=TEN.read_bytes(),
        teams=replaced(TEAMS, {"team-03,lyon,anchor,12": "team-03,lyon,anchor,twelve"}),
    )
    result = run(tmp_path)
    assert found(result) == TEN_FINDINGS
    assert result.exit_code == 1
    assert "10 errors. Nothing was written." in result.output
    assert "did you mean 'title'?" in result.output
    assert "did you mean 'burnout_level'?" in result.output


def test_check_loads_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path)
    loaded = modules_loaded_by(call("check", "--workspace", str(tmp_path), "--today", "2026-08-01"), tmp_path)
    assert not (HEAVY | {"jinja2", "holidays"}) & loaded
    assert "ruamel.yaml" in loaded


def test_a_sound_pilot_is_told_what_it_can_reach(tmp_path: Path) -> None:
    write(tmp_path)
    result = run(tmp_path, "anchor-days")
    assert result.output == (
        "No errors. 16 teams, 8 a side: evidence grade A, strongest verdict Scale.\n"
        "  next: pilotlab assign anchor-days\n"
    )
    assert result.exit_code == 0


def test_warnings_alone_end_with_0(tmp_path: Path) -> None:
    write(tmp_path, pilot=PILOT.replace("washin_weeks: 4", "washin_weeks: 4\n  blackout: [2026-11-23]"))
    result = run(tmp_path)
    line = "experiments/anchor-days/pilot.yaml:19:14  PL311 warn  blackout 2026-11-23 falls in pilot week 12; 11 usable weeks remain"
    assert line in result.output.splitlines()
    assert "No errors, 1 warning. 16 teams" in result.output
    assert result.exit_code == 0


def test_a_terminal_gets_columns_wrapped_to_100(tmp_path: Path) -> None:
    write(tmp_path, pilot=TEN.read_bytes())
    lines = as_text([check(tmp_path)], width=100).splitlines()
    assert max(map(len, lines)) <= 100
    assert (
        lines[0]
        == "experiments/anchor-days/pilot.yaml:2:1    PL104 error unknown key 'titel'; did you mean 'title'?"
    )
    assert {line.index("PL") for line in lines if line.startswith("experiments")} == {42}


def test_json_keeps_to_its_published_schema(tmp_path: Path) -> None:
    write(
        tmp_path,
        pilot=TEN.read_bytes(),
        more={PILOT_FILE.replace("anchor-days", "sound"): PILOT, "experiments/sound/teams.csv": TEAMS},
    )
    result = run(tmp_path, "--format", "json")
    data = json.loads(result.output)
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert result.exit_code == 1
    broken, sound = data["pilots"]
    assert broken["findings"][0] == {
        "code": "PL104",
        "level": "error",
        "what": "unknown key 'titel'; did you mean 'title'?",
        "file": "experiments/anchor-days/pilot.yaml",
        "line": 2,
        "column": 1,
        "value": "titel",
        "fix": broken["findings"][0]["fix"],
    }
    assert broken["design"] is None
    assert sound["design"] == {
        "teams": 16,
        "grade": "A",
        "strongest_verdict": "Scale",
        "contrasts": [{"arm": "anchor", "pilot": 8, "control": 8}],
    }


def test_github_annotations_name_file_line_and_column(tmp_path: Path) -> None:
    write(tmp_path, pilot=PILOT.replace("pilot_weeks: 12", "pilot_weeks: 0"))
    result = run(tmp_path, "--format", "github")
    assert result.output == (
        "::error file=experiments/anchor-days/pilot.yaml,line=19,col=16,title=PL115::"
        "calendar.pilot_weeks is 0; it must be at least 1\n"
    )
    assert result.exit_code == 1


def test_without_a_pilot_all_are_checked_and_those_that_meet_are_told(tmp_path: Path) -> None:
    write(tmp_path, more={"experiments/later/pilot.yaml": PILOT, "experiments/later/teams.csv": TEAMS})
    result = run(tmp_path)
    assert [code for _, code in found(result)] == ["PL219", "PL219"]
    assert "also in pilot 'later', which runs 2026-W37 to 2026-W52" in result.output


def test_pilots_one_after_the_other_do_not_meet(tmp_path: Path) -> None:
    later = replaced(
        PILOT,
        {
            "start: 2026-09-07": "start: 2027-05-03",
            "2026-08-17": "2027-04-12",
            "decide_by: 2027-01-15": "decide_by: 2027-12-01",
        },
    )
    write(tmp_path, more={"experiments/later/pilot.yaml": later, "experiments/later/teams.csv": TEAMS})
    result = run(tmp_path)
    assert found(result) == []
    assert "  later: 16 teams, 8 a side" in result.output


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["nope"], 2, "no pilot 'nope'"),
        (["anchor-dais"], 2, "did you mean 'anchor-days'?"),
        (["--format", "xml"], 2, "xml"),
    ],
)
def test_a_wrong_argument_says_what_would_do(tmp_path: Path, args: list[str], code: int, words: str) -> None:
    write(tmp_path)
    result = run(tmp_path, *args)
    assert result.exit_code == code
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_frozen_plan_that_was_edited_is_told(tmp_path: Path) -> None:
    from datetime import date

    from pilotlab.api import open_workspace

    write(tmp_path)
    clock = "2026-08-01T09:00:00+00:00"
    workspace = open_workspace(tmp_path, actor="jlee", today=date(2026, 8, 1), clock=lambda: clock)
    workspace.assign("anchor-days")
    assert run(tmp_path).output.endswith("  next: pilotlab freeze anchor-days\n")
    workspace.freeze("anchor-days")
    assert run(tmp_path).output.endswith("strongest verdict Scale.\n  next: pilotlab status anchor-days\n")
    loaded = modules_loaded_by(call("check", "--workspace", str(tmp_path)), tmp_path)
    assert not (HEAVY | {"jinja2", "holidays"}) & loaded, "with a store too"
    write(tmp_path, pilot=PILOT.replace("worth_it: -0.5", "worth_it: -0.2"))
    result = run(tmp_path)
    assert found(result) == [("pilot.yaml:22:35", "PL364")]
    assert "pilotlab amend anchor-days" in result.output
    assert result.exit_code == 0
    write(tmp_path, teams=TEAMS[: TEAMS.rindex(TEAMS.splitlines()[-1])])
    result = run(tmp_path)
    assert found(result)[-1] == ("teams.csv:1", "PL364")
    assert "put its row back" in result.output
