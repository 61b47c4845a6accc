"""Entry: the form of one team's week, its values as flags give them, and what was typed and not saved yet."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pilotlab.errors import UsageError, unknown
from pilotlab.release.shown import Cell, Hidden, release
from pilotlab.sources.findings import Problem
from pilotlab.sources.number_cells import read_number
from pilotlab.sources.values import LETTERS, Parts, check_value, read_count, read_gap, whole_value
from pilotlab.sources.week_cells import read_week
from pilotlab.spec.metric import MetricSpec
from pilotlab.store.entries import Entry, NeedsReason
from pilotlab.store.observations import Observation
from pilotlab.text.names import accept
from pilotlab.weeks import Week
from pilotlab.whole_file import OWN, write_whole
from pilotlab.wording.dates import day_and_month, short_day
from pilotlab.wording.numbers import typed

if TYPE_CHECKING:
    from pilotlab.store.store import Store


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


def from_flags(
    form: Form, sets: Sequence[str], gaps: Sequence[str], counts: Sequence[str] = ()
) -> list[Entry]:
    """Read `--set metric=number`, `--gap metric=reason` and `--n metric=answers`.

    A count of people, or a share, may be written as its parts: `voluntary_exits=1/6`, one person of six.

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
    answered = dict(_answered(form, text) for text in counts)
    for metric in answered:
        if metric not in [entry.metric for entry in entries if entry.value is not None]:
            raise UsageError(
                f"--n {metric.id}: no value of it is set", fix=f"--set {metric.id}=NUMBER beside it"
            )
    return [entry._replace(n=answered.get(entry.metric, entry.n)) for entry in entries]


def from_values(
    form: Form,
    values: Mapping[str, float | str | tuple[float, float]],
    counts: Mapping[str, int] | None = None,
) -> list[Entry]:
    """Read values, parts and gap reasons by metric, as an analyst gives them.

    Raises
    ------
    UsageError
        With the first value that is no value.
    """
    sets = [f"{metric}={_flag(value)}" for metric, value in values.items() if not isinstance(value, str)]
    gaps = [f"{metric}={value}" for metric, value in values.items() if isinstance(value, str)]
    return from_flags(form, sets, gaps, [f"{metric}={count}" for metric, count in (counts or {}).items()])


def _flag(value: float | tuple[float, float]) -> str:
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _entry(form: Form, flag: str, text: str) -> Entry:
    name, said = _split(flag, text)
    metric = _metric(form, name)
    if flag == "--gap":
        return Entry(form.team, form.week, metric, gap=_accepted(flag, name, typed_gap(said)))
    if _parted(said) or metric.rate:
        value, numerator, denominator = _accepted(flag, name, _parts(said, metric))
        return Entry(form.team, form.week, metric, value, numerator=numerator, denominator=denominator)
    return Entry(form.team, form.week, metric, _accepted(flag, name, _number(said, metric)))


def _answered(form: Form, text: str) -> tuple[MetricSpec, int]:
    name, said = _split("--n", text)
    metric = _metric(form, name)
    if not metric.of_people:
        raise UsageError(
            f"--n {name}: {metric.label} is no mean of answers", fix="--n is for means of people's answers"
        )
    return metric, _accepted("--n", name, read_count(said))


_EXAMPLES = {"--set": ("number", "focus_hours=21.5"), "--gap": ("reason", "focus_hours=holiday")}


def _split(flag: str, text: str) -> tuple[str, str]:
    name, mark, said = (part.strip() for part in text.partition("="))
    if not mark or not said:
        what, example = _EXAMPLES.get(flag, ("answers", "job_satisfaction=8"))
        raise UsageError(f"{flag} {text!r} is not of the form metric={what}", fix=f"{flag} {example}")
    return name, said


T = TypeVar("T")


def _accepted(flag: str, name: str, read: T | Problem) -> T:
    if isinstance(read, Problem):
        raise UsageError(f"{flag} {name}: {read.what}", fix=read.fix)
    return read


def _parted(text: str) -> list[str]:
    """Split `1/6` or `1 of 6`; an empty list for one number."""
    pieces = re.split(r"\s*/\s*|\s+of\s+", text)
    return pieces if len(pieces) == 2 else []


