"""The main path at the command line: from an empty folder to a readout, and every wrong turn on the way."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from pilotlab.cli.main import COMMANDS, cli
from pilotlab.program import program_digest
from pilotlab.version import __version__
from tests.app.test_startup import HEAVY, call, modules_loaded_by
from tests.pilots import AFTER, BEFORE, Lab, make_lab

PILOT = "anchor-days"
EARLY, LATE = ("--today", str(BEFORE)), ("--today", str(AFTER))
SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schema"
Run = Callable[..., Result]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


@pytest.fixture
def run(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PILOTLAB_ACTOR", "ann")
    monkeypatch.delenv("PILOTLAB_DB", raising=False)

    def invoke(*args: str) -> Result:
        result = CliRunner().invoke(cli, [*args, "--workspace", str(lab.root)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def collected(lab: Lab, run: Run) -> Lab:
    """Assigned, frozen in time, and everything in."""
    lab.collect(lab.agree())
    return lab


def ok(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def refused(result: Result, code: int, *words: str) -> str:
    assert result.exit_code == code, result.output
    for word in words:
        assert word in result.output
    return result.output


def stored(lab: Lab, table: str) -> int:
    with closing(sqlite3.connect(lab.root / "data" / "pilots.db")) as database, database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_from_an_empty_folder_to_a_readout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of `init`, through every command, as it is printed under `next:`."""
    monkeypatch.setenv("PILOTLAB_ACTOR", "ann")
    root = tmp_path / "pilots"

    def at(*args: str) -> Result:
        result = CliRunner().invoke(cli, list(args))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    assert f"next: pilotlab check {PILOT}" in ok(at("init", str(root), "--today", "2026-08-01"))
    place = ("--workspace", str(root))
    assert "No errors" in ok(at("check", PILOT, *place, "--today", "2026-08-01"))
    assert f"next: pilotlab freeze {PILOT}" in ok(at("assign", PILOT, *place))
    assert f"next: pilotlab log {PILOT}" in ok(at("freeze", PILOT, *place, "--today", "2026-08-01"))
    lab = Lab(root)
    spec = lab.at(AFTER).plan(PILOT).spec
    assert spec.id == PILOT


def test_the_whole_path(lab: Lab, run: Run) -> None:
    assert "No errors" in ok(run("check", PILOT, *EARLY))
    text = ok(run("assign", PILOT))
    assert "12 teams, complete, seed 7" in text
    assert text.rstrip().endswith(f"next: pilotlab freeze {PILOT}")
    text = ok(run("freeze", PILOT, *EARLY))
    assert text.rstrip().endswith(f"next: pilotlab log {PILOT}")
    assignment = lab.at(BEFORE).plan(PILOT).assigned
    (lab.root / "all.csv").write_text(lab.rows(assignment))
    assert "new" in ok(run("import", str(lab.root / "all.csv"), *LATE))
    assert "The same content was imported before" in ok(run("import", str(lab.root / "all.csv"), *LATE))
    assert "No gap in 12 teams." in ok(run("status", PILOT, *LATE))

    text = ok(run("analyze", PILOT, *LATE))
    assert "\ngoal       Start to done" in text
    assert text.rstrip().endswith(f"next: pilotlab decide {PILOT}")
    text = ok(run("decide", PILOT, *LATE))
    assert "Trust gate     6 of 6 met" in text
    assert text.rstrip().endswith(f"next: pilotlab readout {PILOT}")
    text = ok(run("readout", PILOT, *LATE, "--format", "html", "--format", "markdown", "--format", "json"))
    for suffix in ("html", "md", "json"):
        assert f"Wrote analysis/readouts/{PILOT}.{suffix}" in text
        assert (lab.root / "analysis" / "readouts" / f"{PILOT}.{suffix}").stat().st_size > 5_000
    assert ok(run("db", "verify")).startswith("The database is intact:")


