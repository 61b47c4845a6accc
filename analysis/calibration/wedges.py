"""What a wedge is estimated by: spread, size, chance and coverage of rival statistics, where a lot decided who starts when.

python analysis/calibration/wedges.py --date 2026-11-29 --write
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pilots import ALPHA, WEEKS, FloatArray, team_weeks
from rotas import FIRST, WASHIN, Wave, ask, simulate
from scipy import stats
from store import Row, rounded, run

from pilotlab.stats.staggered.gls_imputation import Design, parts, week_loads
from pilotlab.stats.staggered.group_cells import CohortPanel, cells_of
from pilotlab.stats.staggered.group_rows import average
from pilotlab.stats.variance.unit_covariance import BETWEEN, UnitCovariance, unit_covariance

SEEDS = 1_000
CHECKED = 10  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
DOOR = 5  # pilots of a cell that also go through `pl.did`
REPS = 1_999
SIZE = 0.25  # mean effect over the counted team-weeks, in SD of a person's score
WAVES = tuple(
    Wave(size=size, waves=4 - never, never=never * size) for size in (2, 3, 4, 6) for never in (0, 1)
)
HARDER = (Wave(size=4, ar=0.0), Wave(size=4, ar=0.6), Wave(size=4, drift=0.2))
Pilots = NDArray[np.int64] | slice
Weights = FloatArray  # of a week of a team, by the start that it is drawn into: (starts, weeks)


@dataclass(frozen=True, slots=True)
class Effect:
    """How an effect runs over the weeks since a team's start; its mean over what counts is SIZE."""

    name: str
    course: Callable[[FloatArray], FloatArray]

    def cells(self, wave: Wave) -> FloatArray:
        """Effect of each team and week."""
        since = (np.arange(WEEKS) - wave.start[:, None]).astype(float)
        raw = np.where(since >= 0, self.course(np.maximum(since, 0.0)), 0.0)
        return np.asarray(raw * SIZE / raw[wave.counted].mean())


EFFECTS = (
    Effect("constant", np.ones_like),
    Effect("growing", lambda since: np.minimum(since + 1, 12)),
    Effect("fading", lambda since: np.exp(-since / 6)),
)


def study(seeds: int = SEEDS) -> Iterator[Row]:
    """Run all cells."""
    yield from (cell(wave, seeds) for wave in (*WAVES, *HARDER))


def cell(wave: Wave, seeds: int, door: int = DOOR) -> Row:
    """Hold the rivals against each other on the same pilots of one kind of wedge."""
    panels = np.array([simulate(wave, seed) for seed in range(seeds)])
    panels -= panels.mean(axis=1, keepdims=True)
    found = {
        "group_time": _by_draws(wave, panels, [(slice(None), _group_time(wave))]),
        "imputation": _by_draws(wave, panels, [(slice(None), _gls(wave, UnitCovariance(1.0, 0.0)))]),
        "gls known": _by_draws(wave, panels, [(slice(None), _gls(wave, _known(wave)))]),
        "gls_imputation": _by_draws(wave, panels, _fitted(wave, panels)),
        "one effect": _one_effect(wave, panels),
    }
    first = _by_draws(wave, panels[:CHECKED], _fitted(wave, panels[:CHECKED]))
    return {
        "name": wave.name,
        "teams": len(wave.start),
        "never": wave.never,
        "usual": wave in WAVES,
        "rates": {
            f"{rival} {what}": rounded(value) for rival, own in found.items() for what, value in own.items()
        },
        "first": {name: rounded(value) for name, value in first.items()},
        "door": _door(wave, panels[:door]),
    }


def _by_draws(wave: Wave, panels: FloatArray, rival: Sequence[tuple[Pilots, Weights]]) -> dict[str, float]:
    """Spread under no effect, and what the test against the drawn starts says of each effect; weights may differ by pilot."""
    draws = _draws(wave)
    on = (np.arange(WEEKS) >= wave.start[:, None]).astype(float)
    att, nulls = np.empty(len(panels)), np.empty(len(panels))
    seen = {effect.name: np.empty((2, len(panels))) for effect in EFFECTS}
    for inside, weights in rival:
        one = (on @ weights.T)[None]
        drawn = _drawn(draws, panels[inside] @ weights.T)
        share = _drawn(draws, one)[:, 0]
        att[inside] = drawn[0]
        nulls[inside] = _p(drawn)
        for effect in EFFECTS:
            added = effect.cells(wave) @ weights.T
            moved = drawn + _drawn(draws, added[None])
            seen[effect.name][0][inside] = _p(moved)
            seen[effect.name][1][inside] = _p(moved - SIZE * share[:, None])
    rates = {"spread": att.std(), "size": (nulls <= ALPHA).mean()}
    for name, (zero, true) in seen.items():
        rates |= {f"chance {name}": (zero <= ALPHA).mean(), f"coverage {name}": (true > ALPHA).mean()}
    return {name: float(value) for name, value in rates.items()}


def _p(drawn: FloatArray) -> FloatArray:
    """Two-sided p of the first draw, by pilot."""
    return np.asarray((np.abs(drawn) >= np.abs(drawn[0]) * (1 - 1e-9)).mean(axis=0))


def _drawn(draws: NDArray[np.int64], by_unit: FloatArray) -> FloatArray:
    """Sum over teams what each adds in the start it is drawn into; by_unit (pilots, teams, starts) in, (draws, pilots) out."""
    chosen = draws[:, :, None] == np.arange(by_unit.shape[2])
    return np.asarray(chosen.reshape(len(draws), -1).astype(float) @ by_unit.reshape(len(by_unit), -1).T)


