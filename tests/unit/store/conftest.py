from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from pilotlab.spec.metric import MetricSpec
from pilotlab.store.entries import Entry
from pilotlab.store.store import Store
from pilotlab.weeks import Week

W40 = Week.parse("2026-W40")


def metric(name: str = "focus_hours", **changes: object) -> MetricSpec:
    plain = {
        "id": name,
        "label": name,
        "family": "outcome",
        "unit": "h/week",
        "direction": "higher",
        "kind": "continuous",
        "roles": ["goal", "watch"],
        "range": [0, 60],
    }
    return MetricSpec.model_validate(plain | changes)


def entry(
    value: float | None = 21.5, *, team: str = "api", week: Week = W40, gap: str | None = None, **more: object
) -> Entry:
    return Entry(team, week, metric(), value, gap, **more)  # type: ignore[arg-type]


def ticking() -> Callable[[], str]:
    seconds = count()
    return lambda: f"2026-10-05T09:00:{next(seconds):02d}+00:00"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "pilots.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, clock=ticking()) as opened:
        yield opened
