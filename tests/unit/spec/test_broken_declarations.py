"""Broken declarations: each is named where it stands, with a fix that mends it, and the rest of the file with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pilotlab.cli.output import said
from pilotlab.design.checking import Checked
from pilotlab.spec.reading import parse_pilot
from tests.unit.spec.workspace import PILOT, PILOT_FILE, TEAMS, check, replaced, write

FLOW_MARGIN = "margin: 0.3"
BROKEN: tuple[tuple[str, str, str, str], ...] = (
    # old, new, place and code, words of what is said
    (FLOW_MARGIN, "margin: 1,5", "23:53 PL104", "decimal comma?; write a decimal point: `margin: 1.5`"),
    (FLOW_MARGIN, "margin: 0,3", "23:53 PL104", "`margin: 0.3`"),
    (FLOW_MARGIN, "margin:0.3", "23:43 PL104", "no space after the colon; write `margin: 0.3`"),
    (FLOW_MARGIN, "margin:\u00a00.3", "23:43 PL104", "a no-break space (U+00A0) stands at the colon"),
    (FLOW_MARGIN, "margin: 0.3\u00a0", "23:51 PL113", "a no-break space (U+00A0); write 0.3"),
    (FLOW_MARGIN, 'margin: "0.3"', "23:51 PL113", "write 0.3, without quotes"),
    (FLOW_MARGIN, "margin: 0.3 points", "23:51 PL113", "write 0.3"),
    (FLOW_MARGIN, "margin: −0.3", "23:51 PL113", "a typographic minus sign (U+2212); write -0.3"),
    (FLOW_MARGIN, "margin: .nan", "23:51 PL116", "finite"),
    (FLOW_MARGIN, "margin: [0.3]", "23:51 PL113", "write it without brackets"),
    (
        "if_breached: stop",
        "if_breached: stop, fix: quiet, each day",
        "23:87 PL104",
        "the comma ends the value of 'fix'",
    ),
    ("claim: improve", "claim: improve\nhypothesis:", "5:1 PL104", "unknown key 'hypothesis'"),
    (
        "claim: improve",
        "claim:improve",
        "4:7 PL106",
        "no space after the colon of 'claim'; write `claim: improve`",
    ),
    ("claim: improve", "claim\uff1a improve", "4:6 PL106", "a full-width colon (U+FF1A)"),
    ("claim: improve", "claim:\u00a0improve", "4:7 PL106", "a no-break space (U+00A0)"),
    ("claim: improve", "claim improve", "4:6 PL106", "no colon after 'claim'"),
    ("claim: improve", "claim = improve", "4:7 PL106", "followed by ="),
    ("claim: improve", "claim:\timprove", "4:7 PL107", "a tab stands between key and value"),
    ("claim: improve", "claim: Improve", "4:8 PL114", "did you mean 'improve'?"),
    ("claim: improve", "claim: !!binary aGk=", "4:8 PL122", "'!!binary' is not read"),
    ("[tue, thu]", "[tue, thu", "10:50 PL106", "} closes a [ that is open since line 10; write ] before it"),
    ("[tue, thu]}", "[tue, thu]", "10:11 PL106", "the { that opens here is never closed"),
    ("[tue, thu]", "[tue, thu}", "10:50 PL106", "} closes a [ that is open"),
    ("[tue, thu]", "[tue, thu]]", "10:51 PL106", "] closes nothing that is open"),
    ("[tue, thu]", "[Tuesday, thu]", "10:42 PL114", "did you mean 'tue'?"),
    ("title: Two", 'title: "Two', "2:8 PL106", "the quote that opens here is not closed"),
    ("title: Two", "title: 'Two", "2:8 PL106", "the quote that opens here is not closed"),
    ("title: Two", "title: Pilot: Two", "2:13 PL106", "a value that holds ': ' needs quotes"),
    ("title: Two", "title: @Two", "2:8 PL106", "a value that begins with @ needs quotes"),
    ("title: Two", "title: #1 Two", "2:1 PL117", "quote a value that holds #"),
    ("  baseline_weeks: 8", "    baseline_weeks: 8", "17:5 PL106", "indent it by 2 spaces"),
    ("  baseline_weeks: 8", "baseline_weeks: 8", "17:1 PL106", "indent it by 2 spaces"),
    ("  baseline_weeks: 8", "\tbaseline_weeks: 8", "17:1 PL107", "a tab can't indent YAML"),
    ("baseline_weeks: 8", "baseline_weeks: 010", "17:19 PL126", "write 10, or 8 if octal was meant"),
    ("baseline_weeks: 8", "baseline_weeks: 0", "17:19 PL115", "at least 1"),
    ("baseline_weeks: 8", "baseline_weeks: 8 weeks", "17:19 PL113", "write 8"),
    ("baseline_weeks: 8", "baseline_weeks: 8.0", "17:19 PL113", "write 8"),
    ("start: 2026-09-07", "start: 07.09.2026", "16:10 PL118", "write 2026-09-07 (2026-W37)"),
    ("start: 2026-09-07", "start: [2026-09-07]", "16:10 PL118", "write it without brackets"),
    ("start: 2026-09-07", "start: 2026-09-06", "16:10 PL118", "write 2026-08-31 (2026-W36) or 2026-09-07"),
    ("start: 2026-09-07", "start: 0001-01-01", "16:10 PL118", "outside the years 1900 to 2199"),
    ("start: 2026-09-07", "start: 9999-12-27", "16:10 PL118", "outside the years 1900 to 2199"),
    ("start: 2026-09-07", "start:", "16:3 PL112", "required key 'start' has no value"),
    ("announced_on: 2026-08-17", "announced_on: 17/08/2026", "7:15 PL119", "write 2026-08-17"),
    ("announced_on: 2026-08-17", "announced_on: 1797206400", "7:15 PL119", "a date such as"),
    ("decide_by: 2027-01-15", "decide_by: 9999-12-31", "20:14 PL119", "outside the years"),
    ("seed: 7", "seed: 12345123451234512345", "13:36 PL115", "at most 9223372036854775807"),
    ("{office_days: 2,", "{office_days: 2, manager_training: yes,", "10:46 PL113", "write `true`"),
    (
        "  anchor: {office_days: 2, anchor_days: [tue, thu]}",
        "  anchor:",
        "10:3 PL113",
        "policy.anchor has no value",
    ),
    (
        "metrics:",
        "extends: hybrid-standard\nmetrics:",
        "21:10 PL120",
        "no template 'hybrid-standard' is there",
    ),
    ("people:", "slices: {equity: [focus_hours@1]}\npeople:", "27:19 PL366", "is a metric"),
    ("people:", "slices: {equity: [Site]}\npeople:", "27:19 PL366", "did you mean 'site'?"),
    ("  decide_by", "  holidays: {lyon: FR-XX}\n  decide_by", "20:20 PL358", "FR has no part 'XX'"),
    (FLOW_MARGIN, "margin: 1.000,5", "23:57 PL104", "`margin: 1000.5`"),
    (", if_breached: stop", ", if_breached:", "23:56 PL104", "'if_breached' has no value"),
    ("[tue, thu]", "[tue thu]", "10:42 PL114", "part them by a comma: tue, thu"),
    ("[tue, thu]", "-tue -thu", "10:41 PL113", "put a space after each dash, or write [tue, thu]"),
    ("baseline_weeks: 8", "baseline_weeks: 3 months", "17:19 PL113", "write 13"),
    (
        "intent: We want to know.",
        "intent: >we want to know\n  what it does",
        "5:10 PL106",
        "after > text begins on the line below",
    ),
    (
        "intent: We want to know.",
        "intent: >\nwe want to know",
        "6:1 PL106",
        "the text of 'intent' is not indented",
    ),
    ("claim: improve", "Claim: improve", "4:1 PL104", "did you mean 'claim'? What differs: case"),
    ("calendar:", "calender:", "15:1 PL104", "did you mean 'calendar'?"),
    ("calendar:", "calendar", "15:9 PL106", "no colon after 'calendar'"),
    ("calendar:", " calendar:", "15:2 PL106", "begin it in column 1"),
    (
        "  goals: [{use: cycle_time_p50@1, worth_it: -0.5}]",
        "  goals:\n    -{use: cycle_time_p50@1, worth_it: -0.5}",
        "23:6 PL106",
        "no space after the dash",
    ),
    (", margin: 0.3", " margin: 0.3", "23:41 PL106", "a comma is missing before 'margin'"),
    (", margin: 0.3", ", margin=0.3", "23:43 PL104", "'margin' is followed by = and not by a colon"),
    ("{use: work", '{use: "work', "23:22 PL106", 'close it: `"work_life_balance@1"`'),
    ("[tue, thu]", "[tue,, thu]", "10:46 PL106", "a comma too many"),
    ("[tue, thu]", "(tue, thu)", "10:47 PL104", "write `anchor_days: [tue, thu]`"),
    ("title:", "```yaml\ntitle:", "2:1 PL106", "this line is of another format"),
    ("calendar:", "<<<<<<< HEAD\ncalendar:", "15:1 PL106", "this line is of a merge that was not finished"),
    ("  decide_by", "  holidays: {lyon: Germany}\n  decide_by", "20:20 PL358", "did you mean 'DE'?"),
    (", if_breached: stop", "", "23:16 PL365", "add `if_breached: stop`, or `if_breached: fixable`"),
)


def at(checked: Checked) -> list[str]:
    return [
        f"{str(finding.where).rpartition('pilot.yaml:')[2]} {finding.code}" for finding in checked.findings
    ]


@pytest.mark.parametrize(("old", "new", "place", "words"), BROKEN, ids=[new[:40] for _, new, _, _ in BROKEN])
def test_what_is_broken_is_named_with_its_fix(
    old: str, new: str, place: str, words: str, tmp_path: Path
) -> None:
    write(tmp_path, pilot=replaced(PILOT, {old: new}))
    checked = check(tmp_path)
    told = {f"{key}": said(finding) for key, finding in zip(at(checked), checked.findings, strict=True)}
    assert place in told, told
    assert words in told[place]
    assert checked.errors == (0 if place.endswith("PL117") else 1), "one mistake, one error"


def test_the_rest_of_a_file_is_checked_behind_what_yaml_could_not_read(tmp_path: Path) -> None:
    edits = {
        "title: Two": 'title: "Two',
        "claim: improve": "claim:improve",
        "[tue, thu]": "[tue, thu",
        "  baseline_weeks": "\tbaseline_weeks",
        "margin: 0.3": "margin: -0.3",
        "watch: [cross": "watch: [corss",
    }
    write(tmp_path, pilot=replaced(PILOT, edits))
    found = ["2:8 PL106", "4:7 PL106", "10:50 PL106", "17:1 PL107", "23:51 PL317", "24:11 PL306"]
    assert at(check(tmp_path)) == found


def test_what_stands_under_a_misspelt_key_is_checked(tmp_path: Path) -> None:
    write(
        tmp_path, pilot=replaced(PILOT, {"calendar:": "calender:", "baseline_weeks: 8": "baseline_weeks: 0"})
    )
    assert at(check(tmp_path)) == ["15:1 PL104", "17:19 PL115"]


def test_a_key_in_the_wrong_place_is_read_where_it_belongs(tmp_path: Path) -> None:
    start = {"  start: 2026-09-07\n": "", "calendar:": "start: 2026-09-08\ncalendar:"}
    write(tmp_path, pilot=replaced(PILOT, start))
    assert at(check(tmp_path)) == ["15:1 PL104", "15:8 PL118"], "not told as missing too"
    write(tmp_path, pilot=replaced(PILOT, {", seed: 7}": "}\n  seed: 7"}))
    (finding,) = check(tmp_path).findings
    assert said(finding) == "unknown key 'seed'; it belongs under 'design.assign'"


def test_what_is_no_text_is_refused_once_and_reaches_no_file(tmp_path: Path) -> None:
    write(tmp_path, pilot=replaced(PILOT, {"file: teams.csv": 'file: "teams\\0.csv"'}))
    assert at(check(tmp_path)) == ["14:15 PL102"]


def test_a_key_of_a_list_entry_is_moved_beside_the_other(tmp_path: Path) -> None:
    goals = "  goals:\n    - use: cycle_time_p50@1\n     worth_it: -0.5"
    write(tmp_path, pilot=replaced(PILOT, {"  goals: [{use: cycle_time_p50@1, worth_it: -0.5}]": goals}))
    assert said(check(tmp_path).findings[0]).endswith("indent it by 6 spaces")
    assert check(tmp_path).errors == 1


def test_metrics_without_a_comma_between_them_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, pilot=replaced(PILOT, {"watch: [cross": "watch: [job_satisfaction@1 cross"}))
    assert any("part them by a comma: job_satisfaction@1, " in said(f) for f in check(tmp_path).findings)


def test_a_mistake_that_a_change_elsewhere_leaves_is_told_once(tmp_path: Path) -> None:
    edits = {"title: Two": 'title: "Two', "claim: improve": "claim:improve", "people: {": "poeple: {"}
    write(tmp_path, pilot=replaced(PILOT, edits))
    assert at(check(tmp_path)) == ["2:8 PL106", "4:7 PL106", "27:1 PL104"]


def test_columns_are_those_of_the_file_in_a_line_that_was_read_otherwise(tmp_path: Path) -> None:
    write(
        tmp_path,
        pilot=replaced(
            PILOT,
            {
                "  goals: [{use: cycle_time_p50@1, worth_it: -0.5}]": "  goals:[{use: cycle_tme@1, worth_it: -0.5}]"
            },
        ),
    )
    assert at(check(tmp_path)) == ["22:9 PL106", "22:16 PL306"]


def test_all_findings_come_behind_a_wrong_type_and_a_missing_control(tmp_path: Path) -> None:
    edits = {
        "  control: {office_days: as-is}\n": "",
        "recruitment: lottery": "type: rct\n  recruitment: lottery",
        "seed: 7}": "seed: 7}\n  keep_together: [[api, mobil]]",
        "people: {": "analysis: {estimator: twfee}\npeople: {",
        "worth_it: -0.5": "worth_it: 0.5",
    }
    write(tmp_path, pilot=replaced(PILOT, edits))
    found = ["8:1 PL301", "11:9 PL114", "14:25 PL216", "23:45 PL314", "28:23 PL347"]
    assert at(check(tmp_path)) == found


def test_arms_that_can_not_be_formed_are_told_beside_other_errors(tmp_path: Path) -> None:
    few = "\n".join(TEAMS.splitlines()[:6]) + "\n"
    together = {
        "seed: 7}": "seed: 7}\n  keep_together: [[api, mobile, web, data, team-00]]",
        "margin: 0.3": "margin: 0",
    }
    write(tmp_path, pilot=replaced(PILOT, together), teams=few)
    assert {"13:3 PL220", "24:51 PL317"} <= set(at(check(tmp_path)))


@pytest.mark.parametrize("name", ["commute", "a-second"])
def test_pilots_that_share_teams_are_found_at_each_of_them(name: str, tmp_path: Path) -> None:
    more = {
        PILOT_FILE.replace("anchor-days", name): PILOT.replace("margin: 0.3", "margin: 0"),
        PILOT_FILE.replace("anchor-days/pilot.yaml", f"{name}/teams.csv"): TEAMS,
    }
    write(tmp_path, more=more)
    assert at(check(tmp_path)) == ["14:1 PL219"], "the other one's own error does not hide it"


def test_what_is_quoted_stays_short(tmp_path: Path) -> None:
    for old in ("improve", "2026-09-07", "cycle_time_p50@1", "teams.csv", "control:"):
        write(tmp_path, pilot=replaced(PILOT, {old: "x" * 10_000 + (":" if old == "control:" else "")}))
        assert all(len(str(finding)) + len(finding.fix) < 1_200 for finding in check(tmp_path).findings), old


SLOW = {
    "brackets": "a: " + "[" * 100_000,
    "an open list of pairs": "a: [" + "x: y, " * 16_000,
    "a list of maps": "a: [" + "{x: y}, " * 12_000 + "]",
    "lines": "".join(f"qustion{number}: x\n" for number in range(7_000)),
    "aliases": "a: &a x\nb: [" + "*a, " * 25_000 + "]",
    "quotes": "a: '" * 25_000,
    "colons": "a:" * 50_000,
    "tabs": "a:\n" + "\tb: 1\n" * 15_000,
    "one word": "a: " + "x" * 100_000,
}


@pytest.mark.parametrize("kind", SLOW)
def test_no_text_takes_long_to_refuse(kind: str) -> None:
    begun = time.process_time()
    reading = parse_pilot(SLOW[kind], pilot="p")
    assert time.process_time() - begun < 2, "a second on an idle machine"
    assert reading.spec is None
