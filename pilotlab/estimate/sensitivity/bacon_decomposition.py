"""`bacon`: which comparisons the two-way coefficient is made of, and how much each counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

import numpy as np

from pilotlab.errors import UsageError
from pilotlab.estimate.data import windows
from pilotlab.estimate.data.arms import refuse_arms, refuse_starting
from pilotlab.estimate.data.frame import read_study
from pilotlab.estimate.data.incoming import as_pandas
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.data.variation import ROUNDING, ends, nothing_left, nothing_varies
from pilotlab.estimate.did import did
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import COHORT_DEFAULT, Options
from pilotlab.estimate.results.decomposition import Bacon, Comparison
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, sum_by
from pilotlab.stats.staggered.bacon import TwoByTwo, decompose
from pilotlab.wording.numbers import decimals_of, in_full


def bacon(
    frame: Any,
    *,
    outcome: str = "y",
    unit: str = "team",
    time: str = "week",
    cohort: str = COHORT_DEFAULT,
    treatment: str | None = None,
) -> Bacon | NotEstimable:
    """Take the two-way fixed effects coefficient apart into its comparisons of two groups.

    Parameters
    ----------
    frame : DataFrame
        One row a unit and time; never changed. Arguments are read as in `did`.
    outcome, unit, time, cohort, treatment : str
        Columns; `treatment` may stand for `cohort`.

    Returns
    -------
    Bacon or NotEstimable
        The decomposition holds for complete panels: units that lack a time are left out, and the notes name them.

    Raises
    ------
    UsageError
        A wrong argument or column: its name, its value, the fix.

    References
    ----------
    Goodman-Bacon (2021), "Difference-in-Differences with Variation in Treatment Timing".

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(team, week, float(team * week % 5), 3 if team < 4 else 5 if team < 7 else 0)
    ...         for team in range(1, 10) for week in range(1, 9)]
    >>> frame = pd.DataFrame(rows, columns=["team", "week", "y", "first_week"])
    >>> found = bacon(frame)
    >>> float(round(found.to_frame()["weight"].sum(), 9))
    1.0
    """
    defaults = {
        name: argument.default for name, argument in signature(did).parameters.items() if name != "frame"
    }
    asked = {"outcome": outcome, "unit": unit, "time": time, "cohort": cohort, "treatment": treatment}
    options = Options(**{**defaults, "covariates": (), **asked})
    if unit is None:
        raise UsageError(
            "unit=None: the decomposition needs units seen at every time", fix="name the column of units"
        )
    options.check()
    table = as_pandas(frame, options)
    study = read_study(table, options)
    scale = ends(study.y)
    if (refusal := nothing_varies(scale, options)) is not None:
        return refusal
    kept: BoolArray = np.asarray(np.isfinite(study.y).all(axis=1))
    study = study.keep_units(kept).note(windows.left_out(study, kept, "units_not_at_every_time"))
    if not len(study.units):
        return NotEstimable(
            "no unit is seen at every time, and the decomposition holds for complete panels",
            "fewer times, at which more units are seen",
        )
    if (refusal := refuse_arms(study, options)) is not None and not study.always.any():
        return refusal
    if not len(study.starts):
        return refuse_starting(study, options)
    if not kept.all():
        study = study.note(*_of_all(table, asked))
    found = _decompose(study)
    rounding = ROUNDING * max(map(abs, scale))
    return nothing_left(options) if all(abs(each.att) <= rounding for each in found.comparisons) else found


def _of_all(frame: Any, asked: Mapping[str, Any]) -> Iterator[Note]:
    """Say what the coefficient is with the units that were left out, for it is another."""
    whole = did(frame, estimator="twfe", inference="cluster", **asked)
    if isinstance(whole, Estimate):
        yield note("bacon_of_all", att=in_full(whole.att, decimals_of(whole.att), sign=True))


def _decompose(study: Study) -> Bacon:
    start = np.searchsorted(study.times, study.cohort)
    groups, code = np.unique(start, return_inverse=True)
    sizes = np.bincount(code).astype(float)
    means = sum_by(study.y, code, len(groups)) / sizes[:, None]
    found = decompose(means, sizes, groups)
    weeks = len(study.times)
    names = [
        "always" if at == 0 else "never" if at == weeks else study.label(int(study.cohort[code == row][0]))
        for row, at in enumerate(groups)
    ]
    return Bacon(
        att=float(sum(each.att * each.weight for each in found)),
        comparisons=tuple(_named(each, names) for each in found),
        n_units=len(study.units),
        n_times=weeks,
        notes=study.notes,
    )


def _named(each: TwoByTwo, names: list[str]) -> Comparison:
    return Comparison(
        kind=each.kind,
        treated=names[each.treated],
        comparison=names[each.comparison],
        att=each.att,
        weight=each.weight,
    )
