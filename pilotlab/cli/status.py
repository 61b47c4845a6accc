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
from pilotlab.wording.lists import plural
from pilotlab.wording.numbers import percent

if TYPE_CHECKING:
    from pilotlab.panel.status import Status

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
    page, said = lines(status), standing_lines(stands)
    place = len(page) - 1 if status.weeks else len(page)  # before what is next
    show("\n".join([*page[:place], *(["", *said] if said else []), *page[place:]]), plain=plain)


def lines(status: Status) -> list[str]:
    """The page: shares, then the map."""
    head = [_title(status), rule()]
    if not status.weeks:
        first = status.spec.windows.expected[0]
        return [*head, f"Nothing is due yet: the first week is {first}, from {day_of_week(first.monday)}."]
    unit = "people" if status.spec.design.unit == "person" else "teams"
    arrived = len(status.states) - len(status.missing)
    count = (
        f"{arrived} of {len(status.states)} {unit} {'is' if arrived == 1 else 'are'} in for {status.last}."
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
    when = f"{where} ({now}), {day_of_week(status.today)}"
    return "\n".join(beside(status.spec.name, when, page_width()))


def _shares(status: Status) -> list[str]:
    from pilotlab.spec.standard import SHARE_NEEDED

    names = [_arm_name(status, arm) for arm, *_ in status.arms]
    many = (
        len({metric for *_, metric in status.arms}) > 1
        or len(status.spec.metrics.goals + status.spec.metrics.guardrails) > 1
    )
    digits = max(len(str(expected)) for _, _, expected, _ in status.arms)
    found = []
    for name, (_, present, expected, metric) in zip(names, status.arms, strict=True):
        share = (percent(present / expected, needed=SHARE_NEEDED) if expected else "-").rjust(6)
        verdict = {True: "met", False: "not met", None: "nothing due yet"}[status.met(present, expected)]
        found.append(
            [
                name,
                f"{present:>{digits}} of {expected:>{digits}} team-weeks  {share}",
                f"needed {percent(SHARE_NEEDED)}",
                verdict,
                metric.partition("@")[0] if many else "",
            ]
        )
    shape = (Column(), Column(), Column(), Column(), Column())
    return table(shape, found, page_width(), head=False, gap=_APART if page_width() == WIDTH else 2)


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
    groups, wide = _groups(status), max(map(columns, ["Team", *gaps]))
    found: list[str] = []
    for part in _parts(groups, page_width() - wide - len(" missing") - 1):
        found += [*([""] if found else []), *_weeks(status, gaps, part, wide)]
    rest = len(status.states) - len(gaps)
    found += [f"and {plural(rest, 'team')} without a gap"] if rest else []
    black = ["× blackout"] if any("blackout" in states for states in status.states.values()) else []
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


def _weeks(status: Status, gaps: Sequence[str], groups: _Groups, wide: int) -> list[str]:
    """One map: what each run of weeks is for, its first week, and a line a team."""
    names = "".join(f"{name:<{_room(name, at)}}" for name, at in groups)
    numbers = "".join(f"{status.weeks[at[0]].short:<{_room(name, at)}}" for name, at in groups)
    found = [f"{pad('Team', wide)} {names}".rstrip(), f"{pad('', wide)} {numbers}".rstrip()]
    for team in gaps:
        cells = "".join(
            f"{''.join(_LETTERS[status.states[team][place]] for place in at):<{_room(name, at)}}"
            for name, at in groups
        )
        found.append(f"{pad(team, wide)} {cells} {'missing' if team in status.missing else ''}".rstrip())
    return found


def _room(name: str, at: Sequence[int]) -> int:
    """Columns that a run of weeks takes with its name above, and the space after it."""
    return max(len(at), len(name)) + 1


def _groups(status: Status) -> _Groups:
    """Weeks by what they are for, as runs of positions."""
    runs: _Groups = []
    for at, week in enumerate(status.weeks):
        name = status.window(week)
        name = "counted" if name == "blackout" and runs and runs[-1][0] == "counted" else name
        if runs and runs[-1][0] == name:
            runs[-1][1].append(at)
        else:
            runs.append((name, [at]))
    return runs


def _next(status: Status) -> str:
    if status.missing and status.spec.design.unit == "team":
        return next_line(f"pilotlab log {status.spec.id} --team {status.missing[0]} --week {status.last}")
    if status.last == status.spec.windows.end:
        return next_line(f"pilotlab analyze {status.spec.id}")
    return next_line(f"pilotlab log {status.spec.id}", "next week")
