"""`pilotlab log`: one team's week, by flags or at a prompt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotlab.cli.ask import agree, ask, say
from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import next_line, show, show_json
from pilotlab.errors import nearest

if TYPE_CHECKING:
    from pilotlab.sources.entry import Form
    from pilotlab.store.entries import Entry, Receipt


@click.command()
@click.argument("pilot", type=TEXT)
@click.option("--team", type=TEXT, metavar="TEAM", help="The team, as teams.csv calls it.")
@click.option("--week", metavar="WEEK", help="2026-W40 or its Monday; else the last week that is over.")
@click.option(
    "--set", "sets", type=TEXT, metavar="METRIC=NUMBER", multiple=True, help="A value; may be repeated."
)
@click.option(
    "--gap",
    "gaps",
    metavar="METRIC=REASON",
    multiple=True,
    help="Why there is none: leave, holiday, no_work, forgot, not_applicable.",
)
@click.option("--why", type=TEXT, metavar="TEXT", default="", help="Reason, where a stored value changes.")
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str,
    team: str | None,
    week: str | None,
    sets: tuple[str, ...],
    gaps: tuple[str, ...],
    why: str,
    workspace: Path | None,
    actor: str | None,
    today: Any,
    form: str,
    plain: bool,
) -> None:
    """Log one team's week of PILOT.

    Without --set and --gap the program asks for each metric in turn. A value that is stored is kept beside the new one, and a
    change needs a reason; the same value again changes nothing.

    \b
    Example:
      pilotlab log anchor-days --team api --week 2026-W40 --set focus_hours=21.5 --gap belonging=leave
    """
    from pilotlab import api
    from pilotlab.sources.entry import corrections, from_flags, from_prompt, review

    lab = api.open_workspace(workspace, actor=actor, today=today)
    sheet = lab.form(pilot, team or _ask_team(lab.teams(pilot)), week)
    typed = not (sets or gaps)
    entries = from_prompt(sheet, ask, say) if typed else from_flags(sheet, sets, gaps)
    if not entries:
        show("Nothing was typed. Nothing was written.", plain=plain)
        return
    if typed:
        say("\n" + review(sheet, entries))
        why = why or (ask("Why does a stored value change?") if corrections(sheet, entries) else "")
        agree("Save?")
    receipt = lab.save(entries, why=why)
    _report(pilot, sheet, entries, receipt, form=form, plain=plain)


def _ask_team(teams: tuple[str, ...]) -> str:
    """Ask until a team of the pilot is named."""
    while True:
        named = ask("Team", default="?" if len(teams) > 1 else teams[0], show_default=len(teams) < 2).strip()
        if named in teams:
            return named
        say(", ".join(teams) if named == "?" else f"  no team {named!r}{nearest(named, teams)}; ? lists them")


def _report(
    pilot: str, sheet: Form, entries: list[Entry], receipt: Receipt, *, form: str, plain: bool
) -> None:
    from pilotlab.sources.entry import shown

    if form == "json":
        values = [{"metric": row.metric.key, "value": row.value, "gap": row.gap} for row in entries]
        counts = {"new": receipt.new, "corrected": receipt.corrected, "unchanged": receipt.unchanged}
        show_json(
            {
                "schema": "pilotlab/log@1",
                "pilot": pilot,
                "team": sheet.team,
                "week": str(sheet.week),
                "values": values,
                **counts,
                "receipt": receipt.code or None,
                "ledger": receipt.seq,
            },
            stored=True,
        )
        return
    lines = [f"  {row.metric.id:<28}{shown(row, row.metric)}" for row in entries]
    done = f"Saved for {sheet.team}, {sheet.week}: {receipt.new} new, {receipt.corrected} corrected, {receipt.unchanged} as before."
    if not receipt.written:
        done = f"{sheet.team}, {sheet.week}: all of this was stored already. Nothing changed."
    mark = [f"Receipt {receipt.code}"] if receipt.code else []
    show("\n".join([*lines, done, *mark, next_line(f"pilotlab status {pilot}")]), plain=plain, stored=True)
