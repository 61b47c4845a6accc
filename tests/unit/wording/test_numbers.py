"""Numbers, intervals, days and counts in words."""

from __future__ import annotations

import math

import pytest

from pilotlab.wording import numbers


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "words"),
    [
        (-0.761, 2, False, "−0.76"),
        (-0.004, 2, True, "0.00"),
        (0.004, 2, True, "0.00"),
        (0.04, 2, True, "+0.04"),
        (1234.5, 1, False, "1,234.5"),
        (-1234567.0, 0, False, "−1,234,567"),
        (1e308, 2, True, "+1.0\u00a0×\u00a010³⁰⁸"),
        (-math.inf, 2, False, "−∞"),
    ],
)
def test_number(value: float, decimals: int, sign: bool, words: str) -> None:
    assert numbers.number(value, decimals, sign=sign) == words


def test_no_hyphen_stands_for_a_minus_sign() -> None:
    assert "-" not in numbers.number(-5, 1) + numbers.interval(-3, -1, 1) + numbers.signed(-2, 0)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-math.inf, 1.0, "up to 1.0"),
        (0.5, math.inf, "0.5 or more"),
        (-math.inf, math.inf, "open both ways"),
        (-1.0, 0.5, "−1.0 to 0.5"),
    ],
)
def test_open_ends_are_said_in_words(low: float, high: float, words: str) -> None:
    assert numbers.interval(low, high, 1).replace("\u00a0", " ") == words


def test_days_are_written_in_words() -> None:
    assert numbers.day("2026-09-01") == "1\u00a0September 2026"
    assert numbers.short_day("2026-09-07") == "7 Sep 2026"
    assert numbers.day("soon") == "soon"


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "under 10"),
        (9, "under 10"),
        (10, "10–24"),
        (24, "10–24"),
        (25, "25–49"),
        (149, "125–149"),
        (150, "150–174"),
    ],
)
def test_people_are_counted_in_bands(n: int, words: str) -> None:
    assert numbers.people(n) == words


def test_a_band_never_tells_two_neighbouring_counts_apart_within_it() -> None:
    assert len({numbers.people(n) for n in range(25, 50)}) == 1


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.0, "fewer than 1 pilot in 1,000"),
        (0.0006, "about 1 pilot in 1,000"),
        (0.0034, "about 3 pilots in 1,000"),
        (0.01, "about 1 pilot in 100"),
        (0.025, "about 1 pilot in 40"),
        (0.19, "about 1 pilot in 5"),
        (0.37, "about 4 pilots in 10"),
        (1.0, "nearly every pilot"),
    ],
)
def test_luck_is_a_natural_frequency(p: float, words: str) -> None:
    assert numbers.luck(p) == words


def test_a_share_that_misses_the_gate_is_not_written_as_if_it_met_it() -> None:
    assert numbers.percent(0.7996).replace("\u00a0", " ") == "79.9 %"
    assert numbers.percent(0.8).replace("\u00a0", " ") == "80 %"
    assert numbers.percent(0.925).replace("\u00a0", " ") == "93 %"
    assert numbers.percent(None) == "none due"


def test_plural_and_level() -> None:
    assert numbers.plural(1, "team") == "1\u00a0team"
    assert numbers.plural(12000, "person", "people") == "12,000\u00a0people"
    assert numbers.level(0.975) == "97.5\u00a0%"
