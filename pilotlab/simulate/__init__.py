"""A company whose truth is known."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from pilotlab.simulate.company import Company, simulate
from pilotlab.simulate.scenarios import SCENARIOS, Path, Scenario

__all__ = ["SCENARIOS", "Company", "Path", "Scenario", "simulate"]


class _Room(ModuleType):
    """The room and the verb share a name: importing any of its modules binds the room to `pilotlab.simulate`."""

    def __call__(self, *args: Any, **options: Any) -> Company:
        return simulate(*args, **options)


sys.modules[__name__].__class__ = _Room
