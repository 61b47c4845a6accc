"""Numbers, intervals, shares, chances, days and lists in words."""

from __future__ import annotations

import math
import pkgutil
import subprocess
import sys
from datetime import date, datetime

import pytest

from pilotlab import wording
from pilotlab.wording import chances, dates, intervals, lists, numbers, unbroken

MODULES = sorted(each.name for each in pkgutil.iter_modules(wording.__path__))


def test_wording_loads_nothing_heavy() -> None:
    names = ", ".join(f"pilotlab.wording.{name}" for name in MODULES)
    code = f"import sys, {names}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"pandas", "numpy", "scipy", "pydantic"} & set(loaded.split())


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
        (math.inf, 2, True, "+∞"),
        (math.nan, 2, True, "nan"),
    ],
)
def test_number(value: float, decimals: int, sign: bool, words: str) -> None:
    assert numbers.number(value, decimals, sign=sign) == words


def test_no_hyphen_stands_for_a_minus_sign() -> None:
    written = (
        numbers.number(-5, 1)
        + intervals.interval(-3, -1, 1)
        + numbers.signed(-2, 0)
        + numbers.significant(-2.5)
        + intervals.bracketed(-math.inf, -0.1, 1)
    )
    assert "-" not in written


@pytest.mark.parametrize("value", [-0.5, 3.0, 1e6, -12.25, 1234567.0, 0.001, 99999.5])
def test_what_is_typed_is_read_back(value: float) -> None:
    assert float(numbers.typed(value)) == value
    assert float(numbers.in_digits(value)) == value


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
    assert intervals.interval(low, high, 1) == words
    assert unbroken.interval(low, high, 1) == words.replace(" ", "\u00a0")


def test_days_are_written_in_words() -> None:
    assert unbroken.day("2026-09-01") == "1\u00a0September 2026"
    assert dates.short_day("2026-09-07") == dates.short_day(date(2026, 9, 7)) == "7 Sep 2026"
    assert dates.day("soon") == "soon"
    assert dates.moment(datetime(2026, 9, 7, 9, 5)) == "7 Sep 2026, 09:05"
    assert dates.day_of_week(date(2026, 9, 7)) == "Mon 7 Sep 2026"


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
    assert lists.people(n) == words


def test_a_band_never_tells_two_neighbouring_counts_apart_within_it() -> None:
    assert len({lists.people(n) for n in range(25, 50)}) == 1


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
    assert chances.luck(p) == words


@pytest.mark.parametrize("needed", [0.8, 0.75, 0.6])
def test_a_share_that_misses_what_is_needed_is_not_written_as_if_it_met_it(needed: float) -> None:
    whole = numbers.percent(needed)
    for short in (1e-6, 0.0004, 0.004):
        assert float(numbers.percent(needed - short, needed=needed).removesuffix(" %")) < 100 * needed
    assert numbers.percent(needed, needed=needed) == numbers.percent(needed + 1e-12, needed=needed) == whole


def test_shares_without_a_need_are_rounded() -> None:
    assert numbers.percent(0.925) == "93 %"
    assert numbers.percent(None) == "none due"
    assert unbroken.percent(0.925) == "93\u00a0%"


def test_plural_and_level() -> None:
    assert unbroken.plural(1, "team") == "1\u00a0team"
    assert lists.plural(12000, "person", "people") == "12,000 people"
    assert unbroken.level(0.975) == "97.5\u00a0%"
