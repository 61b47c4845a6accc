"""Command lines: every command and option of pilotlab, with values that are right, near and nasty."""

from __future__ import annotations

from random import Random
from typing import Any

import click

from pilotlab.cli.main import COMMANDS, cli
from tests.fuzz.nasty import VALUES
from tests.fuzz.workspaces import AFTER, BEFORE, PILOT

_RIGHT = {
    "pilot": (PILOT,),
    "code_or_pilot": (PILOT, "PL104"),
    "--team": ("search", "mobile", "serch"),
    "--week": ("2027-W10", "2027-03-08", "2030-W01"),
    "--set": ("job_satisfaction=7.4", "throughput_items=4", "office_days=2", "job_satisfaction"),
    "--gap": ("job_satisfaction=holiday", "holiday"),
    "--seed": ("7", "0", "9223372036854775807"),
    "--today": (BEFORE, AFTER),
    "--since": ("2027-W10",),
    "--why": ("typed wrongly",),
    "--actor": ("amy",),
    "--workspace": (".",),
    "file": ("week.csv",),
    "target": ("backup.db",),
    "--out": ("out.html",),
    "old": ("search",),
    "new": ("seek",),
}
_SLOW = {"demo"}  # runs a whole pilot: tried with values that it refuses
_INSIDE = ("--out", "target", "directory", "folder", "--workspace", "dir")  # paths that may be written to


def command_line(chance: Random) -> list[str]:
    """Make one command with some of its options, often wrong."""
    name = chance.choice(list(COMMANDS))
    command = cli.get_command(click.Context(cli), name)
    args = [
        name if chance.random() < 0.97 else chance.choice((name[:-1], name.upper(), "", "--nope", name + "x"))
    ]
    while isinstance(command, click.Group):
        part = chance.choice(command.list_commands(click.Context(command)))
        command = command.get_command(click.Context(command), part)
        args.append(part)
    assert command is not None
    for parameter in command.params:
        args += _given(chance, parameter)
    if name in _SLOW:
        args += ["--scenario", chance.choice(VALUES)]
    if chance.random() < 0.1:
        args.append(chance.choice(VALUES))
    return args


def _given(chance: Random, parameter: click.Parameter) -> list[str]:
    flag = parameter.opts[-1] if isinstance(parameter, click.Option) else ""
    often = 0.4 if flag else 0.95
    if chance.random() > (0.8 if flag == "--today" else often) or flag == "--help":
        return []
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return [flag]
    key = flag or str(parameter.name)
    value = _value(chance, key, parameter.type)
    return [flag, value] if flag else [value]


def _value(chance: Random, key: str, kind: click.ParamType[Any]) -> str:
    right = _RIGHT.get(key) or (tuple(kind.choices) if isinstance(kind, click.Choice) else ("7",))
    if chance.random() < 0.6:
        return str(chance.choice(right))
    wrong = chance.choice(VALUES)
    if key == "--set" and chance.random() < 0.7:
        return f"job_satisfaction={wrong}"
    is_path = isinstance(kind, click.Path) or key in _INSIDE
    return f"x{wrong.replace('/', '_')}" if is_path and wrong not in ("", ".") else wrong
