"""A plan that was fixed late, at the command line: freeze, amend, check, decide and the page say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pilotlab.cli.main import cli
from tests.pilots import AFTER, Lab, make_lab

PILOT = "anchor-days"
LATE = ("--today", str(AFTER))
SAID = "plan frozen 113 days after the first pilot week had ended"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


def run(lab: Lab, *args: str) -> str:
    result = CliRunner().invoke(
        cli, [*args, *LATE, "--workspace", str(lab.root)], env={"PILOTLAB_ACTOR": "ann"}
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_a_late_freeze_is_said_wherever_the_verdict_is(lab: Lab) -> None:
    assignment = lab.at(AFTER).assign(PILOT)
    assert f"at most C (strongest verdict: Extend): {SAID}." in run(lab, "freeze", PILOT)
    assert json.loads(run(lab, "freeze", PILOT, "--format", "json"))["late"] == {
        "days": 113,
        "on": str(AFTER),
        "what": "frozen",
    }
    assert f"evidence grade C, strongest verdict Extend ({SAID})" in run(lab, "check", PILOT)
    lab.collect(assignment)
    said = " ".join(run(lab, "decide", PILOT).split())
    assert "EXTEND" in said
    assert SAID in said
    data = json.loads(run(lab, "decide", PILOT, "--format", "json"))
    assert (data["grade"], data["verdict"]) == ("C", "Extend")
    assert SAID in data["arms"][0]["grade_words"]
    change = data["arms"][0]["would_change"][0]["what"]
    assert (
        change
        == "a stronger design: at least 8 teams in each arm, drawn by lot, under a plan fixed before the first pilot week"
    )
    run(lab, "readout", PILOT, "--format", "html", "--format", "markdown", "--format", "json")
    for suffix in ("html", "md", "json"):
        assert SAID in (lab.root / "analysis" / "readouts" / f"{PILOT}.{suffix}").read_text()


def test_a_bar_amended_after_the_results_caps_the_grade(lab: Lab) -> None:
    lab.collect(lab.agree())
    before = json.loads(run(lab, "decide", PILOT, "--format", "json"))
    lab.edit("worth_it: -0.5", "worth_it: -0.1")
    said = "what is judged was amended 113 days after the first pilot week had ended"
    assert f"at most C (strongest verdict: Extend): {said}." in run(lab, "amend", PILOT, "--why", "lower")
    after = json.loads(run(lab, "decide", PILOT, "--format", "json"))
    assert (before["grade"], after["grade"]) == ("B", "C")
    assert said in after["arms"][0]["grade_words"]
