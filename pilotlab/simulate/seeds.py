"""Seeds: one stream of random numbers a block, so that a change in one block leaves every other as it was."""

from __future__ import annotations

import zlib
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]

# Numbers are part of what a seed means: append, never renumber.
BLOCKS = MappingProxyType(
    {"roster": 0, "people": 1, "policy": 2, "response": 3, "logs": 4, "noise": 5, "arms": 6}
)


def stream(seed: int, block: str, name: str = "") -> np.random.Generator:
    """Return the generator of one block; `name` parts streams inside a block, such as one a metric."""
    key = [seed, BLOCKS[block]] if not name else [seed, BLOCKS[block], zlib.crc32(name.encode())]
    return np.random.default_rng(key)


def autoregressive(rng: np.random.Generator, units: int, weeks: int, rho: float) -> FloatArray:
    """Draw stationary AR(1) noise of unit variance, shape (units, weeks)."""
    shocks = rng.standard_normal((units, weeks))
    noise = shocks.copy()
    for week in range(1, weeks):
        noise[:, week] = rho * noise[:, week - 1] + np.sqrt(1 - rho**2) * shocks[:, week]
    return noise
