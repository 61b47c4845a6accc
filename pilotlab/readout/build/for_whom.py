"""For whom: the declared groups of each goal and guardrail as values of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pilotlab.estimate.results.slice_effects import Group
from pilotlab.evaluate.analysis import MetricResult
from pilotlab.evaluate.by_slice import SLICE_CELL
from pilotlab.evaluate.equity import Breach, breached
from pilotlab.readout.build.turned_effects import limit
from pilotlab.readout.document.model import Effect, Slice, Slices
from pilotlab.spec.pilot import PilotSpec
from pilotlab.wording.effects import Words
from pilotlab.wording.lists import listed
from pilotlab.wording.numbers import EN_DASH

TOLD_APART = 0.05  # of the tests whether groups differ, after Holm


def slices(spec: PilotSpec, results: Sequence[MetricResult]) -> tuple[Slices, ...]:
    """Lay out the groups of every goal and guardrail of one arm; the first is the one for page one.

    That is a metric whose limit a group broke, else a guardrail of the quality of life, else a guardrail, else a goal.
    """
    broken = breached(spec, results) or ()
    made = [result for result in results if result.slices is not None]
    judged = sum(
        group.p_value is not None and group.slice in spec.slices.equity
        for result in made
        if result.slices
        for group in result.slices.groups
    )
    order = sorted(made, key=lambda result: _rank(result, broken))
    return tuple(_slices(spec, result, broken, judged) for result in order)


def _rank(result: MetricResult, broken: Sequence[Breach]) -> tuple[bool, bool, bool, bool]:
    assert result.slices is not None
    return (
        not any(breach.result is result for breach in broken),
        all(group.shown is None for group in result.slices.groups),
        result.role != "guardrail",
        result.metric.family != "quality_of_life",
    )


def _slices(spec: PilotSpec, result: MetricResult, broken: Sequence[Breach], judged: int) -> Slices:
    assert result.slices is not None
    scale, metric = result.metric.words, result.metric
    own = [breach.group for breach in broken if breach.result is result]
    rows = tuple(_row(group, scale, broken=group in own) for group in result.slices.groups)
    return Slices(
        finding=_finding(result, rows, own),
        label=metric.label.lower(),
        rows=rows,
        unit=scale.unit,
        decimals=scale.decimals,
        limit=limit(result.use, metric),
        note=_note(spec, judged, rows),
    )


def _row(group: Group, scale: Words, *, broken: bool) -> Slice:
    attribute = group.slice[:1].upper() + group.slice[1:].replace("_", " ")
    if group.shown is None or group.shown_ci is None:
        why = _hidden(group)
        effect = Effect(reason=group.hidden or group.reason)
        return Slice(attribute=attribute, group=group.level, people="", effect=effect, hidden=why)
    low, high = scale.interval(group.shown_ci)
    return Slice(
        attribute=attribute,
        group=group.level,
        people=group.people.replace("-", EN_DASH),
        effect=Effect(estimate=scale.orient(group.shown), low=low, high=high),
        broken=broken,
    )


def _hidden(group: Group) -> str:
    """Say in few words why a row is hatched."""
    if not group.hidden:
        return "too few teams" if group.code == "too_few_clusters" else "no estimate"
    return f"hidden: under {SLICE_CELL}" if group.code == "few_people" else group.hidden


def _finding(result: MetricResult, rows: Sequence[Slice], broken: Sequence[Group]) -> str:
    label, limited = result.metric.label, result.use.margin is not None
    if all(row.hidden for row in rows):
        return f"{label}: no group is large enough to be shown"
    if broken:
        who = " and ".join(f"{group.slice} {group.level}" for group in broken)
        return f"{label} {'broke its limit' if limited else 'got worse'} for {who}"
    unsure = _unsure(rows, limit(result.use, result.metric)) if limited else 0
    first = f"No group’s {label.lower()} limit is broken" if limited else f"{label}: no group got worse"
    tail = {0: "", 1: "; one is unsure"}.get(unsure, f"; {unsure} are unsure")
    return f"{first}{tail}{_differ(result) if not unsure else ''}"


def _unsure(rows: Sequence[Slice], at: float | None) -> int:
    """Groups whose interval reaches the limit."""
    return sum(not row.hidden and at is not None and row.effect.low <= at for row in rows)


def _differ(result: MetricResult) -> str:
    """Name the slices whose groups differ, after Holm over all of them."""
    assert result.slices is not None
    named = [
        test.slice.replace("_", " ")
        for test in result.slices.tests
        if test.p_holm is not None and test.p_holm <= TOLD_APART
    ]
    return f"; it differs by {listed(named)}" if named else ""


def _note(spec: PilotSpec, judged: int, rows: Sequence[Slice]) -> str:
    together = f"{judged} results of groups judged together (Holm)." if judged > 1 else ""
    drawn = (
        "Drawn: each group pulled towards the whole, as far as its noise asks."
        if any(not row.hidden for row in rows)
        else ""
    )
    other = [name.replace("_", " ") for name in spec.slices.other]
    shown = f"Not judged: {listed(other)}." if other else ""
    own = (
        "Whether a limit is broken is read off the group’s own numbers."
        if any(row.broken for row in rows)
        else ""
    )
    open_ends = "Open ends run to the edge." if any(_is_open(row.effect) for row in rows) else ""
    return " ".join(filter(None, (together, drawn, own, shown, open_ends, "Counts are banded.")))


def _is_open(effect: Effect) -> bool:
    return effect.estimate is not None and not (math.isfinite(effect.low) and math.isfinite(effect.high))
