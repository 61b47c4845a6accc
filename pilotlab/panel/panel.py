"""The panel: one metric of one pilot, team by week, as it is analysed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from pilotlab.design.assignment import Assignment
from pilotlab.panel.release import SHOWN, released_frame
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL, Windows

SCHEMA = "pilotlab/panel@1"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Panel:
    """Values of one metric by team and week, with where each week and team stands in the design.

    Attributes
    ----------
    values : DataFrame
        What estimators read: a row a team and week that has a value, with the columns of `frame`. Never shown.
    min_group : int
        Fewest respondents behind a value that may be shown.
    members : mapping
        Team to its members, as the plan counts them: what an effect asks for, and never who answered.
    counts : mapping
        (team, week) to the persons that a value counts, of a metric that counts some.
    published : bool
        True for the data of a published study, whose numbers everybody has.
    person_units : bool
        True where units are the persons of a published study: none is shown singly.
    buffer : DataFrame
        Values of the buffer teams, which are in no arm: read by the spillover check alone, never shown.
    exposure : mapping
        Team to the share of its meetings it spends with pilot teams (column `exposure` of teams.csv); nan where the
        text is no share.
    """

    pilot: str
    metric: MetricSpec
    windows: Windows
    assignment: Assignment
    values: pd.DataFrame
    min_group: int = 5
    person_units: bool = False
    notes: tuple[str, ...] = ()
    buffer: pd.DataFrame = field(default_factory=pd.DataFrame)
    exposure: Mapping[str, float] = field(default_factory=dict)
    members: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], float | None] = field(default_factory=dict)
    published: bool = False

    @property
    def frame(self) -> pd.DataFrame:
        """Return the tidy frame that may be handed out.

        Columns: `team, arm, stratum, week, cohort, event_time, treated, value, n, weeks, hidden`. `week` and `cohort` are
        ISO weeks as text (`cohort` is missing in control), `event_time` whole weeks since the pilot's start, `value` in
        the metric's unit. A survey value stands for `weeks` weeks, of which `week` is the first, and its `n` is a band.
        `hidden` says why a value is missing: too few answers, or it would give such a one away.
        """
        if self.published:
            rows = self.values[SHOWN].assign(weeks=1, hidden="one person" if self.person_units else "")
            off = pd.Series(self.person_units, index=rows.index, dtype=bool)
            return rows.assign(value=rows["value"].mask(off), n=rows["n"].mask(off))
        start = self.windows.start
        before = [week.since(start) for week in self.windows.baseline]
        planned = (*before, *range(self.windows.end.since(start) + 1))
        return released_frame(
            self.values, self.metric, min_group=self.min_group, counts=self.counts, planned=planned
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data of what may be handed out; a value that may not be is null, with its `n`."""
        shown = self.frame
        rows = [
            {name: None if pd.isna(value) else value for name, value in row.items()}
            for row in shown.to_dict("records")
        ]
        return {
            "schema": SCHEMA,
            "pilot": self.pilot,
            "metric": self.metric.key,
            "unit": self.metric.unit,
            "min_group": self.min_group,
            "rows": [] if self.person_units else rows,
            "notes": list(self.notes),
        }

    def contrast(self, arm: str) -> Panel:
        """Return the part that compares one pilot arm with control."""
        kept = self.values[self.values["arm"].isin((arm, CONTROL))]
        return replace(self, assignment=self.assignment.contrast(arm), values=kept)

    def __repr__(self) -> str:
        teams, weeks = self.values["team"].nunique(), self.values["week"].nunique()
        return (
            f"Panel {self.pilot} {self.metric.key}: {teams} teams, {weeks} weeks, {len(self.values)} values"
        )
