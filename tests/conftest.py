"""What every test shares: properties are searched the same way each time, and no clock fails them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from pilotlab.api import open_workspace

settings.register_profile("pilotlab", deadline=None, derandomize=True)
settings.load_profile("pilotlab")


@pytest.fixture(autouse=True, scope="session")
def _stores_clock_stands() -> Iterator[None]:
    """Plans frozen in a test are in time whenever it runs: `--today` moves the day, and this the store's clock."""
    options = open_workspace.__kwdefaults__
    assert options is not None
    before = options["clock"]
    options["clock"] = lambda: "2026-08-01T09:00:00+00:00"
    yield
    options["clock"] = before
