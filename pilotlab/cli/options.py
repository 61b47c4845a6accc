"""Options that mean the same in every command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from pilotlab.errors import UsageError
from pilotlab.text.names import tidy

Command = TypeVar("Command", bound=Callable[..., Any])


class _Text(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on alone
    """Text as it is kept: composed, without what can't be seen."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the tidy text."""
        return tidy(value) if isinstance(value, str) else value


TEXT = _Text()

workspace_option = click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The workspace; else the one you stand in.",
)
actor_option = click.option(
    "--actor", type=TEXT, metavar="NAME", help="Who acts; else PILOTLAB_ACTOR, else your login name."
)
plain_option = click.option("--plain", is_flag=True, help="ASCII only, no colour.")


def format_option(*choices: str) -> Callable[[Command], Command]:
    """`--format`: the first choice is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help="How to print.",
    )


def today_option(command: Command) -> Command:
    """`--today`: the day on which the command is taken to run."""

    def parse(ctx: click.Context, param: click.Parameter, value: str | None) -> date:
        if value is None:
            return date.today()
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise UsageError(f"--today {value!r} is not a date", fix="write 2026-10-19") from None
        if not 1900 <= day.year <= 9000:
            raise UsageError(f"--today {value!r} is outside the years 1900 to 9000", fix="write 2026-10-19")
        return day

    return click.option("--today", metavar="DATE", callback=parse, help="Take this day as today.")(command)
