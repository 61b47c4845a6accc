"""`slices`: the effect by declared groups, with tests of whether they differ; small groups hidden, none ranked."""

from __future__ import annotations

from typing import Any

from pilotlab.errors import UsageError
from pilotlab.estimate.data.frame import check_frame
from pilotlab.estimate.data.incoming import as_pandas
from pilotlab.estimate.did import did
from pilotlab.estimate.heterogeneity.by_unit import by_cohort, by_unit
from pilotlab.estimate.heterogeneity.slice_estimates import Asked, answer
from pilotlab.estimate.heterogeneity.slice_frames import asked_for, options_of, questions
from pilotlab.estimate.results.estimate import NotEstimable
from pilotlab.estimate.results.slices import Slices

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
