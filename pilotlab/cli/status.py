"""`pilotlab status`: who is missing what, and how far the trust gate is met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotlab.cli.options import actor_option, format_option, plain_option, today_option, workspace_option
from pilotlab.cli.output import next_line, rule, show, show_json

if TYPE_CHECKING:
    from pilotlab.cli.collecting import Ground
    from pilotlab.panel.quality import Completeness
    from pilotlab.spec.pilot import PilotSpec, Windows
    from pilotlab.store.store import Store

NEEDED = 0.8  # of the trust gate: share of the expected team-weeks in each arm
_LETTERS = {
    "counts": "·",
    "outside": "·",
    "missing": "?",
    "leave": "L",
    "holiday": "H",
    "no_work": "N",
    "forgot": "F",
    "not_applicable": "A",
    "blackout": "×",
    "not_due": " ",
}
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
_LEGEND = "· logged   ? missing   L leave   H holiday   N no work finished   F forgotten   A not applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What has arrived of a pilot's goals and guardrails by a day.

    `arms` holds (arm, present, expected, metric) for the metric that is furthest behind in the arm; `states` a letter a week.
    """

    spec: PilotSpec
    today: date
    weeks: tuple[Any, ...]
    arms: tuple[tuple[str, int, int, str], ...]
    states: dict[str, tuple[str, ...]]
    arm_of: dict[str, str]

    @property
    def last(self) -> Any:
        """The last week that is over."""
        return self.weeks[-1] if self.weeks else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Teams that owe the last week, alphabetical."""
        return tuple(team for team, states in self.states.items() if states and states[-1] == "missing")


@click.command()
@click.argument("pilot")
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str, workspace: Path | None, actor: str | None, today: Any, form: str, plain: bool
) -> None:
    """Show what has arrived of PILOT: shares against the trust gate, and a map of teams by week.

    \b
    Example:
      pilotlab status anchor-days
    """
    from pilotlab.cli.collecting import looked_at

    with looked_at(workspace, actor) as (ground, store):
        status = status_of(ground, store, pilot, today)
    if form == "json":
        show_json(to_dict(status))
    else:
        show("\n".join(lines(status)), plain=plain)


def status_of(ground: Ground, store: Store | None, pilot: str, today: date) -> Status:
    """Gather the status of a pilot; without a draw all its teams stand in one group."""
    from pilotlab.design.assignment import AssignedTeam, Assignment
    from pilotlab.panel.quality import completeness
    from pilotlab.weeks import Week

    spec = ground.spec(pilot)
    drawn = ground.assignment(store, pilot) or Assignment(
        pilot, "declared", tuple(AssignedTeam(team, "not drawn yet") for team in ground.teams(pilot))
    )
    through = Week.of(today) - 1
    gated = {
        ground.catalogue.get(use.use).key: ground.catalogue.get(use.use)
        for role, use in spec.uses
        if role in ("goal", "guardrail")
    }
    tables = []
    for key, metric in gated.items():
        rows = store.observations(key, teams=[row.team for row in drawn.teams]) if store else []
        seen = {(row.team, row.week): row.gap for row in rows}
        tables.append(
            completeness(key, spec.windows, drawn, seen, cadence=metric.cadence_weeks, through=through)
        )
    begun = bool(tables[0].weeks)
    return Status(
        spec=spec,
        today=today,
        weeks=tables[0].weeks,
        arms=tuple(_furthest_behind(tables, arm) for arm in _pilot_first(drawn.arms)) if begun else (),
        states={team.team: _joined(tables, at) for at, team in enumerate(tables[0].teams)},
        arm_of={team.team: team.arm for team in tables[0].teams},
    )


def _pilot_first(arms: tuple[str, ...]) -> list[str]:
    return sorted(arms, key=lambda arm: (arm == "control", arm))


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


def to_dict(status: Status) -> dict[str, Any]:
    """Plain data after docs/reference/schema/status.json; people are not listed singly."""
    singly = status.spec.design.unit == "team"
    return {
        "schema": "pilotlab/status@1",
        "pilot": status.spec.id,
        "today": str(status.today),
        "week": str(status.last) if status.last else None,
        "needed": NEEDED,
        "arms": [
            {
                "arm": arm,
                "present": present,
                "expected": expected,
                "share": present / expected if expected else None,
                "met": _met(present, expected),
                "metric": metric,
            }
            for arm, present, expected, metric in status.arms
        ],
        "units": len(status.states),
        "missing_last_week": list(status.missing) if singly else len(status.missing),
        "weeks": [{"week": str(week), "window": _window(status.spec.windows, week)} for week in status.weeks],
        "teams": [
            {"team": team, "arm": status.arm_of[team], "states": list(states)}
            for team, states in status.states.items()
        ]
        if singly
        else [],
    }


def _met(present: int, expected: int) -> bool | None:
    return present / expected >= NEEDED if expected else None


def lines(status: Status) -> list[str]:
    """The page: shares, then the map."""
    head = [_title(status), rule()]
    if not status.weeks:
        first = status.spec.windows.expected[0]
        return [*head, f"Nothing is due yet: the first week is {first}, from {first.monday:%a %d %b %Y}."]
    unit = "people" if status.spec.design.unit == "person" else "teams"
    count = (
        f"{len(status.states) - len(status.missing)} of {len(status.states)} {unit} are in for {status.last}."
    )
    body = [*head, count, "", *_shares(status)]
    if status.spec.design.unit == "team":
        body += ["", *_map(status)]
    return [*body, _next(status)]


def _title(status: Status) -> str:
    from pilotlab.weeks import Week

    windows, now = status.spec.windows, Week.of(status.today)
    event, length = now.since(windows.start) + 1, windows.end.since(windows.start) + 1
    where = (
        f"pilot week {event} of {length}"
        if 1 <= event <= length
        else "before the start"
        if event < 1
        else "after the planned end"
    )
    when = f"{where} ({now}), {status.today:%a %d %b %Y}"
    return f"{status.spec.name[: 98 - len(when)]:<{98 - len(when)}}  {when}"


def _shares(status: Status) -> list[str]:
    names = [_arm_name(status, arm) for arm, *_ in status.arms]
    wide, many = (
        max(map(len, names)),
        len({metric for *_, metric in status.arms}) > 1
        or len(status.spec.metrics.goals + status.spec.metrics.guardrails) > 1,
    )
    digits = max(len(str(expected)) for _, _, expected, _ in status.arms)
    found = []
    for name, (_, present, expected, metric) in zip(names, status.arms, strict=True):
        share = f"{100 * present / expected:>4.0f} %" if expected else "   -  "
        verdict = {True: "met", False: "not met", None: "nothing due yet"}[_met(present, expected)]
        line = f"{name:<{wide}}   {present:>{digits}} of {expected:>{digits}} team-weeks  {share}    needed {100 * NEEDED:.0f} %    {verdict}"
        found.append(f"{line}    {metric.partition('@')[0]}" if many else line)
    return found


def _arm_name(status: Status, arm: str) -> str:
    if arm == "control":
        return "Comparison"
    return "Pilot" if len(status.spec.arms) == 1 and arm in status.spec.arms else arm[:1].upper() + arm[1:]


def _map(status: Status) -> list[str]:
    gaps = [
        team
        for team, states in status.states.items()
        if any(state not in ("counts", "outside", "not_due", "blackout") for state in states)
    ]
    if not gaps:
        return [f"No gap in {len(status.states)} teams."]
    wide = min(max(len("Team"), *map(len, gaps)), 40)
    groups = _groups(status)
    names = "".join(f"{name[: max(len(at), 3)]:<{max(len(at), 3) + 1}}" for name, at in groups)
    numbers = "".join(
        f"{status.weeks[at[0]].short[: max(len(at), 3)]:<{max(len(at), 3) + 1}}" for _, at in groups
    )
    found = [f"{'Team':<{wide}} {names}".rstrip(), f"{'':<{wide}} {numbers}".rstrip()]
    for team in gaps:
        cells = "".join(
            f"{''.join(_LETTERS[status.states[team][place]] for place in at):<{max(len(at), 3) + 1}}"
            for _, at in groups
        )
        found.append(f"{team[:wide]:<{wide}} {cells} {'missing' if team in status.missing else ''}".rstrip())
    rest = len(status.states) - len(gaps)
    found += [f"and {rest} team{'s' if rest != 1 else ''} without a gap"] if rest else []
    black = "   × blackout" if any("blackout" in states for states in status.states.values()) else ""
    return [*found, "", _LEGEND, *([black.strip()] if black else [])]


def _groups(status: Status) -> list[tuple[str, list[int]]]:
    """Weeks by what they are for, as runs of positions."""
    runs: list[tuple[str, list[int]]] = []
    for at, week in enumerate(status.weeks):
        name = _window(status.spec.windows, week)
        name = "counted" if name == "blackout" and runs and runs[-1][0] == "counted" else name
        if runs and runs[-1][0] == name:
            runs[-1][1].append(at)
        else:
            runs.append((name, [at]))
    return runs


def _window(windows: Windows, week: Any) -> str:
    if week in windows.blackout:
        return "blackout"
    for name in ("baseline", "announced", "washin", "counted"):
        if week in getattr(windows, name):
            return {"washin": "wash-in"}.get(name, name)
    return "between"


def _next(status: Status) -> str:
    if status.missing and status.spec.design.unit == "team":
        return next_line(f"pilotlab log {status.spec.id} --team {status.missing[0]} --week {status.last}")
    if status.last == status.spec.windows.end:
        return next_line(f"pilotlab analyze {status.spec.id}")
    return next_line(f"pilotlab log {status.spec.id}", "next week")
