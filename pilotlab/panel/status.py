"""Status: what has arrived of a pilot by a day, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.panel.quality import Completeness, completeness
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, PilotSpec, Windows
from pilotlab.spec.standard import SHARE_NEEDED
from pilotlab.store.store import Store
from pilotlab.weeks import Week

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
class Status:
    """What has arrived of a pilot's goals and guardrails by a day.

    `arms` holds (arm, present, expected, metric) for the metric that is furthest behind in the arm; `states` a letter a week.
    """

    spec: PilotSpec
    today: date
    weeks: tuple[Week, ...]
    arms: tuple[tuple[str, int, int, str], ...]
    states: dict[str, tuple[str, ...]]
    arm_of: dict[str, str]

    @property
    def last(self) -> Week | None:
        """The last week that is over."""
        return self.weeks[-1] if self.weeks else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Teams that owe the last week, alphabetical."""
        return tuple(team for team, states in self.states.items() if states and states[-1] == "missing")

    def window(self, week: Week) -> str:
        """Name what a week is for."""
        return _window(self.spec.windows, week)

    def met(self, present: int, expected: int) -> bool | None:
        """Whether a share is enough for the trust gate; None where nothing was due."""
        return present / expected >= SHARE_NEEDED if expected else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data after docs/reference/schema/status.json; people are not listed singly."""
        singly = self.spec.design.unit == "team"
        return {
            "schema": SCHEMA,
            "pilot": self.spec.id,
            "today": str(self.today),
            "week": str(self.last) if self.last else None,
            "needed": SHARE_NEEDED,
            "arms": [
                {
                    "arm": arm,
                    "present": present,
                    "expected": expected,
                    "share": present / expected if expected else None,
                    "met": self.met(present, expected),
                    "metric": metric,
                }
                for arm, present, expected, metric in self.arms
            ],
            "units": len(self.states),
            "missing_last_week": list(self.missing) if singly else len(self.missing),
            "weeks": [{"week": str(week), "window": self.window(week)} for week in self.weeks],
            "teams": [
                {"team": team, "arm": self.arm_of[team], "states": list(states)}
                for team, states in self.states.items()
            ]
            if singly
            else [],
        }


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
    begun = bool(tables[0].weeks)
    return Status(
        spec=spec,
        today=today,
        weeks=tables[0].weeks,
        arms=tuple(_furthest_behind(tables, arm) for arm in _pilot_first(drawn.arms)) if begun else (),
        states={team.team: _joined(tables, at) for at, team in enumerate(tables[0].teams)},
        arm_of={team.team: team.arm for team in tables[0].teams},
    )


def _table(
    store: Store | None, spec: PilotSpec, metric: MetricSpec, drawn: Assignment, through: Week
) -> Completeness:
    rows = store.observations(metric.key, teams=[row.team for row in drawn.teams]) if store else []
    seen = {(row.team, row.week): row.gap for row in rows}
    return completeness(metric.key, spec.windows, drawn, seen, cadence=metric.cadence_weeks, through=through)


def _pilot_first(arms: tuple[str, ...]) -> list[str]:
    return sorted(arms, key=lambda arm: (arm == CONTROL, arm))


def _furthest_behind(tables: list[Completeness], arm: str) -> tuple[str, int, int, str]:
    table = min(
        tables, key=lambda table: (1.0 if (share := table.share(arm)) is None else share, table.metric)
    )
    return (arm, *table.count(arm), table.metric)


def _joined(tables: list[Completeness], at: int) -> tuple[str, ...]:
    """Worst state of a team in each week, over the metrics."""
    rows = [[_owed(state, table.cadence) for state in table.teams[at].states] for table in tables]
    return tuple(min(cell, key=_WORST.index) for cell in zip(*rows, strict=True))


def _owed(state: str, cadence: int) -> str:
    """A weekly metric is logged in announced and wash-in weeks too, though they don't count."""
    return "missing" if state == "not_due" and cadence == 1 else state


def _window(windows: Windows, week: Week) -> str:
    if week in windows.blackout:
        return "blackout"
    for name in ("baseline", "announced", "washin", "counted"):
        if week in getattr(windows, name):
            return {"washin": "wash-in"}.get(name, name)
    return "between"
