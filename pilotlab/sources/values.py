"""Values: which week, number or reason a person may write, for `log` and `import` alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pilotlab.errors import PilotlabError, nearest
from pilotlab.spec.metric import MetricSpec
from pilotlab.store.tables import GAPS
from pilotlab.weeks import Week

LARGEST = 1e12  # beyond this no weekly value of a team is plausible, whatever its unit
EARLIEST = Week.of(date(1900, 1, 1))
SHARE_SLACK = 0.005  # a share may differ from numerator / denominator by rounding: half a percentage point
LETTERS = {letter: gap for gap, letter in GAPS.items()}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d[\d.]*(,\d+)+(\.\d+)?")
_UNIT = re.compile(r"([+-]?\d[\d.,]*)\s*([^\d\s.,].*)")
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(\s.*)?")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell: a code to look up, and what would do."""

    code: str
    what: str
    fix: str


def read_week(text: str, today: date) -> Week | Problem:
    """Read a week that has begun by `today`: `2026-W40`, or the date of its Monday."""
    try:
        week = Week.parse(text)
    except PilotlabError as error:
        return _no_week(text) or Problem("PL410", error.what, error.fix)
    if week < EARLIEST:
        return Problem("PL410", f"week {text!r} lies before 1900", "correct the year")
    if week > (now := Week.of(today)):
        return Problem(
            "PL413", f"week {week} has not begun; today is {today}, in {now}", f"a week up to {now}"
        )
    return week


def _no_week(text: str) -> Problem | None:
    """Recognise what people write for a week, so that the fix can name it."""
    if match := _DAY.fullmatch(text):
        return _slashed(text, *(int(part) for part in match.groups()[:3]))
    if match := _SERIAL.fullmatch(text):
        day = _EPOCH + timedelta(days=int(match[1]))
        fix = f"format the column as text and write {Week.of(day)}, if {day} is meant"
        return Problem("PL412", f"{text!r} is a spreadsheet's day number", fix)
    if re.fullmatch(r"\d{6}", text) and 1 <= int(text[4:]) <= 53:
        return Problem("PL410", f"{text!r} is not an ISO week", f"write {text[:4]}-W{text[4:]}")
    return None


def _slashed(text: str, first: int, second: int, year: int) -> Problem:
    years = year if year > 99 else 2000 + year
    days = [_day_or_none(years, month, day) for month, day in ((second, first), (first, second))]
    real = sorted({day for day in days if day})
    if len(real) == 2:
        choice = " or ".join(f"{Week.of(day)} ({day})" for day in real)
        return Problem("PL411", f"{text!r}: day first or month first?", f"write {choice}")
    fix = f"write {Week.of(real[0])}" if real else "write it like 2026-W37"
    return Problem("PL410", f"{text!r} is not an ISO week or date", fix)


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_number(text: str) -> float | Problem:
    """Read a number written with digits and a point; nothing is guessed."""
    if _NUMBER.fullmatch(text):
        value = float(text) + 0.0  # + 0.0: a minus zero is a zero
        return (
            value
            if math.isfinite(value)
            else Problem("PL418", f"{text!r} is larger than any number", "correct the value")
        )
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return Problem("PL418", f"{text!r} is not a finite number", _LEAVE_EMPTY)
    if _COMMA.fullmatch(text):
        fix = f"write {text.replace(',', '.')} or {text.replace(',', '')}: a point for decimals, nothing for thousands"
        return Problem(
            "PL416",
            f"{text!r} has a comma: for decimals or for thousands?",
            fix
            if text.count(",") == 1 and "." not in text
            else "a point for decimals, nothing for thousands",
        )
    if match := _UNIT.fullmatch(text):
        return Problem(
            "PL415",
            f"{text!r} has {match[2]!r} behind the number",
            f"write the number alone, in the metric's unit ({match[1]} or converted)",
        )
    return Problem("PL414", f"{_short(text)!r} is not a number", _LEAVE_EMPTY)


_LEAVE_EMPTY = "leave the value empty, or give a reason for the gap: " + ", ".join(GAPS)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def bounds(metric: MetricSpec) -> tuple[float, float]:
    """Return the least and the largest value a metric may have."""
    if metric.range is not None:
        return metric.range
    if metric.kind == "share":
        return 0.0, scale(metric)
    return (0.0 if metric.kind == "count" else -LARGEST), LARGEST


