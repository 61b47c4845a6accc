"""What a declaration may name is what the engine's tables say: a row is enough, and its word on frames is heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilotlab.spec.engine import ESTIMATORS, INFERENCES, declarable
from tests.unit.spec.workspace import PILOT, check, write

ROWS = [("estimator", name, row) for name, row in ESTIMATORS.items()] + [
    ("inference", name, row) for name, row in INFERENCES.items()
]


@pytest.mark.parametrize(("kind", "name", "row"), ROWS, ids=[f"{kind}-{name}" for kind, name, _ in ROWS])
def test_check_takes_what_the_table_lets_a_pilot_declare(
    kind: str, name: str, row: object, tmp_path: Path
) -> None:
    write(tmp_path, pilot=f"{PILOT}analysis: {{{kind}: {name}}}\n")
    refused = [found.what for found in check(tmp_path).findings if found.code in ("PL347", "PL348")]
    why = getattr(row, "frames_only", "")
    assert refused == ([f"{kind} {name!r} {why}"] if why else [])


def test_most_names_can_be_declared_and_those_of_single_rows_can_not() -> None:
    assert {"twfe", "group_time"} <= set(declarable(ESTIMATORS)) < set(ESTIMATORS)
    assert "iid" not in declarable(INFERENCES)
