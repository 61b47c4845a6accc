"""Status: what has arrived of a pilot by a day, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.panel.presence import Completeness, State, Window, completeness
from pilotlab.plain import plain, rebuilt
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec, Windows
from pilotlab.spec.standard import SHARE_NEEDED
from pilotlab.store.store import Store
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html
from pilotlab.weeks import Week
from pilotlab.wording.numbers import percent

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "pilotlab/status@1"
NOT_DRAWN = "not drawn yet"
_WORST = (
    "missing",
    "forgot",
    "leave",
    "holiday",
    "no_work",
    "counts",
    "outside",
    "not_applicable",
    "not_due",
    "blackout",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmStatus:
    """An arm's due team-weeks of the goal or guardrail that is furthest behind in it, baseline and counted weeks together.

    Attributes
    ----------
    met : bool or None
        Whether there is enough for the trust gate, in the baseline and in the counted weeks each; None where nothing was due.
    short : tuple of str
        The windows of which there is too little.
    """

    arm: str
    present: int
    expected: int
    share: float | None
    met: bool | None
    short: tuple[Window, ...]
    metric: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekStatus:
    """A week that is over, and what it is for."""

    week: Week
    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamStatus:
    """A team's presence: a state a week, the worst over goals and guardrails."""

    team: str
    arm: str
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Status:
    """What has arrived of a pilot's goals and guardrails by a day, as docs/reference/schema/status.json describes it.

    Attributes
    ----------
    week : Week or None
        The last week that is over; None before the first is due.
    needed : float
        Share of due team-weeks that the trust gate asks of each arm.
    missing_last_week : tuple of str, or int
        Teams that owe the last week, alphabetical; a count where the units are people, who are not listed singly.
    teams : tuple of TeamStatus
        Empty where the units are people.

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("acme")
    >>> _ = workspace.assign("anchor-days")
    >>> status = workspace.status("anchor-days")
    >>> status.week, f"{status.arrived} of {status.units}"
    (None, '24 of 24')
    """

    pilot: str
    today: date
    week: Week | None
    needed: float
    arms: tuple[ArmStatus, ...]
    units: int
    missing_last_week: tuple[str, ...] | int
    weeks: tuple[WeekStatus, ...]
    teams: tuple[TeamStatus, ...]

    @property
    def arrived(self) -> int:
        """Units that do not owe the last week."""
        owing = self.missing_last_week
        return self.units - (owing if isinstance(owing, int) else len(owing))

    def to_dict(self) -> dict[str, Any]:
        """Plain data after docs/reference/schema/status.json; people are not listed singly."""
        return plain(self, SCHEMA)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Status:
        """Rebuild from `to_dict`.

        Raises
        ------
        PilotlabError
            For another schema, or a field that is missing or unknown.
        """
        return rebuilt(cls, data, SCHEMA)

    def __repr__(self) -> str:
        when = f"through {self.week}" if self.week else "nothing due yet"
        return in_ascii(f"Status {self.pilot} on {self.today}: {when}, {self.arrived} of {self.units} in")

    def _repr_html_(self) -> str:
        return as_html(repr(self), [(arm.arm, _said(arm)) for arm in self.arms], ())

    def summary(self) -> str:
        """Return the shares of each arm as text."""
        return in_ascii("\n".join([repr(self), *(f"  {arm.arm}: {_said(arm)}" for arm in self.arms)]))

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row per arm: arm, present, expected, share, met, metric."""
        import pandas as pd

        return pd.DataFrame([asdict(arm) for arm in self.arms])


def _said(arm: ArmStatus) -> str:
    share = percent(arm.share, needed=SHARE_NEEDED)
    return f"{arm.present} of {arm.expected} team-weeks of {arm.metric}, {share}"


def status(
    store: Store | None,
    spec: PilotSpec,
    metrics: Mapping[str, MetricSpec],
    assignment: Assignment | None,
    teams: Sequence[str],
    *,
    today: date,
) -> Status:
    """Gather the status of a pilot from its plan; without a draw all `teams` stand in one group.

    Parameters
    ----------
    metrics : mapping
        From what the plan writes to the metric.
    """
    drawn = assignment or Assignment(
        spec.id, "declared", tuple(AssignedTeam(team, NOT_DRAWN) for team in teams)
    )
    gated = {
        metrics[use.use].key: metrics[use.use] for role, use in spec.uses if role in ("goal", "guardrail")
    }
    tables = [_table(store, spec, metric, drawn, spec.windows.last_over(today)) for metric in gated.values()]
    weeks = tables[0].weeks
    rows = tuple(
        TeamStatus(team=row.team, arm=row.arm, states=_joined(tables, at))
        for at, row in enumerate(tables[0].teams)
    )
    owing = tuple(row.team for row in rows if row.states and row.states[-1] == "missing")
    singly = spec.design.unit == "team"
    return Status(
        pilot=spec.id,
        today=today,
        week=weeks[-1] if weeks else None,
        needed=SHARE_NEEDED,
        arms=tuple(_furthest_behind(tables, arm) for arm in _pilot_first(drawn.arms)) if weeks else (),
        units=len(rows),
        missing_last_week=owing if singly else len(owing),
        weeks=tuple(WeekStatus(week=week, window=_window(spec.windows, week)) for week in weeks),
        teams=rows if singly else (),
    )


def _table(
    store: Store | None, spec: PilotSpec, metric: MetricSpec, drawn: Assignment, through: Week
) -> Completeness:
    rows = store.observations(metric.key, teams=[row.team for row in drawn.teams]) if store else []
    seen = {(row.team, row.week): row.gap for row in rows}
    return completeness(metric.key, spec.windows, drawn, seen, cadence=metric.cadence_weeks, through=through)


def _pilot_first(arms: tuple[str, ...]) -> list[str]:
    return sorted(arms, key=lambda arm: (arm == CONTROL, arm))


def _furthest_behind(tables: list[Completeness], arm: str) -> ArmStatus:
    """Show the metric of which a window lacks most: where it has enough, all have."""
    table = min(tables, key=lambda table: (table.least(arm), table.metric))
    there = table.presence(arm)
    return ArmStatus(
        arm=arm,
        present=there.present,
        expected=there.expected,
        share=there.share,
        met=table.met(arm),
        short=table.short(arm),
        metric=table.metric,
    )


def _joined(tables: list[Completeness], at: int) -> tuple[State, ...]:
    """Worst state of a team in each week, over the metrics."""
    rows = [[_owed(state, table.cadence) for state in table.teams[at].states] for table in tables]
    return tuple(min(cell, key=_WORST.index) for cell in zip(*rows, strict=True))


def _owed(state: State, cadence: int) -> State:
    """A weekly metric is logged in announced and wash-in weeks too, though they don't count."""
    return "missing" if state == "not_due" and cadence == 1 else state


def _window(windows: Windows, week: Week) -> str:
    if week in windows.blackout:
        return "blackout"
    for name in ("baseline", "announced", "washin", "counted"):
        if week in getattr(windows, name):
            return {"washin": "wash-in"}.get(name, name)
    return "between"
