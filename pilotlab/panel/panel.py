"""The panel: one metric of one pilot, team by week, as it is analysed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pilotlab.design.assignment import Assignment
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import Windows


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Values of one metric by team and week, with where each week and team stands in the design.

    Attributes
    ----------
    frame : DataFrame
        A row a team and week that has a value: `team, arm, stratum, cluster, week, cohort, event_time, treated,
        value, n`. `week` and `cohort` are ISO weeks as text (`cohort` is None in control), `event_time` whole
        weeks since the pilot's start, `treated` True from a pilot team's start on, `value` in the metric's unit.
    """

    pilot: str
    metric: MetricSpec
    windows: Windows
    assignment: Assignment
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        teams, weeks = self.frame["team"].nunique(), self.frame["week"].nunique()
        return f"Panel {self.pilot} {self.metric.key}: {teams} teams, {weeks} weeks, {len(self.frame)} values"
