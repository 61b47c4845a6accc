"""`pilotlab readout`: the page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pilotlab.cli.options import TEXT, actor_option, plain_option, today_option, workspace_option
from pilotlab.cli.output import next_line, show

SUFFIXES = {"html": ".html", "markdown": ".md", "json": ".json"}


@click.command()
@click.argument("pilot", type=TEXT)
@click.option(
    "--format",
    "forms",
    type=click.Choice(list(SUFFIXES)),
    multiple=True,
    help="May be given more than once; else as --out ends, else html.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write; else analysis/readouts/PILOT in the workspace.",
)
@click.option(
    "--section",
    "sections",
    metavar="NAME",
    multiple=True,
    help="A section that an installed package adds; may be given more than once.",
)
@workspace_option
@actor_option
@today_option
@plain_option
def command(
    pilot: str,
    forms: tuple[str, ...],
    out: Path | None,
    sections: tuple[str, ...],
    workspace: Path | None,
    actor: str | None,
    today: date,
    plain: bool,
) -> None:
    """Write the readout of PILOT: one page for the leader, then whether to trust it.

    \b
    Example:
      pilotlab readout anchor-days --format html --format markdown
    """
    from pilotlab import api

    lab = api.open_workspace(workspace, actor=actor, today=today)
    page = lab.readout(pilot, sections=sections)
    if out and not forms:
        written = [page.write(out)]
    else:
        written = [
            page.write(out.with_suffix(SUFFIXES[form]) if out else None, form=form)
            for form in forms or ("html",)
        ]
    said = f" ({page.source})" if page.source else ""
    for path in written:
        show(f"Wrote {lab.folders.shown(path)}{said}", plain=plain, stored=True)
    show(next_line(f"pilotlab decide {pilot}"), plain=plain, stored=True)
