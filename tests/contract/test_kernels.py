"""Every kernel says what it is held against: a row of tests/golden/README.md, with tests that are there."""

from __future__ import annotations

import re

from tests.golden.reference import REPOSITORY

PAGE = (REPOSITORY / "tests" / "golden" / "README.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| `")]
SHORT = {"u": "unit/stats", "g": "golden"}


def test_each_kernel_has_one_row() -> None:
    named = [name for row in ROWS for name in re.findall(r"`(\w+)`", row[0])]
    there = {path.stem for path in (REPOSITORY / "pilotlab" / "stats").rglob("*.py")} - {"__init__"}
    assert sorted(named) == sorted(there)


def test_each_row_names_tests_that_are_there_and_import_its_kernel() -> None:
    for row in ROWS:
        files = re.findall(r"`([ug])/(\w+\.py)`", row[3])
        texts = [(REPOSITORY / "tests" / SHORT[folder] / name).read_text("utf-8") for folder, name in files]
        assert texts, row
        assert row[1].strip() or row[2].strip(), row
        first = re.findall(r"`(\w+)`", row[0])[0]
        through_the_door = any("did(" in text for text in texts)
        assert through_the_door or any(
            re.search(rf"stats\.(\w+\.)?{first} import", text) for text in texts
        ), row


def test_every_golden_file_that_holds_a_reference_is_named() -> None:
    files = (REPOSITORY / "tests" / "golden").glob("test_*.py")
    referring = {path.name for path in files if "Reference: R " in path.read_text("utf-8")}
    assert len(referring) >= 9
    assert not referring - set(re.findall(r"g/(test_\w+\.py)", PAGE))
