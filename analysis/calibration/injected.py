"""An effect of c put into each treated week: every linear estimator moves by c, and its standard error stays as it was.

python analysis/calibration/injected.py --date 2026-11-22 --write
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from doors import frame_of
from pilots import STUDY_SEED, USUAL, WEEKS, team_weeks
from store import Row, run

import pilotlab as pl

SEEDS = 5  # panels a kind
CHECKED = 1
TREATED, NEVER, START = 6, 9, 8
INJECTED = 2.75
TOLERANCE = 1e-9  # of a standard error: what arithmetic leaves
DRAWS = 199
LINEAR = tuple(name for name in pl.ESTIMATORS if name not in ("poisson", "binomial"))  # those estimate ratios
STARTS = {
    "one start": np.r_[np.full(TREATED, START), np.full(NEVER, WEEKS)],
    "two starts": np.r_[np.repeat([START, START + 5], TREATED // 2), np.full(NEVER, WEEKS)],
}
MISSING = {"complete": 0.0, "gaps": 0.08}


def study(seeds: int = SEEDS) -> Iterator[Row]:
    """Ask every linear estimator under every inference it takes, on panels of every kind it answers on."""
    for estimator in LINEAR:
        for inference in pl.ESTIMATORS[estimator].inferences:
            yield one(estimator, inference, seeds)


def one(estimator: str, inference: str, seeds: int) -> Row:
    """Largest distance from what should be, in standard errors: of estimates from c, of standard errors, of interval ends."""
    found: dict[str, list[float]] = {"estimate": [], "standard error": [], "interval": []}
    kinds: dict[str, int] = {}
    for kind, frame in panels(seeds):
        plain, moved = (_ask(each, estimator, inference) for each in (frame, injected(frame, estimator)))
        if plain is None or moved is None:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        scale = plain.se
        found["estimate"].append(abs(moved.att - plain.att - INJECTED) / scale)
        found["standard error"].append(abs(moved.se - plain.se) / scale)
        found["interval"].append(_ends_apart(plain.ci, moved.ci) / scale)
    return {
        "name": f"{estimator}, {inference}",
        "estimator": estimator,
        "inference": inference,
        "panels": kinds,
        "apart": {name: float(f"{max(own):.1e}") for name, own in found.items()},
    }


def panels(seeds: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Make frames of every kind, with a dose and a group."""
    for (when, start), (how, missing) in ((a, b) for a in STARTS.items() for b in MISSING.items()):
        for seed in range(seeds):
            rng = np.random.default_rng([STUDY_SEED, START, seed])
            values, _ = team_weeks(rng, len(start), ar=USUAL["ar"], drift=USUAL["drift"], missing=missing)
            on = np.arange(WEEKS) >= start[:, None]
            dose = on * rng.integers(1, 4, len(start))[:, None]
            yield (
                f"{when}, {how}",
                frame_of(
                    values,
                    start,
                    dose=dose.astype(float),
                    affected=np.arange(len(start)) % 2,
                    on=on.astype(float),
                ),
            )


def injected(frame: pd.DataFrame, estimator: str) -> pd.DataFrame:
    """Add c to what the estimator is about: treated weeks, one unit of the dose, treated weeks of the affected."""
    amount = {"dose": frame["dose"], "triple": frame["on"] * frame["affected"]}.get(estimator, frame["on"])
    return frame.assign(y=frame["y"] + INJECTED * amount)


def _ask(frame: pd.DataFrame, estimator: str, inference: str) -> pl.Estimate | None:
    given: dict[str, Any] = {"dose": {"dose": "dose"}, "triple": {"group": "affected"}}.get(estimator, {})
    drawn = {"assignment": "complete"} if inference == "randomization" else {}
    sampled = inference in ("bootstrap", "wild", "placebo", "randomization")
    asked = {"estimator": estimator, "inference": inference, "reps": DRAWS if sampled else None}
    try:
        found = pl.did(frame.drop(columns="on"), **asked, **given, **drawn)
    except pl.UsageError:  # not every inference goes with every panel
        return None
    return found if isinstance(found, pl.Estimate) else None


def _ends_apart(plain: tuple[float, float], moved: tuple[float, float]) -> float:
    """Open ends stay open."""
    pairs = list(zip(plain, moved, strict=True))
    if any(np.isinf(a) or np.isinf(b) for a, b in pairs):
        return 0.0 if all(a == b or np.isfinite([a, b]).all() for a, b in pairs) else float("inf")
    return max(abs(b - a - INJECTED) for a, b in pairs)


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED, numbers="apart", show="{:.0e}".format)
