"""What a person may write for a number, a week and a reason."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotlab.sources.findings import Problem
from pilotlab.sources.number_cells import read_number
from pilotlab.sources.values import (
    bounds,
    check_parts,
    check_value,
    read_count,
    read_gap,
)
from pilotlab.sources.week_cells import read_week
from pilotlab.spec.metric import MetricSpec
from pilotlab.store.tables import GAPS
from pilotlab.weeks import Week

TODAY = date(2026, 10, 7)


def share(**changes: object) -> MetricSpec:
    plain = {
        "id": "s",
        "label": "s",
        "family": "outcome",
        "unit": "share",
        "direction": "higher",
        "kind": "share",
        "roles": ["goal"],
    }
    return MetricSpec.model_validate(plain | changes)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_python_writes_comes_back_exactly(value: float) -> None:
    read = read_number(repr(value))
    assert read == value
    assert isinstance(read, float)
    assert math.copysign(1, read) == (1 if value == 0 else math.copysign(1, value)), "a minus zero is a zero"


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_a_problem_with_a_fix(text: str) -> None:
    read = read_number(text)
    if isinstance(read, Problem):
        assert read.what
        assert read.fix
    else:
        assert math.isfinite(read)
        assert text.isascii()


@given(st.text(max_size=12))
def test_any_text_is_a_past_week_or_a_problem_with_a_fix(text: str) -> None:
    read = read_week(text, TODAY)
    assert (read.what and read.fix) if isinstance(read, Problem) else read <= Week.of(TODAY)


@given(st.integers(0, 5000))
def test_a_week_reads_the_same_by_number_and_by_monday(back: int) -> None:
    week = Week.of(TODAY - timedelta(weeks=back))
    assert read_week(str(week), TODAY) == read_week(str(week.monday), TODAY) == week


@pytest.mark.parametrize(
    ("text", "code", "fix"),
    [
        ("46300", "PL412", "2026-W41, if 2026-10-05 is meant"),
        ("46300.5", "PL412", "2026-W41"),
        ("03/04/2026", "PL411", "write 2026-W10 (2026-03-04) or 2026-W14 (2026-04-03)"),
        ("3.4.26", "PL410", "2026-W14"),
        ("05/05/2026", "PL410", "write 2026-W19"),
        ("31/31/2026", "PL410", "write it like 2026-W37"),
        ("2026-W54", "PL410", "a week up to 2026-W53"),
        ("2026-W00", "PL410", "a week up to 2026-W53"),
        ("202640", "PL410", "write 2026-W40"),
        ("2026-W42", "PL413", "a week up to 2026-W41"),
    ],
)
def test_a_week_that_is_none_names_the_one_that_was_meant(text: str, code: str, fix: str) -> None:
    read = read_week(text, TODAY)
    assert isinstance(read, Problem)
    assert read.code == code
    assert fix in read.fix


def test_the_week_under_way_may_be_logged() -> None:
    assert read_week("2026-W41", TODAY) == Week.of(TODAY)


@pytest.mark.parametrize("text", ["1.", ".5", "+3", "1e3", "-0"])
def test_plain_ways_to_write_a_number(text: str) -> None:
    assert read_number(text) == float(text)


def test_bounds_come_from_the_range_else_from_the_kind() -> None:
    assert bounds(share()) == (0, 1)
    assert bounds(share(unit="%")) == (0, 100)
    assert bounds(share(range=[0.1, 0.9])) == (0.1, 0.9)
    assert bounds(share(kind="count"))[0] == 0
    assert bounds(share(kind="continuous"))[0] < -1e9


@pytest.mark.parametrize("value", [-0.001, 1.001])
def test_a_share_stays_within_its_whole(value: float) -> None:
    problem = check_value(value, share())
    assert problem is not None
    assert problem.code == "PL417"


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_rounded_share_fits_its_parts(part: int, rest: int) -> None:
    whole = part + rest
    assert check_parts(round(part / whole, 2), part, whole, share()) is None
    assert check_parts(round(100 * part / whole), part, whole, share(unit="%")) is None
    assert check_parts(part / whole + 0.02, part, whole, share()) is not None


def test_a_rate_may_be_above_one() -> None:
    assert check_parts(3.2, 32, 10, share(kind="count")) is None


@pytest.mark.parametrize(("text", "count"), [("8", 8), ("8.0", 8), ("1", 1)])
def test_counts(text: str, count: int) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("gap", GAPS)
def test_reasons_in_any_case(gap: str) -> None:
    assert read_gap(gap.upper().replace("_", " ")) == gap
