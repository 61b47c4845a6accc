"""Synthetic comparisons as estimators: the block they need, the fit, and the result with an inference of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import refuse_starts
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import ArmClusters, arm_clusters
from pilotlab.estimate.notes.by_code import about_left_out, because, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.synthetic_comparison import Synthetic
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray
from pilotlab.stats.regression.within import fill_additively
from pilotlab.stats.synthetic.weights import Block, Kind, SyntheticFit, synthetic

FEWEST_TIMES = 2  # before the start: the noise level is that of first differences
FEWEST_UNITS = 2  # to weigh
MOST_GAPS = 0.2  # of a comparison unit's times; fewer are filled


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticFitted:
    """A synthetic comparison before its uncertainty."""

    study: Study
    block: Block
    kind: Kind
    fit: SyntheticFit

    key: str = "term"
    rows: tuple[str | int, ...] = ("att",)
    skip: int = 0
    unit: str = ""

    @property
    def clusters(self) -> ArmClusters:
        """Drawn clusters by arm."""
        return arm_clusters(self.study.lot, self.block.treated, ~self.block.treated)

    @property
    def values(self) -> FloatArray:
        """The effect."""
        return np.array([self.fit.att])

    @property
    def n_obs(self) -> int:
        """Values that were used."""
        return self.study.n_obs

    @property
    def n_units(self) -> int:
        """Units that were used."""
        return len(self.study.units)

    @property
    def n_treated(self) -> int:
        """Units that start."""
        return int(self.block.treated.sum())

    @property
    def n_clusters(self) -> int:
        """Clusters of both arms."""
        return self.clusters.treated + self.clusters.comparison

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the synthetic path is made of."""
        return (_made_of(self.synthetic, self.block),)

    @property
    def synthetic(self) -> Synthetic:
        """Weights and paths."""
        return self._parts()

    def _parts(self) -> Synthetic:
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
        )


def fit_did(study: Study, options: Options) -> SyntheticFitted | NotEstimable:
    """Weigh comparison units and times before the start, levels taken out, and keep what inference needs."""
    return _fit(study, options, "did", "synthetic_did")


def fit_control(study: Study, options: Options) -> SyntheticFitted | NotEstimable:
    """Weigh comparison units to run where the treated ran before the start, and keep what inference needs."""
    return _fit(study, options, "control", "synthetic_control")


def _fit(study: Study, options: Options, kind: Kind, name: str) -> SyntheticFitted | NotEstimable:
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


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def without_units(estimate: Estimate | NotEstimable) -> Estimate | NotEstimable:
    """Leave out weights, paths and placebos, which show single units."""
    return replace(estimate, synthetic=None) if isinstance(estimate, Estimate) else estimate