def _parts(text: str, metric: MetricSpec) -> Parts | Problem:
    """Read a count with what it is of, or a share as its parts."""
    pieces = _parted(text)
    if pieces and not (metric.rate or metric.kind == "share"):
        fix = "write the value itself; a mean takes its answers by --n"
        return Problem("PL421", f"{text!r}: {metric.label} is neither a count nor a share", fix)
    read = [read_number(piece) for piece in pieces or [text]]
    if problem := next((each for each in read if isinstance(each, Problem)), None):
        return problem
    numbers = [each for each in read if not isinstance(each, Problem)]
    return whole_value(None, numbers[0], numbers[1] if len(numbers) == 2 else None, metric)


def _metric(form: Form, name: str) -> MetricSpec:
    found = next((metric for metric in form.metrics if name in (metric.id, metric.key)), None)
    if found is None:
        raise unknown("metric of this pilot", name, [metric.id for metric in form.metrics])
    return found


def _number(text: str, metric: MetricSpec) -> float | Problem:
    value = read_number(text)
    return value if isinstance(value, Problem) else check_value(value, metric) or value


def typed_gap(text: str) -> str | Problem:
    """Read the reason for a gap: its letter, or its word."""
    return LETTERS.get(text.upper()) or read_gap(text)


def context(form: Form, metric: MetricSpec) -> str:
    """Say what is known of a metric before it is asked for."""
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
        return f"{typed(row.value)} {metric.unit}"
    found = release(Cell(row.value, n=row.n, count=row.numerator, slice=row.slice), metric)
    return f"hidden: {found.reason}" if isinstance(found, Hidden) else f"{typed(found.value)} {metric.unit}"


def corrections(form: Form, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that would replace another value."""
    stored = form.stored
    return [
        entry
        for entry in entries
        if (old := stored.get(entry.metric.key))
        and (old.value, old.gap, old.n) != (entry.value, entry.gap, old.n if entry.n is None else entry.n)
    ]


def without_count(form: Form, entries: Sequence[Entry]) -> list[Entry]:
    """Return the means of which nobody said, now or before, how many people stand behind: kept, and never shown."""
    stored = form.stored
    return [
        entry
        for entry in entries
        if entry.value is not None and entry.n is None and entry.metric.of_people
        if (old := stored.get(entry.metric.key)) is None or old.n is None
    ]


def heading(form: Form) -> str:
    """Whose week it is."""
    return f"{form.team}, {form.week} ({day_and_month(form.week.monday)} to {short_day(form.week.sunday)})"


__all__ = [
    "Form",
    "NeedsReason",
    "context",
    "corrections",
    "from_flags",
    "heading",
    "known_team",
    "shown",
    "stored_form",
    "typed_gap",
    "week_to_log",
    "without_count",
]


SCHEMA = "pilotlab/draft@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was typed of one metric: a number or the reason for a gap, and how many people stand behind it."""

    value: float | None = None
    gap: str | None = None
    of: int | None = None


Answers = dict[str, Answer]  # by metric key


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of one team's week; `keep` never fails, for a draft is a help and no record."""

    path: Path

    @classmethod
    def of(cls, folder: Path, pilot: str, form: Form) -> Draft:
        """Name the draft of a form; a team's name need not be a file's."""
        team = hashlib.sha256(form.team.encode()).hexdigest()[:12]
        return cls(folder / f"{pilot}-{form.week}-{team}.json")

    def load(self, form: Form) -> Answers:
        """Return what was typed before of the form's metrics; nothing where there is no draft that can be read."""
        with suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
            data: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            if data["schema"] == SCHEMA and data["team"] == form.team:
                known = {metric.key for metric in form.metrics}
                return {key: Answer(**row) for key, row in data["answers"].items() if key in known}
        return {}

    def keep(self, form: Form, answers: Answers) -> None:
        """Write what was typed; without an answer there is no draft."""
        if not answers:
            self.drop()
            return
        rows = {key: asdict(answer) for key, answer in answers.items()}
        content = {"schema": SCHEMA, "team": form.team, "week": str(form.week), "answers": rows}
        with suppress(OSError):
            write_whole(self.path, json.dumps(content, ensure_ascii=False).encode(), mode=OWN)

    def drop(self) -> None:
        """Take the draft away: what it held is saved."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
