"""`pilotlab status`: who is missing what, and how far the trust gate is met."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import WIDTH, next_line, page_width, rule, show, show_json
from pilotlab.cli.standing import standing_lines
from pilotlab.text.table import Column, beside, table
from pilotlab.text.width import columns, pad, whole, wrap
from pilotlab.wording.dates import day_of_week
from pilotlab.wording.lists import listed, plural
from pilotlab.wording.numbers import percent

if TYPE_CHECKING:
    from pilotlab.panel.status import ArmStatus, Status, TeamStatus
    from pilotlab.spec.pilot import PilotSpec

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
_APART = 4  # columns between shares
_Groups = list[tuple[str, list[int]]]  # what a run of weeks is for, and their positions
_LEGEND = (
    "· logged",
    "? missing",
    "L leave",
    "H holiday",
    "N no work finished",
    "F forgotten",
    "A not applicable",
)


@click.command()
@click.argument("pilot", type=TEXT)
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str, workspace: Path | None, actor: str | None, today: Any, form: str, plain: bool
) -> None:
    """Show what has arrived of PILOT: shares against the trust gate, a map of teams by week, and who is in which arm.

    \b
    Example:
      pilotlab status anchor-days
    """
    from pilotlab import api

    opened = api.open_workspace(workspace, actor=actor, today=today)
    status, stands = opened.status(pilot), opened.standing(pilot)
    if form == "json":
        show_json({**status.to_dict(), "plan": stands.to_dict()})
        return
    page, said = lines(status, opened.plan(pilot).spec), standing_lines(stands)
    place = len(page) - 1 if status.weeks else len(page)  # before what is next
    show("\n".join([*page[:place], *(["", *said] if said else []), *page[place:]]), plain=plain)


def lines(status: Status, spec: PilotSpec) -> list[str]:
    """The page: shares, then the map."""
    head = [_title(status, spec), rule()]
    if not status.weeks:
        first = spec.windows.expected[0]
        return [*head, f"Nothing is due yet: the first week is {first}, from {day_of_week(first.monday)}."]
    unit = "people" if spec.design.unit == "person" else "teams"
    count = f"{status.arrived} of {status.units} {unit} {'is' if status.arrived == 1 else 'are'} in for {status.week}."
    body = [*head, count, "", *_shares(status, spec)]
    if status.teams:
        body += ["", *_map(status)]
    return [*body, _next(status, spec)]


def _title(status: Status, spec: PilotSpec) -> str:
    from pilotlab.weeks import Week

    windows, now = spec.windows, Week.of(status.today)
    event, length = now.since(windows.start) + 1, windows.end.since(windows.start) + 1
    where = (
        f"pilot week {event} of {length}"
        if 1 <= event <= length
        else "before the start"
        if event < 1
        else "after the planned end"
    )
    when = f"{where} ({now}), {day_of_week(status.today)}"
    return "\n".join(beside(spec.name, when, page_width()))


def _shares(status: Status, spec: PilotSpec) -> list[str]:
    many = (
        len({arm.metric for arm in status.arms}) > 1 or len(spec.metrics.goals + spec.metrics.guardrails) > 1
    )
    digits = max(len(str(arm.expected)) for arm in status.arms)
    found = []
    for arm in status.arms:
        share = "-" if arm.share is None else percent(arm.share, needed=status.needed)
        found.append(
            [
                _arm_name(spec, arm.arm),
                f"{arm.present:>{digits}} of {arm.expected:>{digits}} team-weeks  {share:>6}",
                f"needed {percent(status.needed)}",
                _verdict(arm, status.needed),
                arm.metric.partition("@")[0] if many else "",
            ]
        )
    shape = (Column(), Column(), Column(), Column(), Column())
    return table(shape, found, page_width(), head=False, gap=_APART if page_width() == WIDTH else 2)


def _verdict(arm: ArmStatus, needed: float) -> str:
    """Say whether there is enough; of an arm that has enough in all and not in a window, in which."""
    if arm.met is None:
        return "nothing due yet"
    where = f" in the {listed(arm.short)} weeks" if arm.short and (arm.share or 0.0) >= needed else ""
    return "met" if arm.met else f"not met{where}"


def _arm_name(spec: PilotSpec, arm: str) -> str:
    if arm == "control":
        return "Comparison"
    return "Pilot" if len(spec.arms) == 1 and arm in spec.arms else arm[:1].upper() + arm[1:]


def _map(status: Status) -> list[str]:
    gaps = [
        row
        for row in status.teams
        if any(state not in ("counts", "outside", "not_due", "blackout") for state in row.states)
    ]
    if not gaps:
        return [f"No gap in {len(status.teams)} teams."]
    groups, wide = _groups(status), max(map(columns, ["Team", *(row.team for row in gaps)]))
    found: list[str] = []
    for part in _parts(groups, page_width() - wide - len(" missing") - 1):
        found += [*([""] if found else []), *_weeks(status, gaps, part, wide)]
    rest = len(status.teams) - len(gaps)
    found += [f"and {plural(rest, 'team')} without a gap"] if rest else []
    black = ["× blackout"] if any("blackout" in row.states for row in status.teams) else []
    return [*found, "", *wrap("   ".join(map(whole, [*_LEGEND, *black])), page_width())]


def _parts(groups: _Groups, room: int) -> list[_Groups]:
    """Divide the weeks into maps that the page is wide enough for."""
    parts: list[_Groups] = [[]]
    left = room
    for name, at in groups:
        for start in range(0, len(at), max(room - 1, 3)):
            piece = at[start : start + max(room - 1, 3)]
            if _room(name, piece) > left and parts[-1]:
                parts.append([])
                left = room
            parts[-1].append((name, piece))
            left -= _room(name, piece)
    return parts


def _weeks(status: Status, gaps: Sequence[TeamStatus], groups: _Groups, wide: int) -> list[str]:
    """One map: what each run of weeks is for, its first week, and a line a team."""
    names = "".join(f"{name:<{_room(name, at)}}" for name, at in groups)
    numbers = "".join(f"{status.weeks[at[0]].week.short:<{_room(name, at)}}" for name, at in groups)
    found = [f"{pad('Team', wide)} {names}".rstrip(), f"{pad('', wide)} {numbers}".rstrip()]
    for row in gaps:
        cells = "".join(
            f"{''.join(_LETTERS[row.states[place]] for place in at):<{_room(name, at)}}"
            for name, at in groups
        )
        owing = "missing" if row.states[-1] == "missing" else ""
        found.append(f"{pad(row.team, wide)} {cells} {owing}".rstrip())
    return found


def _room(name: str, at: Sequence[int]) -> int:
    """Columns that a run of weeks takes with its name above, and the space after it."""
    return max(len(at), len(name)) + 1


def _groups(status: Status) -> _Groups:
    """Weeks by what they are for, as runs of positions."""
    runs: _Groups = []
    for at, week in enumerate(status.weeks):
        name = week.window
        name = "counted" if name == "blackout" and runs and runs[-1][0] == "counted" else name
        if runs and runs[-1][0] == name:
            runs[-1][1].append(at)
        else:
            runs.append((name, [at]))
    return runs


def _next(status: Status, spec: PilotSpec) -> str:
    owing = status.missing_last_week
    if owing and not isinstance(owing, int):
        return next_line(f"pilotlab log {spec.id} --team {owing[0]} --week {status.week}")
    if status.week == spec.windows.end:
        return next_line(f"pilotlab analyze {spec.id}")
    return next_line(f"pilotlab log {spec.id}", "next week")
