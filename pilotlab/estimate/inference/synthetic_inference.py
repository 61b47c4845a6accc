"""Inference of a synthetic comparison: other units stand in for the treated, are left out, or are drawn again."""

from __future__ import annotations

import math

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import FEWEST
from pilotlab.estimate.estimators.synthetic_fit import SyntheticFitted
from pilotlab.estimate.inference.uncertainty import Uncertainty
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws, Student
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.synthetic_comparison import Named
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.randomization.sharp_null import ROUNDING, RandomizationResult
from pilotlab.stats.synthetic.synthetic_draws import (
    StandIns,
    jackknife_se,
    permutations,
    placebos,
    resampled,
    spread,
    two_group_df,
)
from pilotlab.stats.synthetic.weights import Block, SyntheticFit, jackknife_effects, refits
from pilotlab.wording.lists import plural

REPS = 200
WHOLE = 1 - 1e-6  # a placebo that leans on treated units alone still moves by less than the estimate


def with_placebo(fitted: SyntheticFitted, options: Options) -> Uncertainty | NotEstimable:
    """Hold the estimate against those of every set of as many units; se from comparison units alone (algorithm 4).

    Had the units been treated by lot, p would be exact: the arms change places, whatever they were. The interval takes an
    effect out of the units that are really treated, wherever they stand.
    """
    study, block, kind, fit = fitted.study, fitted.block, fitted.kind, fitted.fit
    if (refusal := refuse_mixed(study, block)) is not None:
        return refusal
    draws = {"reps": reps(options), "seed": options.seed}
    try:
        among_comparison = placebos(block.treated, study.lot, **draws)
    except ValueError:
        return _too_few(study, block)
    among_all = permutations(block.treated, study.lot, **draws)
    both = refits(block, kind, fit.penalties, among_comparison.arms.followed_by(among_all.arms))
    first = len(among_comparison.chosen)
    effects, held = both.effects[first:], both.held[first:]
    result = placebo_test(fit.att, effects, held, exact=among_all.exact, scale=float(np.ptp(block.y)))
    se = spread(both.effects[:first])
    law = Draws(result)
    return Uncertainty(
        laws=[law],
        se=np.array([se]),
        df=np.array([np.inf]),
        placebos=_named(study, among_all, effects),
        warnings=(_about(among_all, result.p_min),),
        notes=open_of_placebos(law, options),
    )


def placebo_test(
    att: float, effects: FloatArray, held: FloatArray, *, exact: bool, scale: float
) -> RandomizationResult:
    """Take placebos as draws; `held` says by how much each moves with the effect, the estimate moving by all of it."""
    return RandomizationResult(
        att=att,
        statistics=np.concatenate([[att], effects]),
        indicator=np.concatenate([[1.0], np.clip(held, -WHOLE, WHOLE)]),
        exact=exact,
        rounding=ROUNDING * scale,
    )


def reps(options: Options) -> int:
    """Refits: as asked for, else 200."""
    return REPS if options.reps is None else options.reps


def refuse_mixed(study: Study, block: Block) -> NotEstimable | None:
    """Clusters that hold both arms can't stand in for each other, nor be left out as one."""
    both = np.intersect1d(study.lot[block.treated], study.lot[~block.treated])
    if not len(both):
        return None
    return NotEstimable(
        f"{plural(len(both), 'cluster holds', 'clusters hold')} treated and comparison units",
        "name as cluster what started together, or leave cluster out",
    )


def open_of_placebos(law: Draws, options: Options) -> tuple[Note, ...]:
    """Say where placebos are too few to close the interval."""
    if all(map(math.isfinite, law.interval(options.alpha))):
        return ()
    return (note("interval_open_placebo", alpha=options.alpha, p_min=law.result.p_min),)


def _too_few(study: Study, block: Block) -> NotEstimable:
    treated, comparison = (len(np.unique(study.lot[arm])) for arm in (block.treated, ~block.treated))
    return NotEstimable(
        f"placebo lets {treated} comparison clusters stand in for the treated, and there are {comparison} in all",
        "more comparison units, or inference 'bootstrap'",
    )


def _about(other: StandIns, p_min: float) -> Note:
    single = bool(other.chosen.sum(axis=1).max() == 1)
    return note("placebos", draws=len(other.chosen), single=single, exact=other.exact, p_min=p_min)


def _named(study: Study, other: StandIns, effects: FloatArray) -> Named:
    names = [" + ".join(str(unit) for unit in study.units[chosen]) for chosen in other.chosen]
    return tuple((name, float(effect)) for name, effect in zip(names, effects, strict=True))


LEAST_OF = 1e-13  # of the estimate: a standard error below is arithmetic alone


def with_jackknife(fitted: SyntheticFitted, options: Options) -> Uncertainty | NotEstimable:
    """Leave out one cluster at a time, weights kept; Arkhangelsky et al. (2021), algorithm 3."""
    study, block, fit = fitted.study, fitted.block, fitted.fit
    if (refusal := _refuse(study, block, fit)) is not None:
        return refusal
    return _student(fitted, jackknife_se(jackknife_effects(block, fit, study.lot)), options)


def with_bootstrap(fitted: SyntheticFitted, options: Options) -> Uncertainty | NotEstimable:
    """Draw clusters with replacement and fit again; Arkhangelsky et al. (2021), algorithm 2."""
    study, block, fit = fitted.study, fitted.block, fitted.fit
    if (refusal := _refuse(study, block, fit)) is not None:
        return refusal
    arms = resampled(block.treated, study.lot, reps=reps(options), seed=options.seed)
    return _student(fitted, spread(refits(block, fitted.kind, fit.penalties, arms).effects), options)


def _student(fitted: SyntheticFitted, se: float, options: Options) -> Uncertainty:
    study, block, fit = fitted.study, fitted.block, fitted.fit
    se = 0.0 if se <= LEAST_OF * max(abs(fit.att), float(np.ptp(block.y))) else se
    arms = block.treated / block.treated.sum(), fit.unit_weights
    treated, comparison = (np.bincount(study.lot, weights=weights).astype(float) for weights in arms)
    df = two_group_df(treated, comparison)
    return Uncertainty(
        laws=[Student(fit.att, se, df)],
        se=np.array([se]),
        df=np.array([df]),
        warnings=_few(study, block, options.inference),
    )


def _refuse(study: Study, block: Block, fit: SyntheticFit) -> NotEstimable | None:
    """Say so where leaving out one cluster leaves nothing of an arm."""
    if (refusal := refuse_mixed(study, block)) is not None:
        return refusal
    help_ = "inference 'placebo'; or more units"
    if len(np.unique(study.lot[block.treated])) < 2:
        return NotEstimable(
            "1 treated cluster: without it nothing is left, so its noise can't be measured", help_
        )
    if np.bincount(study.lot, weights=fit.unit_weights).max() >= 1 - 1e-12:
        return NotEstimable("one comparison cluster carries all the weight", help_)
    return None


def _few(study: Study, block: Block, name: str) -> tuple[Note, ...]:
    count = len(np.unique(study.lot[block.treated]))
    if count >= FEWEST:
        return ()
    return (note("few_treated_clusters", treated=count, fewest=FEWEST, inference=name),)
