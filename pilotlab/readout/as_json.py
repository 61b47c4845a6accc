"""The readout as JSON: everything the other renderers read, to be read back with `Readout.from_dict`."""

from __future__ import annotations

import json

from pilotlab.readout.model import Readout


def render_json(readout: Readout) -> str:
    """Write the readout with its schema's name; open ends of intervals are null. The same readout, the same bytes."""
    return json.dumps(readout.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
