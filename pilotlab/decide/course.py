"""The course of a pilot: from the plan in force to the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pilotlab.decide.decision import ArmDecision, Decision
from pilotlab.decide.gather import Records, gather
from pilotlab.decide.rule import decide
from pilotlab.design.drawn import Drawn, draws_made
from pilotlab.design.lateness import Late, lateness
from pilotlab.design.plan import Plan
from pilotlab.panel.quality import Completeness, completeness
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.team import TeamList
from pilotlab.store.observations import Observation
from pilotlab.store.store import Store

if TYPE_CHECKING:
    from pandas import DataFrame

    from pilotlab.estimate.pilot.analysis import Analysis
    from pilotlab.panel.panel import Panel

EXPOSURE = "exposure"  # column of teams.csv: the share of a team's meetings that it spends with pilot teams


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was planned, logged, found and decided.

    Attributes
    ----------
    quality : mapping
        Metric, as declared, to its completeness.
    panels : mapping
        Metric, as declared, to its panel.
    teams : TeamList
        Every row of teams.csv, for the flow of teams.
    data_digest : str
        Of every observation that was read.
    late : Late or None
        How long after the first pilot week had ended the plan was fixed; None where it was in time.
    draws : tuple of Drawn
        Every draw of the arms, oldest first.
    """

    plan: Plan
    teams: TeamList
    panels: Mapping[str, Panel]
    analysis: Analysis
    quality: Mapping[str, Completeness]
    decision: Decision
    data_digest: str
    today: date
    program: str
    late: Late | None = None
    draws: tuple[Drawn, ...] = ()

    @property
    def spec(self) -> PilotSpec:
        """The declaration in force."""
        return self.plan.spec

    @property
    def metrics(self) -> Mapping[str, MetricSpec]:
        """Metrics, by what the declaration writes."""
        return self.plan.metrics

    def decision_of(self, arm: str) -> ArmDecision:
        """Find the verdict of one arm."""
        return next(row for row in self.decision.arms if row.arm == arm)


def follow(store: Store, plan: Plan, teams: TeamList, *, today: date, program: str) -> Course:
    """Analyse and decide a pilot from what the store holds.

    Parameters
    ----------
    program : str
        Version of pilotlab, for the record.
    """
    from pilotlab.estimate.pilot.analysis import analyze

    observed = {use.use: _observed(store, plan, plan.metrics[use.use]) for _, use in plan.spec.uses}
    panels = {use: _panel(plan, plan.metrics[use], rows, teams) for use, rows in observed.items()}
    quality = {use: _quality(plan, plan.metrics[use], rows) for use, rows in observed.items()}
    groups = _groups(store, plan, panels, teams)
    analysis = analyze(plan.spec, panels, seed=plan.drawn.seed or 0, groups=groups)
    late = lateness(store, plan.spec.id)
    records = _records(store, plan, quality, today, late)
    return Course(
        plan=plan,
        teams=teams,
        panels=panels,
        analysis=analysis,
        quality=quality,
        decision=decide(gather(plan.spec, analysis, plan.drawn, records)),
        data_digest=store.data_digest([metric.key for metric in plan.metrics.values()], teams=_logged(plan)),
        today=today,
        program=program,
        late=late,
        draws=draws_made(store, plan.spec.id),
    )


def first_pilot_row(store: Store, plan: Plan) -> int | None:
    """Ledger row of the first value or gap of a pilot week; None before any."""
    windows = plan.spec.windows
    weeks = (*windows.washin, *windows.counted)
    return store.first_entry_seq(
        [metric.key for metric in plan.metrics.values()], teams=_names(plan), weeks=weeks
    )


def observed_panel(store: Store, plan: Plan, metric: MetricSpec, teams: TeamList) -> Panel:
    """Build one metric's panel from the store."""
    return _panel(plan, metric, _observed(store, plan, metric), teams)


def _observed(store: Store, plan: Plan, metric: MetricSpec) -> list[Observation]:
    return store.observations(metric.key, teams=_logged(plan))


def _panel(plan: Plan, metric: MetricSpec, rows: list[Observation], teams: TeamList) -> Panel:
    from pilotlab.panel.build import build_panel

    sizes = {team.name: team.size for team in teams.rows if team.size}
    exposure = {
        team.name: _share(team.attributes[EXPOSURE]) for team in teams.rows if team.attributes.get(EXPOSURE)
    }
    cells = ((row.team, row.week.code, row.value, row.n) for row in rows)
    return build_panel(plan.spec, metric, plan.drawn, cells, sizes=sizes, exposure=exposure)


def _share(text: str) -> float:
    """Read a share; nan where the text is none, so that the check can name the team."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _groups(
    store: Store, plan: Plan, panels: Mapping[str, Panel], teams: TeamList
) -> Mapping[str, Mapping[str, DataFrame]]:
    """Read the declared slices of every goal and guardrail."""
    from pilotlab.panel.groups import observed_groups

    if not (plan.spec.slices.equity or plan.spec.slices.other):
        return {}
    judged = [use.use for role, use in plan.spec.uses if role in ("goal", "guardrail")]
    return {use: observed_groups(store, plan.spec, panels[use], teams, plan.drawn) for use in judged}


def _quality(plan: Plan, metric: MetricSpec, rows: list[Observation]) -> Completeness:
    seen = {(row.team, row.week): row.gap for row in rows}
    return completeness(metric.key, plan.spec.windows, plan.drawn, seen, cadence=metric.cadence_weeks)


def _records(
    store: Store, plan: Plan, quality: Mapping[str, Completeness], today: date, late: Late | None
) -> Records:
    spec, first = plan.spec, first_pilot_row(store, plan)
    moments = {row.seq: row.at for row in store.ledger()} if first else {}
    shares = {
        (table.metric, arm): table.share(arm) for table in quality.values() for arm in (*spec.arms, CONTROL)
    }
    weeks = {
        table.metric: min(table.usable_baseline_weeks(spec.windows, (arm, CONTROL)) for arm in spec.arms)
        for table in quality.values()
    }
    return Records(
        frozen_at=datetime.fromisoformat(plan.freeze.frozen_at) if plan.freeze else None,
        frozen_first=plan.freeze_seq is not None and (first is None or plan.freeze_seq < first),
        first_pilot_row_at=datetime.fromisoformat(moments[first]) if first else None,
        digests_match=not plan.edited,
        shares=shares,
        baseline_weeks=weeks,
        today=today,
        late=late,
    )


def _names(plan: Plan) -> list[str]:
    return [row.team for row in plan.drawn.teams]


def _logged(plan: Plan) -> list[str]:
    """Teams whose values are read: those in an arm, and the buffer, which is logged and in none."""
    return [*_names(plan), *plan.spec.design.buffer]
