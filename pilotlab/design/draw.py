"""The draw: teams to arms by lot, or as a column of the teams' file declares; once, unless there is a reason."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING, Any

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.design.balance import balance, imbalance
from pilotlab.design.standing import drawing_again, draws_made
from pilotlab.design.units import (
    Team,
    Unit,
    Units,
    arm_counts,
    arm_names,
    arm_shares,
    drawing_units,
    value_of,
)
from pilotlab.errors import NotYet, PilotlabError, UsageError, nearest, shortened
from pilotlab.spec.frozen import digest
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, LARGEST_SEED, PilotSpec
from pilotlab.spec.team import TeamList
from pilotlab.store.store import Store

if TYPE_CHECKING:
    from numpy.random import Generator

SEEDS = 2**31  # seeds drawn afresh are below it: short enough to be read out


def draw(spec: PilotSpec, teams: Iterable[Team], *, seed: int | None = None) -> Assignment:
    """Assign a pilot's teams to its arms.

    Parameters
    ----------
    teams : iterable of Team
        The pilot's teams, in any order.
    seed : int, optional
        Of the lot. Without it `design.assign.seed` counts; without that one is drawn and recorded.

    Returns
    -------
    Assignment
        Same teams, options and seed: the same arms, whatever the order of the teams.

    Raises
    ------
    NotYet
        For matched pairs, stepped wedges and columns of baseline data.
    PilotlabError
        Where there are no teams, fewer units than arms, one arm only, or where groups, strata or declared arms do not
        fit the list of teams.
    """
    method = spec.design.assign.method
    if method in ("matched_pairs", "stepped_wedge"):
        raise NotYet(
            f"the assignment method {method!r} is not there yet",
            fix="use complete, stratified or declared for now",
        )
    listed = sorted(teams, key=lambda team: team.name)
    units = drawing_units(spec, listed)
    if method == "declared":
        return _assignment(spec, listed, units, _declared(spec, listed, units), seed=None)
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise UsageError(
            f"seed {shortened(seed)} is out of range", fix=f"a whole number from 0 to {LARGEST_SEED}"
        )
    chosen = next(one for one in (seed, spec.design.assign.seed, secrets.randbelow(SEEDS)) if one is not None)
    return _assignment(spec, listed, units, _drawn(spec, units, chosen), seed=chosen)


def still_holds(assignment: Assignment, spec: PilotSpec, teams: Iterable[Team]) -> bool:
    """Whether the same draw from what is declared now would put the same teams into the same arms, at the same start."""
    try:
        again = draw(spec, teams, seed=assignment.seed)
    except PilotlabError:
        return False
    return (again.method, again.drawn_by, again.teams) == (
        assignment.method,
        assignment.drawn_by,
        assignment.teams,
    )


def _drawn(spec: PilotSpec, units: Units, seed: int) -> dict[str, str]:
    """Arm of each unit, by lot."""
    import numpy as np

    arms = arm_names(spec)
    if len(units.units) < len(arms):
        raise PilotlabError(
            f"{len(units.units)} units can't fill {len(arms)} arms ({', '.join(arms)})",
            fix="add teams, keep fewer of them together, or declare fewer arms",
        )
    lot = np.random.default_rng(seed)
    strata = list(units.strata().values())
    counts = arm_counts(
        [len(held) for held in strata],
        arm_shares(arms, spec.design.assign.shares),
        lambda n: [int(place) for place in lot.permutation(n)],
    )
    for arm in arms:
        if not any(count[arm] for count in counts):
            raise PilotlabError(
                f"arm {arm!r} gets none of {len(units.units)} units at its share",
                fix="raise its share in `assign.shares` or add teams",
            )
    return _by_lot(strata, counts, arms, lot)


def _by_lot(
    strata: Sequence[Sequence[Unit]], counts: Sequence[Mapping[str, int]], arms: Sequence[str], lot: Generator
) -> dict[str, str]:
    """Draw one arm after the other from the units that are left, with the generator that inference uses."""
    from pilotlab.stats.randomization.draws import Design, sample_draws

    arm_of: dict[str, str] = {}
    left = [(number, unit.label) for number, stratum in enumerate(strata) for unit in stratum]
    for arm in arms[:-1]:
        places = dict.fromkeys(range(len(strata)), 0)
        template = []
        for number, _ in left:
            places[number] += 1
            template.append(places[number] <= counts[number][arm])
        design = Design.stratified(template, [number for number, _ in left])
        chosen = sample_draws(design, 1, lot)[0].tolist()
        arm_of |= {label: arm for (_, label), is_in in zip(left, chosen, strict=True) if is_in}
        left = [place for place, is_in in zip(left, chosen, strict=True) if not is_in]
    return arm_of | {label: arms[-1] for _, label in left}


def _declared(spec: PilotSpec, teams: Sequence[Team], units: Units) -> dict[str, str]:
    """Arm of each unit, as the teams' file says."""
    column, arms = spec.design.assign.column, arm_names(spec)
    if not column:
        raise PilotlabError(
            "the assignment method 'declared' names no column",
            fix="write `assign: {method: declared, column: arm}`",
        )
    arm_of = {team.name: value_of(team, column) for team in teams}
    found = {unit.label: _one_arm(unit, arm_of, column, arms, spec.teams.file) for unit in units.units}
    for arm in arms:
        if arm not in found.values():
            raise PilotlabError(
                f"no team is in arm {arm!r} by the column {column!r}",
                fix=f"write {arm!r} beside its teams in {spec.teams.file}, or take the arm out of `policy`",
            )
    return found


