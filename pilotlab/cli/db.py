"""`pilotlab db`: what keeps the store in order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pilotlab.cli.options import TEXT, actor_option, format_option, today_option, workspace_option
from pilotlab.cli.output import complain, show, show_json


@click.group()
def command() -> None:
    """Check and back up the store; tell it a team's new name.

    \b
    Example:
      pilotlab db verify
      pilotlab db backup backups/pilots-2026-10-19.db
      pilotlab db rename-team checkout basket --why "merged with carts"
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
        show(f"Whole: {result.acts:,} acts and {result.entries:,} entries match the ledger.")
    else:
        for problem in result.problems:
            complain(problem)
        complain(
            "error: the store is not what was written\n  fix: restore the last backup that `pilotlab db verify` finds whole"
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
    show(
        f"{target}: {result.acts:,} acts, {result.entries:,} entries, {'whole' if result else 'not whole'}.",
        stored=True,
    )
    if not result:
        raise click.exceptions.Exit(1)


@command.command("rename-team")
@click.argument("old", type=TEXT)
@click.argument("new", type=TEXT)
@click.option("--since", metavar="WEEK", help="First week of the new name; else this week.")
@click.option("--why", type=TEXT, required=True, metavar="TEXT", help="The reason, kept with the name.")
@workspace_option
@actor_option
@today_option
def rename_team(
    old: str, new: str, since: str | None, why: str, workspace: Path | None, actor: str | None, today: date
) -> None:
    """Let imports know the team OLD as NEW too; its values, its arm and its key in teams.csv stay.

    \b
    Example:
      pilotlab db rename-team checkout basket --since 2026-W41 --why "merged with carts"
    """
    from pilotlab.store.store import Store
    from pilotlab.weeks import Week
    from pilotlab.workspace import Folders
    from pilotlab.workspace import actor as who_acts

    week = Week.parse(since) if since else Week.of(today)
    with Store.open(Folders.find(workspace).database) as store:
        store.rename_team(old, new, since=week, actor=who_acts(actor), why=why)
    show(f"{old} is known as {new} too, from {week} on. Its key stays {old}.", stored=True)
