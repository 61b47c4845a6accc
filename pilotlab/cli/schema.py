"""`pilotlab schema`: JSON Schema of pilot.yaml, for editors."""

from __future__ import annotations

import click

from pilotlab.cli.output import show_json


@click.command()
def command() -> None:
    """Print the JSON Schema of pilot.yaml: completion and hover in an editor.

    \b
    Example:
      pilotlab schema > pilot.schema.json
      # yaml-language-server: $schema=../../pilot.schema.json      (first line of pilot.yaml)
    """
    from pilotlab.spec.pilot import pilot_schema

    show_json(pilot_schema())
