"""Weeks along x: the frame that the event study and the policy chart share, with its phases and its axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pilotlab.readout.charts.marks import hatch, line, text, zone
from pilotlab.readout.charts.scale import Scale, tick_decimals, tick_step, ticks
from pilotlab.readout.charts.text_width import Label, spread, width
from pilotlab.readout.document.page_one import Phase, Span
from pilotlab.wording.dates import short_day
from pilotlab.wording.numbers import number

WORDS = MappingProxyType(
    {
        "baseline": "baseline",
        "announced": "announced",
        "washin": "wash-in",
        "counted": "counted",
        "blackout": "left out",
        "gap": "",
    }
)
_KEEP = (
    "washin",
    "baseline",
    "counted",
    "announced",
    "blackout",
    "gap",
)  # which label goes last where room is short
_STEPS = (1, 2, 4, 8, 13, 26, 52, 104)
_TICK_ROOM = 26.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot of weeks `first` to `last` (event time)."""

    first: int
    last: int
    left: float
    right: float
    top: float = 14.0
    floor: float = 132.0

    @property
    def step(self) -> float:
        """Width of a week."""
        return (self.right - self.left) / (self.last - self.first + 1)

    def x(self, event_time: float) -> float:
        """Return the middle of a week."""
        return self.left + (event_time - self.first + 0.5) * self.step

    def edge(self, event_time: float) -> float:
        """Return the left edge of a week."""
        return self.x(event_time) - self.step / 2

    def inside(self, spans: Sequence[Span]) -> list[Span]:
        """Cut spans to the plot; those outside are dropped."""
        cut = []
        for span in spans:
            first, last = max(span.first, self.first), min(span.last, self.last)
            if first <= last:
                cut.append(Span(phase=span.phase, first=first, last=last, label=span.label))
        return cut


def shading(frame: Frame, spans: Sequence[Span]) -> list[str]:
    """Shade the announcement, hatch the wash-in, hatch the blackout densely."""
    marks = []
    height = frame.floor - frame.top
    for span in frame.inside(spans):
        x, wide = frame.edge(span.first), (span.last - span.first + 1) * frame.step
        if span.phase in ("announced", "washin", "blackout"):
            marks.append(zone(x, frame.top, wide, height))
        if span.phase == "washin":
            marks.append(hatch(x, frame.top, wide, height, 6, "rule", 0.9))
        if span.phase == "blackout":
            marks.append(hatch(x, frame.top, wide, height, 3, "hatch", 0.8))
    return marks


def phase_labels(frame: Frame, spans: Sequence[Span]) -> list[str]:
    """Name the phases above the plot; the least needed names go where there is no room."""
    kept = [span for span in frame.inside(spans) if span.label or WORDS[span.phase]]
    while kept:
        labels = [Label(span.label or WORDS[span.phase], _middle(frame, span), 8.6) for span in kept]
        centres = spread(labels, frame.left - 8, frame.right + 4)
        if centres and all(_near(frame, *row) for row in zip(kept, labels, centres, strict=True)):
            return [
                text((centre, 10), label.words, "muted", 8.6, anchor="middle")
                for centre, label in zip(centres, labels, strict=True)
            ]
        kept.remove(max(kept, key=_dispensable))
    return []


def week_axis(frame: Frame, start: str) -> list[str]:
    """Plot the axis of event time below the plot."""
    marks = [line((frame.left, frame.floor), (frame.right, frame.floor), "mid", 1)]
    for event_time in week_ticks(frame):
        x = frame.x(event_time)
        marks.append(line((x, frame.floor), (x, frame.floor + 3), "mid", 1))
        marks.append(text((x, frame.floor + 12), number(event_time, 0), "muted", 9, anchor="middle"))
    words = f"week of the pilot (0 = {short_day(start)})" if start else "week of the pilot"
    return [*marks, text((frame.left, frame.floor + 25), words, "muted", 9.2)]


def week_ticks(frame: Frame) -> list[int]:
    """Return the event times to name: round ones, and both ends where they have room."""
    every = next((step for step in _STEPS if step * frame.step >= _TICK_ROOM), _STEPS[-1])
    inner = [week for week in range(frame.first, frame.last + 1) if week % every == 0]
    ends = [end for end in (frame.first, frame.last) if end not in inner]
    free = [end for end in ends if all(abs(end - week) * frame.step >= 22 for week in inner)]
    if len(free) == 2 and (frame.last - frame.first) * frame.step < 22:
        free = free[:1]
    return sorted([*inner, *free])


def value_axis(frame: Frame, scale: Scale) -> list[str]:
    """Plot the labels of the values at the left, and grey lines across."""
    marks = []
    step = tick_step(scale.low, scale.high, most=4)
    for value in ticks(scale.low, scale.high, most=4):
        y = scale(value)
        marks.append(
            text((frame.left - 5, y + 3.5), number(value, tick_decimals(step)), "muted", 9, anchor="end")
        )
        if abs(value) > step / 1e6:
            marks.append(line((frame.left, y), (frame.right, y), "rule", 0.6))
    return marks


def left_margin(low: float, high: float) -> float:
    """Return the room that the values' labels need."""
    decimals = tick_decimals(tick_step(low, high, most=4))
    return max(26.0, 7 + max(width(number(value, decimals), 9) for value in (*ticks(low, high, most=4), low)))


def start_line(frame: Frame) -> list[str]:
    """Plot the line at which the policy starts."""
    if not frame.first < 0 <= frame.last:
        return []
    return [line((frame.edge(0), frame.top), (frame.edge(0), frame.floor), "ink", 0.9)]


def _middle(frame: Frame, span: Span) -> float:
    return (frame.x(span.first) + frame.x(span.last)) / 2


def _near(frame: Frame, span: Span, label: Label, centre: float) -> bool:
    wide = (span.last - span.first + 1) * frame.step
    return abs(centre - label.at) <= max(wide, label.width) / 2 + 4


def _dispensable(span: Span) -> tuple[int, int]:
    phase: Phase = span.phase
    return _KEEP.index(phase), span.first - span.last
