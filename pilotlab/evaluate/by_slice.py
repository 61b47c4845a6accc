"""A pilot's declared slices: the effect on one metric by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from pilotlab.estimate.heterogeneity.slice_estimates import Asked, answer
from pilotlab.estimate.heterogeneity.slice_frames import one_question, options_of
from pilotlab.estimate.notes.by_code import nameless
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.slice_effects import Group, Slices
from pilotlab.evaluate import request
from pilotlab.panel.build import LEVEL
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import CONTROL, PilotSpec

SLICE_CELL = 10  # people of each arm in a group that is shown
Groups = Mapping[str, Mapping[str, pd.DataFrame]]  # by metric as declared, by slice


def effects_by_slice(
    spec: PilotSpec, overall: Estimate, panel: Panel, groups: Mapping[str, pd.DataFrame], *, seed: int
) -> Slices | None:
    """Estimate the effect on each declared group of one metric; None where no slice can be asked.

    Parameters
    ----------
    panel : Panel
        One arm and control.
    groups : mapping
        Slice to its values, as `pilotlab.panel.build` makes them.
    """
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
    found = answer(overall, whole, questions, question)
    return replace(found, groups=tuple(map(_without_names, found.groups)))


def _counted_by(panel: Panel) -> str:
    """Column of who stands behind a row: of a survey those who answered, of any other metric the team."""
    return "n" if panel.metric.level == "person" or panel.person_units else "people"


def _without_names(group: Group) -> Group:
    """Cut the names of teams out of a group's notes: who was left out tells which teams hold nobody of it."""
    return replace(group, notes=tuple(map(nameless, group.notes)))


def _on_scale(panel: Panel, values: pd.DataFrame) -> pd.DataFrame | None:
    """Put one slice's values of this contrast on the scale they are analysed on; None where they can't be."""
    kept = values[values["arm"].isin((*set(panel.values["arm"]), CONTROL))]
    counted = kept.assign(n=1.0, people=1.0) if panel.person_units else kept
    frame, refusal = request.outcome(replace(panel, values=counted))
    return None if isinstance(refusal, NotEstimable) else frame
