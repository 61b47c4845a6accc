"""The sentence that stands in a goal's place before the planned end."""

from __future__ import annotations

from datetime import date

from pilotlab.wording.dates import short_day


def not_yet(end: date) -> str:
    """Say why a goal is not shown: "its planned end, 1 Nov 2026, is not reached"."""
    return f"its planned end, {short_day(end.isoformat())}, is not reached"
