"""Effects by unit and by cohort: each pulled towards the whole, in the order of names and starts, never of effects."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from pilotlab.estimate.data.frame import read_study
from pilotlab.estimate.did import did
from pilotlab.estimate.estimators.change import prepare
from pilotlab.estimate.heterogeneity.slice_estimates import Asked, Hidden, pulled
from pilotlab.estimate.notes.table import note
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.estimate.results.slices import Group, Slices, band
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.heterogeneity.spread import unit_effects
from pilotlab.stats.regression import change as kernel
from pilotlab.stats.suppression import suppressed

if TYPE_CHECKING:
    from pilotlab.estimate.data.study import Study


def by_unit(table: pd.DataFrame, asked: Asked) -> Slices | NotEstimable:
    """One effect a treated unit: its change less the comparison units' mean change."""
    overall = did(table, **asked.named)
    if isinstance(overall, NotEstimable):
        return overall
    ready = prepare(read_study(table, asked.options), asked.options, "slices by unit")
    if isinstance(ready, NotEstimable):
        return ready
    study, before = ready
    change = kernel.unit_change(study.y, before, ~before)
    if (~study.ever).sum() < 2:
        return NotEstimable(
            "one comparison unit: nothing says what a unit varies by without an effect",
            "more comparison units",
        )
    effects, errors = unit_effects(change, study.ever)
    df = int((~study.ever).sum()) - 1
    reach = float(stats.t.isf(overall.alpha / 2, df)) * errors
    p_values = 2 * stats.t.sf(np.abs(effects) / np.where(errors > 0, errors, np.nan), df)
    hidden, people = _hidden(table, study, asked)
    groups = [
        Group(slice=str(asked.options.unit), level=str(unit), hidden=why[1], code=why[0])
        if why is not None
        else Group(
            slice=str(asked.options.unit),
            level=str(unit),
            att=float(effect),
            ci=(float(effect - half), float(effect + half)),
            p_value=float(p) if np.isfinite(p) else None,
            inference="comparison spread",
            people=many,
            n_units=1,
            n_treated=1,
        )
        for unit, effect, half, p, why, many in zip(
            study.units[study.ever], effects, reach, p_values, hidden, people, strict=True
        )
    ]
    return Slices(
        overall=overall, groups=tuple(pulled(groups, overall)), notes=(note("noise_of_comparison"),)
    )


def _hidden(table: pd.DataFrame, study: Study, asked: Asked) -> tuple[list[Hidden], list[str]]:
    """Why each treated unit is hidden, and how many people stand behind those that are not."""
    units = study.units[study.ever]
    if asked.people is None:
        return [None] * len(units), [""] * len(units)
    each = (
        table[asked.people]
        .astype(float)
        .fillna(0.0)
        .groupby(table[asked.options.unit], observed=True)
        .median()
    )
    count: FloatArray = np.asarray(each.reindex(units), dtype=np.float64)
    first, hidden = suppressed(count[:, None], [np.arange(len(units))], asked.min_group)
    few = "few_people", f"fewer than {asked.min_group} people"
    why: list[Hidden] = [
        few if small else ("beside_few", "hidden beside a smaller one") if off else None
        for small, off in zip(first, hidden, strict=True)
    ]
    return why, [band(float(many), asked.min_group) for many in count]


def by_cohort(table: pd.DataFrame, asked: Asked) -> Slices | NotEstimable:
    """One effect a cohort, as `aggregate="cohort"` has it."""
    named = {**asked.named, "aggregate": "cohort"}
    overall: Estimate | NotEstimable = did(table, **named)
    if isinstance(overall, NotEstimable):
        return overall
    study = read_study(table, asked.options)
    starts = Counter(study.label(int(start)) for start in study.cohort[study.ever])
    groups = [
        Group(
            slice=asked.options.cohort,
            level=str(term.at),
            att=term.att,
            ci=term.ci,
            p_value=term.p_value,
            inference=overall.inference,
            n_units=starts[str(term.at)],
            n_treated=starts[str(term.at)],
        )
        for term in overall.terms
    ]
    return Slices(
        overall=overall, groups=tuple(pulled(groups, overall)), notes=(note("cohorts_share_comparison"),)
    )
