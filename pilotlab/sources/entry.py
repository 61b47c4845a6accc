"""Entry: one team's week, from flags or typed at a prompt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pilotlab.errors import UsageError, unknown
from pilotlab.release.cells import Cell, Hidden, release
from pilotlab.sources.number_cells import read_number
from pilotlab.sources.problem import Problem
from pilotlab.sources.values import LETTERS, bounds, check_value, read_gap
from pilotlab.sources.week_cells import read_week
from pilotlab.spec.metric import MetricSpec
from pilotlab.store.entries import Entry, NeedsReason
from pilotlab.store.observations import Observation
from pilotlab.text.names import accept
from pilotlab.weeks import Week

if TYPE_CHECKING:
    from pilotlab.store.store import Store

Ask = Callable[[str], str]  # a question to the answer typed
Say = Callable[[str], None]

HELP = (
    "A number, with a point for decimals. Enter skips a question. A letter or its word is the reason for a gap:\n"
    "  L leave   H holiday   N no work finished   F forgotten   A not applicable"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What one team can log in one week: its metrics, and what is stored of this week and the one before."""

    team: str
    week: Week
    metrics: Sequence[MetricSpec]
    stored: Mapping[str, Observation] = field(repr=False)  # metric key to this week's value
    before: Mapping[str, Observation] = field(repr=False)  # metric key to the last value before this week


def stored_form(store: Store | None, metrics: Sequence[MetricSpec], team: str, week: Week) -> Form:
    """Gather what is stored of a team's week and of the weeks before it."""
    once = tuple({metric.key: metric for metric in metrics}.values())
    rows = store.observations([metric.key for metric in once], teams=[team]) if store else []
    return Form(
        team=team,
        week=week,
        metrics=once,
        stored={row.metric: row for row in rows if row.week == week},
        before={row.metric: row for row in rows if row.week < week and row.value is not None},
    )


def week_to_log(text: str | None, today: date) -> Week:
    """Read `--week`; without it, the last week that is over.

    Raises
    ------
    UsageError
        For a week that has not begun, or no week at all.
    """
    if text is None:
        return Week.of(today) - 1
    week = read_week(text, today)
    if isinstance(week, Problem):
        raise UsageError(f"--week: {week.what}", fix=week.fix)
    return week


def known_team(text: str, teams: Collection[str]) -> str:
    """Return the team, or raise an error that names the nearest."""
    name = accept(text, "--team")
    if name not in teams:
        raise unknown("--team", name, teams)
    return name


def from_flags(form: Form, sets: Sequence[str], gaps: Sequence[str]) -> list[Entry]:
    """Read `--set metric=number` and `--gap metric=reason`.

    Raises
    ------
    UsageError
        For a metric that the pilot doesn't use, a value that is no number or out of range, an unknown reason.
    """
    entries = [_entry(form, "--set", text) for text in sets] + [_entry(form, "--gap", text) for text in gaps]
    keys = [entry.metric.key for entry in entries]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(f"{key.partition('@')[0]} is given twice", fix="give one value or one reason")
    return entries


def from_values(form: Form, values: Mapping[str, float | str]) -> list[Entry]:
    """Read values and gap reasons by metric, as an analyst gives them.

    Raises
    ------
    UsageError
        With the first value that is no value.
    """
    sets = [f"{metric}={value}" for metric, value in values.items() if not isinstance(value, str)]
    gaps = [f"{metric}={value}" for metric, value in values.items() if isinstance(value, str)]
    return from_flags(form, sets, gaps)


def _entry(form: Form, flag: str, text: str) -> Entry:
    name, mark, said = (part.strip() for part in text.partition("="))
    if not mark or not said:
        raise UsageError(
            f"{flag} {text!r} is not of the form metric={'number' if flag == '--set' else 'reason'}",
            fix=f"{flag} focus_hours={'21.5' if flag == '--set' else 'holiday'}",
        )
    metric = _metric(form, name)
    read = _number(said, metric) if flag == "--set" else _gap(said)
    if isinstance(read, Problem):
        raise UsageError(f"{flag} {name}: {read.what}", fix=read.fix)
    return (
        Entry(form.team, form.week, metric, gap=read)
        if isinstance(read, str)
        else Entry(form.team, form.week, metric, read)
    )


