"""`pilotlab freeze`: fix the plan before the first week."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import next_line, show, show_json

AT_MOST = "The evidence grade is at most C (strongest verdict: Extend)"


@click.command()
@click.argument("pilot", type=TEXT)
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str, workspace: Path | None, actor: str | None, today: date, form: str, plain: bool
) -> None:
    """Freeze the plan of PILOT: declaration, metric versions, assignment, rule and program version.

    From here on a change is an amendment, with an author and a reason, and the readout prints it.

    \b
    Example:
      pilotlab freeze anchor-days
    """
    from pilotlab import api

    opened = api.open_workspace(workspace, actor=actor, today=today)
    freeze, late = opened.freeze(pilot), opened.late(pilot)
    if form == "json":
        show_json({**freeze.to_dict(), "late": late.to_dict() if late else None}, stored=True)
        return
    lines = [
        f"{pilot}: frozen by {freeze.frozen_by}, {freeze.frozen_at}",
        *(f"  {name:<12}{digest[:16]}" for name, digest in freeze.digests.items()),
        *([f"{AT_MOST}: {late}."] if late else []),
        next_line(f"pilotlab log {pilot}"),
    ]
    show("\n".join(lines), plain=plain, stored=True)
