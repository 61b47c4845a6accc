"""The rule asked of one pilot of verdict_lean.py, with the robustness card where that can lower the verdict."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from verdict_lean import BoolArray, ByCr2, ByDraws, FloatArray, Pilot
from verdict_pilots import remembered

from pilotlab.decide.judge import Judgement, judge
from pilotlab.decide.refusing import check_inputs
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.evaluate import request
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.reruns import RERUNS, WINSOR
from pilotlab.evaluate.robustness import agrees, repeats, same_zero
from pilotlab.panel.panel import Panel
from pilotlab.spec.standard import AGREEMENT_NEEDED
from pilotlab.stats.regression.change import unit_change, unit_mean, within_strata

ABOVE = ("Scale", "Scale with changes")  # verdicts that the robustness card can lower
Judge = Callable[[Estimate, Estimate], bool]


@dataclass(frozen=True, slots=True)
class Card:
    """What the rule asks of a robustness card."""

    agreed: int
    counted: int
    sign_flips: bool


_CARDS: dict[Hashable, Card] = {}


def verdict(pilot: Pilot) -> Judgement:
    """Ask the rule; where it says more than Extend, again with the robustness card."""
    inputs = pilot.inputs()
    check_inputs(inputs)
    (arm,) = inputs.arms
    said = judge(inputs, arm)
    if said.verdict not in ABOVE:
        return said
    metric = pilot.plan.spec.metrics.goals[0].use.partition("@")[0]
    key = (metric, pilot.values[metric].tobytes(), pilot.z.tobytes())
    found = remembered(_CARDS, key, lambda: card(pilot, metric, complete=False))
    goal = replace(arm.goals[0], sign_flips=found.sign_flips, agreed=found.agreed, runs=found.counted)
    return judge(inputs, replace(arm, goals=(goal,)))


def card(pilot: Pilot, metric: str, *, complete: bool = True) -> Card:
    """The goal's robustness card: sixteen other analyses, and each drawn team left out in turn.

    Unless it is to be `complete`, it ends as soon as the runs that are left can't change whether three quarters agree.
    """
    headline = pilot.estimate(metric)
    agreed = counted = 0
    for made, held in enumerate(_runs(pilot, metric, headline), start=1):
        agreed, counted = agreed + (held is True), counted + (held is not None)
        most = counted + len(RERUNS) - made
        settled = agreed >= AGREEMENT_NEEDED * most or agreed + most - counted < AGREEMENT_NEEDED * most
        if settled and not complete:
            break
    return Card(agreed, counted, _flips(pilot, metric, headline.att))


@dataclass(frozen=True, slots=True)
class _Att:
    """An estimate of which only its size is asked."""

    att: float


def difference(pilot: Pilot, change: FloatArray, weights: FloatArray | None = None) -> float:
    """T of the draw that was made: arms compared within strata that hold both; nan where none does."""
    kept = np.isfinite(change)
    near, held = (
        np.bincount(pilot.strata[part], minlength=pilot.strata.max() + 1) for part in (kept & pilot.z, kept)
    )
    kept &= ((near > 0) & (near < held))[pilot.strata]
    if not kept.any():
        return np.nan
    strata = np.unique(pilot.strata[kept], return_inverse=True)[1].astype(np.int64)
    own = None if weights is None else weights[kept]
    share = np.bincount(strata, weights=own)
    return float(share @ within_strata(change[kept], pilot.z[kept], strata, own) / share.sum())


def _flips(pilot: Pilot, metric: str, att: float) -> bool:
    """Whether the sign flips as one team is left out."""
    change = unit_change(pilot.values[metric], pilot.plan.weeks.baseline, pilot.plan.weeks.counted)
    teams = np.arange(len(change))
    left = [difference(pilot, np.where(teams == team, np.nan, change)) for team in teams]
    return att != 0 and any(one * att <= 0 for one in left if np.isfinite(one))


def _runs(pilot: Pilot, metric: str, headline: ByDraws | ByCr2) -> Iterator[bool | None]:
    """Whether each other analysis agrees, the cheap ones first; None for one that can't be run."""
    for att in _other_changes(pilot, metric):
        yield None if att is None or repeats(_Att(att), headline) else agrees(_Att(att), headline)
    whole = _headline(pilot, metric, headline)
    for agree, found in _by_did(pilot, metric, whole):
        again = agree is agrees and not isinstance(found, NotEstimable) and repeats(found, headline)
        yield None if again or isinstance(found, NotEstimable) else agree(found, headline)


