"""Output that can't be written: narrow character sets, readers who leave, full disks, no stream at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TODAY = ("--today", "2026-10-12")
NARROW = ("cp1252", "cp850", "ascii", "latin-1", "utf-16")
PILOTLAB = f"{sys.executable} -m pilotlab"


def shell(line: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which `pilotlab` is this tree's."""
    where = {"PILOTLAB_ACTOR": "me", "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("pilotlab ", f"{PILOTLAB} ")],
        cwd=cwd,
        capture_output=True,
        check=False,
        env={**os.environ, **where, **env},
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pilot whose title and one of whose teams no Western code page holds."""
    root = tmp_path_factory.mktemp("streams")
    assert shell(f"pilotlab init ws {' '.join(TODAY)}", root).returncode == 0
    folder = root / "ws" / "experiments" / "anchor-days"
    for name, old, new in (
        ("pilot.yaml", "title: Two anchor days", "title: Dwa dni, Łódź → −2 €"),
        ("teams.csv", "checkout", "Łódź 北京"),
    ):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = shell(f"pilotlab assign anchor-days --seed 1 {' '.join(TODAY)}", root / "ws")
    assert done.returncode == 0, done.stderr
    return root / "ws"


@pytest.mark.parametrize("encoding", NARROW)
@pytest.mark.parametrize(
    "command", ["check", "explain anchor-days", "status anchor-days", "--help", "log -h"]
)
def test_text_is_written_in_any_encoding(workspace: Path, command: str, encoding: str) -> None:
    run = shell(f"pilotlab {command}", workspace, PYTHONIOENCODING=encoding)
    assert (run.returncode, run.stderr.decode(encoding)) == (0, "")
    assert run.stdout.decode(encoding).strip()


def test_a_character_that_the_stream_lacks_has_a_twin_or_its_number(workspace: Path) -> None:
    run = shell("pilotlab explain anchor-days", workspace, PYTHONIOENCODING="cp1252")
    assert "Dwa dni, \\u0141ód\\u017a > -2 €" in run.stdout.decode("cp1252")


@pytest.mark.parametrize("encoding", [*NARROW, "utf-8"])
def test_json_always_parses(workspace: Path, encoding: str) -> None:
    run = shell("pilotlab explain anchor-days --format json", workspace, PYTHONIOENCODING=encoding)
    assert run.returncode == 0
    data = json.loads(run.stdout.decode(encoding))
    assert any("Łódź → −2 €" in row["value"] for row in data["plan"])


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_a_c_locale_is_enough(workspace: Path, locale: dict[str, str]) -> None:
    run = shell("pilotlab explain anchor-days && pilotlab explain nosuch", workspace, **locale)
    assert b"Dwa dni" in run.stdout
    assert run.returncode == 2
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LANG": "de_DE.UTF-8"}, {"LANGUAGE": "fr"}])
def test_the_language_of_the_machine_changes_no_byte(workspace: Path, locale: dict[str, str]) -> None:
    usual = shell("pilotlab check", workspace, LANG="en_US.UTF-8", LC_ALL="")
    assert b"Armistice Day" in usual.stdout
    assert shell("pilotlab check", workspace, **({"LC_ALL": "", "LANG": ""} | locale)).stdout == usual.stdout


def test_an_error_is_said_in_any_encoding(workspace: Path) -> None:
    run = shell("pilotlab explain Łódź", workspace, PYTHONIOENCODING="ascii")
    assert run.returncode == 2
    assert b"\\u0141\\xf3d\\u017a" in run.stderr


@pytest.mark.parametrize("way", [">&-", ">&- 2>&-", "<&- >&-", "| true", "| head -n 1"])
def test_nobody_reading_is_no_failure(workspace: Path, way: str) -> None:
    run = shell(f"pilotlab explain anchor-days {way}", workspace)
    assert (run.returncode, run.stderr) == (0, b"")


def test_a_full_disk_is_said(workspace: Path) -> None:
    run = shell("pilotlab explain anchor-days > /dev/full", workspace)
    assert run.returncode == 1
    assert run.stderr.decode() == "error: the output can't be written: No space left on device\n"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("way", [">/dev/full", ">/dev/full 2>&1", ">&-", ">&- 2>&-", "| true"])
def test_an_act_that_is_stored_has_not_failed(workspace: Path, way: str, form: str) -> None:
    value = f"job_satisfaction={len(way + form) / 4}"
    line = f"pilotlab log anchor-days --team search --week 2026-W40 --set {value} --why again --format {form}"
    run = shell(f"{line} {' '.join(TODAY)} {way}", workspace, PYTHONIOENCODING="cp1252")
    assert run.returncode == 0, run.stderr
    assert b"Traceback" not in run.stderr
    assert (b"only the output was lost" in run.stderr) == (way == ">/dev/full")


def test_a_name_that_no_code_page_holds_is_stored_and_known(workspace: Path) -> None:
    renamed = shell(
        "pilotlab db rename-team search Łódź2 --since 2026-W41 --why merged",
        workspace,
        PYTHONIOENCODING="cp1252",
    )
    assert (renamed.returncode, renamed.stderr) == (0, b"")
    (workspace / "w.csv").write_text("team,week,job_satisfaction\nŁódź2,2026-W41,7\n", encoding="utf-8")
    known = shell(f"pilotlab import w.csv --dry-run {' '.join(TODAY)}", workspace)
    assert known.returncode == 0, known.stderr


def test_what_steers_a_terminal_is_never_sent(workspace: Path, tmp_path: Path) -> None:
    assert shell(f"pilotlab init ws {' '.join(TODAY)}", tmp_path).returncode == 0
    path = tmp_path / "ws" / "experiments" / "anchor-days" / "pilot.yaml"
    text = path.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    path.write_text(
        text.replace(title, r'title: "\e]0;owned\a\e[31mred\u009b1m\u202e\u200b"'), encoding="utf-8"
    )
    for command in (
        "check",
        "status anchor-days",
        "explain anchor-days",
        "explain anchor-days --format json",
    ):
        run = shell(f"pilotlab {command}", tmp_path / "ws")
        said = (run.stdout + run.stderr).decode()
        assert not [char for char in said if not char.isprintable() and char != "\n"], command


@pytest.mark.parametrize("ended", ["</dev/null", "<&-", "< <(printf 'search\\n')"])
def test_an_end_of_input_says_what_was_kept_and_what_goes_on(workspace: Path, ended: str) -> None:
    run = shell(f"pilotlab log anchor-days --week 2026-W40 {' '.join(TODAY)} {ended}", workspace)
    assert run.returncode == 1
    told = run.stderr.decode()
    assert told.startswith("error: no"), "no team was named, or nothing was typed"
    assert "nothing was saved" in told
    assert "\n  fix: `pilotlab log anchor-days --team " in told


def test_typed_bytes_that_are_no_text_are_asked_for_again(workspace: Path) -> None:
    line = f"printf 'b\\xe9\\nsearch\\n' | pilotlab log anchor-days --week 2026-W40 {' '.join(TODAY)}"
    run = shell(line, workspace)
    assert b"which is no character of text; type it again" in run.stdout
    assert b"Traceback" not in run.stderr
