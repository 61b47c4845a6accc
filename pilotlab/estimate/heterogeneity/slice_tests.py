"""Whether the groups of a slice differ, by the method of the whole's estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pilotlab.errors import PilotlabError
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.assigned import with_assignment
from pilotlab.estimate.data.frame import read_study
from pilotlab.estimate.data.possible_draws import design_of
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.change import prepare
from pilotlab.estimate.heterogeneity.slice_frames import LEVEL, Question
from pilotlab.estimate.inference.randomization import REPS
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.slice_effects import Group, Interaction
from pilotlab.spec import engine
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.heterogeneity.spread import spread_by_clusters, spread_by_draws, spread_by_errors
from pilotlab.stats.regression import change as kernel

TOO_FEW = "fewer than two groups can be told apart"
NO_CHANGE = (
    "groups lie within units, and starts differ or a ratio is estimated: no change a unit tells them apart"
)
CELL = "__unit_and_level__"


def interaction(
    overall: Estimate, whole: pd.DataFrame, question: Question, groups: Sequence[Group], options: Options
) -> Interaction:
    """Test that the effect is the same in every group that is shown.

    Each unit gives one change a group. Where the whole was held against draws, so is this; else CR2 with HTZ.
    """
    found = Interaction(slice=question.name)
    shown = [place for place, group in enumerate(groups) if not group.hidden]
    if len(shown) < 2:
        return replace(found, reason=TOO_FEW)
    try:
        study = with_assignment(read_study(whole, options), options, strata=True)
        if len(study.starts) > 1 or engine.row(overall.estimator).ratio:
            return _by_errors(found, [groups[place] for place in shown], question, options)
        ready = prepare(replace(study, strata=None), options, "slices")
        if isinstance(ready, NotEstimable):
            return replace(found, reason=ready.reason)
        kept = study.keep_units(np.asarray(study.units.isin(ready[0].units)))
        changes = _changes(kept, question, shown, options)
        return (
            _by_draws(found, kept, changes, options)
            if overall.inference == "randomization"
            else _by_clusters(found, kept, changes)
        )
    except (PilotlabError, ValueError, np.linalg.LinAlgError) as error:
        return replace(found, reason=getattr(error, "what", str(error)))


def _by_draws(found: Interaction, study: Study, changes: FloatArray, options: Options) -> Interaction:
    reps = REPS if options.reps is None else options.reps
    test = spread_by_draws(changes, design_of(study, options), reps=reps, seed=options.seed)
    return replace(found, p_value=test.p_value, statistic=test.statistic, method="draws")


def _by_clusters(found: Interaction, study: Study, changes: FloatArray) -> Interaction:
    test = spread_by_clusters(changes, study.ever, study.cluster)
    if not test.df_den > 0:
        return replace(found, reason="too few clusters to tell groups apart")
    return replace(
        found,
        p_value=test.p_value,
        statistic=test.statistic,
        df=(float(test.df_num), test.df_den),
        method="htz",
    )


def _by_errors(
    found: Interaction, groups: Sequence[Group], question: Question, options: Options
) -> Interaction:
    """Where starts differ, or a ratio is estimated: of groups that part the units, from each one's own error."""
    if question.frame.groupby(options.unit, observed=True)[LEVEL].nunique().max() > 1:
        return replace(found, reason=NO_CHANGE)
    made = [group for group in groups if group.se and group.att is not None]
    if len(made) < 2:
        return replace(found, reason=TOO_FEW)
    test = spread_by_errors(
        np.array([group.att for group in made], dtype=float),
        np.array([group.se for group in made], dtype=float),
        np.array([np.inf if group.df is None else group.df for group in made]),
    )
    ends = (float(test.df_num), test.df_den)
    return replace(found, p_value=test.p_value, statistic=test.statistic, df=ends, method="welch")


def _changes(study: Study, question: Question, shown: Sequence[int], options: Options) -> FloatArray:
    """One change a unit and shown group, (n, L); nan where a unit lacks a side of the start in it."""
    rows = question.frame[question.frame[LEVEL].isin(shown)]
    units = study.units.get_indexer(pd.Index(rows[options.unit]))
    rows = rows[units >= 0]
    cell = units[units >= 0] * len(question.levels) + rows[LEVEL].to_numpy()
    plain = replace(options, unit=CELL, strata=None, pairs=None, cluster=None, weights=None)
    own = read_study(rows.assign(**{CELL: cell}), plain)
    span = windows.spans(own.times, own.excluded, options, int(own.starts[0]))
    unit, level = np.divmod(own.units.to_numpy(dtype=np.int64), len(question.levels))
    found = np.full((len(study.units), len(question.levels)), np.nan)
    found[unit, level] = kernel.unit_change(own.y, span.before, span.after)
    return found[:, shown]
