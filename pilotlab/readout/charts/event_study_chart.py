"""When it happened: the weekly difference between the arms, with both bands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pilotlab.readout.charts.marks import DASHED, area, disc, line, path, picture, ring, text
from pilotlab.readout.charts.scale import Scale, around
from pilotlab.readout.charts.text_width import width
from pilotlab.readout.charts.weekly import (
    Frame,
    left_margin,
    phase_labels,
    shading,
    start_line,
    value_axis,
    week_axis,
)
from pilotlab.readout.document.page_one import EventPoint, EventStudy
from pilotlab.readout.palette import Colour
from pilotlab.wording.dates import short_day
from pilotlab.wording.numbers import number

RIGHT = 344.0
HEIGHT = 160.0
_LEGEND = 8.6
_LEGEND_ROOM = 0.19  # of the plot's height, for two lines
_CLIP = 6.0  # bands further out than this many times the estimates' own range leave the plot

Ends = tuple[float, float]


def plot_event_study(name: str, study: EventStudy) -> str:
    """Plot the weeks; those with too few units are hollow and leave the line."""
    if not any(point.estimate is not None for point in study.points):
        return _empty(name, study)
    low, high = _range(study)
    above = _legend_above(study)
    low, high = _with_room(study, low, high, above=above)
    first, last = study.points[0].event_time, study.points[-1].event_time
    frame = Frame(first, last, left_margin(low, high), RIGHT)
    scale = Scale(low, high, frame.floor, frame.top)
    marks = [*shading(frame, study.spans), *phase_labels(frame, study.spans), *value_axis(frame, scale)]
    marks += _bands(study, frame, scale)
    marks.append(line((frame.left, scale(0)), (frame.right, scale(0)), "ink", 1.1))
    if study.bar is not None:
        marks.append(
            line(
                (frame.edge(max(0, first)), scale(study.bar)),
                (frame.right, scale(study.bar)),
                "ink",
                1,
                dash=DASHED,
            )
        )
    marks += _weeks(study, frame, scale)
    marks += start_line(frame)
    marks += _legend(study, frame, above=above)
    marks += week_axis(frame, study.start)
    better = f"↑ {study.unit} {study.better}".replace("  ", " ")
    if width(better, 9.2) < 110:
        marks.append(text((RIGHT, frame.floor + 25), better, "muted", 9.2, anchor="end"))
    return picture(name, f"{study.label}: when it happened", describe(study), HEIGHT, marks)


def describe(study: EventStudy) -> str:
    """Say in words what the chart shows."""
    points = [point for point in study.points if point.estimate is not None]
    head = f"Weekly difference between pilot and comparison in {study.unit}, up is good, measured from the baseline mean"
    if not points:
        return f"{head}. No week has a number."
    ends = f"from week {number(points[0].event_time, 0)} to week {number(points[-1].event_time, 0)}"
    when = f", week 0 is {short_day(study.start)}" if study.start else ""
    return f"{head}, {ends}{when}. " + " ".join(_phase_words(study))


def _phase_words(study: EventStudy) -> Iterator[str]:
    names = {
        "baseline": "Baseline",
        "announced": "Announced",
        "washin": "Wash-in",
        "counted": "Counted weeks",
        "blackout": "Left out",
    }
    for phase, name in names.items():
        values = [
            point.estimate for point in study.points if point.phase == phase and point.estimate is not None
        ]
        if values:
            low, high = (number(end, study.decimals, sign=True) for end in (min(values), max(values)))
            yield f"{name}: {low} to {high}." if len(values) > 1 else f"{name}: {low}."


def _range(study: EventStudy) -> Ends:
    centres = [point.estimate for point in study.points if point.estimate is not None]
    core = around([0.0, study.bar or 0.0, *centres])
    room = _CLIP * (core[1] - core[0])
    bands = [
        end
        for point in study.points
        if not point.few
        for end in (point.low, point.high, point.band_low, point.band_high)
        if end is not None and core[0] - room <= end <= core[1] + room
    ]
    return around([*core, *bands], pad=0.04)


def _legend_above(study: EventStudy) -> bool:
    """Put the legend where the left half of the plot is emptier."""
    half = _left_part(study)
    low, high = _range(study)
    tops = [_outer(point)[1] for point in half]
    feet = [_outer(point)[0] for point in half]
    return high - max(tops, default=0.0) >= min(feet, default=0.0) - low


def _with_room(study: EventStudy, low: float, high: float, *, above: bool) -> Ends:
    """Widen the range where the legend would otherwise lie on the bands."""
    outer = [_outer(point) for point in _left_part(study)]
    share = _LEGEND_ROOM * (high - low)
    if above:
        return low, max(high, max((end for _, end in outer), default=0.0) + share)
    return min(low, min((end for end, _ in outer), default=0.0) - share), high


def _left_part(study: EventStudy) -> Sequence[EventPoint]:
    return study.points[: max(1, len(study.points) // 2)]


def _outer(point: EventPoint) -> Ends:
    ends = [
        end
        for end in (point.estimate, point.low, point.high, point.band_low, point.band_high)
        if end is not None
    ]
    return (min(ends), max(ends)) if ends else (0.0, 0.0)


def _bands(study: EventStudy, frame: Frame, scale: Scale) -> list[str]:
    def area_of(ends: Callable[[EventPoint], Ends | None], colour: Colour) -> Iterator[str]:
        for run in _runs(study.points, lambda point: not point.few and ends(point) is not None):
            yield _band(run, ends, frame, scale, colour)

    return [*area_of(_together, "band"), *area_of(_alone, "core")]


def _band(
    run: Sequence[EventPoint],
    ends: Callable[[EventPoint], Ends | None],
    frame: Frame,
    scale: Scale,
    colour: Colour,
) -> str:
    reach = frame.step * 0.3 if len(run) == 1 else 0.0  # one week alone is a short block
    upper, lower = [], []
    for point in run:
        low, high = ends(point) or (0.0, 0.0)
        for shift in (-reach, reach) if reach else (0.0,):
            x = frame.x(point.event_time) + shift
            upper.append((x, scale(high)))
            lower.append((x, scale(low)))
    return area(upper, lower, colour)


def _weeks(study: EventStudy, frame: Frame, scale: Scale) -> list[str]:
    runs = _runs(study.points, lambda point: not point.few and point.estimate is not None)
    marks = [path([_at(point, frame, scale) for point in run], "blue", 1.5) for run in runs if len(run) > 1]
    radius = min(2.6, max(1.1, frame.step * 0.27))
    for point in study.points:
        if point.estimate is None or point.few:
            continue
        at = _at(point, frame, scale)
        marks.append(ring(at, radius, "blue", 1.2) if point.phase == "blackout" else disc(at, radius))
    return marks + _few(study, frame, scale, radius)


def _few(study: EventStudy, frame: Frame, scale: Scale, radius: float) -> list[str]:
    few = [point for point in study.points if point.few and point.estimate is not None]
    marks = []
    for point in few:
        x, y = _at(point, frame, scale)
        if point.low is not None and point.high is not None:
            marks.append(line((x, scale(point.low)), (x, scale(point.high)), "comp", 1.1))
        marks.append(ring((x, y), radius + 0.4, "comp"))
    if len(few) == 1 and few[0].n is not None:
        marks.append(_few_label(few[0], study, frame, scale))
    return marks


def _few_label(point: EventPoint, study: EventStudy, frame: Frame, scale: Scale) -> str:
    x, y = _at(point, frame, scale)
    words = f"{point.n} {study.n_of}"
    left = x - 6 - width(words, _LEGEND) > frame.left
    crowd = [
        _outer(other)
        for other in study.points
        if abs(other.event_time - point.event_time) <= 4 and not other.few
    ]
    lowest = max([scale(foot) for foot, _ in crowd], default=frame.top)
    height = y + 3.4 if y - 4 > lowest else frame.floor - 3
    return text(
        (x - 6 if left else x + 6, height), words, "muted", _LEGEND, anchor="end" if left else "start"
    )


def _legend(study: EventStudy, frame: Frame, *, above: bool) -> list[str]:
    words = []
    if any(_together(point) for point in study.points):
        words.append("light band: all weeks together")
    if any(_alone(point) for point in study.points):
        words.append("dark band: each week alone")
    top = frame.top + 8 if above else frame.floor - 3.5 - 9.5 * (len(words) - 1)
    return [
        text((frame.left + 2.4, top + 9.5 * place), line, "muted", _LEGEND)
        for place, line in enumerate(words)
    ]


def _runs(points: Sequence[EventPoint], keep: Callable[[EventPoint], bool]) -> Iterator[list[EventPoint]]:
    """Split into unbroken stretches: a week that is left out, or missing, ends one."""
    run: list[EventPoint] = []
    for point in points:
        if run and (not keep(point) or point.event_time != run[-1].event_time + 1):
            yield run
            run = []
        if keep(point):
            run.append(point)
    if run:
        yield run


def _alone(point: EventPoint) -> Ends | None:
    return None if point.low is None or point.high is None else (point.low, point.high)


def _together(point: EventPoint) -> Ends | None:
    return None if point.band_low is None or point.band_high is None else (point.band_low, point.band_high)


def _at(point: EventPoint, frame: Frame, scale: Scale) -> tuple[float, float]:
    return frame.x(point.event_time), scale(point.estimate or 0.0)


def _empty(name: str, study: EventStudy) -> str:
    marks = [text((0, 20), "No week has enough units in both arms.", "muted")]
    return picture(name, f"{study.label}: when it happened", describe(study), 32, marks)
