"""Rotas: simulated pilots in which teams start at different weeks, and their default procedure in many at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from doors import answered, frame_of
from numpy.typing import NDArray
from pilots import STUDY_SEED, USUAL, WEEKS, BoolArray, FloatArray, team_weeks

import pilotlab as pl
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.randomization.sharp_null import ROUNDING, TIE
from pilotlab.stats.staggered.group_cells import CohortPanel, cells_of
from pilotlab.stats.staggered.group_rows import average

FIRST, STEP = 8, 4  # week of the first start, counted from 0, and weeks between starts
WASHIN = 2
REPS = 9_999
TABLES = ("event_time", "cohort")
BLOCK = 20_000_000  # drawn statistics held at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One kind of rollout: waves of equal size, and teams that never start.

    Attributes
    ----------
    size : int
        Teams a wave.
    never : int
        Teams that never start; where there are none the last wave is the comparison until it starts.
    drawn : bool
        Whether a lot decided who starts when, and the analyst says so. Otherwise the higher a team's level, the earlier.
    ar, drift, missing : float
        As in `Cell`.
    """

    size: int
    waves: int = 4
    never: int = 0
    drawn: bool = True
    ar: float = USUAL["ar"]
    drift: float = USUAL["drift"]
    missing: float = 0.0

    @property
    def name(self) -> str:
        """What the README calls it."""
        parts = [f"{len(self.start)} teams, {self.waves} waves of {self.size}"]
        parts += [f"{self.never} never"] if self.never else []
        plain = {"ar": USUAL["ar"], "drift": USUAL["drift"], "missing": 0.0}
        parts += [
            f"{field} {value:g}" for field, usual in plain.items() if (value := getattr(self, field)) != usual
        ]
        return ", ".join(parts)

    @property
    def start(self) -> NDArray[np.int64]:
        """First week under the policy, counted from 0; WEEKS for never."""
        own = FIRST + STEP * np.repeat(np.arange(self.waves), self.size)
        return np.r_[own, np.full(self.never, WEEKS)]

    @property
    def last(self) -> int:
        """Week from which nobody is left to compare with."""
        return WEEKS if self.never else int(self.start[-1])

    @property
    def counted(self) -> BoolArray:
        """Team-weeks whose effect the headline averages, shape (teams, weeks)."""
        weeks = np.arange(WEEKS)
        inside = (weeks >= self.start[:, None] + WASHIN) & (weeks < self.last)
        return np.asarray(inside & (self.start < self.last)[:, None])


def simulate(wave: Wave, seed: int) -> FloatArray:
    """Simulate one rollout in which the policy does nothing, shape (teams, weeks), earliest starters first."""
    rng = np.random.default_rng([STUDY_SEED, wave.size, wave.waves, wave.never, seed])
    values, level = team_weeks(rng, len(wave.start), ar=wave.ar, drift=wave.drift, missing=wave.missing)
    return values if wave.drawn else np.asarray(values[np.argsort(-level)])


def ask(wave: Wave, panel: FloatArray, **more: Any) -> pl.Estimate:
    """Ask for `group_time`, or for what is named."""
    drawn = "complete" if wave.drawn else None
    given: dict[str, Any] = {"estimator": "group_time", "assignment": drawn, "washin": WASHIN}
    return answered(pl.did(frame_of(panel, wave.start), **{**given, **more}))


def truths(
    wave: Wave, panel: FloatArray, effect: FloatArray
) -> tuple[float, dict[int, float], dict[int, float]]:
    """What the policy did: over all counted team-weeks, by event time and by wave.

    Parameters
    ----------
    panel : ndarray, shape (teams, weeks)
        A cell of wave and week counts the teams with a value then and in the week before their start.
    effect : ndarray, shape (teams, weeks)
    """
    cells = {}
    for start in np.unique(wave.start[wave.start < wave.last]).tolist():
        own = wave.start == start
        seen = np.isfinite(panel[own]) & np.isfinite(panel[own][:, [start - 1]])
        for week in range(start, wave.last):
            if seen[:, week].any():
                cells[start, week] = float(effect[own][seen[:, week], week].mean())
    counted = {key: value for key, value in cells.items() if key[1] - key[0] >= WASHIN}
    return (
        float(np.mean(list(counted.values()))),
        _means({key: key[1] - key[0] for key in cells}, cells),
        _means({key: key[0] + 1 for key in counted}, counted),
    )


def by_draws(wave: Wave, panels: FloatArray, effect: FloatArray) -> FloatArray:
    """`group_time` under the starts that could have been drawn: p of one effect a pilot (pilots,), complete panels.

    An effect e leaves T(z) - e a(z) in a draw z, with a(z) the same average of the treatment that was.
    """
    weights, draws = _weights(wave), _draws(wave)
    own = np.unique(wave.start, return_inverse=True)[1]
    shown = panels[..., : wave.last]
    centred = shown - shown.mean(axis=1, keepdims=True)
    by_unit = np.einsum("pit,ct->ipc", centred - centred.mean(axis=2, keepdims=True), weights)
    on = (np.arange(wave.last) >= wave.start[:, None]).astype(float)
    indicator = _drawn(draws, np.einsum("it,ct->ic", on, weights)[:, None])[:, 0]
    att = by_unit[np.arange(len(own)), :, own].sum(axis=0)
    size = np.abs(shown - shown.mean(axis=2, keepdims=True)).max(axis=(1, 2))
    tie = np.maximum.reduce([TIE * np.abs(att - effect), ROUNDING * size, ROUNDING * np.abs(effect)])
    found = []
    step = max(1, BLOCK // len(draws))
    for at in range(0, len(panels), step):
        part = slice(at, at + step)
        left = _drawn(draws, by_unit[:, part]) - indicator[:, None] * effect[part]
        found.append((np.abs(left) >= np.abs(att[part] - effect[part]) - tie[part]).mean(axis=0))
    return np.concatenate(found)


def _means(label: dict[tuple[int, int], int], cells: dict[tuple[int, int], float]) -> dict[int, float]:
    return {
        at: float(np.mean([value for key, value in cells.items() if label[key] == at]))
        for at in sorted(set(label.values()))
    }


@cache
def _draws(wave: Wave) -> NDArray[np.int64]:
    """Draws of starts, as codes (draws, teams): all of them, or the one that was made and 9,999."""
    return np.concatenate(list(Rota.drawn(wave.start).blocks(REPS, 0)))


def _weights(wave: Wave) -> FloatArray:
    """Weight of one team's week in the headline, by the start it is drawn into: (starts, weeks)."""
    weeks = np.arange(wave.last)
    start = np.where(wave.start < wave.last, wave.start, np.iinfo(np.int64).max)
    panel = CohortPanel(np.zeros((len(start), wave.last)), start, weeks)
    cells = cells_of(start, weeks, comparison="never_treated" if wave.never else "not_yet_treated")
    averages = average(panel, cells, washin=WASHIN)
    assert averages is not None
    return np.asarray(averages.loadings()[:, :, 0] / np.unique(start, return_counts=True)[1][:, None])


def _drawn(draws: NDArray[np.int64], by_unit: FloatArray) -> FloatArray:
    """Sum over teams what each adds in the start it is drawn into; by_unit (teams, k, starts) in, (draws, k) out."""
    return np.asarray(
        sum((draws == code).astype(float) @ by_unit[..., code] for code in range(by_unit.shape[-1]))
    )