def _other_changes(pilot: Pilot, metric: str) -> Iterator[float | None]:
    """The ten runs that are `change` with other weeks, weights or values, or without one team."""
    weeks, y, n = pilot.plan.weeks, pilot.values[metric], pilot.people[metric]
    calendar = pilot.plan.spec.calendar
    before, after, washin = weeks.baseline, weeks.counted, calendar.washin_weeks
    change = unit_change(y, before, after)

    def between(first: BoolArray, second: BoolArray, values: FloatArray = y) -> float:
        return difference(pilot, unit_change(values, first, second))

    yield between(before, weeks.since >= 0)
    yield between(before, weeks.since >= 2 * washin)
    yield between(weeks.before(calendar.baseline_weeks // 2, weeks.announced), after)
    yield between(weeks.before(calendar.baseline_weeks, weeks.announced + 2), after)
    off = weeks.holidays
    yield between(before & ~off, after & ~off) if off.any() else None
    people = unit_mean(np.where(np.isfinite(y), n, np.nan)[:, before])
    yield difference(pilot, change, people)
    seen = y[:, weeks.expected]
    low, high = np.quantile(seen[np.isfinite(seen)], [WINSOR, 1 - WINSOR])
    yield between(before, after, np.clip(y, low, high))
    counted = np.flatnonzero(after)
    for part in (counted[: len(counted) // 2], counted[len(counted) // 2 :]):
        yield between(before, np.isin(np.arange(len(after)), part))
    size = unit_mean(np.where(np.isfinite(y), n, np.nan))
    largest = np.arange(len(size)) == np.argmax(size)
    yield difference(pilot, np.where(largest, np.nan, change)) if np.ptp(size) > 0 else None


def _by_did(pilot: Pilot, metric: str, whole: Headline) -> Iterator[tuple[Judge, Estimate | NotEstimable]]:
    """The runs by another interval, by another estimator, and of complete teams."""
    yield same_zero, RERUNS["cr2"](whole).found
    for name in ("ancova", "twfe", "imputation"):
        strata = whole.asked["strata"] if name != "imputation" else None
        yield agrees, whole.again(estimator=name, inference="cluster", strata=strata)
    gap = ~np.isfinite(pilot.values[metric][:, pilot.plan.weeks.expected]).all(axis=1)
    some = gap.any() and not gap.all()
    none = NotEstimable("no team, or every team, has a gap", "")
    yield agrees, whole.without_teams(np.array(pilot.teams)[gap]) if some else none
    yield same_zero, RERUNS["wild"](whole).found


def _headline(pilot: Pilot, metric: str, estimate: ByDraws | ByCr2) -> Headline:
    """The estimate with its panel, as `build_panel` would make it of the same values."""
    spec, weeks, y = pilot.plan.spec, pilot.plan.weeks, pilot.values[metric]
    rows = pilot.assignment.teams
    team, week = np.nonzero(np.isfinite(y))

    def of(values: list[Any]) -> NDArray[np.object_]:
        return np.array(values, dtype=object)[team]

    frame = pd.DataFrame(
        {
            "team": of([row.team for row in rows]),
            "arm": of([row.arm for row in rows]),
            "stratum": of([row.stratum for row in rows]),
            "week": np.array(weeks.labels, dtype=object)[week],
            "cohort": of([str(row.start) if row.start else None for row in rows]),
            "value": y[team, week],
            "n": pilot.people[metric][team, week],
        }
    )
    panel = Panel(spec.id, pilot.plan.metrics[metric], spec.windows, pilot.assignment, frame)
    method = {**request.design(spec, panel), **request.method(spec, pilot.assignment.seed or 0)}
    return Headline(spec=spec, panel=panel, frame=frame, asked=method, estimate=estimate)


def said_of(said: Judgement) -> tuple[object, ...]:
    """Verdict, grade, states, gate and what lowered it, to be compared."""
    return said.verdict, said.grade, states_of(said), [item.met for item in said.gate], moves_of(said)


def states_of(said: Judgement) -> list[str]:
    """States of goals and guardrails, in declared order."""
    return [state for state, _ in (*said.goals, *said.guardrails)]


def moves_of(said: Judgement) -> list[str]:
    """Name what moved the verdict of the table."""
    return [move.name for move in said.outcome.moves] if said.outcome else []
