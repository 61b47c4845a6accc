"""Dialogue: one team's week asked question by question; every answer can be changed until it is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pilotlab.sources.entry import Answer, Answers, Form, context, corrections, heading, shown, typed_gap
from pilotlab.sources.findings import Problem
from pilotlab.sources.number_cells import read_number
from pilotlab.sources.values import bounds, check_value, entered_bounds, read_count, whole_value
from pilotlab.spec.metric import MetricSpec
from pilotlab.store.entries import Entry
from pilotlab.text.width import whole
from pilotlab.wording import numbers

Ask = Callable[[str], str]  # a question to the answer typed
Say = Callable[[str], None]
Keep = Callable[[Answers], None]

BACK = ("<", "back")
REASONS = ("L leave", "H holiday", "N no work finished", "F forgotten", "A not applicable")
HELP = (
    "A number, with a point for decimals. Enter skips a question, < goes back, ? shows this. A letter or its word is the "
    f"reason for a gap:\n  {', '.join(map(whole, REASONS))}"
)
SAVE = "Save? Enter saves; a line's number changes that line; < goes back; n leaves"


class Left(Exception):  # noqa: N818 - reads as what it says
    """Whoever typed chose not to save."""


def converse(form: Form, ask: Ask, say: Say, *, typed: Answers, keep: Keep) -> None:
    """Ask for each metric in turn.

    Parameters
    ----------
    typed : dict
        What was typed before; answers are added and changed in place.
    keep : callable
        Called after every answer, with all of them.
    """
    say(f"{heading(form)}\n{HELP}")
    place = 0
    while place < len(form.metrics):
        forward = ask_metric(form, place, ask, say, typed=typed, keep=keep)
        place = place + 1 if forward else max(place - 1, 0)


def ask_metric(form: Form, place: int, ask: Ask, say: Say, *, typed: Answers, keep: Keep) -> bool:
    """Ask for one metric; False where the answer was to go back."""
    metric = form.metrics[place]
    say(f"\n{place + 1} of {len(form.metrics)}  {_question(metric)}")
    say(f"  {context(form, metric)}")
    while True:
        was = typed.get(metric.key)
        answer = _ask_value(metric, was, ask, say)
        if answer is None:
            return False
        _note(metric, answer, typed, keep)
        if answer.value is not None and (metric.rate or metric.of_people):
            of = _ask_of(metric, answer, ask, say)
            if of is None:
                continue
            _note(metric, of, typed, keep)
        return True


def _note(metric: MetricSpec, answer: Answer, typed: Answers, keep: Keep) -> None:
    if answer == Answer():
        typed.pop(metric.key, None)
    else:
        typed[metric.key] = answer
    keep(typed)


def confirm(form: Form, ask: Ask, say: Say, *, typed: Answers, keep: Keep) -> list[Entry]:
    """Show what was typed until it is to be saved; a line can be changed.

    Raises
    ------
    Left
        Where it is not to be saved.
    """
    while True:
        say("\n" + review(form, entries_of(form, typed)))
        said = ask(SAVE).strip().lower()
        if said in ("", "y", "yes", "save"):
            return entries_of(form, typed)
        if said in ("n", "no"):
            raise Left
        places = [place for place, metric in enumerate(form.metrics) if metric.key in typed]
        if said in BACK:
            ask_metric(
                form, places[-1] if places else len(form.metrics) - 1, ask, say, typed=typed, keep=keep
            )
        elif said.isdecimal() and 1 <= int(said) <= len(places):
            ask_metric(form, places[int(said) - 1], ask, say, typed=typed, keep=keep)
        else:
            say(f"  {said!r} is no answer here: Enter, n, < or a number from 1 to {len(places)}")


def reason(ask: Ask, say: Say) -> str:
    """Ask why a stored value changes, until there is a reason."""
    while True:
        said = ask("Why does a stored value change?").strip()
        if said:
            return said
        say("  a reason is needed: it stands beside the old value, which is kept")


def entries_of(form: Form, typed: Answers) -> list[Entry]:
    """Make entries of what was typed, in the form's order."""
    return [
        _entry(form, metric, answer)
        for metric in form.metrics
        if (answer := typed.get(metric.key)) and (answer.gap or answer.of or not metric.rate)
    ]


def review(form: Form, entries: Sequence[Entry]) -> str:
    """What is about to be saved, line by line."""
    changed = {entry.metric.key for entry in corrections(form, entries)}
    lines = [heading(form)]
    for number, entry in enumerate(entries, start=1):
        key = entry.metric.key
        was = f"   was {shown(form.stored[key], entry.metric)}" if key in changed else ""
        lines.append(f"  {number}  {entry.metric.id:<28}{line_of(entry)}{was}")
    return "\n".join(lines if entries else [*lines, "  nothing yet"])