def test_all_forms_say_the_same(collected: Lab, run: Run) -> None:
    data = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json")))
    jsonschema.validate(data, json.loads((SCHEMAS / "analyze.json").read_text()))
    rows = ok(run("analyze", PILOT, *LATE, "--format", "csv")).splitlines()
    assert rows[0] == "arm,role,metric,unit,orientation,att,ci_low,ci_high,level,p_value,state,note"
    goal = data["results"][0]["estimate"]
    head = ["anchor", "goal", "cycle_time_p50@1", "days", "up is good"]
    assert rows[1].split(",")[:6] == [*head, repr(goal["att"])]
    decision = json.loads(ok(run("decide", PILOT, *LATE, "--format", "json")))
    jsonschema.validate(decision, json.loads((SCHEMAS / "decide.json").read_text()))
    assert decision["states"][0]["estimate"] == pytest.approx(goal["att"])
    assert f"{goal['att']:+.2f}" in ok(run("analyze", PILOT, *LATE))
    ok(run("readout", PILOT, *LATE, "--format", "json"))
    page = json.loads((collected.root / "analysis" / "readouts" / f"{PILOT}.json").read_text())
    assert page["arms"][0]["goals"][0]["effect"]["estimate"] == pytest.approx(goal["att"])
    assert page["arms"][0]["decision"]["verdict"] == decision["arms"][0]["headline"]


def test_every_form_names_what_it_was_made_with(collected: Lab, run: Run) -> None:
    found = [
        json.loads(ok(run(command, PILOT, *LATE, "--format", "json")))["made_with"]
        for command in ("analyze", "decide")
    ]
    ok(run("readout", PILOT, *LATE, "--format", "html", "--format", "markdown", "--format", "json"))
    page = {
        form: (collected.root / "analysis" / "readouts" / f"{PILOT}.{form}").read_text()
        for form in ("html", "md", "json")
    }
    made = json.loads(page["json"])["made_with"]
    assert found == [made, made]
    plan = collected.at(AFTER).plan(PILOT)
    assert made == {
        "pilotlab": __version__,
        "program": program_digest(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in ("numpy", "scipy", "pandas", "statsmodels")},
        "data": collected.at(AFTER).course(PILOT).data_digest,
        "plan": plan.freeze.digests["spec"],
        "run": 1,
    }
    for form in ("html", "md"):
        assert made["program"] in page[form]
        said = ", ".join(f"{name} {version}" for name, version in made["libraries"].items())
        assert f"pilotlab {__version__}, Python {made['python']}, {said}" in page[form]


def test_draws_stand_behind_a_flag(collected: Lab, run: Run) -> None:
    compact = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json")))
    whole = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json", "--draws")))
    jsonschema.validate(whole, json.loads((SCHEMAS / "analyze.json").read_text()))
    assert "as_measured" not in compact["results"][0]
    measured = whole["results"][0].pop("as_measured")
    assert measured["law"]["alphas"]
    assert measured["att"] == -compact["results"][0]["estimate"]["att"], "fewer days are better"
    assert whole["results"][0] == compact["results"][0]


def test_the_same_data_give_the_same_bytes(collected: Lab, run: Run) -> None:
    file = collected.root / "analysis" / "readouts" / f"{PILOT}.html"
    pages = []
    for _ in range(2):
        ok(run("readout", PILOT, *LATE))
        pages.append(file.read_bytes())
    assert pages[0] == pages[1]


def test_a_correction_is_counted_once_and_changes_the_result(collected: Lab, run: Run) -> None:
    before = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json")))
    flags = ("log", PILOT, "--team", "team-00", "--week", "2026-W40", "--set", "cycle_time_p50=9.5", *LATE)
    refused(run(*flags), 2, "--why")
    assert "1 corrected" in ok(run(*flags, "--why", "typed the wrong team"))
    after = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json")))
    assert after["results"][0]["estimate"]["att"] != before["results"][0]["estimate"]["att"]
    assert after["results"][1] == before["results"][1]


def test_what_is_read_is_recorded(collected: Lab, run: Run) -> None:
    for command in ("analyze", "decide", "readout"):
        ok(run(command, PILOT, *LATE))
    assert [stored(collected, table) for table in ("runs", "decisions", "readouts")] == [1, 2, 1]


# the readout's file


def test_out_names_the_file_and_its_suffix_the_form(collected: Lab, run: Run) -> None:
    out = collected.root / "here" / "page.md"
    assert "Wrote here/page.md" in ok(run("readout", PILOT, *LATE, "--out", str(out)))
    assert out.read_text().startswith("#")
    both = run("readout", PILOT, *LATE, "--out", str(out), "--format", "html", "--format", "json")
    assert "Wrote here/page.html" in ok(both)
    json.loads((collected.root / "here" / "page.json").read_text())
    refused(
        run("readout", PILOT, *LATE, "--out", str(out.with_suffix(".pdf"))),
        2,
        "'page.pdf'",
        ".html, .md, .json",
    )


