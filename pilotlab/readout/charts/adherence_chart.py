"""Did the policy happen: both arms week by week against the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pilotlab.readout.charts.marks import Point, line, path, picture, text
from pilotlab.readout.charts.scale import Scale, around
from pilotlab.readout.charts.text_width import width, wrapped
from pilotlab.readout.charts.weekly import (
    Frame,
    left_margin,
    phase_labels,
    shading,
    start_line,
    value_axis,
    week_axis,
)
from pilotlab.readout.document.page_one import Adherence, AdherencePeriod, AdherenceWeek, Span
from pilotlab.readout.palette import Colour
from pilotlab.wording.numbers import number

RIGHT, LABELS = 286.0, 291.0
HEIGHT = 160.0

BESIDE = 10.0  # room for the bracket before the label of the gap
_Label = tuple[float, str, Colour, bool, float]  # height, words, colour, bold, indent


def plot_adherence(name: str, adherence: Adherence) -> str:
    """Plot both arms, the plan in dots, and the gap at the right."""
    weeks = adherence.weeks
    if not weeks:
        marks = [text((0, 20), "Not measured week by week.", "muted")]
        return picture(name, "Did the policy happen", describe(adherence), 32, marks)
    values = [
        value for week in weeks for value in (week.pilot, week.comparison, week.planned) if value is not None
    ]
    low, high = around([0.0, *values])
    high += 0.15 * (high - low)
    low -= 0.05 * (high - low) if low < 0 else 0.0
    frame = Frame(weeks[0].event_time, weeks[-1].event_time, left_margin(low, high), RIGHT)
    scale = Scale(low, high, frame.floor, frame.top)
    marks = [
        *shading(frame, adherence.spans),
        *phase_labels(frame, _policy_spans(adherence.spans)),
        *value_axis(frame, scale),
    ]
    marks += _lines(weeks, frame, scale)
    marks += start_line(frame)
    marks += _labels(adherence, frame, scale)
    marks += week_axis(frame, adherence.start)
    words = f"↑ {adherence.label}"
    if width(words, 9.2) < 130:
        marks.append(text((344, frame.floor + 25), words, "muted", 9.2, anchor="end"))
    return picture(name, "Did the policy happen", describe(adherence), HEIGHT, marks)


def describe(adherence: Adherence) -> str:
    """Say in words what the chart shows."""
    digits = adherence.decimals
    parts = [f"{adherence.label}, pilot and comparison."]
    for period in adherence.periods:
        said = [
            f"{name} {number(value, digits)}"
            for name, value in (
                ("planned", period.planned),
                ("pilot", period.pilot),
                ("comparison", period.comparison),
                ("gap", period.gap),
            )
            if value is not None
        ]
        parts.append(f"{period.label}: {', '.join(said)}.")
    if adherence.minimum_gap is not None:
        parts.append(f"At least {number(adherence.minimum_gap, digits + 1)} was needed.")
    return " ".join(parts)


def _policy_spans(spans: Sequence[Span]) -> list[Span]:
    """Call everything after the wash-in "pilot": the policy runs in blackout weeks too."""
    before = [span for span in spans if span.phase in ("baseline", "washin")]
    after = [span for span in spans if span.first >= 0 and span.phase in ("counted", "blackout")]
    if not after:
        return before
    whole = Span(
        phase="counted",
        first=min(span.first for span in after),
        last=max(span.last for span in after),
        label="pilot",
    )
    return [*before, whole]


def _lines(weeks: Sequence[AdherenceWeek], frame: Frame, scale: Scale) -> list[str]:
    planned = _runs([(week.event_time, week.planned) for week in weeks])
    comparison = _runs([(week.event_time, week.comparison) for week in weeks])
    pilot = _runs([(week.event_time, week.pilot) for week in weeks])
    return [
        *(path(_stairs(run, frame, scale), "ink", 1.1, dash="2 2.5") for run in planned),
        *(_series(run, frame, scale, "comp", 1.6, "5 2.5") for run in comparison),
        *(_series(run, frame, scale, "blue", 2.2, "") for run in pilot),
    ]


def _series(
    run: Sequence[tuple[int, float]], frame: Frame, scale: Scale, colour: Colour, weight: float, dash: str
) -> str:
    points = [(frame.x(week), scale(value)) for week, value in run]
    if len(points) == 1:
        x, y = points[0]
        points = [(x - frame.step * 0.3, y), (x + frame.step * 0.3, y)]
    return path(points, colour, weight, dash=dash)


def _stairs(run: Sequence[tuple[int, float]], frame: Frame, scale: Scale) -> list[Point]:
    points: list[Point] = []
    for week, value in run:
        y = scale(value)
        if not points or points[-1][1] != y:
            points.append((frame.edge(week), y))
        if len(points) > 1 and points[-2][1] == y:
            points.pop()
        points.append((frame.edge(week + 1), y))
    return points


def _labels(adherence: Adherence, frame: Frame, scale: Scale) -> list[str]:
    """Name the lines at their right end, kept apart, with the gap between the arms."""
    if not adherence.periods:
        return []
    last, digits = adherence.periods[-1], adherence.decimals
    rows: list[_Label] = []
    if last.planned is not None:
        rows.append((scale(last.planned), f"planned {number(last.planned, digits)}", "ink", False, 0))
    if last.pilot is not None:
        rows.append((scale(last.pilot), f"pilot {number(last.pilot, digits)}", "blue", True, 0))
    if last.comparison is not None:
        rows.append(
            (scale(last.comparison), f"comparison {number(last.comparison, digits)}", "comp", False, 0)
        )
    gap = adherence.observed_gap if adherence.observed_gap is not None else last.gap
    bracket = _bracket(last, scale)
    if gap is not None:
        ends = [scale(value) for value in (last.pilot, last.comparison) if value is not None]
        middle = sum(ends) / len(ends) if ends else frame.floor
        rows.append((middle, f"gap {number(gap, digits)}", "ink", True, BESIDE if bracket else 0))
    return [*_stacked(rows, frame), *_bracket_marks(bracket)]


def _stacked(rows: Sequence[_Label], frame: Frame) -> list[str]:
    marks, edge = [], frame.top - 6.0
    laid: list[tuple[float, str, Colour, bool, float]] = []
    for at, words, colour, bold, indent in sorted(rows, key=lambda row: row[0]):
        for part in wrapped(words, 350 - LABELS, 9.5, bold=bold):
            y = max(at + 3.5, edge + 11)
            laid.append((y, part, colour, bold, LABELS + indent))
            edge, at = y, y + 7.5
    over = max(0.0, (laid[-1][0] if laid else 0.0) - (frame.floor + 2))
    for y, part, colour, bold, x in laid:
        marks.append(text((x, y - over), part, colour, 9.5, bold=bold))
    return marks


def _bracket(last: AdherencePeriod, scale: Scale) -> Point | None:
    if last.pilot is None or last.comparison is None:
        return None
    ends = sorted((scale(last.pilot), scale(last.comparison)))
    top, foot = ends[0] + 9, ends[1] - 9
    return (top, foot) if foot - top >= 14 else None


def _bracket_marks(bracket: Point | None) -> list[str]:
    if bracket is None:
        return []
    x, (top, foot) = LABELS + 4, bracket
    ends = [line((x - 3, y), (x + 3, y), "ink", 1) for y in bracket]
    return [line((x, top), (x, foot), "ink", 1), *ends]


def _runs(values: Sequence[tuple[int, float | None]]) -> Iterator[list[tuple[int, float]]]:
    run: list[tuple[int, float]] = []
    for week, value in values:
        if value is None or (run and week != run[-1][0] + 1):
            if run:
                yield run
            run = []
        if value is not None:
            run.append((week, value))
    if run:
        yield run
