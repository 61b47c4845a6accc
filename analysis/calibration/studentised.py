"""Which test holds where arms are uneven or one arm is noisier: draws of the plain or the studentised difference, or CR2.

python analysis/calibration/studentised.py --date 2026-11-29 --write
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from pilots import ALPHA, FloatArray
from scipy import stats
from store import Row, rounded, run

SEEDS = 4_000
CHECKED = 200  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
DRAWS = 999
BLOCK = 500  # pilots at once
ARMS = ((4, 8), (4, 20), (6, 12), (8, 16), (8, 24), (6, 6), (8, 8), (12, 12))
SPREADS = (1.0, 2.0, 0.5)  # standard deviation of pilot teams' changes, of comparison teams' 1
SHAPES = ("normal", "skewed")


def study(seeds: int = SEEDS) -> Iterator[Row]:
    """Run all cells."""
    yield from (cell(*each, seeds) for each in product(SHAPES, ARMS, SPREADS))


def cell(shape: str, arms: tuple[int, int], spread: float, seeds: int) -> Row:
    """Changes of teams whose mean effect is zero: how often each test says otherwise."""
    treated, comparison = arms
    rng = np.random.default_rng([20261129, treated, comparison, int(10 * spread), SHAPES.index(shape)])
    draws = _draws(rng, treated, treated + comparison)
    alarms = np.vstack([_alarms(part, draws, arms) for part in _pilots(rng, shape, arms, spread, seeds)])
    names = ("plain", "studentised", "cr2")
    return {
        "name": f"{treated} v {comparison}, pilot teams {spread:g} times as spread, {shape}",
        "treated": treated,
        "comparison": comparison,
        "spread": spread,
        "shape": shape,
        "rates": {name: rounded(rate) for name, rate in zip(names, alarms.mean(axis=0), strict=True)},
        "first": {name: int(count) for name, count in zip(names, alarms[:CHECKED].sum(axis=0), strict=True)},
    }


def _pilots(
    rng: np.random.Generator, shape: str, arms: tuple[int, int], spread: float, seeds: int
) -> Iterator[FloatArray]:
    for at in range(0, seeds, BLOCK):
        size = (min(BLOCK, seeds - at), sum(arms))
        changes = rng.standard_normal(size) if shape == "normal" else rng.exponential(1.0, size) - 1
        changes[:, : arms[0]] *= spread
        yield changes


def _draws(rng: np.random.Generator, treated: int, teams: int) -> FloatArray:
    """The draw that was made, and 999 more: (draws, teams) of 0 and 1."""
    own = (np.arange(teams) < treated).astype(float)
    return np.vstack([own, rng.permuted(np.tile(own, (DRAWS, 1)), axis=1)])


def _alarms(changes: FloatArray, draws: FloatArray, arms: tuple[int, int]) -> FloatArray:
    """Which of the three tests reject, by pilot: (pilots, 3)."""
    treated, comparison = arms
    own, own_square = changes @ draws.T, changes**2 @ draws.T
    other, other_square = changes.sum(axis=1)[:, None] - own, (changes**2).sum(axis=1)[:, None] - own_square
    difference = own / treated - other / comparison
    variance = (own_square - own**2 / treated) / (treated * (treated - 1))
    variance += (other_square - other**2 / comparison) / (comparison * (comparison - 1))
    t = difference / np.sqrt(variance)
    df = (1 / treated + 1 / comparison) ** 2
    df /= 1 / (treated**2 * (treated - 1)) + 1 / (comparison**2 * (comparison - 1))
    by_draws = [
        (np.abs(each) >= np.abs(each[:, :1]) * (1 - 1e-9)).mean(axis=1) <= ALPHA for each in (difference, t)
    ]
    return np.column_stack([*by_draws, np.abs(t[:, 0]) > stats.t.ppf(1 - ALPHA / 2, df)]).astype(float)


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