@cache
def _draws(wave: Wave) -> NDArray[np.int64]:
    """The draw that was made, and REPS more."""
    own = np.unique(wave.start, return_inverse=True)[1]
    more = np.random.default_rng(0).permuted(np.tile(own, (REPS, 1)), axis=1)
    return np.vstack([own, more])


def _design(wave: Wave, covariance: UnitCovariance) -> Design:
    starts, weeks = np.unique(wave.start), np.arange(WEEKS)
    counted = (weeks >= starts[:, None] + WASHIN) & (weeks < wave.last) & (starts < wave.last)[:, None]
    untreated = weeks < starts[:, None]
    return Design(untreated, counted[None].astype(float), covariance.fading(weeks), covariance.tie)


def _gls(wave: Wave, covariance: UnitCovariance) -> Weights:
    starts, own = np.unique(wave.start, return_inverse=True)
    ready = parts(np.zeros((1, len(own), WEEKS)), _design(wave, covariance))
    load, total = week_loads(ready, np.bincount(own, minlength=len(starts)).astype(float))
    return np.asarray((ready.gain[0, :, 0] - np.einsum("t,stu->su", load[0], ready.normal[0])) / total[0])


def _fitted(wave: Wave, panels: FloatArray) -> list[tuple[Pilots, Weights]]:
    """Weights of each pilot's own covariance."""
    return [(inside, _gls(wave, pair)) for inside, pair in _covariances(panels)]


@cache
def _known(wave: Wave) -> UnitCovariance:
    """The covariance that four thousand teams of this kind have."""
    values, _ = team_weeks(np.random.default_rng(1), 4_000, ar=wave.ar, drift=wave.drift, missing=0.0)
    return unit_covariance(values, np.arange(WEEKS)) or BETWEEN


def _group_time(wave: Wave) -> Weights:
    weeks = np.arange(wave.last)
    start = np.where(wave.start < wave.last, wave.start, np.iinfo(np.int64).max)
    panel = CohortPanel(np.zeros((len(start), wave.last)), start, weeks)
    cells = cells_of(start, weeks, comparison="not_yet_treated")
    averages = average(panel, cells, washin=WASHIN)
    assert averages is not None
    weights = averages.loadings()[:, :, 0] / np.unique(start, return_counts=True)[1][:, None]
    return np.asarray(np.pad(weights, ((0, 0), (0, WEEKS - wave.last))))


def _one_effect(wave: Wave, panels: FloatArray) -> dict[str, float]:
    """The peer: a mixed model with one effect, levels and fading errors, t on the teams less two degrees of freedom.

    Its covariance is fitted on the baseline as ours is: spread and mean show what one effect for all weeks aims at.
    """
    on = (np.arange(WEEKS) >= wave.start[:, None]).astype(float)
    found = {name: np.empty((2, len(panels))) for name in ("none", *(effect.name for effect in EFFECTS))}
    for inside, covariance in _covariances(panels):
        inverse = np.linalg.inv(covariance.fading(np.arange(WEEKS)) + 1 / max(covariance.tie, 1e-6))
        apart = on - on.mean(axis=0)
        load = apart @ inverse
        weight = load / (load * on).sum()
        for name, values in found.items():
            added = 0.0 if name == "none" else next(e for e in EFFECTS if e.name == name).cells(wave)
            y = panels[inside] + added
            att = np.einsum("pit,it->p", y, weight)
            left = y - y.mean(axis=1, keepdims=True) - att[:, None, None] * apart
            scale = np.einsum("pit,tu,piu->p", left, inverse, left, optimize=True) / (
                (len(on) - 1) * WEEKS - 1
            )
            values[0, inside], values[1, inside] = att, np.sqrt(scale / (load * on).sum())
    reach = stats.t.ppf(1 - ALPHA / 2, len(on) - 2)
    rates = {
        "spread": found["none"][0].std(),
        "size": (np.abs(found["none"][0]) > reach * found["none"][1]).mean(),
    }
    for effect in EFFECTS:
        att, se = found[effect.name]
        rates[f"chance {effect.name}"] = (np.abs(att) > reach * se).mean()
        rates[f"coverage {effect.name}"] = (np.abs(att - SIZE) <= reach * se).mean()
    return {name: float(value) for name, value in rates.items()}


def _covariances(panels: FloatArray) -> list[tuple[NDArray[np.int64], UnitCovariance]]:
    """Covariances fitted on the baseline, and the pilots that share one."""
    weeks = np.arange(FIRST)
    found = [unit_covariance(panel[:, :FIRST], weeks) or BETWEEN for panel in panels]
    return [
        (np.array([k for k, own in enumerate(found) if own == pair]), pair) for pair in dict.fromkeys(found)
    ]


def _door(wave: Wave, panels: FloatArray) -> Row:
    """The same pilots through `pl.did`: what `auto` takes, and how far its estimate is from the kernel's."""
    rules, apart = set(), 0.0
    own = np.unique(wave.start, return_inverse=True)[1]
    for panel in panels:
        found = ask(wave, panel, estimator="auto", reps=99)
        rules.add(f"{found.estimator} {found.inference}")
        ((_, weights),) = _fitted(wave, panel[None])
        apart = max(apart, abs(found.att - float((panel * weights[own]).sum())))
    return {"pilots": len(panels), "rules": sorted(rules), "largest_difference": apart}


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