def scale(metric: MetricSpec) -> float:
    """What a whole is in the unit of a share: 100 where it is written in per cent, else 1."""
    return 100.0 if metric.unit.startswith("%") else 1.0


def check_value(value: float, metric: MetricSpec) -> Problem | None:
    """Say why a metric can't have a value."""
    low, high = bounds(metric)
    if low <= value <= high:
        return None
    if not math.isfinite(value) or abs(value) > LARGEST:
        return Problem("PL418", f"{metric.id} is {value:g}, which is no plausible number", _LEAVE_EMPTY)
    unit = f" {metric.unit}"
    return Problem(
        "PL417",
        f"{metric.id} is {value:g}{unit}; its range is {low:g} to {high:g}",
        "correct the value, or leave it empty with a reason",
    )


def check_parts(
    value: float | None, numerator: float | None, denominator: float | None, metric: MetricSpec
) -> Problem | None:
    """Say why numerator and denominator fit neither each other nor the value."""
    if numerator is None and denominator is None:
        return None
    if numerator is None or denominator is None:
        which = "numerator" if numerator is None else "denominator"
        return Problem(
            "PL421", f"{metric.id} has no {which}", "give both numerator and denominator, or neither"
        )
    if value is None:
        return Problem(
            "PL421", f"{metric.id} has numerator and denominator but no value", "write the value too"
        )
    if denominator <= 0 or numerator < 0:
        return Problem(
            "PL421",
            f"{metric.id}: {numerator:g} of {denominator:g}",
            "a denominator above 0 and a numerator from 0",
        )
    if metric.kind == "share":
        return _check_share(value, numerator, denominator, metric)
    return None


def _check_share(value: float, numerator: float, denominator: float, metric: MetricSpec) -> Problem | None:
    if numerator > denominator:
        return Problem(
            "PL421",
            f"{metric.id}: numerator {numerator:g} is above denominator {denominator:g}",
            "a share is a part of a whole",
        )
    whole = scale(metric)
    if abs(value / whole - numerator / denominator) > SHARE_SLACK + 1e-12:
        said = f"{metric.id} is {value:g}, but {numerator:g} of {denominator:g} is {whole * numerator / denominator:.4g}"
        return Problem("PL421", said, f"correct one of the three; the unit is {metric.unit!r}")
    return None


def read_count(text: str) -> int | Problem:
    """Read how many people or events stand behind a value."""
    value = read_number(text)
    if isinstance(value, Problem) or value < 1 or value != int(value) or value > LARGEST:
        return Problem("PL422", f"n is {_short(text)!r}", "a whole number from 1, or leave it empty")
    return int(value)


def read_gap(text: str) -> str | Problem:
    """Read a reason for a gap: a word of the closed list."""
    word = text.lower().replace(" ", "_").replace("-", "_")
    if word in GAPS:
        return word
    return Problem(
        "PL420",
        f"reason {_short(text)!r} is not on the list{nearest(word, GAPS)}",
        "one of: " + ", ".join(GAPS),
    )


def read_slice(text: str) -> str | Problem:
    """Read a group within the team, `carer=yes`; blanks around its parts go, so that one group has one name."""
    name, mark, level = (part.strip() for part in text.partition("="))
    if name and mark and level and "=" not in level:
        return f"{name}={level}"
    fix = "write the slice and the group, such as carer=yes, or leave it empty for the whole team"
    return Problem("PL428", f"slice {_short(text)!r} names no group", fix)


def unknown_name(kind: str, text: str, known: Iterable[str]) -> Problem:
    """Build the problem of a team or metric that is not known, with the nearest that is."""
    names = sorted(known)
    fix = (
        f"one of: {', '.join(names)}"
        if len(names) <= 12
        else f"{len(names)} are known; see teams.csv"
        if kind == "team"
        else "see the metric catalogue"
    )
    if not text:
        return Problem("PL408" if kind == "team" else "PL409", f"the row has no {kind}", f"name the {kind}")
    return Problem(
        "PL408" if kind == "team" else "PL409",
        f"{kind} {_short(text)!r} is not known{nearest(text, names)}",
        fix,
    )
