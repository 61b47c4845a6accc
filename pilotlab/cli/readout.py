"""`pilotlab readout`: the page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pilotlab.cli.options import actor_option, today_option, workspace_option
from pilotlab.cli.output import show

SUFFIXES = {"html": ".html", "markdown": ".md", "json": ".json"}


@click.command()
@click.argument("pilot")
@click.option(
    "--format",
    "forms",
    type=click.Choice(list(SUFFIXES)),
    multiple=True,
    default=("html",),
    show_default=True,
    help="May be given more than once.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write; else analysis/readouts/PILOT in the workspace.",
)
@workspace_option
@actor_option
@today_option
def command(
    pilot: str,
    forms: tuple[str, ...],
    out: Path | None,
    workspace: Path | None,
    actor: str | None,
    today: date,
) -> None:
    """Write the readout of PILOT: one page for the leader, then whether to trust it.

    \b
    Example:
      pilotlab readout anchor-days --format html --format markdown
    """
    from pilotlab import api

    page = api.open_workspace(workspace, actor=actor, today=today).readout(pilot)
    for form in forms:
        show(f"wrote {page.write(out.with_suffix(SUFFIXES[form]) if out else None, form=form)}")
