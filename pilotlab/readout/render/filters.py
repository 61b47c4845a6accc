"""What templates call on values: words into safe HTML, numbers into words, cells into marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup, escape

from pilotlab.readout.charts.weekly import WORDS
from pilotlab.readout.document.page_one import Effect, Phase
from pilotlab.readout.document.page_two import (
    CellState,
    Completeness,
    FlowArm,
    FlowBox,
    LeaveOneOut,
    MapGroup,
    MapRow,
    MetricLine,
    OtherAnalysis,
    RobustnessCard,
    Unplanned,
)
from pilotlab.spec.standard import SHARE_NEEDED
from pilotlab.wording.chances import short_p
from pilotlab.wording.lists import listed
from pilotlab.wording.numbers import NBSP, count, number
from pilotlab.wording.unbroken import day, interval, percent, with_unit

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`([^`]+)`")
_BRACKET = re.compile(
    r"\([^()<>]{0,20}\d[^()<>]{0,3} to [^()<>]{0,12}\)[;,.:]?"
)  # an interval in brackets stays on one line
_PER_CENT = re.compile(r"(?<=\d) (?=%)")
_MARKS = {"met": "✓ met", "not met": "✗ not met", "not measured": "not measured", "flag": "flag"}
_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}
_PRINT_MM = 144.0  # room of the map's weeks on paper, after the names and the totals
_WIDEST_MM, _GAP_MM = 4.55, 0.32


class CellMark(NamedTuple):
    """How a state of the map is shown: class, letter, words."""

    kind: str
    letter: str
    words: str


CELL_MARKS: MappingProxyType[CellState, CellMark] = MappingProxyType(
    {
        "counts": CellMark("k", "", "logged, counts"),
        "outside": CellMark("o", "", "logged, outside the count"),
        "blackout": CellMark("z", "", "left out"),
        "leave": CellMark("x", "L", "leave"),
        "holiday": CellMark("x", "H", "holiday"),
        "no_work": CellMark("x", "N", "no work finished"),
        "not_applicable": CellMark("x", "A", "not applicable"),
        "forgotten": CellMark("f", "F", "forgotten"),
        "missing": CellMark("f", "?", "missing, no reason given"),
        "not_due": CellMark("u", "", "not due"),
    }
)


class ArmBox(NamedTuple):
    """A box of the flow and the arm it belongs to."""

    label: str
    box: FlowBox


class Step(list[ArmBox]):
    """A row of the flow, an arm a box."""

    first = False


def rich(text: str) -> Markup:
    """Escape text, then set `**bold**` and `` `code` ``; keep short brackets and per cent signs together."""
    safe = str(escape(_PER_CENT.sub(NBSP, text)))
    safe = _BOLD.sub(r"<b>\1</b>", safe)
    safe = _CODE.sub(r"<code>\1</code>", safe)
    return Markup(_BRACKET.sub(r'<span class="nb">\g<0></span>', safe))


def bare(text: str) -> str:
    """Drop the marks of `rich`."""
    return _CODE.sub(r"\1", _BOLD.sub(r"\1", text))


def with_interval(effect: Effect, decimals: int, unit: str = "", *, sign: bool = False) -> str:
    """Write "0.76 days (0.30 to 1.19)", or the reason in the number's place."""
    if effect.estimate is None:
        return effect.reason or "not estimable"
    head = with_unit(effect.estimate, decimals, unit, sign=sign)
    return f"{head} ({interval(effect.low, effect.high, decimals, sign=sign)})"


def effect(row: MetricLine | Unplanned) -> str:
    """Write an effect with unit and interval, or the reason."""
    return with_interval(row.effect, row.decimals, row.unit, sign=True)


def p(value: float | None) -> str:
    """Write a p-value, for the appendix alone."""
    return "" if value is None else short_p(value)


def short_digest(digest: str) -> str:
    """Write the first eight digits of a digest, in two groups."""
    return f"{digest[:4]}{NBSP}{digest[4:8]}".rstrip()


def mark(state: str) -> Markup:
    """Set the state of a condition: a word, and a sign before it."""
    return Markup('<span class="mark{}">{}</span>').format(
        " red" if state == "not met" else "", _MARKS[state]
    )


def state_word(state: str) -> str:
    """Name the state of a condition."""
    return _MARKS[state]


def gaps(row: MapRow, completeness: Completeness) -> str:
    """List a team's gaps with their reasons, "W32 leave, W49 no work finished"; "none" without."""
    found = [
        f"W{week.label} {CELL_MARKS[state].words}"
        for week, state in zip(completeness.weeks, row.cells, strict=False)
        if CELL_MARKS[state].letter
    ]
    return ", ".join(found) or "none"


def share(group: MapGroup) -> str:
    """Write the share present."""
    return percent(group.present / group.expected if group.expected else None, needed=SHARE_NEEDED)


