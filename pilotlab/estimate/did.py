"""`did`: difference-in-differences on any long DataFrame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate import defaults, finish
from pilotlab.estimate.data import variation
from pilotlab.estimate.data.assigned import is_drawn, with_assignment
from pilotlab.estimate.data.frame import read_study
from pilotlab.estimate.data.incoming import as_pandas, drawn_as_pandas
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import Estimator, Fit
from pilotlab.estimate.inference.uncertainty import Inference
from pilotlab.estimate.options import (
    Adjust,
    Aggregate,
    BasePeriod,
    Comparison,
    EstimatorName,
    InferenceName,
    Options,
    names,
    values,
)
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.spec import engine


def did(
    frame: Any,
    *,
    outcome: str = "y",
    unit: str | None = "team",
    time: str = "week",
    cohort: str = "first_week",
    estimator: EstimatorName | str = "auto",  # a package may add others
    aggregate: Aggregate = "overall",
    balance: int | None = None,
    comparison: Comparison = "never_treated",
    base_period: BasePeriod = "varying",
    covariates: str | Iterable[str] | None = None,
    adjust: Adjust = "dr",
    baseline: int | None = None,
    washin: int = 0,
    exclude: Any = (),
    anticipation: int = 0,
    strata: str | None = None,
    pairs: str | None = None,
    cluster: str | None = None,
    assignment: Any = None,
    weights: str | None = None,
    treatment: str | None = None,
    exposure: str | None = None,
    dose: str | None = None,
    group: str | None = None,
    inference: InferenceName = "auto",
    alpha: float = 0.05,
    reps: int | None = None,
    seed: int = 0,
    outcome_unit: str = "",
) -> Estimate | NotEstimable:
    """Estimate the effect of a treatment that starts at some time and stays on.

    Parameters
    ----------
    frame : DataFrame
        One row a unit and time; never changed. Of pandas, Polars or Arrow, or whatever narwhals reads; lazy ones are run
        once, for the named columns. Rows without outcome are left out and counted in `notes`.
    outcome, unit, time, cohort : str
        Columns. `time` holds whole numbers, dates, Periods or ISO weeks as text; `cohort` the first treated time, in
        the same kind, constant in a unit; NaN, None, inf, and 0 where every time is above 0, mean never. With
        `unit=None` rows are repeated cross-sections and cohort effects stand in place of unit effects.
    estimator : str
        "auto", or a row of `pilotlab.spec.engine.ESTIMATORS`.
    aggregate : {"overall", "event_time", "cohort", "week"}
        Rows of `to_frame`: by time since start, by cohort, or by time, where the estimator has them. The headline stays
        what the estimator's entry says; with `estimator="auto"` and one start, "event_time" asks for `event_study`.
    balance : int
        With event times: only cohorts that reach this one, and no later ones.
    comparison : {"never_treated", "not_yet_treated"}
        Who a cohort of `group_time` is compared with.
    base_period : {"varying", "universal"}
        What `group_time` measures times before start from: the time before, or the last before start.
    covariates : str or list of str
        Columns; the baseline mean in `change`, the base period's value in `group_time`, the row's in regressions.
    adjust : {"dr", "ipw", "reg"}
        How `group_time` adjusts for covariates: weights and regression, or one of them.
    baseline, washin, anticipation : int
        Periods: the last ones before start that count (None: all), the first treated ones left out, those before start
        left out because the start was known.
    exclude : list
        Times left out for all units.
    strata, pairs, cluster : str
        Columns, constant in a unit: compared within; two units of which one is treated; what was drawn or moves
        together (empty: by itself).
    assignment : None, "complete", Assignment, or array of shape (draws, units)
        How arms were drawn. Array columns are the units in sorted order, or named in a DataFrame.
    weights : str
        Column, 0 or more: of rows in regressions; in `change` a unit weighs its baseline mean.
    treatment : str
        Column of 0 and 1 in place of `cohort`; switching off is refused.
    exposure : str
        Column, with `poisson` (what events could have happened to) and `binomial` (trials): 0 leaves a row out.
    dose : str
        Column that takes the treated indicator's place; `cohort` may then be left out.
    group : str
        Column of 0 and 1 (affected), constant in a unit: a triple difference.
    inference : str
        "auto", or a row of `pilotlab.spec.engine.INFERENCES`.
    alpha : float
        Two-sided level of `ci` and bands.
    reps : int
        Draws: 9,999 for randomisation, 999 for bands, 200 refits.
    seed : int
        Of sampled draws.
    outcome_unit : str
        Shown with the number.

    Returns
    -------
    Estimate or NotEstimable
        The second says why there is no number, and is false in a condition.

    Raises
    ------
    UsageError
        A wrong argument or column: its name, its value, the fix.

    References
    ----------
    Equations and rules of every estimator and interval: docs/reference/methods.md.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(team, week, team * 0.1 + week % 2 + 2.0 * (team > 4 and week > 3), 4 if team > 4 else 0)
    ...         for team in range(1, 9) for week in range(1, 7)]
    >>> frame = pd.DataFrame(rows, columns=["team", "week", "y", "first_week"])
    >>> round(did(frame, outcome_unit="h/week").att, 6)
    2.0
    """
    options = Options(
        outcome=outcome,
        unit=unit,
        time=time,
        cohort=cohort,
        estimator=estimator,
        aggregate=aggregate,
        balance=balance,
        comparison=comparison,
        base_period=base_period,
        covariates=names(covariates),
        adjust=adjust,
        baseline=baseline,
        washin=washin,
        exclude=values(exclude),
        anticipation=anticipation,
        strata=strata,
        pairs=pairs,
        cluster=cluster,
        assignment=drawn_as_pandas(assignment),
        weights=weights,
        treatment=treatment,
        exposure=exposure,
        dose=dose,
        group=group,
        inference=inference,
        alpha=alpha,
        reps=reps,
        seed=seed,
        outcome_unit=outcome_unit,
    )
    options.check()
    is_drawn(options.assignment)
    table = as_pandas(frame, options)
    with np.errstate(over="raise"):
        try:
            return _estimate(table, options)
        except FloatingPointError:
            raise UsageError(
                f"outcome {outcome!r} holds numbers too large to square",
                fix="rescale it, for example to thousands",
            ) from None


def _estimate(frame: object, options: Options) -> Estimate | NotEstimable:
    if options.unit is None:
        return _from_rows(frame, options)
    study = variation.with_telling_covariates(read_study(frame, options), options)
    ends = variation.ends(study.y)
    if (refusal := variation.nothing_varies(ends, options)) is not None:
        return refusal
    found = variation.more_than_rounding(_from_study(study, options), ends, options)
    return found if isinstance(found, Estimate) else variation.with_cause(found, study, options)


def _from_rows(frame: object, options: Options) -> Estimate | NotEstimable:
    """Of repeated cross-sections, no unit of which is followed."""
    from pilotlab.estimate.estimators import cross_section

    name = cross_section.estimator(options)
    fitted = cross_section.fit(frame, options)
    if isinstance(fitted, NotEstimable):
        return fitted
    found = _with_inference(fitted, name, options)
    return variation.more_than_rounding(found, cross_section.ends_of(frame, options), options)


def _from_study(study: Study, options: Options) -> Estimate | NotEstimable:
    name = defaults.estimator(study, options)
    if isinstance(name, NotEstimable):
        return name
    within = _compares_within_strata(name, options)
    fit: Estimator = engine.estimator(name)
    fitted = fit(with_assignment(study, options, strata=within), options)
    return fitted if isinstance(fitted, NotEstimable) else _with_inference(fitted, name, options)


def _with_inference(fit: Fit, estimator: str, options: Options) -> Estimate | NotEstimable:
    name = defaults.inference(fit, estimator, options)
    if isinstance(name, NotEstimable):
        return name
    if (refusal := defaults.refusal(fit, estimator, name)) is not None:
        return refusal
    infer: Inference[Any] = engine.inference(name, estimator)
    found = infer(fit, replace(options, estimator=estimator, inference=name))
    if isinstance(found, NotEstimable):
        return found
    return finish.estimate(fit, found, options, estimator, name)


def _compares_within_strata(name: str, options: Options) -> bool:
    """Whether an estimator takes strata; refuses them by name where it does not."""
    takes = engine.row(name).strata
    given = options.strata or options.pairs
    if given and not takes:
        able = [each for each, entry in engine.ESTIMATORS.items() if entry.strata]
        raise UsageError(
            f"{'strata' if options.strata else 'pairs'} {given!r}: estimator {name!r} does not compare within strata",
            fix=f"estimator {' or '.join(map(repr, able))}, or leave strata out",
        )
    return takes
