"""What was observed, and what was agreed before."""

from pilotlab.store.entries import Columns, Correction, Entry, NeedsReason, Receipt
from pilotlab.store.observations import Observation, Revision
from pilotlab.store.plans import Amendment, Record
from pilotlab.store.readings import Release
from pilotlab.store.store import Store
from pilotlab.store.tables import GAPS

__all__ = [
    "GAPS",
    "Amendment",
    "Columns",
    "Correction",
    "Entry",
    "NeedsReason",
    "Observation",
    "Receipt",
    "Record",
    "Release",
    "Revision",
    "Store",
]
