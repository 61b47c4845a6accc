"""Help: pages that narrow with the terminal and leave nothing out."""

from __future__ import annotations

import click

from pilotlab.text.width import fold


class Help(click.HelpFormatter):
    """Help with its examples broken to the terminal's width too."""

    def getvalue(self) -> str:
        """Return the page."""
        return "\n".join(part for line in super().getvalue().split("\n") for part in fold(line, self.width))


class Group(click.Group):
    """A group that lists each command with its whole first sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(10_000)) for name, command in found if command]
            )