def test_a_readout_that_can_not_be_written_leaves_nothing(collected: Lab, run: Run) -> None:
    (collected.root / "file").write_text("")
    out = collected.root / "file" / "page.html"
    refused(run("readout", PILOT, *LATE, "--out", str(out)), 1, "can't be written", "--out FILE")
    target = collected.root / "taken.html"
    target.mkdir()
    refused(run("readout", PILOT, *LATE, "--out", str(target)), 2, "taken.html")
    assert [path.name for path in collected.root.iterdir() if path.name.startswith(".")] == []


# order of acts


def test_nothing_is_analysed_before_arms_are_drawn(lab: Lab, run: Run) -> None:
    for command in ("analyze", "decide", "readout"):
        refused(run(command, PILOT, *LATE), 1, f"'{PILOT}' has no assignment yet", f"pilotlab assign {PILOT}")
    assert not (lab.root / "data").exists()
    refused(run("freeze", PILOT, *EARLY), 1, "has no assignment yet")
    refused(run("amend", PILOT, "--why", "x", *EARLY), 1, "has no assignment yet")


def test_analysing_before_any_data_says_what_is_missing(lab: Lab, run: Run) -> None:
    lab.agree()
    text = ok(run("analyze", PILOT, *EARLY))
    assert "no value in any arm" in text
    text = ok(run("decide", PILOT, *EARLY))
    assert "NOT DECISION-READY" in text
    assert text.rstrip().endswith(f"next: pilotlab status {PILOT}")
    ok(run("readout", PILOT, *EARLY, "--format", "html", "--format", "markdown", "--format", "json"))
    page = (lab.root / "analysis" / "readouts" / f"{PILOT}.html").read_text()
    assert "Not decision-ready" in page
    assert "nan" not in page.lower().replace("finance", "")


def test_arms_are_not_drawn_again_after_the_freeze(lab: Lab, run: Run) -> None:
    drawn = lab.agree()
    refused(run("assign", PILOT, "--seed", "99"), 2, "frozen with its assignment", "pilotlab amend")
    assert lab.at(AFTER).plan(PILOT).assigned == drawn


def test_freezing_twice_is_harmless(lab: Lab, run: Run) -> None:
    ok(run("assign", PILOT))
    first = json.loads(ok(run("freeze", PILOT, *EARLY, "--format", "json")))
    again = json.loads(ok(run("freeze", PILOT, *LATE, "--format", "json", "--actor", "bob")))
    assert again == first
    assert stored(lab, "freezes") == 1


def test_a_plan_that_moved_since_the_draw_is_not_frozen(lab: Lab, run: Run) -> None:
    ok(run("assign", PILOT))
    lab.edit("start: 2026-W37", "start: 2026-W38")
    refused(run("freeze", PILOT, *EARLY), 1, "changed since its teams were drawn", f"pilotlab assign {PILOT}")
    ok(run("assign", PILOT))
    ok(run("freeze", PILOT, *EARLY))


def test_a_freeze_after_the_first_pilot_week_came_in_is_too_late(lab: Lab, run: Run) -> None:
    assignment = lab.at(BEFORE).assign(PILOT)
    lab.collect(assignment)
    ok(run("freeze", PILOT, *LATE))
    text = ok(run("decide", PILOT, *LATE))
    assert "NOT DECISION-READY" in text
    assert "plan frozen before the first pilot week: frozen" in text


def test_a_pilot_that_was_never_frozen_is_not_ready(lab: Lab, run: Run) -> None:
    lab.collect(lab.at(BEFORE).assign(PILOT))
    text = ok(run("decide", PILOT, *LATE))
    assert "NOT DECISION-READY" in text
    assert "not frozen" in text
    ok(run("readout", PILOT, *LATE))
    assert "never frozen" in (lab.root / "analysis" / "readouts" / f"{PILOT}.html").read_text()


# a frozen plan that was edited


