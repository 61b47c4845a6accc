"""The course of a pilot: from the plan in force to the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pilotlab.decide.decision import ArmDecision, Decision
from pilotlab.decide.gather import Records, gather
from pilotlab.decide.rule import decide
from pilotlab.design.difference import in_short
from pilotlab.design.lateness import Late, lateness
from pilotlab.design.plan import Plan
from pilotlab.design.standing import Drawn, draws_made
from pilotlab.design.strength import place_of
from pilotlab.panel.build import Reading
from pilotlab.panel.build import read as read_metric
from pilotlab.panel.presence import WINDOWS, Completeness, completeness
from pilotlab.program import MadeWith, made_with
from pilotlab.release.thresholds import counts_people
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.team import TeamList
from pilotlab.store.observations import Observation
from pilotlab.store.readings import EarlyLook, Release
from pilotlab.store.store import Store
from pilotlab.weeks import Week

if TYPE_CHECKING:
    from pandas import DataFrame

    from pilotlab.evaluate.analysis import Analysis
    from pilotlab.panel.panel import Panel

EXPOSURE = "exposure"  # column of teams.csv: the share of a team's meetings that it spends with pilot teams


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Course:
    """What was planned, logged, found and decided.

    Attributes
    ----------
    quality : mapping
        Metric, as declared, to its completeness.
    panels : mapping
        Metric, as declared, to its panel.
    analysis : Analysis
        As it may be seen; the rule read it before it was rounded.
    teams : TeamList
        Every row of teams.csv, for the flow of teams.
    waiting : mapping
        Metric, as declared, to how many values wait for the next release, for they come from too few people.
    releases : tuple of Release
        What to keep of what was read: the values behind this course.
    ledger : str
        Number and hash of the newest act that is no reading.
    made_with : MadeWith
        Program, data and plan behind it.
    late : Late or None
        How long after the first pilot week had ended the plan was fixed; None where it was in time.
    draws : tuple of Drawn
        Every draw of the arms, oldest first.
    looks : tuple of EarlyLook
        Who saw results before the planned end, when and why, oldest first.

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("acme")
    >>> _ = workspace.assign("anchor-days")
    >>> course = workspace.course("anchor-days")
    >>> course.decision_of("anchor").verdict, len(course.panels)
    ('Not decision-ready', 7)
    """

    plan: Plan
    teams: TeamList
    panels: Mapping[str, Panel]
    analysis: Analysis
    quality: Mapping[str, Completeness]
    decision: Decision
    waiting: Mapping[str, int]
    releases: tuple[Release, ...]
    made_with: MadeWith
    ledger: str
    today: date
    late: Late | None = None
    draws: tuple[Drawn, ...] = ()
    looks: tuple[EarlyLook, ...] = ()

    def __repr__(self) -> str:
        return f"Course {self.spec.id} on {self.today}: {self.decision}"

    @property
    def spec(self) -> PilotSpec:
        """The declaration in force."""
        return self.plan.spec

    @property
    def metrics(self) -> Mapping[str, MetricSpec]:
        """Metrics, by what the declaration writes."""
        return self.plan.metrics

    @property
    def data_digest(self) -> str:
        """Digest of every observation that was read."""
        return self.made_with.data

    def decision_of(self, arm: str) -> ArmDecision:
        """Find the verdict of one arm."""
        return next(row for row in self.decision.arms if row.arm == arm)


def follow(
    store: Store,
    plan: Plan,
    teams: TeamList,
    *,
    today: date,
    early: bool = False,
    verified: bool,
    audience: str = "analyze",
) -> Course:
    """Analyse and decide a pilot from what the store holds.

    Parameters
    ----------
    early : bool
        Show goals before the planned end: whoever asks has put on record why.
    verified : bool
        Whether every row of the store was found to be what was written.
    audience : str
        The command or page that shows what comes of it.
    """
    from pilotlab.evaluate.analysis import analyze
    from pilotlab.evaluate.released import released, without_goals

    uses = {use.use: plan.metrics[use.use] for _, use in plan.spec.uses}
    through = weeks_read(plan, today)
    readings = {use: reading(store, plan, metric, teams, audience, through) for use, metric in uses.items()}
    panels = {use: _panel(plan, uses[use], _whole(read.rows), teams) for use, read in readings.items()}
    quality = {
        use: _quality(plan, metric, _observed(store, plan, metric), today) for use, metric in uses.items()
    }
    groups = _groups(readings, plan, panels, teams)
    found = analyze(plan.spec, panels, seed=plan.assigned.seed or 0, groups=groups)
    late = lateness(store, plan.spec.id)
    records = _records(store, plan, teams, quality, today, late, whole=verified)
    records = replace(records, early=early)
    end, shown = plan.spec.windows.end.sunday, released(plan.spec, found)
    keys = [metric.key for metric in plan.metrics.values()]
    data = store.data_digest(keys, teams=_logged(plan), through=through)
    made = made_with(data=data, plan=plan.spec.digest())
    decision = decide(gather(plan.spec, found, plan.assigned, records))
    return Course(
        plan=plan,
        teams=teams,
        panels=panels,
        analysis=shown if early or today > end else without_goals(shown, end),
        quality=quality,
        decision=decision.model_copy(update={"made_with": made}),
        waiting={use: read.waiting for use, read in readings.items() if read.waiting},
        releases=tuple(read.release for read in _once(readings) if read.release),
        ledger=_ledger(store),
        made_with=made,
        today=today,
        late=late,
        draws=draws_made(store, plan.spec.id),
        looks=tuple(store.early_looks(plan.spec.id)),
    )


def first_pilot_row(store: Store, plan: Plan) -> int | None:
    """Ledger row of the first value or gap of a pilot week; None before any."""
    windows = plan.spec.windows
    weeks = (*windows.washin, *windows.counted)
    return store.first_entry_seq(
        [metric.key for metric in plan.metrics.values()], teams=_names(plan), weeks=weeks
    )


def observed_panel(plan: Plan, metric: MetricSpec, read: Reading, teams: TeamList) -> Panel:
    """Build one metric's panel of what was read from the store."""
    return _panel(plan, metric, _whole(read.rows), teams)


