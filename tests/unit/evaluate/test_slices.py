"""A pilot's declared slices, from the store to the overlay of the rule."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from pilotlab.decide.course import Course
from pilotlab.estimate.results.slice_effects import Slices
from pilotlab.evaluate.equity import breached
from pilotlab.readout.build.analysis_json import told
from pilotlab.readout.build.assemble import build_readout
from pilotlab.weeks import Week
from tests.pilots import AFTER, PILOT, Lab, make_lab, plain_value

pytestmark = pytest.mark.slow  # every test here analyses a whole pilot

TEAMS = tuple(f"team-{number:02d}" for number in range(24))
SLICES = "slices: {equity: [site], other: [function]}\nanalysis: {inference: cr2, sensitivity: none}\n"
HARM = -1.4  # of satisfaction in Lyon; the limit is 0.5


def company(root: Path, *, harm: float = HARM, gain: float = 0.0, sizes: int = 9, more: str = SLICES) -> Lab:
    """Lyon loses what the others keep; functions lie across the sites."""
    made = make_lab(
        root,
        PILOT + more,
        teams=TEAMS,
        size=sizes,
        columns={
            "site": lambda at: ("lyon", "berlin")[at % 2],
            "function": lambda at: ("web", "data")[at // 2 % 2],
        },
    )

    def value(metric: str, team: int, week: Week, treated: bool) -> float:
        more = (gain if team % 2 else harm) if metric == "job_satisfaction" and treated else 0.0
        return min(plain_value(metric, team, week, treated) + more, 10.0)

    made.collect(made.agree(), value, n=sizes)
    return made


def course(lab: Lab) -> Course:
    return lab.at(AFTER).course("anchor-days")


def slices_of(found: Course, metric: str) -> Slices:
    row = next(row for row in found.analysis.results if row.metric.id == metric)
    assert row.slices is not None
    return row.slices


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return course(company(tmp_path_factory.mktemp("harmed")))


def test_goals_and_guardrails_are_looked_at_by_group_and_nothing_else(harmed: Course) -> None:
    looked_at = {row.metric.id for row in harmed.analysis.results if row.slices}
    assert looked_at == {"cycle_time_p50", "job_satisfaction"}
    found = slices_of(harmed, "job_satisfaction")
    assert [(group.slice, group.level) for group in found.groups] == [
        ("site", "berlin"),
        ("site", "lyon"),
        ("function", "data"),
        ("function", "web"),
    ]
    berlin, lyon = found.of("site")
    assert lyon.att == pytest.approx(HARM + 0.1, abs=0.25)
    assert berlin.att == pytest.approx(0.1, abs=0.25)
    assert found.tests[0].p_holm is not None
    assert found.tests[0].p_holm < 0.001


def test_the_groups_effect_is_that_of_its_own_teams(harmed: Course) -> None:
    from pilotlab.estimate.did import did
    from pilotlab.evaluate import request

    panel = harmed.panels["job_satisfaction@1"]
    rows = panel.values[panel.values["team"].str[-2:].astype(int) % 2 == 0]
    alone = did(rows, **{**request.design(harmed.spec, panel), **request.method(harmed.spec, 7)})
    lyon = slices_of(harmed, "job_satisfaction").of("site")[1]
    assert (lyon.att, *lyon.ci) == pytest.approx((alone.att, *alone.ci), abs=0.005)  # type: ignore[misc]


def test_a_group_past_its_limit_is_named_and_lowers_scale(harmed: Course) -> None:
    found = breached(harmed.spec, harmed.analysis.results)
    assert found is not None
    assert [breach.words for breach in found] == ["site lyon (Satisfaction)"]
    decided = harmed.decision.leading
    assert "equity slices" not in decided.not_made


def test_a_limit_that_holds_on_average_and_breaks_for_a_group_turns_scale_down(tmp_path: Path) -> None:
    found = course(company(tmp_path, harm=-1.0, gain=1.0))
    decided = found.decision.leading
    assert {state.metric: state.state for state in decided.states} == {
        "cycle_time_p50@1": "clear yes",
        "job_satisfaction@1": "safe",
    }
    assert decided.verdict == "Scale with changes"
    assert decided.lowered_by == ("limit broken for site lyon (Satisfaction)",)
    kept = course(company(tmp_path / "kept", harm=0.0))
    assert kept.decision.verdict == "Scale"


def test_other_slices_are_shown_and_not_judged(harmed: Course, tmp_path: Path) -> None:
    swapped = SLICES.replace("equity: [site], other: [function]", "equity: [function], other: [site]")
    found = course(company(tmp_path, more=swapped))
    assert slices_of(found, "job_satisfaction").of("site")[1].att == pytest.approx(
        slices_of(harmed, "job_satisfaction").of("site")[1].att
    )
    assert breached(found.spec, found.analysis.results) == ()


def test_a_harm_inside_the_limit_is_no_breach(tmp_path: Path) -> None:
    found = course(company(tmp_path, harm=-0.45))
    lyon = slices_of(found, "job_satisfaction").of("site")[1]
    assert lyon.ci is not None
    assert lyon.ci[1] < 0  # plainly worse, and not by the limit
    assert breached(found.spec, found.analysis.results) == ()


def test_a_goal_without_a_limit_is_breached_where_a_group_gets_worse(tmp_path: Path) -> None:
    lab = company(tmp_path, harm=0.0)
    worse = lab.root / "worse.csv"
    rows = [line.split(",") for line in (lab.root / "all.csv").read_text().splitlines()]
    drawn = {row.team: row.arm for row in lab.at(AFTER).plan("anchor-days").assigned.teams}
    changed = ["team,week,metric,value,n,gap"]
    for team, week, metric, value, n, gap in rows[1:]:
        if (
            metric == "cycle_time_p50"
            and int(team[-2:]) % 2 == 0
            and week >= "2026-W37"
            and drawn[team] == "anchor"
        ):
            changed.append(",".join([team, week, metric, str(float(value) + 2.4), n, gap]))
    worse.write_text("\n".join(changed) + "\n")
    lab.at(AFTER).import_file(worse, why="found late")
    found = breached(course(lab).spec, course(lab).analysis.results)
    assert found is not None
    assert [breach.words for breach in found] == ["site lyon (Start to done)"]


def test_small_groups_hold_no_number_and_are_not_judged(tmp_path: Path) -> None:
    found = course(company(tmp_path, sizes=1))
    groups = slices_of(found, "job_satisfaction").groups
    assert all(group.hidden for group in groups)
    assert all(group.att is None and group.p_value is None for group in groups)
    assert breached(found.spec, found.analysis.results) is None
    assert "equity slices" in found.decision.leading.not_made
    told = json.dumps(found.analysis.to_dict())
    assert '"hidden": "fewer than 10 people in an arm"' in told
    arm = build_readout(found).lead
    assert arm.slices is not None
    assert all(row.hidden == "hidden: under 10" and row.effect.estimate is None for row in arm.slices.rows)
    assert arm.slices.finding == "Satisfaction: no group is large enough to be shown"


def test_the_page_leads_with_the_metric_whose_limit_broke(harmed: Course) -> None:
    arm = build_readout(harmed).lead
    assert arm.slices is not None
    assert arm.slices.finding == "Satisfaction broke its limit for site lyon"
    assert arm.slices.limit == -0.5
    assert [row.broken for row in arm.slices.rows] == [False, True, False, False]
    assert [row.attribute for row in arm.slices.rows] == ["Site", "Site", "Function", "Function"]
    assert arm.slices.rows[0].people == "100–124"
    assert arm.slices.note.startswith("4 results of groups judged together (Holm).")
    assert "Not judged: function." in arm.slices.note
    assert [more.label for more in arm.more_slices] == ["start to done"]
    assert any(row.item == "Groups" and row.bearing == "none" for row in build_readout(harmed).plan.rows)


def test_the_json_is_as_its_schema_says(harmed: Course) -> None:
    schema = Path(__file__).parents[3] / "docs" / "reference" / "schema" / "analyze.json"
    data = json.loads(json.dumps(told(harmed), allow_nan=False))
    jsonschema.validate(data, json.loads(schema.read_text(encoding="utf-8")))
    assert sum("slices" in row for row in data["results"]) == 2


def test_no_note_names_the_teams_that_hold_nobody_of_a_group(tmp_path: Path) -> None:
    lab = company(tmp_path, more=SLICES.replace("[site]", "[carer]"))
    lines = (lab.root / "all.csv").read_text().splitlines()
    wanted = [line.split(",") for line in lines if ",job_satisfaction," in line]
    rows = [
        f"{team},{week},{metric},{value},{4 if group == 'yes' else 5},carer={group}"
        for team, week, metric, value, *_ in wanted
        for group in ("yes", "no")
        if group == "no" or team != "team-03" or week < "2026-W37"  # no carer is left in one team
    ]
    (lab.root / "groups.csv").write_text("\n".join(["team,week,metric,value,n,slice", *rows]) + "\n")
    lab.at(AFTER).import_file(lab.root / "groups.csv")
    carers = slices_of(course(lab), "job_satisfaction").of("carer")[1]
    assert any("1 unit left out" in note.text for note in carers.notes)
    assert not any("team-" in note.text for note in carers.notes)


def test_a_slice_that_nobody_logged_is_named_in_the_plan(tmp_path: Path) -> None:
    found = course(company(tmp_path, more=SLICES.replace("[site]", "[site, carer]")))
    (row,) = [row for row in build_readout(found).plan.rows if row.item == "Groups"]
    assert row.bearing == "not looked at: carer"
    assert {group.slice for group in slices_of(found, "job_satisfaction").groups} == {"site", "function"}
