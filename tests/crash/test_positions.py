"""Steps of every act at which a kill or a full disk breaks it off; here a part of them, by hand all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.crash.acts import ACTS

ROOT = Path(__file__).parents[2]
ALIKE = [name for name in ACTS if name != "import"]  # an import has thousands of calls: one a row
PARTS = {
    "kill at a call": ("call", "31", *ALIKE),
    "kill at the swap of a restore": ("call", "5", "restore"),
    "kill at a call of an import": ("call", "997", "import"),
    "torn write": ("torn", "15", *ACTS),
    "full disk": ("full", "15", *ACTS),
}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")
@pytest.mark.parametrize("part", PARTS)
def test_an_act_that_is_broken_off_leaves_all_or_nothing(part: str) -> None:
    mode, _, *names = PARTS[part]
    told = tried(*PARTS[part])
    assert [row["act"] for row in told] == names
    for row in told:
        assert row["wrong"] == {}, row["act"]
        assert row["ended"]["done"] >= 1, "the last position lets it come to its end"
        assert row["ended"]["refused" if mode == "full" else "killed"] >= 1


def tried(*arguments: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.crash.positions", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert not run.stderr, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]
