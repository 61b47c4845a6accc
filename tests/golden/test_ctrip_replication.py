"""Bloom, Liang, Roberts & Ying (2015), Tables II and VII and attrition, from the store through the commands.

Source, conversion and tolerances: analysis/replications/ctrip/README.md. Skipped where the data are not here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests import surfaces

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "analysis" / "replications" / "ctrip"
DATA = Path(os.environ.get("PILOTLAB_DATA", REPOSITORY.parent / "shared" / "data"))

needs_data = pytest.mark.skipif(
    not ((DATA / "ctrip_weekly").is_dir() and (DATA / "ctrip_course").is_dir()),
    reason="data not here: ctrip_weekly, ctrip_course",
)


def _run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, FOLDER / "run.py", *words], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def replication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ctrip")
    done = _run("--data", DATA, "--workspace", folder / "workspace", "--results", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def figures(replication: Path) -> dict[str, float]:
    return {row["id"]: row["ours"] for row in json.loads((replication / "result.json").read_text())["rows"]}


@needs_data
@pytest.mark.parametrize(
    ("name", "published", "tolerance"),
    [
        ("table2.col1", 0.232, 0.0005),
        ("table2.col1.se", 0.063, 0.001),  # published with Stata's count of absorbed effects: .0628
        ("table2.col1.n", 17806, 0),
        ("table2.col1.people", 249, 0),
        ("table2.col1.weeks", 85, 0),
        ("table7.col1", 0.155, 0.001),  # the course extract gives .1543
        ("table7.col2", 0.072, 0.0005),
        ("table7.col3", 0.168, 0.0005),
        ("table7.col1.n", 855, 0),
        ("attrition.office", 0.35, 0.005),
        ("attrition.home", 0.17, 0.01),  # 21 of 131 is 16.03 %
    ],
)
def test_published_figures_come_out_of_the_store(
    figures: dict[str, float], name: str, published: float, tolerance: float
) -> None:
    assert figures[name] == pytest.approx(published, abs=tolerance)


@needs_data
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("table2.col1", 0.232359378149274),
        ("table2.col1.se", 0.0623507940477037),
        ("table7.col1", 0.154290090103056),
        ("table7.col2", 0.0718658109038591),
        ("table7.col3", 0.168144311299866),
        ("attrition.difference", -0.187152283607194),
        ("monthly", 2.23503986799335),
        ("monthly.n", 4401),
    ],
)
def test_an_independent_program_gets_the_same(figures: dict[str, float], name: str, reference: float) -> None:
    """R 4.2.2, fixest 0.14.2: the reference that comes with the data. fixest takes the effects out step by step and stops at 1e-6."""
    assert figures[name] == pytest.approx(reference, abs=1e-6)


@needs_data
def test_every_planted_error_is_named_and_kept_out(replication: Path) -> None:
    errors = {item["where"]: item for item in json.loads((replication / "result.json").read_text())["errors"]}
    assert set(errors) == {
        "age -99",
        "tenure -99",
        "prior_experience -99",
        "monthly_score 1000",
        "monthly_calls -999999",
        "monthly_calls_per_hour 200",
    }
    for where, item in errors.items():
        assert item["planted"] > 0, where
        assert item["named"] == item["planted"], where
        assert item["kept"] == 0, where


@needs_data
def test_no_person_is_shown_in_the_readout(replication: Path) -> None:
    readouts = sorted((replication / "workspace" / "analysis" / "readouts").iterdir())
    assert {path.suffix for path in readouts} == {".html", ".md", ".json"}
    for path in readouts:
        assert not re.search(r"\bp\d{5}\b", path.read_text(encoding="utf-8")), path.name


@needs_data
def test_the_readout_learns_and_recommends_nothing(replication: Path) -> None:
    page = json.loads(
        (replication / "workspace" / "analysis" / "readouts" / "ctrip-wfh.json").read_text(encoding="utf-8")
    )
    assert "Learn" in json.dumps(page)


@needs_data
def test_committed_results_are_those_of_this_version(replication: Path) -> None:
    for name in ("result.json", "result.md"):
        assert (replication / name).read_text(encoding="utf-8") == (FOLDER / name).read_text(
            encoding="utf-8"
        ), name


def test_without_data_the_replication_says_so(tmp_path: Path) -> None:
    done = _run("--data", tmp_path, "--workspace", tmp_path / "workspace", "--results", tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("skipped: data not here")
    assert not list(tmp_path.iterdir())


@needs_data
def test_every_surface_says_the_same(replication: Path) -> None:
    day = date(2011, 12, 1)
    seen = surfaces.read(replication / "workspace", "ctrip-wfh", day)
    surfaces.same_numbers(seen)
    surfaces.same_states(seen)
    surfaces.same_verdict(seen)
    surfaces.same_shares(seen)
    surfaces.same_dates(seen, day)
    surfaces.same_halves(seen)
