"""Doors of results: every one leads somewhere, and belongs to a method that is there."""

from __future__ import annotations

import pytest

from pilotlab.estimate.results import (
    decomposition,
    effect,
    harm,
    honest,
    parallel_trends,
    slice_effects,
    synthetic_comparison,
)
from pilotlab.estimate.results.doors import DOORS, door

OWNERS = {
    name: owner
    for room in (decomposition, effect, harm, honest, parallel_trends, slice_effects, synthetic_comparison)
    for name, owner in vars(room).items()
}


@pytest.mark.parametrize("name", DOORS)
def test_every_door_leads_to_a_function_from_a_method(name: str) -> None:
    owner, _, method = name.partition(".")
    assert callable(getattr(OWNERS[owner], method))
    assert callable(door(name))
