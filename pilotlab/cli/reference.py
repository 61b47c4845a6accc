"""The reference page of the commands, made from their help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from pilotlab.cli.main import COMMANDS, cli

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
WIDTH = 100

_HEAD = """\
# Commands

In the order of a pilot's life; each is what `pilotlab COMMAND --help` prints. Every command works from any folder of the
workspace and ends with 0 (fine, warnings included), 1 (an error finding, a failure, or stopped by hand) or 2 (wrong usage: an unknown
pilot, team, metric, code, file or option, or a value that can't be). What is refused or stopped ends in `error:` and, where there is
one, `fix:`.

Text is written in the encoding of the stream: a character that it lacks has a twin in ASCII (`→` is `>`) or is written by its number
(`Ł` is `\\u0141`), JSON is then ASCII throughout. What can't be seen (controls, escapes, marks of direction) is written out and never sent.
Lines are as wide as the terminal, at most 100 columns; piped, 100. A reader who leaves (`| head`) or a closed output is no
failure; a full disk ends with 1, except where what was asked for is stored: then a note says that only the output was lost.

| phase | command | |
|---|---|---|
"""


def commands_page() -> str:
    """Write the page: a table of commands, then the help of each."""
    table = [
        f"| {row.phase} | [`pilotlab {name}`](#pilotlab-{name}) | {row.help} |"
        for name, row in COMMANDS.items()
    ]
    return _HEAD + "\n".join([*table, "", *_sections()]).rstrip() + "\n"


def helps() -> Iterator[tuple[str, str]]:
    """Every command and subcommand with its help, `("pilotlab db verify", "Usage: ...")`."""
    group = click.Context(
        cli,
        info_name="pilotlab",
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=cli.context_settings["help_option_names"],
    )
    for name in COMMANDS:
        command = cli.get_command(group, name)
        assert command is not None
        yield from _helps(command, name, group)


def _helps(command: click.Command, name: str, parent: click.Context) -> Iterator[tuple[str, str]]:
    context = click.Context(
        command, parent=parent, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from _helps(found, inner, context)


def _sections() -> Iterator[str]:
    for path, text in helps():
        yield f"{'#' * path.count(' ')}# {path}"
        yield f"\n```text\n{text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(commands_page(), encoding="utf-8")
