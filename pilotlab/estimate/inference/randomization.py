"""Randomisation inference for an estimate that is one change a unit, over the draws of the declared assignment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data.assigned import is_drawn
from pilotlab.estimate.data.possible_draws import design_of
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import Differences, Fitted
from pilotlab.estimate.inference.analytic import cr1_variance, cr2_variance
from pilotlab.estimate.inference.least_squares import Variance, least_squares
from pilotlab.estimate.inference.uncertainty import Uncertainty, open_end
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.randomization.adjusted_draws import AdjustedResult, adjusted_test
from pilotlab.stats.randomization.draws import Design, count, sample_draws
from pilotlab.stats.randomization.regression_draws import MOST_CELLS, DrawnRegression, regression_test
from pilotlab.stats.randomization.sharp_null import RandomizationResult, randomization_test
from pilotlab.wording import numbers

REPS = 9_999
MOST_BESIDE = 20_000


def with_draws(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Test against the draws that could have been made; se is CR2's, for scale only.

    Raises
    ------
    UsageError
        Where the estimate can't be drawn again.
    """
    if fitted.study is None or (fitted.differences is None and fitted.regression is None):
        staggered = fitted.study is not None and len(fitted.study.starts) > 1
        able = "'group_time' or 'rollout'" if staggered else "'change'"
        raise UsageError(
            f"inference 'randomization' with estimator {options.estimator!r}: {fitted.not_drawn}",
            fix=f"estimator {able}, or inference 'cr2' or 'cluster'",
        )
    how = fitted.differences if fitted.differences is not None else fitted.regression()  # type: ignore[misc]
    laws, notes = randomize(how, fitted.study, options)
    scale = cr2_variance(fitted.linear)
    if isinstance(scale, NotEstimable):
        scale, notes = cr1_variance(fitted.linear), (*notes, note("cr1_of_large_design"))
    if isinstance(scale, NotEstimable):
        scale = Variance(np.zeros(len(laws)), np.ones(len(laws)))
    return least_squares(fitted, laws, scale, options, (*notes, *open_end(laws[0], options)))


def randomize(
    differences: Differences | DrawnRegression, study: Study, options: Options
) -> tuple[list[Draws], tuple[Note, ...]]:
    """Test every contrast against the admissible draws; the same draws for all.

    Raises
    ------
    UsageError
        Where the assignment and the frame say different things, or a regression is too large to be fitted in every draw.
    """
    design = design_of(study, options)
    if isinstance(differences, DrawnRegression):
        found: list[RandomizationResult] = [*_refitted(differences, design, options)]
    else:
        found = _compared(differences, design, study, options)
    return [Draws(each) for each in found], (*_about(options), *lost_draws(found[0]), _how_many(found[0]))


def beside(differences: Differences, study: Study, options: Options) -> RandomizationResult:
    """Test the headline against draws for a note beside another method: sampled where there are many, for they take their time."""
    design = design_of(study, options)
    if count(design) > MOST_BESIDE:
        sampled = sample_draws(design, REPS, np.random.default_rng(options.seed))
        design = Design.explicit(design.z, np.vstack([design.z[None], sampled]))
    return _compared(replace(differences, changes=differences.changes[:1]), design, study, options)[0]


def _refitted(regression: DrawnRegression, design: Design, options: Options) -> list[AdjustedResult]:
    if regression.cells > MOST_CELLS:
        raise UsageError(
            f"inference 'randomization': {numbers.count(len(regression.y))} rows with gaps, weights or covariates are too many to be fitted in every draw",
            fix="estimator 'change', or inference 'cr2' or 'cluster'",
        )
    reps = REPS if options.reps is None else options.reps
    return regression_test(regression, design, reps=reps, seed=options.seed)


def _compared(
    differences: Differences, design: Design, study: Study, options: Options
) -> list[RandomizationResult]:
    found: list[RandomizationResult] = []
    alone = np.zeros(len(study.units), dtype=np.int64)
    common: dict[str, Any] = {
        "strata": alone if differences.strata is None else differences.strata,
        "weights": differences.weights,
        "reps": REPS if options.reps is None else options.reps,
        "seed": options.seed,
    }
    for change in differences.changes:
        if differences.covariates is None:
            result = randomization_test(change, differences.treated, design, **common)
        else:
            adjusted: dict[str, Any] = {"covariates": differences.covariates, "between": differences.between}
            result = adjusted_test(change, z=differences.treated, design=design, **adjusted, **common)
        found.append(result)
    return found


def lost_draws(result: RandomizationResult) -> tuple[Note, ...]:
    """Say which draws, units and strata the draws had to do without."""
    lost, found = result.lost, []
    if lost.units:
        found.append(note("units_out_of_draws", count=lost.units, of=lost.of_units))
    if lost.strata:
        found.append(note("strata_out_of_draws", count=lost.strata, size=lost.units_of_strata))
    if lost.draws:
        found.append(note("draws_lost", count=lost.draws))
    return tuple(found)


def _about(options: Options) -> tuple[Note, ...]:
    if is_drawn(options.assignment):
        return ()
    within = {"pairs": options.pairs is not None, "strata": options.strata is not None and not options.pairs}
    return (note("arms_taken_as_drawn", **within, clusters=options.cluster is not None),)


def _how_many(result: RandomizationResult) -> Note:
    return note("draws", draws=result.n_draws, exact=result.exact, p_min=result.p_min)
