"""Usage: what click refuses, in the words of our own errors."""

from __future__ import annotations

import click

from pilotlab.errors import PilotlabError, UsageError, nearest


def refusal(error: click.ClickException) -> PilotlabError:
    """Say what is wrong with a command line, and what would do."""
    return UsageError(_what(error), fix=_pilots_here(error) or _help(error))


def _what(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"no option {error.option_name!r}{nearest(error.option_name, _options(error.ctx))}"
    name = _name(error)
    if isinstance(error, click.MissingParameter):
        return f"{name} is missing"
    if isinstance(error, click.BadParameter) and name:
        return f"{name}: {error.message.rstrip('.')}"
    said = error.format_message().rstrip(".")
    return said[:1].lower() + said[1:]


def _options(ctx: click.Context | None) -> list[str]:
    return [name for param in (ctx.command.get_params(ctx) if ctx else ()) for name in param.opts]


def _name(error: click.ClickException) -> str:
    """Name the option or argument that an error is about, as its help does."""
    param = getattr(error, "param", None)
    if isinstance(param, click.Option):
        return param.opts[0]
    return str(param.human_readable_name) if isinstance(param, click.Argument) else ""


def _help(error: click.ClickException) -> str:
    ctx = getattr(error, "ctx", None)
    return f"`{ctx.command_path if ctx else 'pilotlab'} --help` shows what it takes"


def _pilots_here(error: click.ClickException) -> str:
    """Name the pilots of the workspace to who named none."""
    from pilotlab.wording.lists import some
    from pilotlab.workspace import Folders

    if not (isinstance(error, click.MissingParameter) and error.param and error.param.name == "pilot"):
        return ""
    try:
        pilots = Folders.find(error.ctx.params.get("workspace") if error.ctx else None).pilots()
    except (PilotlabError, OSError):
        return "name a pilot; `pilotlab init` makes a workspace to start from"
    return f"one of: {some(pilots, 12)}" if pilots else "declare one: `pilotlab init` writes an example"
