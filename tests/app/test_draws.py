"""Every draw counts, at the command line: the first, the one that is there, and another with its reason."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pilotlab.cli.main import cli
from pilotlab.design.balance import imbalance
from pilotlab.design.draw import draw
from pilotlab.errors import UsageError
from tests.pilots import AFTER, BEFORE, Lab, make_lab

PILOT = "anchor-days"
EARLY = ("--today", str(BEFORE))
SIZES = {"size": lambda place: str(place + 5)}
WHY = "two teams merged"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = make_lab(tmp_path)
    listed = [f"team-{place:02d},{place + 5}" for place in range(12)]
    (lab.file.parent / "teams.csv").write_text("\n".join(["team,size", *listed]) + "\n")
    return lab


def run(lab: Lab, *args: str) -> Result:
    env = {"PILOTLAB_ACTOR": "ann", "PILOTLAB_DB": None}
    result = CliRunner().invoke(cli, [*args, *EARLY, "--workspace", str(lab.root)], env=env)
    assert "Traceback" not in result.output
    return result


def ok(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def arms(lab: Lab) -> list[tuple[str, str]]:
    return [(row.team, row.arm) for row in lab.at(BEFORE).plan(PILOT).assigned.teams]


def test_the_draw_that_is_there_is_shown_and_not_made_again(lab: Lab) -> None:
    first = json.loads(ok(run(lab, "assign", PILOT, "--format", "json")))
    assert (first["draw"], first["why"], first["new"], first["stale"]) == (1, "", True, False)
    for args in ((), ("--seed", "7"), ("--seed", "7", "--again", "--why", "sure?")):
        again = json.loads(ok(run(lab, "assign", PILOT, *args, "--format", "json")))
        assert again == {**first, "new": False}
    assert "Drawn once, " in ok(run(lab, "assign", PILOT))
    assert len(lab.at(BEFORE).draws(PILOT)) == 1


def test_another_draw_takes_a_reason_and_is_counted(lab: Lab) -> None:
    ok(run(lab, "assign", PILOT))
    before = arms(lab)
    for args in (("--seed", "9"), ("--seed", "9", "--again"), ("--again", "--why", "  ")):
        refused = run(lab, "assign", PILOT, *args)
        assert refused.exit_code == 2
        assert "every draw counts" in refused.output
        assert "--again --why TEXT" in refused.output
    assert "another draw" in run(lab, "assign", PILOT, "--why", WHY).output
    assert arms(lab) == before
    text = ok(run(lab, "assign", PILOT, "--seed", "9", "--again", "--why", WHY))
    assert "This is the 2nd draw" in text
    assert f"2nd draw, {lab.at(BEFORE).draws(PILOT)[1].on} by ann, complete, seed 9: {WHY}" in text
    assert arms(lab) != before
    third = json.loads(
        ok(run(lab, "assign", PILOT, "--seed", "7", "--again", "--why", "back", "--format", "json"))
    )
    assert [(one["number"], one["seed"], one["why"], one["holds"]) for one in third["draws"]] == [
        (1, 7, "", False),
        (2, 9, WHY, False),
        (3, 7, "back", True),
    ]
    assert arms(lab) == before


def test_the_reason_is_sealed_with_the_draw(lab: Lab) -> None:
    at = lab.at(BEFORE)
    at.assign(PILOT)
    at.assign(PILOT, seed=9, again=True, why=WHY)
    with at.store(readonly=True) as store:
        kept = store.draws(PILOT)
        assert store.verify().problems == ()
    assert [(one.content["draw"], one.content["why"]) for one in kept] == [(1, ""), (2, WHY)]
    assert at.plan(PILOT).assigned.digest() == kept[1].digest


def test_a_later_start_is_the_same_draw(lab: Lab) -> None:
    ok(run(lab, "assign", PILOT))
    lab.edit("start: 2026-W37", "start: 2026-W38")
    moved = json.loads(ok(run(lab, "assign", PILOT, "--format", "json")))
    assert (moved["draw"], moved["new"], moved["stale"]) == (1, False, False)
    assert {row["start"] for row in moved["teams"]} == {None, "2026-W38"}
    assert len(lab.at(BEFORE).draws(PILOT)) == 1


def test_a_draw_that_no_longer_fits_is_shown_as_such(lab: Lab) -> None:
    ok(run(lab, "assign", PILOT))
    file = lab.file.parent / "teams.csv"
    file.write_text(file.read_text() + "late,9\n")
    text = ok(run(lab, "assign", PILOT))
    assert f"to draw again: pilotlab assign {PILOT} --again --why TEXT" in text
    assert run(lab, "freeze", PILOT).exit_code == 1
    ok(run(lab, "assign", PILOT, "--again", "--why", "a team came in"))
    ok(run(lab, "freeze", PILOT))


def test_after_the_freeze_arms_are_shown_and_not_drawn(lab: Lab) -> None:
    lab.agree()
    shown = json.loads(ok(run(lab, "assign", PILOT, "--format", "json")))
    assert (shown["frozen"], shown["new"], len(shown["teams"])) == (True, False, 12)
    assert ok(run(lab, "assign", PILOT)).rstrip().endswith(f"next: pilotlab log {PILOT}")
    for more in (("--seed", "9"), ("--again", "--why", WHY)):
        refused = run(lab, "assign", PILOT, *more)
        assert refused.exit_code == 2
        assert "frozen with its assignment" in refused.output


def test_the_page_prints_how_many_draws_there_were(lab: Lab) -> None:
    at = lab.at(BEFORE)
    at.assign(PILOT)
    at.assign(PILOT, seed=9, again=True, why=WHY)
    at.freeze(PILOT)
    lab.collect(at.plan(PILOT).assigned)
    page = lab.at(AFTER).readout(PILOT)
    row = next(row for row in page.readout.plan.rows if row.item == "Draw")
    assert row.done.startswith("2 draws; the 2nd holds: 1st draw, ")
    assert row.done.endswith(f"seed 9: {WHY}")
    assert row.bearing == "chance was given more than one go"
    for form in ("html", "markdown", "json"):
        assert WHY in page.text(form)


def test_a_rare_draw_is_said_with_what_to_do(lab: Lab) -> None:
    spec, _, teams = lab.at(BEFORE).declared(PILOT)
    drawn = ((seed, imbalance(draw(spec, teams.teams, seed=seed), teams.teams)) for seed in range(500))
    seed, found = next((seed, found) for seed, found in drawn if found and found.rare)
    text = " ".join(ok(run(lab, "assign", PILOT, "--seed", str(seed))).split())
    assert f"{found} (924 possible draws, 1 attribute)." in text
    assert "Keep it all the same" in text
    assert "stratified, on: [size]" in text
    data = json.loads(ok(run(lab, "assign", PILOT, "--format", "json")))
    assert data["imbalance"] == asdict(found)
    lab.at(BEFORE).freeze(PILOT)
    lab.collect(lab.at(BEFORE).plan(PILOT).assigned)
    rows = {row.item: row for row in lab.at(AFTER).readout(PILOT).readout.plan.rows}
    assert rows["Balance before the start"].done == str(found)
    assert rows["Balance before the start"].bearing.startswith("a rare draw")
    assert rows["Draw"].bearing == "none"


def test_two_who_draw_at_once_do_not_both_draw_first(lab: Lab) -> None:
    at = lab.at(BEFORE)
    first = at.assign(PILOT)
    content = {**first.to_dict(), "seed": 9, "teams": list(reversed(first.to_dict()["teams"]))}
    with at.store() as store, pytest.raises(UsageError, match="drawn by ann just now"):
        store.save_assignment(PILOT, content, actor="ben")
