"""Uncertainty of group-time effects: influence-function standard errors, bands, multiplier and randomisation tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data.possible_draws import how_drawn, rota_of
from pilotlab.estimate.estimators.group_time import GroupTimeFitted
from pilotlab.estimate.inference.randomization import lost_draws
from pilotlab.estimate.inference.uncertainty import Ends, Uncertainty, settle
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws, Law, Student
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.event_path import EventPath, event_path
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.randomization.group_draws import drawn_averages
from pilotlab.stats.staggered.group_rows import Averages, pretest
from pilotlab.stats.variance import influence
from pilotlab.stats.variance.cluster import nested
from pilotlab.stats.variance.influence import (
    MANY_CLUSTERS,
    Spread,
    cluster_sums,
    standard_errors,
)
from pilotlab.stats.variance.multiplier import (
    multiplied,
    multiplier_test,
    uniform_critical,
    uniform_criticals_of_few,
)

FEW_CLUSTERS = 20
BAND_DRAWS = 999
ENOUGH_FOR_BANDS = 200  # clusters from which on a band needs no correction
RANDOMIZATION_DRAWS = 9_999


@dataclass(frozen=True, slots=True, eq=False)
class _Noise:
    """Standard errors as reported, as the draws have them, and as the band has them, with the influence of clusters."""

    sums: FloatArray
    raw: FloatArray
    spread: Spread
    corrected: Spread | None


def with_influence(fitted: GroupTimeFitted, options: Options) -> Uncertainty | NotEstimable:
    """Take influence functions as they are, corrected for few clusters, with random signs, or the draws of starts."""
    name = options.inference
    noise = _noise(fitted, fitted.averages, name)
    if name != "randomization" and not (math.isfinite(noise.spread.se[0]) and noise.spread.df[0] > 0):
        return NotEstimable("too few units for the spread to be measured", "more units in each cohort")
    drawn = _multiplied(fitted.averages, noise, options, name)
    laws, notes = _laws(fitted, noise, options, name, drawn)
    se = np.where(np.isfinite(noise.spread.se), noise.spread.se, 0.0)
    se[0] = settle(float(fitted.values[0]), se[0])
    return Uncertainty(
        laws=laws,
        se=se,
        df=noise.spread.df,
        bands=_bands(fitted, options, laws, noise, drawn),
        path=_path(fitted, options, name),
        warnings=_few(fitted, name, noise),
        notes=(*_pretrend(fitted, options), *notes),
    )


def _noise(fitted: GroupTimeFitted, averages: Averages, name: str) -> _Noise:
    """Standard errors: analytic; corrected below 20 clusters and under `cr2`, cohort sizes as given; t below 50 clusters."""
    study, n = fitted.study, len(fitted.study.units)
    sums = cluster_sums(averages.influence, study.cluster)
    raw, clusters = standard_errors(sums, n), len(sums)
    always = name in ("cr2", "randomization")
    if clusters >= ENOUGH_FOR_BANDS and not always:
        return _Noise(sums, raw, Spread(raw, np.full(len(raw), np.inf)), None)
    cohort = np.searchsorted(averages.cells.starts, study.cohort).astype(np.int64)
    if nested(study.cluster, cohort):
        group = cohort[np.unique(study.cluster, return_index=True)[1]]
        mass = np.bincount(study.cluster, weights=averages.found.mass).astype(np.float64)
        pull = cluster_sums(averages.pull, study.cluster)
        norms = averages.norms()
        corrected = influence.few_clusters(sums, pull, group, mass, norms, n)
        if always or clusters < FEW_CLUSTERS:
            sized = influence.few_clusters(sums - pull, np.zeros_like(pull), group, mass, norms, n)
            return _Noise(sums, raw, sized, corrected)
    else:
        corrected = Spread(raw * np.sqrt(clusters / (clusters - 1)), np.full(len(raw), clusters - 1.0))
        if always or clusters < FEW_CLUSTERS:
            return _Noise(sums, raw, corrected, corrected)
    df = corrected.df if clusters < MANY_CLUSTERS else np.full(len(raw), np.inf)
    return _Noise(sums, raw, Spread(raw, df), corrected)


def _multiplied(averages: Averages, noise: _Noise, options: Options, name: str) -> FloatArray | None:
    """Draws of influence under random signs, on the scale of the estimates; None where nothing needs them."""
    if name == "randomization" or (name != "bootstrap" and len(averages.values) == 1):
        return None
    draws = BAND_DRAWS if options.reps is None else options.reps
    return multiplied(noise.sums, draws=draws, seed=options.seed) / len(averages.influence)


def _laws(
    fitted: GroupTimeFitted, noise: _Noise, options: Options, name: str, drawn: FloatArray | None
) -> tuple[Sequence[Law], tuple[Note, ...]]:
    values, se = fitted.averages.values.tolist(), noise.spread.se.tolist()
    if name == "randomization":
        return _drawn(fitted, options)
    if name == "bootstrap" and drawn is not None:
        results = [
            multiplier_test(value, own, drawn[:, k], float(noise.raw[k]))
            for k, (value, own) in enumerate(zip(values, se, strict=True))
        ]
        turned = note("multiplier_draws", clusters=len(noise.sums), draws=len(drawn), p_min=results[0].p_min)
        return [Draws(result) for result in results], (turned,)
    laws = [
        Student(value, settle(value, own), df)
        for value, own, df in zip(values, se, noise.spread.df.tolist(), strict=True)
    ]
    return laws, ()


def _drawn(fitted: GroupTimeFitted, options: Options) -> tuple[Sequence[Draws], tuple[Note, ...]]:
    if options.covariates:
        raise UsageError(
            "inference 'randomization' with estimator 'group_time': adjusted for covariates it can't be drawn again here",
            fix="leave covariates out, or inference 'cluster'",
        )
    rota = rota_of(fitted.study, options)
    reps = RANDOMIZATION_DRAWS if options.reps is None else options.reps
    found = drawn_averages(fitted.panel, fitted.averages, rota, reps=reps, seed=options.seed)
    laws = [Draws(result) for result in found]
    notes = (*lost_draws(found[0]), *how_drawn(found[0], options))
    if not all(map(math.isfinite, laws[0].interval(options.alpha))):
        notes = (*notes, note("interval_open", alpha=options.alpha, p_min=found[0].p_min))
    return laws, notes


def _bands(
    fitted: GroupTimeFitted,
    options: Options,
    laws: Sequence[Law],
    noise: _Noise,
    drawn: FloatArray | None,
) -> tuple[Ends, ...] | None:
    """The band over all rows, never inside a row's own interval."""
    reach = _reach(noise, options, drawn, fitted.skip)
    if reach is None:
        return None
    found = []
    for value, wide, law in zip(
        fitted.values[fitted.skip :].tolist(), reach.tolist(), laws[fitted.skip :], strict=True
    ):
        low, high = law.interval(options.alpha)
        found.append((min(value - wide, low), max(value + wide, high)))
    return tuple(found)


