"""`pilotlab init`: a workspace to start from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pilotlab.cli.options import format_option, plain_option, today_option
from pilotlab.cli.output import next_line, show, show_json


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--shared", is_flag=True, help="Let the group of the folder read and write the database.")
@today_option
@format_option("text", "json")
@plain_option
def command(folder: Path, shared: bool, today: date, form: str, plain: bool) -> None:
    """Make a workspace in DIR, or here: experiments/, analysis/, data/ and a commented example pilot.

    Nothing that is there already is overwritten.

    \b
    Example:
      pilotlab init pilots
    """
    from pilotlab.scaffold.init import init_workspace

    written = [
        path.relative_to(folder).as_posix() for path in init_workspace(folder, today=today, shared=shared)
    ]
    if form == "json":
        show_json({"folder": folder.as_posix(), "written": written}, stored=True)
        return
    where = "here" if folder == Path() else f"in {folder.as_posix()}"
    enter = [] if folder == Path() else [f"  cd {folder.as_posix()}"]
    lines = [
        f"A workspace {where}:",
        *(f"  {name}" for name in written),
        *enter,
        next_line("pilotlab check anchor-days"),
    ]
    show("\n".join(lines), plain=plain, stored=True)
