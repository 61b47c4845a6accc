"""What is stored beside each replication is what its script writes, and its page quotes it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from tests.golden.reference import REPOSITORY

FOLDER = REPOSITORY / "analysis" / "replications"
NAMES = ["kielmc", "organ_donations", "mpdta"]


@pytest.mark.parametrize("name", NAMES)
def test_the_script_writes_what_is_stored(name: str, tmp_path: Path) -> None:
    runpy.run_path(str(FOLDER / name / "run.py"))["main"](tmp_path)
    written = (tmp_path / "result.json").read_text()
    assert written == (FOLDER / name / "result.json").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_uses_the_public_door_alone(name: str) -> None:
    text = (FOLDER / name / "run.py").read_text()
    assert "import pilotlab as pl" in text
    assert "from pilotlab" not in text


def test_the_page_says_the_trap_with_its_numbers() -> None:
    page = (FOLDER / "organ_donations" / "README.md").read_text()
    found = json.loads((FOLDER / "organ_donations" / "result.json").read_text())
    assert found["randomization"]["p_in_27ths"] == 5
    assert "5/27" in page
    for rule in ("cluster", "cr2"):
        assert f"[{found[rule]['ci'][0]:.4f}, {found[rule]['ci'][1]:.4f}]" in page
