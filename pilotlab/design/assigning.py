"""Assigning: the first draw, the draw that is there already, or another one with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean

from pilotlab.design.assignment import Assignment
from pilotlab.design.draw import draw
from pilotlab.design.drawn import drawing_again, draws_made
from pilotlab.design.imbalance import imbalance
from pilotlab.errors import UsageError
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.team import TeamList
from pilotlab.store.store import Store


def assign(
    store: Store,
    spec: PilotSpec,
    metrics: Mapping[str, MetricSpec],
    teams: TeamList,
    *,
    actor: str,
    seed: int | None = None,
    again: bool = False,
    why: str = "",
) -> Assignment:
    """Return the draw that holds after the call, and keep it where it is new.

    The same seed and teams are the same draw, which is not made twice. Under another start it is kept anew and stays the
    draw it was.

    Raises
    ------
    UsageError
        Where arms are drawn already and neither `again` nor a reason is given.
    """
    made = draws_made(store, spec.id)
    kept = Assignment.from_dict(record.content) if (record := store.assignment(spec.id)) else None
    if kept and not again:
        stored = draw(spec, teams.teams, seed=kept.seed)
        if stored.same_draw(kept) and seed in (None, kept.seed):
            return _renewed(store, spec, kept, stored, actor)
        if seed is None:
            return kept
        drawing_again(spec.id, made, "")
    drawing_again(spec.id, made, why)
    fresh = draw(spec, teams.teams, seed=seed)
    if kept and fresh.same_draw(kept):
        return _renewed(store, spec, kept, fresh, actor)
    return _keep(
        store,
        spec,
        replace(
            fresh,
            draw=len(made) + 1,
            why=why.strip() if made else "",
            imbalance=imbalance(fresh, teams.teams, _baseline(store, spec, metrics, fresh)),
        ),
        actor,
    )


def asked_well(again: bool, why: str) -> None:
    """Refuse a reason for nothing.

    Raises
    ------
    UsageError
        Where `why` stands without `again`.
    """
    if why.strip() and not again:
        raise UsageError(
            "`--why` is the reason for another draw", fix="pass `--again --why TEXT`, or neither"
        )


def _renewed(store: Store, spec: PilotSpec, kept: Assignment, now: Assignment, actor: str) -> Assignment:
    """Keep the same draw under the start that is declared now."""
    if now.teams == kept.teams:
        return kept
    return _keep(store, spec, replace(kept, teams=now.teams), actor)


def _keep(store: Store, spec: PilotSpec, assignment: Assignment, actor: str) -> Assignment:
    store.save_pilot(spec.id, spec.to_dict(), actor=actor)
    store.save_assignment(spec.id, assignment.to_dict(), actor=actor)
    return assignment


def _baseline(
    store: Store, spec: PilotSpec, metrics: Mapping[str, MetricSpec], drawn: Assignment
) -> dict[str, dict[str, float]]:
    """Return each goal's and guardrail's mean baseline value by team, where any is stored."""
    names = [row.team for row in drawn.teams]
    found = {}
    for role, use in spec.uses:
        if role not in ("goal", "guardrail"):
            continue
        metric = metrics[use.use]
        values: dict[str, list[float]] = {}
        for row in store.observations(metric.key, teams=names, weeks=spec.windows.baseline):
            if row.value is not None:
                values.setdefault(row.team, []).append(row.value)
        if values:
            found[metric.label] = {team: fmean(own) for team, own in values.items()}
    return found
