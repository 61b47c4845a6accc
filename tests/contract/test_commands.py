"""What every row of the table of commands promises."""

from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner

from pilotlab.cli.main import COMMANDS, cli
from pilotlab.cli.reference import PAGE, commands_page, helps

HELP = dict(helps())
PRINTS_DATA = (
    "demo",
    "init",
    "check",
    "assign",
    "freeze",
    "amend",
    "log",
    "import",
    "status",
    "analyze",
    "decide",
)
PHASES = ("Start", "Declare", "Design", "Agree", "Collect", "Analyse", "Decide", "Report", "Operate")


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_loads_its_command_and_names_it(name: str) -> None:
    assert command(name).name == name
    assert COMMANDS[name].phase in PHASES
    assert COMMANDS[name].help.endswith(".")


@pytest.mark.parametrize("path", HELP)
def test_help_explains_and_shows_an_example_that_could_be_typed(path: str) -> None:
    text = HELP[path]
    assert text.startswith(f"Usage: {path}")
    examples = re.findall(rf"^\s+({re.escape(path)}(?: .*)?)$", text, re.MULTILINE)
    assert "Example:" in text
    assert examples, f"no example of {path}"
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("path", HELP)
def test_help_is_printed_and_ends_well(path: str) -> None:
    for flag in ("--help", "-h"):
        result = CliRunner().invoke(cli, [*path.split()[1:], flag])
        assert result.exit_code == 0
        assert "Example:" in result.output


def test_the_groups_help_lists_every_command_in_its_phase() -> None:
    text = CliRunner().invoke(cli, ["--help"]).output
    places = [text.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)
    for row in COMMANDS.values():
        assert f"{row.phase}:" in text


@pytest.mark.parametrize("name", PRINTS_DATA)
def test_what_prints_data_prints_json(name: str) -> None:
    (option,) = [option for option in command(name).params if "--format" in option.opts]
    assert isinstance(option.type, click.Choice)
    assert "json" in option.type.choices


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("demo", "init", "schema", "db")])
def test_every_command_works_in_a_named_workspace(name: str) -> None:
    assert any("--workspace" in option.opts for option in command(name).params)


@pytest.mark.parametrize(
    "name", ["assign", "freeze", "amend", "log", "import", "analyze", "decide", "readout"]
)
def test_what_is_recorded_names_who_acts(name: str) -> None:
    assert any("--actor" in option.opts for option in command(name).params)


def test_the_reference_is_the_help() -> None:
    """Write it again: python -m pilotlab.cli.reference."""
    assert PAGE.read_text(encoding="utf-8") == commands_page()
