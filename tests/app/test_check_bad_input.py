"""Whatever stands in the files, `check` says what is wrong, where, and how to fix it; it never shows a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pilotlab.cli.main import cli
from tests.unit.spec.workspace import PILOT, TEAMS, replaced, write


def run(root: Path) -> Result:
    result = CliRunner().invoke(cli, ["check", "--workspace", str(root), "--today", "2026-08-01"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

BAD_PILOTS: dict[str, tuple[bytes, str]] = {
    "binary": (bytes(range(256)), "PL102"),
    "zero bytes": (b"question: x\n\0\0\0", "PL102"),
    "latin-1": ("title: Bürotage\n".encode("latin-1"), "PL102"),
    "utf-16": (PILOT.encode("utf-16"), "PL102"),
    "empty": (b"", "PL103"),
    "comments": (b"# soon\n", "PL103"),
    "10 MB": (b"question: " + b"x" * 10_000_000, "PL108"),
    "billion laughs": (LAUGHS.encode(), "PL110"),
    "10,000 brackets": (b"a: " + b"[" * 10_000, "PL109"),
    "10,000 levels": ("".join(f"{' ' * n}a:\n" for n in range(500)).encode(), "PL109"),
    "python object": (b"question: !!python/object/apply:os.system ['true']\n", "PL122"),
    "a number": (b"42\n", "PL111"),
    "half a quote": (b"title: 'Two anchor days\n", "PL106"),
    "unknown alias": (b"title: *soon\n", "PL106"),
    "reserved character": (b"title: @home\n", "PL106"),
    "complex key": (b"? [a, b]\n: c\n", "PL113"),
    "bell": (b"title: \x07\n", "PL102"),
}

BAD_VALUES: dict[str, tuple[dict[str, str], str]] = {
    "1e308 is no margin": ({"margin: 0.3": "margin: 1e308"}, "PL317"),
    "1e400 is infinite": ({"margin: 0.3": "margin: 1e400"}, "PL116"),
    "nan": ({"planned_gap: 1.5": "planned_gap: .nan"}, "PL116"),
    "inf": ({"worth_it: -0.5": "worth_it: -.inf"}, "PL116"),
    "a number of 5,000 digits": ({"pilot_weeks: 12": "pilot_weeks: " + "9" * 5_000}, "PL113"),
    "negative weeks": ({"washin_weeks: 4": "washin_weeks: -4"}, "PL115"),
    "negative margin": ({"margin: 0.3": "margin: -0.3"}, "PL317"),
    "week 53 of a 52-week year": ({"start: 2026-09-07": "start: 2027-W53"}, "PL118"),
    "week 54": ({"start: 2026-09-07": "start: 2026-W54"}, "PL118"),
    "year 0": ({"start: 2026-09-07": "start: 0000-W01"}, "PL118"),
    "words": ({"start: 2026-09-07": "start: next monday"}, "PL118"),
    "a Tuesday": ({"start: 2026-09-07": "start: 2026-09-08"}, "PL118"),
    "a day that is not": ({"start: 2026-09-07": "start: 2026-02-30"}, "PL118"),
    "a month that is not": ({"decide_by: 2027-01-15": "decide_by: 2027-13-15"}, "PL119"),
    "true is no number": ({"baseline_weeks: 8": "baseline_weeks: true"}, "PL113"),
    "a number as text": ({"baseline_weeks: 8": 'baseline_weeks: "8"'}, "PL113"),
    "half a week": ({"baseline_weeks: 8": "baseline_weeks: 8.5"}, "PL113"),
    "empty text": ({"question: Do anchor days speed delivery?": 'question: "  "'}, "PL113"),
    "one arm": ({"  anchor: {office_days: 2, anchor_days: [tue, thu]}\n": ""}, "PL302"),
    "no arm": (
        {"  control: {office_days: as-is}\n  anchor: {office_days: 2, anchor_days: [tue, thu]}\n": "  {}\n"},
        "PL301",
    ),
    "a key that merges": ({"title: Two anchor days": "<<: {title: x}"}, "PL104"),
    "an id": ({"title: Two anchor days": "id: other"}, "PL104"),
    "a list for a map": ({"teams: {file: teams.csv}": "teams: [teams.csv]"}, "PL113"),
    "no weeks left": ({"pilot_weeks: 12": "pilot_weeks: 1\n  blackout: [2026-10-05]"}, "PL354"),
}

BAD_TEAMS: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "PL201"),
    "empty": (b"", "PL202"),
    "header alone": (b"team,size\n", "PL202"),
    "binary": (bytes(range(256)), "PL102"),
    "no letters of any encoding": (b"team,size\nZ\xffr\x98\xb1ch,5\n", "PL102"),
    "one column": (TEAMS.replace(",", "~").encode(), "PL203"),
    "open quote": (b'team,size\n"api,5\nweb,6\n', "PL201"),
    "duplicate": (b"team,size\napi,5\napi,5\n", "PL208"),
    "nan": (b"team,size\napi,nan\n", "PL209"),
    "infinite": (b"team,size\napi,1e999\n", "PL209"),
    "negative": (b"team,size\napi,-5\n", "PL210"),
    "a very long cell": (b"team,size\n" + b"x" * 200_000 + b",5\n", "PL201"),
}


@pytest.mark.parametrize("case", BAD_PILOTS)
def test_a_bad_file_is_one_clear_finding(case: str, tmp_path: Path) -> None:
    content, code = BAD_PILOTS[case]
    write(tmp_path, pilot=content)
    result = run(tmp_path)
    assert result.exit_code == 1
    assert f" {code} error " in result.output
    assert "Nothing was written." in result.output


@pytest.mark.parametrize("case", BAD_VALUES)
def test_a_bad_value_is_named(case: str, tmp_path: Path) -> None:
    edits, code = BAD_VALUES[case]
    write(tmp_path, pilot=replaced(PILOT, edits))
    result = run(tmp_path)
    assert result.exit_code == 1
    assert f" {code} error " in result.output, result.output


@pytest.mark.parametrize("case", BAD_TEAMS)
def test_a_bad_list_of_teams_is_named(case: str, tmp_path: Path) -> None:
    content, code = BAD_TEAMS[case]
    write(tmp_path, teams=content)
    result = run(tmp_path)
    assert result.exit_code == 1
    assert f" {code} error " in result.output, result.output


@pytest.mark.parametrize("how", ["byte order mark", "windows line ends", "old mac line ends"])
def test_harmless_ways_to_write_a_file_are_read(how: str, tmp_path: Path) -> None:
    def written(text: str) -> bytes:
        ends = {"windows line ends": "\r\n", "old mac line ends": "\r"}.get(how, "\n")
        mark = b"\xef\xbb\xbf" if how == "byte order mark" else b""
        return mark + text.replace("\n", ends).encode()

    write(tmp_path, pilot=written(PILOT), teams=written(TEAMS))
    result = run(tmp_path)
    assert result.output.startswith("No errors. 16 teams"), result.output


def test_positions_count_lines_of_any_kind_and_skip_the_mark(tmp_path: Path) -> None:
    text = PILOT.replace("\n", "\r\n").replace("claim: improve", "claim: improves")
    write(tmp_path, pilot=b"\xef\xbb\xbf" + text.encode())
    assert "pilot.yaml:4:8  PL114" in run(tmp_path).output


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, teams=None)
    (tmp_path / "experiments/anchor-days/teams.csv").mkdir()
    assert "PL201 error the file is a folder" in run(tmp_path).output


def test_a_workspace_without_pilots_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "pilotlab.toml").write_text("")
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "No pilot is declared here yet." in result.output
