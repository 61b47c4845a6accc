"""Crashes, a short run of each study: writes torn and refused at positions of every kind of act, commands killed at random instants."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.golden.reference import REPOSITORY

TRIED = [
    ("torn", "create", 3),
    ("full", "create", 6),
    ("torn", "log", 6),
    ("full", "import", 9),
    ("full", "backup", 9),
]


def _run(module: str, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.crash.{module}", *arguments],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("mode", "act", "every"), TRIED)
def test_an_act_that_is_broken_off_leaves_a_whole_store(mode: str, act: str, every: int) -> None:
    found = _run("positions", mode, str(every), act)
    assert found["wrong"] == {}
    ended = found["ended"]
    assert isinstance(ended, dict)
    assert ended["killed" if mode == "torn" else "refused"] > 0


def test_what_was_acknowledged_outlives_kills_at_random_instants() -> None:
    found = _run("kills", "6", "20260907")
    assert found["wrong"] == {}
    assert found["kills"] == 6
