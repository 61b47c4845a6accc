"""Every code of the table: emitted for the mistake it names, at its exact line and column, and explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pilotlab.spec.codes import CODES, finding_entries
from tests.unit.spec.workspace import (
    METRICS_FILE,
    MIXED,
    PILOT,
    PILOT_FILE,
    TEAMS,
    check,
    places,
    replaced,
    write,
)

GOAL = "goals: [{use: cycle_time_p50@1, worth_it: -0.5}]"
GUARDRAIL = "guardrails: [{use: work_life_balance@1, margin: 0.3, if_breached: stop}]"
ASSIGN = "assign: {method: complete, seed: 7}"
OWN = "- {id: calm, label: Calm, family: quality_of_life, unit: points, direction: higher, kind: rating, roles: [watch]}\n"
SAYING = OWN.replace("label: Calm,", "label: Calm, say: {worse: people were less calm, better: calmer},")


@dataclass(frozen=True)
class Mistake:
    """Edits of the sound workspace, and where the finding must stand."""

    where: str
    pilot: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    pilot_bytes: bytes | None = None
    teams_text: str | None = TEAMS
    more: Mapping[str, str] = field(default_factory=dict)


def edit(where: str, *pairs: str) -> Mistake:
    """Mistakes in pilot.yaml: old text, new text, old text, new text."""
    return Mistake(f"pilot.yaml:{where}", pilot=dict(zip(pairs[::2], pairs[1::2], strict=True)))


def row(where: str, *pairs: str) -> Mistake:
    """Mistakes in teams.csv."""
    return Mistake(f"teams.csv:{where}", teams=dict(zip(pairs[::2], pairs[1::2], strict=True)))


def metrics(where: str, text: str) -> Mistake:
    return Mistake(f"metrics.yaml:{where}", more={METRICS_FILE: text})


FIVE = "\n".join(TEAMS.splitlines()[:6]) + "\n"
SEVEN = "\n".join(TEAMS.splitlines()[:7]) + "\n"
DECLARED = "assign: {method: declared, column: arm}"
MISTAKES: dict[str, Mistake] = {
    "PL101": Mistake("metrics.yaml", more={METRICS_FILE + "/keep": ""}),
    "PL102": Mistake(
        "pilot.yaml:2:13",
        pilot_bytes=PILOT.replace("Two anchor", "Zwei Bürotage")
        .encode("latin-1")
        .replace(b"Zwei B", b"Two B"),
    ),
    "PL103": Mistake("pilot.yaml:1:1", pilot_bytes=b"  \n\n"),
    "PL104": edit("23:3", "guardrails:", "gaurdrails:"),
    "PL105": edit("18:3", "washin_weeks: 4", "baseline_weeks: 4"),
    "PL106": edit("2:19", "title: Two anchor days", "title: Anchor days: two"),
    "PL107": edit("16:1", "  start:", "\tstart:"),
    "PL108": Mistake("pilot.yaml", pilot_bytes=b"# " + b"x" * 10_000_000),
    "PL109": edit("24:38", "[cross_team_share@1]", "[" * 40 + "]" * 40),
    "PL110": edit("24:10", "[cross_team_share@1]", "&a [*a]"),
    "PL111": Mistake("pilot.yaml:1:1", pilot_bytes=b"- question: x\n"),
    "PL112": edit("15:1", "  start: 2026-09-07\n", ""),
    "PL113": edit("17:19", "baseline_weeks: 8", "baseline_weeks: eight"),
    "PL114": edit("4:8", "claim: improve", "claim: improves"),
    "PL115": edit("19:16", "pilot_weeks: 12", "pilot_weeks: 0"),
    "PL116": edit("22:45", "worth_it: -0.5", "worth_it: .nan"),
    "PL117": edit("2:1", "title: Two anchor days", "title:"),
    "PL118": edit("16:10", "start: 2026-09-07", "start: next monday"),
    "PL119": edit("20:14", "decide_by: 2027-01-15", "decide_by: 15/01/2027"),
    "PL120": edit("2:10", "title: Two anchor days", "extends: hybrid-standard"),
    "PL121": edit("14:1", "teams: {file", "---\nteams: {file"),
    "PL122": edit("19:16", "pilot_weeks: 12", "pilot_weeks: !weeks 12"),
    "PL123": metrics("2:8", OWN + OWN),
    "PL124": metrics(
        "1:118",
        OWN.replace("id: calm", "id: job_satisfaction")
        .replace("roles: [watch]", "roles: [watch], activity: true")
        .replace("[watch], activity", "[goal], activity"),
    ),
    "PL125": metrics("1:106", OWN.replace("roles: [watch]", "range: [5, 1], roles: [watch]")),
    "PL126": edit("17:19", "baseline_weeks: 8", "baseline_weeks: 010"),
    "PL127": metrics("1:71", SAYING.replace("calmer}", '"people were {y} calmer"}')),
    "PL128": metrics("1:21", SAYING.replace("label: Calm,", "label: רוגע,")),
    "PL129": metrics("1:21", SAYING.replace("label: Calm,", f"label: {'Calm ' * 40},")),
    "PL130": metrics("1:8", OWN),
    "PL201": Mistake("teams.csv", teams_text=None),
    "PL202": Mistake("teams.csv:1", teams_text="team,site\n"),
    "PL203": row("1", "team,site,arm,size", "Team,site,arm,size"),
    "PL204": row("1", "team,site,arm,size", "team,site,site,size"),
    "PL205": row("3", "mobile,lyon,anchor,12", "mobile,lyon,anchor"),
    "PL206": row("4", "web,berlin", ",berlin"),
    "PL207": Mistake("teams.csv:3", pilot={ASSIGN: DECLARED + "\n  keep_together: [[api, mobile]]"}),
    "PL208": row("5", "data,lyon", "api,lyon"),
    "PL209": row("2", "api,berlin,control,12", "api,berlin,control,12 people"),
    "PL210": row("2", "api,berlin,control,12", "api,berlin,control,0"),
    "PL211": edit("14:34", "{file: teams.csv}", "{file: teams.csv, where: {location: [berlin]}}"),
    "PL212": edit("14:49", "{file: teams.csv}", "{file: teams.csv, where: {site: [berlin, berln]}}"),
    "PL213": edit("14:26", "{file: teams.csv}", "{file: teams.csv, where: {site: [rome]}}"),
    "PL214": Mistake(
        "teams.csv:2", pilot={ASSIGN: DECLARED}, teams={"api,berlin,control": "api,berlin,contrl"}
    ),
    "PL215": edit("11:3", ASSIGN, DECLARED, "design:", "  flex: {office_days: team-choice}\ndesign:"),
    "PL216": edit("14:25", ASSIGN, ASSIGN + "\n  keep_together: [[api, mobil]]"),
    "PL217": edit("14:35", ASSIGN, ASSIGN + "\n  keep_together: [[api, mobile], [mobile, web]]"),
    "PL218": row("6", "team-00,", "API,"),
    "PL219": Mistake(
        "pilot.yaml:14:1",
        more={
            PILOT_FILE.replace("anchor-days", "commute"): PILOT,
            PILOT_FILE.replace("anchor-days/pilot.yaml", "commute/teams.csv"): TEAMS,
        },
    ),
    "PL220": Mistake(
        "pilot.yaml:13:3",
        pilot={ASSIGN: ASSIGN + "\n  keep_together: [[api, mobile, web, data, team-00]]"},
        teams_text=FIVE,
    ),
    "PL221": row("5", "data,lyon", "data,Lyon"),
    "PL222": Mistake("teams.csv:1", teams_text=TEAMS.replace(",", ";")),
    "PL223": Mistake("teams.csv:18", teams_text=TEAMS + "Total,,,192\n"),
    "PL224": row("1", "team,site,arm,size", "team,site,arm,Headcount"),
    "PL301": edit("8:1", "  control: {office_days: as-is}\n", ""),
    "PL302": edit("8:1", "  anchor: {office_days: 2, anchor_days: [tue, thu]}\n", ""),
    "PL303": edit("22:3", GOAL, "goals: []"),
    "PL304": edit(
        "22:91",
        GOAL,
        "goals: [{use: cycle_time_p50@1, worth_it: -0.5}, {use: goal_attainment@1, worth_it: 5}, {use: got_help@1, worth_it: 0.2}]",
    ),
    "PL305": edit(
        "23:109",
        GUARDRAIL,
        GUARDRAIL[:-1] + ", {use: focus_hours@1, margin: 1}, {use: belonging@1, margin: 0.3}]",
    ),
    "PL306": edit("22:17", "cycle_time_p50@1", "cycle_tme@1"),
    "PL307": edit("24:11", "cross_team_share@1", "cross_team_share@9"),
    "PL308": edit("22:17", GOAL, "goals: [{use: voluntary_exits@1, worth_it: -2}]"),
    "PL309": edit("22:17", GOAL, "goals: [{use: office_days@1, worth_it: 1}]"),
    "PL310": edit(
        "22:17",
        GOAL,
        "goals: [{use: cross_team_share@1, worth_it: 0.1}]",
        "watch: [cross_team_share@1]",
        "watch: [got_help@1]",
    ),
    "PL311": edit("20:14", "  decide_by", "  blackout: [2026-11-23]\n  decide_by"),
    "PL312": edit("20:14", "  decide_by", "  blackout: [2025-11-24]\n  decide_by"),
    "PL313": edit("22:11", GOAL, "goals: [{use: cycle_time_p50@1}]"),
    "PL314": edit("22:45", "worth_it: -0.5", "worth_it: 0.5"),
    "PL315": edit("22:51", "worth_it: -0.5}", "worth_it: -0.5, margin: 1}"),
    "PL316": edit("23:16", "margin: 0.3, ", ""),
    "PL317": edit("23:51", "margin: 0.3", "margin: 30"),
    "PL318": edit("22:45", "worth_it: -0.5", 'worth_it: "-10%"'),
    "PL319": edit("24:31", "[cross_team_share@1]", "[cross_team_share@1, work_life_balance@1]"),
    "PL320": edit("23:3", GUARDRAIL, "guardrails: []"),
    "PL321": edit("24:3", "[cross_team_share@1]", "[belonging@1]"),
    "PL323": edit(
        "16:10",
        "start: 2026-09-07",
        "start: 2026-07-27",
        "announced_on: 2026-08-17",
        "announced_on: 2026-07-06",
    ),
    "PL324": edit("20:14", "decide_by: 2027-01-15", "decide_by: 2026-12-27"),
    "PL325": edit("17:19", "baseline_weeks: 8", "baseline_weeks: 5"),
    "PL326": edit("17:19", "baseline_weeks: 8", "baseline_weeks: 7"),
    "PL327": edit(
        "24:11", "washin_weeks: 4", "washin_weeks: 3", "watch: [", "watch: [bridging_tie_share@1, "
    ),
    "PL328": edit("20:20", "  decide_by", "  holidays: {lyon: FR}\n  decide_by"),
    "PL329": edit("1:1", "announced_on: 2026-08-17\n", ""),
    "PL330": edit("7:15", "announced_on: 2026-08-17", "announced_on: 2026-09-08"),
    "PL331": edit("7:15", "announced_on: 2026-08-17", "announced_on: 2026-05-04"),
    "PL332": edit("10:41", "office_days: 2,", "office_days: 1,"),
    "PL333": Mistake("pilot.yaml:11:1", teams_text=SEVEN),
    "PL334": Mistake("pilot.yaml:11:1", pilot={ASSIGN: DECLARED}, teams_text=MIXED),
    "PL335": edit("13:3", ASSIGN, "assign: {method: complete, seed: 7, shares: {control: 3, anchor: 1}}"),
    "PL336": edit("12:16", "recruitment: lottery", "recruitment: volunteer"),
    "PL337": edit("13:20", ASSIGN, DECLARED),
    "PL338": row("2", "api,berlin,control,12", "api,berlin,control,4"),
    "PL339": edit("12:9", "recruitment: lottery", "unit: person"),
    "PL340": edit("13:20", "method: complete", "method: matched_pairs, on: [size]"),
    "PL341": edit(
        "28:19", "employee_rep: works-council}\n", "employee_rep: works-council}\nslices: {equity: [carer]}\n"
    ),
    "PL342": edit("1:1", "intent: We want to know.\n", ""),
    "PL343": edit("1:1", "never_used_for: [individual evaluation]\n", ""),
    "PL344": edit("1:1", "consultation: [{with: works council, on: 2026-08-03}]\n", ""),
    "PL345": edit("27:1", ", employee_rep: works-council", ""),
    "PL346": edit(
        "28:27",
        "employee_rep: works-council}\n",
        "employee_rep: works-council}\nprivacy: {retention_days: 5}\n",
    ),
    "PL347": edit(
        "28:23",
        "employee_rep: works-council}\n",
        "employee_rep: works-council}\nanalysis: {inference: bootstraped}\n",
    ),
    "PL348": edit(
        "28:23",
        "employee_rep: works-council}\n",
        "employee_rep: works-council}\nanalysis: {estimator: poisson}\n",
    ),
    "PL349": edit(
        "28:19", "employee_rep: works-council}\n", "employee_rep: works-council}\nanalysis: {alpha: 0.2}\n"
    ),
    "PL350": edit("22:3", GOAL, GOAL[:-1] + ", {use: goal_attainment@1, worth_it: 5}]"),
    "PL351": Mistake("pilot.yaml:22:3", teams_text=SEVEN),
    "PL352": Mistake("pilot.yaml:23:3", teams_text=FIVE),
    "PL353": edit("25:66", "planned_gap: 1.5}", "planned_gap: 1.5, minimum_gap: 2}"),
    "PL354": edit("19:16", "pilot_weeks: 12", "pilot_weeks: 3"),
    "PL355": edit("23:16", "work_life_balance@1", "psych_safety@1"),
    "PL356": edit("23:16", "if_breached: stop", "if_breached: fixable"),
    "PL357": edit("12:9", "recruitment: lottery", "type: before_after"),
    "PL358": edit("20:20", "  decide_by", "  holidays: {lyon: XX}\n  decide_by"),
    "PL359": edit("13:20", "method: complete", "method: stratified"),
    "PL360": edit("13:20", ASSIGN, "assign: {method: declared}"),
    "PL361": edit("13:39", ASSIGN, "assign: {method: complete, seed: 7, on: [site]}"),
    "PL362": edit("21:1", "  adherence: {use: office_days@1, planned_gap: 1.5}\n", ""),
    "PL363": edit(
        "28:19", "employee_rep: works-council}\n", "employee_rep: works-council}\nslices: {equity: [site]}\n"
    ),
}
MISTAKES["PL365"] = edit("23:16", ", if_breached: stop", "")
MISTAKES["PL366"] = edit(
    "28:19",
    "employee_rep: works-council}\n",
    "employee_rep: works-council}\nslices: {equity: [focus_hours]}\n",
)
MISTAKES["PL368"] = edit("22:51", "worth_it: -0.5}", "worth_it: -0.5, if_breached: stop}")
MISTAKES["PL367"] = edit("20:14", "  decide_by", "  holidays: {rome: IT}\n  decide_by")
MISTAKES["PL363"] = replace(MISTAKES["PL363"], teams={"api,berlin": "api,leeds"})
ELSEWHERE = {"PL364"}  # needs a store: see test_frozen_plan.py


def test_the_sound_workspace_has_no_finding(tmp_path: Path) -> None:
    write(tmp_path)
    checked = check(tmp_path)
    assert checked.findings == ()
    assert str(checked.strength) == "16 teams, 8 a side: evidence grade A, strongest verdict Scale"


def test_every_code_has_a_mistake() -> None:
    assert set(MISTAKES) | ELSEWHERE == set(CODES)


@pytest.mark.parametrize("code", MISTAKES)
def test_the_mistake_is_named_where_it_stands(code: str, tmp_path: Path) -> None:
    mistake = MISTAKES[code]
    pilot = mistake.pilot_bytes if mistake.pilot_bytes is not None else replaced(PILOT, mistake.pilot)
    teams = None if mistake.teams_text is None else replaced(mistake.teams_text, mistake.teams)
    write(tmp_path, pilot=pilot, teams=teams, more=mistake.more)
    checked = check(tmp_path)
    assert places(checked, code) == [mistake.where], "\n".join(map(str, checked.findings))


def test_every_code_is_explained() -> None:
    entries = {code: entry for code, entry in finding_entries().items() if not code.startswith("PL4")}
    assert set(entries) == set(CODES)
    for code, entry in entries.items():
        assert entry.startswith(f"### {code} ({CODES[code].level}) {CODES[code].title}\n")
        assert "```" in entry, f"{code} needs an example"
        assert entry.rpartition("\n\n")[2].startswith("Why: "), f"{code} needs a reason, which ends it"
