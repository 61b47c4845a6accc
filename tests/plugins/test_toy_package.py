"""A toy package beside pilotlab: its estimator, file format and section go through every command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pilots import BEFORE, PILOT, TEAMS, Lab, make_lab

ROOT = Path(__file__).parents[2]
TOY = Path(__file__).parent / "toy"
PAGE = ROOT / "docs" / "how-to" / "write-a-plug-in.md"
AFTER = "2027-01-04"


def run(lab: Path, *words: str, packages: tuple[Path, ...] = (TOY,)) -> subprocess.CompletedProcess[str]:
    """Run a command where packages are installed: their folders, with what pip would write, are on the path."""
    path = os.pathsep.join(map(str, (ROOT, *packages)))
    return subprocess.run(
        [sys.executable, "-m", "pilotlab", *words, "--workspace", str(lab)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "PILOTLAB_ACTOR": "ann"},
        cwd=lab,
    )


def package(folder: Path, points: str, code: str = "", name: str = "other-pilot") -> Path:
    """Write a package as pip would lay it out."""
    (folder / f"{name.replace('-', '_')}-2.0.dist-info").mkdir(parents=True)
    info = next(folder.glob("*.dist-info"))
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text(points)
    (folder / "other_pilot.py").write_text(code)
    return folder


def declared(folder: Path, estimator: str) -> Lab:
    return make_lab(folder, PILOT + f"analysis: {{estimator: {estimator}, inference: cr2}}\n")


def in_its_format(table: str) -> str:
    rows = (line.split(",") for line in table.splitlines()[1:])
    return "".join(
        f"{team} / {week} / {metric} = {value} = {n}\n" for team, week, metric, value, n, _ in rows
    )


def test_everything_goes_through(tmp_path: Path) -> None:
    lab = declared(tmp_path, "toy")
    assert run(lab.root, "check", "anchor-days").returncode == 0
    day = ("--today", str(BEFORE))
    for verb in ("assign", "freeze"):
        done = run(lab.root, verb, "anchor-days", *day)
        assert done.returncode == 0, done.stderr
    assignment = lab.at(BEFORE).plan("anchor-days").assigned
    (lab.root / "all.toy").write_text(in_its_format(lab.rows(assignment, n=8)))
    day = ("--today", AFTER)
    done = run(lab.root, "import", "all.toy", *day)
    assert done.returncode == 0, done.stderr
    assert "toy-pilot 1.0" in done.stderr + done.stdout
    done = run(lab.root, "analyze", "anchor-days", "--format", "json", *day)
    assert done.returncode == 0, done.stderr
    goal = json.loads(done.stdout)["results"][0]["estimate"]
    assert goal["estimator"] == "toy"
    assert run(lab.root, "decide", "anchor-days", *day).returncode == 0
    asked = ("--format", "html", "--format", "markdown", "--format", "json", "--section", "toy")
    done = run(lab.root, "readout", "anchor-days", *asked, *day)
    assert done.returncode == 0, done.stderr
    pages = {file.suffix: file.read_text() for file in (lab.root / "analysis/readouts").rglob("*.*")}
    assert "What the toy &lt;adds&gt;" in pages[".html"]
    assert "What the toy &lt;adds>" in pages[".md"]
    for page in (pages[".html"], pages[".md"]):
        assert f"{len(TEAMS)}" in page
        assert "last value after the start minus last value before it" in page  # the methods of the appendix
    assert json.loads(pages[".json"])["added"][0]["name"] == "toy"


def test_a_method_is_explained(tmp_path: Path) -> None:
    make_lab(tmp_path)
    said = run(tmp_path, "explain", "toy").stdout
    assert "as a toy sees it" in said
    assert "The authors of the toy" in said
    assert "group_time: estimator" in run(tmp_path, "explain", "group_time").stdout


@pytest.mark.parametrize(
    ("points", "code", "estimator", "says"),
    [
        (
            "broken = other_pilot:ROW",
            "import nowhere_to_be_found",
            "broken",
            "No module named 'nowhere_to_be_found'",
        ),
        ("broken = other_pilot:ROW", "ROW = 1", "broken", "is int, not Entry"),
        ("broken = other_pilot:NONE", "", "broken", "AttributeError"),
        ("twfe = other_pilot:ROW", "", "twfe", "takes a name that pilotlab has itself"),
        ("toy = other_pilot:ROW", "", "toy", "take the same name"),
    ],
)
def test_a_broken_package_is_named_where_it_is_used_and_nowhere_else(
    tmp_path: Path, points: str, code: str, estimator: str, says: str
) -> None:
    other = package(tmp_path / "site", f"[pilotlab.estimators]\n{points}\n", code)
    lab = declared(tmp_path / "used", estimator)
    done = run(lab.root, "check", "anchor-days", packages=(TOY, other))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    told = " ".join((done.stderr + done.stdout).split())
    assert says in told
    assert "other-pilot 2.0" in told
    unused = declared(tmp_path / "unused", "change")
    assert run(unused.root, "check", "anchor-days", packages=(TOY, other)).returncode == 0


def test_a_broken_source_and_section_are_named(tmp_path: Path) -> None:
    points = "[pilotlab.sources]\nodd = other_pilot:read\n[pilotlab.sections]\nodd = other_pilot:build\nplan = other_pilot:build\n"
    other = package(tmp_path / "site", points, "def read(path):\n    return 1 / 0\n")
    lab = make_lab(tmp_path / "lab")
    lab.collect(lab.agree())
    (lab.root / "table.odd").write_text("x")
    for words, says in (
        (("import", "table.odd"), "ZeroDivisionError"),
        (("import", "table.odd", "--source", "none"), "source 'none' is not known"),
        (("readout", "anchor-days", "--section", "odd"), "no attribute 'build'"),
        (("readout", "anchor-days", "--section", "plan"), "takes a name that pilotlab has itself"),
        (("readout", "anchor-days", "--section", "non"), "section 'non' is not known"),
    ):
        done = run(lab.root, *words, "--today", AFTER, packages=(other,))
        told = " ".join(done.stderr.split())
        assert done.returncode in (1, 2), words
        assert says in told
        assert "Traceback" not in told
        assert ("other-pilot 2.0" in told) is ("not known" not in says), told
    assert run(lab.root, "readout", "anchor-days", "--today", AFTER, packages=(other,)).returncode == 0


def test_the_page_shows_the_toy_as_it_is() -> None:
    blocks = re.findall(r"^```(?:python|ini)\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    files = [*sorted((TOY / "toy_pilot").glob("*.py")), *TOY.rglob("entry_points.txt")]
    assert {block.strip() for block in blocks} == {file.read_text().strip() for file in files}
