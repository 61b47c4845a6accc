"""The pipeline: what was worked out before is read again where nothing it rests on has changed, and never else."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pilotlab import pipeline, program
from pilotlab.decide import course
from pilotlab.errors import StoreError
from pilotlab.readout.build.assemble import build_readout
from pilotlab.readout.document.model import Readout
from tests.pilots import AFTER, Lab, make_lab

pytestmark = pytest.mark.slow  # every test here reads a whole pilot

PILOT = "anchor-days"
HEAVY = {"pandas", "numpy", "scipy", "statsmodels"}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = make_lab(tmp_path)
    made.collect(made.agree())
    return made


def runs(lab: Lab) -> int:
    with lab.at(AFTER).store(readonly=True) as store:
        return len(store.runs(PILOT))


def test_what_is_read_is_what_would_be_worked_out(lab: Lab) -> None:
    made = lab.at(AFTER).course(PILOT)
    read = lab.at(AFTER).follow(PILOT)
    assert read.reused
    assert read.source == "read from run 1 of 2027-01-04"
    assert read.decision == made.decision
    assert read.analysis == json.loads(json.dumps(made.analysis.to_dict()))
    assert read.readout == Readout.from_dict(build_readout(made).to_dict())
    again = lab.at(AFTER).course(PILOT)
    assert again.decision == read.decision
    assert runs(lab) == 1


def test_a_later_day_reads_the_same_run_under_its_own_date(lab: Lab) -> None:
    lab.at(AFTER).analyze(PILOT)
    later = lab.at(date(2027, 2, 1)).follow(PILOT)
    assert later.reused
    assert later.readout.date == "2027-02-01"


def correct(lab: Lab) -> None:
    lab.at(AFTER).log(PILOT, "team-00", "2026-W40", {"office_days": 0}, why="late correction")


def edit_bar(lab: Lab) -> None:
    lab.edit("worth_it: -0.5", "worth_it: -0.4")


def amend_bar(lab: Lab) -> None:
    edit_bar(lab)
    lab.at(AFTER).amend(PILOT, why="agreed anew")


def edit_level(lab: Lab) -> None:
    lab.edit("consultation:", "analysis: {alpha: 0.1}\nconsultation:")


def edit_teams(lab: Lab) -> None:
    teams = lab.file.parent / "teams.csv"
    teams.write_text(teams.read_text().replace("team-00,9", "team-00,8"))


@pytest.mark.parametrize("change", [correct, edit_bar, amend_bar, edit_level, edit_teams])
def test_a_change_of_plan_or_data_is_worked_out_anew(lab: Lab, change: Callable[[Lab], None]) -> None:
    lab.at(AFTER).analyze(PILOT)
    change(lab)
    assert not lab.at(AFTER).follow(PILOT).reused
    assert lab.at(AFTER).follow(PILOT).reused


def test_another_program_works_it_out_anew(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.at(AFTER).analyze(PILOT)
    monkeypatch.setattr(program, "__version__", "0.1.1")
    assert not lab.at(AFTER).follow(PILOT).reused
    monkeypatch.setattr(program, "_code_digest", lambda: "another line of code")
    assert not lab.at(AFTER).follow(PILOT).reused


def test_another_seed_works_it_out_anew(tmp_path: Path) -> None:
    lab = make_lab(tmp_path)
    lab.collect(lab.at(date(2026, 8, 1)).assign(PILOT))
    lab.at(AFTER).analyze(PILOT)
    lab.at(AFTER).assign(PILOT, seed=8, again=True, why="the first was drawn in a rehearsal")
    assert not lab.at(AFTER).follow(PILOT).reused


def test_a_value_that_comes_in_meanwhile_leaves_a_run_that_is_never_read(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = course.follow

    def follow(*args: object, **named: object) -> object:
        found = whole(*args, **named)  # type: ignore[arg-type]
        correct(lab)
        return found

    monkeypatch.setattr(course, "follow", follow)
    lab.at(AFTER).analyze(PILOT)
    monkeypatch.undo()
    assert not lab.at(AFTER).follow(PILOT).reused


def slip_in(lab: Lab) -> None:
    """Change the numbers of the stored runs behind the back of the program."""
    database = sqlite3.connect(lab.root / "data" / "pilots.db")
    with database:
        guards = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'runs' AND type = 'trigger'"
        ).fetchall()
        for name, _ in guards:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE runs SET content = replace(content, '1.', '9.')")
        for _, sql in guards:
            database.execute(sql)
    database.close()


def test_a_run_that_was_changed_outside_is_found_and_not_read(lab: Lab) -> None:
    lab.at(AFTER).analyze(PILOT)
    slip_in(lab)
    with pytest.raises(StoreError, match="what `analyze anchor-days` wrote"):
        lab.at(AFTER).decide(PILOT)


def test_a_run_whose_content_is_not_its_digest_is_worked_out_anew(lab: Lab) -> None:
    """Whoever asks without verifying first still gets no number that was slipped in."""
    lab.at(AFTER).analyze(PILOT)
    slip_in(lab)
    at = lab.at(AFTER)
    with at.store() as store:
        plan = at.plan(PILOT)
        found = pipeline.follow(store, plan, plan.teams, actor="ann", today=AFTER)
    assert not found.reused
    assert found.decision.states[0].estimate == pytest.approx(1.2, abs=0.5)


@pytest.mark.parametrize("command", [["analyze"], ["decide"], ["readout"], ["decide", "--format", "json"]])
def test_reading_a_run_loads_nothing_heavy(lab: Lab, command: list[str]) -> None:
    lab.at(AFTER).analyze(PILOT)
    asked = [*command, PILOT, "--today", AFTER.isoformat()]
    code = f"import sys\nfrom pilotlab.cli.main import cli\ntry:\n    cli({asked!r})\nexcept SystemExit:\n    pass\nprint('LOADED', *sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=lab.root, check=True
    )
    said, _, loaded = ran.stdout.rpartition("LOADED")
    assert not HEAVY & set(loaded.split())
    assert "json" in command or "ead from run 1 of 2027-01-04" in said


def test_values_that_are_released_as_they_are_read_are_read_again_too(tmp_path: Path) -> None:
    """What was shown is part of what a run rests on; its own release is no change."""
    lab = make_lab(tmp_path)
    lab.collect(lab.agree(), n=6)
    first = lab.at(AFTER).follow(PILOT)
    again = lab.at(AFTER).follow(PILOT)
    assert (first.reused, again.reused) == (False, True)
    assert again.decision == first.decision == lab.at(AFTER).course(PILOT).decision
