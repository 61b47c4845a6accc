"""`pilotlab db`: check the store, copy it."""

from __future__ import annotations

from pathlib import Path

import click

from pilotlab.cli.options import format_option, workspace_option
from pilotlab.cli.output import show_json


@click.group()
def command() -> None:
    """Check and back up the store.

    \b
    Example:
      pilotlab db verify
      pilotlab db backup backups/pilots-2026-10-19.db
    """


@command.command()
@workspace_option
@format_option("text", "json")
def verify(workspace: Path | None, form: str) -> None:
    """Check integrity, the hash chain, and the digest of everything that was written.

    \b
    Example:
      pilotlab db verify
    """
    from pilotlab.store.store import Store
    from pilotlab.workspace import Folders

    folders = Folders.find(workspace)
    with Store.open(folders.database, readonly=True) as store:
        result = store.verify()
    if form == "json":
        show_json(result.to_dict())
    elif result:
        click.echo(f"Whole: {result.acts:,} acts and {result.entries:,} entries match the ledger.")
    else:
        for problem in result.problems:
            click.echo(problem, err=True)
        click.echo(
            "error: the store is not what was written\n  fix: restore the last backup that `pilotlab db verify` finds whole",
            err=True,
        )
    if not result:
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("target", type=click.Path(path_type=Path))
@workspace_option
def backup(target: Path, workspace: Path | None) -> None:
    """Copy the store to TARGET while others go on reading and writing.

    \b
    Example:
      pilotlab db backup backups/pilots-2026-10-19.db
    """
    from pilotlab.store.store import Store
    from pilotlab.workspace import Folders

    with Store.open(Folders.find(workspace).database, readonly=True) as store:
        store.backup(target)
    with Store.open(target, readonly=True) as copy:
        result = copy.verify()
    click.echo(
        f"{target}: {result.acts:,} acts, {result.entries:,} entries, {'whole' if result else 'not whole'}."
    )
    if not result:
        raise click.exceptions.Exit(1)
