"""Alarms over nothing and coverage of the truth where teams start in different weeks, by `group_time`.

python analysis/calibration/rollouts.py --date 2026-11-22 --write
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from pilots import ALPHA, FloatArray, with_effect
from rotas import TABLES, Wave, ask, by_draws, simulate, truths
from store import Row, rounded, run

import pilotlab as pl

SEEDS = 2_000
CHECKED = 20  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
COVERED = 1_000  # pilots whose interval is looked at, where they go through `pl.did` one by one
TABLED = 500  # pilots whose tables and bands are looked at
DOOR = 100  # pilots of a batched cell that also go through `pl.did`

WEDGES = (
    Wave(size=4, waves=3),
    *(Wave(size=size, ar=ar) for ar in (0.35, 0.0, 0.6) for size in (2, 4, 6, 10)),
    Wave(size=6, drift=0.2),
    Wave(size=4, waves=3, never=4),
)
WEDGES_WITH_GAPS = (Wave(size=2, missing=0.04),)
EFFICIENT = (Wave(size=4), Wave(size=10))
CHOSEN = tuple(Wave(size=n, waves=3, never=2 * n, drawn=False) for n in (2, 3, 4, 8, 12, 40))
CHOSEN_OTHERWISE = tuple(
    Wave(size=size, waves=3, never=2 * size, drawn=False, **more)
    for size, more in (
        (12, {"ar": 0.6}),
        (8, {"drift": 0.2}),
        (8, {"missing": 0.04}),
    )
)


def study(seeds: int = SEEDS) -> Iterator[Row]:
    """Run all cells."""
    yield from (batched(wave, seeds) for wave in WEDGES)
    yield from (by_door(wave, seeds) for wave in (*WEDGES_WITH_GAPS, *CHOSEN_OTHERWISE))
    yield from (by_door(wave, seeds, estimator="rollout", inference="cluster") for wave in EFFICIENT)
    yield from (by_door(wave, seeds, tables=min(TABLED, seeds)) for wave in CHOSEN)


def batched(wave: Wave, seeds: int, door: int = DOOR) -> Row:
    """Run a drawn rollout without gaps, all pilots at once."""
    panels = np.array([simulate(wave, seed) for seed in range(seeds)])
    under, effect = with_effect(panels, wave.start)
    truth = np.nanmean(np.where(wave.counted, effect, np.nan), axis=(1, 2))
    p, held = by_draws(wave, panels, np.zeros(seeds)), by_draws(wave, under, truth)
    door = min(door, seeds)
    nothing, something = ([ask(wave, panel) for panel in part[:door]] for part in (panels, under))
    return {
        "name": wave.name,
        **asdict(wave),
        "rates": {"alarm": rounded((p <= ALPHA).mean()), "coverage": rounded((held > ALPHA).mean())},
        "first": {
            "alarm": int((p[:CHECKED] <= ALPHA).sum()),
            "coverage": int((held[:CHECKED] > ALPHA).sum()),
        },
        "door": {
            "pilots": door,
            "rules": _rules(nothing + something),
            "largest_difference": float(
                max(abs(one.p_value - own) for one, own in zip(nothing, p, strict=False))
            ),
            "intervals_apart": sum(
                _holds(one.ci, true) is not bool(own > ALPHA)
                for one, own, true in zip(something, held, truth, strict=False)
            ),
        },
    }


def by_door(wave: Wave, seeds: int, tables: int = 0, **given: Any) -> Row:
    """Run a rollout through `pl.did`, pilot by pilot: the headline; of the first pilots its interval, and rows of tables with bands."""
    found: dict[str, list[float]] = {}
    rules = set()
    for seed in range(seeds):
        panel = simulate(wave, seed)
        nothing = ask(wave, panel, **given)
        own, rules = {"alarm": float(nothing.p_value <= ALPHA)}, rules | set(_rules([nothing]))
        if seed < COVERED:
            under, effect = with_effect(panel[None], wave.start)
            whole, *by_row = truths(wave, panel, effect[0])
            own["coverage"] = float(_holds(ask(wave, under[0], **given).ci, whole))
            for table, true in zip(TABLES, by_row, strict=True) if seed < tables else ():
                own |= _in_table(wave, panel, under[0], table, true)
        for name, value in own.items():
            found.setdefault(name, []).append(value)
    return {
        "name": ", ".join([wave.name, *map(str, given.values())]),
        **asdict(wave),
        "tables": tables,
        "rates": {name: rounded(np.mean(values)) for name, values in found.items()},
        "first": {name: rounded(sum(values[:CHECKED])) for name, values in found.items()},
        "door": {"pilots": seeds, "rules": sorted(rules)},
    }


def _in_table(
    wave: Wave, panel: FloatArray, under: FloatArray, table: str, true: dict[int, float]
) -> dict[str, float]:
    """Share of rows that alarm by themselves, whether the band alarms, and whether it holds all that is true."""
    nothing, something = (ask(wave, part, aggregate=table).terms for part in (panel, under))
    return {
        f"{table} rows": float(np.mean([term.p_value <= ALPHA for term in nothing])),
        f"{table} band": float(any(not _holds(term.band, 0.0) for term in nothing)),
        f"{table} band coverage": float(
            all(_holds(term.band, true.get(int(term.at), 0.0)) for term in something)
        ),
    }


def _holds(interval: tuple[float, float] | None, value: float) -> bool:
    assert interval is not None
    return bool(interval[0] <= value <= interval[1])


def _rules(found: list[pl.Estimate]) -> list[str]:
    return sorted({f"{one.estimator} {one.inference}" for one in found})


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