def steps(arms: Sequence[FlowArm]) -> list[Step]:
    """Turn arms with boxes into rows with arms."""
    rows = []
    for place in range(max((len(arm.boxes) for arm in arms), default=0)):
        row = Step(ArmBox(arm.label, arm.boxes[place]) for arm in arms if place < len(arm.boxes))
        row.first = place == 0
        rows.append(row)
    return rows


def phases(completeness: Completeness) -> list[tuple[Phase, int]]:
    """Return neighbouring weeks of one purpose, with their number."""
    return [
        (phase, len(list(weeks))) for phase, weeks in groupby(completeness.weeks, key=lambda week: week.phase)
    ]


def phase_word(phase: Phase, width: int, *, many: bool = False) -> Markup:
    """Name a phase above `width` weeks; a name too long for them is shortened, and whole in its title."""
    word, room = WORDS[phase], int((1.7 if many else 3.2) * width)
    if len(word) <= room:
        return escape(word)
    short = "out" if phase == "blackout" else f"{word[: max(1, room - 1)]}."
    return Markup('<abbr title="{}">{}</abbr>').format(word, short)


def every(label: str, place: int, completeness: Completeness) -> Markup | str:
    """Show each week's label, or one in four where there are many; the others are there for those who listen."""
    if len(completeness.weeks) <= 34 or place % 4 == 0:
        return label
    return Markup('<span class="vh">{}</span>').format(label)


def cell_mm(completeness: Completeness) -> str:
    """Return how wide a week may be on paper."""
    room = _PRINT_MM / max(1, len(completeness.weeks)) - _GAP_MM
    return f"{max(0.9, min(_WIDEST_MM, room)):.2f}"


def cell(state: CellState) -> Markup:
    """Set one week of one team."""
    look = CELL_MARKS[state]
    if look.letter:
        return Markup('<td class="{}"><abbr title="{}">{}</abbr></td>').format(
            look.kind, look.words, look.letter
        )
    return Markup('<td class="{}"></td>').format(look.kind) if look.kind != "k" else Markup("<td></td>")


def key(completeness: Completeness) -> list[CellMark]:
    """Return what the map shows, in the order of the table of looks."""
    found = {state for group in completeness.groups for row in group.rows for state in row.cells}
    return [look for state, look in CELL_MARKS.items() if state in found]


def left_out(card: RobustnessCard) -> str:
    """Say what happens as one is left out: "Lowest 0.68, highest 0.89. No sign flip."."""
    one = card.left_out
    if one is None:
        return ""
    flip = f"The sign flips without some {one.what}." if one.flips else "No sign flip."
    if one.low is None or one.high is None:
        return f"{flip} The range is not shown, for it would tell of too few people."
    ends = f"Lowest {number(one.low, card.decimals)}, highest {number(one.high, card.decimals)}"
    some = (
        f", over the {one.shown} of {one.runs} that hold enough people to be shown"
        if one.shown < one.runs
        else ""
    )
    return f"{ends}{some}. {flip}"


def left_out_head(one: LeaveOneOut) -> str:
    """Name the exercise: "Leave one pair out"."""
    return f"Leave one {one.what} out"


def failed(run: OtherAnalysis, card: RobustnessCard) -> str:
    """Say what an analysis that did not hold found, and why that is no agreement."""
    if run.effect.estimate is None:
        return f"**{run.label}**: {run.effect.reason}"
    return f"**{run.label}**, {with_interval(run.effect, card.decimals)}: {run.why}"


def did_not(card: RobustnessCard) -> str:
    """Head the list of those that did not hold."""
    lost = len(card.failed)
    return "The one that did not" if lost == 1 else f"The {_WORDS.get(lost, str(lost))} that did not"


def alarms(card: RobustnessCard) -> str:
    """Count the alarms: "2 of 11 raise an alarm"."""
    found, looked = len(card.alarms), len(card.looked_at)
    return (
        f"{found} of {looked} {'raises' if found == 1 else 'raise'} an alarm"
        if found
        else f"{looked} looks, no alarm"
    )


WORD_FILTERS = {
    "alarms": alarms,
    "left_out": left_out,
    "left_out_head": left_out_head,
    "failed": failed,
    "did_not": did_not,
    "listed": listed,
    "effect": effect,
    "p": p,
    "day": day,
    "count": count,
    "share": share,
    "state_word": state_word,
    "gaps": gaps,
}
HTML_FILTERS = {
    **WORD_FILTERS,
    "rich": rich,
    "bare": bare,
    "as_svg": Markup,
    "short_digest": short_digest,
    "mark": mark,
    "steps": steps,
    "phases": phases,
    "phase_word": phase_word,
    "every": every,
    "cell_mm": cell_mm,
    "cell": cell,
    "key": key,
}