def test_an_edited_plan_is_named_and_the_frozen_one_analysed(collected: Lab, run: Run) -> None:
    before = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json")))
    collected.edit("worth_it: -0.5", "worth_it: -0.1")
    collected.edit("washin_weeks: 2", "washin_weeks: 0")
    after = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json")))
    assert (before["made_with"].pop("run"), after["made_with"].pop("run")) == (1, 2)
    assert after == before
    text = ok(run("decide", PILOT, *LATE))
    assert "NOT DECISION-READY" in text
    assert "digests differ" in text
    refused(
        run("freeze", PILOT, *LATE), 2, "its files changed since", "calendar.washin_weeks", "pilotlab amend"
    )
    assert "PL364" in ok(run("check", PILOT, *LATE))


def test_an_amendment_is_printed_and_in_force(collected: Lab, run: Run) -> None:
    collected.edit("worth_it: -0.5", "worth_it: -0.4")
    text = ok(run("amend", PILOT, "--why", "the bar of the board", *LATE))
    assert "amendment 1 by ann, after data had been seen" in text
    assert "metrics.goals[0].worth_it: -0.5 → -0.4" in text
    assert text.rstrip().endswith(f"next: pilotlab status {PILOT}")
    assert "6 of 6 met" in ok(run("decide", PILOT, *LATE))
    ok(run("readout", PILOT, *LATE, "--format", "html", "--format", "markdown"))
    for suffix in ("html", "md"):
        page = (collected.root / "analysis" / "readouts" / f"{PILOT}.{suffix}").read_text()
        assert "the bar of the board" in page
    refused(run("amend", PILOT, "--why", "again", *LATE), 2, "nothing in the plan", "edit pilot.yaml first")


def test_an_amended_start_moves_the_arms_with_it(lab: Lab, run: Run) -> None:
    drawn = lab.agree()
    lab.edit("start: 2026-W37", "start: 2026-W39")
    assert "before any result was seen" in ok(run("amend", PILOT, "--why", "the office opens later", *EARLY))
    lab.collect(drawn)
    data = json.loads(ok(run("analyze", PILOT, *LATE, "--format", "json")))
    assert {row["week"]: row["event_time"] for row in data["results"][0]["weeks"]}["2026-W39"] == 0
    assert "6 of 6 met" in ok(run("decide", PILOT, "--today", "2027-02-01"))


def test_what_an_amendment_can_not_be(lab: Lab, run: Run) -> None:
    ok(run("assign", PILOT))
    refused(run("amend", PILOT, "--why", "x", *EARLY), 2, "is not frozen", f"pilotlab freeze {PILOT}")
    ok(run("freeze", PILOT, *EARLY))
    lab.edit("anchor: {office_days: 2", "home: {office_days: 3")
    refused(
        run("amend", PILOT, "--why", "x", *EARLY), 2, "has the arms control, home; drawn were control, anchor"
    )
    lab.edit("home: {office_days: 3", "anchor: {office_days: 3")
    refused(run("amend", PILOT, "--why", "  ", *EARLY), 2, "needs a reason")
    assert "amendment 1" in ok(run("amend", PILOT, "--why", "three days", *EARLY))


# bad input


@pytest.mark.parametrize(
    "command", ["check", "assign", "freeze", "log", "status", "analyze", "decide", "readout"]
)
def test_an_unknown_pilot_names_the_nearest(run: Run, command: str) -> None:
    refused(run(command, "anchor-day"), 2, "no pilot 'anchor-day'", f"did you mean '{PILOT}'?")


@pytest.mark.parametrize("command", ["assign", "freeze", "log", "status", "analyze", "decide", "readout"])
def test_a_declaration_with_errors_stops_every_command(lab: Lab, run: Run, command: str) -> None:
    lab.edit("goals:", "gaols:")
    text = refused(run(command, PILOT), 1, "pilot.yaml:", f"pilotlab check {PILOT}")
    assert "gaols" in text
    assert not (lab.root / "data" / "pilots.db").exists()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"SQLite format 3\x00 but damaged" * 400])
@pytest.mark.parametrize("command", ["assign", "freeze", "status", "analyze", "decide", "readout", "db"])
def test_a_damaged_store_is_said_and_left_alone(lab: Lab, run: Run, content: bytes, command: str) -> None:
    file = lab.root / "data" / "pilots.db"
    file.parent.mkdir()
    file.write_bytes(content)
    result = run("db", "verify") if command == "db" else run(command, PILOT)
    assert result.exit_code in (0, 1), result.output
    if content:
        refused(result, 1, "error: ", "fix: ")
        assert file.read_bytes() == content


