"""Before the planned end: no goal is shown on any surface, guardrails are; an early look is put on record first."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pilotlab.cli.main import cli
from pilotlab.errors import UsageError
from pilotlab.weeks import Week
from tests.pilots import Lab, make_lab

pytestmark = pytest.mark.slow  # every test here reads a whole pilot

PILOT = "anchor-days"
DURING = date(2026, 10, 12)  # the planned end is 15 November
Said = Callable[..., str]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = make_lab(tmp_path)
    made.collect(made.agree(), through=Week.parse("2026-W41"))
    return made


@pytest.fixture
def said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.chdir(lab.root)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*args: str) -> str:
        result = CliRunner().invoke(cli, [*args, "--today", DURING.isoformat(), "--actor", "ann"])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def page(lab: Lab, suffix: str) -> str:
    return (lab.root / "analysis" / "readouts" / f"{PILOT}{suffix}").read_text(encoding="utf-8")


def test_a_goal_is_shown_nowhere(lab: Lab, said: Said) -> None:
    (goal, guardrail, *_) = json.loads(said("analyze", PILOT, "--format", "json"))["results"]
    assert goal["hidden"] == "its planned end, 15 Nov 2026, is not reached"
    assert set(goal) == {"role", "metric", "label", "arm", "unit", "better", "state", "hidden"}
    assert goal["state"] == "not shown yet"
    assert guardrail["estimate"]["att"] == pytest.approx(0.1, abs=0.3)
    rows = said("analyze", PILOT, "--format", "csv").splitlines()
    assert rows[1].startswith("anchor,goal,cycle_time_p50@1,days,up is good,,,,,,not shown yet,")
    assert ",,,,," not in rows[2]
    (row,) = [line for line in said("analyze", PILOT).splitlines() if line.startswith("goal")]
    assert "not shown yet" in row
    decided = json.loads(said("decide", PILOT, "--format", "json"))
    (state,) = [row for row in decided["states"] if row["role"] == "goal"]
    assert state["state"] == "not shown yet"
    assert {state[name] for name in ("estimate", "low", "high", "lower", "p_one_sided")} == {None}
    assert decided["verdict"] == "Not decision-ready"
    assert (decided["arms"][0]["luck"], decided["arms"][0]["held"]) == ("", "")


def test_no_page_tells_a_goal(lab: Lab, said: Said) -> None:
    said("readout", PILOT, "--format", "html", "--format", "markdown", "--format", "json")
    arm = json.loads(page(lab, ".json"))["arms"][0]
    assert arm["goals"][0]["effect"]["estimate"] is None
    assert arm["goals"][0]["means"] == arm["timing"] == arm["robustness"] == []
    assert arm["goals"][0]["finding"] == "Too early to judge"
    assert arm["promises"]["rows"][0]["effect"]["estimate"] is not None
    for suffix in (".html", ".md"):
        text = page(lab, suffix)
        assert "is not reached" in text
        assert not any(word in text.lower() for word in ("clear yes", "can’t tell", "held in", "first half"))


def test_what_is_stored_of_a_run_tells_no_goal_either(lab: Lab) -> None:
    analysis = lab.at(DURING).analyze(PILOT)
    assert not analysis.results[0].estimate
    with lab.at(DURING).store(readonly=True) as store:
        (run,) = store.runs(PILOT)
    goal = run.content["analysis"]["results"][0]
    assert goal["hidden"]
    assert goal["estimate"].keys() == {"schema", "reason", "would_help", "notes", "code"}
    assert not any(goal[part] for part in ("means", "weeks", "robustness", "answers", "slices"))


def test_an_early_look_shows_the_goal_and_is_put_on_record(lab: Lab, said: Said) -> None:
    text = said("analyze", PILOT, "--early", "--why", "the board asked")
    assert "●" in next(line for line in text.splitlines() if line.startswith("goal"))
    with lab.at(DURING).store(readonly=True) as store:
        (look,) = store.early_looks(PILOT)
        assert "read early" in {row.verb for row in store.ledger()}
        assert store.verify()
    assert (look.actor, look.week, look.why) == ("ann", "2026-W41", "the board asked")
    assert "not shown yet" in said("analyze", PILOT)  # who does not say why does not see it
    said("readout", PILOT, "--format", "html", "--format", "markdown", "--format", "json")
    for suffix in (".html", ".md", ".json"):
        assert "the board asked" in page(lab, suffix)
        assert "with values to 2026-W41" in page(lab, suffix)


def test_a_look_needs_its_reason_and_is_early_only_before_the_end(lab: Lab) -> None:
    for options in ({"early": True}, {"early": True, "why": " "}, {"why": "the board asked"}):
        with pytest.raises(UsageError, match="needs --early and a reason"):
            lab.at(DURING).analyze(PILOT, **options)
    with pytest.raises(UsageError, match="so no look is early"):
        lab.at(date(2026, 11, 16)).analyze(PILOT, early=True, why="the board asked")
    with lab.at(DURING).store(readonly=True) as store:
        assert store.early_looks(PILOT) == []


def test_the_day_after_the_planned_end_everything_is_shown(lab: Lab) -> None:
    assert lab.at(date(2026, 11, 16)).analyze(PILOT).results[0].estimate
    assert not lab.at(date(2026, 11, 15)).analyze(PILOT).results[0].estimate


# a day limits the values that are read, as it limits what is due


@pytest.fixture
def finished(tmp_path: Path) -> Lab:
    made = make_lab(tmp_path)
    made.collect(made.agree(), n=6)
    return made


def test_status_and_decide_count_the_same_weeks(finished: Lab) -> None:
    status = finished.at(DURING).status(PILOT)
    course = finished.at(DURING).course(PILOT)
    assert str(status.week) == "2026-W41"
    assert {row.arm: (row.present, row.expected) for row in status.arms} == {
        arm: course.quality["cycle_time_p50@1"].presence(arm) for arm in ("anchor", "control")
    }
    assert course.quality["cycle_time_p50@1"].weeks == tuple(row.week for row in status.weeks)


def test_no_value_of_a_week_that_is_not_over_is_read(finished: Lab) -> None:
    course = finished.at(DURING).course(PILOT)
    assert {panel.values["week"].max() for panel in course.panels.values()} == {"2026-W41"}
    assert finished.at(DURING).panel(PILOT, "cycle_time_p50@1").values["week"].max() == "2026-W41"
    assert course.data_digest != finished.at(date(2026, 11, 16)).course(PILOT).data_digest


def test_a_day_in_the_past_gives_what_that_day_gave(
    finished: Lab, tmp_path_factory: pytest.TempPathFactory
) -> None:
    then = make_lab(tmp_path_factory.mktemp("then"))
    then.collect(then.agree(), through=Week.parse("2026-W41"), n=6)
    now, before = finished.at(DURING).follow(PILOT), then.at(DURING).follow(PILOT)
    assert now.told == before.told
    assert now.decision.states == before.decision.states


def test_before_the_first_week_there_is_nothing_to_read(finished: Lab) -> None:
    decision = finished.at(date(2026, 6, 1)).decide(PILOT)
    assert decision.verdict == "Not decision-ready"


def test_answers_that_were_shown_are_never_cut_back(finished: Lab) -> None:
    """Asked day by day backwards, the differences of means would tell each week alone."""
    whole = finished.at(date(2026, 11, 16)).course(PILOT)
    cut = finished.at(DURING).course(PILOT)
    assert cut.panels["job_satisfaction@1"].values.equals(whole.panels["job_satisfaction@1"].values)
    assert cut.panels["cycle_time_p50@1"].values["week"].max() == "2026-W41"