def weeks_read(plan: Plan, today: date) -> Week | None:
    """Return the last week whose values are read on a day; None after the planned end, where none is left out."""
    last = plan.spec.windows.last_over(today)
    return None if last == plan.spec.windows.end else last


def reading(
    store: Store, plan: Plan, metric: MetricSpec, teams: TeamList, audience: str, through: Week | None = None
) -> Reading:
    """Read one metric through a week that is over; what changed for too few people since it was last shown waits."""
    if plan.spec.data == "published":
        rows = store.observations(metric.key, teams=_logged(plan), slices=None, through=through)
        return Reading(rows=tuple(rows))
    return read_metric(
        store,
        plan.spec.id,
        metric,
        teams=_logged(plan),
        arms={row.team: row.arm for row in plan.assigned.teams},
        members=_sizes(teams),
        privacy=plan.spec.privacy.min_group,
        audience=audience,
        through=through,
    )


def _whole(rows: Iterable[Observation]) -> list[Observation]:
    """Values of whole teams."""
    return [row for row in rows if row.slice == ""]


def _once(readings: Mapping[str, Reading]) -> list[Reading]:
    """A metric that is declared twice, with and without its version, is read once."""
    return list({(row.release.metric if row.release else use): row for use, row in readings.items()}.values())


def _sizes(teams: TeamList) -> dict[str, int]:
    return {team.name: team.size for team in teams.rows if team.size}


def _observed(store: Store, plan: Plan, metric: MetricSpec) -> list[Observation]:
    return store.observations(metric.key, teams=_logged(plan))


def _panel(plan: Plan, metric: MetricSpec, rows: list[Observation], teams: TeamList) -> Panel:
    from pilotlab.panel.build import build_panel

    exposure = {
        team.name: _share(team.attributes[EXPOSURE]) for team in teams.rows if team.attributes.get(EXPOSURE)
    }
    cells = ((row.team, row.week.code, row.value, row.n) for row in rows)
    counts = {(row.team, row.week.code): row.numerator for row in rows} if counts_people(metric) else {}
    return build_panel(
        plan.spec, metric, plan.assigned, cells, sizes=_sizes(teams), exposure=exposure, counts=counts
    )


def _share(text: str) -> float:
    """Read a share; nan where the text is none, so that the check can name the team."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _groups(
    readings: Mapping[str, Reading], plan: Plan, panels: Mapping[str, Panel], teams: TeamList
) -> Mapping[str, Mapping[str, DataFrame]]:
    """Read the declared slices of every goal and guardrail."""
    from pilotlab.panel.build import observed_groups

    if not (plan.spec.slices.equity or plan.spec.slices.other):
        return {}
    judged = [use.use for role, use in plan.spec.uses if role in ("goal", "guardrail")]
    return {
        use: observed_groups(readings[use].rows, plan.spec, panels[use], teams, plan.assigned)
        for use in judged
    }


def _quality(plan: Plan, metric: MetricSpec, rows: list[Observation], today: date) -> Completeness:
    """Hold what came in beside what was due by a day, as `status` does."""
    seen = {(row.team, row.week): row.gap for row in rows}
    windows = plan.spec.windows
    return completeness(
        metric.key,
        windows,
        plan.assigned,
        seen,
        cadence=metric.cadence_weeks,
        through=windows.last_over(today),
    )


def _records(
    store: Store,
    plan: Plan,
    teams: TeamList,
    quality: Mapping[str, Completeness],
    today: date,
    late: Late | None,
    *,
    whole: bool,
) -> Records:
    spec, first = plan.spec, first_pilot_row(store, plan)
    moments = {row.seq: row.at for row in store.ledger()} if first else {}
    shares = {
        (table.metric, arm, window): table.presence(arm, window).share
        for table in quality.values()
        for arm in (*spec.arms, CONTROL)
        for window in WINDOWS
    }
    weeks = {
        table.metric: min(table.usable_baseline_weeks(spec.windows, (arm, CONTROL)) for arm in spec.arms)
        for table in quality.values()
    }
    found = ((arm, place_of(spec, arm, plan.assigned, teams.rows)) for arm in spec.arms)
    return Records(
        store_verified=whole,
        frozen_at=datetime.fromisoformat(plan.freeze.frozen_at) if plan.freeze else None,
        frozen_first=plan.freeze_seq is not None and (first is None or plan.freeze_seq < first),
        first_pilot_row_at=datetime.fromisoformat(moments[first]) if first else None,
        digests_match=not plan.edited,
        shares=shares,
        baseline_weeks=weeks,
        today=today,
        late=late,
        edited=in_short(plan.edited),
        places={arm: place for arm, place in found if place},
        look=2 if _extended(plan) else 1,
    )


def _extended(plan: Plan) -> bool:
    """Whether the planned end was moved later after results could be seen."""
    seen = any(change.seen_data for change in plan.amendments)
    return seen and plan.freeze is not None and plan.spec.windows.end > plan.freeze.plan().windows.end


def _names(plan: Plan) -> list[str]:
    return [row.team for row in plan.assigned.teams]


def _logged(plan: Plan) -> list[str]:
    """Teams whose values are read: those in an arm, and the buffer, which is logged and in none."""
    return [*_names(plan), *plan.spec.design.buffer]


def _ledger(store: Store) -> str:
    newest = store.settled()
    return f"{newest.seq}:{newest.hash}" if newest else ""
