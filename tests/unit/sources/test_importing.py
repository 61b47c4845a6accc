"""A table goes in whole or not at all; each bad row is named, with its row, column and fix."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pilotlab.sources.findings import CODES
from pilotlab.sources.importing import ImportRefused, ImportReport, import_file
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.store.store import Store
from pilotlab.weeks import Week

CATALOGUE = Catalogue.load(None)
TEAMS = ("api", "web", "data-platform")
TODAY = date(2026, 10, 19)  # a Monday, 2026-W43
HEAD = "team,week,metric,value\n"
GOOD = (
    HEAD + "api,2026-W40,focus_hours,21.5\nweb,2026-W40,focus_hours,18\napi,2026-10-05,cycle_time_p50,1.25\n"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "pilots.db", clock=lambda: "2026-10-19T09:00:00+00:00") as opened:
        yield opened


def bring(store: Store | None, folder: Path, content: str | bytes, **options: Any) -> ImportReport:
    path = folder / "week.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file(path, store, CATALOGUE, TEAMS, **({"today": TODAY, "actor": "ann"} | options))  # type: ignore[arg-type]


def refused(store: Store, folder: Path, content: str | bytes, **options: Any) -> ImportReport:
    with pytest.raises(ImportRefused) as caught:
        bring(store, folder, content, **options)
    assert store.observations(slices=None) == [], "nothing is written"
    assert store.ledger()[1:] == []
    assert "Nothing was written" in str(caught.value)
    for finding in caught.value.report.findings:
        assert finding.code in CODES
        assert finding.what
        assert finding.fix or finding.level == "note"
    return caught.value.report


def stored(store: Store) -> list[tuple[str, str, str, float | None]]:
    return [(row.team, str(row.week), row.metric, row.value) for row in store.observations()]


def test_a_long_table(store: Store, tmp_path: Path) -> None:
    report = bring(store, tmp_path, GOOD)
    assert (report.layout, report.rows, report.receipt.new, report.findings) == ("long", 3, 3, ())
    assert stored(store) == [
        ("api", "2026-W41", "cycle_time_p50@1", 1.25),
        ("api", "2026-W40", "focus_hours@1", 21.5),
        ("web", "2026-W40", "focus_hours@1", 18.0),
    ]


def test_a_wide_table_with_gaps_and_blanks(store: Store, tmp_path: Path) -> None:
    table = "team,week,focus_hours,burnout_level@1\napi,2026-W40,21.5,\nweb,2026-W40,holiday,2\n"
    report = bring(store, tmp_path, table)
    assert (report.layout, report.receipt.new) == ("wide", 3)
    assert [finding.code for finding in report.findings] == ["PL425"]
    assert [(row.team, row.metric, row.value, row.gap) for row in store.observations()] == [
        ("web", "burnout_level@1", 2.0, None),
        ("api", "focus_hours@1", 21.5, None),
        ("web", "focus_hours@1", None, "holiday"),
    ]


def test_all_columns_of_a_long_table(store: Store, tmp_path: Path) -> None:
    table = (
        "team,week,metric,value,numerator,denominator,n,slice,gap\n"
        "api,2026-W40,goal_attainment,75,3,4,,,\n"
        "api,2026-W40,got_help,4.2,,,8,level = junior,\n"
        "web,2026-W40,got_help,,,,,,No work\n"
    )
    report = bring(store, tmp_path, table)
    assert report.findings == ()
    rows = store.observations(slices=None)
    assert [
        (row.team, row.slice, row.value, row.numerator, row.denominator, row.n, row.gap) for row in rows
    ] == [
        ("api", "", 75.0, 3.0, 4.0, None, None),
        ("api", "level=junior", 4.2, None, None, 8, None),
        ("web", "", None, None, None, None, "no_work"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace("api,2026-W40", ' api , "2026-W40" ').replace(' "2026-W40" ', '"2026-W40"'),
        GOOD.rstrip("\n"),
        GOOD + ",,,\n,,,\n",
    ],
    ids=[
        "bom",
        "crlf",
        "cr",
        "semicolon",
        "tab",
        "blank rows",
        "spaces",
        "no last newline",
        "empty rows of a sheet",
    ],
)
def test_the_same_table_in_other_clothes(store: Store, tmp_path: Path, content: str) -> None:
    bring(store, tmp_path, GOOD)
    again = bring(store, tmp_path, content)
    assert (again.receipt.written, again.receipt.unchanged) == (0, 3)
    assert len(store.ledger()) == 2


BAD_ROWS = [
    ("apii,2026-W40,focus_hours,1", "PL408", "team 'apii' is not known; did you mean 'api'?"),
    (",2026-W40,focus_hours,1", "PL408", "the row has no team"),
    ("api,2026-W40,focus_hour,1", "PL409", "metric 'focus_hour' is not known; did you mean 'focus_hours'?"),
    ("api,2026-W40,focus_hours@9,1", "PL409", "metric 'focus_hours@9' is not known"),
    ("api,2026-W44,focus_hours,1", "PL413", "week 2026-W44 has not begun"),
    ("api,2025-W53,focus_hours,1", "PL410", "2025 has weeks 1 to 52"),
    ("api,2026-10-06,focus_hours,1", "PL410", "is a Tuesday"),
    ("api,2026-02-30,focus_hours,1", "PL410", "is not a day of the calendar"),
    ("api,03/04/2026,focus_hours,1", "PL411", "day first or month first?"),
    ("api,25/12/2025,focus_hours,1", "PL410", "is a Thursday, 2025-12-25"),
    ("api,46300,focus_hours,1", "PL412", "a spreadsheet's day number"),
    ("api,202640,focus_hours,1", "PL410", "'202640' is not an ISO week"),
    ("api,1800-01-06,focus_hours,1", "PL410", "before 1900"),
    ("api,,focus_hours,1", "PL410", "the row has no week"),
    ("api,2026-W40,focus_hours,twelve", "PL414", "'twelve' is not a number"),
    ("api,2026-W40,focus_hours,holiday", "PL414", "'holiday' is not a number"),
    ("api,2026-W40,focus_hours,n/a", "PL414", "'n/a' is not a number"),
    ("api,2026-W40,focus_hours,1_0", "PL414", "'1_0' is not a number"),
    ("api,2026-W40,focus_hours,0x1A", "PL414", "'0x1A' is not a number"),
    ("api,2026-W40,focus_hours,12h", "PL415", "'12h' has 'h' behind the number"),
    ("api,2026-W40,focus_hours,45%", "PL415", "'45%' has '%'"),
    ('api,2026-W40,focus_hours,"21,5"', "PL416", "for decimals or for thousands?"),
    ("api,2026-W40,focus_hours,61", "PL417", "focus_hours is 61 h/week; its range is 0 to 50"),
    ("api,2026-W40,cross_team_share,-0.1", "PL417", "its range is 0 to 1"),
    ("api,2026-W40,focus_hours,1e308", "PL418", "no plausible number"),
    ("api,2026-W40,cost_per_head,1e308", "PL418", "no plausible number"),
    ("api,2026-W40,focus_hours,1e999", "PL418", "larger than any number"),
    ("api,2026-W40,focus_hours,nan", "PL418", "is not a finite number"),
    ("api,2026-W40,focus_hours,-inf", "PL418", "is not a finite number"),
    ("api,2026-W40,focus_hours,1,2", "PL407", "the row has 5 cells, the header 4"),
    ("api,2026-W40,focus_hours", "PL407", "the row has 3 cells, the header 4"),
    ("web,2026-W40,focus_hours,19", "PL423", "focus_hours of web is 18 in row 3 and 19 here"),
    ("api,2026-W40,focus_hours,٢١", "PL414", "is not a number"),
]


@pytest.mark.parametrize(("row", "code", "what"), BAD_ROWS, ids=[row for row, _, _ in BAD_ROWS])
def test_one_bad_row_refuses_the_file_and_is_named(
    store: Store, tmp_path: Path, row: str, code: str, what: str
) -> None:
    report = refused(store, tmp_path, GOOD + row + "\n")
    [finding] = report.findings
    assert (finding.code, str(finding.where)) == (code, "week.csv:5")
    assert what in finding.what


@pytest.mark.parametrize(("row", "code", "what"), BAD_ROWS, ids=[row for row, _, _ in BAD_ROWS])
def test_only_good_takes_the_rest(store: Store, tmp_path: Path, row: str, code: str, what: str) -> None:
    report = bring(store, tmp_path, GOOD + row + "\n", only_good=True)
    both = code == "PL423"  # of two rows that contradict each other neither is good
    assert (report.receipt.new, report.errors) == (2 if both else 3, 1)
    assert len(stored(store)) == (2 if both else 3)


PARTS = [
    ("focus_hours,20,,,,,leave", "PL419", "a value '20' beside the reason 'leave'"),
    ("focus_hours,,,,,,vacation", "PL420", "reason 'vacation' is not on the list"),
    ("goal_attainment,75,3,,,,", "PL421", "has no denominator"),
    ("goal_attainment,75,,4,,,", "PL421", "has no numerator"),
    ("goal_attainment,100,5,4,,,", "PL421", "numerator 5 is above denominator 4"),
    ("goal_attainment,0.75,3,4,,,", "PL421", "goal_attainment is 0.75, but 3 of 4 is 75"),
    ("goal_attainment,0,0,0,,,", "PL421", "0 of 0"),
    ("focus_hours,20,,,2.5,,", "PL422", "n is '2.5'"),
    ("focus_hours,20,,,0,,", "PL422", "n is '0'"),
    ("focus_hours,20,,,-3,,", "PL422", "n is '-3'"),
    ("focus_hours,20,,,8,carers,", "PL428", "slice 'carers' names no group"),
    ("focus_hours,20,,,8,carer=,", "PL428", "slice 'carer=' names no group"),
    ("focus_hours,20,,,8,a=b=c,", "PL428", "slice 'a=b=c' names no group"),
]


@pytest.mark.parametrize(("cells", "code", "what"), PARTS, ids=[cells for cells, _, _ in PARTS])
def test_what_stands_beside_a_value_is_judged_too(
    store: Store, tmp_path: Path, cells: str, code: str, what: str
) -> None:
    table = f"team,week,metric,value,numerator,denominator,n,slice,gap\napi,2026-W40,{cells}\n"
    [finding] = [one for one in refused(store, tmp_path, table).findings if one.level == "error"]
    assert (finding.code, str(finding.where)) == (code, "week.csv:2")
    assert what in finding.what


FILES = [
    (b"", "PL403", "the file is empty"),
    (b"\n\n  \n", "PL403", "the file is empty"),
    (HEAD.encode(), "PL403", "a header and no rows"),
    (b"team,week\0,metric", "PL402", "holds a zero byte"),
    (bytes(range(1, 256)) * 9, "PL402", "holds control characters"),
    (b"PK\x03\x04rest", "PL402", "an Excel workbook or archive"),
    (b"team,metric,value\n", "PL404", "column 'week' is missing"),
    (b"week,focus_hours\n", "PL404", "column 'team' is missing"),
    (b"team,week\napi,2026-W40\n", "PL404", "no column with a metric"),
    (b"team,week,metric,value,value\n", "PL405", "column 'value' is there 2 times"),
    (b"team,week,,focus_hours\n", "PL405", "a column has no name"),
    (b"team,week,metric,value,weight\n", "PL406", "column 'weight' is not known"),
    (b"team,week,focus_hour\n", "PL406", "column 'focus_hour' is no metric; did you mean 'focus_hours'?"),
    (b"Team,week,focus_hours\n", "PL404", "column 'team' is written 'Team'"),
    (HEAD.encode() + b'api,"2026-W40,focus_hours,1\n', "PL401", "a quote is opened and never closed"),
]


@pytest.mark.parametrize(("content", "code", "what"), FILES, ids=[what for _, _, what in FILES])
def test_a_file_that_is_no_table(store: Store, tmp_path: Path, content: bytes, code: str, what: str) -> None:
    report = refused(store, tmp_path, content)
    assert [finding.code for finding in report.findings] == [code]
    assert what in report.findings[0].what


def test_a_missing_file_and_a_folder(store: Store, tmp_path: Path) -> None:
    for path, what in ((tmp_path / "none.csv", "is not there"), (tmp_path, "is a folder")):
        with pytest.raises(ImportRefused) as caught:
            import_file(path, store, CATALOGUE, TEAMS, today=TODAY, actor="ann")
        assert what in caught.value.report.findings[0].what


def test_a_huge_file_is_refused_before_it_is_read(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilotlab.sources.table_file.LIMIT", 50)
    assert "at most 50 are read at once" in refused(store, tmp_path, GOOD).findings[0].what


def test_all_bad_rows_are_named_in_row_order(store: Store, tmp_path: Path) -> None:
    rows = [row for row, code, what in BAD_ROWS if code != "PL423" and "is not a number" not in what]
    report = refused(store, tmp_path, GOOD + "\n".join(rows) + "\n")
    assert [finding.where.line for finding in report.findings if finding.where] == list(
        range(5, 5 + len(rows))
    )
    assert report.bad_rows == report.errors == len(rows)


def test_one_fault_in_many_rows_is_told_once_with_its_rows(store: Store, tmp_path: Path) -> None:
    report = refused(store, tmp_path, HEAD + "api,2026-W40,focus_hours,huge\n" * 700)
    [finding] = report.findings
    assert (report.errors, report.bad_rows, report.counts) == (700, 700, {"PL414": 700})
    assert finding.what == "column value: 'huge' is not a number; the same in 700 rows: 2 to 701"
    assert finding.rows == tuple(range(2, 702))
    assert str(finding.where) == "week.csv:2"


def test_many_faults_are_counted_and_the_first_shown(store: Store, tmp_path: Path) -> None:
    rows = "".join(f"team-{number},2026-W40,focus_hours,1\n" for number in range(700))
    report = refused(store, tmp_path, HEAD + rows)
    assert (len(report.findings), report.errors, report.counts) == (50, 700, {"PL408": 700})


def test_a_bad_row_far_down_is_found_among_many_good_ones(store: Store, tmp_path: Path) -> None:
    first = Week.parse("2000-W01")
    rows = [f"api,{first + at},focus_hours,{at % 40}" for at in range(1300)]
    more = [f"web,{first + at},focus_hours,{at % 40}" for at in range(1300)] * 12
    lines = [*rows, *more]
    lines[12_345] = lines[12_345].rsplit(",", 1)[0] + ",-1"
    report = refused(store, tmp_path, HEAD + "\n".join(lines) + "\n")
    wrong = [finding for finding in report.findings if finding.code == "PL417"]
    assert [str(finding.where) for finding in wrong] == ["week.csv:12347"]


def test_identical_rows_count_once(store: Store, tmp_path: Path) -> None:
    report = bring(store, tmp_path, GOOD + "web,2026-W40,focus_hours,18.0\n")
    assert (report.receipt.new, report.errors) == (3, 0)
    assert [(finding.code, finding.level, str(finding.where)) for finding in report.findings] == [
        ("PL424", "note", "week.csv:5")
    ]


def test_shares_without_counts_are_noted(store: Store, tmp_path: Path) -> None:
    report = bring(
        store, tmp_path, HEAD + "api,2026-W40,goal_attainment,80\nweb,2026-W40,goal_attainment,70\n"
    )
    assert [finding.what for finding in report.findings] == [
        "2 values of goal_attainment without numerator and denominator"
    ]


def test_a_changed_value_needs_a_reason_and_is_named_by_its_row(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path, GOOD)
    changed = GOOD.replace(",18", ",12")
    with pytest.raises(ImportRefused) as caught:
        bring(store, tmp_path, changed)
    [finding] = caught.value.report.findings
    assert (finding.code, str(finding.where)) == ("PL426", "week.csv:3")
    assert (
        finding.what == "focus_hours of web in 2026-W40 is stored as a value that is not told here, here 12"
    )
    report = bring(store, tmp_path, changed, why="typo in W40")
    assert (report.receipt.corrected, report.receipt.new, report.receipt.unchanged) == (1, 0, 2)
    assert [row.value for row in store.history("focus_hours@1", team="web", week=Week.parse("2026-W40"))] == [
        18.0,
        12.0,
    ]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    assert bring(store, tmp_path, GOOD, dry_run=True).receipt.new == 3
    assert bring(None, tmp_path, GOOD, dry_run=True).receipt.new == 3
    report = bring(store, tmp_path, GOOD + "api,2026-W44,focus_hours,1\n", dry_run=True)
    assert (report.errors, report.receipt.new) == (1, 3)
    assert store.ledger()[1:] == []
    bring(store, tmp_path, GOOD)
    report = bring(store, tmp_path, GOOD.replace(",18", ",12"), dry_run=True)
    assert (report.receipt.uncompared, report.findings) == (2, ()), "a dry run compares no hidden value"
    other = bring(store, tmp_path, GOOD.replace(",18", ",18.5"), dry_run=True)
    assert other.to_dict() == report.to_dict(), "whatever was guessed"
    assert len(store.ledger()) == 2


def test_a_renamed_team_may_be_imported_by_either_name(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path, GOOD)
    store.rename_team("api", "platform", since=Week.parse("2026-W41"), actor="ann", why="merged")
    report = bring(
        store, tmp_path, HEAD + "platform,2026-W40,focus_hours,21.5\nplatform,2026-W42,focus_hours,20\n"
    )
    assert (report.receipt.new, report.receipt.unchanged) == (1, 1)


def test_week_53_where_there_is_one(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path, HEAD + "api,2020-W53,focus_hours,20\napi,2020-12-28,cycle_time_p50,1\n")
    assert {str(row.week) for row in store.observations()} == {"2020-W53"}


def test_the_report_is_plain_data(store: Store, tmp_path: Path) -> None:
    import json

    data = bring(store, tmp_path, GOOD).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert (data["new"], data["layout"], data["ledger"]) == (3, "long", 2)
