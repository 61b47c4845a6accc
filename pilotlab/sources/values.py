"""Values: what a metric's value, its parts and what stands beside it may be, for `log` and `import` alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from pilotlab.errors import nearest
from pilotlab.sources.findings import Problem, short
from pilotlab.sources.number_cells import LEAVE_EMPTY, number_told
from pilotlab.spec.metric import MetricSpec, Rate
from pilotlab.store.tables import GAPS
from pilotlab.wording.numbers import significant, typed

LARGEST = 1e12  # beyond this no weekly value of a team is plausible, whatever its unit
SHARE_SLACK = 0.005  # a share may differ from numerator / denominator by rounding: half a percentage point
RATE_SLACK = 0.005  # a rate that is written beside its count may be rounded: half a per cent of it
LETTERS = {letter: gap for gap, letter in GAPS.items()}


def bounds(metric: MetricSpec) -> tuple[float, float]:
    """Return the least and the largest value a metric may have."""
    if metric.range is not None:
        return metric.range
    if metric.kind == "share":
        return 0.0, metric.whole
    return (0.0 if metric.kind == "count" else -LARGEST), LARGEST


def entered_bounds(metric: MetricSpec) -> tuple[float, float]:
    """Return the least and the largest number that is entered: of the count where the value is a rate."""
    return (0.0, metric.rate.most or LARGEST) if metric.rate else bounds(metric)


def check_value(value: float, metric: MetricSpec) -> Problem | None:
    """Say why a metric can't have a value."""
    return _outside(value, bounds(metric), metric.unit, metric)


def _outside(value: float, ends: tuple[float, float], unit: str, metric: MetricSpec) -> Problem | None:
    low, high = ends
    if low <= value <= high:
        return None
    if not math.isfinite(value) or abs(value) > LARGEST:
        what = f"{metric.id} is {typed(value)}, which is no plausible number"
        return Problem("PL418", what, LEAVE_EMPTY, "no plausible number")
    what = f"{metric.id} is {typed(value)} {unit}; its range is {typed(low)} to {typed(high)}"
    fix = "correct the value, or leave it empty with a reason"
    return Problem("PL417", what, fix, f"{metric.id} out of range")


Parts = tuple[float | None, float | None, float | None]  # value, numerator, denominator


def whole_value(
    value: float | None, numerator: float | None, denominator: float | None, metric: MetricSpec
) -> Parts | Problem:
    """Complete a value from its parts, or say why they don't fit each other.

    A count of an exposure is entered as people (`numerator`, or the value itself) of people (`denominator`), and the rate
    is computed; a share may be entered as its parts alone.
    """
    if metric.rate is not None:
        return _rated(value, numerator, denominator, metric, metric.rate)
    if problem := check_parts(value, numerator, denominator, metric):
        return problem
    if value is None and numerator is not None and denominator is not None:
        value = metric.value_of(numerator, denominator)
        if problem := check_value(value, metric):
            return problem
    return value, numerator, denominator


def _rated(
    value: float | None, numerator: float | None, denominator: float | None, metric: MetricSpec, rate: Rate
) -> Parts | Problem:
    count = value if numerator is None else numerator
    if count is None and denominator is None:
        return None, None, None
    example = f"1 of 6: {rate.count}, of {rate.of}"
    if count is None or denominator is None:
        what = f"{metric.id} has {'no count' if count is None else f'a count, {typed(count)}, of how many {rate.of}?'}"
        fix = f"write both, {example}; the rate is computed"
        return Problem("PL421", what, fix, f"{metric.id} without its parts")
    if problem := _outside(count, entered_bounds(metric), rate.count, metric):
        return problem
    if count != int(count) or denominator <= 0 or count > denominator:
        what = f"{metric.id}: {typed(count)} of {typed(denominator)}"
        return Problem(
            "PL421",
            what,
            f"a whole number of {rate.count}, at most as many as {rate.of}",
            f"{metric.id} parts",
        )
    computed = metric.value_of(count, denominator)
    slack = RATE_SLACK * max(computed, 1.0)
    if numerator is not None and value not in (None, numerator) and abs(value - computed) > slack:
        what = f"{metric.id} is {typed(value)}, but {typed(count)} of {typed(denominator)} is {significant(computed, 4)} {metric.unit}"
        fix = "leave the value empty: the rate is computed"
        return Problem("PL421", what, fix, f"{metric.id} contradicts its parts")
    return computed, count, denominator


