"""`pilotlab schema`: JSON Schema of pilot.yaml and of metrics.yaml, for editors."""

from __future__ import annotations

import click

from pilotlab.cli.output import show_json


@click.command()
@click.argument("file", type=click.Choice(["pilot", "metrics"]), default="pilot")
def command(file: str) -> None:
    """Print the JSON Schema of pilot.yaml, or of metrics.yaml: completion and hover in an editor.

    \b
    Example:
      pilotlab schema > pilot.schema.json
      pilotlab schema metrics > metrics.schema.json
      # yaml-language-server: $schema=../../pilot.schema.json      (first line of pilot.yaml)
    """
    from pilotlab.spec.metric_catalogue import metrics_schema
    from pilotlab.spec.pilot import pilot_schema

    show_json(metrics_schema() if file == "metrics" else pilot_schema())
