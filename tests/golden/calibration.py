"""Studies of analysis/calibration: their modules, and what they stored."""

from __future__ import annotations

import importlib
import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "analysis" / "calibration"


def load(name: str) -> ModuleType:
    """Import a script of the folder; it finds its neighbours beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module(name)


def stored(name: str) -> dict[str, Any]:
    """Read what a study wrote down."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def cells(name: str) -> dict[str, dict[str, Any]]:
    """Stored cells by name."""
    return {cell["name"]: cell for cell in stored(name)["cells"]}


def within(rate: float, level: float, pilots: int) -> bool:
    """Whether a rate is a level within three standard errors of the simulation."""
    return abs(rate - level) <= 3 * math.sqrt(max(level * (1 - level), 1 / pilots) / pilots)
