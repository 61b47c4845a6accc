"""Commands killed at random instants; `python -m tests.crash.kills 200 SEED` tries many."""

from __future__ import annotations

import sys

import pytest

from tests.crash.kills import run


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_nothing_acknowledged_is_lost_or_doubled_by_a_kill() -> None:
    told = run(5, seed=20261129)
    assert told["wrong"] == {}
    assert (told["kills"], told["first"]) == (5, 2)
