"""Commands in a terminal of 60 to 200 columns, in any encoding: nothing wider, no word cut, no traceback."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from pilotlab.cli.analyze import analysis_text
from pilotlab.cli.decide import decision_text
from pilotlab.decide.rule import decide
from pilotlab.text.width import columns, fold
from tests.unit.cli.test_decide import TRADE_OFF
from tests.unit.readout.cases import CASES

WIDTHS = (60, 80, 100, 200)
TODAY = ("--today", "2026-10-26")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check", *TODAY),
    ("explain", "anchor-days"),
    ("explain", "PL307"),
    ("explain", "anchor-days", "--format", "json"),
    ("assign", "anchor-days", "--seed", "1", *TODAY),
    ("log", "anchor-days", "--team", "search", "--week", "2026-W42", "--set", "job_satisfaction=7", *TODAY),
    ("log", "anchor-days", "--help"),
    ("status", "anchor-days", "--today", "2026-12-07"),
    ("import", "bad.csv", "--dry-run", *TODAY),
    ("import", "--help"),
    ("--help",),
    ("db", "--help"),
    ("db", "verify"),
    ("nosuch",),
    ("check", "--format", "xml"),
    ("status", "broken"),
)
# One process runs them all: what is tried is what they print, not how they start.
RUN = """
import json, sys
from pilotlab.cli.main import cli
from pilotlab.cli.output import page_width, terminal_width
from pilotlab.cli.stream import guard
guard()
for args in json.loads(sys.argv[1]):
    sys.stdout.write("\\n@@@ " + " ".join(args) + "\\n")
    try:
        cli(args, prog_name="pilotlab", terminal_width=page_width())
    except SystemExit as stop:
        assert stop.code in (0, 1, 2), stop.code
"""
LINES = re.compile(r"[─━=-]{20,}")


def in_terminal(cwd: Path, width: int, encoding: str) -> dict[str, str]:
    """Run every command in a pseudo-terminal; what each printed, errors and answers together."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    here = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONIOENCODING": encoding,
        "PILOTLAB_ACTOR": "me",
    }
    with subprocess.Popen(
        [sys.executable, "-c", RUN, json.dumps(COMMANDS)],
        cwd=cwd,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=env | here | {"TERM": "xterm"},
    ):
        os.close(slave)
        said = b"".join(iter(lambda: _read(master), b""))
    os.close(master)
    text = re.sub(r"\x1b\[[0-9;]*m", "", said.decode(encoding).replace("\r", ""))
    parts = re.split(r"^@@@ (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pilot with a name in wide characters, gaps to show, and a table with a fault."""
    root = tmp_path_factory.mktemp("terminal") / "ws"
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PILOTLAB_ACTOR": "me"}

    def run(*args: str, cwd: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "pilotlab", *args], cwd=cwd, env=env, check=True, capture_output=True
        )

    run("init", "ws", "--today", "2026-10-12", cwd=root.parent)
    teams = root / "experiments" / "anchor-days" / "teams.csv"
    teams.write_text(teams.read_text(encoding="utf-8").replace("checkout", "東京 Łódź"), encoding="utf-8")
    (root / "bad.csv").write_text(
        "team,week,job_satisfaction\n東京 lodz,2026-W42,7\nsearch,2026-W42,seven\n", encoding="utf-8"
    )
    run("assign", "anchor-days", "--seed", "1", *TODAY, cwd=root)
    broken = root / "experiments" / "broken"
    shutil.copytree(root / "experiments" / "anchor-days", broken)
    pilot = (broken / "pilot.yaml").read_text(encoding="utf-8")
    (broken / "pilot.yaml").write_text(
        pilot.replace("baseline_weeks: 8", "baseline_weeks: eight"), encoding="utf-8"
    )
    return root


@pytest.fixture(
    scope="module",
    params=[(width, "utf-8") for width in WIDTHS] + [(60, "cp1252"), (80, "cp850"), (100, "ascii")],
)
def printed(request: pytest.FixtureRequest, workspace: Path) -> tuple[int, dict[str, str]]:
    width, encoding = request.param
    return width, in_terminal(workspace, width, encoding)


def test_every_command_ends_well(printed: tuple[int, dict[str, str]]) -> None:
    _, said = printed
    assert list(said) == [" ".join(args) for args in COMMANDS]
    assert not [name for name, text in said.items() if "Traceback" in text or not text.strip()]


def test_no_line_is_wider_than_the_terminal(printed: tuple[int, dict[str, str]]) -> None:
    width, said = printed
    wide = [
        line
        for name, text in said.items()
        for line in text.split("\n")
        if columns(line) > width and "json" not in name and max(map(columns, line.split())) < width - 10
    ]
    assert wide == []


def test_what_is_refused_is_said_with_its_fix_and_whole_words(printed: tuple[int, dict[str, str]]) -> None:
    _, said = printed
    assert "'text', 'json', 'github'" in " ".join(said["check --format xml"].split())
    assert "it must be a whole number; write 8" in " ".join(said["status broken"].split())


def test_a_reason_stands_whole_beside_its_letter(printed: tuple[int, dict[str, str]]) -> None:
    _, said = printed
    status = said["status anchor-days --today 2026-12-07"].replace("\u00a0", " ")
    assert {"N no work finished", "A not applicable"} <= set(re.split(r"\n|   ", status))


def test_json_is_not_broken(printed: tuple[int, dict[str, str]]) -> None:
    assert json.loads(printed[1]["explain anchor-days --format json"])["pilot"] == "anchor-days"


def test_no_word_is_cut(workspace: Path) -> None:
    narrow, wide = (in_terminal(workspace, width, "utf-8") for width in (60, 200))
    for name, text in wide.items():
        lost = {word for word in words(text) if word not in set(words(narrow[name]))}
        assert not lost, name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", CASES)
def test_an_analysis_fits_and_keeps_its_units(case: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    page = CASES[case]()
    monkeypatch.setattr("pilotlab.cli.output.terminal_width", lambda: width)
    lines = [part for line in analysis_text(page).split("\n") for part in fold(line, width)]
    longest = max(map(columns, words(" ".join(lines))))  # a number of 300 digits is no line of ours
    assert longest > width or max(map(columns, lines)) <= width
    said = words("\n".join(lines))
    for arm in page.arms:
        for goal in arm.goals:
            assert set(words(f"{goal.label}, {goal.unit}" if goal.unit else goal.label)) <= set(said)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_decision_fits(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = words(decision_text(decide(TRADE_OFF)))
    monkeypatch.setattr("pilotlab.cli.output.terminal_width", lambda: width)
    text = decision_text(decide(TRADE_OFF))
    assert max(map(columns, text.split("\n"))) <= width
    assert words(text) == whole


def words(text: str) -> list[str]:
    return LINES.sub("", text).split()
