"""`pilotlab db`: what keeps the store in order."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import Group, complain, show, show_json
from pilotlab.errors import UsageError
from pilotlab.wording.lists import plural

if TYPE_CHECKING:
    from pilotlab.store.copies import Replaced
    from pilotlab.store.store import Store
    from pilotlab.store.verify import Verification


@click.group(cls=Group)
def command() -> None:
    """Check, back up and restore the database; tell it a team's new name.

    \b
    Example:
      pilotlab db verify
      pilotlab db backup backups/pilots-2026-10-19.db
      pilotlab db restore backups/pilots-2026-10-19.db --why "disk failed"
      pilotlab db rename-team checkout basket --why "merged with carts"
    """


@command.command()
@click.option(
    "--noted", multiple=True, metavar="NUMBER:HASH", help="A record noted elsewhere; it has to be there."
)
@workspace_option
@format_option("text", "json")
@plain_option
def verify(noted: tuple[str, ...], workspace: Path | None, form: str, plain: bool) -> None:
    """Check every record against the ledger and the ledger against every record, and print what to note elsewhere.

    \b
    Example:
      pilotlab db verify
      pilotlab db verify --noted 14:7c1f0a…
    """
    from pilotlab.api import open_workspace

    with open_workspace(workspace).store(readonly=True) as store:
        result = store.verify().with_problems(_not_there(store, noted))
    if form == "json":
        show_json(result.to_dict())
    elif result:
        show(f"The database is intact: {_checked(result)}.\nTo note elsewhere: {result.head}", plain=plain)
    else:
        for problem in result.problems:
            complain(problem)
        complain(
            "error: the database was changed outside pilotlab\n"
            "  fix: `pilotlab db restore BACKUP`, with a backup from before the change"
        )
    if not result:
        raise click.exceptions.Exit(1)


def _not_there(store: Store, noted: tuple[str, ...]) -> list[str]:
    missing = []
    for text in noted:
        number, _, hash_ = text.partition(":")
        if not (number.isdecimal() and hash_):
            fix = "copy what `pilotlab db verify` prints to note elsewhere"
            raise UsageError(f"--noted {text!r} is not NUMBER:HASH", fix=fix)
        if not store.holds(int(number), hash_.lower()):
            missing.append(
                f"record {number} is not the one noted elsewhere: the ledger was rewritten or replaced"
            )
    return missing


def _checked(result: Verification) -> str:
    return f"{plural(result.acts, 'record')} and {plural(result.entries, 'value')} checked"


@command.command()
@click.argument("target", type=click.Path(path_type=Path))
@workspace_option
@format_option("text", "json")
@plain_option
def backup(target: Path, workspace: Path | None, form: str, plain: bool) -> None:
    """Copy the database to TARGET while others go on reading and writing.

    The copy is checked before it gets its name; nothing is overwritten, and a copy that fails leaves no file.

    \b
    Example:
      pilotlab db backup backups/pilots-2026-10-19.db
    """
    from pilotlab.api import open_workspace

    with open_workspace(workspace).store(readonly=True) as store:
        result = store.backup(target)
    if form == "json":
        data = {"schema": "pilotlab/backup@1", "file": str(target), "verified": result.to_dict()}
        show_json(data, stored=True)
    else:
        show(f"{target}: intact, {_checked(result)}.", plain=plain, stored=True)


@command.command()
@click.argument("source", metavar="BACKUP", type=click.Path(path_type=Path))
@click.option("--why", default="", metavar="TEXT", help="The reason, kept with the record of it.")
@workspace_option
@actor_option
@format_option("text", "json")
@plain_option
def restore(
    source: Path, why: str, workspace: Path | None, actor: str | None, form: str, plain: bool
) -> None:
    """Put BACKUP in the place of the database; the one that is there is kept beside it.

    The backup is checked first. What was recorded after it was made is in the file that is kept.

    \b
    Example:
      pilotlab db restore backups/pilots-2026-10-19.db --why "disk failed"
    """
    from pilotlab.api import open_workspace

    done = open_workspace(workspace, actor=actor).restore(source, why=why)
    if form == "json":
        kept, verified = done.aside.name if done.aside else None, done.verified.to_dict()
        data = {"schema": "pilotlab/restore@1", "file": str(source), "kept": kept, "verified": verified}
        show_json(data, stored=True)
    else:
        show(f"Restored from {source}: {_checked(done.verified)}.{_kept(done)}", plain=plain, stored=True)


@command.command("begin-anew")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept as the first record.")
@workspace_option
@actor_option
def begin_anew(why: str, workspace: Path | None, actor: str | None) -> None:
    """Begin an empty database in the place of one that is lost for good; what is left of it is kept beside it.

    Plans frozen in the old one have to be frozen again, and count as frozen on that day.

    \b
    Example:
      pilotlab db begin-anew --why "disk failed, and there was no backup"
    """
    from pilotlab.api import open_workspace

    done = open_workspace(workspace, actor=actor).begin_anew(why=why)
    show(f"A new database is begun, and says so in its first record.{_kept(done)}", stored=True)


def _kept(done: Replaced) -> str:
    return f"\nThe one before is kept as {done.aside.name}." if done.aside else ""


@command.command()
@click.option("--off", is_flag=True, help="For the owner alone again.")
@workspace_option
def share(off: bool, workspace: Path | None) -> None:
    """Let the group of the folder read and write the database, and what lies beside it.

    \b
    Example:
      pilotlab db share
      pilotlab db share --off
    """
    from pilotlab.store.copies import set_rights
    from pilotlab.workspace import Folders

    set_rights(Folders.find(workspace).database, shared=not off)
    show(
        "The owner alone may read the database."
        if off
        else "The owner and the group may read and write the database.",
        stored=True,
    )


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
    from pilotlab.api import open_workspace
    from pilotlab.weeks import Week

    week = Week.parse(since) if since else Week.of(today)
    opened = open_workspace(workspace, actor=actor)
    with opened.store() as store:
        store.rename_team(old, new, since=week, actor=opened.actor, why=why)
    show(f"{old} is known as {new} too, from {week} on. Its key stays {old}.", stored=True)
