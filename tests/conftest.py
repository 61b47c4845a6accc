"""What every test shares: properties are searched the same way each time, and no clock fails them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("pilotlab", deadline=None, derandomize=True)
settings.load_profile("pilotlab")
