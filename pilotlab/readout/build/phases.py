"""What each week of a pilot was for, as the charts mark it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pilotlab.readout.document.model import Phase, Span
from pilotlab.spec.pilot import PilotSpec
from pilotlab.weeks import Week, weeks_between


def phase_of(spec: PilotSpec, week: Week) -> Phase:
    """Name the purpose of one week."""
    windows = spec.windows
    if week in windows.blackout:
        return "blackout"
    if week in windows.announced:
        return "announced"
    if week in windows.washin:
        return "washin"
    if week in windows.counted:
        return "counted"
    return "baseline" if week in windows.baseline else "gap"


def weeks_of(spec: PilotSpec) -> tuple[Week, ...]:
    """Every week from the first of the baseline to the last of the pilot."""
    windows = spec.windows
    return tuple(weeks_between(min((*windows.baseline, windows.start)), windows.end))


def spans_of(spec: PilotSpec) -> tuple[Span, ...]:
    """Stretches of weeks with one purpose, in event time."""
    return tuple(_stretches(spec))


def _stretches(spec: PilotSpec) -> Iterator[Span]:
    start = spec.windows.start
    for phase, group in groupby(weeks_of(spec), key=lambda week: phase_of(spec, week)):
        weeks = list(group)
        yield Span(phase=phase, first=weeks[0].since(start), last=weeks[-1].since(start))
