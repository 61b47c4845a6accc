"""The command group: every command is a row of COMMANDS, loaded when it is called."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from pilotlab.cli.output import Group, Help, complain, error_width, finding_lines, page_width, terminal_width
from pilotlab.cli.stream import exit_code, guard
from pilotlab.cli.usage import refusal
from pilotlab.errors import FindingsError, NotFound, PilotlabError, UsageError
from pilotlab.text.characters import visible
from pilotlab.text.names import fault
from pilotlab.version import __version__


@dataclass(frozen=True, slots=True)
class Row:
    """A command: where it lives, the phase of a pilot it belongs to, and its help line."""

    module: str
    phase: str
    help: str


COMMANDS: Mapping[str, Row] = MappingProxyType(
    {
        "demo": Row("pilotlab.cli.demo", "Start", "See it work on a simulated company with a known truth."),
        "init": Row("pilotlab.cli.init", "Start", "Make a workspace."),
        "check": Row(
            "pilotlab.cli.check",
            "Declare",
            "Find every problem of a declaration, each with its place and fix.",
        ),
        "explain": Row(
            "pilotlab.cli.explain", "Declare", "The resolved plan of a pilot, a metric, or a finding's code."
        ),
        "schema": Row(
            "pilotlab.cli.schema", "Declare", "JSON Schema of pilot.yaml or metrics.yaml, for an editor."
        ),
        "assign": Row("pilotlab.cli.assign", "Design", "Draw teams to arms, with a balance table."),
        "freeze": Row(
            "pilotlab.cli.freeze", "Agree", "Freeze the plan: declaration, metrics, assignment and rule."
        ),
        "amend": Row(
            "pilotlab.cli.amend", "Agree", "Change a frozen plan, with a reason that the readout prints."
        ),
        "log": Row("pilotlab.cli.log", "Collect", "Log one team's week."),
        "import": Row("pilotlab.cli.import_", "Collect", "Read a table of team-weeks."),
        "status": Row("pilotlab.cli.status", "Collect", "Who is missing what."),
        "analyze": Row("pilotlab.cli.analyze", "Analyse", "Estimate the effect on every declared metric."),
        "decide": Row("pilotlab.cli.decide", "Decide", "The verdict, its reasons, and what would change it."),
        "readout": Row("pilotlab.cli.readout", "Report", "One page for the leader: HTML, Markdown, JSON."),
        "db": Row("pilotlab.cli.db", "Operate", "Check and back up the store; rename a team."),
    }
)


click.Context.formatter_class = Help


class LazyGroup(Group):
    """Lists commands without importing them; turns errors into text and an exit code."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run, and end the program; what click refuses is said by our own writer."""
        try:
            code = super().main(*args, standalone_mode=False, **extra)  # type: ignore[call-overload]
        except click.ClickException as error:
            if not standalone_mode:
                raise
            _report(refusal(error))
            sys.exit(error.exit_code)
        except click.Abort:
            if not standalone_mode:
                raise
            _report(PilotlabError("stopped before it was done", fix="give the same command again"))
            sys.exit(1)
        return sys.exit(code if isinstance(code, int) else 0) if standalone_mode else code

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is no text before any command reads it: bytes that are no UTF-8, control characters."""
        for arg in args:
            if found := fault(arg):
                ctx.fail(
                    f"argument '{visible(arg)}' holds {found}; write it as plain text, in the terminal's encoding"
                )
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of a pilot's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        command = import_module(row.module).command
        command.name = cmd_name
        return command  # type: ignore[no-any-return]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands, a section a phase."""
        width = max(map(len, COMMANDS))
        for phase in dict.fromkeys(row.phase for row in COMMANDS.values()):
            with formatter.section(phase):
                rows = [(name.ljust(width), row.help) for name, row in COMMANDS.items() if row.phase == phase]
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; bad input ends in one clear message, never in a traceback."""
        try:
            return super().invoke(ctx)
        except FindingsError as error:
            complain("\n".join(finding_lines(error.findings, error_width())))
            _report(error)
            ctx.exit(1)
        except (UsageError, NotFound) as error:
            _report(error)
            ctx.exit(2)
        except PilotlabError as error:
            _report(error)
            ctx.exit(1)
        except UnicodeEncodeError as error:
            complain(f"error: text that can't be encoded: {error.object!r}\n  fix: use a UTF-8 locale")
            ctx.exit(2)
        except OSError as error:
            name = f" {error.filename}" if error.filename else ""
            complain(f"error: {error.strerror or error}{name}")
            ctx.exit(1)


def _report(error: PilotlabError) -> None:
    complain(f"error: {error}")


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="pilotlab")
def cli() -> None:
    """Measure a hybrid-work schedule before you mandate it.

    \b
    Example:
      pilotlab demo          a simulated company, from nothing to a readout
      pilotlab init          your own workspace
    """


def main() -> None:
    """Run the command line."""
    guard()
    try:
        cli(prog_name="pilotlab", terminal_width=terminal_width() and page_width())
    except SystemExit as stop:
        sys.exit(exit_code(stop.code))
