"""The page of a real course: from the store to every form, for every kind of pilot."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pilotlab.decide.course import Course
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.analysis import Analysis, analyze
from pilotlab.readout.build.assemble import build_readout
from pilotlab.readout.document.model import Readout
from pilotlab.readout.render.files import FORMS, Page
from pilotlab.spec.pilot import CONTROL
from pilotlab.weeks import Week
from tests.pilots import AFTER, PILOT, TEAMS, Lab, make_lab, plain_value

GOALS = "goals: [{use: cycle_time_p50@1, worth_it: -0.5}]"
ADHERENCE = "adherence: {use: office_days@1, planned_gap: 1.5}"
ASSIGN = "assign: {method: complete, seed: 7}"
ARM = "anchor: {office_days: 2, anchor_days: [tue, thu]}"
DECLARED = "assign: {method: declared, column: arm}"
LOGGED = """\
metrics:
  - {id: lead_time, version: 1, label: Lead time, question: How long?, family: outcome, unit: days, direction: lower,
     kind: median, range: [0, 100], roles: [goal, guardrail], transform: log, decimals: 1}
"""


@dataclass
class Made:
    course: Course
    page: Readout
    lab: Lab

    def text(self, form: str) -> str:
        return Page(self.page, Path("unused")).text(form)

    @property
    def everything(self) -> str:
        return "\n".join(self.text(form) for form in FORMS)


def follow(
    root: Path, edits: dict[str, str] | None = None, *, today: date = AFTER, more: str = "", **options: Any
) -> Made:
    """Run a pilot of twelve teams to its page; `edits` bend the declaration."""
    collect = {name: options.pop(name) for name in ("value", "metrics", "through", "n") if name in options}
    lab = make_lab(root, **options)
    for old, new in (edits or {}).items():
        lab.edit(old, new)
    if more:
        (root / "experiments" / "metrics.yaml").write_text(more)
    lab.collect(lab.agree(), collect.pop("value", plain_value), **collect)
    course = lab.at(today).course("anchor-days")
    return Made(course, build_readout(course), lab)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return follow(tmp_path_factory.mktemp("plain"))


def test_every_form_is_made_and_read_back(plain: Made) -> None:
    written = json.loads(plain.text("json"))
    assert Readout.from_dict(written).to_dict() == written == plain.page.to_dict()
    assert plain.text("html").startswith("<!doctype html>")
    assert plain.text("markdown").startswith("#")


def test_the_page_says_what_was_estimated_and_decided(plain: Made) -> None:
    arm = plain.page.lead
    result, decided = plain.course.analysis.of("anchor", "goal")[0], plain.course.decision.leading
    goal = arm.goals[0]
    assert isinstance(result.estimate, Estimate)
    assert goal.effect.estimate == pytest.approx(-result.estimate.att)  # lower is better: up is good
    assert (goal.effect.low, goal.effect.high) == pytest.approx(
        (-result.estimate.ci[1], -result.estimate.ci[0])
    )
    assert (goal.bar, goal.state, goal.level) == (0.5, decided.states[0].state, 0.95)
    assert arm.decision.verdict == decided.headline
    assert arm.decision.lead.replace("**", "") == decided.lead
    mean = {row.pilot: row for row in goal.means}
    assert mean[True].change - mean[False].change == pytest.approx(result.estimate.att)
    assert [point.event_time for point in arm.timing[0].points] == [week.event_time for week in result.weeks]
    assert [row.state for row in arm.promises.rows] == ["safe", "watched"]
    assert arm.adherence.observed_gap == pytest.approx(result_gap(plain.course), abs=1e-9)
    assert {item.state for item in arm.gate} == {"met"}


def result_gap(course: Course) -> float:
    means = course.analysis.of("anchor", "adherence")[0].means
    return means.pilot_after - means.control_after


def test_the_appendix_names_method_digests_and_seed(plain: Made) -> None:
    appendix = plain.page.appendix
    digests = {row.label: row.text for row in appendix.digests}
    assert digests["data"] == plain.course.data_digest
    assert digests["plan"] == plain.course.plan.freeze.digests["spec"]
    assert appendix.seed == "7"
    assert [line.metric for line in appendix.metrics] == [
        row.metric.key for row in plain.course.analysis.results
    ]
    assert any("`change`" in row.text for row in appendix.method)


def test_a_plan_that_was_kept_says_so(plain: Made) -> None:
    rows = {row.item: row for row in plain.page.plan.rows}
    assert rows["Teams"].planned == "12: 6 anchor, 6 control"
    assert rows["Teams"].bearing == rows["Baseline"].bearing == rows["Counted weeks"].bearing == "none"
    assert plain.page.plan.amendments == ()
    assert "no amendment" in plain.page.plan.finding


def test_the_flow_counts_teams(plain: Made) -> None:
    flow = plain.page.trust.flow
    assert flow.looked_at.head == "12 teams listed"
    assert flow.assigned.head == "12 teams in 2 arms"
    assert [box.head for arm in flow.arms for box in arm.boxes] == ["6 teams", "6 with values, none lost"] * 2


def test_other_analyses_stand_on_the_page_as_they_were_run(plain: Made) -> None:
    (result,) = plain.course.analysis.of("anchor", "goal")
    (card,) = plain.page.lead.robustness
    assert result.robustness is not None
    assert len(card.runs) == 16
    for shown, run in zip(card.runs, result.robustness.runs, strict=True):
        assert (shown.label, shown.held) == (run.label, run.agrees)
        if run.att is not None:
            assert shown.effect.estimate == pytest.approx(-run.att)  # lower is better: up is good
    assert (len(card.counted), len(card.failed)) == (
        result.robustness.counted,
        result.robustness.counted - result.robustness.agreed,
    )
    one, left_out = card.left_out, result.robustness.left_out
    assert (one.low, one.high) == pytest.approx((-left_out.highest, -left_out.lowest))
    assert [row.label for row in card.threats] == [check.label for check in result.robustness.checks]
    held = f"held in {result.robustness.agreed} of {result.robustness.counted} other analyses"
    assert held in plain.page.lead.decision.rule
    assert "robustness card" not in plain.page.lead.decision.not_made
    row = next(row for row in plain.page.plan.rows if row.item == "Robustness card")
    assert (
        row.done == f"held in {result.robustness.agreed} of the {result.robustness.counted} that could be run"
    )
    assert row.planned == "standard: 16 other analyses of every goal"
    assert "Would another analyst agree" in plain.text("html")


def test_a_plan_without_the_card_has_no_section(tmp_path: Path) -> None:
    made = follow(tmp_path, {"consultation:": "analysis: {sensitivity: none}\nconsultation:"})
    assert made.page.lead.robustness == ()
    assert "robustness card" in made.page.lead.decision.not_made
    assert not any(row.item == "Robustness card" for row in made.page.plan.rows)
    assert "Would another analyst agree" not in made.everything


def test_a_result_that_hangs_on_one_team_is_lowered_and_says_so(tmp_path: Path) -> None:
    def value(metric: str, team: int, week: Week, treated: bool) -> float:
        found = plain_value(metric, team, week, treated)
        if metric != "cycle_time_p50" or not treated:
            return found
        return found - 4.0 if team == lucky else found + 1.3  # the effect of all but one is taken back

    lab = make_lab(tmp_path)
    drawn = lab.agree()
    lucky = next(place for place, row in enumerate(drawn.teams) if row.arm == "anchor")
    lab.collect(drawn, value)
    course = lab.at(AFTER).course("anchor-days")
    (goal,) = course.analysis.of("anchor", "goal")
    assert goal.robustness.sign_flips
    row = next(row for row in build_readout(course).plan.rows if row.item == "Robustness card")
    assert row.bearing == "the result leans on single teams or choices of method"
    assert "the sign flips when one is left out" in course.decision.leading.held


# gaps


def test_gaps_are_shown_with_their_reason_and_never_filled(tmp_path: Path) -> None:
    def value(metric: str, team: int, week: Week, treated: bool) -> float | str | None:
        if team == 0 and str(week) == "2026-W40":
            return "holiday"
        if team == 1 and week.number in (41, 42):
            return None
        return plain_value(metric, team, week, treated)

    made = follow(tmp_path, value=value)
    rows = {row.name: row for group in made.page.trust.completeness.groups for row in group.rows}
    weeks = [week.label for week in made.page.trust.completeness.weeks]
    assert rows["team-00"].cells[weeks.index("40")] == "holiday"
    assert [rows["team-01"].cells[weeks.index(week)] for week in ("41", "42")] == ["missing"] * 2
    assert rows["team-01"].present == rows["team-01"].expected - 2
    panel = made.course.panels["cycle_time_p50@1"].values
    assert len(panel) == 12 * 21 - 3  # 8 baseline, 3 announced, 2 wash-in, 8 counted weeks
    assert made.everything


def test_a_team_that_logged_nothing_is_lost_and_counted(tmp_path: Path) -> None:
    made = follow(
        tmp_path, value=lambda metric, team, *rest: None if team == 3 else plain_value(metric, team, *rest)
    )
    assert sum("1 lost" in box.head for arm in made.page.trust.flow.arms for box in arm.boxes) == 1
    row = next(row for row in made.page.plan.rows if row.item == "Teams")
    assert row.bearing == "1 teams logged no goal"


@pytest.mark.parametrize("silent", ["cycle_time_p50", "job_satisfaction", "cross_team_share", "office_days"])
def test_a_metric_that_was_never_logged_says_why_there_is_no_number(tmp_path: Path, silent: str) -> None:
    kept = [
        name
        for name in ("cycle_time_p50", "job_satisfaction", "cross_team_share", "office_days")
        if name != silent
    ]
    made = follow(tmp_path, metrics=kept)
    line = next(line for line in made.page.appendix.metrics if line.metric == f"{silent}@1")
    assert line.effect.estimate is None
    assert line.effect.reason == "no value in any arm"
    assert "nan" not in re.findall(r"\bnan\b", made.everything)
    ready = made.course.decision.verdict != "Not decision-ready"
    assert ready is (silent == "cross_team_share")  # only what is watched is not needed


def test_a_page_in_the_middle_of_the_pilot(tmp_path: Path) -> None:
    made = follow(tmp_path, through=Week.parse("2026-W41"), today=date(2026, 10, 12))
    assert made.course.decision.verdict == "Not decision-ready"
    rows = {row.item: row for row in made.page.plan.rows}
    assert rows["Counted weeks"].done == "3 with values, 2026-W39 to 2026-W41; 5 to come"
    assert rows["Counted weeks"].bearing == "none"
    assert made.everything


# kinds of pilots


def arm_column(place: int) -> str:
    return "anchor" if place % 2 else CONTROL


KINDS: dict[str, tuple[dict[str, str], dict[str, Callable[[int], str]], str]] = {
    "no harm": (
        {"claim: improve": "claim: do_no_harm", GOALS: "goals: [{use: cycle_time_p50@1, margin: 0.5}]"},
        {},
        "Scale",
    ),
    "learn": ({"claim: improve": "claim: learn", GOALS: "goals: [cycle_time_p50@1]"}, {}, "Learn"),
    "two goals, any": (
        {
            GOALS: "goals: [{use: cycle_time_p50@1, worth_it: -0.5}, {use: job_satisfaction@1, worth_it: 0.5}]",
            "guardrails: [{use: job_satisfaction@1, margin: 0.5, if_breached: stop}]": "guardrails: []",
            "watch: [cross_team_share@1]": "watch: [cross_team_share@1, work_life_balance@1]",
        },
        {},
        "Scale",
    ),
    "two goals, all": (
        {
            GOALS: "goals: [{use: cycle_time_p50@1, worth_it: -0.5}, {use: job_satisfaction@1, worth_it: 0.5}]",
            "guardrails: [{use: job_satisfaction@1, margin: 0.5, if_breached: stop}]": "guardrails: []",
            "watch: [cross_team_share@1]": "watch: [cross_team_share@1, work_life_balance@1]",
            "consultation:": "decide: {goals: all}\nconsultation:",
        },
        {},
        "Stop",
    ),
    "stratified": (
        {ASSIGN: "assign: {method: stratified, on: [site], seed: 7}"},
        {"site": lambda at: "ab"[at % 2]},
        "Scale",
    ),
    "kept together": (
        {ASSIGN: f"{ASSIGN}\n  keep_together: [[team-00, team-01], [team-02, team-03]]"},
        {},
        "Scale",
    ),
    "declared": (
        {ASSIGN: DECLARED, "recruitment: lottery": "recruitment: volunteer"},
        {"arm": arm_column},
        "Scale",
    ),
    "drawn elsewhere": (
        {ASSIGN: DECLARED.replace("}", ", drawn_by: even birthdays}")},
        {"arm": arm_column},
        "Scale",
    ),
    "uneven": ({ASSIGN: "assign: {method: complete, seed: 7, shares: {control: 2, anchor: 1}}"}, {}, "Scale"),
    "buffer": ({ASSIGN: f"{ASSIGN}\n  buffer: [team-11]"}, {}, "Scale"),
    "no adherence": ({ADHERENCE: ""}, {}, "Scale"),
    "no gap was planned": ({ADHERENCE: "adherence: office_days@1"}, {}, "Scale"),
    "blackout": ({"pilot_weeks: 8": "pilot_weeks: 8, blackout: [2026-W40]"}, {}, "Scale"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_pilot_has_its_page(tmp_path: Path, kind: str) -> None:
    edits, columns, verdict = KINDS[kind]
    made = follow(tmp_path, edits, columns=columns)
    strongest = (
        made.course.decision.leading.steps[0].verdict if kind != "learn" else made.course.decision.verdict
    )
    assert strongest == verdict, made.course.decision.leading
    assert made.everything
    found = re.findall(r"\b(significant|no effect|proved|None|nan|inf)\b", made.text("markdown"))
    assert found == []


def test_method_and_grade_follow_the_design(tmp_path: Path) -> None:
    found = {}
    for kind in ("declared", "uneven", "kept together", "stratified"):
        edits, columns, _ = KINDS[kind]
        made = follow(tmp_path / kind.replace(" ", "-"), edits, columns=columns)
        estimate = made.course.analysis.of("anchor", "goal")[0].estimate
        found[kind] = (estimate.inference, estimate.n_clusters, made.course.decision.grade)
    assert found == {
        "declared": ("cr2", 12, "C"),
        "uneven": ("cr2", 12, "B"),
        "kept together": ("randomization", 10, "B"),
        "stratified": ("randomization", 12, "B"),
    }


def test_two_arms_are_two_contrasts_and_the_better_one_leads(tmp_path: Path) -> None:
    def value(metric: str, team: int, week: Week, treated: bool) -> float:
        return plain_value(metric, team, week, treated and arms[names[team]] == "home")

    names = [f"team-{number:02d}" for number in range(18)]
    lab = make_lab(tmp_path, teams=names)
    lab.edit(ARM, f"{ARM}\n  home: {{office_days: 0}}")
    lab.edit(ADHERENCE, "")
    drawn = lab.agree()
    arms = {row.team: row.arm for row in drawn.teams}
    lab.collect(drawn, value)
    course = lab.at(AFTER).course("anchor-days")
    page = build_readout(course)
    assert course.decision.arm == "home"
    assert [arm.name for arm in page.arms] == ["home", "anchor"]
    assert {goal.level for arm in page.arms for goal in arm.goals} == {0.975}
    assert {arm.promises.level for arm in page.arms} == {0.95}
    for form in FORMS:
        assert Page(page, tmp_path).text(form)


def test_a_log_metric_is_shown_in_per_cent(tmp_path: Path) -> None:
    def value(metric: str, team: int, week: Week, treated: bool) -> float:
        if metric != "lead_time":
            return plain_value(metric, team, week, treated)
        return round((4 + team / 10 + (team * 7 + week.index * 5) % 11 / 50) * (0.8 if treated else 1.0), 6)

    made = follow(
        tmp_path,
        {GOALS: 'goals: [{use: lead_time@1, worth_it: "-10%"}]'},
        more=LOGGED,
        value=value,
        metrics=("lead_time", "job_satisfaction", "cross_team_share", "office_days"),
    )
    goal = made.page.lead.goals[0]
    assert (goal.unit, goal.bar) == ("%", pytest.approx(10.0))
    assert goal.effect.estimate == pytest.approx(20, abs=1.5)  # a fifth less, and lower is better
    assert goal.means_unit == "days"
    row = next(row for row in made.page.plan.rows if row.item == "Goal: Lead time")
    assert row.planned == "lead_time@1, worth it at -10%"
    words = made.course.decision.states[0].words
    assert "the bar of 10.0 %" in words
    assert made.everything


# what may not be shown

FEW = {"consultation:": "privacy: {min_group: 10}\nconsultation:"}  # six persons an arm


def test_nothing_of_a_hidden_metric_is_on_any_page(tmp_path: Path) -> None:
    made = follow(tmp_path, FEW, size=1, n=1)
    (shown,) = made.course.analysis.of("anchor", "guardrail")
    assert shown.hidden
    (result,) = _unreleased(made.course).of("anchor", "guardrail")  # what the rule read
    assert isinstance(result.estimate, Estimate)
    secrets = {
        f"{abs(number):.{places}f}"
        for number in (result.estimate.att, *result.estimate.ci, *vars_of(result.means))
        for places in (5, 6)
    }
    run = (
        json.dumps(made.course.analysis.to_dict())
        + made.course.analysis.to_frame().query("role == 'guardrail'").to_csv()
    )
    everything = made.everything + run + json.dumps(made.course.decision.to_dict())
    assert {secret for secret in secrets if re.search(rf"(?<![\d.]){re.escape(secret)}", everything)} == set()
    said = [line for line in made.text("markdown").splitlines() if "Satisfaction" in line]
    assert said
    rounded = {f"{abs(number):.2f}" for number in (result.estimate.att, *result.estimate.ci)}
    assert not any(number in line for line in said for number in rounded), (rounded, said)
    promise = made.page.lead.promises.rows[0]
    assert (promise.state, promise.effect.estimate, promise.shown) == ("hidden", None, False)
    assert "too few people to show" in made.page.lead.promises.finding
    line = next(line for line in made.page.appendix.metrics if line.metric == "job_satisfaction@1")
    assert (line.effect.estimate, line.p_value, line.baseline, line.rows) == (None, None, "", "")


def _unreleased(course: Course) -> Analysis:
    return analyze(course.spec, course.panels, seed=course.plan.assigned.seed or 0)


def vars_of(means: Any) -> list[float]:
    return [getattr(means, name) for name in type(means).__slots__]


def test_a_hidden_goal_leaves_no_number_in_method_means_or_timing(tmp_path: Path) -> None:
    edits = {
        GOALS: "goals: [{use: job_satisfaction@1, worth_it: 0.05}]",
        "guardrails: [{use: job_satisfaction@1, margin: 0.5, if_breached: stop}]": "guardrails: []",
        "watch: [cross_team_share@1]": "watch: [cross_team_share@1, work_life_balance@1]",
    }
    made = follow(tmp_path, edits | FEW, size=1, n=1)
    arm = made.page.lead
    assert arm.goals[0].means == ()
    assert arm.timing == ()
    assert arm.robustness == ()
    (result,) = made.course.analysis.of("anchor", "goal")
    assert result.robustness is None
    assert _unreleased(made.course).of("anchor", "goal")[0].robustness is not None  # the rule reads it
    assert "held in" in made.course.decision.leading.held
    assert [row.label for row in made.page.appendix.method] == ["Satisfaction: not shown"]
    assert not any(row.label == "Luck" for row in arm.care)
    assert made.everything


def test_persons_of_a_published_study_are_never_listed(tmp_path: Path) -> None:
    edits = {
        "claim: improve": "claim: improve\ndata: published",
        "recruitment: lottery": "unit: person\n  recruitment: lottery",
    }
    made = follow(tmp_path, edits)
    assert not any(team in made.everything for team in TEAMS)
    assert "12 persons listed" in made.everything
    assert all(group.rows == () and group.shares for group in made.page.trust.completeness.groups)
    assert PILOT