def _reach(noise: _Noise, options: Options, drawn: FloatArray | None, skip: int) -> FloatArray | None:
    """Half-widths of the band over all rows, 0 where unknown; None for a single row and under draws of starts."""
    if drawn is None or drawn.shape[1] - skip < 2:
        return None
    rows, own = drawn[:, skip:], noise.corrected
    if own is None:
        return np.nan_to_num(uniform_critical(rows, alpha=options.alpha) * noise.raw[skip:])
    critical = uniform_criticals_of_few(
        rows, noise.raw[skip:], own.df[skip:], alpha=options.alpha, seed=options.seed
    )
    return np.nan_to_num(critical * own.se[skip:])


def _path(fitted: GroupTimeFitted, options: Options, name: str) -> EventPath | None:
    """Coefficients from one base with their covariance, the headline as weights on them."""
    found = fitted.path
    if found is None or name == "randomization":
        return None
    noise = _noise(fitted, found, name)
    unit = np.divide(noise.spread.se, noise.raw, out=np.zeros_like(noise.raw), where=noise.raw > 0)
    unit /= len(fitted.study.units)
    sigma = (noise.sums.T @ noise.sums * np.outer(unit, unit))[1:, 1:]
    if not np.isfinite(sigma).all():
        return None
    return event_path(
        found.labels.tolist(),
        found.values[1:],
        sigma,
        found.mix[0],
        reference=-1 - options.anticipation,
        df=float(np.nanmin(noise.spread.df[1:])),
    )


def _pretrend(fitted: GroupTimeFitted, options: Options) -> tuple[Note, ...]:
    """Joint test of cohorts and times before start, beside the path."""
    if options.aggregate != "event_time":
        return ()
    test = pretest(fitted.panel, fitted.averages, fitted.study.cluster, anticipation=options.anticipation)
    if test is None:
        return ()
    return (note("pre_trend_of_cells", wald=test.wald, k=test.k, p=test.p_value),)


def _few(fitted: GroupTimeFitted, name: str, noise: _Noise) -> tuple[Note, ...]:
    clusters, found = len(noise.sums), []
    if clusters < FEW_CLUSTERS and name != "randomization":
        whole = clusters == len(fitted.study.units)
        how = {"clusters": clusters, "are_units": whole, "enough": FEW_CLUSTERS}
        found.append(note("few_clusters_corrected", **how, df=float(noise.spread.df[0])))
    return tuple(found)
