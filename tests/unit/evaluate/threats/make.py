"""Pilots with a known truth, for tests of threats: noise by seed, arms drawn or declared, what went wrong as a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate import request
from pilotlab.evaluate.headline import Headline
from pilotlab.panel.build import build_panel
from pilotlab.panel.panel import Panel
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.weeks import weeks_between
from tests.pilots import START, make_assignment, make_metric, make_spec

TEAMS = tuple(f"t{number:02d}" for number in range(24))
PILOT = frozenset(TEAMS[12:])
CALENDAR = {"start": "2026-W37", "baseline_weeks": 8, "washin_weeks": 2, "pilot_weeks": 8}
Extra = Callable[[str, int], float | None]  # team, weeks since the start: what is added; None for a gap
HIGHER: dict[str, Any] = {"direction": "higher", "unit": "points", "label": "Satisfaction"}


def nothing(team: str, at: int) -> float:
    return 0.0


def effect(size: float) -> Extra:
    """A steady effect of the policy."""
    return lambda team, at: size * (team in PILOT and at >= 0)


def headline(
    extra: Extra = nothing,
    *,
    seed: int = 1,
    noise: float = 1.0,
    drawn: bool = True,
    calendar: Mapping[str, Any] = CALENDAR,
    strata: Mapping[str, str] | None = None,
    exposure: Mapping[str, float] | None = None,
    buffer: Mapping[str, Extra] | None = None,
    people: Extra | None = None,
    dose: Extra | None = None,
    metric: Mapping[str, Any] | None = None,
    arms: Mapping[str, tuple[str, ...]] | None = None,
    **declared: Any,
) -> Headline:
    """Estimate a pilot of 12 and 12 teams whose levels and weeks are noise of `seed`."""
    arms = arms or {CONTROL: TEAMS[:12], "anchor": TEAMS[12:]}
    spec = make_spec(calendar=dict(calendar), design={"buffer": list(buffer or {})}, **declared)
    assignment = make_assignment(arms, drawn=drawn, strata=strata)
    made = _noise((*TEAMS, *(buffer or {})), seed, noise)

    def value(team: str, at: int) -> float | None:
        more = (buffer or {}).get(team, extra)(team, at)
        return None if more is None else made(team, at) + more

    panel = _panel(spec, make_metric(**{**HIGHER, **(metric or {})}), assignment, value, people, exposure)
    frame, _ = request.outcome(panel)
    method = {**request.design(spec, panel), **request.method(spec, 1)}
    estimate = did(frame, **method)
    assert isinstance(estimate, Estimate)
    followed = None
    if dose is not None:
        days = make_metric(id="days", label="Office days", unit="days/week", direction="context")
        steps = _noise(TEAMS, seed + 1000, 0.2)
        followed = _panel(
            spec, days, assignment, lambda team, at: steps(team, at) + (dose(team, at) or 0.0), None, None
        )
    use = spec.metrics.goals[0]
    return Headline(
        spec=spec, panel=panel, frame=frame, asked=method, estimate=estimate, use=use, adherence=followed
    )


def _noise(teams: tuple[str, ...], seed: int, size: float) -> Callable[[str, int], float]:
    draws = {team: np.random.default_rng([seed, *team.encode()]) for team in teams}
    level = {team: rng.normal(20, 1) for team, rng in draws.items()}
    weekly = {team: rng.normal(0, size, 80) for team, rng in draws.items()}
    return lambda team, at: float(level[team] + weekly[team][at + 40])


def _panel(
    spec: PilotSpec,
    metric: MetricSpec,
    assignment: Any,
    value: Extra,
    people: Extra | None,
    exposure: Mapping[str, float] | None,
) -> Panel:
    names = [*(row.team for row in assignment.teams), *spec.design.buffer]
    weeks = tuple(weeks_between(spec.windows.baseline[0], spec.windows.end))
    cells = [
        (team, week.code, value(team, week.since(START)), people(team, week.since(START)) if people else 9.0)
        for team in names
        for week in weeks
    ]
    return build_panel(spec, metric, assignment, cells, exposure=exposure)