def check_parts(
    value: float | None, numerator: float | None, denominator: float | None, metric: MetricSpec
) -> Problem | None:
    """Say why numerator and denominator fit neither each other nor the value."""
    if numerator is None and denominator is None:
        return None
    if numerator is None or denominator is None:
        which = "numerator" if numerator is None else "denominator"
        fix = "give both numerator and denominator, or neither"
        return Problem("PL421", f"{metric.id} has no {which}", fix, f"no {which}")
    if denominator <= 0 or numerator < 0:
        what = f"{metric.id}: {typed(numerator)} of {typed(denominator)}"
        return Problem("PL421", what, "a denominator above 0 and a numerator from 0", "parts out of range")
    if metric.kind == "share":
        return _check_share(value, numerator, denominator, metric)
    return None


def _check_share(
    value: float | None, numerator: float, denominator: float, metric: MetricSpec
) -> Problem | None:
    if numerator > denominator:
        what = f"{metric.id}: numerator {typed(numerator)} is above denominator {typed(denominator)}"
        return Problem("PL421", what, "a share is a part of a whole", "numerator above denominator")
    computed = metric.value_of(numerator, denominator)
    if value is not None and abs(value - computed) > metric.whole * (SHARE_SLACK + 1e-12):
        said = f"{metric.id} is {typed(value)}, but {typed(numerator)} of {typed(denominator)} is {significant(computed, 4)}"
        return Problem(
            "PL421",
            said,
            f"correct one of the three; the unit is {metric.unit!r}",
            "share contradicts its parts",
        )
    return None


def read_count(text: str, read: Callable[[str], float | Problem] | None = None) -> int | Problem:
    """Read how many people or events stand behind a value; `read` reads a number in its column."""
    value = read(text) if read else number_told(text).value
    if isinstance(value, Problem) or value < 1 or value != int(value) or value > LARGEST:
        return Problem(
            "PL422", f"n is {short(text)!r}", "a whole number from 1, or leave it empty", "n is no count"
        )
    return int(value)


def read_gap(text: str) -> str | Problem:
    """Read a reason for a gap: a word of the closed list."""
    word = text.lower().replace(" ", "_").replace("-", "_")
    if word in GAPS:
        return word
    what = f"reason {short(text)!r} is not on the list{nearest(word, GAPS)}"
    return Problem("PL420", what, "one of: " + ", ".join(GAPS), "reason not on the list")


def read_slice(text: str) -> str | Problem:
    """Read a group within the team, `carer=yes`; blanks around its parts go, so that one group has one name."""
    name, mark, level = (part.strip() for part in text.partition("="))
    if name and mark and level and "=" not in level:
        return f"{name}={level}"
    fix = "write the slice and the group, such as carer=yes, or leave it empty for the whole team"
    return Problem("PL428", f"slice {short(text)!r} names no group", fix, "slice without a group")


def unknown_name(kind: str, text: str, known: Collection[str]) -> Problem:
    """Build the problem of a team or metric that is not known, with the nearest that is."""
    names, code = sorted(known), "PL408" if kind == "team" else "PL409"
    if not text:
        return Problem(code, f"the row has no {kind}", f"name the {kind}", f"no {kind}")
    where = "see teams.csv" if kind == "team" else "see the metric catalogue"
    fix = f"one of: {', '.join(names)}" if len(names) <= 12 else f"{len(names)} are known; {where}"
    what = f"{kind} {short(text)!r} is not known{nearest(text, names)}"
    return Problem(code, what, fix, f"{kind} {text}")
