"""The toy's file format: one value a line, `team / week / metric = value = people`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def read(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the header, then a row a value."""
    yield "team", "week", "metric", "value", "n"
    for line in path.read_text(encoding="utf-8").splitlines():
        place, value, people = line.split(" = ")
        team, week, metric = place.split(" / ")
        yield team, week, metric, value, people
