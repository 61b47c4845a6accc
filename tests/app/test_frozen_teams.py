"""What is frozen is what runs: teams with the plan, arms that can be looked up, and files that were edited or broken since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from pilotlab.cli.main import cli
from pilotlab.design.freeze import Freeze
from pilotlab.errors import UsageError
from tests.pilots import AFTER, BEFORE, Lab, make_lab

PILOT = "anchor-days"
LATE = ("--today", str(AFTER))
SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "schema" / "status.json"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    columns = {"site": lambda n: "berlin" if n % 2 else "lyon", "lead": lambda n: f"lead-{n}@example.com"}
    lab = make_lab(tmp_path, columns=columns)
    lab.agree()
    return lab


def run(lab: Lab, *args: str, day: tuple[str, ...] = LATE) -> Result:
    env = {"PILOTLAB_ACTOR": "ann", "PILOTLAB_DB": None}
    result = CliRunner().invoke(cli, [*args, *day, "--workspace", str(lab.root)], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def ok(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def rewrite(lab: Lab, old: str, new: str) -> None:
    file = lab.file.parent / "teams.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


EDITS: list[tuple[str, str, str]] = [
    ("team-00,9,lyon", "team-00,4,lyon", "teams.csv[team-00].size: was 9, is now 4"),
    ("team-00,9,lyon", "team-00,9,berlin", "teams.csv[team-00].site: was lyon, is now berlin"),
    (
        "team-00,9,lyon,lead-0@example.com\n",
        "",
        "teams.csv[team-00]: was {site: lyon, size: 9}, is now (not there)",
    ),
    ("team-00", "late,9,lyon,x\nteam-00", "teams.csv[late]: was (not there), is now {site: lyon, size: 9}"),
]


@pytest.mark.parametrize(("old", "new", "words"), EDITS)
def test_a_list_that_changed_since_is_named_everywhere(lab: Lab, old: str, new: str, words: str) -> None:
    lab.collect(lab.at(BEFORE).plan(PILOT).assigned)
    rewrite(lab, old, new)
    assert f"PL364 warn the plan is frozen, and {words}" in ok(run(lab, "check", PILOT))
    assert words in ok(run(lab, "status", PILOT))
    assert words in ok(run(lab, "explain", PILOT, day=()))
    assert words in ok(run(lab, "assign", PILOT))
    decided = json.loads(run(lab, "decide", PILOT, "--format", "json").output)
    plan = decided["arms"][0]["gate"][0]
    assert (decided["verdict"], plan["met"]) == ("Not decision-ready", False)
    assert f"digests differ: the plan was changed after the freeze ({words})" in plan["found"]
    rows = lab.at(AFTER).readout(PILOT).readout.plan.rows
    assert any("edited after the freeze and not amended" in row.done for row in rows)


def test_what_the_plan_does_not_read_is_free(lab: Lab) -> None:
    rewrite(lab, "lead-0@example.com", "somebody.else@example.com")
    rewrite(lab, "team,size,site,lead", "team,size,site,lead,phone")
    text = (lab.file.parent / "teams.csv").read_text().splitlines()
    more = [text[0], *(f"{line},1" for line in reversed(text[1:]))]  # another order, another column
    (lab.file.parent / "teams.csv").write_text("\n".join(more) + "\n")
    assert lab.at(AFTER).plan(PILOT).edited == ()
    with lab.at(AFTER).store(readonly=True) as store:
        record = store.freeze(PILOT)
    assert record is not None
    assert "lead" not in json.dumps(record.content["teams"])


def test_a_size_that_changed_since_changes_no_number(lab: Lab) -> None:
    lab.edit("metrics:", "analysis: {weights: people}\nmetrics:")
    lab.at(BEFORE).amend(PILOT, why="people count")
    lab.collect(lab.at(BEFORE).plan(PILOT).assigned)

    def sizes() -> list[int | None]:
        return [team.size for team in lab.at(AFTER).plan(PILOT).teams.teams]

    before = lab.at(AFTER).analyze(PILOT).to_dict()
    rewrite(lab, "team-00,9,lyon", "team-00,90,lyon")
    assert lab.at(AFTER).analyze(PILOT).to_dict() == before
    lab.at(AFTER).amend(PILOT, why="people joined")
    plan = lab.at(AFTER).plan(PILOT)
    assert [str(change) for change in plan.amendments[-1].changes] == [
        "teams.csv[team-00].size: was 9, is now 90"
    ]
    assert plan.edited == ()
    assert set(sizes()) == {9}
    assert lab.at(AFTER).analyze(PILOT).to_dict() == before


def test_what_the_draw_rests_on_is_not_amended(lab: Lab, tmp_path: Path) -> None:
    rewrite(lab, "team-00,9,lyon,lead-0@example.com\n", "")
    with pytest.raises(UsageError, match=r"'team-00' was drawn and is no longer in teams\.csv"):
        lab.at(BEFORE).amend(PILOT, why="gone")
    strata = make_lab(tmp_path / "strata", columns={"site": lambda n: "berlin" if n % 2 else "lyon"})
    strata.edit("method: complete", "method: stratified, on: [site]")
    strata.agree()
    rewrite(strata, "team-00,9,lyon", "team-00,9,berlin")
    with pytest.raises(UsageError, match="'site' of team 'team-00' changed, on which the draw rests"):
        strata.at(BEFORE).amend(PILOT, why="moved")


def older(lab: Lab) -> Any:
    """Return the stored plan as the earlier program froze it: without its teams."""
    with lab.at(AFTER).store(readonly=True) as store:
        record = store.freeze(PILOT)
    assert record is not None
    content = {key: value for key, value in record.content.items() if key not in ("teams", "day")}
    content["digests"] = {key: value for key, value in content["digests"].items() if key != "teams"}
    content["assignment"] = {
        key: value for key, value in content["assignment"].items() if key not in ("draw", "why", "imbalance")
    }
    from pilotlab.spec.frozen import digest

    content["digests"]["assignment"] = digest(content["assignment"])
    return content


def test_a_plan_of_an_earlier_version_opens_and_says_that_teams_are_not_frozen(
    tmp_path: Path, lab: Lab
) -> None:
    old = make_lab(tmp_path / "old", columns={"site": lambda n: "berlin" if n % 2 else "lyon"})
    old.at(BEFORE).assign(PILOT)
    with old.at(BEFORE).store() as store:
        store.save_freeze(PILOT, older(lab), actor="ann")
    plan = old.at(AFTER).plan(PILOT)
    assert (plan.teams_frozen, plan.edited) == (False, ())
    assert Freeze.from_dict(older(lab)).damaged() == ()
    rewrite(old, "team-00,9,lyon", "team-00,8,lyon")
    assert old.at(AFTER).plan(PILOT).edited == ()
    assert "teams not frozen, by an earlier version" in ok(run(old, "status", PILOT))
    old.collect(old.at(AFTER).plan(PILOT).assigned)
    rows = {row.item: row.done for row in old.at(AFTER).readout(PILOT).readout.plan.rows}
    assert rows["List of teams"] == "teams not frozen: an earlier version froze the plan"


def test_who_is_in_which_arm_is_shown(lab: Lab) -> None:
    drawn = lab.at(BEFORE).plan(PILOT).assigned
    listed = {arm: [row.team for row in drawn.of(arm)] for arm in ("anchor", "control")}
    for command in ("status", "explain", "assign"):
        day = () if command == "explain" else LATE
        text = ok(run(lab, command, PILOT, day=day))
        for arm, names in listed.items():
            assert f"{arm} {len(names)} {', '.join(names)}" in text, command
    status = json.loads(run(lab, "status", PILOT, "--format", "json").output)
    jsonschema.validate(status, json.loads(SCHEMA.read_text()))
    assert status["plan"]["arms"] == listed
    assert (
        json.loads(run(lab, "explain", PILOT, "--format", "json", day=()).output)["standing"]["arms"]
        == listed
    )


def nonsense(lab: Lab) -> None:
    lab.file.write_text("policy: [\n  : what\n")


def other_metric(lab: Lab) -> None:
    lab.edit(
        "goals: [{use: cycle_time_p50@1, worth_it: -0.5}]", "goals: [{use: no_such_metric, worth_it: 1}]"
    )


def other_bar(lab: Lab) -> None:
    lab.edit("worth_it: -0.5", "worth_it: -0.1")


def no_teams(lab: Lab) -> None:
    (lab.file.parent / "teams.csv").unlink()


def no_file(lab: Lab) -> None:
    lab.file.unlink()


def no_text(lab: Lab) -> None:
    lab.file.write_bytes(b"\x00\xff\xfe\x00")


@pytest.mark.parametrize("harm", [nonsense, other_metric, other_bar, no_teams, no_file, no_text])
def test_the_frozen_plan_runs_whatever_became_of_its_files(lab: Lab, harm: Callable[[Lab], None]) -> None:
    table = lab.root / "all.csv"
    table.write_text(lab.rows(lab.at(BEFORE).plan(PILOT).assigned))
    harm(lab)
    logged = ok(run(lab, "log", PILOT, "--team", "team-00", "--week", "2026-W40", "--set", "office_days=2"))
    assert "team-00" in logged
    ok(run(lab, "import", str(table), "--why", "as it came"))
    status, explained = ok(run(lab, "status", PILOT)), ok(run(lab, "explain", PILOT, day=()))
    for text in (status, explained):
        assert "Edited since and not amended; the frozen plan is what runs:" in text
    assert "cycle_time_p50@1" in explained
    decided = json.loads(run(lab, "decide", PILOT, "--format", "json").output)
    assert [row["met"] for row in decided["arms"][0]["gate"]][:3] == [False, True, True]
    assert "digests differ" in decided["arms"][0]["gate"][0]["found"]
    assert decided["arms"][0]["states"][0]["metric"] == "cycle_time_p50@1"
    shown = ok(run(lab, "assign", PILOT))
    assert "12 teams, complete, seed 7" in shown


def test_before_the_freeze_a_broken_file_still_stops(tmp_path: Path) -> None:
    lab = make_lab(tmp_path)
    lab.at(BEFORE).assign(PILOT)
    drawn = lab.at(BEFORE).plan(PILOT).assigned
    nonsense(lab)
    assert run(lab, "status", PILOT).exit_code == 1
    assert run(lab, "explain", PILOT, day=()).exit_code == 1
    assert lab.at(BEFORE).assign(PILOT) == drawn  # who is where can be looked up all the same


def test_check_says_that_the_frozen_plan_runs_while_its_file_is_broken(lab: Lab) -> None:
    nonsense(lab)
    checked = run(lab, "check", PILOT)
    assert checked.exit_code == 1
    assert "the plan is frozen, and this file can't be read" in " ".join(checked.output.split())


def test_a_store_keeps_the_teams_of_a_frozen_plan_once(lab: Lab) -> None:
    with closing(sqlite3.connect(lab.root / "data" / "pilots.db")) as database, database:
        (content,) = database.execute("SELECT content FROM freezes").fetchone()
    frozen = json.loads(content)
    assert list(frozen["teams"]["teams"]["team-00"].items()) == [("site", "lyon"), ("size", "9")]
    assert set(frozen["digests"]) == {"spec", "metrics", "assignment", "rule", "teams"}