def _one_arm(unit: Unit, arm_of: Mapping[str, str], column: str, arms: Sequence[str], file: str) -> str:
    for team in unit.teams:
        if arm_of[team] not in arms:
            stated = f"arm {arm_of[team]!r}" if arm_of[team] else "no arm"
            raise PilotlabError(
                f"team {team!r} has {stated} in the column {column!r} of {file}{nearest(arm_of[team], arms)}",
                fix=f"one of: {', '.join(arms)}",
            )
    different = sorted({arm_of[team] for team in unit.teams})
    if len(different) > 1:
        places = ", ".join(f"{team} in {arm_of[team]}" for team in unit.teams)
        raise PilotlabError(
            f"`keep_together` is split by the column {column!r}: {places}",
            fix="give teams that are kept together one arm, or take them out of the group",
        )
    return different[0]


def _assignment(
    spec: PilotSpec, teams: Sequence[Team], units: Units, arm_of: Mapping[str, str], *, seed: int | None
) -> Assignment:
    start = spec.calendar.start
    rows = [
        AssignedTeam(
            team=team,
            arm=arm_of[unit.label],
            start=None if arm_of[unit.label] == CONTROL else start,
            stratum=unit.stratum,
            cluster=unit.cluster,
        )
        for unit in units.units
        for team in unit.teams
    ]
    places = tuple(sorted(rows, key=lambda row: row.team))
    return Assignment(
        pilot=spec.id,
        method=spec.design.assign.method,
        teams=places,
        seed=seed,
        drawn_by=(spec.design.assign.drawn_by or "") if spec.design.assign.method == "declared" else "",
        balance=balance(teams, places),
        input_digest=digest(_input(spec, units, arm_of)),
        notes=units.notes,
    )


def _input(spec: PilotSpec, units: Units, arm_of: Mapping[str, str]) -> dict[str, Any]:
    """Plain data of what the arms follow from, the seed apart."""
    assign = spec.design.assign
    declared = assign.method == "declared"
    return {
        "method": assign.method,
        "shares": arm_shares(arm_names(spec), assign.shares),
        "on": list(assign.on),
        "column": assign.column,
        "units": [
            {
                "teams": list(unit.teams),
                "stratum": unit.stratum,
                "arm": arm_of[unit.label] if declared else None,
            }
            for unit in units.units
        ],
    }


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