def line_of(entry: Entry) -> str:
    """Write what was typed of a metric: a count as people, a mean with how many answered."""
    metric = entry.metric
    if metric.rate and entry.numerator is not None and entry.denominator is not None:
        return f"{numbers.typed(entry.numerator)} {metric.rate.count}, of {numbers.typed(entry.denominator)} {metric.rate.of}"
    behind = ("answer", "answers") if metric.kind == "rating" else ("person", "people")
    answers = f", mean of {entry.n} {behind[entry.n != 1]}" if entry.n else ""
    return shown(entry, metric) + (answers if entry.value is not None else "")


def _question(metric: MetricSpec) -> str:
    """Ask a team for a team's value: a question to people is quoted, and its mean wanted."""
    asked = metric.question or metric.label
    return f"{metric.label}: the mean of the answers to\n  “{asked}”" if metric.kind == "rating" else asked


def _ask_value(metric: MetricSpec, was: Answer | None, ask: Ask, say: Say) -> Answer | None:
    """Ask for the number or the reason for a gap; None to go back."""
    while True:
        text = ask(f"  {_wanted(metric)}{_before(was)}").strip()
        if text.lower() in BACK:
            return None
        if not text:
            return was or Answer()
        if text == "?":
            say(HELP)
            continue
        read = _read(text, metric)
        if isinstance(read, Problem):
            say(f"  {read.what}\n  fix: {read.fix}")
            continue
        if isinstance(read, str):
            return Answer(gap=read)
        kept = was.of if was and was.value == read else None
        return Answer(value=read, of=kept)


def _ask_of(metric: MetricSpec, answer: Answer, ask: Ask, say: Say) -> Answer | None:
    """Ask how many answered, or of how many people it is a count; None to go back to the value."""
    many = "mean of how many answers?" if metric.kind == "rating" else "mean over how many people?"
    question = f"of how many {metric.rate.of}" if metric.rate else many
    known = "" if answer.of is None else f" [{answer.of}]"
    while True:
        text = ask(f"  {question}{known}").strip()
        if text.lower() in BACK:
            return None
        if text == "?":
            say(_why_of(metric))
            continue
        if not text and answer.of is not None:
            return answer
        if not text and not metric.rate:
            say("  saved without it, the value counts in the result and is never shown")
            return answer
        count = read_count(text or "0")
        problem = count if isinstance(count, Problem) else _misfit(metric, answer, count)
        if problem is None and not isinstance(count, Problem):
            return replace(answer, of=count)
        if problem is not None:
            say(f"  {problem.what}\n  fix: {problem.fix}")


def _misfit(metric: MetricSpec, answer: Answer, count: int) -> Problem | None:
    if metric.rate is None:
        return None
    found = whole_value(None, answer.value, float(count), metric)
    return found if isinstance(found, Problem) else None


def _why_of(metric: MetricSpec) -> str:
    if metric.rate:
        return f"  How many {metric.rate.of}, whether they left or not: the rate is computed from both."
    return "  How many people answered this week. Fewer than five are never shown; the size of the team is another number."


def _read(text: str, metric: MetricSpec) -> float | str | Problem:
    """Read a number or the reason for a gap."""
    if text[0].isalpha() and text.lower() not in {"nan", "inf", "infinity"}:
        gap = typed_gap(text)
        if isinstance(gap, Problem):
            return Problem(
                gap.code, f"{text!r} is neither a number nor a reason", f"? shows the letters; {gap.fix}"
            )
        return gap
    value = read_number(text)
    if isinstance(value, Problem):
        return value
    if metric.rate is None:
        return check_value(value, metric) or value
    low, high = entered_bounds(metric)
    if low <= value <= high and value == int(value):
        return value
    what = f"{text} is no number of {metric.rate.count}"
    return Problem("PL421", what, f"a whole number from {numbers.typed(low)} to {numbers.typed(high)}")


def _wanted(metric: MetricSpec) -> str:
    """Name what is typed, with the ends of a share, which could be meant in per cent."""
    if metric.rate:
        return metric.rate.count
    low, high = bounds(metric)
    ends = f", {numbers.typed(low)} to {numbers.typed(high)}" if metric.kind == "share" else ""
    return f"{metric.label}, {metric.unit}{ends}"


def _before(was: Answer | None) -> str:
    if was is None:
        return ""
    return f" [{(was.gap or '').replace('_', ' ') if was.value is None else numbers.typed(was.value)}]"


def _entry(form: Form, metric: MetricSpec, answer: Answer) -> Entry:
    if answer.gap:
        return Entry(form.team, form.week, metric, gap=answer.gap)
    if metric.rate:
        parts = whole_value(None, answer.value, float(answer.of or 0), metric)
        assert not isinstance(parts, Problem)  # both were checked as they were typed
        value, numerator, denominator = parts
        return Entry(form.team, form.week, metric, value, numerator=numerator, denominator=denominator)
    return Entry(form.team, form.week, metric, answer.value, n=answer.of)