def _metric(form: Form, name: str) -> MetricSpec:
    found = next((metric for metric in form.metrics if name in (metric.id, metric.key)), None)
    if found is None:
        raise unknown("metric of this pilot", name, [metric.id for metric in form.metrics])
    return found


def _number(text: str, metric: MetricSpec) -> float | Problem:
    value = read_number(text)
    return value if isinstance(value, Problem) else check_value(value, metric) or value


def _gap(text: str) -> str | Problem:
    return LETTERS.get(text.upper()) or read_gap(text)


def from_prompt(form: Form, ask: Ask, say: Say) -> list[Entry]:
    """Ask for each metric in turn; nothing is kept that was not typed."""
    say(f"{_heading(form)}\n{HELP}")
    answers = [
        _ask_metric(form, metric, number, ask, say) for number, metric in enumerate(form.metrics, start=1)
    ]
    return [entry for entry in answers if entry is not None]


def _ask_metric(form: Form, metric: MetricSpec, number: int, ask: Ask, say: Say) -> Entry | None:
    say(f"\n{number} of {len(form.metrics)}  {metric.question or metric.label}")
    say(f"  {_context(form, metric)}")
    while True:
        text = ask(f"  {metric.label}, {_unit(metric)}").strip()
        if not text:
            return None
        if text == "?":
            say(HELP)
            continue
        read = _typed(text, metric)
        if isinstance(read, Problem):
            say(f"  {read.what}\n  fix: {read.fix}")
        elif isinstance(read, str):
            return Entry(form.team, form.week, metric, gap=read)
        else:
            return Entry(form.team, form.week, metric, read)


def _typed(text: str, metric: MetricSpec) -> float | str | Problem:
    """Read a number or the reason for a gap."""
    if not text[0].isalpha() or text.lower() in {"nan", "inf", "infinity"}:
        return _number(text, metric)
    gap = _gap(text)
    if isinstance(gap, Problem):
        return Problem(
            gap.code, f"{text!r} is neither a number nor a reason", f"? shows the letters; {gap.fix}"
        )
    return gap


def _unit(metric: MetricSpec) -> str:
    """Write the unit with the ends of a share, which could be meant in per cent."""
    low, high = bounds(metric)
    return f"{metric.unit}, {low:g} to {high:g}" if metric.kind == "share" else metric.unit


def _context(form: Form, metric: MetricSpec) -> str:
    before, stored = form.before.get(metric.key), form.stored.get(metric.key)
    parts = [f"last: {shown(before, metric)} in {before.week}" if before else "no value before this week"]
    if stored:
        parts.append(f"stored for this week: {shown(stored, metric)}")
    return "; ".join(parts)


def shown(row: Observation | Entry, metric: MetricSpec) -> str:
    """Write a value with its unit, or the reason for a gap; of what is stored, only what its team may see."""
    if row.value is None:
        return f"gap ({(row.gap or '').replace('_', ' ')})"
    if isinstance(row, Entry):
        return f"{row.value:g} {metric.unit}"
    found = release(Cell(row.value, n=row.n, count=row.numerator, slice=row.slice), metric)
    return f"hidden: {found.reason}" if isinstance(found, Hidden) else f"{found.value:g} {metric.unit}"


def corrections(form: Form, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that would replace another value."""
    stored = form.stored
    return [
        entry
        for entry in entries
        if (old := stored.get(entry.metric.key)) and (old.value, old.gap) != (entry.value, entry.gap)
    ]


def review(form: Form, entries: Sequence[Entry]) -> str:
    """What is about to be saved, line by line."""
    changed = {entry.metric.key for entry in corrections(form, entries)}
    lines = [_heading(form)]
    for entry in entries:
        was = (
            f"   was {shown(form.stored[entry.metric.key], entry.metric)}"
            if entry.metric.key in changed
            else ""
        )
        lines.append(f"  {entry.metric.id:<28}{shown(entry, entry.metric)}{was}")
    return "\n".join(lines)


def _heading(form: Form) -> str:
    return f"{form.team}, {form.week} ({form.week.monday:%d %b} to {form.week.sunday:%d %b %Y})"


__all__ = [
    "Form",
    "NeedsReason",
    "corrections",
    "from_flags",
    "from_prompt",
    "known_team",
    "review",
    "shown",
    "stored_form",
    "week_to_log",
]
