"""Who is there, by arm: the share of values present in each week, where no unit may be shown singly."""

from __future__ import annotations

from itertools import groupby

from pilotlab.readout.charts.marks import DASHED, WIDTH, disc, line, path, picture, text
from pilotlab.readout.charts.scale import Scale
from pilotlab.readout.charts.text_width import wrapped
from pilotlab.readout.charts.weekly import Frame, phase_labels, shading, week_ticks
from pilotlab.readout.document.page_one import Span
from pilotlab.readout.document.page_two import Completeness, MapGroup
from pilotlab.readout.palette import Colour
from pilotlab.spec.standard import SHARE_NEEDED
from pilotlab.wording import numbers
from pilotlab.wording.numbers import bare_percent
from pilotlab.wording.unbroken import percent

_LOOKS: tuple[tuple[Colour, float, str], ...] = (
    ("blue", 2.2, ""),
    ("comp", 1.6, ""),
    ("ink", 1.2, "2 2.5"),
)


def plot_presence(name: str, completeness: Completeness) -> str:
    """Plot one line an arm over the weeks, with the share that the gate asks for."""
    frame = Frame(0, max(0, len(completeness.weeks) - 1), 30, 282, floor=112)
    scale = Scale(0.0, 1.0, frame.floor, frame.top + 4)
    spans = _spans(completeness)
    marks = [*shading(frame, spans), *phase_labels(frame, spans)]
    marks += [_tick(share, frame, scale) for share in (0.0, 0.5, 1.0)]
    marks.append(
        line((frame.left, scale(SHARE_NEEDED)), (frame.right, scale(SHARE_NEEDED)), "ink", 1, dash=DASHED)
    )
    labels = [(scale(SHARE_NEEDED), f"needed {numbers.percent(SHARE_NEEDED)}", "ink")]
    for group, (colour, weight, dash) in zip(completeness.groups, _LOOKS, strict=False):
        marks += _series(group, frame, scale, colour, weight, dash)
        labels.append((_last(group, scale), group.label, colour))
    marks += _names(labels, frame)
    marks.append(line((frame.left, frame.floor), (frame.right, frame.floor), "mid", 1))
    for place in week_ticks(frame):
        label = completeness.weeks[place].label if completeness.weeks else ""
        marks.append(text((frame.x(place), frame.floor + 12), label, "muted", 9, anchor="middle"))
    marks.append(text((frame.left, frame.floor + 25), "week", "muted", 9.2))
    marks.append(text((frame.right, frame.floor + 25), "↑ % present", "muted", 9.2, anchor="end"))
    return picture(name, "Share present in each week", describe(completeness), frame.floor + 28, marks)


def describe(completeness: Completeness) -> str:
    """Say in words what the chart shows."""
    said = []
    for group in completeness.groups:
        found = [share for share in group.shares if share is not None]
        if found:
            said.append(
                f"{group.label}: {percent(min(found), needed=SHARE_NEEDED)} to {percent(max(found), needed=SHARE_NEEDED)} in a week"
            )
    return "Share of values present in each week, by arm. " + "; ".join(said) + "."


def _tick(share: float, frame: Frame, scale: Scale) -> str:
    return text((frame.left - 4, scale(share) + 3.5), bare_percent(share), "muted", 9, anchor="end")


def _spans(completeness: Completeness) -> list[Span]:
    spans = []
    for phase, group in groupby(enumerate(completeness.weeks), key=lambda pair: pair[1].phase):
        places = [place for place, _ in group]
        spans.append(Span(phase=phase, first=places[0], last=places[-1]))
    return spans


def _series(
    group: MapGroup, frame: Frame, scale: Scale, colour: Colour, weight: float, dash: str
) -> list[str]:
    marks = []
    for known, run in groupby(enumerate(group.shares), key=lambda pair: pair[1] is not None):
        points = [(frame.x(place), scale(share or 0.0)) for place, share in run]
        if known:
            marks.append(
                path(points, colour, weight, dash=dash) if len(points) > 1 else disc(points[0], 2, colour)
            )
    return marks


def _last(group: MapGroup, scale: Scale) -> float:
    return scale(next((share for share in reversed(group.shares) if share is not None), 0.0))


def _names(labels: list[tuple[float, str, str]], frame: Frame) -> list[str]:
    marks, edge = [], frame.top - 8.0
    for y, words, colour in sorted(labels):
        tone: Colour = "blue" if colour == "blue" else "comp" if colour == "comp" else "ink"
        for place, part in enumerate(wrapped(words, WIDTH - frame.right - 5, 9.2, bold=tone == "blue")):
            edge = max(y + 3.5, edge + 11) if place == 0 else edge + 10
            marks.append(text((frame.right + 5, edge), part, tone, 9.2, bold=tone == "blue"))
    return marks