def test_a_store_that_can_only_be_read(collected: Lab, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results are not shown unrecorded: reading them is an act of the ledger."""
    uri = f"file:{collected.root / 'data' / 'pilots.db'}?mode=ro"
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: real(uri, **{**options, "uri": True}))
    for command in ("analyze", "decide", "readout"):
        refused(run(command, PILOT, *LATE), 1, "error: ", "fix: ")
    ok(run("status", PILOT, *LATE))


JUNK = ("", " ", "..", "../..", "/", "a" * 300, "ä", "-", "--", "💥", "pilot.yaml", PILOT + "/", "*")


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in ("demo", "init")])
def test_junk_never_ends_in_a_traceback(lab: Lab, run: Run, command: str) -> None:
    for junk in JUNK:
        for args in ([junk], [junk, junk], [PILOT, "--today", junk or "x"], [PILOT, "--format", junk or "x"]):
            result = run(command, *args)
            assert result.exit_code in (0, 1, 2), (args, result.output)
            if result.exit_code:
                assert result.output.strip(), args
    if command != "import":  # which opens the store before it reads the file
        assert not (lab.root / "data" / "pilots.db").exists()


@pytest.mark.parametrize("day", ["1900-01-01", "1969-12-31", "9000-12-31"])
@pytest.mark.parametrize("command", ["check", "status", "analyze", "decide", "readout", "log"])
def test_any_day_may_be_today(collected: Lab, run: Run, command: str, day: str) -> None:
    more = ("--team", "team-00", "--set", "office_days=1") if command == "log" else ()
    result = run(command, PILOT, *more, "--today", day)
    assert result.exit_code in (0, 1, 2), result.output


def test_usage_is_2_and_failure_is_1(run: Run) -> None:
    refused(run("analyze"), 2, "error: PILOT is missing\n  fix: one of: ")
    refused(
        run("analyze", PILOT, "--plan"), 2, "no option '--plan'; did you mean '--plain'?", "analyze --help`"
    )
    refused(run("db", "verfy"), 2, "no command 'verfy'; did you mean 'verify'?")
    refused(run("log"), 2, f"fix: one of: {PILOT}")
    refused(run("analyse", PILOT), 2, "no command 'analyse'; did you mean 'analyze'?")
    refused(run("analyze", PILOT, "--format", "xml"), 2, "xml")
    refused(run("assign", PILOT, "--seed", "-1"), 2, "-1")
    refused(run("amend", PILOT), 2, "--why")
    refused(run("analyze", "no-such"), 2, "no pilot")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-13-01", "19.10.2026", "tomorrow", ""])
def test_what_is_no_day_is_refused(run: Run, day: str) -> None:
    refused(run("status", PILOT, "--today", day), 2, "--today", repr(day))


def test_collecting_from_a_frozen_plan_loads_nothing_heavy(lab: Lab) -> None:
    lab.agree()
    place = ("--workspace", str(lab.root), "--today", "2026-10-05")
    for args in (
        ("log", PILOT, "--team", "team-00", "--week", "2026-W40", "--set", "office_days=2"),
        ("status", PILOT),
        ("check", PILOT),
    ):
        assert not HEAVY & modules_loaded_by(call(*args, *place), lab.root)


def test_a_login_without_a_name_is_asked_for_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.delenv("PILOTLAB_ACTOR")
    monkeypatch.setattr("getpass.getuser", nobody)
    refused(run("assign", PILOT), 2, "--actor NAME", "PILOTLAB_ACTOR")


def test_a_readout_names_the_newest_act_and_reading_again_leaves_it(collected: Lab, run: Run) -> None:
    named = []
    for name in ("one.json", "two.json"):
        out = collected.root / name
        ok(run("readout", PILOT, "--format", "json", "--out", str(out), *LATE))
        digests = json.loads(out.read_text())["appendix"]["digests"]
        named += [row["text"] for row in digests if row["label"] == "ledger"]
    assert len(named) == 2
    assert named[0] == named[1]
    ok(run("db", "verify", "--noted", named[0]))
    other = named[0][:-1] + ("0" if named[0][-1] != "0" else "1")
    assert run("db", "verify", "--noted", other).exit_code == 1
