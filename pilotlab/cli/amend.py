"""`pilotlab amend`: change a frozen plan, and say why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pilotlab.cli.freeze import AT_MOST
from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import next_line, show, show_json


@click.command()
@click.argument("pilot", type=TEXT)
@click.option(
    "--why", type=TEXT, required=True, metavar="TEXT", help="The reason, as the readout will print it."
)
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str, why: str, workspace: Path | None, actor: str | None, today: date, form: str, plain: bool
) -> None:
    """Make the edited pilot.yaml of PILOT the plan, as a new version.

    Whether results or pilot weeks had been seen by then is read from the ledger and printed with the amendment.

    \b
    Example:
      pilotlab amend anchor-days --why "Lyon holiday on 11 November added"
    """
    from pilotlab import api

    opened = api.open_workspace(workspace, actor=actor, today=today)
    amendment, late = opened.amend(pilot, why=why), opened.late(pilot)
    if form == "json":
        show_json({**amendment.to_dict(), "late": late.to_dict() if late else None}, stored=True)
        return
    seen = "after data had been seen" if amendment.seen_data else "before any result was seen"
    lines = [f"{pilot}: amendment {amendment.version} by {amendment.author}, {seen}"]
    lines += [f"  {change.path}: {change.before} → {change.after}" for change in amendment.changes]
    lines += [f"{AT_MOST}: {late}."] if late else []
    show("\n".join([*lines, next_line(f"pilotlab status {pilot}")]), plain=plain, stored=True)
