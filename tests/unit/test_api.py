"""The verbs: what commands and analysts call, on a workspace on disk."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import pilotlab as pl
from pilotlab.api import open_workspace
from pilotlab.errors import FindingsError, NotFound, PilotlabError, UsageError
from pilotlab.weeks import Week
from tests.pilots import AFTER, BEFORE, Lab, make_lab

PILOT = "anchor-days"
OCTOBER = date(2026, 10, 5)  # the Monday of W41


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


def acts(lab: Lab) -> list[str]:
    with lab.at(AFTER).store(readonly=True) as store:
        return [row.verb for row in store.ledger()]


def test_a_workspace_is_found_from_any_folder_of_it(lab: Lab) -> None:
    inside = pl.open(lab.file.parent, actor="ann", today=OCTOBER)
    assert inside.folders.root == lab.root.resolve()
    assert (inside.actor, inside.today, inside.pilots()) == ("ann", OCTOBER, (PILOT,))


def test_where_there_is_none_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no workspace at"):
        open_workspace(tmp_path)


def test_looking_makes_no_store(lab: Lab) -> None:
    at = lab.at(OCTOBER)
    at.check()
    at.plan(PILOT)
    at.status(PILOT)
    at.form(PILOT, "team-00")
    at.import_file(_file(lab, "team,week,metric,value\nteam-00,2026-W30,office_days,1\n"), dry_run=True)
    for verb in (at.course, at.analyze, at.decide, at.readout, at.freeze):
        with pytest.raises(PilotlabError, match="has no assignment yet"):
            verb(PILOT)
    assert not lab.at(OCTOBER).folders.database.exists()


def _file(lab: Lab, text: str) -> Path:
    path = lab.root / "in.csv"
    path.write_text(text)
    return path


def test_log_takes_values_gaps_and_corrections(lab: Lab) -> None:
    at = lab.at(OCTOBER)
    first = at.log(PILOT, "team-00", "2026-W40", {"office_days": 2, "cycle_time_p50": "no_work"})
    assert (first.new, first.corrected) == (2, 0)
    assert at.log(PILOT, "team-00", Week.parse("2026-W40"), {"office_days": 2.0}).unchanged == 1
    with pytest.raises(PilotlabError, match="is stored as 2, now 3"):
        at.log(PILOT, "team-00", "2026-W40", {"office_days": 3})
    assert at.log(PILOT, "team-00", "2026-W40", {"office_days": 3}, why="misread").corrected == 1
    with at.store(readonly=True) as store:
        history = store.history("office_days@1", team="team-00", week=Week.parse("2026-W40"))
    assert [(row.value, row.why) for row in history] == [(2.0, ""), (3.0, "misread")]


@pytest.mark.parametrize(
    ("team", "week", "values", "words"),
    [
        ("team-99", "2026-W40", {"office_days": 1}, "'team-99' is not known"),
        ("team-00", "2026-W45", {"office_days": 1}, "2026-W45"),
        ("team-00", "2026-W40", {"no_such": 1}, "'no_such' is not known"),
        ("team-00", "2026-W40", {"office_days": 9}, "its range is 0 to 7"),
        ("team-00", "2026-W40", {"office_days": float("nan")}, "not a finite number"),
        ("team-00", "2026-W40", {"office_days": "beach"}, "'beach'"),
        ("team-00", "2026-W40", {}, "nothing to log"),
    ],
)
def test_what_can_not_be_logged_writes_nothing(
    lab: Lab,
    team: str,
    week: str,
    values: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(UsageError) as caught:
        lab.at(OCTOBER).log(PILOT, team, week, values)
    assert words in str(caught.value)
    assert not lab.at(OCTOBER).folders.database.exists() or acts(lab) == ["begin"]


def test_the_form_shows_what_is_stored_and_what_came_before(lab: Lab) -> None:
    at = lab.at(OCTOBER)
    at.log(PILOT, "team-00", "2026-W38", {"office_days": 1})
    at.log(PILOT, "team-00", "2026-W40", {"office_days": 2, "cycle_time_p50": 5})
    form = at.form(PILOT, "team-00")
    assert form.week == Week.parse("2026-W40")  # the last that is over
    assert [metric.id for metric in form.metrics] == [
        "cycle_time_p50",
        "job_satisfaction",
        "cross_team_share",
        "office_days",
    ]
    assert {key: row.value for key, row in form.stored.items()} == {
        "office_days@1": 2.0,
        "cycle_time_p50@1": 5.0,
    }
    assert {key: row.value for key, row in form.before.items()} == {"office_days@1": 1.0}


def test_once_frozen_collecting_follows_the_frozen_plan(lab: Lab) -> None:
    lab.agree()
    before = lab.at(OCTOBER).status(PILOT).to_dict()
    lab.edit("cross_team_share@1", "work_life_balance@1")
    lab.edit("baseline_weeks: 8", "baseline_weeks: 6")
    assert lab.at(OCTOBER).status(PILOT).to_dict() == before
    assert "cross_team_share" in [metric.id for metric in lab.at(OCTOBER).form(PILOT, "team-00").metrics]


def test_a_pilot_that_can_not_be_read_adds_no_team(lab: Lab) -> None:
    broken = lab.root / "experiments" / "broken"
    broken.mkdir()
    (broken / "pilot.yaml").write_text(": : :")
    assert lab.at(OCTOBER).team_names() == {f"team-{number:02d}" for number in range(12)}
    with pytest.raises(FindingsError):
        lab.at(OCTOBER).declared("broken")


def test_a_pilot_without_teams_says_so(lab: Lab) -> None:
    (lab.file.parent / "teams.csv").write_text("team,size\n")
    with pytest.raises(FindingsError):
        lab.at(OCTOBER).teams(PILOT)


def test_a_panel_is_handed_out_by_name_and_each_reading_is_an_act(lab: Lab) -> None:
    lab.collect(lab.agree())
    before = acts(lab)
    panel = lab.at(AFTER).panel(PILOT, "cycle_time_p50")
    assert repr(panel) == repr(lab.at(AFTER).panel(PILOT, "cycle_time_p50@1"))
    assert list(panel.frame.columns) == [
        "team",
        "arm",
        "stratum",
        "week",
        "cohort",
        "event_time",
        "treated",
        "value",
        "n",
        "weeks",
        "hidden",
    ]
    with pytest.raises(UsageError, match="'cycle_time' is not known; did you mean 'cycle_time_p50@1'"):
        lab.at(AFTER).panel(PILOT, "cycle_time")
    assert acts(lab) == [*before, "read panel", "read panel"]


@pytest.mark.slow
def test_each_verb_records_its_own_act(lab: Lab) -> None:
    lab.collect(lab.agree())
    at = lab.at(AFTER)
    start = len(acts(lab))
    at.analyze(PILOT)
    at.decide(PILOT)
    at.readout(PILOT)
    assert acts(lab)[start:] == [
        "read analyze",  # the values behind what is shown, kept once
        "analyze",
        "read analyze",  # what was worked out already
        "decide",
        "read analyze",
        "decide",
        "readout",
    ]


def test_the_run_names_its_data_seed_and_version(lab: Lab) -> None:
    lab.collect(lab.agree())
    course = lab.at(AFTER).course(PILOT)
    with lab.at(AFTER).store(readonly=True) as store:
        (run,) = store.runs(PILOT)
    made = run.content["made_with"]
    assert (made["data"], made["pilotlab"], run.content["analysis"]["seed"]) == (
        course.data_digest,
        pl.__version__,
        7,
    )
    assert course.made_with.run == course.decision.made_with.run == 1
    lab.at(AFTER).log(PILOT, "team-00", "2026-W40", {"office_days": 0}, why="late correction")
    assert lab.at(AFTER).course(PILOT).data_digest != course.data_digest


def test_an_amendment_knows_whether_anything_had_been_seen(lab: Lab) -> None:
    lab.agree()
    lab.edit("worth_it: -0.5", "worth_it: -0.4")
    assert not lab.at(BEFORE).amend(PILOT, why="before the first week").seen_data
    lab.at(OCTOBER).log(PILOT, "team-00", "2026-W36", {"office_days": 2})  # a week before the start
    lab.edit("worth_it: -0.4", "worth_it: -0.3")
    assert not lab.at(OCTOBER).amend(PILOT, why="only the baseline").seen_data
    lab.at(OCTOBER).log(PILOT, "team-00", "2026-W37", {"office_days": 2})
    lab.edit("worth_it: -0.3", "worth_it: -0.2")
    third = lab.at(OCTOBER).amend(PILOT, why="after the first row")
    assert (third.version, third.seen_data) == (3, True)


def test_looking_before_the_first_pilot_row_shows_nothing(lab: Lab) -> None:
    lab.agree()
    lab.at(BEFORE).analyze(PILOT)
    lab.edit("worth_it: -0.5", "worth_it: -0.4")
    assert not lab.at(BEFORE).amend(PILOT, why="before the first week").seen_data


def test_order_of_acts_not_the_clock_says_what_was_frozen_first(lab: Lab) -> None:
    lab.at(AFTER).assign(PILOT)
    lab.at(AFTER).freeze(PILOT)  # a clock that runs late
    lab.at(BEFORE).import_file(_file(lab, "team,week,metric,value\nteam-00,2026-W30,office_days,1\n"))
    gate = {item.key: item for item in lab.at(AFTER).decide(PILOT).leading.gate}
    assert gate["plan"].met


OWN = """
- id: pace
  label: {label}
  family: outcome
  unit: {unit}
  direction: lower
  kind: median
  roles: [goal]
"""


def test_a_label_may_be_mended_in_a_running_pilot_and_a_unit_may_not(lab: Lab) -> None:
    lab.edit("cycle_time_p50@1", "pace@1")
    own = lab.root / "experiments" / "metrics.yaml"
    own.write_text(OWN.format(label="Pase", unit="days"))
    lab.agree()
    own.write_text(OWN.format(label="Pace", unit="days"))
    plan = lab.at(OCTOBER).plan(PILOT)
    assert not plan.edited
    assert plan.metrics["pace@1"].label == "Pace"
    own.write_text(OWN.format(label="Pace", unit="hours"))
    plan = lab.at(OCTOBER).plan(PILOT)
    assert [str(change) for change in plan.edited] == [
        "metric definitions.pace@1.unit: was days, is now hours"
    ]
    assert (plan.metrics["pace@1"].label, plan.metrics["pace@1"].unit) == ("Pase", "days")
