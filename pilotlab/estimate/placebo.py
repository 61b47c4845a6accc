"""Placebo in space: comparison units stand in for the treated, and show how large an effect chance alone makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.estimate.law import Draws, Law
from pilotlab.estimate.options import Options
from pilotlab.estimate.result import NotEstimable
from pilotlab.estimate.study import Study
from pilotlab.estimate.synthetic import Named
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.randomization import ROUNDING, RandomizationResult
from pilotlab.stats.synthetic import Block, Kind, SyntheticFit, refits
from pilotlab.stats.synthetic_draws import Placebos, placebos, spread

REPS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What an inference of a synthetic comparison says."""

    law: Law
    se: float
    df: float | None = None
    p_min: float | None = None
    notes: tuple[str, ...] = ()
    placebos: Named = ()


def with_placebo(
    study: Study, block: Block, kind: Kind, fit: SyntheticFit, options: Options
) -> Found | NotEstimable:
    """Hold the estimate against those of comparison units; Arkhangelsky et al. (2021), algorithm 4.

    p counts the estimate among its placebos. Treated units are in none of them, so that removing an effect moves the
    estimate alone, and the interval is the estimate plus and minus an order statistic of the placebos' sizes.
    """
    if (refusal := refuse_mixed(study, block)) is not None:
        return refusal
    try:
        other = placebos(block.treated, study.drawn, reps=reps(options), seed=options.seed)
    except ValueError:
        return _too_few(study, block)
    effects = refits(block, kind, fit.penalties, other.arms)
    result = placebo_test(fit.att, effects, exact=other.exact, scale=float(np.ptp(block.y)))
    se = spread(effects)
    return Found(
        law=Draws(result),
        se=se,
        p_min=result.p_min,
        notes=(_about(other, result.p_min), *no_noise(se)),
        placebos=_named(study, other, effects),
    )


def placebo_test(att: float, effects: FloatArray, *, exact: bool, scale: float) -> RandomizationResult:
    """Take placebos as draws of which the estimate alone moves with the effect."""
    return RandomizationResult(
        att=att,
        statistics=np.concatenate([[att], effects]),
        indicator=np.concatenate([[1.0], np.zeros(len(effects))]),
        exact=exact,
        rounding=ROUNDING * scale,
    )


def reps(options: Options) -> int:
    """Refits: as asked for, else 200."""
    return REPS if options.reps is None else options.reps


def refuse_mixed(study: Study, block: Block) -> NotEstimable | None:
    """Clusters that hold both arms can't stand in for each other, nor be left out as one."""
    both = np.intersect1d(study.drawn[block.treated], study.drawn[~block.treated])
    if not len(both):
        return None
    return NotEstimable(
        f"{len(both)} {'cluster holds' if len(both) == 1 else 'clusters hold'} treated and comparison units",
        "name as cluster what started together, or leave cluster out",
    )


def no_noise(se: float) -> tuple[str, ...]:
    """Say where nothing varies."""
    return ("units do not differ at all: the standard error is zero and says nothing",) if se == 0 else ()


def _too_few(study: Study, block: Block) -> NotEstimable:
    treated, comparison = (len(np.unique(study.drawn[arm])) for arm in (block.treated, ~block.treated))
    return NotEstimable(
        f"placebo lets {treated} comparison clusters stand in for the treated, and there are {comparison} in all",
        "more comparison units, or inference 'bootstrap'",
    )


def _about(other: Placebos, p_min: float) -> str:
    count = len(other.chosen)
    who = "comparison units" if other.chosen.sum(axis=1).max() == 1 else "sets of comparison units"
    how = "all there are" if other.exact else "sampled"
    return f"held against {count:,} {who} ({how}) in the place of the treated: the smallest p they can give is {p_min:.3g}"


def _named(study: Study, other: Placebos, effects: FloatArray) -> Named:
    names = [" + ".join(str(unit) for unit in study.units[chosen]) for chosen in other.chosen]
    return tuple((name, float(effect)) for name, effect in zip(names, effects, strict=True))
