"""What a value was meant to be."""

from __future__ import annotations

import pytest

from pilotlab.spec.meant import days, mondays, number


@pytest.mark.parametrize(
    ("written", "whole", "expected"),
    [
        ("1,5", False, "1.5"),
        ("-0,3", False, "-0.3"),
        ("8 weeks", True, "8"),
        ("−0.15 points", False, "-0.15"),
        ("5%", False, "0.05"),
        ("1,000", True, "1000"),
        ("1'250", True, "1250"),
        ("1.250.000", False, None),  # points between thousands: no fragment of it
        ("½", False, "0.5"),
        ("1/2", False, "0.5"),
        ("1/2", True, None),
        ("≥0.2", False, "0.2"),
        ("eight", True, "8"),
        (8.0, True, "8"),
        (8.5, True, None),
        ("8.5", True, None),
        (True, True, None),
        ("next monday", False, None),
        ("12:30", False, None),
        ("9223372036854775807", True, "9223372036854775807"),
        ("9223372036854775807.0", True, None),
        ("8.", True, "8"),
        ("1" * 500, False, None),
    ],
)
def test_a_number_is_what_was_most_likely_meant(written: object, whole: bool, expected: str | None) -> None:
    assert number(written, whole=whole) == expected


@pytest.mark.parametrize(
    ("written", "key", "expected"),
    [
        ("3 months", "calendar.pilot_weeks", "13"),
        ("1 year", "calendar.pilot_weeks", "52"),
        ("8 weeks", "calendar.pilot_weeks", "8"),
        ("2 weeks", "privacy.retention_days", "14"),
        ("3 months", "", "3"),
    ],
)
def test_a_time_is_counted_in_the_unit_of_its_key(written: str, key: str, expected: str) -> None:
    assert number(written, whole=True, key=key) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("07.09.2026", ["2026-09-07"]),
        ("09/07/2026", ["2026-07-09", "2026-09-07"]),
        ("14/12/2026", ["2026-12-14"]),
        ("2026/9/7", ["2026-09-07"]),
        (20260907, ["2026-09-07"]),
        ("7 Sept 2026", ["2026-09-07"]),
        ("September 7, 2026", ["2026-09-07"]),
        ("2026-09-07T09:00", ["2026-09-07"]),
        ("2026-w3", ["2026-01-12"]),
        ("2026-13-01", []),
        ("0001-01-01", []),
        ("soon", []),
        (True, []),
    ],
)
def test_a_day_is_one_or_two_or_none(written: object, expected: list[str]) -> None:
    assert [str(day) for day in days(written)] == expected


def test_a_monday_that_is_named_is_the_one_that_was_meant() -> None:
    assert [str(day) for day in mondays("09/07/2026")] == ["2026-09-07"], "9 July is a Thursday"
    assert [str(day) for day in mondays("2026-09-06")] == ["2026-08-31", "2026-09-07"], "a Sunday"
