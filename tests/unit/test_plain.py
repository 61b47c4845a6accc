"""Plain data: a frozen value to JSON and back."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import pytest

from pilotlab.errors import PilotlabError
from pilotlab.plain import plain, rebuilt
from pilotlab.weeks import Week


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a value."""

    week: Week
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value with rows."""

    rows: tuple[Row, ...]
    number: float = 0.0


SCHEMA = "test/value@1"


def test_weeks_open_ends_and_missing_ones_come_back() -> None:
    week = Week.parse("2025-W07")
    value = Value(rows=(Row(week=week, ends=(-math.inf, 1.5)), Row(week=week)), number=0.1 + 0.2)
    data = plain(value, SCHEMA)
    assert data["schema"] == SCHEMA
    assert rebuilt(Value, json.loads(json.dumps(data, allow_nan=False)), SCHEMA) == value


def test_nan_says_nothing() -> None:
    with pytest.raises(ValueError, match="no nan"):
        plain(Value(rows=(), number=math.nan), SCHEMA)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"schema": "test/value@2", "rows": []}, "test/value@2"),
        ({"schema": SCHEMA, "rows": [], "numbr": 1, "number": 2}, "unknown field 'numbr'"),
        ({"schema": SCHEMA}, "Value can't be read: it has no 'rows'"),
        ({"schema": SCHEMA, "rows": [{"weeek": "2025-W07"}]}, r"rows\[0\] has an unknown field 'weeek'; did"),
        ({"schema": SCHEMA, "rows": [], "number": "much"}, "Value.number is 'much', not a number"),
        ({"schema": SCHEMA, "rows": 3}, "Value.rows can't be read"),
    ],
)
def test_what_can_not_be_read_is_named_with_its_place(data: dict[str, object], words: str) -> None:
    with pytest.raises(PilotlabError, match=words):
        rebuilt(Value, data, SCHEMA)
