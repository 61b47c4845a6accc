"""`slices`: the effect by declared group, by unit or by cohort; small groups hidden, none ranked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from pilotlab.errors import UsageError
from pilotlab.estimate.data.frame import check_frame, read_study
from pilotlab.estimate.data.incoming import as_pandas
from pilotlab.estimate.did import did
from pilotlab.estimate.estimators.change import prepare
from pilotlab.estimate.heterogeneity.slice_estimates import Asked, Hidden, answer, pulled
from pilotlab.estimate.heterogeneity.slice_frames import asked_for, options_of, questions
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.slice_effects import Group, Slices, band
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.heterogeneity.spread import unit_effects
from pilotlab.stats.regression import change as kernel
from pilotlab.stats.secondary_suppression import suppressed

if TYPE_CHECKING:
    from pilotlab.estimate.data.study import Study

MIN_GROUP = 10  # people of each arm in a group that is shown


def slices(
    frame: Any,
    *,
    by: Any,
    people: str | None = None,
    min_group: int = MIN_GROUP,
    **asked: Any,
) -> Slices | NotEstimable:
    """Estimate the effect by groups that were declared beforehand, and test whether they differ.

    Parameters
    ----------
    frame : DataFrame
        Of pandas, Polars, Arrow or others, as in `did`: one row a unit and time, or a unit, time and group where groups lie within units (carers and others of a team);
        never changed.
    by : str, tuple, or list of these
        Columns of groups; a tuple names an intersection. The unit's own column gives one effect a treated unit, the
        cohort's one a cohort: both pulled towards the whole, in the order of names and starts.
    people : str
        Column: how many people stand behind a row. Groups of fewer than `min_group` of an arm are hidden, and with them
        the next smallest, so that none can be had by subtraction. Without it nothing is hidden, and the notes say so.
    min_group : int
        May only be raised.
    asked
        Every further argument of `pilotlab.did`, with its meaning there: `outcome`, `unit`, `time`, `cohort`, windows,
        draw, method.

    Returns
    -------
    Slices or NotEstimable
        The second where there is no effect of the whole.

    Raises
    ------
    UsageError
        A wrong argument or column: its name, its value, the fix.

    References
    ----------
    docs/reference/methods.md, "Effects by group".

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(team, week, "AB"[team % 2], team % 3 + week % 2 + (1 + team % 2) * (team > 12 and week > 3), 4 if team > 12 else 0)
    ...         for team in range(1, 25) for week in range(1, 7)]
    >>> found = slices(pd.DataFrame(rows, columns=["team", "week", "site", "y", "first_week"]), by="site")
    >>> found.to_frame()[["level", "att", "n_units"]].round(6).values.tolist()
    [['A', 1.0, 12], ['B', 2.0, 12]]
    """
    options = options_of(asked)
    if isinstance(min_group, bool) or not isinstance(min_group, int) or min_group < MIN_GROUP:
        raise UsageError(
            f"min_group {min_group!r}: the least number of people may only be raised",
            fix=f"{MIN_GROUP} or more",
        )
    for name in ("dose", "group"):
        if getattr(options, name) is not None:
            raise UsageError(
                f"{name}={getattr(options, name)!r}: slices hold treated against other units",
                fix=f"leave {name} out",
            )
    wanted = asked_for(by, options)
    beside = [("by", name) for names in wanted for name in names]
    beside += [("people", people)] if people is not None else []
    table = check_frame(as_pandas(frame, options, beside))
    if people is not None and people not in table.columns:
        raise UsageError(f"people: there is no column {people!r}", fix="name the column that counts people")
    question = Asked(options=options, people=people, min_group=min_group, named=asked)
    if wanted == ((options.unit,),):
        return by_unit(table, question)
    if wanted == ((options.cohort,),):
        return by_cohort(table, question)
    whole, found = questions(table, wanted, options, people)
    overall = did(whole, **asked)
    return overall if isinstance(overall, NotEstimable) else answer(overall, whole, found, question)


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
