"""Synthetic comparisons as estimators: the block they need, the fit, and the result with an inference of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import refuse_starts
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import FEWEST, ArmClusters, arm_clusters
from pilotlab.estimate.inference import placebo, resampling
from pilotlab.estimate.inference.placebo import Found
from pilotlab.estimate.notes.table import about_left_out, because, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Law
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.estimate.results.synthetic import Named, Synthetic
from pilotlab.estimate.results.term import Term
from pilotlab.note import Note
from pilotlab.spec import engine
from pilotlab.stats.arrays import BoolArray, FloatArray
from pilotlab.stats.regression.fill import fill_additively
from pilotlab.stats.synthetic.weights import Block, Kind, SyntheticFit, synthetic
from pilotlab.wording.numbers import significant

FEWEST_TIMES = 2  # before the start: the noise level is that of first differences
FEWEST_UNITS = 2  # to weigh
MOST_GAPS = 0.2  # of a comparison unit's times; fewer are filled
INFER: Mapping[str, Callable[[Study, Block, Kind, SyntheticFit, Options], Found | NotEstimable]] = {
    "placebo": placebo.with_placebo,
    "jackknife": resampling.with_jackknife,
    "bootstrap": resampling.with_bootstrap,
}


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticFitted:
    """A synthetic comparison before its uncertainty."""

    study: Study
    block: Block
    kind: Kind
    fit: SyntheticFit

    @property
    def clusters(self) -> ArmClusters:
        """Drawn clusters by arm."""
        return arm_clusters(self.study.drawn, self.block.treated, ~self.block.treated)

    def answer(self, options: Options, estimator: str) -> Estimate | NotEstimable:
        """Apply the inference asked for, or what `auto` stands for."""
        name = self._inference(options)
        if isinstance(name, NotEstimable):
            return name
        found = INFER[name](self.study, self.block, self.kind, self.fit, options)
        return found if isinstance(found, NotEstimable) else self._estimate(found, options, estimator, name)

    def _inference(self, options: Options) -> str | NotEstimable:
        """Name the inference; `auto` holds few treated clusters against placebos, and measures the spread of many."""
        if options.inference != "auto":
            return options.inference
        treated, comparison = self.clusters.treated, self.clusters.comparison
        if comparison < FEWEST:
            return NotEstimable(
                f"{comparison} comparison {'cluster' if comparison == 1 else 'clusters'}: below {FEWEST} no interval here can be trusted, and no p falls below {significant(1 / (comparison + 1), 2)}",
                "more comparison units; or `inference='placebo'`, which says how small p can get",
            )
        if treated < FEWEST or (self.kind == "control" and comparison > treated):
            return "placebo"
        return "jackknife" if self.kind == "did" else "bootstrap"

    def _estimate(self, found: Found, options: Options, estimator: str, inference: str) -> Estimate:
        law: Law = found.law
        ci, parts = law.interval(options.alpha), self._parts(found.placebos)
        return Estimate(
            att=self.fit.att,
            se=found.se,
            ci=ci,
            p_value=law.p_value,
            p_min=found.p_min,
            df=found.df,
            n_obs=self.study.n_obs,
            n_units=len(self.study.units),
            n_treated=int(self.block.treated.sum()),
            n_clusters=self.clusters.treated + self.clusters.comparison,
            estimator=estimator,
            inference=inference,
            alpha=options.alpha,
            unit=options.outcome_unit,
            estimand=engine.ESTIMATORS[estimator].estimand,
            key="term",
            terms=(Term("att", self.fit.att, found.se, ci, law.p_value),),
            notes=(
                *self._why(options, inference),
                *found.notes,
                *_open(ci, found, options),
                _made_of(parts, self.block),
                *self.study.notes,
            ),
            law=law,
            synthetic=parts,
        )

    def _why(self, options: Options, inference: str) -> tuple[Note, ...]:
        treated = self.clusters.treated
        if (
            "auto" not in (options.estimator, options.inference)
            or inference != "placebo"
            or treated >= FEWEST
        ):
            return ()
        return (note("few_treated_placebo", treated=treated),)

    def _parts(self, placebos: Named) -> Synthetic:
        fit, block = self.fit, self.block
        treated = block.y[block.treated].mean(axis=0)
        plain = fit.unit_weights @ block.y
        shift = float(fit.time_weights @ (treated - plain)[block.before])
        by_weight = np.argsort(-fit.unit_weights, kind="stable")
        before = np.flatnonzero(block.before)
        return Synthetic(
            times=self.study.time_labels,
            start=len(before),
            treated=_floats(treated),
            synthetic=_floats(plain + shift),
            unit_weights=tuple(
                (str(self.study.units[i]), float(fit.unit_weights[i]))
                for i in by_weight
                if fit.unit_weights[i] > 0
            ),
            time_weights=tuple(
                (self.study.time_labels[t], float(weight))
                for t, weight in zip(before, fit.time_weights, strict=True)
                if weight > 0
            ),
            noise_level=fit.penalties.noise,
            zeta_units=fit.penalties.units,
            zeta_times=fit.penalties.times if self.kind == "did" else 0.0,
            placebos=placebos,
        )


def fit_synthetic(study: Study, options: Options, kind: Kind, name: str) -> SyntheticFitted | NotEstimable:
    """Read a block of complete units out of a study, and fit; weights and covariates are no part of the method."""
    study = windows.drop_always(study)
    if (refusal := refuse_starts(study, options, name)) is not None:
        return refusal
    start = int(study.starts[0])
    span = windows.spans(study.times, study.excluded, options, start)
    study = _complete(study.keep_cells(span.before | span.after), start)
    if (refusal := _refuse_small(study, start, options, name)) is not None:
        return refusal
    study, y = _fill(study)
    block = Block(y, study.ever, study.times < start)
    return SyntheticFitted(study, block, kind, synthetic(block, kind))


def _complete(study: Study, start: int) -> Study:
    """Leave out treated units without a side, times that a treated unit lacks, and units with many gaps in the rest."""
    study = _keep(study, ~study.ever | _has_both_sides(study, start), "units_of_one_side")
    if not study.ever.any() or study.ever.all():
        return study
    there = np.isfinite(study.y)
    seen = np.asarray(there[study.ever].all(axis=0) & there[~study.ever].any(axis=0))
    lost = [label for label, kept in zip(study.time_labels, seen, strict=True) if not kept]
    what = note("times_with_gaps", count=len(lost), times=lost) if lost else None
    study = study.keep_cells(np.broadcast_to(seen, study.y.shape)).note(what)
    study = _keep(study, _has_both_sides(study, start), "units_of_one_side")
    gaps = np.mean(~np.isfinite(study.y), axis=1)
    return _keep(study, np.asarray(gaps <= MOST_GAPS), "units_with_many_gaps", share=MOST_GAPS)


def _has_both_sides(study: Study, start: int) -> BoolArray:
    there, before = np.isfinite(study.y), study.times < start
    return np.asarray(there[:, before].any(axis=1) & there[:, ~before].any(axis=1))


def _keep(study: Study, kept: BoolArray, code: str, **data: float) -> Study:
    return study.keep_units(kept).note(windows.left_out(study, kept, code, **data))


def _fill(study: Study) -> tuple[Study, FloatArray]:
    """Fill what comparison units lack, and say how much."""
    missing = int((~np.isfinite(study.y)).sum())
    if not missing:
        return study, study.y
    y = study.y.copy()
    y[~study.ever] = fill_additively(y[~study.ever])
    return study.note(note("gaps_filled", count=missing, of=y[~study.ever].size)), y


def _refuse_small(study: Study, start: int, options: Options, name: str) -> NotEstimable | None:
    treated, comparison = int(study.ever.sum()), int((~study.ever).sum())
    before, after = int((study.times < start).sum()), int((study.times >= start).sum())
    dropped = about_left_out(study.notes)
    why = because(dropped)
    help_ = "values with fewer gaps, or longer periods; `change` takes units with gaps"
    if not treated or comparison < FEWEST_UNITS:
        return NotEstimable(
            f"`{name}` needs a treated and {FEWEST_UNITS} comparison units with few gaps: {treated} treated and {comparison} comparison left{why}",
            f"more comparison units, or {help_}",
            notes=dropped,
        )
    if before < FEWEST_TIMES or not after:
        return NotEstimable(
            f"`{name}` needs {FEWEST_TIMES} values of {options.time} before the start and one after: {before} and {after} are left{why}",
            "more values from before the start" if after else help_,
            notes=dropped,
        )
    return None


def _made_of(parts: Synthetic, block: Block) -> Note:
    return note(
        "synthetic_made_of",
        weighed=len(parts.unit_weights),
        comparison=int((~block.treated).sum()),
        effective=parts.effective_units,
        timed=bool(parts.time_weights),
        times=len(parts.time_weights),
        before=parts.start,
        miss=parts.miss,
    )


def _open(ci: tuple[float, float], found: Found, options: Options) -> tuple[Note, ...]:
    if found.p_min is None or all(map(math.isfinite, ci)):
        return ()
    return (note("interval_open_placebo", alpha=options.alpha, p_min=found.p_min),)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def without_units(estimate: Estimate | NotEstimable) -> Estimate | NotEstimable:
    """Leave out weights, paths and placebos, which show single units."""
    return replace(estimate, synthetic=None) if isinstance(estimate, Estimate) else estimate
