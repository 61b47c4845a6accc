"""The readout as JSON: everything the other renderers read, to be read back with `Readout.from_dict`."""

from __future__ import annotations

from pilotlab.readout.document.model import Readout
from pilotlab.text.characters import json_text


def render_json(readout: Readout) -> str:
    """Write the readout with its schema's name; open ends of intervals are null. The same readout, the same bytes."""
    return json_text(readout.to_dict(), indent=1) + "\n"
