"""A pilot's declared slices: every goal and guardrail by group, and the equity groups whose limit is broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from pilotlab.estimate.heterogeneity.slice_estimates import Asked, answer
from pilotlab.estimate.heterogeneity.slice_frames import one_question, options_of
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.estimate.results.slices import Group, Slices
from pilotlab.evaluate import request
from pilotlab.panel.groups import LEVEL
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.threshold import margin_size
from pilotlab.stats.randomization.multiplicity import holm

if TYPE_CHECKING:
    from pilotlab.evaluate.analysis import MetricResult

SLICE_CELL = 10  # people of each arm in a group that is shown
JUDGED = ("goal", "guardrail")
Groups = Mapping[str, Mapping[str, pd.DataFrame]]  # by metric as declared, by slice


def with_slices(
    spec: PilotSpec, result: MetricResult, panel: Panel, groups: Mapping[str, pd.DataFrame], *, seed: int
) -> MetricResult:
    """Add the effects by declared group to a goal or guardrail that has an effect to show.

    Parameters
    ----------
    panel : Panel
        One arm and control.
    groups : mapping
        Slice to its values, as `pilotlab.panel.groups` makes them.
    """
    wanted = result.role in JUDGED and not result.hidden and isinstance(result.estimate, Estimate)
    return replace(result, slices=_slices(spec, result, panel, groups, seed)) if wanted and groups else result


def _slices(
    spec: PilotSpec, result: MetricResult, panel: Panel, groups: Mapping[str, pd.DataFrame], seed: int
) -> Slices | None:
    assert isinstance(result.estimate, Estimate)
    named = {**request.design(spec, panel), **request.method(spec, seed)}
    question = Asked(
        options=options_of(named),
        people=_counted_by(panel),
        min_group=max(SLICE_CELL, panel.min_group),
        named=named,
    )
    frames = {name: _on_scale(panel, frame) for name, frame in groups.items()}
    questions = [
        one_question(frame.rename(columns={LEVEL: name}), name, question.options, question.people)
        for name, frame in frames.items()
        if frame is not None
    ]
    whole = _on_scale(panel, panel.values)
    if not questions or whole is None:
        return None
    found = answer(result.estimate, whole, questions, question)
    return replace(found, groups=tuple(map(_without_names, found.groups)))


def _counted_by(panel: Panel) -> str:
    """Column of who stands behind a row: of a survey those who answered, of any other metric the team."""
    return "n" if panel.metric.level == "person" or panel.person_units else "people"


def _without_names(group: Group) -> Group:
    """Cut the names of teams out of a group's notes: who was left out tells which teams hold nobody of it."""
    notes = (note.partition(":")[0] if "left out" in note else note for note in group.notes)
    return replace(group, notes=tuple(notes))


def _on_scale(panel: Panel, values: pd.DataFrame) -> pd.DataFrame | None:
    """Put one slice's values of this contrast on the scale they are analysed on; None where they can't be."""
    kept = values[values["arm"].isin((*set(panel.values["arm"]), CONTROL))]
    counted = kept.assign(n=1.0, people=1.0) if panel.person_units else kept
    frame, refusal = request.outcome(replace(panel, values=counted))
    return None if isinstance(refusal, NotEstimable) else frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A declared equity group that got worse past the limit, after Holm."""

    result: MetricResult
    group: Group

    @property
    def words(self) -> str:
        """Name the group and the metric: "carer yes (Burnout)"."""
        return f"{self.group.slice} {self.group.level} ({self.result.metric.label})"


def breached(spec: PilotSpec, results: Sequence[MetricResult]) -> tuple[Breach, ...] | None:
    """Find the equity groups that are worse than the limit allows; None where no group has an estimate.

    A group is breached where its two-sided interval lies below zero after Holm over every equity group of every goal and
    guardrail of the arm, and its own estimate is at the limit or past it. A goal without a limit has zero for one.

    Parameters
    ----------
    results : sequence of MetricResult
        Of one arm.
    """
    judged = [
        (result, group)
        for result in results
        if result.slices is not None and result.role in JUDGED
        for group in result.slices.groups
        if group.slice in spec.slices.equity and group.p_value is not None
    ]
    if not judged:
        return None
    after = holm([group.p_value or 0.0 for _, group in judged])
    return tuple(
        Breach(result=result, group=group)
        for (result, group), p in zip(judged, after, strict=True)
        if p <= spec.analysis.alpha and _past_limit(result, group)
    )


def _past_limit(result: MetricResult, group: Group) -> bool:
    effect = result.metric.better * (group.att or 0.0)
    margin = 0.0 if result.use.margin is None else margin_size(result.use.margin, result.metric)
    return effect < 0 and effect <= -margin
