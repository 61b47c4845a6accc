"""Leads: event times before start on untreated unit-times alone, as a test of what imputation assumes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.event_study import indicators, reference
from pilotlab.estimate.notes.table import note
from pilotlab.estimate.options import Options
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, SingularDesign, pinv_symmetric
from pilotlab.stats.regression.twfe import TwoWayFit, TwoWayPanel, rows, two_way
from pilotlab.stats.staggered.imputation import ImputedMeans
from pilotlab.stats.variance.cr2 import absorb


@dataclass(frozen=True, slots=True, eq=False)
class Leads:
    """Coefficients of event times before the reference; none where they can't be told apart, and `notes` say so.

    Attributes
    ----------
    means : ImputedMeans
        Scores are scaled so that their squares sum to CR1, the rule of regressions.
    """

    means: ImputedMeans
    rows: tuple[int, ...]
    options: Options
    panel: TwoWayPanel | None = None
    times: IntArray | None = None
    notes: tuple[Note, ...] = ()

    def weigh_rows(self, study: Study) -> FloatArray:
        """Write out what each cell weighs in each coefficient, shape (n, T, k)."""
        out = np.zeros((*study.y.shape, len(self.rows)))
        if self.panel is None or self.times is None:
            return out
        X, _, weights, unit = rows(self.panel, two_way(self.panel))
        within = absorb(X, unit, weights)
        weighted = within if weights is None else within * weights[:, None]
        row, column = np.nonzero(np.isfinite(self.panel.y))
        at = np.searchsorted(study.times, self.times)[column]
        out[row, at] = (weighted @ pinv_symmetric(within.T @ weighted))[:, : len(self.rows)]
        return out

    def changes(self, study: Study) -> FloatArray:
        """Each unit's change from the reference to each event time, where there is one start; shape (k, n)."""
        start = int(study.starts[0])
        at = reference(study, start, self.options)
        path = study.y - study.y[:, study.times == at]
        return np.asarray(
            path[:, np.searchsorted(study.times, np.array(self.rows, dtype=np.int64) + start)].T
        )


def leads(study: Study, options: Options, treated: BoolArray) -> Leads:
    """Regress untreated values on event times before the reference, with unit and time effects.

    Parameters
    ----------
    treated : ndarray, shape (n, T)
    """
    calm = study.keep_cells(~treated)
    cohorts, code = np.unique(calm.cohort, return_inverse=True)
    event, regressors = indicators(calm, cohorts, options)
    if not len(event):
        return Leads(_none(study), (), options)
    panel = TwoWayPanel(calm.y, code.astype(np.int64), regressors, calm.covariates, calm.weights)
    try:
        fit = two_way(panel)
    except SingularDesign:
        return Leads(_none(study), (), options, notes=(note("times_before_not_shown"),))
    names = tuple(int(each) for each in event)
    return Leads(_as_means(fit, study, len(event)), names, options, panel, calm.times)


def _as_means(fit: TwoWayFit, study: Study, count: int) -> ImputedMeans:
    clusters = int(study.cluster.max()) + 1
    room = max(fit.n_obs - len(fit.coef) - fit.n_week_effects, 1)
    factor = clusters / max(clusters - 1, 1) * (fit.n_obs - 1) / room
    scores = (fit.scores @ fit.bread)[:, :count] * np.sqrt(factor)
    return ImputedMeans(fit.coef[:count], scores, fit.bread[:count, :count])


def _none(study: Study) -> ImputedMeans:
    return ImputedMeans(np.zeros(0), np.zeros((len(study.units), 0)), np.zeros((0, 0)))
