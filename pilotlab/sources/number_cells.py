"""Numbers in cells: what a person means by the digits and marks they wrote, and why a cell is no number."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from pilotlab.sources.findings import Problem, short
from pilotlab.spec.metric import MetricSpec
from pilotlab.store.tables import GAPS
from pilotlab.tables.marks import Marks, Written, declared, plainly, settle, written

ANY = (-math.inf, math.inf)
LEAVE_EMPTY = "leave the value empty, or give a reason for the gap: " + ", ".join(GAPS)
_UNIT = re.compile(
    r"(?P<before>[^\d\s.,()+-]{0,6}?)\s*(?P<number>[+\-−(]?\s*[\d.,'’\u00a0\u202f\u2009 ]*\d\)?[.,]?-?)\s*(?P<after>\D{0,24}?)"
)
_SPREADSHEET = re.compile(
    r"#(?:N/?[AV]|DIV/0|REF|VALUE|NAME|NUM|NULL|WERT|BEZUG|ZAHL|VALEUR|NOMBRE|NOM|SPILL|CALC)[!?]?|#+",
    re.IGNORECASE,
)
_NOTHING = frozenset(
    [
        "na",
        "n/a",
        "n.a.",
        "n.a",
        "-",
        "--",
        "–",
        "—",
        ".",
        "?",
        "null",
        "none",
        "nil",
        "k.a.",
        "k. a.",
        "keine angabe",
        "nd",
        "n.d.",
        "n/d",
        "s/o",
        "tbd",
        "missing",
        "leer",
        "..",
    ]
)


class Number(NamedTuple):
    """A cell's number, and what there is to tell of how it was written."""

    value: float | Problem
    how: tuple[str, ...] = ()


def read_number(
    text: str, marks: Marks | None = None, bounds: tuple[float, float] = ANY, metric: MetricSpec | None = None
) -> float | Problem:
    """Read a number; nothing is guessed."""
    return number_told(text, marks, bounds, metric).value


def number_told(
    text: str, marks: Marks | None = None, bounds: tuple[float, float] = ANY, metric: MetricSpec | None = None
) -> Number:
    """Read a number; with it, what there is to tell of how it was written.

    Parameters
    ----------
    marks : Marks
        What the column's cells, or an option, say of its marks.
    bounds : tuple
        Least and largest value there can be.
    metric : MetricSpec
        Whose number it is, for what to write in place of `45 %`.
    """
    marks = marks or Marks()
    read = written(text)
    if read is None:
        return Number(_no_number(text, marks, metric))
    if not all(map(math.isfinite, read.values)):
        return Number(
            Problem("PL418", f"{short(text)!r} is larger than any number", "correct the value", "too large")
        )
    settled = settle(read, marks, bounds)
    if settled.value is None:
        return Number(_open(text, read, marks, settled.fault))
    return Number(settled.value, settled.how)


def _open(text: str, read: Written, marks: Marks, fault: str) -> Problem:
    """Say which two numbers a cell could be, or what it contradicts."""
    both = " or ".join(plainly(value) for value in read.values)
    options = "say --decimal point or --decimal comma"
    if fault == "odds" and marks.told:
        return Problem(
            "PL416",
            f"{text!r} does not fit the marks that were said for this file",
            f"write {both}",
            "against the option",
        )
    if not read.open:
        name = "comma" if read.has_comma else "point"
        what = f"{text!r} has a {name}, and other cells of the column say otherwise: for decimals or for thousands?"
        return Problem("PL416", what, f"write {both}; or {options}", "against the column")
    name = "comma" if read.open == "," else "point"
    what = f"{text!r} has a {name}: for decimals or for thousands?"
    return Problem("PL416", what, f"write {both}; or {options}", f"{name} open")


def _no_number(text: str, marks: Marks, metric: MetricSpec | None) -> Problem:
    bare = text.lower().lstrip("+-")
    if bare in {"nan", "inf", "infinity"}:
        return Problem("PL418", f"{text!r} is not a finite number", LEAVE_EMPTY, "not finite")
    if _SPREADSHEET.fullmatch(text):
        what = (
            f"{text!r} is a spreadsheet's error"
            if text.strip("#")
            else f"{short(text)!r} is a column too narrow to show its number"
        )
        return Problem("PL414", what, f"mend the formula, or {LEAVE_EMPTY}", "spreadsheet error")
    if bare in _NOTHING or text.lower() in _NOTHING:
        return Problem(
            "PL414",
            f"{text!r} is not a number: it says that there is none",
            LEAVE_EMPTY,
            "says there is none",
        )
    if re.fullmatch(r"\d{1,3}:\d{2}(:\d{2})?", text):
        return Problem(
            "PL414", f"{text!r} is a time, not a number", "write hours with a point: 1:30 is 1.5", "time"
        )
    if re.fullmatch(r"[<>≤≥~≈±]+\s*[\d.,]+\+?|[\d.,]+\+", text):
        return Problem(
            "PL414",
            f"{text!r} is a bound, not a number",
            f"write the number itself, or {LEAVE_EMPTY}",
            "bound",
        )
    match = _UNIT.fullmatch(text)
    beside = _with_unit(text, match, marks, metric) if match and (match["before"] or match["after"]) else None
    return beside or Problem("PL414", f"{short(text)!r} is not a number", LEAVE_EMPTY, "not a number")


_PER_CENT = ("%", "percent", "pct", "Prozent", "pour cent")


def _with_unit(text: str, match: re.Match[str], marks: Marks, metric: MetricSpec | None) -> Problem | None:
    """Say what to write for a number with its unit; None where what stands beside the unit is no number."""
    read = written(match["number"])
    if read is None:
        return None
    value, unit = settle(read, marks, ANY).value, match["after"] or match["before"]
    numbers = [value] if value is not None else list(read.values)
    if unit in _PER_CENT and metric and metric.kind == "share":
        numbers = [number * metric.whole / 100 for number in numbers]
    wanted = f", in {metric.unit}" if metric else ", in the metric's unit"
    converted = "" if unit in _PER_CENT else ", or converted"
    side = "behind" if match["after"] else "before"
    fix = f"write the number alone{wanted}: {' or '.join(map(plainly, numbers))}{converted}"
    return Problem("PL415", f"{short(text)!r} has {unit!r} {side} the number", fix, f"with {unit}")


MARK_NAMES = {"point": ".", "comma": ",", ".": ".", ",": ","}
THOUSANDS_NAMES = {**MARK_NAMES, "apostrophe": "'", "'": "'", "space": " ", " ": " "}


def marks_said(decimal: str = "", thousands: str = "") -> Marks | None:
    """Marks as the options say them; None where neither was given."""
    if not decimal and not thousands:
        return None
    return declared(MARK_NAMES.get(decimal, ""), THOUSANDS_NAMES.get(thousands, ""))
