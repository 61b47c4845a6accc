"""Sense: what must vary before an estimate means anything, and answers that are arithmetic alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.notes.by_code import about_left_out, because, has, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.spec import engine
from pilotlab.stats.arrays import BoolArray, FloatArray
from pilotlab.wording.numbers import typed

ROUNDING = 1e-12  # of the outcome's scale: less than this is arithmetic
EXPLAINED = 1e-9  # of a covariate's variance, left when constant and other covariates are taken out


def ends(y: FloatArray) -> tuple[float, float]:
    """Smallest and largest value; missing ones do not count."""
    return float(np.fmin.reduce(y, axis=None)), float(np.fmax.reduce(y, axis=None))


def nothing_varies(ends: tuple[float, float], options: Options) -> NotEstimable | None:
    """Say so where every value is the same."""
    low, high = ends
    if low == high:
        return NotEstimable(
            f"{options.outcome} is {typed(low)} in every row: nothing varies, so nothing can be compared",
            "values that differ between units or times",
        )
    return None


def with_telling_covariates(study: Study, options: Options) -> Study:
    """Bring covariates to mean 0 and spread 1; those that a constant and others explain wholly leave with a note."""
    if study.covariates is None or not options.covariates:
        return study
    own = len(study.covariate_names) - len(options.covariates)
    seen = np.isfinite(study.y)
    scaled = np.stack([standardised(each, seen) for each in study.covariates[own:]])
    telling = _telling(scaled[:, seen])
    kept: BoolArray = np.concatenate([np.ones(own, dtype=bool), telling])
    named = list(zip(study.covariate_names, kept, strict=True))
    notes = [note("covariate_says_nothing", covariate=name) for name, stays in named if not stays]
    return replace(
        study,
        covariates=np.concatenate([study.covariates[:own], scaled[telling]]) if kept.any() else None,
        covariate_names=tuple(name for name, stays in named if stays),
    ).note(*notes)


def standardised(values: FloatArray, seen: BoolArray) -> FloatArray:
    """Less their mean, over their spread; zero where they do not vary."""
    size = float(np.abs(values[seen]).max(initial=0.0)) or 1.0
    values = values / size
    left = values - values[seen].mean()
    spread = float(np.sqrt((left[seen] ** 2).mean()))
    return np.asarray(left / spread if spread > ROUNDING else np.zeros_like(left))


def more_than_rounding(
    found: Estimate | NotEstimable, ends: tuple[float, float], options: Options
) -> Estimate | NotEstimable:
    """Turn an estimate whose every number is rounding into a refusal: effects and covariates explain it all."""
    if isinstance(found, NotEstimable):
        return found
    scale = 1.0 if engine.row(found.estimator).ratio else max(map(abs, ends))
    sizes = [abs(found.att), found.se, *(size for term in found.terms for size in (abs(term.att), term.se))]
    if max(sizes) > ROUNDING * scale:
        return _without_noise(found) if found.se <= ROUNDING * scale else found
    return nothing_left(options)


def nothing_left(options: Options) -> NotEstimable:
    """Say that effects and covariates explain the outcome wholly."""
    also = f" and {', '.join(options.covariates)}" if options.covariates else ""
    unit = options.unit or "cohort"
    return NotEstimable(
        f"{unit} and {options.time} effects{also} explain {options.outcome} wholly: what is left is rounding, and no effect can be seen in it",
        f"an outcome that does not move alike in every {unit}" + ("; or fewer covariates" if also else ""),
    )


def _without_noise(found: Estimate) -> Estimate:
    """Show a standard error that is rounding as zero, and say first what it is worth."""
    notes = found.notes if has(found.notes, "no_noise") else (note("no_noise"), *found.notes)
    return replace(found, se=0.0, notes=notes)


def with_cause(refusal: NotEstimable, study: Study, options: Options) -> NotEstimable:
    """Say what the frame itself lacks, where it does, and what reading it left out: it may be the cause."""
    lacking = None if options.dose is not None else _lacking(study, options)
    found = refusal if lacking is None else lacking
    new = tuple(each for each in about_left_out(study.notes, "rows") if each not in found.notes)
    reason = f"{found.reason}{because(new)}"
    return replace(found, reason=reason, notes=(*found.notes, *new))


def _lacking(study: Study, options: Options) -> NotEstimable | None:
    """Name the side of the start, or the arm, that has no value at all."""
    starting = study.ever & ~study.always
    if not starting.any():
        return None
    known, on = np.isfinite(study.y), study.times >= study.cohort[:, None]
    sides = {"from its start on": known & on, "before its start": known & ~on}
    for side, cells in sides.items():
        if not cells[starting].any():
            return NotEstimable(
                f"none of {int(starting.sum())} treated units has a value of {options.outcome} {side}",
                f"values of treated units {side}",
            )
    others = study.cohort > study.starts[0]
    if others.any() and not known[others].any():
        return NotEstimable(
            f"none of {int(others.sum())} comparison units has a value of {options.outcome}",
            "values of comparison units, on both sides of the start",
        )
    return None


def _telling(columns: FloatArray) -> BoolArray:
    """Rows of (p, N), of mean 0 and spread 1 or 0, that keep some variance when those before them are taken out."""
    square = columns @ columns.T / columns.shape[1]
    found = np.zeros(len(columns), dtype=bool)
    for k in np.flatnonzero(np.diag(square) > 0.5):
        before = np.flatnonzero(found)
        slope = np.linalg.lstsq(square[np.ix_(before, before)], square[before, k], rcond=None)[0]
        found[k] = 1 - square[k, before] @ slope > EXPLAINED
    return found
