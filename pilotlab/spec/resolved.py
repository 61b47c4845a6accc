"""The resolved plan: every value that holds for a pilot, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.spec.misfit import name
from pilotlab.spec.pilot import PilotSpec, Windows
from pilotlab.spec.positions import Place, Positions
from pilotlab.spec.standard import least_gap
from pilotlab.spec.uses import uses
from pilotlab.weeks import Week
from pilotlab.wording import numbers
from pilotlab.wording.lists import plural
from pilotlab.wording.numbers import typed


class Line(NamedTuple):
    """One value: its key, how it is written, and `file:line`, "default", or what it follows from."""

    key: str
    value: str
    source: str


def resolved(spec: PilotSpec, positions: Positions, catalogue: Catalogue) -> tuple[Line, ...]:
    """List every value of a plan: what is written, defaults that are not empty, and what follows from both."""
    data = spec.to_dict()
    data.pop("id")
    lines = [Line("id", spec.id, "the folder's name")]
    for place, value in _leaves(data, ()):
        if value not in ("", [], {}):
            lines.append(Line(name(place), _text(value), _source(place, positions)))
    return (*lines, *_metrics(spec, catalogue), *_weeks(spec.windows), *_rules(spec))


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Walk to the values; a list of plain values is one of them."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*place, key))
    elif isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value):
        for index, entry in enumerate(value):
            yield from _leaves(entry, (*place, index))
    elif value is not None:
        yield place, value


def _source(place: Place, positions: Positions) -> str:
    if positions.is_written(place):
        return _at(positions, place)
    if place[-1] == "use" and positions.is_written(place[:-1]):
        return _at(positions, place[:-1])
    return "default"


def _at(positions: Positions, place: Place) -> str:
    span = positions(place)
    return f"{span.file.rpartition('/')[2]}:{span.line}"


def _metrics(spec: PilotSpec, catalogue: Catalogue) -> Iterator[Line]:
    for role, use, _, metric in uses(spec, catalogue):
        if metric is None:
            continue
        source = "metrics.yaml" if metric.key in catalogue.own else "built-in catalogue"
        better = {"higher": "higher is better", "lower": "lower is better", "context": "shown for context"}[
            metric.direction
        ]
        yield Line(
            f"{role} {use.id}",
            f"{metric.key}: {metric.label}, {metric.unit}, {better}, from {metric.min_group} people on",
            source,
        )


def _weeks(windows: Windows) -> Iterator[Line]:
    follows = "from calendar"
    yield Line("baseline weeks", _range(windows.baseline), follows)
    if windows.announced:
        yield Line(
            "announced weeks",
            _range(windows.announced) + ", neither baseline nor pilot",
            "from announced_on",
        )
    yield Line("wash-in weeks", _range(windows.washin), follows)
    yield Line("counted weeks", _range(windows.counted), follows)
    yield Line("last day", windows.end.sunday.isoformat(), follows)


def _range(weeks: tuple[Week, ...]) -> str:
    if not weeks:
        return "none"
    count = plural(len(weeks), "week")
    gaps = ", with gaps" if weeks[-1].since(weeks[0]) + 1 > len(weeks) else ""
    return f"{weeks[0]} to {weeks[-1]}, {count}{gaps}"


def _rules(spec: PilotSpec) -> Iterator[Line]:
    """Defaults that depend on other values."""
    use = spec.metrics.adherence
    if use and use.planned_gap is not None and use.minimum_gap is None:
        yield Line("minimum gap", numbers.typed(least_gap(use.planned_gap, None)), "half of planned_gap")
    if spec.claim == "do_no_harm":
        for goal in spec.metrics.goals:
            if goal.if_breached is None:
                yield Line(f"{goal.id} if breached", "stop", "default under do_no_harm")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, float):
        return typed(value)
    return " ".join(str(value).split())
